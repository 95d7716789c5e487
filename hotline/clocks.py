"""The arithmetic of limits (期限): when one ends, what is used, what remains, and each day's part.

Everything is a pure function of the limit, its start, the calendar and the stops. The rules:

- *Hours* run from the stated moment (民法典 201), *working hours* only while the office is open.
- *Days* begin on the day after the start (民法典 201) and end with the last day (民法典 203),
  at 23:59:59 in Shanghai. Where the limit rolls, a last calendar day that is a rest day moves
  to the first working day after it.
- A *stop* (停止计时) takes nothing and gives nothing. **The invariant: what is used of the
  limit, in the limit's own unit, is the same at the beginning and at the end of a stop; so what
  remained before it remains after it.** A counted day is used as soon as the clock has run
  during any moment of it; therefore a stop gives back exactly the counted days that lie wholly
  within it, and a stop over a weekend gives no working day back. Stops that overlap or touch
  are one stop.
- No limit ends inside a stop: a last day that closes while the clock is stopped moves to the
  day when it runs again.
- An *extension* (延期) makes a longer limit of the same unit, counted from the same start.
"""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hotline.calendar import SHANGHAI, WorkingCalendar, in_shanghai
from hotline.limits import (
    LONGEST_DAYS,
    Limit,
    Unit,
    calendar_days,
    hours,
    same_day,
    working_days,
    working_hours,
)
from hotline.stops import (
    LAST_MOMENT,
    ONE_DAY,
    Rest,
    Stop,
    closes_within,
    days_run,
    hours_run,
    last_counted,
    last_run_day,
    merged,
    run_hours,
    whole_days,
)

__all__ = [
    "Day",
    "Due",
    "Explanation",
    "Limit",
    "Stop",
    "Unit",
    "calendar_days",
    "due",
    "due_with_stops",
    "explain",
    "extended",
    "hours",
    "moment_of_share",
    "remaining",
    "same_day",
    "share_used",
    "used",
    "working_days",
    "working_hours",
]

# People are warned when they have arrived and can still act on the same day.
WARNING_TIME = dt.time(10, 0)

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Due:
    """`due_at` is Shanghai time; `raw_due_on` the last counted day, before any rolling forward."""

    due_at: dt.datetime
    raw_due_on: dt.date
    provisional: bool
    calendar_version: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of an explanation; `ordinal` numbers the counted days from 1."""

    date: dt.date
    weekday_text: str
    counted: bool
    ordinal: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A deadline with every day from start to end; for hours only the first and the last day."""

    due_at: dt.datetime
    raw_due_on: dt.date
    provisional: bool
    calendar_version: str
    days: tuple[Day, ...]


def due(limit: Limit, start_at: dt.datetime, calendar: WorkingCalendar) -> Due:
    """When a limit that starts at `start_at` ends. Raises ValueError for a start without a zone."""
    return due_with_stops(limit, start_at, (), calendar)


def due_with_stops(
    limit: Limit, start_at: dt.datetime, stops: Sequence[Stop], calendar: WorkingCalendar
) -> Due:
    """When the limit ends, with the clock stopped in between; stops may overlap, in any order."""
    start, rests = in_shanghai(start_at), merged(stops)
    if limit.in_days:
        return _days_due(limit, start.date(), tuple(rests), calendar)
    due_at = run_hours(limit.unit, start, limit.amount, rests, calendar)
    due_on = due_at.date()
    return Due(due_at, due_on, calendar.provisional(due_on), calendar.version)


# A limit in days depends on the day of its start, and many clocks start on one day.
@lru_cache(maxsize=2048)
def _days_due(
    limit: Limit, start_on: dt.date, rests: tuple[Rest, ...], calendar: WorkingCalendar
) -> Due:
    raw_due_on = last_counted(limit.unit, start_on, int(limit.amount), list(rests), calendar)
    due_on = _landing(limit, raw_due_on, list(rests), calendar)
    due_at = dt.datetime.combine(due_on, LAST_MOMENT, SHANGHAI)
    return Due(due_at, raw_due_on, calendar.provisional(due_on), calendar.version)


