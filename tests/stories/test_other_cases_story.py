"""并案, 拆单, 终止, 撤回, 重新办理, 回头看: how requests concern others, end and live again."""

import msgspec
import pytest

from hotline.casefile import CaseFile
from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import CLOCK, citizen
from hotline.ties import TIED
from tests.makers import (
    AGENT,
    CALLBACK,
    DISPATCHER,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    WATER,
    WATER_CLERK,
    Story,
    a_blank,
    a_case_in,
    act,
    later,
    staff,
)

PHONE = "+8613800001234"
MAIN = "2603090000025"
ANSWER = {"result": "solved", "reply": "已更换破损阀门，今日10时恢复供水。"}
CONTENT = {"attempt": "answered", "solved": "yes", "satisfied": "5"}
DISCONTENT = {"attempt": "answered", "solved": "no", "satisfied": "2"}
AGAIN = {"reopen_ground": "again", "note": "昨晚又停水。"}


def main_case(stage: str = "handling", **changes: object) -> CaseFile:
    """Another case on the same matter, under a number of its own."""
    if stage == "merged":
        found = {"main_case": a_case_in("handling")}
        waiting = act(a_blank(number=MAIN), "open", AGENT, **REQUEST).after
        number = found["main_case"].number
        return act(waiting, "merge", DISPATCHER, found=found, main_case=number).after
    return msgspec.structs.replace(a_case_in(stage), number=MAIN, **changes)


def merged(into: CaseFile | None = None) -> Story:
    """A request that waits for the answer of another."""
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.waits(hours=2)
    story.does(
        DISPATCHER,
        "merge",
        found={"main_case": into or main_case()},
        main_case=MAIN,
        note="同一停水",
    )
    return story


def closed() -> Story:
    """A request that was handled and closed."""
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(WATER_CLERK, "sign")
    story.does(WATER_CLERK, "reply", **ANSWER)
    story.does(REVIEWER, "approve")
    story.does(CALLBACK, "callback", **CONTENT)
    return story


def test_a_merged_case_waits_without_a_unit_while_its_citizen_clock_runs_on() -> None:
    story = merged()
    assert (story.case.stage, story.case.lead_unit_id, story.case.parts) == ("merged", None, ())
    assert story.told() == [f"citizen/merged → {PHONE}", f"former/ended → unit{WATER}"]
    assert [clock.name for clock in story.case.open_clocks] == ["whole"]
    assert story.due("whole") == "03-23 23:59"
    (link,) = story.moves[-1].links
    assert (link.other, link.relation, link.change, link.due) == (MAIN, "merged", "made", False)
    assert story.can(WATER_CLERK) == set()
    assert "unmerge" in story.can(DISPATCHER)
    assert story.figure("received", WATER) - story.figure("withdrawn", WATER) == 0


def test_the_answer_of_the_main_case_comes_with_texts_rating_and_callback_of_its_own() -> None:
    story = merged()
    main = main_case("answered")
    story.waits(days=1)
    story.does(CLOCK, "follow", found={TIED: main}, main_case=MAIN, reply=ANSWER["reply"])
    assert story.case.stage == "answered"
    assert story.told() == [f"citizen/answered → {PHONE}", f"citizen/rating → {PHONE}"]
    assert story.due("callback") != ""
    assert story.figure("answered") == 1
    assert set(main.handlers) <= set(story.case.handlers), "who handled the one, handled the other"
    story.does(CALLBACK, "callback", **CONTENT)
    assert (story.case.stage, story.case.satisfied) == ("closed", 5)


def test_an_unhappy_requester_of_a_merged_case_gets_a_unit_of_the_own() -> None:
    story = merged()
    whole = story.case.clock("whole")
    story.does(CLOCK, "follow", found={TIED: main_case("answered")}, main_case=MAIN, reply="已办。")
    story.does(CALLBACK, "callback", **DISCONTENT)
    assert "redo" not in story.can(CALLBACK), "there is no unit to give it back to"
    story.does(CALLBACK, "dispatch_anew", redo_reasons=["unsolved"], note="我家仍无水")
    assert (story.case.stage, story.case.round) == ("accepted", 2)
    assert story.case.clock("whole") == whole
    assert story.due("dispatch") != ""


