"""领导批示件办理规程, told in its own words: registered, assigned, reported, signed off."""

from datetime import date, datetime
from typing import Any

import pytest

from hotline.calendar import SHANGHAI
from hotline.clocks import Limit
from hotline.errors import Incomplete, NotAvailable, NotPermitted, Secret
from hotline.inputs import INPUTS
from hotline.instructions import proposed_item
from hotline.people import CLOCK
from hotline.permissions import visible_cases
from hotline.transition import open_actions
from tests.makers import (
    AGENT,
    CITY_CLERK,
    CITY_MANAGEMENT,
    DISPATCHER,
    INSTRUCTION,
    LEADER,
    LETTERS_CLERK,
    REVIEWER,
    SECRETARY,
    SUPERVISOR,
    WATER,
    WATER_CLERK,
    Story,
    a_blank,
    act,
)

FINDINGS = {"findings": "已摸排管网12.6公里，制定三年改造计划，首批资金已落实。"}
REPORT = {"special_report": "柳桥片区管网改造计划已定，首批3公里4月开工。"}


def registered(**changes: Any) -> Story:
    """An instruction in the register."""
    return Story(
        kind="leader", opening="register", opened_by=SECRETARY, form=INSTRUCTION, **changes
    )


def drafted(**changes: Any) -> Story:
    """An instruction whose handling is proposed."""
    story = registered(**changes)
    story.does(SECRETARY, "propose", item_kind="action", dispatch_mode="copy_notice")
    return story


def working(co_units: tuple[str, ...] = (), **changes: Any) -> Story:
    """An instruction in the hands of the water bureau."""
    story = drafted(**changes)
    story.does(SECRETARY, "assign", lead_unit="SWJ", co_units=list(co_units))
    story.does(WATER_CLERK, "sign")
    return story


def reported(**changes: Any) -> Story:
    """An instruction whose special report lies before the leader."""
    story = working(**changes)
    story.waits(days=2)
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    story.does(SECRETARY, "approve_feedback")
    story.does(SECRETARY, "submit_report", **REPORT)
    return story


def signed_off(look_back: str = "none", **changes: Any) -> Story:
    """An instruction that is off the list of what is watched (销号)."""
    story = reported(**changes)
    story.does(LEADER, "approve_report", note="同意。")
    story.does(SECRETARY, "sign_off", look_back=look_back)
    return story


def test_from_the_register_to_the_archive() -> None:
    story = registered()
    assert (story.case.stage, story.case.content) == ("received", INSTRUCTION["instruction"])
    assert story.case.details["leader"] == "许副市长"
    assert "instruction" not in story.case.details
    assert story.due("propose") == "03-09 14:30"

    story.does(SECRETARY, "propose", item_kind="action", dispatch_mode="original")
    assert (story.case.stage, story.due("assign")) == ("drafted", "03-12 23:59")
    story.does(SECRETARY, "assign", lead_unit="SWJ", note="请十日内反馈。")
    assert story.told() == [f"unit/dispatched → unit{WATER}"]
    assert (story.due("feedback"), story.due("handle")) == ("03-23 23:59", "03-19 23:59")
    assert (story.due("sign_in"), story.due("urge")) == ("03-10 23:59", "04-08 23:59")

    story.does(WATER_CLERK, "sign")
    story.waits(days=3)
    story.does(WATER_CLERK, "progress", progress="已完成摸排6公里。")
    assert story.told() == ["secretary/progress → secretary"]
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    assert (story.case.stage, story.told()) == ("fed_back", ["secretary/fed_back → secretary"])
    story.does(SECRETARY, "approve_feedback")
    story.does(SECRETARY, "submit_report", **REPORT)
    assert story.told() == ["leader/reported → leader"]
    assert (story.due("feedback"), story.due("countersign")) == ("", "03-17 23:59")
    story.does(LEADER, "approve_report", note="同意。")
    story.does(SECRETARY, "sign_off", look_back="none")
    assert (story.case.stage, story.due("look_back")) == ("signed_off", "")
    story.does(SECRETARY, "archive")
    assert (story.case.stage, story.case.outcome) == ("archived", "archive")
    assert story.case.open_clocks == ()
    assert story.figure("on_time", WATER) == 1


