"""Agents at the telephone: what the exchange reports, what they say, how many are ready."""

import itertools
from datetime import datetime, timedelta

import pytest

from dispatch.agents import agents_by_state, leave_the_telephone, own_state, say_state
from dispatch.office import Office
from dispatch.telephone import take_events
from hotline.agent_states import LONGEST_SHIFT, AgentState
from hotline.errors import NotAvailable
from hotline.telephone import CallEvent
from tests.makers import AGENT, MONDAY

EXTENSION = "7101"


def report(name: str, said: object, after: float, **given: str) -> CallEvent:
    """The exchange says what an extension is doing."""
    return CallEvent(
        event_id=name,
        source="pbx",
        event=given.get("event", "agent.state"),
        at=MONDAY + timedelta(seconds=after),
        agent=given.get("agent", EXTENSION),
        data={"state": said},
    )


@pytest.fixture(autouse=True)
async def seat(office: Office) -> None:
    """The agent sits at the extension, and nothing is known of anybody."""
    await office.pool.execute("delete from agent_status; delete from phone_event")
    await office.pool.execute(
        "update staff set extension = $2 where id = $1", AGENT.staff_id, EXTENSION
    )


async def counted(office: Office, now: datetime) -> dict[str, int]:
    return {one.state: one.n for one in await agents_by_state(office.pool, now=now)}


async def test_the_exchange_reports_in_any_order_and_twice(office: Office) -> None:
    told = [
        report("1", "ready", 0),
        report("2", "talking", 10),
        report("3", "wrap_up", 60),
        report("4", "not_ready", 60),
    ]
    for order in itertools.permutations(told):
        await office.pool.execute("delete from agent_status; delete from phone_event")
        for event in order:
            await take_events(office, [event], now=MONDAY)
            await take_events(office, [event, order[0]], now=MONDAY)
        own = await own_state(office.pool, AGENT, now=MONDAY)
        assert (own.state, own.reported) == (AgentState.WRAP_UP, True)
        assert own.at == MONDAY + timedelta(seconds=60)


async def test_a_batch_gives_the_last_of_an_agent(office: Office) -> None:
    told = [report("1", "offline", 9), report("2", "ready", 5), report("3", "reserved", 11)]
    await take_events(office, told, now=MONDAY)
    assert (await own_state(office.pool, AGENT, now=MONDAY)).state is AgentState.BUSY


@pytest.mark.parametrize(
    "odd",
    [
        report("odd", "dancing", 5),
        report("odd", 5, 5),
        report("odd", "wrap_up", 5, event="call.ended"),
        report("odd", "wrap_up", 5, agent="7999"),
        report("odd", "wrap_up", 5, agent=""),
    ],
)
async def test_what_is_no_state_of_an_agent_changes_nothing(office: Office, odd: CallEvent) -> None:
    await take_events(office, [report("1", "ready", 0), odd], now=MONDAY)
    assert (await own_state(office.pool, AGENT, now=MONDAY)).state is AgentState.READY
    assert await office.pool.fetchval("select count(*) from phone_event") == 2


async def test_without_an_exchange_the_agent_says_it(office: Office) -> None:
    before = await counted(office, MONDAY)
    await say_state(office.pool, AGENT, "break", now=MONDAY)
    later = MONDAY + timedelta(minutes=3)
    await say_state(office.pool, AGENT, "break", now=later)
    own = await own_state(office.pool, AGENT, now=later)
    assert (own.state, own.at, own.reported) == (AgentState.BREAK, MONDAY, False)
    after = await counted(office, later)
    assert after["break"] == before["break"] + 1
    assert after["offline"] == before["offline"] - 1
    with pytest.raises(NotAvailable):
        await say_state(office.pool, AGENT, "dancing", now=later)
    await leave_the_telephone(office.pool, AGENT, now=later)
    assert (await counted(office, later)) == before


async def test_what_the_exchange_reports_nobody_says_otherwise(office: Office) -> None:
    await take_events(office, [report("1", "ready", 0)], now=MONDAY)
    with pytest.raises(NotAvailable, match="话机"):
        await say_state(office.pool, AGENT, "break", now=MONDAY + timedelta(minutes=1))
    await leave_the_telephone(office.pool, AGENT, now=MONDAY + timedelta(minutes=1))
    assert (await own_state(office.pool, AGENT, now=MONDAY)).state is AgentState.READY


async def test_who_is_not_heard_of_for_a_shift_has_gone_home(office: Office) -> None:
    await take_events(office, [report("1", "ready", 0)], now=MONDAY)
    evening = MONDAY + LONGEST_SHIFT
    assert (await own_state(office.pool, AGENT, now=evening)).state is AgentState.OFFLINE
    assert (await counted(office, evening))["ready"] == 0
    # The exchange was taken away: from then on the agent says it.
    await say_state(office.pool, AGENT, "ready", now=evening)
    assert (await own_state(office.pool, AGENT, now=evening)).at == evening


async def test_every_state_is_counted_and_dated(office: Office) -> None:
    await say_state(office.pool, AGENT, "ready", now=MONDAY)
    found = await agents_by_state(office.pool, now=MONDAY)
    assert [one.state for one in found] == list(AgentState)
    assert {one.state: one.since for one in found}["ready"] == MONDAY
    assert {one.state: one.since for one in found}["busy"] is None