def test_a_mistaken_merge_is_undone_with_the_citizen_clock_unbroken() -> None:
    story = merged()
    whole = story.case.clock("whole")
    story.waits(days=1)
    story.does(DISPATCHER, "unmerge", found={TIED: main_case()}, reason="两处停水原因不同")
    assert (story.case.stage, story.case.round) == ("accepted", 1)
    assert story.case.clock("whole") == whole
    assert story.due("dispatch") != ""
    (link,) = story.moves[-1].links
    assert (link.other, link.change) == (MAIN, "ended")
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (None, "没有这个工单"),
        (main_case("closed"), "现为“已办结”，不能再并入"),
        (main_case("called_back"), "现为“待定重办”，不能再并入"),
        (main_case("merged"), "现为“并案办理”，不能再并入"),
        (main_case(kind="leader"), "不是同一类事项"),
        (a_case_in("handling"), "不能是本件"),
    ],
)
def test_a_case_is_merged_into_another_open_one_of_its_kind_only(
    other: CaseFile | None, sentence: str
) -> None:
    found = {"main_case": other} if other else {}
    number = other.number if other else MAIN
    with pytest.raises(Incomplete, match=sentence):
        act(a_case_in("accepted"), "merge", DISPATCHER, found=found, main_case=number)


def test_a_main_case_does_not_wait_for_another_in_turn() -> None:
    main = act(a_case_in("handling"), "absorb", CLOCK, other_case=MAIN)
    assert main.after.merged == 1
    assert [f"{told.template} → {told.destination}" for told in main.tells] == [
        f"unit/absorbed → unit{WATER}"
    ]
    with pytest.raises(NotAvailable, match="已有1件工单并入本件"):
        act(main.after, "merge", DISPATCHER, found={"main_case": main_case()}, main_case=MAIN)
    parted = act(main.after, "disjoin", CLOCK, other_case=MAIN)
    assert parted.after.merged == 0


def test_nobody_takes_the_other_side_of_a_merge_by_hand() -> None:
    for actor in (DISPATCHER, SUPERVISOR, AGENT):
        for action in ("absorb", "disjoin"):
            with pytest.raises(NotPermitted):
                act(a_case_in("handling"), action, actor, other_case=MAIN)


def test_an_answer_is_to_be_carried_over_when_it_is_approved_and_when_the_case_ends() -> None:
    main = act(a_case_in("handling"), "absorb", CLOCK, other_case=MAIN).after
    replied = act(main, "reply", WATER_CLERK, **ANSWER)
    assert not replied.carries, "it was not approved yet"
    redone = act(replied.after, "redo", REVIEWER, redo_reasons=["no_result"], note="补充")
    assert not redone.carries
    again = act(redone.after, "reply", WATER_CLERK, **ANSWER).after
    assert act(again, "approve", REVIEWER).carries
    assert act(main, "withdraw", AGENT, note="本人来电撤回").carries
    assert not act(a_case_in("replied"), "approve", REVIEWER).carries, "nobody waits for it"


def test_a_requester_may_withdraw_also_while_merged() -> None:
    story = merged()
    story.does(AGENT, "withdraw", found={TIED: main_case()}, note="本人来电，水已恢复")
    assert (story.case.stage, story.case.open_clocks) == ("withdrawn", ())
    assert story.told() == [f"citizen/withdrawn → {PHONE}"]
    assert [link.change for link in story.moves[-1].links] == ["ended"]
    other = Story()
    other.does(AGENT, "withdraw", note="不再需要")
    assert other.moves[-1].links == ()
    assert other.case.outcome == "withdraw"