@pytest.mark.parametrize(
    ("instruction", "kind"),
    [
        ("请水务局阅研。", "action"),
        ("请志强同志阅处。", "action"),
        ("酌。", "action"),
        ("请卫健委核实并于周五前报我。", "action"),
        ("阅。", "read"),
        ("请各位副市长参考。", "read"),
        ("已阅", "read"),
        ("很好！", "action"),
        ("请督查室、市府办阅。", "read"),
        ("此报告很好，请研究室、综合一处参考。", "read"),
        ("请市政府办公厅阅处。", "action"),
        ("请督查室督查，阅。", "action"),
        ("阅。请市政府办理。", "action"),
    ],
)
def test_whether_to_act_or_to_read_is_proposed_from_the_words(instruction: str, kind: str) -> None:
    """宁波规程 五（一）; what says nothing of either is for action, so that nothing is lost."""
    assert proposed_item(instruction) == kind


def test_the_proposal_is_what_the_form_begins_with_and_a_person_confirms_it() -> None:
    story = registered(instruction="阅。")
    propose = next(a for a in _offered(story) if a.name == "propose")
    assert propose.begins is not None
    assert propose.begins(story.case) == {"item_kind": "read"}
    story.does(SECRETARY, "propose", item_kind="action", dispatch_mode="original")
    assert story.case.stage == "drafted"


def _offered(story: Story) -> list[Any]:
    return open_actions(story.case, SECRETARY, now=story.now)


def test_what_is_only_to_be_read_circulates_and_is_archived() -> None:
    story = registered(instruction="请各位副秘书长阅。")
    story.does(SECRETARY, "propose", item_kind="read", dispatch_mode="original")
    assert (story.case.stage, story.due("assign")) == ("circulating", "")
    assert story.due("circulate") == "03-16 23:59"
    story.does(SECRETARY, "archive")
    assert story.case.stage == "archived"


@pytest.mark.parametrize(
    ("grade", "upward", "feedback"),
    [
        # 15 days from receipt: 24 March is a working day. 10 working days from the hand-over.
        ("province", "03-24 23:59", ""),
        ("mayor", "", "03-23 23:59"),
        ("vice_mayor", "", "03-23 23:59"),
        ("assistant", "", "03-23 23:59"),
    ],
)
def test_the_limit_depends_on_who_instructed(grade: str, upward: str, feedback: str) -> None:
    story = working(leader_grade=grade)
    assert (story.due("upward"), story.due("feedback")) == (upward, feedback)


def test_fifteen_days_that_end_on_a_holiday_roll_forward() -> None:
    at = datetime(2026, 9, 16, 9, tzinfo=SHANGHAI)
    story = registered(at=at, leader_grade="province")
    assert story.due("upward") == "10-08 23:59"
    clock = story.case.clock("upward")
    assert clock is not None
    assert clock.raw_due_on == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("priority", "assign", "handle"),
    [
        ("normal", "03-12 23:59", "03-19 23:59"),
        ("urgent", "03-09 23:59", "03-12 23:59"),
        ("extra_urgent", "03-09 23:59", "03-10 23:59"),
    ],
)
def test_what_is_urgent_is_handed_over_the_same_day(
    priority: str, assign: str, handle: str
) -> None:
    story = drafted(priority=priority)
    assert story.due("assign") == assign
    story.does(SECRETARY, "assign", lead_unit="SWJ")
    assert story.due("handle") == handle


def test_an_instruction_about_a_petition_follows_the_limits_of_petitions() -> None:
    story = drafted(petition_matter=True)
    story.does(SECRETARY, "assign", lead_unit="SWJ", special_case="领导指定由水务局直接办理。")
    story.does(WATER_CLERK, "sign")
    assert story.due("feedback") == "05-08 23:59"
    assert story.case.clock("handle").limit == Limit.parse("50d").code  # type: ignore[union-attr]
    with pytest.raises(Incomplete, match="最多可以延长30日"):
        story.does(WATER_CLERK, "request_extension", extension_days=31, reason="情况复杂")


