"""政府采购质疑, told as 财政部令第94号 and the centre's procedure tell it: seven working days."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from hotline.calendar import MAKEUP, SHANGHAI, WorkingCalendar, overrides_in_file
from hotline.errors import Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.explaining import beginning, explained
from hotline.people import CLOCK
from hotline.permissions import visible_cases
from hotline.procedures.challenge import CHALLENGE
from hotline.procurement import SECRET_WORDS, filing, missing, refusal_of, secret_hints
from hotline.transition import move, open_actions
from tests.makers import (
    AGENT,
    CITY_CLERK,
    CITY_MANAGEMENT,
    FINANCE,
    LEADER,
    PROCUREMENT,
    RULEBOOK,
    SUPERVISOR,
    WATER,
    WATER_CLERK,
    Story,
    a_blank,
    act,
)
from tests.stories.procurement import CHALLENGE_LETTER, answered, drafted, investigating, reviewed

THURSDAY = datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)
DRAFT = {"challenge_result": "not_upheld", "reply": "经核查，评标过程符合招标文件规定。"}


def registered(at: datetime = THURSDAY, **changes: Any) -> Story:
    """A letter that came on the day before the make-up Saturday of Spring Festival 2026."""
    form = {**CHALLENGE_LETTER, "known_on": "2026-02-10", "received_on": "2026-02-12"}
    return Story(
        at=at, kind="challenge", opening="register", opened_by=PROCUREMENT, form=form, **changes
    )


def test_from_the_letter_to_the_end_of_the_time_for_a_complaint() -> None:
    story = registered()
    # 7 working days from receipt; 14 and 28 February are make-up workdays.
    assert (story.case.stage, story.due("whole")) == ("received", "02-28 23:59")
    assert story.case.details["timeliness"] == (
        "自2026-02-10（当日不计）起7个工作日，2026-02-26届满；2026-02-12收到，在期限内"
    )
    assert _begins(story, "accept") == {"in_time": "yes"}
    story.does(PROCUREMENT, "accept", in_time="yes", receipt_number="云采质回〔2026〕3号")
    assert story.told() == ["citizen/letter_accepted → +8613800004321"]
    # The same day: to the bidding section and to the purchaser, with what is handed over.
    assert story.due("transfer") == "02-12 23:59"
    story.does(PROCUREMENT, "transfer", lead_unit="SWJ", co_units=["CGJ"], handed_over="质疑函1份")
    assert story.told() == [
        f"unit/dispatched → unit{WATER}",
        f"co/dispatched → unit{CITY_MANAGEMENT}",
    ]
    assert (story.due("sign_in"), story.due("investigate")) == ("02-12 23:59", "02-24 23:59")
    story.does(WATER_CLERK, "sign")
    story.does(CITY_CLERK, "co_sign")
    story.does(WATER_CLERK, "finish_investigation", findings="已调取开标记录和评审报告。")
    assert story.due("handle") == "02-14 23:59"
    story.does(WATER_CLERK, "submit_draft", **DRAFT)
    story.does(PROCUREMENT, "section_sign")
    assert story.told() == [f"co/to_sign → unit{CITY_MANAGEMENT}"]
    story.does(CITY_CLERK, "purchaser_sign")
    story.does(LEADER, "panel_sign")
    story.does(
        PROCUREMENT, "send_answer", document_number="云采质复〔2026〕3号", no_secrets=True,
        delivery="direct", delivered_on="2026-02-12",
    )  # fmt: skip
    assert (story.case.stage, story.due("whole")) == ("answered", "")
    assert story.figure("on_time", WATER) == 1
    # Answered on the first day, and still: the 15 working days begin at the expiry.
    window = story.case.clock("window")
    assert window is not None
    assert window.started_at.date() == date(2026, 2, 28)
    assert story.due("window") == "03-20 23:59"
    story.waits(days=40)
    story.does(CLOCK, "close_window")
    assert (story.case.stage, story.case.outcome) == ("closed", "close_window")
    assert story.case.details["keep_until"] == "2041-03-24"
    assert story.case.open_clocks == ()


# Each start with its last day: the first is not counted, make-up workdays are.
@pytest.mark.parametrize(
    ("known_on", "last_day"),
    [
        ("2026-02-12", "2026-02-28"),
        ("2026-09-24", "2026-10-12"),
        ("2026-01-05", "2026-01-14"),
        ("2025-12-30", "2026-01-09"),
        ("2026-04-30", "2026-05-13"),
    ],
)
def test_seven_working_days_from_the_day_on_which_it_was_known(
    known_on: str, last_day: str
) -> None:
    known, last = date.fromisoformat(known_on), date.fromisoformat(last_day)
    found = filing(known, last, RULEBOOK.calendar)
    assert (found.last_day, found.in_time) == (last, True)
    late = filing(known, date.fromordinal(last.toordinal() + 1), RULEBOOK.calendar)
    assert not late.in_time
    assert late.reason.endswith("已超过期限")


def test_what_was_posted_in_time_is_in_time() -> None:
    story = registered(
        at=datetime(2026, 3, 3, 9, tzinfo=SHANGHAI), received_on="2026-03-03",
        posted_on="2026-02-26",
    )  # fmt: skip
    assert story.case.details["in_time"] == "yes"
    assert "2026-02-26交邮（在途时间不计），在期限内" in str(story.case.details["timeliness"])
    # The answer is counted from receipt, not from the postmark.
    assert story.due("whole") == "03-12 23:59"


def test_a_letter_that_seems_older_than_what_it_challenges_is_looked_at() -> None:
    found = filing(date(2026, 3, 5), date(2026, 3, 4), RULEBOOK.calendar)
    assert not found.in_time
    assert found.reason.endswith("请核对日期")


@pytest.mark.parametrize(
    ("details", "ground"),
    [
        ({"participant": "outsider"}, "outsider"),
        ({"participant": "documents_only", "challenge_start": "result"}, "outsider"),
        ({"participant": "documents_only", "challenge_start": "documents"}, None),
        ({"participant": "participant", "addressee": "wrong"}, "wrong_addressee"),
        ({"participant": "participant", "addressee": "right", "in_time": "no"}, "late"),
        ({"participant": "participant", "addressee": "right", "in_time": "yes"}, None),
    ],
)
def test_who_may_challenge_what_where_and_until_when(
    details: dict[str, str], ground: str | None
) -> None:
    assert refusal_of(details) == ground


def test_a_late_challenge_is_refused_with_its_reason() -> None:
    story = registered(known_on="2026-01-20")
    assert story.case.details["in_time"] == "no"
    assert _begins(story, "refuse") == {"in_time": "no", "challenge_refusal": "late"}
    with pytest.raises(Incomplete, match="超过法定质疑期限"):
        story.does(PROCUREMENT, "accept", in_time="no", receipt_number="3")
    story.does(
        PROCUREMENT, "refuse", challenge_refusal="late", in_time="no",
        reason=str(story.case.details["timeliness"]),
    )  # fmt: skip
    assert (story.case.stage, story.case.open_clocks) == ("refused", ())
    assert story.told() == ["citizen/letter_refused → +8613800004321"]


def test_what_was_filed_in_time_is_not_refused_as_late() -> None:
    story = registered()
    with pytest.raises(Incomplete, match="不得以超过期限为由"):
        story.does(PROCUREMENT, "refuse", challenge_refusal="late", in_time="yes", reason="超期")


def test_an_outsider_is_not_accepted_unless_the_register_was_wrong() -> None:
    story = registered(participant="outsider")
    with pytest.raises(NotAvailable, match="供应商未参与所质疑项目"):
        story.does(PROCUREMENT, "accept", in_time="yes", receipt_number="3")
    story.does(PROCUREMENT, "amend", participant="participant")
    assert "accept" in story.can(PROCUREMENT)


def test_an_incomplete_letter_is_corrected_and_keeps_its_first_date() -> None:
    items = [item for item in CHALLENGE_LETTER["letter_items"] if item not in ("law", "signed")]
    story = registered(letter_items=items)
    assert story.case.details["missing"] == "必要的法律依据；签字或者盖章，单位的加盖公章"
    with pytest.raises(NotAvailable, match="质疑函缺少：必要的法律依据"):
        story.does(PROCUREMENT, "accept", in_time="yes", receipt_number="3")
    assert _begins(story, "ask_correction") == {"missing_items": ["law", "signed"]}
    story.does(
        PROCUREMENT, "ask_correction", missing_items=["law", "signed"], correct_by="2026-02-25"
    )
    assert story.told() == ["citizen/letter_incomplete → +8613800004321"]
    assert (story.due("correction"), story.due("whole")) == ("02-25 23:59", "02-28 23:59")
    story.now = datetime(2026, 2, 25, 16, tzinfo=SHANGHAI)
    story.does(
        PROCUREMENT, "resubmit", letter_items=CHALLENGE_LETTER["letter_items"],
        resubmitted_on="2026-02-25",
    )  # fmt: skip
    assert (story.case.stage, story.case.details["received_on"]) == ("received", "2026-02-12")
    assert "missing" not in story.case.details
    # Corrected long after, and still in time; the answer is due when it was due.
    assert (story.case.details["in_time"], story.due("whole")) == ("yes", "02-28 23:59")
    story.does(PROCUREMENT, "accept", in_time="yes", receipt_number="3")
    assert story.due("whole") == "02-28 23:59"


def test_a_correction_that_never_comes_goes_back_to_the_officer_who_refuses() -> None:
    story = registered(letter_items=["parties"])
    story.does(PROCUREMENT, "ask_correction", missing_items=["law"], correct_by="2026-02-14")
    story.waits(days=3)
    story.does(CLOCK, "lapse_correction")
    assert (story.case.stage, story.told()) == ("received", ["procurement/lapsed → procurement"])
    story.does(
        PROCUREMENT, "refuse", challenge_refusal="not_corrected", in_time="yes", reason="未补正"
    )
    assert story.case.stage == "refused"


def test_a_letter_holds_what_the_law_asks_for() -> None:
    items = CHALLENGE_LETTER["letter_items"]
    assert missing(dict.fromkeys(items, ""), items) == []
    assert missing(dict.fromkeys(items, ""), []) == items


def test_there_is_one_purchaser() -> None:
    story = registered()
    story.does(PROCUREMENT, "accept", in_time="yes", receipt_number="3")
    for units in ([], ["CGJ", "JTJ"]):
        with pytest.raises(Incomplete):
            story.does(
                PROCUREMENT, "transfer", lead_unit="SWJ", co_units=units, handed_over="质疑函"
            )


def test_experts_assist_and_no_time_stops() -> None:
    story = investigating()
    due = story.due("whole")
    story.does(WATER_CLERK, "ask_experts", experts="评审委员会", expert_question="第3项评分")
    with pytest.raises(NotAvailable, match="先登记专家意见"):
        story.does(PROCUREMENT, "ask_experts", experts="甲", expert_question="乙")
    story.does(PROCUREMENT, "note_experts", expert_opinion="评分符合评审标准。")
    assert (story.due("whole"), story.due("experts")) == (due, "")
    # 实施条例 58 lets the time stop for a complaint; of an answer nothing stops or extends it.
    for action in ("request_stop", "request_extension"):
        with pytest.raises(NotFound):
            story.does(WATER_CLERK, action)
    assert all(rule.extendable is rule.stoppable is None for rule in CHALLENGE.clocks)


def test_a_major_challenge_goes_to_the_panel_and_is_reported_before_it_is_signed() -> None:
    story = drafted()
    story.does(PROCUREMENT, "mark_major", reason="涉及两家以上供应商，社会关注度高")
    assert story.case.details["major"] is True
    assert "mark_major" not in story.can(PROCUREMENT)
    story.does(PROCUREMENT, "section_sign")
    story.does(CITY_CLERK, "purchaser_sign")
    with pytest.raises(NotAvailable, match="书面报告财政局"):
        story.does(LEADER, "panel_sign")
    story.does(
        PROCUREMENT,
        "report_finance",
        panel_opinion="会商一致。",
        document_number="云采报〔2026〕2号",
    )
    assert story.told() == ["finance/reported → finance"]
    story.does(LEADER, "panel_sign")
    assert story.case.stage == "to_send"


def test_the_three_sign_in_order_and_nobody_twice() -> None:
    story = drafted()
    with pytest.raises(NotAvailable, match="采购部审核"):
        story.does(CITY_CLERK, "purchaser_sign")
    story.does(PROCUREMENT, "section_sign")
    with pytest.raises(NotPermitted):
        story.does(WATER_CLERK, "purchaser_sign")
    story.does(PROCUREMENT, "purchaser_paper", document_number="采购人函〔2026〕1号")
    with pytest.raises(NotPermitted, match="回避"):
        story.does(PROCUREMENT, "panel_sign")
    story.does(LEADER, "panel_sign")
    assert story.case.stage == "to_send"


def test_a_draft_goes_back_and_the_purchaser_signs_the_next_one() -> None:
    story = drafted()
    story.does(PROCUREMENT, "section_sign")
    story.does(CITY_CLERK, "purchaser_return", reason="第二项未正面回应。")
    assert (story.case.stage, story.case.round) == ("drafting", 2)
    assert story.told() == [f"unit/redo → unit{WATER}"]
    assert {part.unit_id for part in story.case.parts} == {WATER, CITY_MANAGEMENT}
    story.does(WATER_CLERK, "submit_draft", **DRAFT)
    story.does(PROCUREMENT, "section_sign")
    story.does(CITY_CLERK, "purchaser_sign")
    story.does(LEADER, "return_draft", reason="补充法律依据。")
    assert (story.case.stage, story.case.round, story.figure("redo", WATER)) == ("drafting", 3, 2)


def test_an_answer_that_may_give_a_secret_away_is_marked_and_must_be_confirmed() -> None:
    story = reviewed(reply="中标人的分项报价和工艺流程均优于贵公司。")
    assert story.case.details["secret_hint"] == (
        "答复稿中出现“分项报价、工艺流程”，请核对是否涉及商业秘密"
    )
    sent = {"document_number": "3", "delivery": "post", "delivered_on": "2026-03-09"}
    with pytest.raises(Incomplete, match="不涉及商业秘密"):
        story.does(PROCUREMENT, "send_answer", **sent)
    story.does(PROCUREMENT, "send_answer", no_secrets=True, **sent)
    assert story.case.stage == "answered"
    assert secret_hints("评标过程符合招标文件规定。") == ()
    assert secret_hints("".join(SECRET_WORDS)) == SECRET_WORDS


def test_a_talk_with_the_supplier_is_recorded_and_the_leader_told() -> None:
    story = answered()
    story.does(
        PROCUREMENT,
        "talk",
        talked_on="2026-03-09",
        talked_with="供应商代表",
        talk="已说明评审依据。",
    )
    assert story.told() == ["leader/talked → leader"]


def test_an_upheld_challenge_is_acted_upon_and_reported() -> None:
    story = reviewed(challenge_result="effect")
    story.does(
        PROCUREMENT, "send_answer", document_number="3", no_secrets=True, delivery="direct",
        delivered_on="2026-03-09",
    )  # fmt: skip
    assert (story.case.stage, story.due("consequence")) == ("following", "03-16 23:59")
    with pytest.raises(Incomplete, match="另行确定或者重新采购"):
        story.does(
            PROCUREMENT, "record_consequence", challenge_consequence="amend", document_number="4"
        )
    story.does(
        PROCUREMENT, "record_consequence", challenge_consequence="next_candidate",
        document_number="云采报〔2026〕4号",
    )  # fmt: skip
    assert story.told() == ["finance/reported → finance"]
    assert (story.case.stage, story.due("window")) == ("answered", "04-09 23:59")


def test_upheld_against_the_documents_means_to_amend_them() -> None:
    story = reviewed(challenge_result="effect", challenge_start="documents")
    story.does(
        PROCUREMENT, "send_answer", document_number="3", no_secrets=True, delivery="direct",
        delivered_on="2026-03-09",
    )  # fmt: skip
    with pytest.raises(Incomplete, match="修改文件后继续或者重新采购"):
        story.does(
            PROCUREMENT, "record_consequence", challenge_consequence="next_candidate",
            document_number="4",
        )  # fmt: skip


def test_an_overdue_answer_is_noted_and_the_time_for_a_complaint_runs_all_the_same() -> None:
    story = reviewed()
    assert (story.due("whole"), story.due("window")) == ("03-18 23:59", "04-09 23:59")
    story.waits(days=12)
    story.does(CLOCK, "breach", clock="whole", level=3)
    assert story.told() == [
        "owed/breached → procurement", "supervisor/breached → supervisor",
    ]  # fmt: skip
    assert story.due("window") == "04-09 23:59"
    with pytest.raises(NotAvailable, match="待送达答复"):
        story.does(CLOCK, "close_window")
    story.waits(days=30)
    story.does(CLOCK, "breach", clock="window", level=3)
    story.does(
        PROCUREMENT, "send_answer", document_number="3", no_secrets=True, delivery="post",
        delivered_on="2026-04-20",
    )  # fmt: skip
    assert story.case.stage == "closed", "an answer after the time for a complaint ends it"


OTHER = {"other_case": "2603090000025"}


def over(result: str, stage: str = "winner") -> dict[str, str]:
    """What the complaint's decision brings along."""
    return {**OTHER, "complaint_result": result, "procurement_stage": stage}


