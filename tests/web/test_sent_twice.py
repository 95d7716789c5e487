"""A double click does one thing: every form that is posted, sent twice one after the other and
twice at once."""

import asyncio
import secrets
from collections.abc import Mapping

import httpx
import pytest
from litestar import Litestar

from dispatch.office import Office
from tests.web.conftest import ClientAs
from tests.web.posted_forms import KEY, WAYS, Sent

TRIED = [path for path, way in WAYS.items() if way.form]
# What other things write, or a second look: no part of what a form does.
BESIDE = {"session", "presence", "heartbeat", "alembic_version"}


def posts(app: Litestar) -> set[str]:
    """The path of every route that takes a form."""
    return {
        route.path
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if "POST" in getattr(handler, "http_methods", ())
    }


def test_every_form_says_why_a_second_sending_does_no_more(app: Litestar) -> None:
    administered = {path for path in posts(app) if path.startswith("/admin/")}
    assert administered and posts(app) - administered == set(WAYS)


async def rows(office: Office) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of what stands in them."""
    tables = await office.pool.fetch(
        "select tablename as name from pg_tables"
        " where schemaname = 'public' and tablename <> all($1)",
        list(BESIDE),
    )
    told = " union all ".join(
        f"select '{table['name']}' as name, count(*)::int,"
        f" coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as digest"
        f' from "{table["name"]}" t'
        for table in tables
    )
    return {row["name"]: (row["count"], row["digest"]) for row in await office.pool.fetch(told)}


def grown(
    before: Mapping[str, tuple[int, str]], after: Mapping[str, tuple[int, str]]
) -> dict[str, int]:
    """By how many rows each table has grown."""
    return {
        name: count - before[name][0]
        for name, (count, _) in after.items()
        if count != before[name][0]
    }


async def send(browser: httpx.AsyncClient, form: Sent, key: str) -> httpx.Response:
    if form.json is not None:
        headers = {"Idempotency-Key": key}
        return await browser.post(form.path, json=dict(form.json), headers=headers)
    return await browser.post(form.path, data={**form.data, "idempotency_key": key})


def said(answer: httpx.Response) -> tuple[int, str]:
    """What the person notices: how it ended and where it led."""
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.parametrize("path", TRIED)
async def test_the_second_sending_does_nothing_more_and_says_the_same(
    path: str, office: Office, client_as: ClientAs
) -> None:
    way, key = WAYS[path], secrets.token_hex(8)
    assert way.form
    form = await way.form(office, key)
    browser = await client_as(form.actor)
    before = await rows(office)
    first = await send(browser, form, key)
    assert not first.is_error, said(first)
    between = await rows(office)
    assert between != before
    assert said(await send(browser, form, key)) == said(first)
    after = await rows(office)
    assert grown(between, after) == {}
    if way.why == KEY:
        assert after == between


@pytest.mark.parametrize("path", TRIED)
async def test_two_at_the_same_moment_do_what_one_does(
    path: str, office: Office, client_as: ClientAs
) -> None:
    make, key = WAYS[path].form, secrets.token_hex(8)
    assert make
    one = await make(office, secrets.token_hex(8))
    browser = await client_as(one.actor)
    before = await rows(office)
    alone = await send(browser, one, secrets.token_hex(8))
    by_one = grown(before, await rows(office))
    two = await make(office, key)
    before = await rows(office)
    answers = await asyncio.gather(*(send(browser, two, key) for _ in range(2)))
    assert {answer.status_code for answer in answers} == {alone.status_code}
    assert len({said(answer) for answer in answers}) == 1
    assert grown(before, await rows(office)) == by_one
