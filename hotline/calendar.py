"""Which days and hours count: the base week of state organs and what the notices moved.

The base week (Monday to Friday, 8 hours) is 国务院关于职工工作时间的规定 art. 7. The exceptions
in `data/calendar.csv` are facts from the State Council General Office's yearly notices
(国务院办公厅关于部分节假日安排的通知) for 2007-2026: one line for each day that a notice makes
a rest day (`rest`) or a make-up workday (调休上班, `makeup`), with its festival. Rest days of a
festival that fall on a weekend are listed too, because the day's name depends on it.
"""

import csv
import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

FIRST_IN_FILE = date(2007, 1, 1)
HORIZON_OF_FILE = date(2026, 12, 31)

_ONE_DAY, _NOTHING = timedelta(days=1), timedelta()

OfficeHours = tuple[tuple[time, time], ...]
OFFICE_HOURS: OfficeHours = ((time(8, 30), time(12, 0)), (time(13, 30), time(18, 0)))

REST, MAKEUP = "rest", "makeup"


class Override(NamedTuple):
    """One day of a notice: `kind` is `rest` or `makeup`, `name` the festival that it belongs to."""

    on: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The published calendar as a value; two calendars with one version answer alike.

    Outside the published days the base week holds, so every question has an answer; an answer
    beyond `horizon` is provisional. Counting is a formula for the base week plus a sorted list
    of the days that differ from it, each with the running number of working days, so the cost
    does not depend on the length of a span.
    """

    version: str
    first: date
    horizon: date
    office_hours: OfficeHours
    overrides: Mapping[date, Override] = field(repr=False, compare=False)
    # Ordinals of the days that differ from the base week, ascending.
    _moved: tuple[int, ...] = field(repr=False, compare=False)
    # Correction to the base week before the i-th moved day; the last one holds after all of them.
    _correction: tuple[int, ...] = field(repr=False, compare=False)
    # Working days since the beginning of the era up to and including the i-th moved day.
    _reached: tuple[int, ...] = field(repr=False, compare=False)
    # Of each period of a working day: its opening after midnight, and its length.
    _shifts: tuple[tuple[timedelta, timedelta], ...] = field(repr=False, compare=False)
    _whole_day: timedelta = field(repr=False, compare=False)

    def __hash__(self) -> int:
        # Results are remembered per calendar: the version tells nearly any two apart.
        return hash(self.version)

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[tuple[date, str, str]],
        *,
        first: date,
        horizon: date,
        version: str | None = None,
        office_hours: OfficeHours = OFFICE_HOURS,
    ) -> Self:
        """Build from (day, kind, name); for one day the later row wins, as a later notice does.

        The version is a digest of the resulting days and the horizon unless one is given.
        Raises ValueError for an unknown kind or a horizon before `first`.
        """
        if horizon < first:
            raise ValueError(f"the horizon {horizon} lies before the first day {first}")
        by_day = {on: Override(on, kind, name) for on, kind, name in rows}
        overrides = {on: by_day[on] for on in sorted(by_day)}
        for override in overrides.values():
            if override.kind not in (REST, MAKEUP):
                raise ValueError(f"unknown kind of day {override.kind!r} on {override.on}")
        moved = [o for o in overrides.values() if (o.kind == MAKEUP) != _base_works(o.on)]
        ordinals = tuple(o.on.toordinal() for o in moved)
        correction = (0, *accumulate(1 if o.kind == MAKEUP else -1 for o in moved))
        shifts = tuple(
            (_since_midnight(opens), _since_midnight(closes) - _since_midnight(opens))
            for opens, closes in office_hours
        )
        return cls(
            version=version or _digest(overrides.values(), horizon),
            first=first,
            horizon=horizon,
            office_hours=office_hours,
            overrides=MappingProxyType(overrides),
            _moved=ordinals,
            _correction=correction,
            _reached=tuple(
                _base_count(ordinal) + extra
                for ordinal, extra in zip(ordinals, correction[1:], strict=True)
            ),
            _shifts=shifts,
            _whole_day=sum((length for _, length in shifts), _NOTHING),
        )

    def is_working(self, day: date) -> bool:
        override = self.overrides.get(day)
        return _base_works(day) if override is None else override.kind == MAKEUP

    def why(self, day: date) -> str:
        """工作日, 周末, 法定休假：<festival> or 调休上班."""
        override = self.overrides.get(day)
        if override is None:
            return "工作日" if _base_works(day) else "周末"
        if override.kind == REST:
            return f"法定休假：{override.name}"
        return "工作日" if _base_works(day) else "调休上班"

    def provisional(self, day: date) -> bool:
        """No notice covers this day yet: it may still become a rest day or a make-up workday."""
        return day > self.horizon

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which is not counted (民法典 201); n is at least 1."""
        if n < 1:
            raise ValueError(f"at least one working day must be added, not {n}")
        wanted = self._count(day) + n
        place = bisect_left(self._reached, wanted)
        ordinal = _base_day(wanted - self._correction[place])
        if place < len(self._moved):
            # The base week knows no make-up day: where one reaches the count, it is that day.
            ordinal = min(ordinal, self._moved[place])
        return date.fromordinal(ordinal)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 when `end` is not later."""
        return self._count(end) - self._count(start) if end > start else 0

    def next_working_day(self, day: date) -> date:
        """`day` itself when it works, otherwise the first working day after it."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def in_office_hours(self, at: datetime) -> bool:
        here = in_shanghai(at)
        return self.is_working(here.date()) and any(
            opens <= here.time() < closes for opens, closes in self.office_hours
        )

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while the office is open, otherwise when it opens next."""
        here = in_shanghai(at)
        if self.in_office_hours(here):
            return here
        day = here.date()
        opens = [opening for opening, _ in self.office_hours if here.time() < opening]
        if not (self.is_working(day) and opens):
            day = self.add_working_days(day, 1)
            opens = [opening for opening, _ in self.office_hours]
        return datetime.combine(day, opens[0], SHANGHAI)

    def add_working_hours(self, at: datetime, hours: float) -> datetime:
        """The earliest instant by which so many office hours have passed; `at` itself for 0 hours.

        A result on the edge is the close of business, not the next opening. Raises ValueError
        for negative hours.
        """
        if hours < 0:
            raise ValueError(f"hours can't be negative: {hours}")
        here = in_shanghai(at)
        missing = timedelta(hours=hours)
        if not missing:
            return here
        full_days, rest = divmod(missing + self._worked(here), self._whole_day)
        if not rest:
            full_days, rest = full_days - 1, self._whole_day
        day = self.add_working_days(here.date() - _ONE_DAY, full_days + 1)
        for opening, length in self._shifts:
            since_midnight = opening + rest
            if rest <= length:
                break
            rest -= length
        return datetime.combine(day, time.min, SHANGHAI) + since_midnight

    def working_seconds_between(self, start_at: datetime, end_at: datetime) -> float:
        """Seconds of office hours after `start_at` up to `end_at`; 0 when `end_at` is not later."""
        start, end = in_shanghai(start_at), in_shanghai(end_at)
        if end <= start:
            return 0.0
        days = self._count(end.date() - _ONE_DAY) - self._count(start.date() - _ONE_DAY)
        worked = days * self._whole_day + self._worked(end) - self._worked(start)
        return worked.total_seconds()

    def _count(self, day: date) -> int:
        ordinal = day.toordinal()
        return _base_count(ordinal) + self._correction[bisect_right(self._moved, ordinal)]

    def _worked(self, here: datetime) -> timedelta:
        """Office hours that passed on the day of `here`, a Shanghai time, until then."""
        worked = _NOTHING
        if self.is_working(here.date()):
            now = _since_midnight(here.time())
            for opening, length in self._shifts:
                if now > opening:
                    worked += min(now - opening, length)
        return worked


def in_shanghai(at: datetime) -> datetime:
    """The same instant on Shanghai's clock. Raises ValueError for a time without a zone."""
    if at.tzinfo is SHANGHAI:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"a time without a zone is no instant: {at.isoformat()}")
    return at.astimezone(SHANGHAI)


