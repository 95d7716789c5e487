"""政府采购投诉, told as 财政部令第94号 tells it: from the expiry of the answer to the decision."""

from datetime import date, datetime
from typing import Any

import pytest

from hotline.calendar import SHANGHAI
from hotline.errors import Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.people import CLOCK
from hotline.permissions import visible_cases
from hotline.procedures.complaint import COMPLAINT
from hotline.procurement import (
    COMPLAINT_ITEMS,
    CONSEQUENCE_OF,
    SUSPENSION,
    complaint_filing,
    complaint_refusal_of,
    misconduct,
)
from hotline.spans import months_after, years_after
from hotline.ties import FOLLOWS
from tests.makers import (
    CITY_CLERK,
    CITY_MANAGEMENT,
    FINANCE,
    LEADER,
    PROCUREMENT,
    WATER,
    WATER_CLERK,
    a_blank,
    act,
    staff,
)
from tests.stories.procurement import (
    COMPLAINT_LETTER,
    NUMBER,
    ComplaintStory,
    answered,
    complained,
    decided,
    examined,
    investigating,
    reviewed,
)

FINANCE_CHIEF = staff("财政监管科长", *FINANCE.roles)
SENT = {"delivery": "direct", "delivered_on": "2026-03-24"}


def begins(story: ComplaintStory, name: str) -> dict[str, Any]:
    """What the form of the action is filled in with."""
    action = COMPLAINT.action(name)
    assert action is not None
    assert action.begins is not None
    return dict(action.begins(story.case))


def test_from_the_complaint_to_the_publication() -> None:
    story = complained()
    # The challenge came on 9 March: answered at once, its period expired on the 18th.
    assert story.case.details["timeliness"] == (
        "质疑答复期限2026-03-18届满，投诉期限至2026-04-09；2026-03-24收到，在期限内"
    )
    assert (story.due("review"), story.due("notice"), story.due("whole")) == (
        "03-31 23:59", "04-03 23:59", "05-09 23:59",
    )  # fmt: skip
    assert [(tie.number, tie.relation) for tie in story.moves[0].links] == [(NUMBER, FOLLOWS)]
    story.waits(days=2)
    story.does(FINANCE, "accept", **begins(story, "accept"))
    # 令94 21: accepted as of the day of receipt.
    assert story.case.accepted_at == datetime(2026, 3, 24, tzinfo=SHANGHAI)
    assert story.told() == ["citizen/letter_accepted → +8613800004321"]
    story.does(
        FINANCE, "send_notices", lead_unit="SWJ", co_units=["CGJ"], document_number="云财采答1号"
    )
    assert story.told() == [
        f"unit/dispatched → unit{WATER}",
        f"co/dispatched → unit{CITY_MANAGEMENT}",
    ]
    assert story.due("notice") == ""
    story.does(WATER_CLERK, "sign")
    assert story.due("handle") == "04-02 23:59"
    story.does(CITY_CLERK, "co_sign")
    story.does(CITY_CLERK, "co_reply", progress="我方依法组织评审。")
    story.does(WATER_CLERK, "state", findings="评审程序合法，附评审报告。")
    assert story.told() == ["finance/stated → finance"]
    story.does(FINANCE, "confront", confronted_on="2026-03-26", confrontation="双方到场质证。")
    story.does(
        FINANCE, "submit_decision", complaint_result="no_effect", reply="投诉成立，未影响结果。"
    )
    with pytest.raises(NotPermitted, match="回避"):
        story.does(FINANCE, "issue", document_number="云财采决〔2026〕1号")
    story.does(FINANCE_CHIEF, "issue", document_number="云财采决〔2026〕1号")
    assert (story.case.stage, story.due("whole")) == ("issued", "")
    with pytest.raises(NotAvailable, match="先向当事人送达"):
        story.does(FINANCE, "publish", announced_on="2026-03-26", announced_in="政府采购网")
    story.does(FINANCE, "deliver", **SENT)
    assert story.told() == [
        "citizen/letter_answered → +8613800004321",
        f"unit/decision_sent → unit{WATER}",
    ]
    story.does(FINANCE, "publish", announced_on="2026-03-26", announced_in="政府采购网")
    assert (story.case.stage, story.case.details["keep_until"]) == ("closed", "2041-03-26")
    assert story.case.open_clocks == ()


