"""市民诉求办理规程, told in its own words: from the call to the closed case, and its side ways."""

from datetime import datetime, timedelta

import pytest

from hotline.calendar import SHANGHAI
from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import CLOCK, Role, citizen
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    CITY_MANAGEMENT,
    DISPATCHER,
    MONDAY,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    WATER,
    WATER_CLERK,
    Story,
    a_blank,
    a_case_in,
    act,
    staff,
)

PHONE = "+8613800001234"
ANSWER = {"result": "solved", "reply": "已更换破损阀门，今日10时恢复供水。"}
CONTENT = {"attempt": "answered", "solved": "yes", "satisfied": "5", "manner": "4"}
DISCONTENT = {"attempt": "answered", "solved": "no", "satisfied": "2"}
OBJECTION = {"objection_ground": "not_duty", "proposed_unit": "CGJ", "note": "系占道施工所致。"}


def handled() -> Story:
    """A case in the hands of the water bureau."""
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.waits(hours=1)
    story.does(WATER_CLERK, "sign")
    return story


def answered() -> Story:
    """A case that was answered and reviewed, and waits for its callback."""
    story = handled()
    story.waits(days=1)
    story.does(WATER_CLERK, "reply", **ANSWER)
    story.does(REVIEWER, "approve")
    return story


def test_from_the_call_to_the_closed_case() -> None:
    story = Story()
    assert story.case.stage == "accepted"
    assert story.told() == [f"citizen/accepted → {PHONE}"]
    assert story.due("whole") == "03-23 23:59"

    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    assert story.case.lead_unit_id == WATER
    assert story.told() == [f"unit/dispatched → unit{WATER}"]
    assert (story.due("dispatch"), story.due("sign_in")) == ("", "03-10 23:59")
    assert (story.due("first_contact"), story.due("handle")) == ("03-10 09:00", "03-16 23:59")

    story.waits(hours=2)
    story.does(WATER_CLERK, "sign")
    assert (story.case.stage, story.due("sign_in")) == ("handling", "")
    story.does(WATER_CLERK, "contact", contact_way="phone", contact_result="reached", note="已核实")
    assert story.due("first_contact") == ""

    story.waits(days=1)
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert (story.case.stage, story.due("handle"), story.due("review")) == (
        "replied", "", "03-11 23:59",
    )  # fmt: skip
    story.does(REVIEWER, "approve")
    assert story.told() == [f"citizen/answered → {PHONE}", f"citizen/rating → {PHONE}"]

    story.waits(days=1)
    story.does(CALLBACK, "callback", **CONTENT)
    assert (story.case.stage, story.case.outcome) == ("closed", "callback")
    assert story.case.closed_at == story.now
    assert (story.case.solved, story.case.satisfied, story.case.manner) == ("yes", 5, 4)
    assert story.case.open_clocks == ()
    assert story.case.next_due_at is None
    assert [moved.event.action for moved in story.moves] == [
        "open", "dispatch", "sign", "contact", "reply", "approve", "callback",
    ]  # fmt: skip
    for measure in (
        "received",
        "on_time",
        "answered",
        "answered_5",
        "rated",
        "satisfied",
        "solved",
    ):
        assert story.figure(measure, WATER) == 1, measure
    assert story.figure("late", WATER) == story.figure("redo", WATER) == 0


def test_the_lead_waits_for_the_co_units() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["CGJ"])
    assert story.told() == [
        f"unit/dispatched → unit{WATER}", f"co/dispatched → unit{CITY_MANAGEMENT}",
    ]  # fmt: skip
    story.does(WATER_CLERK, "sign")
    with pytest.raises(NotAvailable, match="还有1个协办单位未反馈"):
        story.does(WATER_CLERK, "reply", **ANSWER)
    with pytest.raises(NotAvailable, match="请先签收"):
        story.does(CITY_CLERK, "co_reply", reply="路面已清理。")
    story.does(CITY_CLERK, "co_sign")
    assert story.case.stage == "handling"
    story.does(CITY_CLERK, "co_reply", reply="路面已清理。")
    assert story.told() == [f"unit/co_replied → unit{WATER}"]
    assert story.can(CITY_CLERK) == set()
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert story.case.stage == "replied"


