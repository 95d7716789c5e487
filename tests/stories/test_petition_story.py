"""信访事项办理规程, told in its own words: registered, decided, looked at again, ended."""

from datetime import date, datetime

import pytest

from hotline.calendar import SHANGHAI
from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import CLOCK, Role
from hotline.permissions import may_reveal, requester_open_to, visible_cases
from hotline.transition import open_actions
from tests.makers import (
    AGENT,
    CITY_CLERK,
    CITY_MANAGEMENT,
    DISPATCHER,
    GOVERNMENT_CLERK,
    HEDONG_CLERK,
    LEADER,
    MONDAY,
    PETITION,
    PETITIONS,
    SECRETARY,
    SUPERVISOR,
    WATER,
    WATER_CLERK,
    WATER_HEAD,
    Story,
    a_blank,
    act,
    staff,
)
from tests.stories.petitions import (
    OPINION,
    forwarded,
    handling,
    registered,
    rereviewing,
)

# ------------------------------------------------------------------ the way of a petition


def test_from_the_register_to_the_opinion_that_nobody_disputes() -> None:
    story = registered()
    assert (story.case.stage, story.case.details["petition_times"]) == ("registered", "first")
    assert (story.due("route"), story.due("urgent")) == ("03-24 23:59", "")

    story.does(PETITIONS, "forward", lead_unit="SWJ")
    assert story.told() == [
        f"unit/petition_sent → unit{WATER}",
        "citizen/petition_sent → +8613800005678",
    ]
    assert (story.due("object"), story.due("accept")) == ("03-16 23:59", "03-24 23:59")
    assert (story.due("route"), story.due("urge")) == ("", "04-08 23:59")

    story.waits(days=3)
    story.does(WATER_CLERK, "accept", told_way="written")
    assert story.told() == ["citizen/petition_accepted → +8613800005678"]
    assert (story.due("handle"), story.due("object")) == ("05-11 23:59", "")

    story.waits(days=40)
    story.does(WATER_CLERK, "decide", **OPINION)
    assert (story.case.stage, story.figure("on_time", WATER)) == ("decided", 1)
    assert story.due("deliver") == "04-28 23:59"
    story.does(WATER_CLERK, "deliver", opinion_delivered_on="2026-04-21", opinion_delivery="post")
    assert story.told() == ["citizen/petition_decided → +8613800005678"]
    assert (story.case.stage, story.due("ask_review")) == ("delivered", "05-21 23:59")

    story.waits(days=31)
    story.does(CLOCK, "settle")
    assert (story.case.stage, story.case.outcome) == ("settled", "settle")
    with pytest.raises(NotAvailable):
        story.does(PETITIONS, "ask_review", lead_unit="HDQ")


def test_the_fifteen_days_run_from_the_day_on_which_it_arrived() -> None:
    """第22条: 自收到之日起; the last day that is a rest day rolls forward (民法典 203)."""
    story = registered(petition_channel="letter", petition_received_on="2026-03-06")
    # 21 March is a Saturday.
    assert story.due("route") == "03-23 23:59"
    clock = story.case.clock("route")
    assert clock is not None
    assert clock.raw_due_on == date(2026, 3, 21)
    with pytest.raises(Incomplete, match="不能晚于今天"):
        registered(petition_received_on="2026-03-10")


def test_sixty_days_that_end_in_the_holidays_roll_forward() -> None:
    at = datetime(2026, 8, 2, 9, tzinfo=SHANGHAI)
    story = Story(kind="petition", opening="register", opened_by=PETITIONS, form=PETITION, at=at)
    story.does(PETITIONS, "forward", lead_unit="SWJ")
    story.does(WATER_CLERK, "accept", told_way="spot")
    assert story.due("handle") == "10-08 23:59"


# ------------------------------------------------------------------ the register (19-22)


