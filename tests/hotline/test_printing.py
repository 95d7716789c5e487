"""Which papers a case prints, and what stands on them for whom."""

from typing import Any

import pytest

from hotline.inputs import INPUTS
from hotline.papers import PAPERS
from hotline.people import Actor
from hotline.printing import names_requester, official, printable, values
from hotline.procedures import PROCEDURES
from tests.makers import (
    AGENT,
    DISPATCHER,
    LEADER,
    MONDAY,
    PETITIONS,
    PROCUREMENT,
    RULEBOOK,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
    Story,
)
from tests.stories.petitions import forwarded
from tests.stories.procurement import investigating
from tests.stories.test_leader_story import drafted, registered, reported, working


def papers_of(story: Story) -> list[str]:
    """What can be printed now."""
    return [one.paper.name for one in printable(story.case, [m.event for m in story.moves])]


def printed(story: Story, name: str, actor: Actor = SECRETARY) -> dict[str, Any]:
    """What stands on the paper when this person prints it."""
    history = [moved.event for moved in story.moves]
    sheet = next(one for one in printable(story.case, history) if one.paper.name == name)
    return values(
        sheet,
        story.case,
        history=history,
        clocks=story.case.clocks,
        actor=actor,
        rulebook=RULEBOOK,
        city="云州市",
    )


def dispatched(**changes: Any) -> Story:
    """A request in the hands of the water bureau."""
    story = Story(**changes)
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["CGJ"], note="尽快恢复供水")
    return story


def test_every_paper_is_printed_by_an_action_and_every_named_one_exists() -> None:
    named = {
        name for rules in PROCEDURES.values() for action in rules.actions for name in action.papers
    }
    assert named == set(PAPERS)


FIXED = {
    "city", "dated", "number", "serial", "document", "opened_on", "owed", "facts", "said", "steps",
}  # fmt: skip


def test_every_kind_that_presses_a_unit_prints_the_order() -> None:
    for rules in PROCEDURES.values():
        pressing = rules.action("supervise")
        if pressing:
            titles = [PAPERS[name].title for name in pressing.papers]
            assert titles == ["督办件"], rules.kind


def test_a_paper_asks_only_for_what_the_kinds_that_print_it_know() -> None:
    for rules in PROCEDURES.values():
        inputs = {name for action in rules.actions for name, _ in action.inputs}
        known = FIXED | inputs | {"lead_unit", "co_units", "requester_name", "requester_phone"}
        known |= {"content"} | {word.name for word in rules.results}
        known |= {f"on_{action.name}" for action in rules.actions}
        for word in ("due", "limit", "basis"):
            known |= {f"{word}_{clock.name}" for clock in rules.clocks}
        for action in rules.actions:
            for name in action.papers:
                assert PAPERS[name].fields <= known, (rules.kind, name)


def test_a_paper_fits_only_by_a_choice_that_exists() -> None:
    for paper in PAPERS.values():
        if paper.fits:
            name, value = paper.fits
            assert value in INPUTS[name].choices, paper.name


def test_the_order_says_what_the_unit_owes_when_it_is_pressed_and_says_so_later_too() -> None:
    petition = forwarded()
    petition.does(PETITIONS, "supervise", note="请抓紧告知信访人。")
    order = printed(petition, "petition_supervision", PETITIONS)
    assert order["lead_unit"] == "云州市水务局" and order["note"] == "请抓紧告知信访人。"
    assert order["owed"] == "受理告知时限至2026年3月24日"
    petition.waits(hours=1)
    petition.does(WATER_CLERK, "accept", told_way="written")
    assert printed(petition, "petition_supervision", PETITIONS) == order


def test_a_challenge_is_pressed_with_its_own_limit_and_that_of_the_law() -> None:
    story = investigating()
    story.does(PROCUREMENT, "supervise", note="请按期报告调查情况。")
    order = printed(story, "challenge_supervision", PROCUREMENT)
    assert order["co_units"] == "云州市城市管理局"
    assert order["owed"] == "调查取证时限至2026年3月12日"
    assert order["due_whole"] == "2026年3月18日"


def test_who_is_designated_gets_the_work_order() -> None:
    story = dispatched()
    story.does(
        SUPERVISOR, "designate", lead_unit="CGJ", arbitration_ground="law", reason="联席会议"
    )
    assert printed(story, "work_order", SUPERVISOR)["lead_unit"] == "云州市城市管理局"


def test_an_official_date_has_no_noughts_in_front() -> None:
    assert official(MONDAY) == "2026年3月9日"


def test_an_assigned_instruction_prints_its_sheet_the_copy_and_the_order() -> None:
    story = working()
    assert papers_of(story) == ["instruction_sheet", "instruction_copy", "supervision_order"]
    sheet = printed(story, "instruction_sheet")
    assert sheet["lead_unit"] == "云州市水务局"
    assert sheet["due_handle"] == "2026年3月19日"
    assert sheet["instructed_on"] == "2026年3月9日"
    assert sheet["content"].startswith("请水务局牵头核查")
    assert sheet["findings"] == "", "there is room for what is not known yet"