def test_an_upheld_objection_sends_the_case_to_another_unit_with_its_own_time() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    whole = story.due("whole")
    story.waits(hours=3)
    story.does(WATER_CLERK, "object", **OBJECTION)
    assert story.told() == ["dispatcher/objected → dispatcher"]
    assert (story.due("sign_in"), story.due("handle")) == ("", "03-16 23:59")
    assert story.due("decide_objection") == "03-10 12:00"
    story.waits(days=1)
    with pytest.raises(Incomplete, match="就是现在的主办单位"):
        story.does(DISPATCHER, "uphold_objection", lead_unit="SWJ")
    story.does(DISPATCHER, "uphold_objection", lead_unit="CGJ")
    assert (story.case.stage, story.case.lead_unit_id) == ("dispatched", CITY_MANAGEMENT)
    assert (story.due("handle"), story.due("sign_in")) == ("03-17 23:59", "03-11 23:59")
    assert (story.due("whole"), story.due("decide_objection")) == (whole, "")
    assert story.can(WATER_CLERK) == set()
    assert {"sign", "object"} <= story.can(CITY_CLERK)
    assert (story.figure("received", WATER), story.figure("withdrawn", WATER)) == (1, 1)
    assert story.figure("received", CITY_MANAGEMENT) == 1


def test_a_unit_whose_objection_was_rejected_is_designated_and_cannot_object_again() -> None:
    story = handled()
    story.does(WATER_CLERK, "object", **OBJECTION)
    handle = story.due("handle")
    story.does(DISPATCHER, "reject_objection", reason="权责清单列明由水务部门负责。")
    assert story.told() == [f"unit/objection_rejected → unit{WATER}"]
    assert (story.case.stage, story.case.designated) == ("dispatched", True)
    assert story.due("sign_in") == "03-10 23:59"
    assert story.due("handle") == handle, "an objection gives no time"
    with pytest.raises(NotAvailable, match="已指定办理"):
        story.does(WATER_CLERK, "object", **OBJECTION)
    story.does(WATER_CLERK, "sign")
    with pytest.raises(NotAvailable, match="已指定办理"):
        story.does(WATER_CLERK, "object", **OBJECTION)
    story.does(WATER_CLERK, "reply", **ANSWER)


def test_a_unit_designated_at_dispatch_cannot_object_but_the_dispatcher_can_redispatch() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", designate=True)
    assert "object" not in story.can(WATER_CLERK)
    story.does(DISPATCHER, "redispatch", lead_unit="CGJ", reason="核实后属市容问题。")
    assert not story.case.designated
    assert "object" in story.can(CITY_CLERK)


def test_an_unsigned_case_is_deemed_received_and_no_clock_stops_for_it() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    handle = story.due("handle")
    story.waits(days=2)
    story.does(CLOCK, "breach", clock="sign_in", level="3")
    story.does(CLOCK, "deem_signed")
    assert story.case.stage == "handling"
    assert story.case.lead is not None
    assert story.case.lead.deemed
    assert story.told() == [f"unit/deemed → unit{WATER}"]
    assert (story.due("handle"), story.due("sign_in")) == (handle, "")
    assert story.moves[-1].event.actor_name == "系统计时"


def test_a_reviewer_returns_the_reply_and_the_citizen_clock_is_unbroken() -> None:
    story = handled()
    whole = story.case.clock("whole")
    assert whole is not None
    story.waits(days=2)
    story.does(WATER_CLERK, "reply", **ANSWER)
    story.waits(hours=3)
    story.does(REVIEWER, "redo", redo_reasons=["no_result", "incomplete"], note="缺恢复时间")
    assert (story.case.stage, story.case.round) == ("handling", 2)
    assert story.told() == [f"unit/redo → unit{WATER}"]
    assert (story.due("review"), story.due("handle")) == ("", "03-18 23:59")
    again = story.case.clock("whole")
    assert again is not None
    assert (again.due_at, again.started_at) == (whole.due_at, whole.started_at)
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert (story.figure("on_time", WATER), story.figure("redo", WATER)) == (2, 1)
    assert story.figure("answered", WATER) == 1, "only the first answer counts towards the shares"


