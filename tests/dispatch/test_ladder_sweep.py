"""The ladder in the sweep: real acts with their notices, once, however many workers look."""

import asyncio
from datetime import timedelta

from dispatch.clock import sweep
from dispatch.office import Office
from tests.dispatch.test_clock import act, at, dispatched, history
from tests.makers import DISPATCHER, WATER_CLERK

STEPS = ("remind", "supervise", "report_to_leader")


async def in_hand(office: Office) -> str:
    """A case that is to be answered by the end of Monday, 16 March."""
    number = await dispatched(office)
    await act(office, number, "sign", WATER_CLERK)
    return number


async def steps(office: Office, number: str) -> list[tuple[str, str]]:
    return [
        (row["action"], row["actor_name"])
        for row in await history(office, number)
        if row["action"] in STEPS
    ]


async def told(office: Office, number: str) -> list[str]:
    rows = await office.pool.fetch(
        'select template from message m join "case" c on c.id = m.case_id'
        " where c.number = $1 and m.channel = 'notice' order by m.id",
        number,
    )
    return [row["template"] for row in rows]


async def test_a_late_unit_is_reminded_supervised_and_reported_each_once(office: Office) -> None:
    number = await in_hand(office)
    moment = at(3, 16, 23)
    while moment < at(3, 25):
        await sweep(office, moment)
        moment += timedelta(hours=3)
    assert await steps(office, number) == [(step, "系统计时") for step in STEPS]
    notices = await told(office, number)
    assert [one for one in notices if one in ("unit/reminded", "unit/supervised")] == [
        "unit/reminded",
        "unit/supervised",
    ]
    assert notices.count("leader/overdue") == 1
    calendar = (await office.rulebook()).calendar
    rows = [row for row in await history(office, number) if row["action"] in STEPS]
    assert all(calendar.in_office_hours(row["at"]) for row in rows)


async def test_of_many_sweeps_at_once_one_takes_the_step(office: Office) -> None:
    numbers = [await in_hand(office) for _ in range(6)]
    await sweep(office, at(3, 17, 0))
    await asyncio.gather(*(sweep(office, at(3, 17, 14)) for _ in range(4)))
    await sweep(office, at(3, 17, 14))
    for number in numbers:
        assert await steps(office, number) == [("remind", "系统计时")]


async def test_after_days_without_a_worker_one_notice_and_nothing_at_night(office: Office) -> None:
    number = await in_hand(office)
    await sweep(office, at(3, 21, 2))
    assert await steps(office, number) == []
    left = await office.pool.fetchval(
        'select count(*) from clock k join "case" c on c.id = k.case_id'
        " where c.number = $1 and k.ring_at <= $2",
        number,
        at(3, 21, 2),
    )
    await sweep(office, at(3, 21, 2, 5))
    await sweep(office, at(3, 22, 15))
    assert await steps(office, number) == [], "21 and 22 March are a weekend"
    await sweep(office, at(3, 23, 8, 31))
    assert await steps(office, number) == [("report_to_leader", "系统计时")]
    assert left <= 1
    assert (await sweep(office, at(3, 23, 8, 32))).climbed == 0


async def test_what_somebody_did_by_hand_is_not_repeated(office: Office) -> None:
    number = await in_hand(office)
    await sweep(office, at(3, 17, 0))
    await act(office, number, "remind", DISPATCHER, now=at(3, 17, 9))
    await sweep(office, at(3, 17, 15))
    assert await steps(office, number) == [("remind", DISPATCHER.name)]


async def test_who_answered_is_left_in_peace(office: Office) -> None:
    number = await in_hand(office)
    await sweep(office, at(3, 17, 0))
    await act(
        office, number, "reply", WATER_CLERK, now=at(3, 17, 9), result="solved", reply="已修复。"
    )
    await sweep(office, at(3, 30, 15))
    assert await steps(office, number) == []
