"""延期, 停止计时 and 解除协办, as they happen: who asks, who decides, what moves, what never."""

from datetime import datetime
from typing import Any

import pytest

from hotline.calendar import SHANGHAI
from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import CLOCK, Role
from hotline.procedures import procedure
from hotline.telling import for_citizen
from tests.makers import (
    CITY_CLERK,
    CITY_MANAGEMENT,
    DISPATCHER,
    HEDONG,
    REVIEWER,
    SUPERVISOR,
    WATER,
    WATER_CLERK,
    Story,
    staff,
)

PHONE = "+8613800001234"
ANSWER = {"result": "solved", "reply": "已更换破损阀门，今日10时恢复供水。"}
WHY = {"reason": "阀门须定制，厂家三日后发货。"}
TEST: dict[str, Any] = {
    "stop_ground": "inspection",
    "basis": "行政许可法 第45条",
    "reason": "水样送检，报告三日后出具。",
}


def at(day: int, hour: int = 10, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def handled(**changes: Any) -> Story:
    """A case in the hands of the water bureau since Monday at nine."""
    story = Story(**changes)
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(WATER_CLERK, "sign")
    story.now = at(10)
    return story


def stopped(until: str = "2026-03-12", **changes: Any) -> Story:
    """The same, stopped from Tuesday at ten."""
    story = handled(**changes)
    story.does(WATER_CLERK, "request_stop", stop_until=until, **TEST)
    story.does(DISPATCHER, "grant_stop")
    return story


def test_an_extension_is_asked_granted_and_told_and_the_promise_stands() -> None:
    story = handled()
    whole = story.due("whole")
    story.does(WATER_CLERK, "request_extension", extension_days="5", **WHY)
    assert story.told() == ["dispatcher/asked → dispatcher"]
    assert (story.due("handle"), story.due("decide_extension")) == ("03-16 23:59", "03-11 10:00")
    story.waits(hours=1)
    moved = story.does(SUPERVISOR, "grant_extension", note="情况属实")
    assert story.told() == [f"citizen/extended → {PHONE}", f"unit/decided → unit{WATER}"]
    assert (story.due("handle"), story.due("decide_extension")) == ("03-23 23:59", "")
    assert story.due("whole") == whole == "03-23 23:59"
    told = moved.tells[0].params
    assert (told["number"], told["answer_on"]) == (story.case.number, "2026-03-23")
    assert "阀门" not in str(told)
    assert moved.event.changes == {
        "due:handle": ["2026-03-16T23:59:59+08:00", "2026-03-23T23:59:59+08:00"]
    }
    handle = story.case.clock("handle")
    assert handle is not None
    granted = handle.extensions[0]
    assert (handle.limit, granted.limit, granted.granted_by) == ("5wd", "5wd", "督办员老郑")
    assert "第62条" in granted.basis
    assert story.figure("extended", WATER) == 1
    story.now = at(20)
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert (story.figure("on_time", WATER), story.figure("late", WATER)) == (1, 0)


def test_an_extension_that_is_refused_moves_nothing() -> None:
    story = handled()
    story.does(WATER_CLERK, "request_extension", extension_days=3, **WHY)
    with pytest.raises(Incomplete, match="请填写“理由”"):
        story.does(DISPATCHER, "deny_extension")
    story.does(DISPATCHER, "deny_extension", reason="备件库存充足")
    assert story.told() == [f"unit/decided → unit{WATER}"]
    assert (story.due("handle"), story.due("decide_extension")) == ("03-16 23:59", "")
    assert story.figure("extended", WATER) == 0
    assert "grant_extension" not in story.can(DISPATCHER)


def test_nobody_decides_about_the_own_request() -> None:
    double = staff("水务局小何", Role.DISPATCHER, Role.CLERK, unit=WATER)
    story = handled()
    story.does(WATER_CLERK, "request_extension", extension_days=3, **WHY)
    with pytest.raises(NotPermitted):
        story.does(WATER_CLERK, "grant_extension")
    with pytest.raises(NotAvailable, match="须由他人审批"):
        story.does(double, "grant_extension")
    with pytest.raises(NotAvailable, match="正在等待审批"):
        story.does(WATER_CLERK, "request_extension", extension_days=3, **WHY)


def test_an_extension_comes_once_and_at_most_so_long() -> None:
    story = handled()
    for days in (0, 6, -1):
        with pytest.raises(Incomplete, match="最多可以延长5个工作日"):
            story.does(WATER_CLERK, "request_extension", extension_days=days, **WHY)
    story.does(WATER_CLERK, "request_extension", extension_days=2, **WHY)
    story.does(DISPATCHER, "grant_extension")
    assert story.due("handle") == "03-18 23:59"
    with pytest.raises(NotAvailable, match="已延期1次"):
        story.does(WATER_CLERK, "request_extension", extension_days=1, **WHY)


def test_a_complex_case_gets_ten_days_and_an_urgent_one_none() -> None:
    story = handled(urgency="complex")
    story.does(WATER_CLERK, "request_extension", extension_days=10, **WHY)
    story.does(DISPATCHER, "grant_extension")
    assert story.due("handle") == "04-14 23:59"
    urgent = Story(urgency="danger")
    urgent.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    urgent.does(WATER_CLERK, "sign")
    assert "request_extension" not in urgent.can(WATER_CLERK)
    with pytest.raises(NotAvailable, match="不能延期"):
        urgent.does(WATER_CLERK, "request_extension", extension_days=1, **WHY)


def test_a_late_request_is_refused() -> None:
    story = handled()
    story.now = datetime(2026, 3, 17, 0, 0, tzinfo=SHANGHAI)
    with pytest.raises(NotAvailable, match="办理时限已于3月16日23:59届满，不能再申请延期"):
        story.does(WATER_CLERK, "request_extension", extension_days=1, **WHY)
    with pytest.raises(NotAvailable, match="时限已届满"):
        story.does(WATER_CLERK, "request_stop", stop_until="2026-03-20", **TEST)
    story.does(CLOCK, "breach", clock="handle", level=3)
    assert "request_extension" not in story.can(WATER_CLERK)


def test_in_the_last_second_it_is_in_time_and_waiting_for_the_decision_is_no_breach() -> None:
    story = handled()
    story.does(CLOCK, "warn", clock="handle", level=2)
    story.now = datetime(2026, 3, 16, 23, 59, 59, tzinfo=SHANGHAI)
    story.does(WATER_CLERK, "request_extension", extension_days=5, **WHY)
    handle = story.case.clock("handle")
    assert handle is not None and handle.ring_at is None
    story.now = at(17)
    with pytest.raises(NotAvailable, match="待批期间"):
        story.does(CLOCK, "breach", clock="handle", level=3)
    story.does(DISPATCHER, "grant_extension")
    handle = story.case.clock("handle")
    assert handle is not None
    # The warnings belong to a deadline: the new one has its own.
    assert (story.due("handle"), handle.rung) == ("03-23 23:59", 1)
    assert handle.ring_at == at(19)


def test_after_a_refusal_the_limit_has_passed_when_it_had() -> None:
    story = handled()
    story.does(CLOCK, "warn", clock="handle", level=2)
    story.does(WATER_CLERK, "request_extension", extension_days=2, **WHY)
    story.now = at(17)
    story.does(DISPATCHER, "deny_extension", reason="理由不充分")
    handle = story.case.clock("handle")
    assert handle is not None
    assert handle.ring_at == handle.due_at < story.now


def test_a_request_falls_with_what_it_was_about() -> None:
    for name, who, inputs in (
        ("reply", WATER_CLERK, ANSWER),
        ("redispatch", DISPATCHER, {"lead_unit": "CGJ", "reason": "属市容问题"}),
    ):
        story = handled()
        story.does(WATER_CLERK, "request_extension", extension_days=2, **WHY)
        story.does(WATER_CLERK, "request_stop", stop_until="2026-03-12", **TEST)
        story.does(who, name, **inputs)
        assert (story.case.pending.extension, story.case.pending.stop) == (None, None)
        assert story.due("decide_extension") == story.due("decide_stop") == ""
        assert {"grant_extension", "grant_stop"}.isdisjoint(story.can(DISPATCHER))


def test_what_remained_before_a_stop_remains_after_it() -> None:
    story = handled()
    whole = story.due("whole")
    story.does(WATER_CLERK, "request_stop", stop_until="2026-03-12", **TEST)
    assert story.told() == ["dispatcher/asked → dispatcher"]
    story.waits(hours=3)
    moved = story.does(DISPATCHER, "grant_stop")
    assert story.told() == [f"citizen/stopped_clock → {PHONE}", f"unit/decided → unit{WATER}"]
    told = moved.tells[0].params
    assert (told["stopped_until"], told["answer_on"]) == ("2026-03-12", "2026-03-18")
    # Wednesday and Thursday lie within it.
    assert (story.due("handle"), story.due("whole")) == ("03-18 23:59", whole)
    handle = story.case.clock("handle")
    assert handle is not None and handle.stop is not None
    # It runs from the asking: the three hours of deciding cost the unit nothing.
    assert handle.stop.from_at == at(10)
    assert handle.ring_at == at(13, 0)
    assert story.figure("stopped", WATER) == 1


def test_what_is_promised_to_the_requester_follows_the_time_that_was_granted() -> None:
    def promised(story: Story) -> str:
        return str(for_citizen(story.case, procedure("citizen"))["due_on"])

    assert promised(handled()) == promised(stopped("2026-03-12")) == "2026-03-23"
    story = stopped("2026-03-20")
    assert (promised(story), story.due("handle")) == ("2026-03-26", "03-26 23:59")


def test_while_it_is_stopped_nothing_warns_and_nothing_is_breached() -> None:
    story = stopped()
    for level in (1, 2, 3):
        with pytest.raises(NotAvailable, match="停止计时"):
            story.does(CLOCK, "warn" if level < 3 else "breach", clock="handle", level=level)
    with pytest.raises(NotAvailable, match="现在已停止计时"):
        story.does(WATER_CLERK, "request_stop", stop_until="2026-03-13", **TEST)


def test_a_stop_ends_by_itself_and_the_warnings_wait_for_their_share() -> None:
    story = stopped()
    story.now = at(13, 0)
    story.does(CLOCK, "resume")
    assert story.told() == [f"unit/resumed → unit{WATER}"]
    handle = story.case.clock("handle")
    assert handle is not None
    assert (handle.stop, story.due("handle")) == (None, "03-18 23:59")
    # Half of five days is reached on the third that counts: Tuesday, Friday, Monday.
    assert handle.ring_at == at(16)
    with pytest.raises(NotAvailable, match="现在没有停止计时"):
        story.does(CLOCK, "resume")


def test_time_that_comes_late_adds_nothing_to_the_stop() -> None:
    story = stopped()
    story.now = at(14)
    story.does(CLOCK, "resume")
    assert story.due("handle") == "03-18 23:59"


def test_an_early_end_takes_back_the_days_that_were_not_needed() -> None:
    story = stopped(until="2026-03-20")
    assert story.due("handle") == "03-26 23:59"
    story.now = at(12, 9)
    moved = story.does(WATER_CLERK, "resume", note="报告已出")
    # Only Wednesday lay within it.
    assert story.due("handle") == "03-17 23:59"
    assert list(moved.event.changes) == ["due:handle"]
    story.waits(hours=1)
    story.does(WATER_CLERK, "request_stop", stop_until="2026-03-13", **TEST)
    story.does(DISPATCHER, "grant_stop")
    assert story.due("handle") == "03-18 23:59"
    assert "resume" in story.can(DISPATCHER)


def test_a_stop_over_a_weekend_gives_nothing_back() -> None:
    story = handled()
    story.now = at(13, 17, 30)
    story.does(WATER_CLERK, "request_stop", stop_until="2026-03-15", **TEST)
    story.does(DISPATCHER, "grant_stop")
    assert story.due("handle") == "03-16 23:59"


def test_a_stop_that_is_granted_after_its_end_is_a_fact_of_the_past() -> None:
    story = handled()
    story.does(WATER_CLERK, "request_stop", stop_until="2026-03-12", **TEST)
    story.now = at(16, 9)
    story.does(DISPATCHER, "grant_stop")
    handle = story.case.clock("handle")
    assert handle is not None
    assert (handle.stop, story.due("handle")) == (None, "03-18 23:59")
    assert "resume" not in story.can(WATER_CLERK)


@pytest.mark.parametrize("minute", [0, 30])
def test_what_had_run_out_is_not_stopped(minute: int) -> None:
    story = handled()
    story.now = at(10, 9, minute)
    assert story.due("first_contact") == "03-10 09:00"
    story.does(WATER_CLERK, "request_stop", stop_until="2026-03-12", **TEST)
    story.does(DISPATCHER, "grant_stop")
    assert (story.due("first_contact"), story.due("handle")) == ("03-10 09:00", "03-18 23:59")


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("2026-03-10", "应晚于今天"),
        ("2026-02-30", "没有2026-02-30这一天"),
        ("下周五", "应为日期"),
        ("2026-04-30", "累计不得超过30个工作日，这样将达到36天"),
    ],
)
def test_the_end_of_a_stop_is_a_day_to_come_and_within_the_cap(until: str, sentence: str) -> None:
    with pytest.raises(Incomplete, match=sentence):
        handled().does(WATER_CLERK, "request_stop", stop_until=until, **TEST)


def test_a_stop_needs_ground_basis_and_reason() -> None:
    with pytest.raises(Incomplete) as refused:
        handled().does(WATER_CLERK, "request_stop", stop_until="2026-03-12")
    assert set(refused.value.fields) == {"stop_ground", "basis", "reason"}


def test_the_co_unit_neither_asks_nor_decides() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["CGJ"])
    story.does(WATER_CLERK, "sign")
    assert {"request_extension", "request_stop"}.isdisjoint(story.can(CITY_CLERK))
    story.does(WATER_CLERK, "request_extension", extension_days=2, **WHY)
    assert {"grant_extension", "deny_extension"} <= story.can(DISPATCHER) & story.can(SUPERVISOR)
    assert "grant_extension" not in story.can(REVIEWER) | story.can(CITY_CLERK)


def test_a_co_unit_that_never_reports_is_released() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["CGJ", "HDQ"])
    story.does(WATER_CLERK, "sign")
    with pytest.raises(Incomplete, match="云州市交通运输局现在不是协办单位"):
        story.does(DISPATCHER, "release_co", co_units=["JTJ"], reason="x")
    story.does(DISPATCHER, "release_co", co_units=["CGJ", "HDQ"], reason="与协办无关")
    assert story.told() == [
        f"former/released → unit{CITY_MANAGEMENT}", f"former/released → unit{HEDONG}",
    ]  # fmt: skip
    assert story.can(CITY_CLERK) == set()
    assert "release_co" not in story.can(DISPATCHER)
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert story.case.stage == "replied"


def test_who_loses_the_case_is_told() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["HDQ", "CGJ"])
    story.does(DISPATCHER, "redispatch", lead_unit="CGJ", reason="属市容问题")
    assert story.told() == [
        f"unit/dispatched → unit{CITY_MANAGEMENT}",
        f"former/withdrawn → unit{WATER}",
        f"former/withdrawn → unit{HEDONG}",
    ]
