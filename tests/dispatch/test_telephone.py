"""Events of the telephone: twice, late and in any order; missed calls are called back."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from dispatch.missed import claim, missed_calls, settle, settle_those_who_called_again
from dispatch.office import Office
from dispatch.telephone import (
    close_lost_calls,
    forget_old_events,
    line,
    ringing,
    take_events,
)
from hotline.errors import Incomplete, NotAvailable
from hotline.people import Role
from hotline.telephone import CallEvent
from tests.makers import AGENT, MONDAY, staff

COLLEAGUE = staff("话务员小何", Role.AGENT)


def event(call: str, what: str, after: float, **given: Any) -> CallEvent:
    """What happened to the call so many seconds after it began."""
    filled = {"caller": "13800138000", "callee": "12345", **given}
    return CallEvent(
        event_id=f"{call}-{what}-{after}",
        source="pbx",
        event=what,
        at=MONDAY + timedelta(seconds=after),
        call_id=call,
        **filled,
    )


def life(call: str, first: str = "8001", second: str = "8002") -> list[CallEvent]:
    """Rings at one telephone, which is not heard, then at another, which is."""
    return [
        event(call, "call.offered", 0),
        event(call, "queue.entered", 1, queue="general", caller=""),
        event(call, "call.ringing", 5, agent=first),
        event(call, "call.agent_failed", 20, agent=first),
        event(call, "call.ringing", 21, agent=second),
        event(call, "call.answered", 24, agent=second),
        event(call, "call.ended", 90, data={"cause": "normalClearing"}),
    ]


async def facts(office: Office, call: str) -> tuple[Any, ...]:
    row = await office.pool.fetchrow(
        "select direction, caller, callee, queue, offered_at, queued_at, ringing_at, rang_at,"
        " rang_extension, unheard_at, answered_at, answered_extension, ended_at, cause, last_at"
        " from phone_call where source = 'pbx' and call_id = $1",
        call,
    )
    assert row is not None
    return tuple(row)


async def test_every_order_of_events_gives_the_same_call(office: Office) -> None:
    await take_events(office, life("straight"), now=MONDAY)
    expected = await facts(office, "straight")
    assert expected[1] == "+8613800138000" and expected[8] == expected[11] == "8002"
    some = [*itertools.permutations(range(7))][:: 5040 // 40]
    for number, order in enumerate(some):
        call = f"mixed-{number}"
        events = life(call)
        for at in order:
            await take_events(office, [events[at]], now=MONDAY)
            # And each comes again, alone or among others.
            await take_events(office, events[at : at + 2], now=MONDAY)
        assert await facts(office, call) == expected
    known = await office.pool.fetchval("select count(*) from phone_event where call_id = 'mixed-1'")
    assert known == 7


async def test_the_same_event_again_counts_once_even_with_other_contents(office: Office) -> None:
    await take_events(office, [event("once", "call.ringing", 5, agent="8001")], now=MONDAY)
    again = event("once", "call.ringing", 5, agent="8009", caller="13900139000")
    await take_events(office, [again, again], now=MONDAY)
    assert (await facts(office, "once"))[8] == "8001"
    assert (await facts(office, "once"))[1] == "+8613800138000"


async def test_events_without_a_call_and_of_unknown_kinds_are_kept(office: Office) -> None:
    state = CallEvent(event_id="s1", source="pbx", event="agent.state", at=MONDAY, agent="8001")
    odd = event("odd", "call.future", 3, caller="anonymous")
    await take_events(office, [state, odd], now=MONDAY)
    assert (await facts(office, "odd"))[1] == ""
    assert await office.pool.fetchval("select 1 from phone_event where event_id = 's1'") == 1


async def test_a_telephone_rings_for_who_sits_at_it(office: Office) -> None:
    await sit(office)
    now = MONDAY + timedelta(seconds=6)
    await take_events(office, life("rings", "7001", "7002")[:3], now=now)
    found = await ringing(office, AGENT, now=now)
    assert found is not None and found.caller == "+8613800138000"
    assert await line(office, AGENT, found.id) == found
    assert await line(office, COLLEAGUE, found.id) is None
    assert await ringing(office, COLLEAGUE, now=now) is None
    await take_events(office, life("rings", "7001", "7002")[3:6], now=now)
    assert await ringing(office, AGENT, now=now) is None
    taken = await ringing(office, COLLEAGUE, now=now)
    assert taken is not None and taken.answered_at is not None
    await take_events(office, life("rings", "7001", "7002")[6:], now=now)
    assert await ringing(office, COLLEAGUE, now=now) is None


async def test_a_missed_caller_is_called_back_by_one(office: Office) -> None:
    await sit(office)
    for call, phone in (("m1", "13700001111"), ("m2", "13700001111"), ("m3", "13700002222")):
        gone = [
            event(call, "queue.entered", 0, caller=phone),
            event(call, "call.ended", 40, caller=phone),
        ]
        await take_events(office, gone, now=MONDAY)
    now = MONDAY + timedelta(minutes=5)
    waiting = {one.caller: one for one in await missed_calls(office, now=now)}
    twice, once = waiting["+8613700001111"], waiting["+8613700002222"]
    assert (twice.times, twice.waited, once.times) == (2, 40, 1)

    await claim(office, twice.id, actor=AGENT, now=now)
    with pytest.raises(NotAvailable):
        await claim(office, twice.id, actor=COLLEAGUE, now=now)
    with pytest.raises(NotAvailable):
        await settle(office, twice.id, "reached", actor=COLLEAGUE, now=now)
    with pytest.raises(Incomplete):
        await settle(office, twice.id, "called_again", actor=AGENT, now=now)
    # A claim that nothing came of does not hold for ever.
    later = now + timedelta(minutes=31)
    await claim(office, twice.id, actor=COLLEAGUE, now=later)
    await settle(office, twice.id, "reached", actor=COLLEAGUE, now=later)
    assert twice.caller not in {one.caller for one in await missed_calls(office, now=later)}
    assert await line(office, COLLEAGUE, twice.id) is not None

    for tries in (1, 2, 3):
        await claim(office, once.id, actor=AGENT, now=now)
        await settle(office, once.id, "no_answer", actor=AGENT, now=now)
        left = [one for one in await missed_calls(office, now=now) if one.caller == once.caller]
        assert [one.tries for one in left] == ([tries] if tries < 3 else [])


async def test_who_got_through_meanwhile_is_not_called_back(office: Office) -> None:
    gone = [event("again-1", "call.offered", 0, caller="13700003333"),
            event("again-1", "call.ended", 9, caller="13700003333")]  # fmt: skip
    await take_events(office, gone, now=MONDAY)
    assert "+8613700003333" in {one.caller for one in await missed_calls(office, now=MONDAY)}
    came = [event("again-2", "call.answered", 60, caller="13700003333", agent="8002")]
    await take_events(office, came, now=MONDAY)
    assert "+8613700003333" not in {one.caller for one in await missed_calls(office, now=MONDAY)}
    await settle_those_who_called_again(office, MONDAY)
    settled = await office.pool.fetchval("select outcome from phone_call where call_id = 'again-1'")
    assert settled == "called_again"


async def test_a_call_whose_end_was_never_heard_ends_after_hours(office: Office) -> None:
    await take_events(office, life("lost")[:2], now=MONDAY)
    await close_lost_calls(office, MONDAY + timedelta(hours=5))
    row = await office.pool.fetchrow(
        "select ended_at, cause from phone_call where call_id = 'lost'"
    )
    assert row is not None and tuple(row) == (MONDAY + timedelta(seconds=1), "lost")


async def sit(office: Office) -> None:
    """Two agents at their telephones."""
    await office.pool.execute(
        "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
        " values ($1, 'colleague', $2, $3, '{agent}') on conflict do nothing",
        COLLEAGUE.staff_id,
        COLLEAGUE.name,
        COLLEAGUE.unit_id,
    )
    for person, extension in ((AGENT, "7001"), (COLLEAGUE, "7002")):
        await office.pool.execute(
            "update staff set extension = $2 where id = $1", person.staff_id, extension
        )


async def test_old_events_are_forgotten_in_batches_and_the_calls_stay(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.telephone._FORGOTTEN_AT_ONCE", 2)
    await office.pool.execute("delete from phone_event")
    now = MONDAY + timedelta(days=office.settings.phone_event_days)
    await take_events(office, life("old"), now=MONDAY - timedelta(seconds=1))
    await take_events(office, [event("young", "call.offered", 0)], now=MONDAY)
    expected = await facts(office, "old")
    assert await forget_old_events(office, now) == 7
    assert await forget_old_events(office, now) == 0
    assert [row["call_id"] for row in await office.pool.fetch("select * from phone_event")] == [
        "young"
    ]
    # An exchange that sends them once more says nothing new.
    await take_events(office, life("old"), now=now)
    assert await facts(office, "old") == expected
