"""When limits end, what remains of them, and what stops do: the law's examples and properties."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hotline.calendar import SHANGHAI, WorkingCalendar, calendar_in_file
from hotline.clocks import (
    Limit,
    Stop,
    calendar_days,
    due,
    due_with_stops,
    explain,
    extended,
    hours,
    moment_of_share,
    remaining,
    share_used,
    used,
    working_days,
    working_hours,
)

CALENDAR = calendar_in_file()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def stop(from_: str, until: str) -> Stop:
    return Stop(at(from_), at(until))


# Hours from 2026-09-07, a Monday: two weekends, a make-up Sunday, two holidays.
whole_hours = st.integers(0, 45 * 24).map(lambda n: at("2026-09-07T00:00") + HOUR * n)
day_limits = st.one_of(
    st.integers(1, 25).map(working_days),
    st.integers(1, 40).map(calendar_days),
    st.integers(1, 40).map(lambda n: calendar_days(n, roll=False)),
)
limits = st.one_of(
    day_limits, st.integers(1, 300).map(hours), st.integers(1, 80).map(working_hours)
)
stops_ = st.lists(
    st.tuples(whole_hours, st.integers(0, 200)).map(lambda s: Stop(s[0], s[0] + HOUR * s[1])),
    max_size=4,
)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    first = date(2026, 9, 1)
    kinds = draw(st.lists(st.sampled_from(["", "", "", "rest", "makeup"]), max_size=70))
    rows = [(first + DAY * n, kind, "假日") for n, kind in enumerate(kinds) if kind]
    return WorkingCalendar.from_rows(rows, first=first, horizon=date(2026, 12, 31))


def resting(moment: datetime, stops: list[Stop]) -> bool:
    return any(s.from_at <= moment < s.until_at for s in stops)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def walk(limit: Limit, start: date, stops: list[Stop], calendar: WorkingCalendar) -> list[date]:
    """The counted day and the due day as somebody finds them who walks through every hour."""
    day, missing = start, limit.amount
    while missing:
        day += DAY
        works = limit.unit == "calendar_day" or calendar.is_working(day)
        missing -= works and not all(resting(midnight(day) + HOUR * n, stops) for n in range(24))
    raw = day
    while (limit.roll and not calendar.is_working(day)) or resting(
        midnight(day) + 23 * HOUR, stops
    ):
        day += DAY
    return [raw, day]


THE_LAW = [
    ("2026-02-12", working_days(7), "2026-02-28", "2026-02-28"),
    ("2026-09-17", working_days(5), "2026-09-23", "2026-09-23"),
    ("2026-09-24", working_days(7), "2026-10-12", "2026-10-12"),
    ("2026-09-30", working_days(2), "2026-10-09", "2026-10-09"),
    ("2025-12-30", working_days(5), "2026-01-07", "2026-01-07"),
    ("2026-04-30", working_days(5), "2026-05-11", "2026-05-11"),
    ("2026-05-08", working_days(1), "2026-05-09", "2026-05-09"),
    ("2026-01-30", working_days(15), "2026-02-27", "2026-02-27"),
    ("2026-09-18", working_days(30), "2026-11-05", "2026-11-05"),
    ("2026-02-14", working_days(10), "2026-03-06", "2026-03-06"),
    ("2026-08-02", calendar_days(60), "2026-10-01", "2026-10-08"),
    ("2026-09-16", calendar_days(15), "2026-10-01", "2026-10-08"),
    ("2026-01-20", calendar_days(30), "2026-02-19", "2026-02-24"),
    ("2026-04-20", calendar_days(15), "2026-05-05", "2026-05-06"),
]


@pytest.mark.parametrize(("start", "limit", "raw", "end"), THE_LAW)
def test_limits_end_on_the_day_that_the_law_says(
    start: str, limit: Limit, raw: str, end: str
) -> None:
    for begun in ("00:00", "10:30", "23:59:59"):
        found = due(limit, at(f"{start}T{begun}"), CALENDAR)
        assert found.due_at == at(f"{end}T23:59:59")
        assert found.raw_due_on == date.fromisoformat(raw)
        assert not found.provisional
        assert found.calendar_version == CALENDAR.version


def test_a_limit_that_does_not_roll_ends_on_the_rest_day() -> None:
    found = due(calendar_days(15, roll=False), at("2026-09-16T10:00"), CALENDAR)
    assert found.due_at == at("2026-10-01T23:59:59")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-09-16T02:00", "2026-09-18"),
        ("2026-09-16T22:00", "2026-09-18"),
        ("2026-09-19T10:00", "2026-09-21"),
        ("2026-09-20T10:00", "2026-09-22"),
        ("2026-10-04T10:00", "2026-10-09"),
    ],
    ids=["before_dawn", "at_night", "on_a_saturday", "on_a_makeup_sunday", "in_a_holiday"],
)
def test_two_working_days_from_any_start_are_neither_late_nor_doubled(start: str, end: str) -> None:
    assert due(working_days(2), at(start), CALENDAR).due_at == at(f"{end}T23:59:59")


def test_hours_run_from_the_stated_moment_through_night_and_holiday() -> None:
    assert due(hours(24), at("2026-09-30T17:20"), CALENDAR).due_at == at("2026-10-01T17:20")
    assert due(working_hours(4), at("2026-09-30T17:00"), CALENDAR).due_at == at("2026-10-08T11:30")


def test_a_start_in_another_zone_counts_from_its_day_in_shanghai() -> None:
    evening_in_london = datetime(2026, 9, 16, 17, tzinfo=UTC)
    found = due(working_days(1), evening_in_london, CALENDAR)
    assert found.due_at.isoformat() == "2026-09-18T23:59:59+08:00"


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        due(working_days(1), datetime(2026, 9, 16, 17), CALENDAR)
    with pytest.raises(ValueError, match="zone"):
        Stop(at("2026-09-16T10:00"), datetime(2026, 9, 16, 17))


def test_a_deadline_beyond_the_published_days_is_provisional() -> None:
    assert not due(working_days(1), at("2026-12-30T10:00"), CALENDAR).provisional
    assert due(working_days(2), at("2026-12-30T10:00"), CALENDAR).provisional
    assert due(hours(24), at("2026-12-31T10:00"), CALENDAR).provisional
    far = due(working_days(2600), at("2026-12-31T10:00"), CALENDAR)
    assert far.provisional and far.raw_due_on == date(2036, 12, 18)


@given(day_limits, whole_hours, stops_, calendars())
def test_any_days_with_any_stops_end_where_walking_every_hour_ends(
    limit: Limit, start: datetime, stops: list[Stop], calendar: WorkingCalendar
) -> None:
    found = due_with_stops(limit, start, stops, calendar)
    assert [found.raw_due_on, found.due_at.date()] == walk(limit, start.date(), stops, calendar)


@given(st.sampled_from([hours, working_hours]), st.integers(1, 60), whole_hours, stops_)
def test_any_hours_with_any_stops_end_where_walking_half_hours_ends(
    unit: Callable[[float], Limit], amount: int, start: datetime, stops: list[Stop]
) -> None:
    limit = unit(amount)
    half, missing, moment = HOUR / 2, amount * 2, start
    while missing:
        counts = limit.unit == "hour" or CALENDAR.in_office_hours(moment)
        missing -= counts and not resting(moment, stops)
        moment += half
    assert due_with_stops(limit, start, stops, CALENDAR).due_at == moment


@given(limits, whole_hours, stops_, st.integers(1, 1000), st.integers(1, 200), calendars())
def test_what_remained_before_a_stop_remains_after_it(
    limit: Limit,
    start: datetime,
    others: list[Stop],
    later: int,
    length: int,
    calendar: WorkingCalendar,
) -> None:
    from_at = max([start, *(stop.until_at for stop in others)])
    from_at += HOUR * later
    added = Stop(from_at, from_at + HOUR * length)
    before = due_with_stops(limit, start, others, calendar).due_at
    after = due_with_stops(limit, start, [*others, added], calendar).due_at
    stops = [*others, added]
    assert used(limit, start, added.until_at, calendar, stops=stops) == pytest.approx(
        used(limit, start, added.from_at, calendar, stops=others)
    )
    if before <= from_at:
        assert after == before
    elif not limit.in_days:
        left = remaining(limit.unit, before, from_at, calendar, stops=others)
        assert remaining(limit.unit, after, added.until_at, calendar) == pytest.approx(left)


@given(limits, whole_hours, stops_, calendars())
def test_no_limit_ends_while_its_clock_is_stopped(
    limit: Limit, start: datetime, stops: list[Stop], calendar: WorkingCalendar
) -> None:
    end = due_with_stops(limit, start, stops, calendar).due_at
    assert not any(s.from_at < end < s.until_at for s in stops)
    assert end >= due(limit, start, calendar).due_at


@given(limits, whole_hours, stops_)
def test_stops_in_any_order_or_told_twice_give_one_deadline(
    limit: Limit, start: datetime, stops: list[Stop]
) -> None:
    found = due_with_stops(limit, start, stops, CALENDAR)
    assert due_with_stops(limit, start, [*reversed(stops), *stops], CALENDAR) == found


@pytest.mark.parametrize(
    ("from_", "until"),
    [
        ("2026-09-11T18:00", "2026-09-14T08:30"),
        ("2026-09-12T00:00", "2026-09-14T00:00"),
        ("2026-09-12T00:00", "2026-09-13T23:59:59"),
    ],
)
def test_a_stop_over_a_weekend_gives_nothing_back(from_: str, until: str) -> None:
    start = at("2026-09-09T10:00")
    paused = [stop(from_, until)]
    for limit in (working_days(5), working_hours(30)):
        assert due_with_stops(limit, start, paused, CALENDAR) == due(limit, start, CALENDAR)


def test_a_stop_gives_back_the_whole_working_days_within_it() -> None:
    start = at("2026-09-14T10:00")
    # 15 and 16 September lie within; the days of the stop and of the resumption have run.
    paused = [stop("2026-09-14T15:00", "2026-09-17T09:00")]
    assert due(working_days(3), start, CALENDAR).raw_due_on == date(2026, 9, 17)
    found = due_with_stops(working_days(3), start, paused, CALENDAR)
    assert found.due_at == at("2026-09-20T23:59:59")


def test_a_stop_through_the_holiday_gives_back_only_its_working_days() -> None:
    start = at("2026-09-29T10:00")
    paused = [stop("2026-09-30T00:00", "2026-10-08T23:59:59")]
    found = due_with_stops(working_days(2), start, paused, CALENDAR)
    assert found.raw_due_on == date(2026, 10, 10)


def test_a_last_day_that_closes_within_a_stop_moves_to_the_day_of_resumption() -> None:
    start = at("2026-09-15T10:00")
    paused = [stop("2026-09-16T10:00", "2026-09-18T09:00")]
    found = due_with_stops(working_days(1), start, paused, CALENDAR)
    assert (found.raw_due_on, found.due_at) == (date(2026, 9, 16), at("2026-09-18T23:59:59"))
    last = explain(working_days(1), start, CALENDAR, paused).days[-1]
    assert last.why == "期限末日在停止计时内，顺延至本日"


def test_a_stop_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="停止计时"):
        stop("2026-09-17T10:00", "2026-09-16T10:00")


def test_an_extension_counts_on_from_the_limit_and_not_from_the_rolled_day() -> None:
    start = at("2026-08-02T10:00")
    longer = extended(calendar_days(60), calendar_days(30))
    assert longer == calendar_days(90)
    assert due(longer, start, CALENDAR).raw_due_on == date(2026, 10, 31)
    assert not extended(calendar_days(30, roll=False), calendar_days(5)).roll
    with pytest.raises(ValueError, match="同一计时单位"):
        extended(working_days(5), calendar_days(5))


def test_remaining_days_go_from_the_limit_through_zero_to_overdue() -> None:
    end = due(working_days(5), at("2026-09-17T10:00"), CALENDAR).due_at
    left = {
        moment: remaining("working_day", end, at(moment), CALENDAR)
        for moment in (
            "2026-09-17T10:00",
            "2026-09-18T10:00",
            "2026-09-19T10:00",
            "2026-09-20T10:00",
            "2026-09-23T23:59",
            "2026-09-24T00:01",
            "2026-09-25T10:00",
            "2026-09-28T10:00",
        )
    }
    assert list(left.values()) == [5, 4, 4, 3, 0, -1, -1, -2]


def test_remaining_hours_leave_out_what_is_stopped() -> None:
    start, paused = at("2026-09-16T09:00"), [stop("2026-09-16T10:00", "2026-09-16T16:00")]
    end = due_with_stops(hours(24), start, paused, CALENDAR).due_at
    assert end == at("2026-09-17T15:00")
    assert remaining("hour", end, at("2026-09-16T13:00"), CALENDAR, stops=paused) == 23
    assert remaining("hour", end, at("2026-09-17T16:30"), CALENDAR, stops=paused) == -1.5
    assert remaining("working_hour", end, at("2026-09-17T11:00"), CALENDAR) == 2.5


def test_the_share_used_grows_by_counted_days() -> None:
    start = at("2026-09-17T10:00")
    shares = [
        share_used(working_days(5), start, at(f"2026-09-{day}T12:00"), CALENDAR)
        for day in (17, 18, 19, 20, 21, 22, 23, 24)
    ]
    assert shares == [0, 0.2, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2]


@pytest.mark.parametrize(
    ("limit", "share", "moment"),
    [
        (working_days(5), 0.5, "2026-09-21T10:00"),
        (working_days(5), 0.8, "2026-09-22T10:00"),
        (working_days(1), 0.5, "2026-09-18T10:00"),
        (calendar_days(15), 0.8, "2026-09-29T10:00"),
        (calendar_days(10), 0.1, "2026-09-18T10:00"),
        (calendar_days(2), 1, "2026-09-20T10:00"),
        (calendar_days(2, roll=False), 1, "2026-09-18T10:00"),
        (hours(24), 0.5, "2026-09-17T21:00"),
        (working_hours(4), 0.5, "2026-09-17T11:00"),
    ],
)
def test_a_warning_comes_when_its_share_is_used(limit: Limit, share: float, moment: str) -> None:
    assert moment_of_share(limit, at("2026-09-17T09:00"), share, CALENDAR) == at(moment)


@given(day_limits, whole_hours, st.floats(0.01, 1), stops_)
def test_a_warning_about_days_comes_in_office_hours_and_in_time(
    limit: Limit, start: datetime, share: float, stops: list[Stop]
) -> None:
    end = due_with_stops(limit, start, stops, CALENDAR).due_at
    assume(CALENDAR.working_days_between(start.date(), end.date()))
    moment = moment_of_share(limit, start, share, CALENDAR, stops=stops)
    assert start < moment <= end
    assert not resting(moment, stops)
    if not stops:
        assert CALENDAR.in_office_hours(moment)
    if not stops and limit.unit == "working_day":
        assert share_used(limit, start, moment, CALENDAR) >= share - 1e-9
        yesterday = moment - DAY
        assert share_used(limit, start, yesterday, CALENDAR) < share + 1e-9


def test_a_warning_within_a_stop_waits_for_people_to_be_back() -> None:
    start = at("2026-09-14T10:00")
    resumed_at_noon = [stop("2026-09-15T09:00", "2026-09-16T11:00")]
    resumed_at_night = [stop("2026-09-15T09:00", "2026-09-16T22:00")]
    for paused, moment in (
        (resumed_at_noon, "2026-09-16T11:00"),
        (resumed_at_night, "2026-09-17T10:00"),
    ):
        found = moment_of_share(working_days(5), start, 0.2, CALENDAR, stops=paused)
        assert found == at(moment)


@pytest.mark.parametrize("share", [0, -0.5, 1.1])
def test_a_share_out_of_bounds_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        moment_of_share(working_days(5), at("2026-09-17T09:00"), share, CALENDAR)


def test_an_explanation_lists_each_day_and_why() -> None:
    found = explain(working_days(3), at("2026-09-17T22:00"), CALENDAR)
    assert [(d.date.day, d.weekday_text, d.counted, d.ordinal, d.why) for d in found.days] == [
        (17, "周四", False, None, "起算日当天不计"),
        (18, "周五", True, 1, "工作日"),
        (19, "周六", False, None, "周末"),
        (20, "周日", True, 2, "调休上班"),
        (21, "周一", True, 3, "工作日"),
    ]


def test_an_explanation_shows_the_days_that_roll_forward() -> None:
    found = explain(calendar_days(15), at("2026-09-16T10:00"), CALENDAR)
    assert found.raw_due_on == date(2026, 10, 1)
    rolled = [d for d in found.days if d.date > found.raw_due_on]
    assert len(rolled) == 7
    assert rolled[0].why == "期限末日为休息日，顺延（法定休假：国庆节）"
    assert rolled[-1].why == "期限末日为休息日，顺延至本日"
    assert not any(d.counted for d in rolled)


def test_an_explanation_shows_stopped_and_unpublished_days() -> None:
    paused = [stop("2026-12-30T00:00", "2026-12-30T23:59:59")]
    found = explain(working_days(2), at("2026-12-29T10:00"), CALENDAR, paused)
    assert [d.why for d in found.days[1:]] == [
        "停止计时",
        "工作日",
        "工作日（放假安排尚未公布）",
    ]
    assert found.provisional


def test_an_explanation_of_hours_has_the_first_and_the_last_day() -> None:
    found = explain(hours(24), at("2026-09-30T17:20"), CALENDAR)
    assert [(d.counted, d.why) for d in found.days] == [
        (True, "自17:20起算"),
        (True, "至17:20届满"),
    ]
    found = explain(working_hours(2), at("2026-10-03T17:20"), CALENDAR)
    assert [(d.counted, d.why) for d in found.days] == [
        (False, "非工作时间，自下一工作时间起算"),
        (True, "至10:30届满"),
    ]
    assert len(explain(hours(2), at("2026-09-30T17:20"), CALENDAR).days) == 1


@given(limits, whole_hours, stops_, calendars())
def test_an_explanation_agrees_with_the_deadline(
    limit: Limit, start: datetime, stops: list[Stop], calendar: WorkingCalendar
) -> None:
    end = due_with_stops(limit, start, stops, calendar)
    found = explain(limit, start, calendar, stops)
    assert (found.due_at, found.raw_due_on) == (end.due_at, end.raw_due_on)
    assert (found.provisional, found.calendar_version) == (end.provisional, calendar.version)
    assert (found.days[0].date, found.days[-1].date) == (start.date(), end.due_at.date())
    if limit.in_days:
        listed = [d.date for d in found.days]
        assert listed == [start.date() + DAY * n for n in range(len(listed))]
        counted = [d for d in found.days if d.counted]
        assert [d.ordinal for d in counted] == list(range(1, int(limit.amount) + 1))
        assert counted[-1].date == end.raw_due_on


def test_an_explanation_that_stops_make_endless_is_refused() -> None:
    endless = [stop("2026-01-01T00:00", "2099-01-01T00:00")]
    with pytest.raises(ValueError, match="跨度过长"):
        explain(working_days(5), at("2025-12-30T10:00"), CALENDAR, endless)


@pytest.mark.parametrize(
    ("limit", "code", "text"),
    [
        (hours(2), "2h", "2小时"),
        (hours(1.5), "1.5h", "1.5小时"),
        (working_hours(4), "4wh", "4个工作小时"),
        (working_days(5), "5wd", "5个工作日"),
        (calendar_days(60), "60d", "60日"),
        (calendar_days(30, roll=False), "30d!", "30日（不顺延）"),
    ],
)
def test_a_limit_has_a_code_and_words(limit: Limit, code: str, text: str) -> None:
    assert (limit.code, limit.text, Limit.parse(code)) == (code, text, limit)


@given(limits)
def test_every_limit_is_read_back_from_its_code(limit: Limit) -> None:
    assert Limit.parse(limit.code) == limit


@pytest.mark.parametrize(
    "code",
    ["", "5", "wd", "5 wd", "-5wd", "0wd", "2.5wd", "5wd!", "5x", "3661d", "9999999h", "５wd"],
)
def test_a_code_that_means_no_limit_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"时限|顺延"):
        Limit.parse(code)


@pytest.mark.parametrize("amount", [0, -1, 3661, 2.5, True, float("nan"), float("inf")])
def test_an_amount_of_days_out_of_bounds_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="时限"):
        Limit(amount, "working_day")
