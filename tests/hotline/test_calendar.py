"""The working calendar against the official days, and against somebody who walks the days."""

import csv
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.calendar import (
    HORIZON_OF_FILE,
    SHANGHAI,
    WorkingCalendar,
    calendar_in_file,
    in_shanghai,
    overrides_in_file,
)

CALENDAR = calendar_in_file()
DAY = timedelta(days=1)

days = st.dates(date(2004, 1, 1), date(2040, 12, 31))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)).map(
    lambda at: at.replace(tzinfo=SHANGHAI)
)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Two months with any days moved in either direction."""
    first = date(2026, 1, 1)
    kinds = draw(st.lists(st.sampled_from(["", "", "rest", "makeup"]), max_size=60))
    rows = [(first + DAY * n, kind, "假日") for n, kind in enumerate(kinds) if kind]
    return WorkingCalendar.from_rows(rows, first=first, horizon=date(2026, 2, 28))


def walk(calendar: WorkingCalendar, day: date, n: int) -> date:
    while n:
        day += DAY
        n -= calendar.is_working(day)
    return day


def official_days() -> list[dict[str, str]]:
    here = Path(__file__).resolve().parents[2]
    shared = Path(os.environ.get("HOTLINE_SHARED_DATA") or here.parent / "shared" / "data")
    path = shared / "calendar" / "days_2007_2026.csv"
    if not path.is_file():
        pytest.skip("the official days are not on this machine (HOTLINE_SHARED_DATA)")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_official_day_of_twenty_years_is_known() -> None:
    rows = official_days()
    assert len(rows) == 7305
    wrong = [
        row["date"]
        for row in rows
        if CALENDAR.is_working(date.fromisoformat(row["date"])) == (row["is_off"] == "1")
    ]
    assert wrong == []


def test_every_official_festival_and_makeup_day_is_explained() -> None:
    for row in official_days():
        day = date.fromisoformat(row["date"])
        why = CALENDAR.why(day)
        if row["is_off"] == "1":
            assert why.startswith("法定休假：") == bool(row["festival"]), day
        else:
            assert why == ("调休上班" if day.weekday() > 4 else "工作日"), day


def test_spans_agree_with_counting_the_official_days() -> None:
    counts, reached = {}, 0
    for row in official_days():
        reached += row["is_off"] == "0"
        counts[date.fromisoformat(row["date"])] = reached
    listed = list(counts)
    for start in listed[::97]:
        for end in listed[::89]:
            expected = max(0, counts[end] - counts[start])
            assert CALENDAR.working_days_between(start, end) == expected


@given(days, st.integers(1, 400))
def test_adding_working_days_agrees_with_walking(day: date, n: int) -> None:
    assert CALENDAR.add_working_days(day, n) == walk(CALENDAR, day, n)


@given(calendars(), st.dates(date(2025, 12, 1), date(2026, 4, 1)), st.integers(1, 80))
def test_any_calendar_agrees_with_walking(calendar: WorkingCalendar, day: date, n: int) -> None:
    end = calendar.add_working_days(day, n)
    assert end == walk(calendar, day, n)
    assert calendar.working_days_between(day, end) == n


@given(days, days)
def test_days_between_agree_with_walking(start: date, end: date) -> None:
    end = min(end, start + 700 * DAY)
    walked = sum(
        CALENDAR.is_working(start + DAY * n) for n in range(1, max(0, (end - start).days) + 1)
    )
    assert CALENDAR.working_days_between(start, end) == walked


@given(days)
def test_the_next_working_day_is_the_day_itself_when_it_works(day: date) -> None:
    following = CALENDAR.next_working_day(day)
    assert CALENDAR.is_working(following)
    assert following == (day if CALENDAR.is_working(day) else walk(CALENDAR, day, 1))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 9, 18), "工作日"),
        (date(2026, 9, 19), "周末"),
        (date(2026, 9, 20), "调休上班"),
        (date(2026, 10, 1), "法定休假：国庆节"),
        (date(2026, 10, 3), "法定休假：国庆节"),
    ],
)
def test_a_day_says_why_it_counts_or_not(day: date, why: str) -> None:
    assert CALENDAR.why(day) == why


def test_beyond_the_horizon_the_base_week_holds_and_is_provisional() -> None:
    assert CALENDAR.horizon == HORIZON_OF_FILE == date(2026, 12, 31)
    assert not CALENDAR.provisional(date(2026, 12, 31))
    assert CALENDAR.provisional(date(2027, 1, 1))
    assert CALENDAR.is_working(date(2027, 1, 1))
    # Ten years of 52 weeks later it is the same weekday.
    start = date(2027, 3, 1)
    assert CALENDAR.add_working_days(start, 10 * 52 * 5) == start + timedelta(weeks=520)


def test_before_the_first_day_the_base_week_holds() -> None:
    assert CALENDAR.add_working_days(date(2006, 9, 29), 1) == date(2006, 10, 2)


def test_a_later_notice_wins_and_changes_the_version() -> None:
    rows = overrides_in_file()
    lengthened = [*rows, (date(2026, 2, 24), "rest", "春节")]
    first, horizon = CALENDAR.first, CALENDAR.horizon
    changed = WorkingCalendar.from_rows(lengthened, first=first, horizon=horizon)
    again = WorkingCalendar.from_rows(reversed(rows), first=first, horizon=horizon)
    assert not changed.is_working(date(2026, 2, 24))
    assert changed.version != CALENDAR.version == again.version
    assert changed != CALENDAR == again
    longer = WorkingCalendar.from_rows(rows, first=first, horizon=date(2027, 12, 31))
    assert longer.version != CALENDAR.version


def test_a_weekday_that_a_notice_gives_back_works_as_usual() -> None:
    rows = [(date(2020, 2, 3), "makeup", "春节")]
    calendar = WorkingCalendar.from_rows(rows, first=date(2020, 1, 1), horizon=date(2020, 12, 31))
    assert calendar.why(date(2020, 2, 3)) == "工作日"
    assert calendar.working_days_between(date(2020, 2, 2), date(2020, 2, 9)) == 5


@pytest.mark.parametrize("kind", ["", "work", "REST"])
def test_an_unknown_kind_of_day_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        WorkingCalendar.from_rows(
            [(date(2026, 1, 1), kind, "")], first=date(2026, 1, 1), horizon=date(2026, 12, 31)
        )


def test_a_horizon_before_the_first_day_is_refused() -> None:
    with pytest.raises(ValueError, match="horizon"):
        WorkingCalendar.from_rows([], first=date(2026, 1, 1), horizon=date(2025, 12, 31))


@pytest.mark.parametrize("n", [0, -1])
def test_no_days_can_be_added_backwards(n: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.add_working_days(date(2026, 1, 1), n)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-09-16T09:00", 2, "2026-09-16T11:00"),
        ("2026-09-16T11:00", 2, "2026-09-16T14:30"),
        ("2026-09-16T12:30", 1, "2026-09-16T14:30"),
        ("2026-09-16T17:00", 2, "2026-09-17T09:30"),
        ("2026-09-16T14:00", 4, "2026-09-16T18:00"),
        ("2026-09-16T23:00", 4, "2026-09-17T14:00"),
        ("2026-09-18T17:00", 2, "2026-09-20T09:30"),
        ("2026-09-30T17:30", 1, "2026-10-08T09:00"),
        ("2026-10-03T10:00", 8, "2026-10-08T18:00"),
        ("2026-02-14T03:00", 0.5, "2026-02-14T09:00"),
        ("2026-09-16T23:00", 0, "2026-09-16T23:00"),
    ],
    ids=[
        "in_the_morning",
        "over_noon",
        "at_noon",
        "over_night",
        "to_close_of_business",
        "at_night",
        "over_saturday_to_a_makeup_sunday",
        "over_a_holiday",
        "in_a_holiday",
        "night_before_a_makeup_saturday",
        "nothing",
    ],
)
def test_working_hours_run_while_the_office_is_open(start: str, hours: float, end: str) -> None:
    assert CALENDAR.add_working_hours(at(start), hours) == at(end)


@given(moments, st.integers(1, 60_000))
def test_added_working_minutes_are_the_minutes_between(start: datetime, minutes: int) -> None:
    end = CALENDAR.add_working_hours(start, minutes / 60)
    assert CALENDAR.working_seconds_between(start, end) == pytest.approx(minutes * 60, abs=1e-5)
    earlier = end - timedelta(seconds=1)
    assert CALENDAR.working_seconds_between(start, earlier) < minutes * 60


@given(moments, st.integers(0, 72 * 12))
def test_working_seconds_agree_with_walking_in_five_minutes(start: datetime, steps: int) -> None:
    step = timedelta(minutes=5)
    start = start.replace(minute=start.minute // 5 * 5, second=0, microsecond=0)
    walked = sum(CALENDAR.in_office_hours(start + step * n) for n in range(steps))
    assert CALENDAR.working_seconds_between(start, start + step * steps) == walked * 300


def test_no_working_time_lies_between_a_moment_and_an_earlier_one() -> None:
    assert CALENDAR.working_seconds_between(at("2026-09-17T10:00"), at("2026-09-16T10:00")) == 0


def test_negative_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_hours(at("2026-09-16T10:00"), -1)


def test_an_instant_of_another_zone_is_read_on_the_clock_of_shanghai() -> None:
    assert in_shanghai(datetime(2026, 9, 16, 17, tzinfo=UTC)).isoformat() == (
        "2026-09-17T01:00:00+08:00"
    )
    evening = datetime(2026, 9, 16, 2, tzinfo=UTC)
    assert CALENDAR.add_working_hours(evening, 1) == at("2026-09-16T11:00")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        CALENDAR.add_working_hours(datetime(2026, 9, 16, 10), 1)
