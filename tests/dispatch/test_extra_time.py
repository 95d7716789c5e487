"""Stops and extensions in the database: they end by themselves, ring once, and are queued."""

import asyncio
from datetime import datetime
from typing import Any

from dispatch.clock import sweep
from dispatch.counts import counts
from dispatch.intake import open_case
from dispatch.notices import notices
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.queues import queue
from dispatch.record import load
from hotline.calendar import SHANGHAI
from hotline.casefile import Running
from hotline.people import Actor
from tests.makers import AGENT, CITY_CLERK, DISPATCHER, MONDAY, REQUEST, SUPERVISOR, WATER_CLERK

STOP = {
    "stop_ground": "inspection",
    "basis": "行政许可法 第45条",
    "stop_until": "2026-03-12",
    "reason": "水样送检",
}


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


async def act(
    office: Office, number: str, action: str, actor: Actor, *, now: datetime, **inputs: Any
) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=now)


async def in_hand(office: Office) -> str:
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    number = outcome.case.number
    await act(office, number, "dispatch", DISPATCHER, now=MONDAY, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK, now=MONDAY)
    contact = {"contact_way": "phone", "contact_result": "reached", "note": "已核实"}
    await act(office, number, "contact", WATER_CLERK, now=MONDAY, **contact)
    return number


async def stopped(office: Office) -> str:
    number = await in_hand(office)
    await act(office, number, "request_stop", WATER_CLERK, now=at(10), **STOP)
    await act(office, number, "grant_stop", DISPATCHER, now=at(10, 11))
    return number


async def events(office: Office, number: str) -> list[tuple[str, str]]:
    """(action, actor) of everything that happened with the unit's clock."""
    rows = await office.pool.fetch(
        "select e.action, e.actor_name, e.inputs from event e"
        ' join "case" c on c.id = e.case_id where c.number = $1 order by e.seq',
        number,
    )
    return [
        (row["action"], row["actor_name"])
        for row in rows
        if row["inputs"].get("clock", "handle") == "handle"
    ]


async def handle(office: Office, number: str) -> Running:
    async with office.pool.acquire() as connection:
        case = await load(connection, number, DISPATCHER)
    assert case is not None
    clock = case.clock("handle")
    assert clock is not None
    return clock


async def test_a_stop_ends_by_itself_once_however_many_workers_look(office: Office) -> None:
    number = await stopped(office)
    clock = await handle(office, number)
    assert clock.stop is not None and clock.stop.reason == "水样送检"
    await sweep(office, at(12, 23, 59))
    assert ("resume", "系统计时") not in await events(office, number)
    await asyncio.gather(*(sweep(office, at(13, 0, 1)) for _ in range(4)))
    await sweep(office, at(13, 0, 1))
    told = await events(office, number)
    assert told.count(("resume", "系统计时")) == 1
    clock = await handle(office, number)
    assert clock.stop is None and clock.stops[0].ended_at == at(13, 0, 1)
    assert (clock.due_at, clock.ring_at) == (at(18, 23, 59).replace(second=59), at(16))


async def test_a_sweep_that_comes_late_neither_warns_within_the_stop_nor_lengthens_it(
    office: Office,
) -> None:
    number = await stopped(office)
    report = await sweep(office, at(14))
    assert report.resumed >= 1
    clock = await handle(office, number)
    assert clock.due_at.astimezone(SHANGHAI).day == 18
    assert [one for one in await events(office, number) if one[0] in ("warn", "breach")] == []


async def test_waiting_for_a_decision_rings_no_breach_and_a_refusal_lets_it_ring(
    office: Office,
) -> None:
    number = await in_hand(office)
    asked = {"extension_days": 2, "reason": "备件未到"}
    await act(office, number, "request_extension", WATER_CLERK, now=at(16, 20), **asked)
    for _ in range(2):
        await sweep(office, at(17))
    assert ("breach", "系统计时") not in await events(office, number)
    refusal = {"reason": "理由不充分"}
    await act(office, number, "deny_extension", SUPERVISOR, now=at(17, 11), **refusal)
    await sweep(office, at(17, 11))
    assert (await events(office, number))[-1] == ("breach", "系统计时")


async def test_an_extended_clock_warns_and_ends_anew(office: Office) -> None:
    number = await in_hand(office)
    asked = {"extension_days": 5, "reason": "备件未到"}
    await act(office, number, "request_extension", WATER_CLERK, now=at(16, 20), **asked)
    await sweep(office, at(16, 20))
    await act(office, number, "grant_extension", SUPERVISOR, now=at(16, 21))
    await sweep(office, at(17))
    clock = await handle(office, number)
    assert (clock.due_at, clock.ring_at) == (at(23, 23, 59).replace(second=59), at(19))
    assert [extension.limit for extension in clock.extensions] == ["5wd"]
    assert ("breach", "系统计时") not in await events(office, number)


async def test_what_waits_for_a_decision_stands_in_a_list_and_is_counted(office: Office) -> None:
    number = await in_hand(office)

    async def waiting() -> tuple[bool, int]:
        async with office.pool.acquire() as connection:
            found = await queue(connection, DISPATCHER, "to_decide", now=at(10))
            counted = await counts(connection, DISPATCHER, now=at(10))
        return number in [row.number for row in found.rows], counted["to_decide"]

    listed, before = await waiting()
    assert not listed
    await act(office, number, "request_stop", WATER_CLERK, now=at(10), **STOP)
    assert await waiting() == (True, before + 1)
    await act(office, number, "deny_stop", SUPERVISOR, now=at(10), reason="可先行处置")
    assert await waiting() == (False, before)


async def test_a_unit_that_lost_the_case_reads_that_and_nothing_else(office: Office) -> None:
    number = await in_hand(office)
    loss = {"lead_unit": "CGJ", "reason": "属市容问题"}
    await act(office, number, "redispatch", DISPATCHER, now=at(10), **loss)

    async def read_by(clerk: Actor) -> list[str]:
        async with office.pool.acquire() as connection:
            found = await notices(connection, clerk)
        return [notice.text for notice in found if notice.number == number]

    assert await read_by(WATER_CLERK) == [
        f"{number} 已改由其他单位办理，本单位不再承办，也不再能查看。"
    ]
    assert len(await read_by(CITY_CLERK)) == 1