EXPIRED, LAST = date(2026, 2, 28), date(2026, 3, 20)


@pytest.mark.parametrize(
    ("received_on", "posted_on", "has_answer", "in_time"),
    [
        # Not before the period for answering has expired, unless there is an answer already.
        ("2026-02-27", None, False, False),
        ("2026-02-28", None, False, False),
        ("2026-02-27", None, True, True),
        ("2026-03-02", None, False, True),
        # The last of fifteen working days, the day after it, and a letter posted on the last.
        ("2026-03-20", None, True, True),
        ("2026-03-21", None, True, False),
        ("2026-03-24", "2026-03-20", True, True),
        ("2026-03-24", "2026-03-21", True, False),
    ],
)
def test_fifteen_working_days_from_the_expiry_of_the_answer_period(
    received_on: str, posted_on: str | None, has_answer: bool, in_time: bool
) -> None:
    found = complaint_filing(
        EXPIRED, LAST, date.fromisoformat(received_on), answered=has_answer,
        posted_on=date.fromisoformat(posted_on) if posted_on else None,
    )  # fmt: skip
    assert found.in_time is in_time


def test_who_was_not_answered_may_complain_once_the_period_has_expired() -> None:
    silent = reviewed().case
    assert silent.answered_at is None
    assert ComplaintStory(silent).case.details["in_time"] == "yes"
    early = ComplaintStory(
        silent, at=datetime(2026, 3, 17, 9, tzinfo=SHANGHAI), received_on="2026-03-17"
    )
    assert early.case.details["in_time"] == "no"
    assert "尚未答复" in str(early.case.details["timeliness"])


def test_a_challenge_whose_window_is_closed_leaves_nothing_to_complain_about() -> None:
    closed = answered()
    closed.waits(days=60)
    closed.does(CLOCK, "close_window")
    assert closed.case.details["complain_until"] == "2026-04-09"
    late = datetime(2026, 4, 13, 9, tzinfo=SHANGHAI)
    story = ComplaintStory(closed.case, at=late, received_on="2026-04-13")
    assert begins(story, "decide_refusal") == {"in_time": "no", "complaint_refusal": "late"}
    # The window is closed when the letter arrives that was posted on its last day.
    story = ComplaintStory(closed.case, at=late, received_on="2026-04-13", posted_on="2026-04-09")
    assert begins(story, "accept") == {"in_time": "yes"}


def test_a_challenge_that_was_withdrawn_or_refused_has_no_window() -> None:
    withdrawn = investigating()
    withdrawn.does(PROCUREMENT, "withdraw", withdrawn_on="2026-03-09")
    assert ComplaintStory(withdrawn.case).case.details["in_time"] == "no"


def test_a_complaint_names_a_challenge_that_exists() -> None:
    with pytest.raises(Incomplete) as wrong:
        act(a_blank(kind="complaint"), "register", FINANCE, **COMPLAINT_LETTER)
    assert "challenge" in wrong.value.fields


@pytest.mark.parametrize(
    ("details", "ground"),
    [
        ({"authority": "other", "scope": "within"}, "wrong_authority"),
        ({"authority": "ours", "scope": "beyond"}, "not_challenged"),
        ({"authority": "ours", "scope": "within", "in_time": "no"}, "late"),
        ({"authority": "ours", "scope": "within", "in_time": "yes"}, None),
    ],
)
def test_what_is_not_acceptable(details: dict[str, Any], ground: str | None) -> None:
    assert complaint_refusal_of(details) == ground


def test_the_wrong_authority_says_within_three_days_who_is_competent() -> None:
    story = complained(authority="other")
    with pytest.raises(NotAvailable, match="不属于本部门管辖"):
        story.does(FINANCE, "accept", in_time="yes")
    form = begins(story, "decide_refusal")
    with pytest.raises(Incomplete, match="有管辖权的部门"):
        story.does(FINANCE, "decide_refusal", **form, reason="属省级预算项目")
    story.does(
        FINANCE, "decide_refusal", **form, reason="属省级预算项目", competent_authority="省财政厅"
    )
    assert (story.case.stage, story.due("refusal_notice")) == ("refusing", "03-27 23:59")
    story.does(FINANCE, "send_refusal", document_number="云财采不〔2026〕1号", **SENT)
    assert (story.case.stage, story.case.open_clocks) == ("refused", ())
    assert story.told() == ["citizen/letter_refused → +8613800004321"]