def test_who_comes_gives_name_and_address_or_stays_anonymous() -> None:
    with pytest.raises(Incomplete) as refused:
        registered(requester_name="", petitioner_address="")
    assert set(refused.value.fields) == {"requester_name", "petitioner_address"}
    assert registered(requester_name="", petitioner_address="", anonymous=True).case.anonymous
    for name in ("title", "content", "petition_facts", "petition_reasons"):
        with pytest.raises(Incomplete, match="请填写"):
            registered(**{name: ""})


@pytest.mark.parametrize(
    ("group", "speaking", "why"),
    [(12, 6, "不能大于5"), (12, None, "推选的代表人数"), (3, 4, "不能多于信访人数")],
)
def test_at_most_five_speak_for_a_group(group: int, speaking: int | None, why: str) -> None:
    with pytest.raises(Incomplete, match=why):
        registered(group_size=group, representatives=speaking)


def test_a_group_of_twelve_sends_five() -> None:
    details = registered(group_size=12, representatives=5).case.details
    assert (details["group_size"], details["representatives"]) == (12, 5)


def test_the_office_tells_which_body_is_competent() -> None:
    story = registered()
    story.does(
        PETITIONS, "inform", competent_body="某县人民政府", told_way="spot", reason="不属本市职权"
    )
    assert (story.case.stage, story.case.open_clocks) == ("informed", ())
    assert story.told() == ["citizen/petition_informed → +8613800005678"]


# ------------------------------------------------------------------ what leaders write on it


@pytest.mark.parametrize(
    ("priority", "urgent", "hand_over"),
    [
        ("normal", "", "03-12 23:59"),
        ("urgent", "03-09 23:59", "03-09 23:59"),
        ("extra_urgent", "03-09 23:59", "03-09 23:59"),
    ],
)
def test_an_instruction_is_handed_over_in_three_days_an_urgent_one_today(
    priority: str, urgent: str, hand_over: str
) -> None:
    story = registered(priority=priority)
    assert story.due("urgent") == urgent
    story.does(PETITIONS, "report_up", proposal="涉及12户，拟请水务局牵头办理。")
    assert story.told() == ["leader/petition_reported → leader"]
    story.does(LEADER, "instruct", petition_instruction="请水务局速办。", report_by="2026-03-27")
    assert (story.case.stage, story.due("hand_over")) == ("registered", hand_over)
    assert story.due("route") == "03-24 23:59"


def test_the_limit_is_the_day_that_the_assigner_names() -> None:
    story = registered()
    story.does(PETITIONS, "instruct", petition_instruction="月底前报我。", report_by="2026-03-28")
    assign = next(
        a for a in open_actions(story.case, PETITIONS, now=story.now) if a.name == "assign"
    )
    assert assign.begins is not None
    assert assign.begins(story.case) == {"report_by": "2026-03-28"}
    with pytest.raises(Incomplete, match="不能早于今天"):
        story.does(PETITIONS, "assign", lead_unit="SWJ", report_by="2026-03-08")
    story.does(PETITIONS, "assign", lead_unit="SWJ", report_by="2026-03-28")
    # A Saturday: the day was named, nothing rolls.
    assert story.due("report") == "03-28 23:59"
    story.does(WATER_CLERK, "accept", told_way="written")
    story.does(WATER_CLERK, "report_result", findings="已更换管道320米。")
    assert (story.due("report"), story.told()) == ("", ["petitions/result → petitions"])
    assert forwarded().due("report") == "", "who forwards names no day"


# ------------------------------------------------------------------ objection and return (23)