def test_an_instruction_about_a_petition_goes_by_way_of_the_petitions_office() -> None:
    """宁波规程 四（一）: 信访局 hands it on to the units that are responsible and presses them."""
    story = drafted(petition_matter=True)
    with pytest.raises(Incomplete, match="应交信访局"):
        story.does(SECRETARY, "assign", lead_unit="SWJ")
    story.does(SECRETARY, "assign", lead_unit="XFJ")
    story.does(LETTERS_CLERK, "sign")
    with pytest.raises(Incomplete, match="应交信访局"):
        story.does(SECRETARY, "reassign", lead_unit="SWJ", reason="属供水事项。")

    story.does(LETTERS_CLERK, "hand_on", co_units=["SWJ"], note="请答复来信群众。")
    assert story.told() == [f"co/dispatched → unit{WATER}"]
    with pytest.raises(Incomplete, match="水务局已在办理本件"):
        story.does(LETTERS_CLERK, "hand_on", co_units=["SWJ"])
    with pytest.raises(NotAvailable, match="还有1个协办单位未反馈"):
        story.does(LETTERS_CLERK, "feed_back", **FINDINGS)
    story.does(WATER_CLERK, "co_sign")
    story.does(WATER_CLERK, "co_reply", progress="已更换漏损管段，并答复来信人。")
    story.does(LETTERS_CLERK, "feed_back", **FINDINGS)
    assert story.case.stage == "fed_back"
    assert "hand_on" not in working().can(WATER_CLERK)


def test_an_oral_instruction_is_registered_too() -> None:
    story = registered(oral=True, sender="", document_number="")
    assert story.case.details["oral"] is True
    assert "sender" not in story.case.details


def test_the_lead_waits_for_the_co_units() -> None:
    story = working(co_units=("CGJ",))
    assert {part.unit_id for part in story.case.parts} == {WATER, CITY_MANAGEMENT}
    with pytest.raises(NotAvailable, match="还有1个协办单位未反馈"):
        story.does(WATER_CLERK, "feed_back", **FINDINGS)
    story.does(CITY_CLERK, "co_sign")
    story.does(CITY_CLERK, "co_reply", progress="道路开挖手续已备。")
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    assert story.case.stage == "fed_back"


def test_an_instruction_that_nobody_signs_is_deemed_received() -> None:
    story = drafted()
    story.does(SECRETARY, "assign", lead_unit="SWJ")
    story.waits(days=2)
    story.does(CLOCK, "deem_signed")
    assert (story.case.stage, story.due("handle")) == ("working", "03-19 23:59")


def test_a_thin_feedback_goes_back_for_another_round() -> None:
    story = working()
    story.does(WATER_CLERK, "feed_back", findings="正在研究。")
    story.does(SECRETARY, "redo", reason="未见具体计划和时限。")
    assert (story.case.stage, story.case.round) == ("working", 2)
    assert story.told() == [f"unit/redo → unit{WATER}"]
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    story.does(SECRETARY, "approve_feedback")
    assert story.case.stage == "reporting"


def test_the_leader_sends_the_report_back_to_be_rewritten_or_the_matter_back_to_the_unit() -> None:
    story = reported()
    story.does(LEADER, "return_report", reason="补充资金来源。")
    assert (story.case.stage, story.due("report")) == ("reporting", "03-12 23:59")
    story.does(SECRETARY, "submit_report", **REPORT)
    story.does(SECRETARY, "order_further", reason="领导批示：首批再提前一个月。")
    assert (story.case.stage, story.case.round) == ("working", 2)
    assert story.told() == [f"unit/redo → unit{WATER}", "secretary/decided → secretary"]


def test_progress_reported_to_the_leader_is_feedback_in_time() -> None:
    story = working(leader_grade="mayor")
    story.does(SECRETARY, "interim_report", special_report="摸排过半，计划本月成文。")
    assert (story.case.stage, story.due("feedback")) == ("working", "")


def test_an_extension_is_asked_before_expiry_and_decided_by_the_office() -> None:
    story = working()
    story.does(WATER_CLERK, "request_extension", extension_days=5, reason="需专家论证")
    assert story.told() == ["secretary/asked → secretary"]
    with pytest.raises(NotPermitted):
        story.does(DISPATCHER, "grant_extension")
    story.does(SECRETARY, "grant_extension")
    assert story.due("handle") == "03-26 23:59"
    with pytest.raises(NotAvailable, match="不能再次延期"):
        story.does(WATER_CLERK, "request_extension", extension_days=1, reason="再延")


def test_a_late_request_for_an_extension_is_refused() -> None:
    story = working()
    story.waits(days=20)
    with pytest.raises(NotAvailable, match="届满"):
        story.does(WATER_CLERK, "request_extension", extension_days=5, reason="需专家论证")