def extended(limit: Limit, *extensions: Limit) -> Limit:
    """The limit with its extensions (延期): as much longer, and rolling as the limit itself does.

    Raises ValueError when an extension has another unit, or the sum is too long.
    """
    if not extensions:
        return limit
    if any(extension.unit != limit.unit for extension in extensions):
        raise ValueError("延期须与原时限使用同一计时单位")
    return Limit(limit.amount + sum(e.amount for e in extensions), limit.unit, limit.roll)


def used(
    limit: Limit,
    start_at: dt.datetime,
    now: dt.datetime,
    calendar: WorkingCalendar,
    *,
    stops: Sequence[Stop] = (),
) -> float:
    """How much of the limit's unit has been counted by `now`; goes on after the limit."""
    start, here, rests = in_shanghai(start_at), in_shanghai(now), merged(stops)
    if limit.in_days:
        return days_run(limit.unit, start.date(), last_run_day(here, rests), rests, calendar)
    return hours_run(limit.unit, start, here, rests, calendar)


def share_used(
    limit: Limit,
    start_at: dt.datetime,
    now: dt.datetime,
    calendar: WorkingCalendar,
    *,
    stops: Sequence[Stop] = (),
) -> float:
    """The used share of the limit: 0 before it runs, over 1 when more than all of it is used.

    The last day of a limit in days is used while it runs: 1 is not yet overdue.
    """
    # 当日 has no day to divide by: all of it is used when the day is over.
    return used(limit, start_at, now, calendar, stops=stops) / (limit.amount or 1)


def remaining(
    unit: Unit,
    due_at: dt.datetime,
    now: dt.datetime,
    calendar: WorkingCalendar,
    *,
    stops: Sequence[Stop] = (),
) -> float:
    """What is left until `due_at` in the clock's own unit; below zero when overdue.

    Whole days after today: 0 is the last day itself, and -1 begins as soon as the limit has
    passed. Working hours stay at 0 from a deadline until the office opens again.
    """
    end, here, rests = in_shanghai(due_at), in_shanghai(now), merged(stops)
    overdue = here > end
    if unit in ("calendar_day", "working_day"):
        if overdue:
            return -max(1, days_run(unit, end.date(), here.date(), rests, calendar))
        return days_run(unit, last_run_day(here, rests), end.date(), rests, calendar)
    if overdue:
        return -hours_run(unit, end, here, rests, calendar)
    return hours_run(unit, here, end, rests, calendar)


def moment_of_share(
    limit: Limit,
    start_at: dt.datetime,
    share: float,
    calendar: WorkingCalendar,
    *,
    stops: Sequence[Stop] = (),
) -> dt.datetime:
    """When this share (0 < share <= 1) of the limit is used, for warnings that people can act on.

    For days it is 10:00 of the counted day on which the share is reached. A rest day gives way
    to the next working day, or to the one before where the limit ends sooner; only a limit
    without any working day is warned about on a rest day. A moment within a stop waits for the
    stop's end, and for the next 10:00 if that is outside office hours. Raises ValueError for a
    share out of bounds.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not at {share}")
    start, rests = in_shanghai(start_at), merged(stops)
    if not limit.in_days:
        return run_hours(limit.unit, start, limit.amount * share, rests, calendar)
    if not limit.amount:
        # 当日 is over tonight: the share is one of the hours that are left of the day.
        end = due_with_stops(limit, start_at, stops, calendar).due_at
        return start + (end - start) * share
    return _moment_of_days(limit, start.date(), share, tuple(rests), calendar)


@lru_cache(maxsize=2048)
def _moment_of_days(
    limit: Limit,
    start_on: dt.date,
    share: float,
    rests: tuple[Rest, ...],
    calendar: WorkingCalendar,
) -> dt.datetime:
    # 0.1 of 30 days is 3 days, not 3.0000000000000004.
    amount = math.ceil(round(limit.amount * share, 9))
    day = last_counted(limit.unit, start_on, amount, list(rests), calendar)
    end = _days_due(limit, start_on, rests, calendar).due_at
    day = _acting_day(day, start_on, end.date(), calendar)
    moment = dt.datetime.combine(day, WARNING_TIME, SHANGHAI)
    for from_at, until_at in rests:
        if from_at <= moment < until_at:
            later = _acting_moment(until_at, calendar)
            moment = later if later <= end else until_at
    return moment


def explain(
    limit: Limit, start_at: dt.datetime, calendar: WorkingCalendar, stops: Sequence[Stop] = ()
) -> Explanation:
    """The deadline with each day's part in it. Raises ValueError where stops make it too long."""
    start, rests = in_shanghai(start_at), merged(stops)
    end = due_with_stops(limit, start_at, stops, calendar)
    if (end.due_at.date() - start.date()).days > 3 * LONGEST_DAYS:
        raise ValueError("计时跨度过长，无法逐日说明")
    days = (
        _explained_days(limit, start.date(), end, rests, calendar)
        if limit.in_days
        else _explained_hours(limit, start, end.due_at, rests, calendar)
    )
    return Explanation(
        end.due_at, end.raw_due_on, end.provisional, end.calendar_version, tuple(days)
    )