@pytest.mark.parametrize(
    ("stage", "ordered"),
    [("no_winner", "redo"), ("winner", "void_result"), ("unperformed", "cancel_contract")],
)
def test_what_the_decision_on_a_complaint_orders_is_carried_out(stage: str, ordered: str) -> None:
    """令94 31, 32: the challenge waits for the complaint, and is over when that is carried out."""
    story = answered()
    story.does(CLOCK, "complained", **OTHER)
    assert (story.case.stage, story.case.closed_at) == ("complained", None)
    assert story.due("await_decision") == "04-21 23:59"
    assert "carry_out" not in story.can(PROCUREMENT)
    story.does(CLOCK, "complaint_decided", **over("effect", stage))
    assert (story.case.stage, story.due("carry_out")) == ("carrying_out", "03-23 23:59")
    assert story.case.details["complaint_consequence"] == ordered
    assert story.told() == ["procurement/complaint_over → procurement"]
    assert "carry_out" in story.can(PROCUREMENT)
    story.waits(days=20)
    story.does(CLOCK, "breach", clock="carry_out", level=3)
    assert "owed/breached → procurement" in story.told()
    story.does(
        PROCUREMENT, "carry_out", carried_out="已发布更正公告，重新评审。", document_number="报8"
    )
    assert (story.case.stage, story.case.open_clocks) == ("closed", ())
    assert story.told() == ["finance/reported → finance"]


