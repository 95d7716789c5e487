"""考核异议, told in its own words: disputed with evidence, verified by the purchaser, answered."""

from typing import Any

import pytest

from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import CLOCK
from hotline.procedures.assessment import ASSESSMENT
from tests.makers import CITY_CLERK, DISPATCHER, PROCUREMENT, WATER, WATER_CLERK, Story

DISPUTE: dict[str, Any] = {
    "title": "污水泵站运行维护一季度考核异议",
    "contractor": "云州清源环保有限公司",
    "service_contract": "泵站运维服务合同 YZCG-2025-118",
    "contract_years": 3,
    "told_on": "2026-03-05",
    "disputed_rating": "72分（合格）",
    "dispute": "扣分的两次停机系供电检修，已提前报备。",
    "dispute_evidence": "供电检修通知两份、报备邮件截图。",
}
KEPT = {"assessment_result": "kept", "findings": "报备晚于停机，扣分无误。"}
ADJUSTED = {
    "assessment_result": "adjusted",
    "new_rating": "80分（良好）",
    "findings": "一次停机已报备，退回8分。",
}


def registered(**changes: Any) -> Story:
    """A dispute in the register."""
    return Story(
        kind="assessment", opening="register", opened_by=PROCUREMENT, form={**DISPUTE, **changes}
    )


def verifying(**changes: Any) -> Story:
    """A dispute before the purchaser."""
    story = registered(**changes)
    story.does(PROCUREMENT, "forward", lead_unit="SWJ")
    return story


def test_a_dispute_is_answered_in_five_working_days_and_the_rating_adjusted() -> None:
    story = registered()
    assert (story.due("respond"), story.due("forward")) == ("03-16 23:59", "03-10 09:00")
    story.does(PROCUREMENT, "forward", lead_unit="SWJ")
    assert story.told() == [f"unit/dispatched → unit{WATER}"]
    assert (story.case.stage, story.due("handle")) == ("verifying", "03-12 23:59")
    story.does(WATER_CLERK, "sign")
    assert "sign" not in story.can(WATER_CLERK)
    story.waits(days=2)
    story.does(WATER_CLERK, "verify", **ADJUSTED)
    assert story.told() == ["procurement/replied → procurement"]
    assert (story.case.stage, story.due("respond")) == ("replied", "03-16 23:59")
    story.does(PROCUREMENT, "deliver")
    assert (story.case.stage, story.case.open_clocks) == ("adjusted", ())
    assert story.case.details["new_rating"] == "80分（良好）"
    assert story.figure("on_time", WATER) == 1


@pytest.mark.parametrize(
    ("found", "stage"),
    [
        (KEPT, "rejected"),
        (ADJUSTED, "adjusted"),
        ({**ADJUSTED, "assessment_result": "corrected"}, "upheld"),
    ],
)
def test_it_ends_as_the_purchaser_found(found: dict[str, str], stage: str) -> None:
    story = verifying()
    story.does(WATER_CLERK, "verify", **found)
    story.does(PROCUREMENT, "deliver")
    assert story.case.stage == stage


def test_a_rating_that_was_wrong_is_replaced_and_one_that_stands_is_not() -> None:
    story = verifying()
    with pytest.raises(Incomplete, match="请填写修正后的考核结果"):
        story.does(WATER_CLERK, "verify", **{**ADJUSTED, "new_rating": ""})
    with pytest.raises(Incomplete, match="不填写修正后的结果"):
        story.does(WATER_CLERK, "verify", **KEPT, new_rating="90分")


def test_without_evidence_it_is_completed_first() -> None:
    story = registered(dispute_evidence="")
    with pytest.raises(NotAvailable, match="未提供相应证据"):
        story.does(PROCUREMENT, "forward", lead_unit="SWJ")
    story.does(PROCUREMENT, "ask_evidence", reason="请提供检修通知和报备记录。")
    assert (story.case.stage, story.due("respond"), story.due("evidence")) == (
        "awaiting", "", "03-16 23:59",
    )  # fmt: skip
    story.waits(days=1)
    story.does(PROCUREMENT, "add_evidence", dispute_evidence="供电检修通知。")
    assert (story.case.stage, story.due("respond")) == ("registered", "03-17 23:59")
    story.does(PROCUREMENT, "forward", lead_unit="SWJ")
    assert story.case.stage == "verifying"


def test_silence_about_the_evidence_takes_the_dispute_back() -> None:
    story = registered(dispute_evidence="")
    story.does(PROCUREMENT, "ask_evidence", reason="请提供证据。")
    assert ASSESSMENT.clock("evidence").breach == "lapse"
    story.waits(days=10)
    story.does(CLOCK, "lapse")
    assert (story.case.stage, story.told()) == ("withdrawn", ["procurement/lapsed → procurement"])


def test_who_is_no_contractor_is_refused() -> None:
    story = registered()
    story.does(PROCUREMENT, "refuse", reason="非本项目承接主体。")
    assert (story.case.stage, story.case.open_clocks) == ("refused", ())


def test_a_thin_verification_goes_back_and_the_five_days_run_on() -> None:
    story = verifying()
    story.does(WATER_CLERK, "verify", assessment_result="kept", findings="扣分无误。")
    story.waits(days=1)
    story.does(PROCUREMENT, "redo", reason="未说明报备时间。")
    assert (story.case.stage, story.case.round, story.due("respond"), story.due("handle")) == (
        "verifying", 2, "03-16 23:59", "03-13 23:59",
    )  # fmt: skip
    assert story.told() == [f"unit/redo → unit{WATER}"]
    story.does(WATER_CLERK, "verify", **KEPT)
    story.does(PROCUREMENT, "deliver")
    assert story.case.stage == "rejected"


def test_an_answer_that_is_overdue_is_noted_and_counted() -> None:
    story = verifying()
    story.waits(days=9)
    story.does(CLOCK, "breach", clock="handle", level=3)
    assert story.told() == [f"owed/breached → unit{WATER}", "supervisor/breached → supervisor"]
    story.does(PROCUREMENT, "remind")
    story.does(WATER_CLERK, "verify", **KEPT)
    assert (story.figure("late", WATER), story.figure("overdue", WATER)) == (1, 1)


def test_the_contractor_takes_it_back_and_the_purchaser_is_told() -> None:
    story = verifying()
    story.does(PROCUREMENT, "withdraw", reason="双方已协商一致。")
    assert (story.case.stage, story.told()) == (
        "withdrawn", [f"former/applicant_withdrew → unit{WATER}"],
    )  # fmt: skip


def test_a_service_contract_runs_three_years_at_most() -> None:
    with pytest.raises(Incomplete, match="不能大于3"):
        registered(contract_years=4)


def test_only_the_purchaser_verifies() -> None:
    story = verifying()
    with pytest.raises(NotPermitted):
        story.does(CITY_CLERK, "verify", **KEPT)
    assert story.can(DISPATCHER) == set()
