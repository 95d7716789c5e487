"""退回、仲裁、指定: who sends a case back how often, and who decides when nobody wants it."""

import pytest

from hotline.errors import Incomplete, NotAvailable, NotPermitted
from tests.makers import (
    CITY_CLERK,
    CITY_MANAGEMENT,
    DISPATCHER,
    INSTRUCTION,
    REVIEWER,
    SECRETARY,
    SUPERVISOR,
    TRANSPORT,
    WATER,
    WATER_CLERK,
    Story,
)

OBJECTION = {"objection_ground": "not_duty", "note": "属小区自建管网，由物业负责。"}
REPLY = {"result": "partly", "reply": "已抢修，余项下周完成。"}
REDO = {"redo_reasons": ["no_result"], "note": "没有具体结果"}
RULING = {"arbitration_ground": "law", "reason": "供水条例规定由水务部门负责。"}


def test_each_way_of_sending_back_counts_and_the_third_escalates_by_itself() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="JTJ")
    story.does(DISPATCHER, "redispatch", lead_unit="SWJ", reason="派错")
    assert (story.case.returns, story.case.supervised) == (1, False)
    story.does(WATER_CLERK, "object", **OBJECTION)
    story.does(DISPATCHER, "uphold_objection", lead_unit="CGJ")
    assert (story.case.returns, story.case.supervised) == (2, False)
    story.does(CITY_CLERK, "sign")
    story.does(CITY_CLERK, "reply", **REPLY)
    third = story.does(REVIEWER, "redo", **REDO)
    assert (story.case.returns, story.case.supervised) == (3, True)
    assert story.told() == [
        f"unit/redo → unit{CITY_MANAGEMENT}",
        "supervisor/returned_often → supervisor",
        "leader/returned_often → leader",
    ]
    assert third.event.changes["returns"] == [2, 3]
    # A fourth is counted, and nobody is told once more.
    story.does(CITY_CLERK, "reply", **REPLY)
    story.does(REVIEWER, "redo", **REDO)
    assert story.case.returns == 4
    assert story.told() == [f"unit/redo → unit{CITY_MANAGEMENT}"]


def test_an_objection_that_is_rejected_is_no_return() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(WATER_CLERK, "object", **OBJECTION)
    story.does(DISPATCHER, "reject_objection", reason="属你局职责")
    assert story.case.returns == 0


def test_an_instruction_that_comes_back_three_times_escalates_too() -> None:
    story = Story(kind="leader", opening="register", opened_by=SECRETARY, form=INSTRUCTION)
    story.does(SECRETARY, "propose", item_kind="action", dispatch_mode="original")
    story.does(SECRETARY, "assign", lead_unit="SWJ")
    story.does(WATER_CLERK, "sign")
    for _ in range(3):
        story.does(WATER_CLERK, "feed_back", findings="已研究。")
        story.does(SECRETARY, "redo", reason="没有具体措施")
    assert (story.case.returns, story.case.supervised) == (3, True)
    assert "leader/returned_often → leader" in story.told()


def test_the_dispatcher_asks_and_the_supervisor_arbitrates_for_another_unit() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(WATER_CLERK, "object", **OBJECTION)
    assert "arbitrate" not in story.can(DISPATCHER)
    story.does(DISPATCHER, "ask_arbitration", reason="两部门均称不属其职责")
    assert story.told() == ["supervisor/arbitration → supervisor"]
    assert story.due("arbitrate") == "03-11 23:59"
    story.does(SUPERVISOR, "arbitrate", lead_unit="CGJ", **RULING)
    assert story.told() == [
        f"unit/designated → unit{CITY_MANAGEMENT}",
        f"former/withdrawn → unit{WATER}",
    ]
    assert (story.case.stage, story.case.designated, story.case.returns) == ("dispatched", True, 1)
    assert story.due("arbitrate") == story.due("decide_objection") == ""
    with pytest.raises(NotAvailable, match="不得再次提出派单异议"):
        story.does(CITY_CLERK, "object", **OBJECTION)
    with pytest.raises(NotPermitted):
        story.does(WATER_CLERK, "sign")


def test_arbitration_may_leave_the_case_where_it_is_without_giving_time_away() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    before = story.due("handle")
    story.waits(days=1)
    story.does(WATER_CLERK, "object", **OBJECTION)
    with pytest.raises(Incomplete):
        story.does(SUPERVISOR, "arbitrate", lead_unit="SWJ", **RULING)
    story.does(SUPERVISOR, "arbitrate_kept", **RULING)
    assert story.case.designated
    assert story.case.returns == 0
    assert story.due("handle") == before
    assert "object" not in story.can(WATER_CLERK)


def test_a_meeting_designates_a_unit_and_the_history_names_it() -> None:
    story = Story()
    meeting = "2026年第1次联席会议"
    decided = story.does(SUPERVISOR, "designate", lead_unit="JTJ", meeting=meeting, **RULING)
    assert decided.event.inputs["meeting"] == meeting
    assert (story.case.lead_unit_id, story.case.designated) == (TRANSPORT, True)
    assert story.due("dispatch") == ""
    assert story.due("handle") == "03-16 23:59"
    assert story.figure("withdrawn") == 0
