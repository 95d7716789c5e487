"""A stored deadline, told day by day."""

from datetime import date, datetime

import pytest

from hotline.calendar import SHANGHAI
from hotline.casefile import Running
from hotline.explaining import explained
from tests.makers import DISPATCHER, MONDAY, RULEBOOK, WATER_CLERK, Story

STOP = {
    "stop_ground": "expert",
    "basis": "行政许可法 第45条",
    "stop_until": "2026-03-12",
    "reason": "专家评审",
}


def told(clock: Running) -> dict[str, str]:
    """Day → why, for the days that are shown."""
    days = explained(clock, RULEBOOK).days
    return {f"{day.date:%m-%d}": f"{day.ordinal or '-'} {day.why}" for day in days}


def in_hand() -> Story:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(WATER_CLERK, "sign")
    story.now = datetime(2026, 3, 10, 10, tzinfo=SHANGHAI)
    return story


def handle(story: Story) -> Running:
    clock = story.case.clock("handle")
    assert clock is not None
    return clock


def test_a_clock_as_it_started_is_told_as_its_limit() -> None:
    clock = handle(in_hand())
    assert list(told(clock).values())[:2] == ["- 起算日当天不计", "1 工作日"]
    assert explained(clock, RULEBOOK).due_at == clock.due_at


def test_stopped_and_extended_days_are_named() -> None:
    story = in_hand()
    story.does(WATER_CLERK, "request_stop", **STOP)
    story.does(DISPATCHER, "grant_stop")
    story.does(WATER_CLERK, "request_extension", extension_days=2, reason="备件未到")
    story.does(DISPATCHER, "grant_extension")
    clock = handle(story)
    assert told(clock) == {
        "03-09": "- 起算日当天不计",
        "03-10": "1 工作日",
        "03-11": "- 停止计时：专家论证、评审或者听证",
        "03-12": "- 停止计时：专家论证、评审或者听证",
        "03-13": "2 工作日",
        "03-14": "- 周末",
        "03-15": "- 周末",
        "03-16": "3 工作日",
        "03-17": "4 工作日",
        "03-18": "5 工作日",
        "03-19": "6 工作日；延期第1日",
        "03-20": "7 工作日；延期第2日",
    }
    assert clock.due_at.date() == date(2026, 3, 20)


def test_hours_have_their_first_and_last_day() -> None:
    story = Story(urgency="utility")
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    assert told(handle(story)) == {"03-09": "- 自09:00起算", "03-10": "- 至09:00届满"}


@pytest.mark.parametrize("name", ["whole", "handle", "sign_in", "first_contact", "dispatch"])
def test_every_clock_of_a_case_agrees_with_its_explanation(name: str) -> None:
    story = Story(at=MONDAY)
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    clock = next(clock for clock in story.case.clocks if clock.name == name)
    found = explained(clock, RULEBOOK)
    assert (found.due_at, found.raw_due_on) == (clock.due_at, clock.raw_due_on)
    assert found.days[-1].date == clock.due_at.date()
