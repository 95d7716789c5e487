"""The agent's own state at the console, and the counts of all of them where work is overseen."""

import re
from datetime import timedelta

import pytest

from dispatch.agents import own_state
from dispatch.office import Office, clock
from dispatch.telephone import take_events
from hotline.agent_states import AgentState
from hotline.people import Actor
from hotline.telephone import CallEvent
from tests.makers import AGENT, DISPATCHER, LEADER, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs


@pytest.fixture(autouse=True)
async def morning(office: Office) -> None:
    """Nobody has said anything yet."""
    await office.pool.execute("delete from agent_status")


def counts(html: str) -> dict[str, int]:
    shown = re.findall(r"<dt>([^<]+)</dt><dd>(?:<strong>)?(\d+)", html.partition('agents"')[2])
    return {label: int(n) for label, n in shown}


async def test_an_agent_is_ready_and_takes_a_break(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(AGENT)
    page = (await browser.get("/console")).text
    assert 'id="own-state"' in page
    assert re.search(r'value="offline" aria-pressed="true"', page)
    # One key leads from ready to a break and back.
    assert re.search(r'value="ready" aria-pressed="false" data-shortcut="Alt\+z"', page)
    answer = await browser.post(
        "/console/state", data={"state": "ready"}, headers={"hx-request": "true"}
    )
    assert answer.text.lstrip().startswith('<section id="own-state"')
    assert re.search(r'value="ready" aria-pressed="true"', answer.text)
    assert re.search(r'value="break" aria-pressed="false" data-shortcut="Alt\+z"', answer.text)
    plain = await browser.post("/console/state", data={"state": "break"})
    assert (plain.status_code, plain.headers["location"]) == (303, "/console")
    assert (await own_state(office.pool, AGENT, now=clock())).state is AgentState.BREAK
    assert (await browser.post("/console/state", data={"state": "x"})).status_code == 409


async def test_who_signs_out_takes_no_calls(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(AGENT)
    await browser.post("/console/state", data={"state": "ready"})
    await browser.post("/logout")
    assert (await own_state(office.pool, AGENT, now=clock())).state is AgentState.OFFLINE


async def test_what_the_telephone_reports_is_only_shown(
    client_as: ClientAs, office: Office
) -> None:
    await office.pool.execute("update staff set extension = '7301' where id = $1", AGENT.staff_id)
    event = CallEvent(
        event_id="busy", source="pbx", event="agent.state", at=clock() - timedelta(seconds=2),
        agent="7301", data={"state": "talking"},
    )  # fmt: skip
    await take_events(office, [event], now=clock())
    browser = await client_as(AGENT)
    fragment = (await browser.get("/console/state")).text
    assert "通话中" in fragment and "请在话机上切换" in fragment and "<button" not in fragment
    refused = await browser.post("/console/state", data={"state": "ready"})
    assert refused.status_code == 409 and "请在话机上切换" in refused.text


@pytest.mark.parametrize("actor", [SUPERVISOR, LEADER, DISPATCHER])
async def test_who_oversees_sees_every_state_with_its_count(
    client_as: ClientAs, actor: Actor
) -> None:
    overseer, agent = await client_as(actor), await client_as(AGENT)
    for path in ("/oversight", "/oversight/agents", "/wall", "/wall/board"):
        await agent.post("/console/state", data={"state": "offline"})
        before = counts((await overseer.get(path)).text)
        assert list(before) == ["就绪", "通话中", "话后整理", "小休", "签出"]
        await agent.post("/console/state", data={"state": "wrap_up"})
        after = counts((await overseer.get(path)).text)
        assert after["话后整理"] == before["话后整理"] + 1
        assert after["签出"] == before["签出"] - 1


async def test_states_are_for_agents_and_counts_for_who_oversees(client_as: ClientAs) -> None:
    clerk = await client_as(WATER_CLERK)
    assert (await clerk.get("/console/state")).status_code == 403
    assert (await clerk.post("/console/state", data={"state": "ready"})).status_code == 403
    assert (await (await client_as(AGENT)).get("/oversight/agents")).status_code == 403