def test_what_came_in_time_is_not_refused_as_late() -> None:
    story = complained()
    with pytest.raises(Incomplete, match="不得以超过期限为由"):
        story.does(
            FINANCE, "decide_refusal", complaint_refusal="late", in_time="yes", reason="超期"
        )


def corrected_of(story: ComplaintStory) -> None:
    """The correction notice of an incomplete complaint."""
    story.does(
        FINANCE, "ask_correction", missing_parts=["copies"], correct_by="2026-03-30",
        document_number="云财采补〔2026〕1号",
    )  # fmt: skip


def test_a_correction_is_asked_once_and_its_time_is_not_counted() -> None:
    items = [item for item in COMPLAINT_ITEMS if item != "copies"]
    story = complained(complaint_items=items)
    with pytest.raises(NotAvailable, match="投诉书缺少：按被投诉人"):
        story.does(FINANCE, "accept", in_time="yes")
    assert begins(story, "ask_correction") == {"missing_parts": ["copies"]}
    story.waits(days=1)
    corrected_of(story)
    whole = story.case.clock("whole")
    assert whole is not None
    assert whole.stop is not None
    story.now = datetime(2026, 3, 30, 10, tzinfo=SHANGHAI)
    story.does(
        FINANCE, "resubmit", complaint_items=list(COMPLAINT_ITEMS), corrected_on="2026-03-30"
    )
    # The 26th and 27th lay wholly between notice and receipt: two working days come back.
    assert (story.due("whole"), story.due("notice")) == ("05-12 23:59", "04-08 23:59")
    assert story.due("review_again") == "04-07 23:59"
    whole = story.case.clock("whole")
    assert whole is not None
    assert whole.stop is None
    story.does(FINANCE, "accept", in_time="yes")
    assert story.case.accepted_at == datetime(2026, 3, 24, tzinfo=SHANGHAI)


def test_a_second_correction_is_not_asked_for() -> None:
    story = complained(complaint_items=["grounds"])
    corrected_of(story)
    story.does(FINANCE, "resubmit", complaint_items=["grounds"], corrected_on="2026-03-24")
    with pytest.raises(NotAvailable, match="只发一次"):
        corrected_of(story)
    assert begins(story, "decide_refusal")["complaint_refusal"] == "uncorrected"


def test_a_correction_that_never_comes_is_refused_by_a_person() -> None:
    story = complained(complaint_items=["grounds"])
    corrected_of(story)
    story.waits(days=8)
    story.does(CLOCK, "resume")
    story.does(CLOCK, "lapse_correction")
    assert story.case.stage == "received"
    story.does(
        FINANCE, "decide_refusal", complaint_refusal="uncorrected", in_time="yes", reason="未补正"
    )
    assert story.case.stage == "refusing"


def test_respondents_that_state_nothing_waive_it() -> None:
    story = complained()
    story.does(FINANCE, "accept", in_time="yes")
    story.does(FINANCE, "send_notices", lead_unit="SWJ", document_number="答1")
    story.waits(days=2)
    story.does(CLOCK, "deem_signed")
    assert story.due("handle") == "04-02 23:59"
    story.waits(days=9)
    story.does(CLOCK, "waive_statement")
    assert (story.case.stage, story.told()) == ("examining", ["finance/stated → finance"])


def test_more_is_asked_of_the_respondent_in_another_round() -> None:
    story = examined()
    story.does(FINANCE, "request_more", reason="请提供业绩证明原件。")
    assert (story.case.stage, story.case.round) == ("stating", 2)
    assert story.told() == [f"unit/redo → unit{WATER}"]
    story.does(FINANCE, "state_paper", findings="原件已收。", document_number="收1")
    assert story.case.stage == "examining"


