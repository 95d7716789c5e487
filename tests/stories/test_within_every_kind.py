"""内部转办 and 负责人审签 in every kind in which a lead unit does the work, and files in all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hotline.casefile import Part
from hotline.errors import Incomplete
from hotline.people import CLOCK, Role
from hotline.procedure import NEW, Procedure
from hotline.procedures import PROCEDURES
from hotline.procedures.leader import LEADER
from tests.makers import (
    CITY_CLERK,
    FINANCE,
    HEDONG,
    HEDONG_CLERK,
    HEDONG_STREET,
    PROCUREMENT,
    WINDOW,
    Story,
    staff,
)
from tests.stories.petitions import SECOND, reviewed
from tests.stories.procurement import CHALLENGE_LETTER, ComplaintStory, answered
from tests.stories.test_assessment_story import ADJUSTED, DISPUTE
from tests.stories.test_joint_service_story import APPLICATION, GRANTED

ASKED = frozenset({HEDONG})
CLERK = replace(HEDONG_CLERK, countersigned=ASKED)
HEAD = replace(staff("河东区主任老陶", Role.UNIT_HEAD, unit=HEDONG), countersigned=ASKED)
STREET_CLERK = staff("柳桥街道小童", Role.CLERK, unit=HEDONG_STREET)
HANDED = {"inside_unit": "HDQ01", "inside_by": "2026-03-10"}


def a_challenge() -> Story:
    story = Story(kind="challenge", opening="register", opened_by=PROCUREMENT,
                  form=CHALLENGE_LETTER)  # fmt: skip
    story.does(PROCUREMENT, "accept", in_time="yes", receipt_number="云采质回〔2026〕5号")
    story.does(PROCUREMENT, "transfer", lead_unit="HDQ", co_units=["CGJ"], handed_over="质疑函")
    story.does(CLERK, "sign")
    return story


def a_complaint() -> Story:
    story = ComplaintStory(answered().case)
    story.does(FINANCE, "accept", in_time="yes")
    story.does(FINANCE, "send_notices", lead_unit="HDQ", document_number="云财采〔2026〕7号")
    story.does(CLERK, "sign")
    return story


def an_assessment() -> Story:
    story = Story(kind="assessment", opening="register", opened_by=PROCUREMENT, form=DISPUTE)
    story.does(PROCUREMENT, "forward", lead_unit="HDQ")
    return story


def a_joint_service() -> Story:
    story = Story(kind="joint_service", opening="accept_at_once", opened_by=WINDOW,
                  form=APPLICATION)  # fmt: skip
    story.does(WINDOW, "notify", lead_unit="HDQ", co_units=["CGJ"])
    story.does(CLERK, "sign")
    story.does(CITY_CLERK, "co_sign")
    story.does(CITY_CLERK, "co_approve", joint_approval="agreed", findings="符合要求。")
    return story


ANSWERS: dict[str, tuple[Callable[[], Story], str, dict[str, Any], str]] = {
    "complaint": (a_complaint, "state", {"findings": "评审符合招标文件。"}, "examining"),
    "assessment": (an_assessment, "verify", ADJUSTED, "replied"),
    "joint_service": (a_joint_service, "conclude", GRANTED, "concluded"),
}
of_each = pytest.mark.parametrize("kind", ANSWERS)


def handed_down(story: Story) -> Story:
    by = f"{story.now:%Y-%m-%d}"
    story.does(CLERK, "hand_inside", inside_unit="HDQ01", inside_by=by)
    return story


def inner(story: Story) -> Part:
    return next(part for part in reversed(story.case.assignments) if part.part == "inside")


@of_each
def test_the_lead_hands_down_and_answers_with_the_report(kind: str) -> None:
    begin, act, form, after = ANSWERS[kind]
    story = begin()
    owed = (story.due("handle"), story.case.next_due_at)
    handed_down(story)
    assert (story.due("handle"), story.case.next_due_at) == owed
    assert story.told() == [f"inside/handed → unit{HEDONG_STREET}"]
    assert "report_inside" in story.can(STREET_CLERK) and act not in story.can(STREET_CLERK)
    story.does(STREET_CLERK, "report_inside", findings="已核实，材料附后。")
    assert story.told() == [f"unit/inside_reported → unit{HEDONG}"]
    story.does(HEDONG_CLERK, act, **form)
    assert story.case.stage == after and story.due("inside") == ""


@of_each
def test_an_answer_without_the_report_ends_what_is_owed_inside(kind: str) -> None:
    begin, act, form, after = ANSWERS[kind]
    story = handed_down(begin())
    story.does(HEDONG_CLERK, act, **form)
    assert (story.case.stage, story.due("inside")) == (after, "")
    assert story.case.inside is None and inner(story).ended_at == story.now


@of_each
def test_the_head_signs_what_the_clerk_wrote(kind: str) -> None:
    begin, act, form, after = ANSWERS[kind]
    story = begin()
    before = story.case.stage
    assert act not in story.can(CLERK) and f"draft_{act}" in story.can(CLERK)
    story.does(CLERK, f"draft_{act}", **form)
    assert story.case.stage == before
    assert story.told() == [f"unit/to_countersign → unit{HEDONG}"]
    story.does(HEAD, "return_draft", reason="请补充依据。")
    story.does(CLERK, f"draft_{act}", **form)
    story.does(HEAD, act, **form)
    assert story.case.stage == after and story.case.pending.reply is None
    assert {CLERK.staff_id, HEAD.staff_id} <= set(story.case.handlers)


def test_a_challenge_is_investigated_below_and_its_answer_is_signed_above() -> None:
    story = a_challenge()
    with pytest.raises(Incomplete, match="不能晚于本单位的办理期限（2026-03-12）"):
        story.does(CLERK, "hand_inside", **{**HANDED, "inside_by": "2026-03-13"})
    story.does(CLERK, "hand_inside", **HANDED)
    story.does(CLERK, "finish_investigation", findings="已调取评审报告。")
    assert story.case.stage == "drafting" and story.due("inside") == "03-10 23:59"
    story.does(STREET_CLERK, "report_inside", findings="供货商材料属实。")
    answer = {"challenge_result": "not_upheld", "reply": "评审符合招标文件。"}
    assert "submit_draft" not in story.can(CLERK)
    story.does(CLERK, "draft_submit_draft", **answer)
    # The section's own return of a draft has another name, and is not the head's.
    story.does(HEAD, "return_to_drafter", reason="请写明依据。")
    story.does(CLERK, "draft_submit_draft", **answer)
    story.does(HEAD, "submit_draft", **answer)
    assert story.case.stage == "section_review" and story.case.pending.reply is None
    story.does(PROCUREMENT, "return_draft", reason="请补充法律依据。")
    assert "draft_submit_draft" in story.can(CLERK)


def test_when_time_goes_on_without_the_lead_nobody_below_owes_a_report() -> None:
    story = handed_down(a_complaint())
    story.does(CLERK, "draft_state", findings="评审符合招标文件。")
    story.waits(days=8)
    story.does(CLOCK, "waive_statement")
    assert story.case.stage == "examining"
    assert story.case.inside is None and story.due("inside") == ""
    assert story.case.pending.reply is None, "a draft of what is not asked any more is none"
    assert "return_draft" not in story.can(HEAD)


def test_the_opinion_of_a_review_is_signed_too() -> None:
    story = reviewed()
    reviewing = next(moved.before for moved in story.moves if moved.event.action == "answer_review")
    story.case = reviewing
    assert "answer_review" not in story.can(CLERK)
    form = {**SECOND, "opinion_delivered_on": "2026-03-09", "opinion_delivery": "direct"}
    story.does(CLERK, "draft_answer_review", **form)
    assert story.case.stage == "reviewing"
    story.does(HEAD, "return_review", reason="请写明依据。")
    # Whoever wrote it has not handled the case by that, and goes on with it.
    story.does(CLERK, "draft_answer_review", **form)
    story.does(HEAD, "answer_review", **form)
    assert story.case.stage == "reviewed" and story.case.pending.reply is None


@pytest.mark.parametrize("rules", PROCEDURES.values(), ids=lambda rules: rules.kind)
def test_what_a_kind_lets_its_users_attach(rules: Procedure) -> None:
    """A kind is opened with its papers; what a lead unit answers, and reports inside, has files."""
    for opening in rules.openings:
        if set(opening.roles_in(NEW)) == {Role.CLOCK}:
            continue
        # The stub of a state secret takes nothing in.
        takes = opening.name != "register_stub" or rules is not LEADER
        assert ("files?" in opening.needs) is takes, opening.name
    led = [act for act in rules.actions if act.part == "lead" and NEW not in act.when]
    answers = [act for act in led if {"reply", "hand_in"} & set(act.does) and act.needs]
    with_files = [act.name for act in answers if "files?" in act.needs]
    assert with_files or not answers
    if led:
        names = {act.name for act in rules.actions}
        assert {"hand_inside", "report_inside", "take_back_inside"} <= names
        assert any(name.startswith("draft_") for name in names)
        assert any("draft_reply" in act.does for act in rules.actions)