def test_the_sheet_of_an_answered_instruction_says_what_was_found() -> None:
    assert "12.6公里" in printed(reported(), "instruction_sheet")["findings"]


def test_a_report_returned_for_more_work_leaves_room_for_new_findings() -> None:
    story = working()
    story.does(WATER_CLERK, "feed_back", findings="已办结。")
    story.does(SECRETARY, "redo", reason="没有进度安排")
    assert printed(story, "instruction_sheet")["findings"] == ""
    story.does(WATER_CLERK, "feed_back", findings="已办结，进度安排见附表。")
    assert "进度安排" in printed(story, "instruction_sheet")["findings"]


def test_an_original_passed_on_has_no_copy_notice() -> None:
    story = registered()
    story.does(SECRETARY, "propose", item_kind="action", dispatch_mode="original")
    story.does(SECRETARY, "assign", lead_unit="SWJ")
    assert papers_of(story) == ["instruction_sheet", "supervision_order"]


def test_what_is_only_to_be_read_is_forwarded() -> None:
    story = registered(instruction="阅。")
    story.does(SECRETARY, "propose", item_kind="read", dispatch_mode="original")
    assert papers_of(story) == ["forwarding_notice"]
    assert papers_of(drafted()) == []


def test_a_special_report_bears_the_day_of_its_submission_whenever_it_is_printed() -> None:
    story = reported()
    first = printed(story, "special_report")
    story.waits(days=30)
    assert printed(story, "special_report") == first
    assert first["dated"] == "2026年3月11日"
    assert first["special_report"].startswith("柳桥片区")


def test_what_came_from_above_is_reported_up_in_the_name_of_the_office() -> None:
    story = reported(leader_grade="province", leader="省委书记", sender="省政府办公厅")
    assert "upward_report" not in papers_of(story), "the city's leader has not signed it"
    story.does(LEADER, "approve_report")
    upward = printed(story, "upward_report")
    assert (upward["sender"], upward["leader"]) == ("省政府办公厅", "省委书记")
    assert upward["special_report"].startswith("柳桥片区")
    assert upward["due_upward"] == "2026年3月24日"
    assert PAPERS["upward_report"].issuer.endswith("人民政府办公厅")
    own = reported()
    own.does(LEADER, "approve_report")
    assert "upward_report" not in papers_of(own)


def test_a_state_secret_prints_its_stub_and_nothing_else() -> None:
    story = Story(
        kind="leader", opening="register_stub", opened_by=SECRETARY,
        form={"leader_grade": "mayor", "instructed_on": "2026-03-09", "priority": "normal"},
    )  # fmt: skip
    assert papers_of(story) == ["secret_stub"]
    story.does(SECRETARY, "finish_offline", finished_on="2026-03-10")
    assert papers_of(story) == ["secret_stub"]
    stub = printed(story, "secret_stub")
    assert stub["finished_on"] == "2026年3月10日"
    assert not stub.keys() & {"title", "content", "facts", "steps"}


def test_a_work_order_names_the_requester_for_the_dispatcher_and_not_for_the_unit() -> None:
    story = dispatched()
    own = printed(story, "work_order", DISPATCHER)
    assert (own["requester_name"], own["requester_phone"]) == ("王女士", "+8613800001234")
    assert own["co_units"] == "云州市城市管理局" and own["note"] == "尽快恢复供水"
    units = printed(story, "work_order", WATER_CLERK)
    assert (units["requester_name"], units["requester_phone"]) == ("王**", "138****1234")
    assert names_requester(PAPERS["work_order"], story.case, DISPATCHER)
    assert not names_requester(PAPERS["work_order"], story.case, WATER_CLERK)


@pytest.mark.parametrize(
    "changes", [{"confidential": True}, {"request_type": "report"}, {"anonymous": True}]
)
@pytest.mark.parametrize("actor", [AGENT, DISPATCHER, SUPERVISOR, WATER_CLERK])
def test_a_paper_for_a_unit_never_names_a_protected_requester(
    changes: dict[str, Any], actor: Actor
) -> None:
    story = dispatched(content="王女士称电话13800001234打不通。", **changes)
    on_paper = str(printed(story, "work_order", actor))
    assert "王女士" not in on_paper and "13800001234" not in on_paper
    assert not names_requester(PAPERS["work_order"], story.case, actor)


def test_the_steps_of_a_work_order_are_those_that_were_taken() -> None:
    story = dispatched()
    story.does(WATER_CLERK, "sign")
    steps = printed(story, "work_order", DISPATCHER)["steps"]
    assert [one["what"] for one in steps] == ["登记受理", "派单", "签收"]
    assert steps[2]["who"] == "水务局小何（云州市水务局）"
