"""A notice is loaded: the preview is what happens, every moved deadline has its event."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from dispatch import moving, recalendar
from dispatch.audit import verify
from dispatch.clock import sweep
from dispatch.holidays import current_calendar, load, preview
from dispatch.horizon import horizon
from dispatch.intake import open_case
from dispatch.moving import SETTLED_AFTER
from dispatch.office import Office, open_office
from dispatch.perform import perform
from dispatch.recalendar import latest, move_all, move_next
from dispatch.registry import history
from hotline.calendar import SHANGHAI, in_shanghai
from hotline.errors import Conflict, NotPermitted
from hotline.holiday_notice import Notice, read_notice
from hotline.people import CLOCK, Actor, Role
from hotline.settings import settings_from
from tests.conftest import NewDatabase
from tests.hotline.test_holiday_notice import NOTICE_2027
from tests.makers import AGENT, CENTRE, DISPATCHER, REQUEST, SUPERVISOR, WATER_CLERK
from tests.seeding import seed

ADMIN = Actor("管理员老吴", frozenset({Role.ADMIN}), SUPERVISOR.staff_id, CENTRE)
THEN = datetime(2026, 12, 28, 10, 0, tzinfo=SHANGHAI)
"""A Monday: ten working days from here lie beyond what is published."""


@pytest_asyncio.fixture(loop_scope="session")
async def office(new_database: NewDatabase, redis_url: str) -> AsyncIterator[Office]:
    """Every test begins with the calendar that ends with 2026."""
    async with new_database() as url:
        settings = replace(settings_from({}), database_url=url, redis_url=redis_url)
        async with open_office(settings) as opened:
            await seed(opened.pool)
            yield opened


async def opened(office: Office, *, now: datetime = THEN, **changes: Any) -> str:
    inputs = {**REQUEST, **changes}
    return (await open_case(office, actor=AGENT, inputs=inputs, now=now)).case.number


async def handled(office: Office, *, now: datetime = THEN, **changes: Any) -> str:
    """A case that the water bureau has signed for."""
    number = await opened(office, now=now, **changes)
    await act(office, number, "dispatch", DISPATCHER, now=now, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK, now=now)
    return number


async def act(
    office: Office, number: str, action: str, actor: Actor, *, now: datetime = THEN, **inputs: Any
) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=now)


async def notice_of(office: Office, text: str = NOTICE_2027, year: str = "2027") -> Notice:
    calendar = await current_calendar(office)
    return read_notice(text, year=year, title=f"{year}年放假安排（示例）", calendar=calendar)


async def loaded(office: Office, text: str = NOTICE_2027, year: str = "2027") -> Notice:
    notice = await notice_of(office, text, year)
    assert await load(office, notice, actor=ADMIN, now=THEN)
    return notice


async def clock_of(office: Office, number: str, name: str = "whole") -> Any:
    return await office.pool.fetchrow(
        'select k.* from clock k join "case" c on c.id = k.case_id'
        " where c.number = $1 and k.name = $2 and k.ended_at is null",
        number,
        name,
    )


async def due_on(office: Office, number: str, name: str = "whole") -> date:
    found = await clock_of(office, number, name)
    return in_shanghai(found["due_at"]).date()


async def recalendars(office: Office, number: str) -> list[Any]:
    return await office.pool.fetch(
        'select e.* from event e join "case" c on c.id = e.case_id'
        " where c.number = $1 and e.action = 'recalendar' order by e.seq",
        number,
    )


async def test_what_the_preview_shows_is_what_happens(office: Office) -> None:
    numbers = [await handled(office) for _ in range(3)]
    # Ends within the year: nothing of it moves.
    early = await opened(office, now=THEN - timedelta(days=21))
    calendar = await current_calendar(office)
    notice = await notice_of(office)
    found = await preview(office, notice, calendar=calendar)
    assert await office.pool.fetchval("select count(*) from event where action = 'recalendar'") == 0

    assert await load(office, notice, actor=ADMIN, now=THEN, seen=found.base)
    assert await move_all(office, THEN) == 3
    shown = {(row.number, row.clock): (row.old, row.new) for row in found.rows}
    assert found.moved == len(shown)
    assert {number for number, _ in shown} == set(numbers)
    for number in numbers:
        event = (await recalendars(office, number))[0]
        for name, (old, new) in event["changes"].items():
            label = {"due:whole": "全程时限", "due:handle": "办理时限"}[name]
            was, now = shown.pop((number, label))
            assert (datetime.fromisoformat(old), datetime.fromisoformat(new)) == (was, now)
    assert shown == {}
    assert await recalendars(office, early) == []
    # 12-29, 30, 31; 01-04..08; 01-11, 12: New Year's Day is no working day any more.
    assert await due_on(office, numbers[0]) == date(2027, 1, 12)
    assert (await verify(office.pool)).broken == ()


async def test_every_moved_deadline_says_which_notice_moved_it(office: Office) -> None:
    number = await handled(office)
    before = await clock_of(office, number)
    assert before["provisional"]
    notice = await loaded(office)
    await move_all(office, THEN)
    (event,) = await recalendars(office, number)
    after = await clock_of(office, number)
    assert event["inputs"] == {"notice": notice.title, "calendar": after["calendar_version"]}
    assert (event["actor_name"], event["stage_before"]) == (CLOCK.name, event["stage_after"])
    assert not after["provisional"]
    assert after["calendar_version"] == (await current_calendar(office)).version
    assert after["ring_at"] > before["ring_at"] or after["due_at"] > before["due_at"]
    case = await office.pool.fetchrow('select * from "case" where number = $1', number)
    handle = await clock_of(office, number, "handle")
    assert case["next_due_at"] == min(
        row["due_at"]
        for row in await office.pool.fetch(
            "select due_at from clock where case_id = $1 and ended_at is null", case["id"]
        )
    )
    part = await office.pool.fetchval(
        "select due_at from assignment where case_id = $1", case["id"]
    )
    assert part <= handle["due_at"]


async def test_a_provisional_mark_vanishes_where_the_deadline_stays(office: Office) -> None:
    """An hour's limit over the year's end does not move, and needs no event."""
    number = await opened(office, now=datetime(2026, 12, 31, 20, tzinfo=SHANGHAI), urgency="danger")
    assert (await clock_of(office, number))["provisional"]
    notice = await notice_of(office)
    found = await preview(office, notice, calendar=await current_calendar(office))
    assert (found.moved, found.settled > 0) == (0, True)
    await loaded(office)
    await move_all(office, THEN)
    assert not (await clock_of(office, number))["provisional"]
    assert await recalendars(office, number) == []


async def test_both_directions_of_a_make_up_day(office: Office) -> None:
    """A Sunday at work brings a deadline nearer, a day of rest takes it further."""
    number = await handled(office)
    assert await due_on(office, number) == date(2027, 1, 11)
    later = NOTICE_2027.replace("2027-01-31 班 春节", "2027-01-09至2027-01-10 班 春节")
    await loaded(office, later)
    await move_all(office, THEN)
    # New Year's Day is lost, the weekend of 9 and 10 January is won.
    assert await due_on(office, number) == date(2027, 1, 10)
    # A second notice of the same year takes the Sunday back.
    await loaded(office, "2027-01-10 休 更正")
    await move_all(office, THEN)
    assert await due_on(office, number) == date(2027, 1, 11)
    assert len(await recalendars(office, number)) == 2
    assert (await verify(office.pool)).broken == ()


async def test_a_second_notice_in_mid_year_moves_what_was_certain(office: Office) -> None:
    """As on 2020-01-27: days that were published already become days of rest."""
    now = datetime(2026, 12, 7, 9, tzinfo=SHANGHAI)
    number = await handled(office, now=now)
    assert (await due_on(office, number), (await clock_of(office, number))["provisional"]) == (
        date(2026, 12, 21),
        False,
    )
    await loaded(office, "2026-12-10至2026-12-11 休 某节\n2026-12-19 班 某节", "2026")
    await move_all(office, now)
    assert await due_on(office, number) == date(2026, 12, 22)
    assert (await current_calendar(office)).horizon == date(2026, 12, 31)


async def test_extensions_and_stops_count_in_the_new_calendar(office: Office) -> None:
    now = datetime(2026, 12, 21, 9, tzinfo=SHANGHAI)
    number = await handled(office, now=now)
    await act(
        office, number, "request_stop", WATER_CLERK, now=now,
        stop_ground="inspection", basis="规程第十三条", stop_until="2026-12-25", reason="待检测",
    )  # fmt: skip
    await act(office, number, "grant_stop", SUPERVISOR, now=now)
    before = await clock_of(office, number, "handle")
    # Five working days with 12-22 to 12-25 taken out: 12-28 to 12-31, and what was New Year's Day.
    assert in_shanghai(before["due_at"]).date() == date(2027, 1, 1)
    await act(office, number, "request_extension", WATER_CLERK, now=now,
              extension_days="2", reason="等待配件")  # fmt: skip
    await act(office, number, "grant_extension", SUPERVISOR, now=now)
    assert await due_on(office, number, "handle") == date(2027, 1, 5)
    await loaded(office)
    await move_all(office, now)
    after = await clock_of(office, number, "handle")
    assert in_shanghai(after["due_at"]).date() == date(2027, 1, 6)
    assert after["stops"] == before["stops"]
    assert after["ring_at"] == before["ring_at"], "while it rests, it rings at the end of the rest"


async def test_loading_the_same_again_changes_nothing(office: Office) -> None:
    number = await handled(office)
    notice = await loaded(office)
    await move_all(office, THEN)
    assert not await load(office, notice, actor=ADMIN, now=THEN)
    assert await move_all(office, THEN) == 1
    assert len(await recalendars(office, number)) == 1
    assert len(await history.changes(office.pool, subject="工作日历")) == 1


async def test_only_an_administrator_loads(office: Office) -> None:
    notice = await notice_of(office)
    for stranger in (SUPERVISOR, AGENT, CLOCK):
        with pytest.raises(NotPermitted):
            await load(office, notice, actor=stranger, now=THEN)
    assert (await current_calendar(office)).horizon == date(2026, 12, 31)


async def test_a_calendar_that_changed_after_the_preview_is_looked_at_again(
    office: Office,
) -> None:
    notice = await notice_of(office)
    base = (await current_calendar(office)).version
    await loaded(office, "2026-12-11 休 某节", "2026")
    with pytest.raises(Conflict, match="重新预览"):
        await load(office, notice, actor=ADMIN, now=THEN, seen=base)


async def test_what_was_loaded_is_written_down(office: Office) -> None:
    await loaded(office)
    (change,) = await history.changes(office.pool, subject="工作日历")
    assert (change.who, change.action) == (SUPERVISOR.name, "载入")
    assert change.after["公布至"] == "2027-12-31"
    assert "2027-02-05至2027-02-13休（春节）" in change.after["改写的日子"]


async def test_a_kill_in_the_middle_is_taken_up_where_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [await handled(office) for _ in range(6)]
    monkeypatch.setattr(recalendar, "BATCH", 4)
    await loaded(office)
    after = await move_next(office, THEN)
    assert after is not None
    done = [number for number in numbers if await recalendars(office, number)]
    assert 0 < len(done) < len(numbers)
    # In the second batch the process ends between its statements and its commit.
    real = recalendar.publish

    async def killed(*_: Any) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(recalendar, "publish", killed)
    with pytest.raises(asyncio.CancelledError):
        await move_next(office, THEN, after)
    monkeypatch.setattr(recalendar, "publish", real)
    job = await latest(office.pool)
    assert job is not None and (job.moved, job.done_at) == (len(done), None)

    async with open_office(office.settings) as another:
        assert await move_all(another, THEN) == len(numbers)
    for number in numbers:
        assert len(await recalendars(office, number)) == 1
    assert (await verify(office.pool)).broken == ()


async def test_two_workers_move_each_case_once(office: Office) -> None:
    numbers = [await handled(office) for _ in range(5)]
    await loaded(office)
    async with open_office(office.settings) as another:
        await asyncio.gather(*(move_all(one, THEN) for one in (office, another, office)))
    await move_all(office, THEN)
    assert [len(await recalendars(office, number)) for number in numbers] == [1] * 5


async def test_a_case_that_somebody_changes_meanwhile_is_moved_by_the_next_pass(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await handled(office)
    await loaded(office)
    real = moving.write_deadlines

    async def slower(connection: Any, moves: Any) -> set[int]:
        await act(office, number, "remind", SUPERVISOR)
        return await real(connection, moves)

    monkeypatch.setattr(moving, "write_deadlines", slower)
    assert await move_all(office, THEN) == 0
    monkeypatch.setattr(moving, "write_deadlines", real)
    assert await move_all(office, THEN) == 1
    assert (await verify(office.pool)).broken == ()


async def test_it_ends_when_no_process_can_use_the_old_calendar_any_more(office: Office) -> None:
    await handled(office)
    await loaded(office)
    await move_all(office, THEN)
    # A process that had not yet read the new calendar starts clocks with the old one.
    office_of_old = await handled(office)
    await office.pool.execute(
        "update clock set calendar_version = 'old', due_at = due_at - interval '1 day'"
        ' where case_id = (select id from "case" where number = $1) and name = $2',
        office_of_old,
        "whole",
    )
    assert await move_all(office, THEN + timedelta(seconds=5)) == 2
    job = await latest(office.pool)
    assert job is not None and job.done_at is None
    await move_all(office, THEN + SETTLED_AFTER)
    job = await latest(office.pool)
    assert job is not None and job.done_at == THEN + SETTLED_AFTER
    assert (job.moved, job.failed) == (2, 0)


async def test_a_case_that_cannot_be_moved_stops_no_other(office: Office) -> None:
    strange, fine = await handled(office), await handled(office)
    await office.pool.execute(
        "update clock set name = 'of_yore' where name = 'whole' and case_id ="
        ' (select id from "case" where number = $1)',
        strange,
    )
    await loaded(office)
    assert await move_all(office, THEN) == 1
    assert len(await recalendars(office, fine)) == 1
    await move_all(office, THEN + SETTLED_AFTER)
    job = await latest(office.pool)
    assert job is not None and (job.failed, job.done_at is None) == (1, False)


async def test_a_moved_deadline_rings_at_its_new_moment(office: Office) -> None:
    number = await handled(office)
    await loaded(office)
    await move_all(office, THEN)
    old_end = datetime(2027, 1, 12, 0, 0, 30, tzinfo=SHANGHAI)
    await sweep(office, old_end)
    breached = (
        "select rung from clock where name = 'whole' and case_id = (select max(id) from \"case\")"
    )
    assert await office.pool.fetchval(breached) < 3
    await sweep(office, old_end + timedelta(days=1))
    assert await office.pool.fetchval(breached) == 3
    assert number


async def test_the_horizon_counts_what_lies_beyond(office: Office) -> None:
    calendar = await current_calendar(office)
    nothing = await horizon(office.pool, calendar, today=date(2026, 11, 1))
    assert (nothing.days_left, nothing.near, nothing.provisional) == (60, False, 0)
    await handled(office)
    found = await horizon(office.pool, calendar, today=date(2026, 11, 2))
    assert (found.near, found.provisional > 0) == (True, True)
    await loaded(office)
    await move_all(office, THEN)
    calendar = await current_calendar(office)
    found = await horizon(office.pool, calendar, today=date(2026, 11, 2))
    assert (found.near, found.provisional) == (False, 0)
