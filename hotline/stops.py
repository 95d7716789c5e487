"""What a stop (停止计时) does to counting: the running time of a clock with its rests taken out.

Days and hours are handled alike: how much has run between two moments, and when so much will have
run. A day is taken out when it lies wholly within a stop; why so is said in `hotline.clocks`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.calendar import SHANGHAI, WorkingCalendar, in_shanghai
from hotline.limits import Unit

LAST_MOMENT = dt.time(23, 59, 59)
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """The clock rests from `from_at` until `until_at`; 23:59:59 means the end of that day.

    Raises ValueError for times without a zone and for an end before the beginning.
    """

    from_at: dt.datetime
    until_at: dt.datetime

    def __post_init__(self) -> None:
        if in_shanghai(self.until_at) < in_shanghai(self.from_at):
            raise ValueError("停止计时的结束不得早于开始")

    @property
    def over_at(self) -> dt.datetime:
        """The first moment at which the clock runs again, in Shanghai time."""
        return _closed(in_shanghai(self.until_at))


# Stops, merged: disjoint, ascending, in Shanghai time, half open.
Rest = tuple[dt.datetime, dt.datetime]


def merged(stops: Sequence[Stop]) -> list[Rest]:
    rests: list[Rest] = []
    if not stops:
        return rests
    for from_at, until_at in sorted((in_shanghai(stop.from_at), stop.over_at) for stop in stops):
        if rests and from_at <= rests[-1][1]:
            rests[-1] = (rests[-1][0], max(rests[-1][1], until_at))
        elif from_at < until_at:
            rests.append((from_at, until_at))
    return rests


def _closed(until: dt.datetime) -> dt.datetime:
    """An end in the last second of a day is the end of the day: 24:00."""
    return _midnight(until.date() + ONE_DAY) if until.time() >= LAST_MOMENT else until


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, SHANGHAI)


def whole_days(rest: Rest) -> tuple[dt.date, dt.date]:
    """The first and the last day that lie wholly within; none when the last is before the first."""
    from_at, until_at = rest
    first = from_at.date() if from_at.time() == dt.time.min else from_at.date() + ONE_DAY
    return first, until_at.date() - ONE_DAY


def _add_days(unit: Unit, day: dt.date, amount: int, calendar: WorkingCalendar) -> dt.date:
    if unit == "working_day":
        return calendar.add_working_days(day, amount)
    return day + dt.timedelta(days=amount)


def _days_between(unit: Unit, start: dt.date, end: dt.date, calendar: WorkingCalendar) -> int:
    if unit == "working_day":
        return calendar.working_days_between(start, end)
    return max(0, (end - start).days)


def last_counted(
    unit: Unit, start: dt.date, amount: int, rests: list[Rest], calendar: WorkingCalendar
) -> dt.date:
    """The day on which so many days after `start` have been counted, stopped days left out."""
    for first, last in map(whole_days, rests):
        if last <= start or last < first:
            continue
        counted = _days_between(unit, start, first - ONE_DAY, calendar)
        if counted >= amount:
            break
        amount -= counted
        start = last
    return _add_days(unit, start, amount, calendar)


def days_run(
    unit: Unit, start: dt.date, end: dt.date, rests: list[Rest], calendar: WorkingCalendar
) -> int:
    """Counted days after `start` through `end`, those wholly in a stop left out."""
    given_back = sum(
        _days_between(unit, max(first - ONE_DAY, start), min(last, end), calendar)
        for first, last in map(whole_days, rests)
    )
    return _days_between(unit, start, end, calendar) - given_back


def days_stopped(unit: Unit, stops: Sequence[Stop], calendar: WorkingCalendar) -> int:
    """Counted days that lie wholly within the stops: as many as they give back, at most."""
    return sum(
        _days_between(unit, first - ONE_DAY, last, calendar)
        for first, last in map(whole_days, merged(stops))
    )


def last_run_day(here: dt.datetime, rests: list[Rest]) -> dt.date:
    """The day of the last moment before `here` at which the clock ran."""
    ran_until = next((from_at for from_at, until_at in rests if from_at < here <= until_at), here)
    return (ran_until - dt.timedelta.resolution).date()


def closes_within(day: dt.date, rest: Rest) -> bool:
    from_at, until_at = rest
    return from_at < _midnight(day + ONE_DAY) <= until_at


def run_hours(
    unit: Unit, start: dt.datetime, amount: float, rests: list[Rest], calendar: WorkingCalendar
) -> dt.datetime:
    """The moment at which so many hours have run since `start`, outside the stops."""
    end = _add_hours(unit, start, amount, calendar)
    for from_at, until_at in rests:
        if until_at <= start:
            continue
        if end <= from_at:
            break
        amount -= _hours_between(unit, start, from_at, calendar)
        start = until_at
        end = _add_hours(unit, start, amount, calendar)
    return end


def hours_run(
    unit: Unit,
    start: dt.datetime,
    end: dt.datetime,
    rests: list[Rest],
    calendar: WorkingCalendar,
) -> float:
    given_back = sum(
        _hours_between(unit, max(from_at, start), min(until_at, end), calendar)
        for from_at, until_at in rests
    )
    return _hours_between(unit, start, end, calendar) - given_back


def _add_hours(
    unit: Unit, at: dt.datetime, amount: float, calendar: WorkingCalendar
) -> dt.datetime:
    if unit == "working_hour":
        return calendar.add_working_hours(at, amount)
    return at + dt.timedelta(hours=amount)


def _hours_between(
    unit: Unit, start: dt.datetime, end: dt.datetime, calendar: WorkingCalendar
) -> float:
    if unit == "working_hour":
        return calendar.working_seconds_between(start, end) / 3600
    return max(0.0, (end - start).total_seconds() / 3600)