def test_a_dissatisfied_requester_opens_a_new_round() -> None:
    story = answered()
    whole = story.due("whole")
    story.does(CALLBACK, "callback", **DISCONTENT)
    assert (story.case.stage, story.due("verdict")) == ("called_back", "03-12 23:59")
    assert story.due("callback") == ""
    assert "close" not in story.can(CALLBACK)
    story.waits(hours=2)
    story.does(CALLBACK, "redo", redo_reasons=["unsolved"], note="仍未恢复供水。")
    assert (story.case.round, story.case.solved, story.case.satisfied) == (2, "", None)
    assert (story.due("whole"), story.due("handle")) == (whole, "03-17 23:59")
    story.does(WATER_CLERK, "reply", **ANSWER)
    story.does(REVIEWER, "approve")
    story.does(CALLBACK, "callback", **CONTENT)
    assert (story.case.stage, story.case.satisfied) == ("closed", 5)
    assert (story.figure("rated", WATER), story.figure("satisfied", WATER)) == (2, 1)
    assert (story.figure("called_back", WATER), story.figure("solved", WATER)) == (2, 1)


def test_the_dispatcher_may_close_what_was_called_back_with_a_reason() -> None:
    story = answered()
    story.does(CALLBACK, "callback", **DISCONTENT)
    story.does(DISPATCHER, "close", close_reason="done", note="补偿标准已按规定执行。")
    assert (story.case.stage, story.case.outcome) == ("closed", "close")


@pytest.mark.parametrize("attempt", ["no_answer", "busy", "wrong_number"])
def test_nobody_answers_and_the_case_stays_due(attempt: str) -> None:
    story = answered()
    due = story.due("callback")
    for tried in (1, 2, 3):
        story.does(CALLBACK, "callback", attempt=attempt)
        assert (story.case.stage, story.case.attempts) == ("answered", tried)
        assert story.due("callback") == due
    assert story.case.rated_at is None


def test_who_refuses_to_rate_is_not_asked_again() -> None:
    story = answered()
    story.does(CALLBACK, "callback", attempt="refused")
    assert (story.case.stage, story.case.outcome, story.case.satisfied) == (
        "closed", "declined", None,
    )  # fmt: skip
    assert story.figure("rated", WATER) == 0


def test_a_callback_that_expires_closes_as_not_rated() -> None:
    story = answered()
    story.does(CALLBACK, "callback", attempt="no_answer")
    story.waits(days=9)
    story.does(CLOCK, "breach", clock="callback", level="3")
    story.does(CLOCK, "expire_callback")
    assert (story.case.stage, story.case.outcome) == ("closed", "unrated")
    story.waits(days=1)
    story.does(citizen(PHONE), "rate", rating="4")
    assert (story.case.stage, story.case.outcome, story.case.satisfied) == ("closed", "rate", 4)


@pytest.mark.parametrize(
    ("rating", "stage"),
    [("5", "closed"), ("3", "closed"), ("2", "called_back"), ("1", "called_back")],
)
def test_a_rating_by_text_closes_or_proposes_a_redo(rating: str, stage: str) -> None:
    story = answered()
    story.does(citizen(PHONE), "rate", rating=rating)
    assert (story.case.stage, story.case.satisfied) == (stage, int(rating))
    assert story.due("callback") == ""
    assert bool(story.due("verdict")) == (stage == "called_back")