@pytest.mark.parametrize("result", ["rejected", "no_effect"])
def test_a_decision_that_asks_for_nothing_ends_the_challenge(result: str) -> None:
    story = answered()
    story.does(CLOCK, "complained", **OTHER)
    story.does(CLOCK, "complaint_decided", **over(result))
    assert (story.case.stage, story.due("carry_out")) == ("closed", "")
    assert "complaint_consequence" not in story.case.details


def test_a_second_decision_takes_nothing_from_what_the_first_has_ordered() -> None:
    story = answered()
    story.does(CLOCK, "complained", **OTHER)
    story.does(CLOCK, "complaint_decided", **over("effect", "winner"))
    story.waits(days=3)
    story.does(CLOCK, "complained", **OTHER)
    story.does(CLOCK, "complaint_decided", **over("rejected"))
    assert (story.case.stage, story.due("carry_out")) == ("carrying_out", "03-23 23:59")
    assert story.case.details["complaint_consequence"] == "void_result"


def test_a_complaint_that_is_posted_in_time_brings_a_closed_challenge_back() -> None:
    story = answered()
    story.waits(days=32)
    story.does(CLOCK, "close_window")
    story.does(PROCUREMENT, "archive")
    assert story.case.archived_at is not None
    story.does(CLOCK, "complained", **OTHER)
    assert (story.case.stage, story.case.closed_at, story.case.archived_at) == (
        "complained", None, None,
    )  # fmt: skip
    story.does(CLOCK, "complaint_decided", **over("effect"))
    assert story.case.stage == "carrying_out"