def test_a_test_stops_the_thirty_days_and_another_officer_grants_it() -> None:
    story = examined()
    asked = {"stop_ground": "inspection", "basis": "实施条例 第58条", "reason": "委托检测"}
    story.does(FINANCE, "request_stop", stop_until="2026-04-03", **asked)
    assert story.told() == ["finance/asked → finance"]
    with pytest.raises(NotAvailable, match="他人审批"):
        story.does(FINANCE, "grant_stop")
    story.does(FINANCE_CHIEF, "grant_stop")
    # 25 March to 3 April: eight working days.
    assert story.due("whole") == "05-20 23:59"
    story.now = datetime(2026, 4, 1, 15, tzinfo=SHANGHAI)
    story.does(FINANCE, "resume")
    assert story.due("whole") == "05-15 23:59", "the report came back earlier"


def test_there_is_no_extension() -> None:
    story = examined()
    with pytest.raises(NotFound):
        story.does(FINANCE, "request_extension", extension_days=5, reason="案情复杂")
    assert all(rule.extendable is None for rule in COMPLAINT.clocks)


def test_procurement_is_suspended_for_thirty_days_that_do_not_roll() -> None:
    # 30 days after 24 August 2026 would be 23 September; after 2 September, within the holiday.
    at = datetime(2026, 9, 2, 9, tzinfo=SHANGHAI)
    story = examined(at=at, received_on="2026-09-02")
    story.does(
        FINANCE, "suspend", suspended_on="2026-09-02", document_number="暂1", reason="可能影响结果"
    )
    assert story.told() == [f"unit/suspended → unit{WATER}"]
    assert story.due("suspension") == "10-02 23:59"
    suspension = story.case.clock("suspension")
    assert suspension is not None
    assert suspension.raw_due_on == date(2026, 10, 2)
    assert SUSPENSION.code == "30d!"
    with pytest.raises(NotAvailable, match="最长30日"):
        story.does(
            FINANCE, "suspend", suspended_on="2026-09-02", document_number="暂2", reason="再次"
        )
    story.waits(days=31)
    story.does(CLOCK, "end_suspension")
    assert (story.due("suspension"), story.case.stage) == ("", "examining")
    assert story.told() == [
        f"unit/procurement_resumed → unit{WATER}", "finance/suspension_over → finance",
    ]  # fmt: skip


def test_procurement_is_resumed_earlier_by_notice() -> None:
    story = examined()
    assert "resume_procurement" not in story.can(FINANCE)
    story.does(
        FINANCE, "suspend", suspended_on="2026-03-24", document_number="暂1", reason="可能影响结果"
    )
    story.does(FINANCE, "resume_procurement", document_number="恢1")
    assert story.due("suspension") == ""


def test_a_withdrawn_complaint_is_terminated() -> None:
    story = examined()
    story.does(FINANCE, "withdraw", withdrawn_on="2026-03-24", document_number="终1")
    assert (story.case.stage, story.case.open_clocks) == ("terminated", ())
    assert f"former/complaint_ended → unit{WATER}" in story.told()


def test_a_rejection_says_on_what_ground() -> None:
    story = examined()
    with pytest.raises(Incomplete, match="须注明理由"):
        story.does(FINANCE, "submit_decision", complaint_result="rejected", reply="驳回。")
    with pytest.raises(Incomplete, match="成立的不填"):
        story.does(
            FINANCE, "submit_decision", complaint_result="effect", rejection_ground="no_facts",
            reply="成立。",
        )  # fmt: skip


def test_a_decision_goes_back_before_it_is_signed() -> None:
    story = examined()
    story.does(FINANCE, "submit_decision", complaint_result="no_effect", reply="成立。")
    story.does(LEADER, "return_decision", reason="事实部分补充质证情况。")
    assert story.case.stage == "examining"


def published(story: ComplaintStory) -> None:
    """Delivered and published."""
    story.does(FINANCE, "deliver", **SENT)
    story.does(FINANCE, "publish", announced_on="2026-03-24", announced_in="政府采购网")


@pytest.mark.parametrize(("stage", "consequence"), CONSEQUENCE_OF.items())
def test_what_follows_depends_on_the_stage_of_the_procurement(stage: str, consequence: str) -> None:
    story = decided("effect", procurement_stage=stage)
    published(story)
    assert (story.case.stage, story.due("consequence")) == ("following", "04-08 23:59")
    assert begins(story, "record_consequence") == {"complaint_consequence": consequence}
    wrong = next(other for other in CONSEQUENCE_OF.values() if other != consequence)
    with pytest.raises(Incomplete, match="该采购阶段应"):
        story.does(
            FINANCE, "record_consequence", procurement_stage=stage, complaint_consequence=wrong,
            document_number="报1",
        )  # fmt: skip
    story.does(
        FINANCE, "record_consequence", procurement_stage=stage,
        complaint_consequence=consequence, document_number="报1",
    )  # fmt: skip
    assert story.case.stage == "closed"