def test_an_overdue_instruction_is_noted_and_counted_late() -> None:
    story = working()
    story.waits(days=15)
    story.does(CLOCK, "breach", clock="handle", level=3)
    assert story.told() == [f"owed/breached → unit{WATER}", "supervisor/breached → supervisor"]
    story.does(WATER_CLERK, "feed_back", **FINDINGS)
    assert (story.figure("late", WATER), story.figure("overdue", WATER)) == (1, 1)


def test_a_reminder_starts_the_month_anew() -> None:
    story = working()
    story.waits(days=20)
    story.does(SECRETARY, "remind")
    assert (story.case.reminders, story.due("urge")) == (1, "04-28 23:59")


def test_it_is_given_to_another_unit_and_the_first_loses_it() -> None:
    story = working()
    story.does(SECRETARY, "reassign", lead_unit="CGJ", reason="属路面塌陷，改由城管牵头。")
    assert (story.case.stage, story.case.lead_unit_id) == ("assigned", CITY_MANAGEMENT)
    assert f"former/withdrawn → unit{WATER}" in story.told()


def test_a_look_back_is_due_later_and_may_open_the_matter_again() -> None:
    story = signed_off("quarter")
    assert story.due("look_back") == "06-09 23:59"
    with pytest.raises(NotAvailable, match="回头看"):
        story.does(SECRETARY, "archive")
    story.waits(days=80)
    story.does(SECRETARY, "reopen", reason="两处新管再次爆裂。")
    assert (story.case.stage, story.case.round, story.case.closed_at) == ("working", 2, None)
    assert story.due("look_back") == ""
    assert story.case.clock("handle") is not None


def test_a_look_back_that_finds_the_matter_settled_lets_it_be_archived() -> None:
    story = signed_off("month")
    story.waits(days=29)
    story.does(SECRETARY, "look_back", findings="三处抽查均已通水，群众满意。")
    assert "look_back" not in story.can(SECRETARY)
    story.does(SECRETARY, "archive")
    assert story.case.closed_at is not None


def test_a_state_secret_is_refused_and_leaves_a_stub_only() -> None:
    with pytest.raises(Secret, match="国家秘密不得录入"):
        registered(secrecy="state_secret")
    stub = Story(
        kind="leader",
        opening="register_stub",
        opened_by=SECRETARY,
        form={**INSTRUCTION, "title": "不应保存", "leader_grade": "province"},
    )
    case, event = stub.case, stub.moves[0].event
    assert (case.stage, case.title, case.content) == ("offline", "涉密批示件（线下办理）", "")
    assert set(event.inputs) == {"leader_grade", "instructed_on", "priority"}
    assert all(INPUTS[name].type not in ("text", "line") for name in event.inputs)
    assert stub.due("upward") == "03-24 23:59"
    texts = [
        name
        for action in _offered(stub)
        for name, _ in action.inputs
        if INPUTS[name].type in ("text", "line")
    ]
    assert texts == [], "nothing can be written into a stub"
    stub.does(SECRETARY, "finish_offline", finished_on="2026-03-20")
    assert (stub.case.stage, stub.case.details["finished_on"]) == ("archived", "2026-03-20")


def test_a_work_secret_is_kept_as_confidential() -> None:
    assert registered(secrecy="work_secret").case.confidential
    assert not registered().case.confidential


def test_a_mistaken_entry_is_taken_back_with_a_reason() -> None:
    story = registered()
    story.does(SECRETARY, "void", reason="与PS12号重复登记。")
    assert (story.case.stage, story.case.open_clocks) == ("voided", ())


def test_the_hotline_neither_sees_nor_handles_instructions() -> None:
    story = working()
    for person in (AGENT, DISPATCHER, REVIEWER):
        assert visible_cases(person).condition == "c.kind in ('citizen')"
        assert story.can(person) == set()
        with pytest.raises(NotPermitted):
            act(a_blank(kind="leader"), "register", person, **INSTRUCTION)
    for person in (SUPERVISOR, LEADER):
        assert visible_cases(person).condition == "true"
    assert visible_cases(SECRETARY).condition == "c.kind in ('leader')"
    assert story.can(CITY_CLERK) == set()
