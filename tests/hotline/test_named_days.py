"""Days that a person names: where a clock begins, where it ends, and what lapses with it."""

from datetime import date, datetime, timedelta

import pytest

from hotline.calendar import SHANGHAI
from hotline.casefile import Running
from hotline.clock_rules import By, ClockRule
from hotline.clocks import Limit, calendar_days
from hotline.errors import NotAvailable
from hotline.people import CLOCK, Role
from hotline.winding import recomputed, started
from tests.makers import (
    INSTRUCTION,
    MONDAY,
    PETITION,
    PETITIONS,
    RULEBOOK,
    SECRETARY,
    WATER_CLERK,
    Story,
    a_blank,
)


def a_rule(limit: Limit | By | None, **changes: str) -> ClockRule:
    """A rule that may begin or end with a day."""
    return ClockRule(
        "report", "报告时限", Role.CLERK, starts=("assign",), ends=("report_result",),
        limit=limit, basis="试行规定", **changes,  # type: ignore[arg-type]
    )  # fmt: skip


def a_clock(rule: ClockRule, *, at: datetime = MONDAY, **details: str) -> Running | None:
    """The clock of the rule on a petition with the details."""
    return started(a_blank(kind="petition", details=details), rule, RULEBOOK, now=at)


@pytest.mark.parametrize(
    ("named", "code", "due_on"),
    [
        ("2026-03-09", "0d!", date(2026, 3, 9)),
        ("2026-03-27", "18d!", date(2026, 3, 27)),
        # Saturday, and the second day of the holiday: who names a day means that day.
        ("2026-03-28", "19d!", date(2026, 3, 28)),
        ("2026-10-02", "207d!", date(2026, 10, 2)),
        # Over before it began: due at once.
        ("2026-03-01", "0d!", date(2026, 3, 9)),
    ],
)
def test_a_limit_ends_with_the_day_that_was_named(named: str, code: str, due_on: date) -> None:
    rule = a_rule(calendar_days(15), until="report_by")
    clock = a_clock(rule, report_by=named)
    assert clock is not None
    assert (clock.limit, clock.due_at.astimezone(SHANGHAI).date()) == (code, due_on)
    again = recomputed(clock, rule, RULEBOOK)
    assert (again.due_at, again.raw_due_on) == (clock.due_at, clock.raw_due_on)


def test_where_nobody_named_a_day_the_rule_has_its_limit_or_none() -> None:
    clock = a_clock(a_rule(calendar_days(15), until="report_by"))
    assert clock is not None
    assert clock.limit == "15d"
    assert a_clock(a_rule(None, until="report_by")) is None


def test_a_clock_begins_on_the_day_that_an_act_only_notes() -> None:
    rule = a_rule(calendar_days(15), since="petition_received_on")
    clock = a_clock(rule, petition_received_on="2026-03-05")
    assert clock is not None
    assert clock.started_at.astimezone(SHANGHAI).date() == date(2026, 3, 5)
    assert clock.raw_due_on == date(2026, 3, 20)
    for same in (a_clock(rule), a_clock(rule, petition_received_on="2026-03-09")):
        assert same is not None
        assert same.started_at == MONDAY


def test_no_clock_begins_in_the_future() -> None:
    rule = a_rule(calendar_days(15), since="petition_received_on")
    clock = a_clock(rule, petition_received_on="2026-04-01")
    assert clock is not None
    assert clock.started_at == MONDAY


def test_a_right_lapses_with_its_last_second() -> None:
    why = {"objection_ground": "not_duty", "reason": "不属职责"}
    for late, lapsed in ((timedelta(), False), (timedelta(seconds=1), True)):
        story = Story(kind="petition", opening="register", opened_by=PETITIONS, form=PETITION)
        story.does(PETITIONS, "forward", lead_unit="SWJ")
        clock = story.case.clock("object")
        assert clock is not None
        story.now = clock.due_at + late
        if lapsed:
            with pytest.raises(NotAvailable, match="已于2026-03-16届满"):
                story.does(WATER_CLERK, "object", **why)
            story.does(CLOCK, "lapse_objection")
            assert "object" not in story.can(WATER_CLERK)
        else:
            story.does(WATER_CLERK, "object", **why)


def test_a_province_may_name_the_day_by_which_it_wants_to_know() -> None:
    """Leaders' instructions from above follow the limit of the body that assigns them."""
    for named, due in (("", "03-24 23:59"), ("2026-03-15", "03-15 23:59")):
        form = {**INSTRUCTION, "leader_grade": "province", "report_by": named}
        story = Story(kind="leader", opening="register", opened_by=SECRETARY, form=form)
        assert story.due("upward") == due
