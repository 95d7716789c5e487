"""The sweep: what time does, once, at the true moment, however many workers look."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from dispatch.clock import sweep
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from hotline.calendar import SHANGHAI
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    DISPATCHER,
    MONDAY,
    REQUEST,
    REVIEWER,
    WATER_CLERK,
)


def at(month: int, day: int, hour: int = 10, minute: int = 1) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


async def opened(office: Office, *, now: datetime = MONDAY, **changes: Any) -> str:
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=now)
    return outcome.case.number


async def act(
    office: Office, number: str, action: str, actor: Actor, *, now: datetime = MONDAY, **inputs: Any
) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=now)


async def dispatched(office: Office, *, now: datetime = MONDAY) -> str:
    number = await opened(office, now=now)
    await act(office, number, "dispatch", DISPATCHER, now=now, lead_unit="SWJ")
    return number


async def answered(office: Office, *, now: datetime = MONDAY) -> str:
    number = await dispatched(office, now=now)
    await act(office, number, "sign", WATER_CLERK, now=now)
    await act(office, number, "reply", WATER_CLERK, now=now, result="solved", reply="已恢复供水。")
    await act(office, number, "approve", REVIEWER, now=now)
    return number


async def rings(office: Office, number: str) -> list[tuple[str, str, int]]:
    """(action, clock, level) of what time did with the case."""
    rows = await history(office, number)
    return [
        (row["action"], row["inputs"]["clock"], row["inputs"]["level"])
        for row in rows
        if row["action"] in ("warn", "breach")
    ]


async def history(office: Office, number: str) -> list[asyncpg.Record]:
    return await office.pool.fetch(
        "select e.action, e.inputs, e.at, e.actor_name, e.stage_after from event e"
        ' join "case" c on c.id = e.case_id where c.number = $1 order by e.seq',
        number,
    )


async def stage_of(office: Office, number: str) -> str:
    return str(await office.pool.fetchval('select stage from "case" where number = $1', number))


async def test_a_second_sweep_finds_nothing_left_to_do(office: Office) -> None:
    number = await opened(office)
    first = await sweep(office, MONDAY + timedelta(hours=3))
    assert first.rung > 0
    assert await rings(office, number) == [("warn", "dispatch", 1)]
    second = await sweep(office, MONDAY + timedelta(hours=3))
    assert (second.rung, second.acted, second.faults) == (0, 0, 0)


async def test_each_level_rings_once_with_the_moment_since_when(office: Office) -> None:
    number = await opened(office)
    # Four working hours from 9:00 end at 14:30: half at 11:00, four fifths at 13:42.
    for moment in (at(3, 9, 11, 0), at(3, 9, 13, 45), at(3, 9, 14, 30), at(3, 9, 14, 31)):
        await sweep(office, moment)
    told = [row for row in await history(office, number) if row["action"] in ("warn", "breach")]
    assert [(row["inputs"]["level"], row["inputs"]["since"]) for row in told] == [
        (1, "2026-03-09T11:00:00+08:00"),
        (2, "2026-03-09T13:42:00+08:00"),
        (3, "2026-03-09T14:30:00+08:00"),
    ]
    assert [row["at"] for row in told] == [at(3, 9, 11, 0), at(3, 9, 13, 45), at(3, 9, 14, 31)]
    assert {row["actor_name"] for row in told} == {"系统计时"}


async def test_of_two_sweeps_at_once_each_clock_rings_once(office: Office) -> None:
    numbers = [await opened(office) for _ in range(12)]
    await asyncio.gather(*(sweep(office, at(3, 9, 11, 30)) for _ in range(4)))
    await sweep(office, at(3, 9, 11, 30))
    for number in numbers:
        assert await rings(office, number) == [("warn", "dispatch", 1)]


async def test_after_an_outage_each_clock_gives_one_notice_at_its_highest_level(
    office: Office,
) -> None:
    number = await opened(office)
    await sweep(office, at(4, 20))
    assert sorted(await rings(office, number)) == [
        ("breach", "dispatch", 3),
        ("breach", "whole", 3),
    ]


async def test_an_unsigned_case_is_deemed_received_and_its_unit_is_told(office: Office) -> None:
    number = await dispatched(office)
    await sweep(office, at(3, 10, 23, 59))
    assert await stage_of(office, number) == "dispatched"
    await sweep(office, at(3, 11, 0, 0))
    assert await stage_of(office, number) == "handling"
    part = await office.pool.fetchrow(
        "select a.deemed, a.signed_at from assignment a"
        ' join "case" c on c.id = a.case_id where c.number = $1',
        number,
    )
    assert part is not None
    assert (part["deemed"], part["signed_at"]) == (True, at(3, 11, 0, 0))
    told = await office.pool.fetch(
        'select template from message m join "case" c on c.id = m.case_id'
        " where c.number = $1 and unit_id is not null order by m.id",
        number,
    )
    assert [row["template"] for row in told][-2:] == ["owed/breached", "unit/deemed"]
    # The unit's own clocks went on meanwhile: leaving a case unsigned stops none of them.
    handle = await office.pool.fetchval(
        'select k.due_at from clock k join "case" c on c.id = k.case_id'
        " where c.number = $1 and k.name = 'handle'",
        number,
    )
    assert handle == datetime(2026, 3, 16, 23, 59, 59, tzinfo=SHANGHAI)


async def test_a_callback_that_nobody_could_make_closes_the_case_unrated(office: Office) -> None:
    number = await answered(office)
    await sweep(office, at(3, 17, 0, 0))
    row = await office.pool.fetchrow(
        'select stage, outcome, closed_at from "case" where number = $1', number
    )
    assert row is not None
    assert (row["stage"], row["outcome"], row["closed_at"]) == (
        "closed",
        "unrated",
        at(3, 17, 0, 0),
    )
    left = await office.pool.fetchval(
        'select count(*) from clock k join "case" c on c.id = k.case_id'
        " where c.number = $1 and (k.ended_at is null or k.ring_at is not null)",
        number,
    )
    assert left == 0


async def test_what_people_did_in_time_is_not_rung_any_more(office: Office) -> None:
    number = await answered(office)
    verdict = {"attempt": "answered", "solved": "yes", "satisfied": "5"}
    await act(office, number, "callback", CALLBACK, **verdict)
    await sweep(office, at(5, 20))
    assert await rings(office, number) == []


async def test_limits_in_days_warn_by_day_on_working_days_only(office: Office) -> None:
    friday = at(4, 3, 17, 0)
    number = await dispatched(office, now=friday)
    moment = friday
    # Qingming 2026: rest from 4 to 6 April. A sweep each hour until the limit has passed.
    while moment < at(4, 20):
        moment += timedelta(hours=1)
        await sweep(office, moment)
    warned = [
        row
        for row in await history(office, number)
        if row["action"] == "warn" and row["inputs"]["clock"] in ("handle", "whole", "sign_in")
    ]
    assert warned
    calendar = (await office.rulebook()).calendar
    for row in warned:
        since = datetime.fromisoformat(row["inputs"]["since"])
        assert calendar.in_office_hours(since), row["inputs"]
        assert row["at"] - since < timedelta(hours=1)


async def test_a_case_that_somebody_holds_is_left_to_the_next_sweep(office: Office) -> None:
    number = await opened(office)
    async with office.pool.acquire() as connection, connection.transaction():
        await connection.execute('select 1 from "case" where number = $1 for update', number)
        await asyncio.wait_for(sweep(office, at(3, 9, 11, 30)), 5)
        assert await rings(office, number) == []
    await sweep(office, at(3, 9, 11, 30))
    assert await rings(office, number) == [("warn", "dispatch", 1)]


async def test_people_and_time_at_once_lose_nothing(office: Office) -> None:
    numbers = [await opened(office) for _ in range(10)]
    await asyncio.gather(
        sweep(office, at(3, 9, 11, 30)),
        *(
            act(office, number, "supplement", AGENT, now=at(3, 9, 11, 30), note="又来电")
            for number in numbers
        ),
        sweep(office, at(3, 9, 11, 30)),
    )
    await sweep(office, at(3, 9, 11, 30))
    for number in numbers:
        actions = [row["action"] for row in await history(office, number)]
        assert sorted(actions) == ["open", "supplement", "warn"]


async def test_a_moment_left_on_an_ended_clock_is_silenced_for_good(office: Office) -> None:
    number = await answered(office)
    await office.pool.execute(
        'update clock k set ring_at = $2 from "case" c where c.id = k.case_id and c.number = $1'
        " and k.ended_at is not null",
        number,
        MONDAY,
    )
    report = await sweep(office, MONDAY + timedelta(minutes=1))
    assert report.faults == 0
    assert await rings(office, number) == []
    left = await office.pool.fetchval("select count(*) from clock where ring_at = $1", MONDAY)
    assert left == 0


async def test_one_case_that_fails_is_put_off_and_stops_no_other(office: Office) -> None:
    broken, sound = await opened(office), await opened(office)
    await office.pool.execute(
        'update clock k set "limit" = \'坏\' from "case" c'
        " where c.id = k.case_id and c.number = $1 and k.name = 'dispatch'",
        broken,
    )
    report = await sweep(office, at(3, 9, 11, 30))
    assert report.faults == 1
    assert await rings(office, sound) == [("warn", "dispatch", 1)]
    again = await sweep(office, at(3, 9, 11, 31))
    assert again.faults == 0


async def test_a_breach_counts_once_and_a_late_reply_counts_as_late(office: Office) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="CGJ")
    await act(office, number, "sign", CITY_CLERK)
    await sweep(office, at(3, 17, 9, 0))
    late = at(3, 17, 15, 0)
    await act(office, number, "reply", CITY_CLERK, now=late, result="solved", reply="已清理。")
    sums = await office.pool.fetch(
        "select measure, sum(n)::int as n from tally where unit_id = 3 and day is not null"
        " and day >= '2026-03-17' group by measure",
    )
    found = {row["measure"]: row["n"] for row in sums}
    assert (found["late"], found["overdue"]) == (1, 1)
    assert "on_time" not in found
