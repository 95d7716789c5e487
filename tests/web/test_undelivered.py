"""Texts that did not arrive: who reads them, and that each is sent again once, by a person."""

from datetime import timedelta
from typing import Any

import pytest

from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.texts import templates
from dispatch.texts.names import NAMES
from dispatch.undelivered import PAGE
from tests.makers import AGENT, DISPATCHER, MONDAY, REQUEST, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs


@pytest.fixture(autouse=True)
async def nothing_else(office: Office) -> None:
    await office.pool.execute("truncate message, inbound_message, access")


async def a_text(office: Office, state: str, *, why: str = "号码为空号") -> tuple[int, str]:
    """The acceptance text of a new case in the state: its key, and the case's number."""
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=clock())).case
    key = await office.pool.fetchval(
        "update message set state = $2, next_at = null, attempts = 3, error = $3"
        " where case_id = $1 returning id",
        case.id,
        state,
        why,
    )
    return key, case.number


async def rows(office: Office) -> list[dict[str, Any]]:
    return [dict(row) for row in await office.pool.fetch("select * from message order by id")]


async def test_what_did_not_arrive_is_listed_with_its_reason_and_a_masked_number(
    client_as: ClientAs, office: Office
) -> None:
    _, number = await a_text(office, "failed")
    await a_text(office, "delivered", why="送达的不在这里")
    for reader in (DISPATCHER, SUPERVISOR):
        page = await (await client_as(reader)).get("/texts")
        assert page.status_code == 200
        assert all(word in page.text for word in ("受理告知短信", "号码为空号", "发送失败"))
        assert f'href="/cases/{number}"' in page.text and "138****1234" in page.text
        assert "13800001234" not in page.text and "送达的不在这里" not in page.text
        assert ("/replay" in page.text) is (reader is SUPERVISOR)
    assert (await (await client_as(WATER_CLERK)).get("/texts")).status_code == 403


async def test_the_list_is_narrowed_by_state_and_ends_somewhere(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(DISPATCHER)
    for state in ("failed", "unknown", "expired"):
        await a_text(office, state, why=f"原因{state}")
    page = await browser.get("/texts?state=unknown")
    assert "原因unknown" in page.text and "原因failed" not in page.text
    await office.pool.execute(
        "insert into message (dedupe_key, channel, purpose, template, phone, state, created_at)"
        " select 'more-' || n, 'sms', 'service', 'citizen/help', '+8613800001234', 'failed', $1"
        " from generate_series(1, $2) n",
        MONDAY,
        PAGE,
    )
    first = await browser.get("/texts")
    assert first.text.count("data-row") == PAGE and "原因expired" not in first.text
    following = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    last = await browser.get(following)
    assert last.text.count("data-row") == 3 and 'rel="next"' not in last.text
    assert (await browser.get("/texts?after=!!")).status_code == 422


async def test_a_supervisor_sends_it_again_once_and_says_why(
    client_as: ClientAs, office: Office
) -> None:
    key, _ = await a_text(office, "unknown")
    browser = await client_as(SUPERVISOR)
    empty = await browser.post(f"/texts/{key}/replay", data={"note": " "})
    assert empty.status_code == 422 and f'id="note-{key}-wrong"' in empty.text
    sent = await browser.post(f"/texts/{key}/replay", data={"note": "致电核实，未收到"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/texts")
    old, new = await rows(office)
    assert (old["state"], new["state"], new["attempts"]) == ("unknown", "queued", 0)
    assert new["dedupe_key"] == f"{old['dedupe_key']}:again:1"
    same = ("template", "params", "phone", "case_id", "purpose", "channel")
    assert [new[name] for name in same] == [old[name] for name in same]
    assert new["next_at"] and new["not_after"] == new["created_at"] + timedelta(hours=48)
    access = await office.pool.fetchrow("select what, reason, case_id, staff_id from access")
    assert access is not None
    assert tuple(access) == (
        "replay_text", "致电核实，未收到", old["case_id"], SUPERVISOR.staff_id,
    )  # fmt: skip
    twice = await browser.post(f"/texts/{key}/replay", data={"note": "再发一次"})
    assert twice.status_code == 409 and "已经重发过" in twice.text
    assert len(await rows(office)) == 2
    assert "已重发" in (await browser.get("/texts")).text
    # The new one may fail as well, and is a text of its own.
    await office.pool.execute("update message set state = 'failed' where id = $1", new["id"])
    await browser.post(f"/texts/{new['id']}/replay", data={"note": "号码已更正"})
    assert (await rows(office))[-1]["dedupe_key"] == f"{old['dedupe_key']}:again:2"


@pytest.mark.parametrize("state", ["expired", "delivered", "queued", "sending", "suppressed"])
async def test_only_what_failed_or_is_unknown_is_sent_again(
    client_as: ClientAs, office: Office, state: str
) -> None:
    key, _ = await a_text(office, state)
    refused = await (await client_as(SUPERVISOR)).post(
        f"/texts/{key}/replay", data={"note": "重发"}
    )
    assert refused.status_code == 409
    assert len(await rows(office)) == 1


async def test_nobody_else_sends_again(client_as: ClientAs, office: Office) -> None:
    key, _ = await a_text(office, "failed")
    browser = await client_as(DISPATCHER)
    assert (await browser.post(f"/texts/{key}/replay", data={"note": "重发"})).status_code == 403
    none_such = await (await client_as(SUPERVISOR)).post(
        "/texts/999999999/replay", data={"note": "重发"}
    )
    assert none_such.status_code == 404
    assert len(await rows(office)) == 1


def test_every_text_to_a_citizen_has_a_name() -> None:
    assert {name for name in templates() if name.startswith("citizen/")} == set(NAMES)
