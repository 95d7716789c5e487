"""Every route at once: it asks who calls, takes no form without its token, and tells nobody of a
case that is not theirs."""

import re
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from dispatch.office import Office
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CITY_CLERK,
    CUSTOMS,
    DISPATCHER,
    HEDONG,
    HEDONG_CLERK,
    STREET_CLERK,
    WATER_CLERK,
    WINDOW,
    staff,
)
from tests.web.conftest import ClientAs
from tests.web.test_desk import act, opened, replied

# Of every title that is opened here.
REQUESTED = "停水"
WITHOUT_SESSION = {"anonymous", "public"}


def handlers(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """(path, method, handler) of every route of ours."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}:
                yield route.path, method, handler


def address(path: str, number: str = "2603090000017") -> str:
    """The path with something in each place; a key that nothing has."""
    path = path.replace("{number:str}", number).replace("{kind:str}", "citizen")
    return re.sub(r"\{\w+:(\w+)\}", lambda found: "1" if found[1] == "int" else "x", path)


async def test_every_guarded_route_asks_who_calls(app: Litestar, client_as: ClientAs) -> None:
    browser, open_doors, asked = await client_as(), [], 0
    for path, method, handler in handlers(app):
        if handler.opt.keys() & WITHOUT_SESSION:
            continue
        answer = await browser.request(method, address(path))
        asked += 1
        at_the_door = answer.headers.get("location", "").startswith("/login")
        if not (answer.status_code == 401 or (answer.status_code == 303 and at_the_door)):
            open_doors.append((method, path, answer.status_code))
    assert asked > 100 and open_doors == []


async def test_no_route_takes_a_form_without_its_token(app: Litestar, client_as: ClientAs) -> None:
    browser, taken, asked = await client_as(AGENT, csrf=False), [], 0
    for path, method, handler in handlers(app):
        if method == "GET" or handler.opt.get("anonymous") or handler.opt.get("csrf") is False:
            continue
        for headers in ({}, {"x-csrf-token": "0" * 64}, {"content-type": "text/plain"}):
            asked += 1
            answer = await browser.request(method, address(path), headers=headers)
            if answer.status_code != 403 or "页面已过期" not in answer.text:
                taken.append((method, path, answer.status_code))
    assert asked > 150 and taken == []


# What nobody's token protects: a machine's signature, or what harms nobody.
WITHOUT_TOKEN = {"/login", "/language", "/status", "/gateway/sms/sim"}


async def test_what_another_site_sends_is_refused_everywhere(
    app: Litestar, client_as: ClientAs
) -> None:
    browser = await client_as(AGENT)
    asked = set()
    for path, method, handler in handlers(app):
        if method == "GET" or handler.opt.get("anonymous"):
            continue
        if handler.opt.get("csrf") is False:
            asked.add(path)
        foreign = {"sec-fetch-site": "cross-site"}
        answer = await browser.request(method, address(path), headers=foreign)
        assert answer.status_code == 403, path
    assert asked == WITHOUT_TOKEN


# Who sees nothing of a case that the water bureau leads.
IDLE = staff("无岗位小简", unit=HEDONG, staff_id=900_001)
FOREIGN = [CITY_CLERK, HEDONG_CLERK, STREET_CLERK, CUSTOMS, WINDOW, IDLE]


@pytest.mark.parametrize("actor", FOREIGN, ids=lambda actor: actor.name)
async def test_a_foreign_case_is_like_none(
    app: Litestar, office: Office, client_as: ClientAs, actor: Actor
) -> None:
    await office.pool.execute(
        "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
        " values ($1, $2, $2, $3, $4) on conflict do nothing",
        actor.staff_id, actor.name, actor.unit_id, sorted(actor.roles),
    )  # fmt: skip
    number, none = await replied(office), "2603090000017"
    browser, told = await client_as(actor), []
    for path, method, _ in handlers(app):
        if "{number:str}" not in path:
            continue
        there, nowhere = [
            await browser.request(method, address(path, one)) for one in (number, none)
        ]
        same = there.text.replace(number, "") == nowhere.text.replace(none, "")
        if there.status_code != nowhere.status_code or not same:
            told.append((method, path, there.status_code, nowhere.status_code))
        if "/people" not in path:
            assert there.status_code in (403, 404), path
        assert REQUESTED not in there.text
    assert told == []


async def test_a_district_sees_its_streets_and_no_street_its_district(
    office: Office, client_as: ClientAs
) -> None:
    for code, sees in (("HDQ01", {HEDONG_CLERK, STREET_CLERK}), ("HDQ", {HEDONG_CLERK})):
        number = await opened(office)
        await act(office, number, "dispatch", DISPATCHER, lead_unit=code)
        for actor in (HEDONG_CLERK, STREET_CLERK, WATER_CLERK):
            answer = await (await client_as(actor)).get(f"/cases/{number}")
            assert answer.status_code == (200 if actor in sees else 404)


async def test_a_role_that_is_taken_away_opens_nothing_any_more(
    app: Litestar, office: Office, client_as: ClientAs
) -> None:
    number = await replied(office)
    browser = await client_as(WATER_CLERK)
    assert (await browser.get(f"/cases/{number}")).status_code == 200
    await office.pool.execute("update staff set roles = '{}' where id = $1", WATER_CLERK.staff_id)
    try:
        # What a process read about somebody it trusts for three seconds.
        app.state.entrance._known.clear()
        assert (await browser.get(f"/cases/{number}")).status_code == 404
        assert (await browser.get("/portal")).status_code == 403
    finally:
        await office.pool.execute(
            "update staff set roles = '{clerk}' where id = $1", WATER_CLERK.staff_id
        )
        app.state.entrance._known.clear()