def _landing(limit: Limit, day: dt.date, rests: list[Rest], calendar: WorkingCalendar) -> dt.date:
    """The day on which the limit ends, when its last counted day is `day`."""
    for rest in rests:
        day = _rolled(limit, day, calendar)
        if closes_within(day, rest):
            day = rest[1].date()
    return _rolled(limit, day, calendar)


def _rolled(limit: Limit, day: dt.date, calendar: WorkingCalendar) -> dt.date:
    return calendar.next_working_day(day) if limit.roll else day


def _acting_day(day: dt.date, start: dt.date, end: dt.date, calendar: WorkingCalendar) -> dt.date:
    """A working day after `start` through `end`: `day`, else the next, else the one before."""
    following = calendar.next_working_day(day)
    if following <= end:
        return following
    before = calendar.working_days_between(start, day)
    return calendar.add_working_days(start, before) if before else day


def _acting_moment(at: dt.datetime, calendar: WorkingCalendar) -> dt.datetime:
    """`at` when the office is open, otherwise the next 10:00 of a working day."""
    if calendar.in_office_hours(at):
        return at
    morning = at.date() if at.time() < WARNING_TIME else at.date() + ONE_DAY
    return dt.datetime.combine(calendar.next_working_day(morning), WARNING_TIME, SHANGHAI)


def _explained_days(
    limit: Limit, start: dt.date, end: Due, rests: list[Rest], calendar: WorkingCalendar
) -> Iterator[Day]:
    stopped = [whole_days(rest) for rest in rests]
    due_on = end.due_at.date()
    moved = (
        "期限末日在停止计时内，顺延"
        if any(closes_within(end.raw_due_on, rest) for rest in rests)
        else "期限末日为休息日，顺延"
    )
    if not limit.amount:
        yield _day(start, "当日届满", calendar, counted=True)
        return
    yield _day(start, "起算日当天不计", calendar)
    ordinal, day = 0, start
    while day < due_on:
        day += ONE_DAY
        why = calendar.why(day)
        if day > end.raw_due_on:
            yield _day(day, f"{moved}至本日" if day == due_on else f"{moved}（{why}）", calendar)
        elif any(first <= day <= last for first, last in stopped):
            yield _day(day, "停止计时", calendar)
        elif limit.unit == "calendar_day" or calendar.is_working(day):
            ordinal += 1
            yield _day(day, why, calendar, ordinal=ordinal)
        else:
            yield _day(day, why, calendar)


def _explained_hours(
    limit: Limit,
    start: dt.datetime,
    end: dt.datetime,
    rests: list[Rest],
    calendar: WorkingCalendar,
) -> Iterator[Day]:
    begins = f"自{start:%H:%M}起算"
    if limit.unit == "working_hour" and not calendar.in_office_hours(start):
        begins = "非工作时间，自下一工作时间起算"
    ends = f"至{end:%H:%M}届满"
    if start.date() == end.date():
        yield _day(start.date(), f"{begins}，{ends}", calendar, counted=True)
        return
    midnight = dt.datetime.combine(start.date() + ONE_DAY, dt.time.min, SHANGHAI)
    ran = hours_run(limit.unit, start, midnight, rests, calendar) > 0
    yield _day(start.date(), begins, calendar, counted=ran)
    yield _day(end.date(), ends, calendar, counted=True)


def _day(
    day: dt.date,
    why: str,
    calendar: WorkingCalendar,
    *,
    counted: bool = False,
    ordinal: int | None = None,
) -> Day:
    if calendar.provisional(day):
        why += "（放假安排尚未公布）"
    return Day(day, _WEEKDAYS[day.weekday()], counted or ordinal is not None, ordinal, why)