@pytest.mark.parametrize(("days", "stage"), [(3, "answered"), (32, "closed")])
def test_a_complaint_without_a_decision_leaves_the_time_for_another(days: int, stage: str) -> None:
    story = answered()
    story.does(CLOCK, "complained", **OTHER)
    story.waits(days=days)
    if stage == "closed":
        story.does(CLOCK, "breach", clock="window", level=3)
    story.does(CLOCK, "complaint_ended", **OTHER)
    assert (story.case.stage, "complaint_stands" in story.case.details) == (stage, False)


def test_what_was_refused_is_refused_again_when_the_complaint_is_taken_back() -> None:
    story = registered(known_on="2026-02-02")
    story.does(PROCUREMENT, "refuse", challenge_refusal="late", in_time="no", reason="已超过期限。")
    story.does(CLOCK, "complained", **OTHER)
    story.does(CLOCK, "complaint_ended", **OTHER)
    assert (story.case.stage, story.case.outcome) == ("refused", "complaint_ended")


def test_an_unanswered_challenge_is_still_answered_beside_what_the_decision_orders() -> None:
    story = reviewed()
    story.does(CLOCK, "complained", **OTHER)
    story.does(CLOCK, "complaint_decided", **over("effect"))
    assert (story.case.stage, story.due("carry_out")) == ("to_send", "03-23 23:59")
    with pytest.raises(NotAvailable, match="投诉处理决定尚未落实"):
        story.does(PROCUREMENT, "withdraw", withdrawn_on="2026-03-09")
    story.does(
        PROCUREMENT, "send_answer", document_number="3", no_secrets=True, delivery="post",
        delivered_on="2026-03-09",
    )  # fmt: skip
    assert story.case.stage == "carrying_out"
    story.does(PROCUREMENT, "carry_out", carried_out="已重新评审。", document_number="报8")
    assert story.case.stage == "closed"
    other = reviewed()
    other.does(CLOCK, "complained", **OTHER)
    other.does(CLOCK, "complaint_decided", **over("effect"))
    other.does(PROCUREMENT, "carry_out", carried_out="已重新评审。", document_number="报8")
    assert (other.case.stage, other.due("carry_out")) == ("to_send", "")


