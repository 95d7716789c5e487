"""领导批示件 beside the straight way: disputes, several leaders, urgent, long and circulating."""

from typing import Any

import pytest

from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import CLOCK
from tests.makers import (
    CITY_CLERK,
    CITY_MANAGEMENT,
    LEADER,
    SECRETARY,
    WATER,
    WATER_CLERK,
    Story,
)
from tests.stories.test_leader_story import FINDINGS, REPORT, registered

DISPUTE = {"dispute_ground": "duty", "note": "管网产权属城管维护范围，附会议纪要。"}


def assigned(grade: str = "on_time", **changes: Any) -> Story:
    """An instruction that the water bureau has been given."""
    story = registered(**changes)
    story.does(
        SECRETARY, "propose", item_kind="action", dispatch_mode="original", handling_grade=grade
    )
    story.does(SECRETARY, "assign", lead_unit="SWJ")
    return story


def disputed(**inputs: Any) -> Story:
    """The water bureau has disputed in writing, after a day."""
    story = assigned()
    story.does(WATER_CLERK, "sign")
    story.waits(days=1)
    story.does(WATER_CLERK, "dispute", **{**DISPUTE, **inputs})
    return story


# ------------------------------------------------------------------ 异议 (平政办〔2017〕18号)


def test_a_unit_disputes_its_duty_within_two_working_days_and_the_office_gives_it_to_another() -> (
    None
):
    story = disputed(proposed_unit="CGJ")
    assert story.case.stage == "disputed"
    assert story.told() == ["secretary/disputed → secretary"]
    assert (story.due("decide_dispute"), story.due("dispute")) == ("03-11 09:00", "")
    story.does(SECRETARY, "uphold_dispute", lead_unit="CGJ", reason="属道路附属管网。")
    assert (story.case.stage, story.case.lead_unit_id) == ("assigned", CITY_MANAGEMENT)
    assert f"former/withdrawn → unit{WATER}" in story.told()
    assert (story.due("handle"), story.due("dispute")) == ("03-20 23:59", "03-12 23:59")
    story.does(CITY_CLERK, "sign")
    assert story.case.stage == "working"


def test_what_the_office_does_not_accept_is_signed_again_and_disputed_no_more() -> None:
    story = disputed()
    story.does(SECRETARY, "reject_dispute", reason="三定方案已明确。")
    assert story.told() == [f"unit/objection_rejected → unit{WATER}"]
    assert (story.case.stage, story.case.designated) == ("assigned", True)
    assert (story.due("sign_in"), story.due("handle")) == ("03-11 23:59", "03-19 23:59")
    with pytest.raises(NotAvailable, match="提出承办异议期限已过"):
        story.does(WATER_CLERK, "dispute", **DISPUTE)


def test_a_limit_that_is_too_short_is_agreed_anew_and_then_stands() -> None:
    story = disputed(dispute_ground="limit", note="需冬季停水后开挖。")
    with pytest.raises(Incomplete, match="不能早于今天"):
        story.does(SECRETARY, "agree_limit", agreed_by="2026-03-01", reason="同意")
    story.does(SECRETARY, "agree_limit", agreed_by="2026-04-18", reason="须协调停水。")
    assert story.told() == [f"unit/limit_agreed → unit{WATER}"]
    assert story.due("handle") == "04-18 23:59", "a named day does not roll, Saturday or not"
    story.does(WATER_CLERK, "sign")
    assert "request_extension" not in story.can(WATER_CLERK)
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    story.does(SECRETARY, "redo", reason="未附停水方案。")
    assert story.due("handle") == "03-20 23:59", "a new round has the limit of the rules"


def test_after_two_working_days_the_right_to_dispute_has_lapsed() -> None:
    story = assigned()
    story.does(WATER_CLERK, "sign")
    assert story.due("dispute") == "03-11 23:59"
    story.waits(days=3)
    with pytest.raises(NotAvailable, match="届满"):
        story.does(WATER_CLERK, "dispute", **DISPUTE)
    story.does(CLOCK, "dispute_lapsed")
    assert "dispute" not in story.can(WATER_CLERK)
    assert story.case.stage == "working"


def test_only_the_office_decides_and_only_the_lead_disputes() -> None:
    story = disputed()
    with pytest.raises(NotPermitted):
        story.does(WATER_CLERK, "reject_dispute", reason="撤回")
    assert "dispute" not in assigned().can(CITY_CLERK)


