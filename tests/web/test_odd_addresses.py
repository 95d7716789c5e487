"""Whatever stands in an address or a form, every route answers it: no fault of the program."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from dispatch.office import Office
from hotline.people import Actor, Role
from tests import makers
from tests.makers import AGENT
from tests.web.conftest import ClientAs
from tests.web.posted_forms import WAYS
from tests.web.test_desk import replied

# What is no key, name, code or word of ours.
KEYS = ("9" * 30, "-1", "0", str(2**63), str(2**31))
TEXTS = ("%00", "9" * 400, "%F0%9F%98%80", "..%2f..%2fREADME.md", "%ED%A0%80", "'", "1e999")
WORDS = ("\x00", "9" * 40, "'\"<b>\u202e", "-1", "2026-13-45", "0001-01-01", "9999-12-31", "²")
SHAPES: tuple[Any, ...] = (None, -1, 2**70, 1.5, True, [], ["x", 1], {"a": {}})
ASKED = (
    "after", "alone", "before", "call", "category", "draft", "due", "extension", "form", "from",
    "kind", "leader", "limit", "measure", "number", "order", "phase", "place", "q", "queue",
    "role", "roll", "round", "seen", "sort", "stage", "start", "state", "tick", "to", "unit",
    "unit_id", "urgency", "year",
)  # fmt: skip
# A stream without an end; and what would end the session that asks.
APART = {"/live", "/logout"}
PEOPLE = {
    role: actor
    for actor in vars(makers).values()
    if isinstance(actor, Actor) and actor.staff_id
    for role in actor.roles
}


def routes(app: Litestar, method: str) -> Iterator[tuple[str, Role | None]]:
    """The routes of the method, each with a role that may call it (None: whoever is signed in)."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if method not in handler.http_methods or route.path in APART:
                continue
            allowed: Sequence[Role] | None = None
            for guard in handler.resolve_guards():
                if guard.__name__ == "holds_role":
                    (cell,) = guard.__closure__ or ()
                    allowed = [one for one in cell.cell_contents if not allowed or one in allowed]
            yield route.path, sorted(allowed)[-1] if allowed else None


def addresses(path: str, number: str) -> Iterator[str]:
    """The address with one odd value after the other in each of its places."""
    good = {"number": number, "kind": "citizen", "action": "dispatch", "name": "units"}
    places = re.findall(r"\{(\w+):(\w+)\}", path)
    for odd_one, of_odd in places:
        for odd in KEYS if of_odd == "int" else TEXTS:
            address = path
            for name, of in places:
                value = odd if name == odd_one else good.get(name, "1" if of == "int" else "x")
                address = address.replace(f"{{{name}:{of}}}", value)
            yield address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browsers(client_as: ClientAs, office: Office) -> dict[Role | None, httpx.AsyncClient]:
    """One for each role."""
    people: dict[Role | None, Actor] = {**PEOPLE, None: AGENT}
    for key, role in enumerate((Role.ADMIN, Role.SECURITY, Role.AUDIT), 900_000):
        people[role] = replace(AGENT, roles=frozenset({role}), staff_id=key)
        await office.pool.execute(
            "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
            " values ($1, $2, $2, $3, $4)",
            key, role.value, AGENT.unit_id, [role.value],
        )  # fmt: skip
    return {role: await client_as(actor) for role, actor in people.items()}


Browsers = dict[Role | None, httpx.AsyncClient]


async def test_every_place_in_an_address_may_hold_anything(
    app: Litestar, office: Office, browsers: Browsers
) -> None:
    number = await replied(office)
    faults = set()
    for method in ("GET", "POST"):
        for path, role in routes(app, method):
            for address in addresses(path, number):
                answer = await browsers[role].request(method, address)
                if answer.status_code == 500:
                    faults.add((method, address[:90], answer.status_code))
    assert faults == set()


async def test_every_query_may_hold_anything(app: Litestar, browsers: Browsers) -> None:
    faults = set()
    for path, role in routes(app, "GET"):
        there = re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:\w+\}", "citizen", path))
        for word in WORDS:
            answer = await browsers[role].get(there, params=dict.fromkeys(ASKED, word))
            if answer.status_code == 500:
                faults.add((path, word))
    assert faults == set()


FORMS = [path for path, way in WAYS.items() if way.form]


@pytest.mark.parametrize("path", FORMS)
async def test_every_field_may_hold_anything(
    path: str, office: Office, client_as: ClientAs
) -> None:
    key = secrets.token_hex(8)
    make = WAYS[path].form
    assert make
    form = await make(office, key)
    browser = await client_as(form.actor)
    given: Mapping[str, Any] = form.data if form.json is None else form.json
    faults = set()
    for name in (*given, "idempotency_key", "seen_version"):
        for odd in (*WORDS, "\ud7ff" * 3000) if form.json is None else (*WORDS, *SHAPES):
            sent = {**given, name: odd}
            answer = await (
                browser.post(form.path, data=sent)
                if form.json is None
                else browser.post(form.path, json=sent)
            )
            if answer.status_code == 500:
                faults.add((name, str(odd)[:20]))
    assert faults == set()


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"", b"null", b"1e999"]
)
@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/calls", "/drafts", "/gateway/sms/sim"])
async def test_a_body_may_be_anything(client_as: ClientAs, path: str, body: bytes) -> None:
    answer = await (await client_as(AGENT)).post(
        path, content=body, headers={"content-type": "application/json"}
    )
    assert 400 <= answer.status_code < 500


async def test_a_draft_may_hold_anything(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    for odd in WORDS:
        typed = {"draft": "handover", "fields": {"note": [odd], odd: ["x"]}, "key": odd}
        assert (await browser.post("/drafts", json=typed)).status_code < 500
        assert (await browser.post("/drafts", json={**typed, "draft": odd})).status_code < 500
        assert (await browser.get("/console/handover")).status_code == 200