def test_an_answer_that_is_sent_while_the_complaint_stands_waits_for_it() -> None:
    story = reviewed()
    story.does(CLOCK, "complained", **OTHER)
    story.does(
        PROCUREMENT, "send_answer", document_number="3", no_secrets=True, delivery="post",
        delivered_on="2026-03-09",
    )  # fmt: skip
    assert story.case.stage == "complained"


def test_a_complaint_is_waited_for_and_leaves_open_what_was_not_answered() -> None:
    story = answered()
    story.does(FINANCE, "note_complaint", complaint=story.case.number)
    assert (story.case.stage, story.case.details["complaint"]) == ("complained", story.case.number)
    unanswered = reviewed()
    unanswered.does(FINANCE, "note_complaint", complaint=story.case.number)
    assert unanswered.case.stage == "to_send"
    assert unanswered.case.clock("whole") is not None


def test_a_supplier_may_withdraw_until_the_answer() -> None:
    story = investigating()
    story.does(PROCUREMENT, "withdraw", withdrawn_on="2026-03-09")
    assert (story.case.stage, story.case.open_clocks) == ("withdrawn", ())
    assert "withdraw" not in answered().can(PROCUREMENT)


def test_an_unsigned_hand_over_is_deemed_signed() -> None:
    story = registered()
    story.does(PROCUREMENT, "accept", in_time="yes", receipt_number="3")
    story.does(PROCUREMENT, "transfer", lead_unit="SWJ", co_units=["CGJ"], handed_over="质疑函")
    story.waits(days=1)
    story.does(CLOCK, "deem_signed")
    assert story.case.stage == "investigating"