# ------------------------------------------------------------------ 办理等级


def test_what_ends_today_ends_today() -> None:
    story = assigned("same_day")
    assert (story.due("sign_in"), story.due("handle")) == ("03-09 10:00", "03-09 23:59")
    assert story.due("feedback") == "03-09 23:59"
    story.does(WATER_CLERK, "sign")
    assert "request_extension" not in story.can(WATER_CLERK)
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    story.does(SECRETARY, "approve_feedback")
    assert story.due("report") == "03-09 23:59"


def test_long_work_is_reported_on_every_week() -> None:
    story = assigned("long_run")
    story.does(WATER_CLERK, "sign")
    assert (story.due("weekly"), story.due("handle")) == ("03-16 23:59", "09-07 23:59")
    story.waits(days=5)
    story.does(WATER_CLERK, "progress", progress="完成首批招标。")
    assert story.due("weekly") == "03-23 23:59", "the next week counts from this report"
    assert assigned().due("weekly") == ""


def test_what_is_open_is_collected_every_quarter() -> None:
    story = assigned("long_run")
    assert story.due("collect") == "06-08 23:59"
    story.waits(days=80)
    story.does(SECRETARY, "collect", progress="两条干管完工，余下三条在建。")
    assert story.told() == ["leader/collected → leader"]
    assert story.due("collect") == "08-26 23:59"


# ------------------------------------------------------------------ 多位领导, 轮阅文件, 上级


def test_what_several_leaders_wrote_is_merged_and_each_signs_the_report() -> None:
    story = assigned()
    story.does(WATER_CLERK, "sign")
    more = {"further_leader": "程市长", "further_instruction": "同意，务必汛前完成。"}
    story.does(SECRETARY, "add_leader", **more)
    assert story.told() == [f"unit/instructed_further → unit{WATER}"]
    assert story.case.details["leaders"] == "许副市长、程市长"
    with pytest.raises(Incomplete, match="已登记"):
        story.does(SECRETARY, "add_leader", **more)
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    story.does(SECRETARY, "approve_feedback")
    story.does(SECRETARY, "submit_report", **REPORT)
    with pytest.raises(Incomplete, match="许副市长、程市长"):
        story.does(LEADER, "approve_report")
    story.does(LEADER, "approve_report", approving_leader="程市长")
    assert (story.case.stage, story.due("countersign")) == ("reported", "03-12 23:59")
    with pytest.raises(Incomplete, match="许副市长"):
        story.does(LEADER, "approve_report", approving_leader="程市长")
    story.does(LEADER, "approve_report", approving_leader="许副市长")
    assert (story.case.stage, story.due("countersign")) == ("approved", "")


def test_a_report_that_one_of_them_sends_back_is_signed_anew_by_everybody() -> None:
    story = assigned()
    story.does(WATER_CLERK, "sign")
    story.does(SECRETARY, "add_leader", further_leader="程市长", further_instruction="同意。")
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    story.does(SECRETARY, "approve_feedback")
    story.does(SECRETARY, "submit_report", **REPORT)
    story.does(LEADER, "approve_report", approving_leader="许副市长")
    story.does(LEADER, "return_report", reason="补充资金来源。")
    story.does(SECRETARY, "submit_report", **REPORT)
    assert "signed_leaders" not in story.case.details
    story.does(LEADER, "approve_report", approving_leader="许副市长")
    assert story.case.stage == "reported"


def test_what_is_written_on_a_circulating_paper_is_copied_before_anything_else() -> None:
    story = registered(circulating_paper=True)
    assert story.due("copy") == "03-09 11:00"
    with pytest.raises(NotAvailable, match="原件继续流转"):
        story.does(SECRETARY, "propose", item_kind="action", dispatch_mode="original")
    story.does(SECRETARY, "copy_out")
    story.does(SECRETARY, "propose", item_kind="action", dispatch_mode="original")
    assert story.case.stage == "drafted"
    assert "copy_out" not in registered().can(SECRETARY)


def test_a_petition_from_above_ends_with_the_day_that_the_assigner_named() -> None:
    story = registered(leader_grade="province", petition_matter=True, report_by="2026-04-03")
    assert story.due("upward") == "04-03 23:59"
    assert registered(leader_grade="province", petition_matter=True).due("upward") == ""