def test_a_second_text_corrects_the_first_and_counts_once() -> None:
    story = answered()
    story.does(citizen(PHONE), "rate", rating="5")
    closed_at, first_day = story.case.closed_at, story.now.date()
    story.waits(days=3)
    moved = story.does(citizen(PHONE), "rate", rating="1")
    assert (story.case.stage, story.case.satisfied, story.case.closed_at) == (
        "closed", 1, closed_at,
    )  # fmt: skip
    assert (story.figure("rated", WATER), story.figure("satisfied", WATER)) == (1, 0)
    taken_back = {count.day for count in moved.counts if count.n < 0}
    assert taken_back == {first_day}, "taken back from the day on which it had been counted"


@pytest.mark.parametrize(
    ("ground", "more"),
    [
        ("emergency", {}),
        ("statutory_channel", {"statutory_channel": "arbitration"}),
        ("in_progress", {}),
        ("explain", {}),
    ],
)
def test_a_refusal_names_its_ground(ground: str, more: dict[str, str]) -> None:
    case = a_case_in("registered")
    moved = act(case, "refuse", AGENT, refusal_ground=ground, reason="已当面说明。", **more)
    assert (moved.after.stage, moved.after.phase) == ("refused", "closed")
    assert moved.event.inputs["refusal_ground"] == ground
    assert [told.template for told in moved.tells] == ["citizen/refused"]


def test_who_is_sent_to_a_statutory_channel_is_told_which() -> None:
    with pytest.raises(Incomplete) as refusal:
        act(
            a_case_in("registered"), "refuse", AGENT, refusal_ground="statutory_channel", reason="x"
        )
    assert refusal.value.fields == {"statutory_channel": "请选择应告知的法定渠道"}


def test_a_letter_is_registered_first_and_its_clock_runs_from_acceptance() -> None:
    registered = a_case_in("registered")
    assert registered.open_clocks == ()
    accepted = act(registered, "accept", AGENT, now=MONDAY + timedelta(days=1)).after
    assert accepted.accepted_at == MONDAY + timedelta(days=1)
    assert {clock.name for clock in accepted.open_clocks} == {"whole", "dispatch"}


def test_what_the_centre_knows_it_answers_directly() -> None:
    story = Story(request_type="inquiry")
    story.does(AGENT, "answer_directly", answer="办理身份证请携带户口簿。")
    assert (story.case.stage, story.case.outcome) == ("closed", "answer_directly")
    assert story.told() == [f"citizen/answered → {PHONE}"]
    assert (story.figure("answered"), story.figure("closed"), story.figure("opened")) == (1, 1, 1)


def test_nobody_reviews_or_calls_back_about_what_they_handled() -> None:
    everything = staff(
        "兼职小冯", Role.CLERK, Role.REVIEWER, Role.CALLBACK, Role.DISPATCHER, unit=WATER
    )
    story = handled()
    story.does(everything, "reply", **ANSWER)
    for action, inputs in (("approve", {}), ("redo", {"redo_reasons": ["no_result"], "note": "x"})):
        with pytest.raises(NotPermitted, match="回避"):
            story.does(everything, action, **inputs)
        assert action not in story.can(everything)
    story.does(REVIEWER, "approve")
    with pytest.raises(NotPermitted, match="回避"):
        story.does(everything, "callback", **CONTENT)
    story.does(CALLBACK, "callback", **DISCONTENT)
    for action in ("redo", "close"):
        assert action not in story.can(everything)
    story.does(CALLBACK, "redo", redo_reasons=["unsolved"], note="仍未恢复。")
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert "approve" not in story.can(everything), "who handled an earlier round stays recused"


@pytest.mark.parametrize(
    ("urgency", "handle", "whole"),
    [
        ("danger", "03-09 11:00", "03-10 09:00"),
        ("utility", "03-10 09:00", "03-12 23:59"),
        ("normal", "03-16 23:59", "03-23 23:59"),
        ("complex", "03-30 23:59", "04-07 23:59"),
    ],
)
def test_urgency_sets_the_limit(urgency: str, handle: str, whole: str) -> None:
    story = Story(urgency=urgency)
    assert story.due("whole") == whole
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    assert story.due("handle") == handle