def test_a_unit_objects_with_reasons_and_keeps_it_until_the_return_is_approved() -> None:
    story = forwarded()
    why = {"objection_ground": "not_duty", "reason": "属小区自建管网，由城管局管理。"}
    with pytest.raises(Incomplete, match="理由"):
        story.does(WATER_CLERK, "object", objection_ground="not_duty")
    story.waits(days=2)
    story.does(WATER_CLERK, "object", **why)
    assert (story.case.stage, story.due("decide_objection")) == ("objected", "03-16 23:59")
    assert story.told() == ["petitions/objected → petitions"]
    assert story.case.lead_unit_id == WATER
    assert story.can(WATER_CLERK) == set()
    story.does(PETITIONS, "approve_return", note="情况属实。")
    assert story.told() == [f"former/petition_returned → unit{WATER}"]
    assert (story.case.stage, story.case.lead_unit_id) == ("registered", None)
    assert story.case.parts == ()
    assert all(part.withdrawn_at for part in story.case.assignments)
    assert (story.due("route_again"), story.due("accept")) == ("03-16 23:59", "")
    story.does(PETITIONS, "forward", lead_unit="CGJ")
    assert (story.case.lead_unit_id, story.due("object")) == (CITY_MANAGEMENT, "03-18 23:59")


def test_an_objection_that_is_refused_stays_refused_and_costs_no_day() -> None:
    story = forwarded()
    story.does(WATER_CLERK, "object", objection_ground="not_area", reason="不在辖区")
    story.does(PETITIONS, "reject_return", reason="管网属市水务局。")
    assert story.told() == [f"unit/petition_kept → unit{WATER}"]
    assert (story.case.stage, story.due("accept")) == ("forwarded", "03-24 23:59")
    assert "object" not in story.can(WATER_CLERK)
    story.does(WATER_CLERK, "accept", told_way="written")
    assert story.case.stage == "handling"


def test_after_five_working_days_nobody_objects() -> None:
    story = forwarded()
    why = {"objection_ground": "not_duty", "reason": "不属职责"}
    story.waits(days=8)
    with pytest.raises(NotAvailable, match="提出异议期限已于2026-03-16届满"):
        story.does(WATER_CLERK, "object", **why)
    story.does(CLOCK, "lapse_objection")
    assert "object" not in story.can(WATER_CLERK)
    with pytest.raises(NotAvailable, match="提出异议期限已过"):
        story.does(WATER_CLERK, "object", **why)
    assert story.case.stage == "forwarded"


# ------------------------------------------------------------------ the three kinds (29-32)


def test_an_accusation_never_reaches_the_accused_unit() -> None:
    story = registered(petition_kind="accusation", accused_unit="HDQ")
    assert story.case.confidential
    for unit in ("HDQ", "HDQ01"):
        with pytest.raises(Incomplete, match="不得转给被检举控告的单位"):
            story.does(PETITIONS, "forward", lead_unit=unit)
        with pytest.raises(Incomplete, match="不得转给被检举控告的单位"):
            story.does(PETITIONS, "forward", lead_unit="SWJ", co_units=[unit])
    story.does(PETITIONS, "forward", lead_unit="SWJ")
    with pytest.raises(Incomplete, match="不得转给被检举控告的单位"):
        story.does(PETITIONS, "reassign", lead_unit="HDQ01", reason="改交")
    story.does(WATER_CLERK, "accept", told_way="written")
    for person in (WATER_CLERK, HEDONG_CLERK):
        assert not may_reveal(person, story.case)
        assert not requester_open_to(person, story.case)
    assert story.can(HEDONG_CLERK) == set()


@pytest.mark.parametrize("kind", ["suggestion", "accusation"])
def test_suggestions_and_accusations_are_answered_without_an_opinion(kind: str) -> None:
    story = handling(petition_kind=kind)
    assert not {"decide", "redirect"} & story.can(WATER_CLERK)
    story.does(WATER_CLERK, "answer", findings="已研究采纳。", told_way="written")
    assert story.case.stage == "settled"
    assert "petitions/result → petitions" in story.told()


def test_only_an_accusation_names_an_accused() -> None:
    with pytest.raises(Incomplete, match="只有检举控告"):
        registered(accused_unit="HDQ")


def test_what_has_its_own_procedure_is_led_into_it() -> None:
    story = handling()
    assert "answer" not in story.can(WATER_CLERK)
    story.does(
        WATER_CLERK, "redirect", legal_route="litigation", told_way="written", reason="属合同纠纷"
    )
    assert (story.case.stage, story.case.details["legal_route"]) == ("redirected", "litigation")


@pytest.mark.parametrize("opinion", ["support", "explain", "not_support"])
def test_an_opinion_has_facts_reasons_and_a_basis(opinion: str) -> None:
    story = handling()
    for missing in ("opinion_facts", "opinion_reasons", "opinion_basis", "document_number"):
        with pytest.raises(Incomplete, match="请填写"):
            story.does(WATER_CLERK, "decide", **{**OPINION, missing: ""})
    story.does(WATER_CLERK, "decide", **{**OPINION, "opinion": opinion})
    assert story.case.details["opinion"] == opinion


def test_a_thin_opinion_is_done_again_by_way_of_the_office() -> None:
    story = handling()
    story.does(WATER_CLERK, "decide", **OPINION)
    story.does(PETITIONS, "redo", reason="未回应退费请求。")
    assert (story.case.stage, story.case.round) == ("handling", 2)
    assert (story.told(), story.due("rework")) == ([f"unit/redo → unit{WATER}"], "04-08 23:59")
    story.does(WATER_CLERK, "decide", **OPINION)
    assert story.case.stage == "decided"


def test_an_opinion_that_is_sent_back_three_times_is_supervised() -> None:
    story = handling()
    for _ in range(3):
        story.does(WATER_CLERK, "decide", **OPINION)
        story.does(PETITIONS, "redo", reason="未回应退费请求。")
    assert (story.case.returns, story.case.supervised) == (3, True)
    assert "supervisor/returned_often → supervisor" in story.told()


def test_the_lead_waits_for_the_co_units() -> None:
    story = registered()
    story.does(PETITIONS, "forward", lead_unit="SWJ", co_units=["CGJ"])
    story.does(WATER_CLERK, "accept", told_way="written")
    with pytest.raises(NotAvailable, match="还有1个协办单位未反馈"):
        story.does(WATER_CLERK, "decide", **OPINION)
    story.does(CITY_CLERK, "co_sign")
    story.does(CITY_CLERK, "co_reply", progress="道路开挖手续已备。")
    story.does(WATER_CLERK, "decide", **OPINION)


# ------------------------------------------------------------------ time (34)


def test_thirty_days_more_once_by_the_head_of_the_unit_and_the_reason_is_told() -> None:
    story = handling()
    with pytest.raises(Incomplete, match="最多可以延长30日"):
        story.does(WATER_CLERK, "request_extension", extension_days=31, reason="需鉴定")
    story.does(WATER_CLERK, "request_extension", extension_days=30, reason="需管网检测")
    assert story.told() == [f"unit/asked → unit{WATER}"]
    other_head = staff("城管局局长", Role.UNIT_HEAD, unit=CITY_MANAGEMENT)
    for person in (WATER_CLERK, PETITIONS, other_head):
        with pytest.raises(NotPermitted):
            story.does(person, "grant_extension")
    story.does(WATER_HEAD, "grant_extension")
    # 60 and 30 days from 9 March: 7 June is a Sunday.
    assert (story.due("handle"), story.due("tell_reason")) == ("06-08 23:59", "03-12 23:59")
    assert "citizen/extended → +8613800005678" in story.told()
    story.does(WATER_CLERK, "tell_reason", told_way="written", note="已书面告知需管网检测。")
    assert story.due("tell_reason") == ""
    with pytest.raises(NotAvailable, match="不能再次延期"):
        story.does(WATER_CLERK, "request_extension", extension_days=1, reason="再延")


def test_a_head_who_asks_does_not_decide() -> None:
    story = handling()
    story.does(WATER_HEAD, "request_extension", extension_days=10, reason="需管网检测")
    with pytest.raises(NotAvailable, match="须由他人审批"):
        story.does(WATER_HEAD, "grant_extension")


def test_a_late_request_for_an_extension_is_refused() -> None:
    story = handling()
    story.waits(days=61)
    with pytest.raises(NotAvailable, match="届满"):
        story.does(WATER_CLERK, "request_extension", extension_days=5, reason="需专家论证")


def test_an_overdue_petition_is_noted_and_counted_late() -> None:
    story = handling()
    story.waits(days=61)
    story.does(CLOCK, "breach", clock="handle", level=3)
    assert story.told() == [f"owed/breached → unit{WATER}", "supervisor/breached → supervisor"]
    story.does(WATER_CLERK, "decide", **OPINION)
    assert (story.figure("late", WATER), story.figure("overdue", WATER)) == (1, 1)


def test_a_reminder_starts_the_month_anew() -> None:
    story = handling()
    story.waits(days=20)
    story.does(PETITIONS, "remind")
    assert (story.case.reminders, story.due("urge")) == (1, "04-28 23:59")


def test_it_is_given_to_another_unit_before_it_is_accepted() -> None:
    story = forwarded()
    story.waits(days=4)
    story.does(PETITIONS, "reassign", lead_unit="CGJ", reason="属城管局职责。")
    assert f"former/withdrawn → unit{WATER}" in story.told()
    assert story.due("accept") == "03-30 23:59"


def test_a_petition_is_taken_back() -> None:
    story = handling()
    story.does(PETITIONS, "withdraw", reason="信访人书面撤回。")
    assert (story.case.stage, story.case.open_clocks) == ("withdrawn", ())


# ------------------------------------------------------------------ whose it is


def test_the_office_keeps_the_register_and_nobody_else() -> None:
    story = handling()
    for person in (AGENT, DISPATCHER, SECRETARY):
        assert "petition" not in visible_cases(person).condition
        assert story.can(person) == set()
        with pytest.raises(NotPermitted):
            act(a_blank(kind="petition", now=MONDAY), "register", person, **PETITION)
    assert visible_cases(PETITIONS).condition == "c.kind in ('petition')"
    for person in (SUPERVISOR, LEADER):
        assert visible_cases(person).condition == "true"
    assert "remind" in story.can(SUPERVISOR)
    assert story.can(CITY_CLERK) == set()


def test_an_extension_that_is_denied_leaves_the_sixty_days() -> None:
    story = handling()
    before = story.due("handle")
    story.does(WATER_CLERK, "request_extension", extension_days=10, reason="需管网检测")
    story.does(WATER_HEAD, "deny_extension", reason="检测三日可完成")
    assert (story.due("handle"), story.due("tell_reason")) == (before, "")


def test_a_hearing_that_is_over_early_is_counted_no_longer() -> None:
    story = rereviewing()
    ask = {"stop_ground": "expert", "basis": "信访工作条例第36条", "reason": "举行听证"}
    story.does(GOVERNMENT_CLERK, "request_stop", stop_until="2026-03-29", **ask)
    story.does(PETITIONS, "deny_stop", reason="听证日期未定")
    assert story.due("rereview") == "04-08 23:59"
    story.does(GOVERNMENT_CLERK, "request_stop", stop_until="2026-03-29", **ask)
    story.does(PETITIONS, "grant_stop")
    story.waits(days=2)
    story.does(GOVERNMENT_CLERK, "resume")
    assert story.due("rereview") == "04-09 23:59"


def test_a_unit_that_is_late_is_supervised_and_reported() -> None:
    """第40条: 推诿、敷衍、拖延的，及时督办."""
    story = handling()
    story.waits(days=70)
    story.does(CLOCK, "supervise", note="逾期")
    assert story.case.supervised
    story.does(CLOCK, "report_to_leader", note="逾期三日")
    assert "leader/overdue → leader" in story.told()


def test_a_co_unit_that_is_not_needed_is_released() -> None:
    story = registered()
    story.does(PETITIONS, "forward", lead_unit="SWJ", co_units=["CGJ"])
    story.does(WATER_CLERK, "accept", told_way="written")
    story.does(PETITIONS, "release_co", co_units=["CGJ"], reason="不涉及道路开挖")
    story.does(WATER_CLERK, "decide", **OPINION)
    assert story.case.stage == "decided"