def test_the_third_unfounded_complaint_in_a_year_is_proposed_for_the_list() -> None:
    second = decided(precedents=1)
    assert second.case.details["unfounded"] == 2
    assert "misconduct" not in second.case.details
    assert "propose_listing" not in second.can(FINANCE)
    third = decided(precedents=2)
    assert third.case.details["misconduct"] == ("12个月内3次投诉查无实据，建议列入不良行为记录名单")
    published(third)
    third.does(FINANCE, "propose_listing", reason="12个月内三次投诉查无实据")
    assert third.told() == ["leader/listing → leader"]
    assert "propose_listing" not in third.can(FINANCE)


def test_one_fabricated_complaint_is_enough() -> None:
    assert "捏造事实" in str(decided("rejected", "fabricated").case.details["misconduct"])
    assert misconduct(1, wilful=False) is None


def test_an_inadmissible_or_upheld_complaint_does_not_count() -> None:
    for story in (decided("rejected", "not_admissible"), decided("effect")):
        assert "unfounded" not in story.case.details


def test_an_overdue_decision_is_noted() -> None:
    story = examined()
    story.waits(days=50)
    story.does(CLOCK, "breach", clock="whole", level=3)
    assert story.told() == ["owed/breached → finance", "supervisor/breached → supervisor"]


@pytest.mark.parametrize(
    ("start", "years", "end"),
    [("2026-03-24", 15, "2041-03-24"), ("2024-02-29", 15, "2039-02-28")],
)
def test_years_end_on_the_corresponding_day_or_with_the_month(
    start: str, years: int, end: str
) -> None:
    assert years_after(date.fromisoformat(start), years).isoformat() == end
    assert months_after(date(2026, 3, 31), -12) == date(2025, 3, 31)
    assert months_after(date(2026, 3, 31), -1) == date(2026, 2, 28)


def test_the_centre_that_is_complained_about_does_not_see_the_complaint() -> None:
    story = examined()
    assert story.can(PROCUREMENT) == set()
    assert "complaint" not in visible_cases(PROCUREMENT).condition
    assert "complaint" in visible_cases(FINANCE).condition


def test_what_was_misread_at_the_register_is_corrected_before_it_is_judged() -> None:
    story = complained(authority="other")
    with pytest.raises(NotAvailable, match="登记有误的，请先更正登记"):
        story.does(FINANCE, "accept", in_time="yes")
    with pytest.raises(Incomplete, match="请填写要更正的内容"):
        story.does(FINANCE, "amend")
    story.does(FINANCE, "amend", authority="ours")
    story.does(FINANCE, "accept", in_time="yes")
    assert story.case.stage == "accepted"


def test_what_was_registered_by_mistake_is_struck_out_and_the_challenge_told() -> None:
    story = complained()
    story.does(FINANCE, "void", reason="重复登记")
    assert (story.case.stage, story.case.open_clocks) == ("voided", ())
    void = next(one for one in COMPLAINT.actions if one.name == "void")
    assert void.tie is not None
    assert void.tie.other == "complaint_ended"


def test_a_stop_that_is_denied_leaves_the_thirty_days() -> None:
    story = examined()
    before = story.due("whole")
    story.does(
        FINANCE, "request_stop", stop_ground="expert", basis="令94 第27条",
        stop_until="2026-04-03", reason="组织专家评审",
    )  # fmt: skip
    story.does(FINANCE_CHIEF, "deny_stop", reason="不需要专家评审")
    assert story.due("whole") == before


def test_a_respondent_that_keeps_silent_is_reminded() -> None:
    story = complained()
    story.does(FINANCE, "accept", in_time="yes")
    story.does(FINANCE, "send_notices", lead_unit="SWJ", document_number="答1")
    story.does(FINANCE, "remind", note="请按期说明。")
    assert story.told() == [f"unit/reminded → unit{WATER}"]