@cache
def calendar_in_file() -> WorkingCalendar:
    """The calendar that the program brings along; the table in the database may know more."""
    return WorkingCalendar.from_rows(
        overrides_in_file(), first=FIRST_IN_FILE, horizon=HORIZON_OF_FILE
    )


def overrides_in_file() -> tuple[Override, ...]:
    """The days of the notices of 2007-2026, ascending."""
    path = Path(__file__).with_name("data") / "calendar.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Override(date.fromisoformat(row["date"]), row["day_kind"], row["name"])
            for row in csv.DictReader(lines)
        )


def _digest(overrides: Iterable[Override], horizon: date) -> str:
    lines = [f"{o.on.isoformat()} {o.kind} {o.name}" for o in overrides]
    text = "\n".join([*lines, horizon.isoformat()])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _base_works(day: date) -> bool:
    return day.weekday() < 5


def _base_count(ordinal: int) -> int:
    """Mondays to Fridays up to and including this ordinal; ordinal 1 was a Monday."""
    weeks, days = divmod(ordinal, 7)
    return weeks * 5 + min(days, 5)


def _base_day(count: int) -> int:
    """The ordinal on which the count is reached: the inverse of `_base_count`."""
    weeks, days = divmod(count - 1, 5)
    return weeks * 7 + days + 1


def _since_midnight(at: time) -> timedelta:
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )
