"""联办, told in its own words: one window, several units at once, a promise, one result."""

from datetime import datetime
from typing import Any

import pytest

from hotline.calendar import SHANGHAI
from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import CLOCK
from hotline.procedures.joint_service import JOINT_SERVICE
from tests.makers import (
    CITY_CLERK,
    CITY_MANAGEMENT,
    HEDONG,
    HEDONG_CLERK,
    LEADER,
    WATER,
    WATER_CLERK,
    WINDOW,
    Story,
)

PHONE = "+8613800001234"
APPLICATION: dict[str, Any] = {
    "joint_item": "开办洗车场（用水、占道、场地联合审批）",
    "title": "柳桥洗车场开办",
    "joint_materials": "申请表、场地租赁合同、给排水方案、身份证明。",
    "requester_name": "严先生",
    "requester_phone": "13800001234",
}
GRANTED = {"joint_result": "granted", "findings": "各单位均同意，准予开办。"}
TEST: dict[str, Any] = {
    "stop_ground": "inspection",
    "basis": "行政许可法 第45条",
    "reason": "排水水质送检。",
}


def accepted(**changes: Any) -> Story:
    """An application that was complete at the window."""
    return Story(
        kind="joint_service",
        opening="accept_at_once",
        opened_by=WINDOW,
        form={**APPLICATION, **changes},
    )


def received() -> Story:
    """An application that is looked through."""
    return Story(kind="joint_service", opening="receive", opened_by=WINDOW, form=APPLICATION)


def approving() -> Story:
    """An application before the water bureau (lead) and two others at once."""
    story = accepted()
    story.does(WINDOW, "notify", lead_unit="SWJ", co_units=["CGJ", "HDQ"])
    story.does(WATER_CLERK, "sign")
    story.does(CITY_CLERK, "co_sign")
    story.does(HEDONG_CLERK, "co_sign")
    return story


def agree(story: Story) -> None:
    """Both co-units agree now."""
    for clerk in (CITY_CLERK, HEDONG_CLERK):
        story.does(clerk, "co_approve", joint_approval="agreed", findings="现场符合要求。")


def test_one_window_several_units_at_once_one_result() -> None:
    story = accepted()
    assert story.told() == [f"citizen/joint_accepted → {PHONE}"]
    # 27 of the 45 working days of the law are promised; 清明 and 五一 lie between.
    assert (story.due("whole"), story.due("legal")) == ("04-16 23:59", "05-14 23:59")
    story.does(WINDOW, "notify", lead_unit="SWJ", co_units=["CGJ", "HDQ"])
    assert story.told() == [
        f"unit/dispatched → unit{WATER}",
        f"co/dispatched → unit{CITY_MANAGEMENT}",
        f"co/dispatched → unit{HEDONG}",
    ]
    story.does(WATER_CLERK, "sign")
    story.does(CITY_CLERK, "co_sign")
    story.does(HEDONG_CLERK, "co_sign")
    assert (story.case.stage, story.due("handle")) == ("approving", "04-07 23:59")
    with pytest.raises(NotAvailable, match="还有2个协办单位未反馈"):
        story.does(WATER_CLERK, "conclude", **GRANTED)
    agree(story)
    story.does(WATER_CLERK, "conclude", **GRANTED)
    assert (story.case.stage, story.told()) == ("concluded", ["window/concluded → window"])
    story.does(WINDOW, "issue", document_number="云联办〔2026〕31号")
    assert (story.told(), story.due("deliver")) == (
        [f"citizen/joint_ready → {PHONE}"], "03-23 23:59",
    )  # fmt: skip
    story.does(WINDOW, "deliver", joint_delivery="window")
    assert (story.case.stage, story.case.open_clocks) == ("granted", ())


def test_each_unit_has_a_punctuality_of_its_own() -> None:
    story = approving()
    story.does(CITY_CLERK, "co_approve", joint_approval="agreed", findings="同意。")
    story.waits(days=40)
    story.does(HEDONG_CLERK, "co_approve", joint_approval="agreed", findings="同意。")
    story.does(WATER_CLERK, "conclude", **GRANTED)
    figures = {
        unit: (story.figure("on_time", unit), story.figure("late", unit))
        for unit in (CITY_MANAGEMENT, HEDONG, WATER)
    }
    assert figures == {CITY_MANAGEMENT: (1, 0), HEDONG: (0, 1), WATER: (0, 1)}


def test_what_is_missing_is_told_once_and_the_promise_begins_with_acceptance() -> None:
    story = received()
    assert (story.case.stage, story.due("accept"), story.due("whole")) == (
        "received", "03-16 23:59", "",
    )  # fmt: skip
    story.does(WINDOW, "ask_correction", joint_missing="缺给排水方案图纸。")
    assert story.told() == [f"citizen/joint_correction → {PHONE}"]
    story.waits(days=3)
    story.does(WINDOW, "correct", joint_materials="补交图纸两份。")
    story.does(WINDOW, "accept")
    assert (story.case.stage, story.due("whole")) == ("accepted", "04-21 23:59")


def test_a_window_that_says_nothing_in_five_days_has_accepted() -> None:
    story = received()
    assert JOINT_SERVICE.clock("accept").breach == "deem_accepted"
    story.waits(days=8)
    story.does(CLOCK, "deem_accepted")
    assert story.told() == [f"citizen/joint_accepted → {PHONE}", "window/lapsed → window"]
    assert (story.case.stage, story.due("notify")) == ("accepted", "03-18 09:00")
    # 行政许可法 32: as of the day of receipt, so the silence costs the applicant no day.
    assert story.case.accepted_at == datetime(2026, 3, 9, tzinfo=SHANGHAI)
    assert (story.due("whole"), story.due("legal")) == ("04-16 23:59", "05-14 23:59")


def test_what_the_window_accepts_after_a_look_runs_from_that_day() -> None:
    story = received()
    story.waits(days=2)
    story.does(WINDOW, "accept")
    assert story.due("whole") == "04-20 23:59"


def test_what_is_not_corrected_lapses_and_what_is_no_joint_item_is_refused() -> None:
    story = received()
    story.does(WINDOW, "ask_correction", joint_missing="缺图纸。")
    story.waits(days=25)
    story.does(CLOCK, "lapse")
    assert story.case.stage == "withdrawn"
    story = received()
    story.does(WINDOW, "refuse", reason="不属于联办范围，请到市场监管窗口办理。")
    assert (story.case.stage, story.told()) == ("refused", [f"citizen/refused → {PHONE}"])


def test_a_stop_is_asked_granted_told_and_ends_by_itself() -> None:
    story = approving()
    story.waits(days=1)
    story.does(WATER_CLERK, "request_stop", stop_until="2026-03-13", **TEST)
    assert story.told() == ["window/asked → window"]
    with pytest.raises(NotPermitted):
        story.does(LEADER, "grant_stop")
    moved = story.does(WINDOW, "grant_stop")
    assert story.told() == [f"citizen/stopped_clock → {PHONE}", f"unit/decided → unit{WATER}"]
    assert moved.tells[0].params["matter"] == "联办件"
    # Wednesday to Friday are given back, to the promise and to the law's limit alike.
    assert moved.tells[0].params["answer_on"] == "2026-04-21"
    assert (story.due("whole"), story.due("legal"), story.due("handle")) == (
        "04-21 23:59", "05-19 23:59", "04-10 23:59",
    )  # fmt: skip
    handle = story.case.clock("handle")
    assert handle is not None and handle.ring_at is not None
    story.now = handle.ring_at
    story.does(CLOCK, "resume")
    assert (story.told(), story.due("handle")) == ([f"unit/resumed → unit{WATER}"], "04-10 23:59")
    assert all(clock.stop is None for clock in story.case.open_clocks)


def test_the_law_s_limit_is_extended_by_the_head_of_the_government_alone() -> None:
    story = approving()
    with pytest.raises(Incomplete, match="最多可以延长15个工作日"):
        story.does(WATER_CLERK, "request_extension", extension_days=16, reason="需专家论证")
    story.does(WATER_CLERK, "request_extension", extension_days=15, reason="需专家论证")
    assert story.told() == ["leader/asked → leader"]
    with pytest.raises(NotPermitted):
        story.does(WINDOW, "grant_extension")
    story.does(LEADER, "grant_extension")
    assert (story.due("legal"), story.due("whole")) == ("06-04 23:59", "04-16 23:59")


def test_who_does_not_agree_says_why_and_the_applicant_gets_a_refusal() -> None:
    story = approving()
    with pytest.raises(Incomplete, match="请写明理由和依据"):
        story.does(CITY_CLERK, "co_approve", joint_approval="refused", findings="占道。")
    story.does(
        CITY_CLERK, "co_approve", joint_approval="refused", reason="占用人行道", findings="已勘查。"
    )
    story.does(HEDONG_CLERK, "co_approve", joint_approval="agreed", findings="同意。")
    story.does(WATER_CLERK, "conclude", joint_result="refused", findings="占道，不予。")
    story.does(WINDOW, "issue", document_number="云联办〔2026〕32号")
    story.does(WINDOW, "deliver", joint_delivery="mail")
    assert story.case.stage == "declined"


def test_a_decision_with_a_fault_goes_back_and_the_promise_runs_on() -> None:
    story = approving()
    whole = story.due("whole")
    agree(story)
    story.does(WATER_CLERK, "conclude", **GRANTED)
    story.does(WINDOW, "redo", reason="许可范围与申请不符。")
    assert (story.case.stage, story.case.round, story.due("whole")) == ("approving", 2, whole)
    assert story.told() == [f"unit/redo → unit{WATER}"]


def test_what_nobody_signs_is_deemed_received_and_lateness_is_noted() -> None:
    story = accepted()
    story.does(WINDOW, "notify", lead_unit="SWJ", co_units=["CGJ"])
    story.waits(days=2)
    story.does(CLOCK, "deem_signed")
    assert story.case.stage == "approving"
    story.waits(days=40)
    story.does(CLOCK, "breach", clock="handle", level=3)
    assert story.told() == [f"owed/breached → unit{WATER}", "supervisor/breached → supervisor"]


def test_the_applicant_withdraws_and_every_unit_is_told() -> None:
    story = approving()
    story.does(WINDOW, "withdraw", reason="申请人改变选址。")
    assert story.told() == [
        f"former/applicant_withdrew → unit{unit}" for unit in (WATER, CITY_MANAGEMENT, HEDONG)
    ]


def test_what_is_denied_leaves_the_limit() -> None:
    story = approving()
    before = (story.due("handle"), story.due("legal"))
    story.does(WATER_CLERK, "request_stop", stop_until="2026-03-20", **TEST)
    story.does(WINDOW, "deny_stop", reason="送检不影响其他单位审批。")
    story.does(WATER_CLERK, "request_extension", extension_days=5, reason="图纸需会审。")
    story.does(LEADER, "deny_extension", reason="未到需要延长的程度。")
    assert (story.due("handle"), story.due("legal")) == before


def test_a_unit_that_is_late_is_pressed_by_time_step_by_step() -> None:
    story = approving()
    story.waits(days=42)
    for step, flag in (("remind", "reminders"), ("supervise", "supervised")):
        story.does(CLOCK, step, **({"note": "逾期"} if step == "supervise" else {}))
        assert getattr(story.case, flag)
    story.does(CLOCK, "report_to_leader", note="逾期三日")
    assert "leader/overdue → leader" in story.told()