def test_a_unit_applies_for_termination_and_the_hotline_decides() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(WATER_CLERK, "sign")
    story.does(
        WATER_CLERK,
        "request_termination",
        termination_ground="uncooperative",
        reason="三次拒绝入户",
    )
    assert story.told() == ["reviewer/termination → reviewer"]
    assert (story.case.stage, story.due("handle")) == ("ending", "03-16 23:59")
    assert story.due("decide_termination") == "03-10 23:59"
    story.does(REVIEWER, "deny_termination", reason="请再约一次")
    assert (story.case.stage, story.due("decide_termination")) == ("handling", "")
    story.does(
        WATER_CLERK, "request_termination", termination_ground="uncooperative", reason="第四次拒绝"
    )
    with pytest.raises(Incomplete, match="法定渠道"):
        story.does(REVIEWER, "terminate", termination_ground="statutory_channel", reason="已起诉")
    story.does(REVIEWER, "terminate", termination_ground="uncooperative", reason="理由成立")
    assert (story.case.stage, story.case.outcome) == ("terminated", "terminate")
    assert story.told() == [f"citizen/terminated → {PHONE}", f"former/ended → unit{WATER}"]
    assert story.case.open_clocks == ()
    assert story.figure("closed", WATER) == 1


def test_who_handled_a_case_does_not_terminate_it() -> None:
    both = staff("兼职小冯", *WATER_CLERK.roles, *REVIEWER.roles, unit=WATER)
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(both, "sign")
    story.does(both, "request_termination", termination_ground="no_contact", reason="空号")
    with pytest.raises(NotPermitted, match="回避"):
        story.does(both, "terminate", termination_ground="no_contact", reason="空号")


def test_a_matter_is_split_off_with_its_requester_and_the_time_that_it_has_had() -> None:
    story = Story()
    story.waits(days=2)
    story.does(
        DISPATCHER, "split", title="柳桥路路灯不亮", content="同一诉求人反映路灯不亮。",
        category="02.01.01",
    )  # fmt: skip
    assert story.case.stage == "accepted"
    with pytest.raises(NotPermitted):
        act(a_blank(), "split_off", DISPATCHER, **REQUEST, other_case=story.case.number)
    with pytest.raises(Incomplete, match="没有这个工单"):
        act(a_blank(), "split_off", CLOCK, **REQUEST, other_case=MAIN)
    off = act(
        a_blank(number=MAIN), "split_off", CLOCK, now=story.now,
        found={"other_case": story.case},
        **{**REQUEST, "title": "柳桥路路灯不亮", "other_case": story.case.number},
    )  # fmt: skip
    whole, whole_of_first = off.after.clock("whole"), story.case.clock("whole")
    assert whole and whole_of_first
    assert (whole.started_at, whole.due_at) == (whole_of_first.started_at, whole_of_first.due_at)
    assert [(link.other, link.relation) for link in off.links] == [(story.case.number, "split")]
    assert [told.template for told in off.tells] == ["citizen/accepted"]


def test_a_closed_case_is_reopened_with_its_unit_in_a_new_round_and_was_not_closed() -> None:
    story = closed()
    assert {"reopen", "reopen_to_dispatch"} <= story.can(CALLBACK)
    story.waits(days=20)
    story.does(SUPERVISOR, "reopen", **AGAIN)
    case = story.case
    assert (case.stage, case.round, case.closed_at, case.outcome) == ("handling", 2, None, "")
    assert (case.satisfied, case.solved, case.attempts) == (None, "", 0)
    assert story.told() == [f"citizen/reopened → {PHONE}", f"unit/redo → unit{WATER}"]
    assert {clock.name for clock in case.open_clocks} == {"whole", "handle", "first_contact"}
    assert (story.figure("closed", WATER), story.figure("redo", WATER)) == (0, 1)
    story.does(WATER_CLERK, "reply", **ANSWER)
    story.does(REVIEWER, "approve")
    story.does(CALLBACK, "callback", **CONTENT)
    assert story.figure("closed", WATER) == 1
    assert (story.case.stage, story.case.outcome) == ("closed", "callback")


