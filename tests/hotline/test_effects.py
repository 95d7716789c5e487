"""What an action does to a case besides moving it, and what it adds to the figures."""

from datetime import datetime, timedelta

import pytest

from hotline.calendar import SHANGHAI
from hotline.draft import Count
from hotline.errors import NotAvailable
from hotline.people import Role, citizen
from hotline.transition import Move
from tests.makers import (
    CALLBACK,
    CITY_CLERK,
    CITY_MANAGEMENT,
    DISPATCHER,
    HEDONG,
    HEDONG_CLERK,
    HEDONG_STREET,
    MONDAY,
    REVIEWER,
    WATER,
    WATER_CLERK,
    Story,
    a_case_in,
    act,
    later,
    staff,
)

ANSWER = {"result": "solved", "reply": "已恢复供水。"}
STREET_CLERK = staff("柳桥街道小蒋", Role.CLERK, unit=HEDONG_STREET)


def measures(moved: Move) -> set[str]:
    return {count.measure for count in moved.counts if count.day is not None}


@pytest.mark.parametrize(
    ("answered_on", "within"),
    [
        ((2026, 3, 9), {"5", "10", "15"}),
        ((2026, 3, 16), {"5", "10", "15"}),
        ((2026, 3, 17), {"10", "15"}),
        ((2026, 3, 23), {"10", "15"}),
        ((2026, 3, 24), {"15"}),
        ((2026, 3, 30), {"15"}),
        ((2026, 3, 31), set()),
    ],
)
def test_an_answer_counts_by_the_working_days_it_took(
    answered_on: tuple[int, int, int], within: set[str]
) -> None:
    at = datetime(*answered_on, 23, 30, tzinfo=SHANGHAI)
    moved = act(a_case_in("handling"), "reply", WATER_CLERK, now=at, **ANSWER)
    shares = {name.removeprefix("answered_") for name in measures(moved) if "answered_" in name}
    assert shares == within
    assert "answered" in measures(moved)


def test_a_figure_belongs_to_the_day_in_shanghai() -> None:
    late_evening_in_london = datetime.fromisoformat("2026-03-09T17:30:00+00:00")
    moved = act(a_case_in("handling"), "reply", WATER_CLERK, now=late_evening_in_london, **ANSWER)
    days = {count.day for count in moved.counts if count.day}
    assert days == {datetime(2026, 3, 10).date()}


@pytest.mark.parametrize(("seconds", "measure"), [(0, "on_time"), (-1, "on_time"), (1, "late")])
def test_on_time_ends_with_the_last_second_of_the_last_day(seconds: int, measure: str) -> None:
    case = a_case_in("handling")
    handle = case.clock("handle")
    assert handle is not None
    at = handle.due_at + timedelta(seconds=seconds)
    assert measure in measures(act(case, "reply", WATER_CLERK, now=at, **ANSWER))


def test_stage_counts_follow_the_case_from_unit_to_unit() -> None:
    moved = act(
        a_case_in("handling"), "redispatch", DISPATCHER, lead_unit="CGJ", reason="属市容问题"
    )
    now = [count for count in moved.counts if count.day is None]
    assert now == [
        Count("stage:handling", -1, WATER),
        Count("stage:dispatched", 1, CITY_MANAGEMENT),
    ]


def test_what_stays_where_it_is_counts_nothing() -> None:
    contact = {"contact_way": "phone", "contact_result": "reached", "note": "已核实"}
    assert act(a_case_in("handling"), "contact", WATER_CLERK, **contact).counts == ()


def test_who_lost_the_case_lost_its_earlier_rounds_too() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["HDQ"])
    story.does(WATER_CLERK, "sign")
    story.does(HEDONG_CLERK, "co_sign")
    story.does(HEDONG_CLERK, "co_reply", reply="已清理路面。")
    story.does(WATER_CLERK, "reply", **ANSWER)
    story.does(REVIEWER, "redo", redo_reasons=["no_result"], note="缺恢复时间")
    story.waits(hours=1)
    story.does(DISPATCHER, "redispatch", lead_unit="CGJ", reason="属市容问题")
    seen = {
        unit_id: [
            (part.round, part.withdrawn_at is None)
            for part in story.case.assignments
            if part.unit_id == unit_id
        ]
        for unit_id in (WATER, HEDONG, CITY_MANAGEMENT)
    }
    assert seen == {
        WATER: [(1, False), (2, False)],
        HEDONG: [(1, True)],
        CITY_MANAGEMENT: [(2, True)],
    }
    first = story.case.assignments[0]
    assert first.ended_at is not None
    assert first.ended_at < story.now, "its round had ended before"


def test_a_district_acts_on_its_own_part_and_on_that_of_its_street() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="HDQ01", co_units=["HDQ"])
    assert {"sign", "co_sign"} <= story.can(HEDONG_CLERK)
    assert "co_sign" not in story.can(STREET_CLERK)
    story.does(HEDONG_CLERK, "co_sign")
    story.does(STREET_CLERK, "sign")
    story.does(HEDONG_CLERK, "co_reply", reply="已协调。")
    parts = {part.unit_id: part for part in story.case.parts}
    assert parts[HEDONG].replied_at == story.now
    assert parts[HEDONG_STREET].replied_at is None
    story.does(STREET_CLERK, "reply", **ANSWER)
    assert story.case.stage == "replied"


def test_a_district_with_two_co_parts_does_its_own_first() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["HDQ01", "HDQ"])
    story.does(HEDONG_CLERK, "co_sign")
    parts = {part.unit_id: part for part in story.case.parts}
    assert parts[HEDONG].signed_at == story.now
    assert parts[HEDONG_STREET].signed_at is None


def test_nothing_is_redone_where_nobody_is_in_charge() -> None:
    answered = act(a_case_in("accepted"), "answer_directly", DISPATCHER, answer="见通告")
    assert answered.after.lead_unit_id is None
    with pytest.raises(NotAvailable):
        act(answered.after, "redo", CALLBACK, redo_reasons=["unsolved"], note="x")


def test_a_redo_carries_only_the_lead_on() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["CGJ"])
    story.does(WATER_CLERK, "sign")
    story.does(CITY_CLERK, "co_sign")
    story.does(CITY_CLERK, "co_reply", reply="已清理")
    story.does(WATER_CLERK, "reply", **ANSWER)
    moved = story.does(REVIEWER, "redo", redo_reasons=["no_result"], note="缺恢复时间")
    assert [(part.unit_id, part.part) for part in moved.after.parts] == [(WATER, "lead")]
    assert moved.after.parts[0].signed_at == MONDAY
    assert measures(moved) == {"redo"}


def test_a_corrected_verdict_moves_no_other_day() -> None:
    closed = a_case_in("closed")
    moved = act(closed, "rate", citizen("+8613800001234"), now=later(days=40), rating="2")
    by_day = {(count.measure, count.day): count.n for count in moved.counts}
    first, second = MONDAY.date(), later(days=40).date()
    assert by_day == {
        ("rated", first): -1, ("satisfied", first): -1, ("called_back", first): -1,
        ("solved", first): -1, ("rated", second): 1, ("called_back", second): 1,
        ("solved", second): 1,
    }  # fmt: skip