def test_a_new_notice_moves_the_answer_and_the_window_after_it() -> None:
    story = investigating()
    before = (story.due("whole"), story.due("window"))
    rows = [*overrides_in_file(), (date(2026, 3, 14), MAKEUP, "补班")]
    calendar = WorkingCalendar.from_rows(rows, first=date(2007, 1, 1), horizon=date(2026, 12, 31))
    moved = move(
        story.case, "recalendar", actor=CLOCK, now=story.now,
        inputs={"notice": "补充通知", "calendar": calendar.version},
        rulebook=replace(RULEBOOK, calendar=calendar),
    )  # fmt: skip
    whole, window = moved.after.clock("whole"), moved.after.clock("window")
    assert whole is not None
    assert window is not None
    assert before == ("03-18 23:59", "04-09 23:59")
    assert (whole.due_at.date(), window.due_at.date()) == (date(2026, 3, 17), date(2026, 4, 8))
    assert window.started_at == whole.due_at
    assert set(moved.event.changes) >= {"due:whole", "due:window"}


def test_the_window_explains_that_it_begins_when_the_answer_period_expires() -> None:
    window = investigating().case.clock("window")
    assert window is not None
    told = explained(window, RULEBOOK, begins=beginning(CHALLENGE, window))
    assert (told.days[0].date, told.days[0].counted) == (date(2026, 3, 18), False)
    assert told.days[0].why == "质疑答复期限届满之日，不计"
    assert (told.days[1].ordinal, told.days[-1].ordinal) == (1, 15)
    assert told.due_at == window.due_at


def test_nobody_is_warned_of_a_window_and_it_rings_once_at_its_end() -> None:
    window = investigating().case.clock("window")
    assert window is not None
    assert window.ring_at == window.due_at


def test_whose_register_it_is() -> None:
    story = investigating()
    for person in (PROCUREMENT, FINANCE, SUPERVISOR, LEADER):
        assert (
            "challenge" in visible_cases(person).condition
            or visible_cases(person).condition == "true"
        )
    assert "challenge" not in visible_cases(AGENT).condition
    assert story.can(FINANCE) == {"note_complaint"}
    with pytest.raises(NotPermitted):
        act(a_blank(kind="challenge"), "register", AGENT, **CHALLENGE_LETTER)


def _begins(story: Story, name: str) -> dict[str, Any]:
    actions = [a for a in CHALLENGE.actions_from(story.case.stage) if a.name == name]
    assert actions[0].begins is not None
    assert actions[0] in open_actions(story.case, PROCUREMENT, now=story.now) or name == "accept"
    return dict(actions[0].begins(story.case))


def test_what_went_to_the_wrong_section_is_handed_over_again() -> None:
    story = investigating()
    story.waits(days=1)
    story.does(
        PROCUREMENT, "reassign", lead_unit="JTJ", co_units=["CGJ"], handed_over="质疑函及附件",
        reason="该项目由交通招标部承办",
    )  # fmt: skip
    assert (story.case.stage, story.due("investigate")) == ("transferred", "03-13 23:59")
    assert f"former/withdrawn → unit{WATER}" in story.told()
    assert story.due("whole") == "03-18 23:59", "the seven days of the law run on"
    assert story.can(WATER_CLERK) == set()


def test_an_investigation_that_is_late_is_pressed_by_hand_and_by_time() -> None:
    story = investigating()
    story.does(PROCUREMENT, "remind", note="请抓紧。")
    assert story.told() == [f"unit/reminded → unit{WATER}"]
    story.waits(days=10)
    story.does(CLOCK, "supervise", note="逾期")
    story.does(CLOCK, "report_to_leader", note="逾期三日")
    assert "leader/overdue → leader" in story.told()


def test_what_was_registered_by_mistake_is_struck_out() -> None:
    story = registered()
    story.does(PROCUREMENT, "void", reason="与另一件重复登记")
    assert (story.case.stage, story.case.open_clocks) == ("voided", ())