def test_a_closed_case_is_reopened_for_another_unit_and_the_first_loses_it() -> None:
    story = closed()
    story.does(DISPATCHER, "reopen_to_dispatch", **AGAIN)
    assert (story.case.stage, story.case.lead_unit_id) == ("accepted", None)
    assert all(part.withdrawn_at for part in story.case.assignments)
    assert story.due("dispatch") != ""
    story.does(DISPATCHER, "dispatch", lead_unit="CGJ")


def test_long_after_its_end_a_case_stays_closed() -> None:
    story = closed()
    story.waits(days=91)
    with pytest.raises(NotAvailable, match="办结已超过90日"):
        story.does(SUPERVISOR, "reopen", **AGAIN)
    assert not {"reopen", "reopen_to_dispatch", "plan_look_back"} & story.can(SUPERVISOR)


def test_a_case_that_no_unit_had_is_reopened_by_dispatching_it() -> None:
    story = Story()
    story.does(AGENT, "answer_directly", answer="停水公告见官网。")
    assert "reopen" not in story.can(SUPERVISOR)
    story.does(SUPERVISOR, "reopen_to_dispatch", reopen_ground="untrue", note="公告上没有")
    assert (story.case.stage, story.case.round) == ("accepted", 2)


def test_what_easily_comes_back_is_looked_at_again_and_then_archived() -> None:
    story = closed()
    with pytest.raises(Incomplete, match="多久以后"):
        story.does(SUPERVISOR, "plan_look_back", look_back="none")
    story.does(SUPERVISOR, "plan_look_back", look_back="month")
    assert (story.case.stage, story.due("look_back")) == ("looking_back", "04-08 23:59")
    assert story.figure("closed", WATER) == 0
    story.waits(days=29)
    assert "look_back" in story.can(SUPERVISOR)
    story.does(SUPERVISOR, "look_back", findings="供水正常，未再停水。")
    assert (story.case.stage, story.case.open_clocks) == ("archived", ())
    assert story.figure("closed", WATER) == 1
    assert story.can(SUPERVISOR) == {"reopen", "reopen_to_dispatch"}


def test_filing_away_takes_no_right_from_the_requester() -> None:
    story = closed()
    story.does(SUPERVISOR, "archive")
    story.waits(days=30)
    story.does(SUPERVISOR, "reopen", **AGAIN)
    assert (story.case.stage, story.case.archived_at) == ("handling", None)


def test_what_ended_without_an_answer_stays_archived() -> None:
    story = Story()
    story.does(AGENT, "withdraw", note="问题已自行解决")
    story.does(SUPERVISOR, "archive")
    assert story.can(SUPERVISOR) == set()


def test_a_look_back_that_finds_it_undone_reopens_the_case() -> None:
    story = closed()
    story.does(SUPERVISOR, "plan_look_back", look_back="quarter")
    story.waits(days=60)
    story.does(SUPERVISOR, "reopen", reopen_ground="unfinished", note="阀门仍漏水")
    assert (story.case.stage, story.case.round, story.due("look_back")) == ("handling", 2, "")


def test_an_archived_case_is_still_rated() -> None:
    story = closed()
    story.does(DISPATCHER, "archive")
    assert (story.case.stage, story.case.closed_at) == ("archived", story.moves[-2].after.closed_at)
    assert story.figure("closed", WATER) == 1
    story.does(citizen(PHONE), "rate", rating="4")
    assert (story.case.stage, story.case.satisfied) == ("archived", 4)


def test_a_merged_case_is_warned_about_like_any_other() -> None:
    story = merged()
    story.now = later(days=20)
    story.does(CLOCK, "breach", clock="whole", level=3)
    assert story.told() == ["owed/breached → supervisor"]
