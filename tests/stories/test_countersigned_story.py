"""负责人审签 told step by step: where a unit asks for it, its head signs what its clerk wrote."""

from dataclasses import replace

import pytest

from hotline.errors import NotAvailable
from hotline.people import Actor, Role
from hotline.procedure import Action
from hotline.transition import offered
from tests.makers import (
    DISPATCHER,
    MONDAY,
    PETITION,
    PETITIONS,
    REVIEWER,
    WATER,
    WATER_CLERK,
    WATER_HEAD,
    Story,
    staff,
)

CLERK = replace(WATER_CLERK, countersigned=frozenset({WATER}))
HEAD = replace(WATER_HEAD, countersigned=frozenset({WATER}))
REPLY = {"result": "solved", "reply": "抢修完成，今日上午恢复供水。"}


def in_hand() -> Story:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(CLERK, "sign")
    return story


def test_without_the_switch_nothing_changes() -> None:
    story = in_hand()
    assert "reply" in story.can(WATER_CLERK) and "draft_reply" not in story.can(WATER_CLERK)
    assert {"draft_reply", "return_draft"}.isdisjoint(story.can(WATER_HEAD))
    story.does(WATER_CLERK, "reply", **REPLY)
    assert story.case.stage == "replied"


def test_the_clerk_writes_and_the_head_signs() -> None:
    story = in_hand()
    assert "reply" not in story.can(CLERK) and "draft_reply" in story.can(CLERK)
    with pytest.raises(NotAvailable, match="须经负责人审签"):
        story.does(CLERK, "reply", **REPLY)
    due = story.due("handle")
    story.does(CLERK, "draft_reply", **REPLY)
    assert story.told() == ["unit/to_countersign → unit2"]
    assert story.case.stage == "handling" and story.due("handle") == due
    assert "draft_reply" not in story.can(CLERK)
    reply = next(a for a, _ in offers(story, HEAD) if a.name == "reply")
    assert reply.begins and reply.begins(story.case)["reply"] == REPLY["reply"]
    story.waits(hours=3)
    story.does(HEAD, "reply", **{**REPLY, "reply": "抢修完成，今日10时恢复供水。"})
    assert story.case.stage == "replied" and story.case.pending.reply is None
    wrote, signed = (moved.event for moved in story.moves[-2:])
    assert (wrote.action, wrote.actor_name) == ("draft_reply", "水务局小何")
    assert (signed.action, signed.actor_name) == ("reply", "水务局局长老蔡")
    assert {CLERK.staff_id, HEAD.staff_id} <= set(story.case.handlers)
    assert story.figure("on_time", WATER) == 1


def offers(story: Story, actor: Actor) -> list[tuple[Action, str | None]]:
    return offered(story.case, actor, now=story.now)


def test_the_head_gives_it_back_and_the_clerk_goes_on_with_the_same_text() -> None:
    story = in_hand()
    story.does(CLERK, "draft_reply", **REPLY)
    story.does(HEAD, "return_draft", reason="请写明恢复供水的时间。")
    assert story.told() == ["unit/draft_returned → unit2"]
    assert "return_draft" not in story.can(HEAD)
    again = next(a for a, _ in offers(story, CLERK) if a.name == "draft_reply")
    assert again.begins and again.begins(story.case)["reply"] == REPLY["reply"]
    story.does(CLERK, "draft_reply", **{**REPLY, "reply": "今日10时恢复供水。"})
    drafted = story.case.pending.reply
    assert drafted and drafted.inputs["reply"] == "今日10时恢复供水。" and not drafted.returned


def test_a_head_answers_alone_and_a_draft_goes_with_the_case() -> None:
    story = in_hand()
    story.does(HEAD, "reply", **REPLY)
    assert story.case.stage == "replied"
    other = in_hand()
    other.does(CLERK, "draft_reply", **REPLY)
    other.does(DISPATCHER, "redispatch", lead_unit="CGJ", reason="属市容问题。")
    assert other.case.pending.reply is None


def test_a_returned_reply_is_drafted_anew() -> None:
    story = in_hand()
    story.does(CLERK, "draft_reply", **REPLY)
    story.does(HEAD, "reply", **REPLY)
    story.does(REVIEWER, "redo", redo_reasons=["incomplete"], note="请补充原因。")
    assert "draft_reply" in story.can(CLERK) and story.case.pending.reply is None


def test_a_person_with_both_roles_signs_what_they_write() -> None:
    both = replace(
        staff("水务局小段", Role.CLERK, Role.UNIT_HEAD, unit=WATER),
        countersigned=frozenset({WATER}),
    )
    assert "reply" in in_hand().can(both) and "draft_reply" not in in_hand().can(both)


def test_each_answer_of_a_petition_has_its_draft() -> None:
    story = Story(at=MONDAY, kind="petition", opened_by=PETITIONS, opening="register",
                  form=PETITION)  # fmt: skip
    story.does(PETITIONS, "forward", lead_unit="SWJ")
    story.does(CLERK, "accept", told_way="spot")
    assert {"draft_decide", "draft_redirect"} <= story.can(CLERK)
    assert {"decide", "redirect"}.isdisjoint(story.can(CLERK))
    story.does(CLERK, "draft_redirect", legal_route="litigation", told_way="spot", reason="应诉。")
    story.does(HEAD, "redirect", legal_route="litigation", told_way="spot", reason="应诉。")
    assert story.case.stage == "redirected"