@pytest.mark.parametrize(
    ("why", "at", "handle"),
    [
        ("a night call counts from the next working day", (2026, 3, 9, 23, 59), "03-16 23:59"),
        ("a Saturday counts nothing", (2026, 3, 14, 3, 0), "03-20 23:59"),
        ("a Sunday counts nothing", (2026, 3, 15, 20, 0), "03-20 23:59"),
        ("a make-up Saturday is counted", (2026, 2, 27, 9, 0), "03-05 23:59"),
        ("a call on a make-up Saturday is of that day", (2026, 2, 28, 9, 0), "03-06 23:59"),
        ("before the long holiday", (2026, 9, 30, 17, 0), "10-13 23:59"),
        ("within the long holiday", (2026, 10, 3, 12, 0), "10-13 23:59"),
    ],
)
def test_the_time_of_the_call(why: str, at: tuple[int, ...], handle: str) -> None:
    story = Story(at=datetime(*at, tzinfo=SHANGHAI))  # type: ignore[arg-type,misc]
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    assert story.due("handle") == handle, why


def test_working_hours_of_a_weekend_call_begin_on_monday() -> None:
    assert Story(at=datetime(2026, 3, 14, 3, 0, tzinfo=SHANGHAI)).due("dispatch") == "03-16 14:00"


def test_an_overdue_reply_is_late_and_overdue_once() -> None:
    story = handled()
    story.waits(days=10)
    story.does(CLOCK, "breach", clock="handle", level="3")
    assert story.told() == [
        f"owed/breached → unit{WATER}", "supervisor/breached → supervisor",
    ]  # fmt: skip
    with pytest.raises(NotAvailable):
        story.does(CLOCK, "breach", clock="handle", level="3")
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert (story.figure("overdue", WATER), story.figure("late", WATER)) == (1, 1)
    assert story.figure("on_time", WATER) == 0
    assert (story.figure("answered_5", WATER), story.figure("answered_10", WATER)) == (0, 1)


def test_a_late_reply_that_no_sweep_had_seen_is_overdue_too() -> None:
    story = handled()
    story.waits(days=10)
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert (story.figure("overdue", WATER), story.figure("late", WATER)) == (1, 1)


def test_the_supervisor_is_told_once_of_the_clock_that_the_supervisor_owes() -> None:
    story = handled()
    story.waits(days=30)
    story.does(CLOCK, "breach", clock="whole", level="3")
    assert story.told() == ["owed/breached → supervisor"]


def test_reminders_and_supervision() -> None:
    story = handled()
    story.does(DISPATCHER, "remind", note="请尽快联系诉求人。")
    assert (story.case.reminders, story.told()) == (1, [f"unit/reminded → unit{WATER}"])
    with pytest.raises(NotPermitted):
        story.does(DISPATCHER, "supervise", note="x")
    story.does(SUPERVISOR, "supervise", note="影响多户居民，列入督办。")
    assert story.case.supervised
    story.does(WATER_CLERK, "reply", **ANSWER)
    assert "remind" not in story.can(SUPERVISOR), (
        "the unit owes nothing while its reply is reviewed"
    )
    assert "supervise" in story.can(SUPERVISOR)


def test_a_redispatched_case_leaves_no_figure_behind_in_the_unit_that_lost_it() -> None:
    story = handled()
    story.does(DISPATCHER, "redispatch", lead_unit="CGJ", reason="属市容问题。")
    assert story.figure("stage:handling", WATER) == story.figure("stage:dispatched", WATER) == 0
    assert story.figure("stage:dispatched", CITY_MANAGEMENT) == 1
    assert (story.figure("withdrawn", WATER), story.figure("received", CITY_MANAGEMENT)) == (1, 1)


def test_a_case_of_nobody_known_is_told_to_nobody() -> None:
    form = {name: value for name, value in REQUEST.items() if not name.startswith("requester")}
    with pytest.raises(Incomplete) as refusal:
        act(a_blank(), "open", AGENT, **form)
    assert set(refusal.value.fields) == {"requester_phone"}
    assert act(a_blank(), "open", AGENT, **form, anonymous="on").tells == ()
