"""内部转办 told step by step: the lead hands its part down, answers for it, and owes as before."""

import pytest

from hotline.casefile import Part
from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.inside import Colleague
from hotline.people import Role
from hotline.ringing import due_to_ring, rings
from tests.makers import (
    DISPATCHER,
    HEDONG,
    HEDONG_CLERK,
    HEDONG_STREET,
    INSTRUCTION,
    PETITION,
    PETITIONS,
    RULEBOOK,
    SECRETARY,
    WATER,
    WATER_CLERK,
    Story,
    act,
    staff,
)

STREET_CLERK = staff("柳桥街道小童", Role.CLERK, unit=HEDONG_STREET)
COLLEAGUE = staff("河东区小庞", Role.CLERK, unit=HEDONG)
HANDED = {"inside_unit": "HDQ01", "inside_by": "2026-03-12", "note": "请上门核实停水范围。"}


def in_district() -> Story:
    """A request that the district has signed for."""
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="HDQ")
    story.waits(hours=1)
    story.does(HEDONG_CLERK, "sign")
    return story


def handed_down() -> Story:
    story = in_district()
    story.does(HEDONG_CLERK, "hand_inside", **HANDED)
    return story


def inner(story: Story) -> Part:
    return next(part for part in reversed(story.case.assignments) if part.part == "inside")


def test_the_street_gets_the_work_and_the_district_owes_as_before() -> None:
    story = in_district()
    owed = (story.due("handle"), story.due("whole"), story.case.next_due_at)
    story.does(HEDONG_CLERK, "hand_inside", **HANDED)
    assert story.told() == ["inside/handed → unit6"]
    assert (story.due("handle"), story.due("whole"), story.case.next_due_at) == owed
    assert story.due("inside") == "03-12 23:59"
    assert inner(story).unit_id == HEDONG_STREET and inner(story).under_id == HEDONG
    assert story.case.lead is not None and story.case.lead.unit_id == HEDONG
    clock = story.case.clock("inside")
    assert clock and clock.unit_id == HEDONG_STREET and inner(story).due_at == clock.due_at
    # An inner day before the first contact's limit moves nothing that the centre sees.
    assert story.case.lead.due_at == min(
        c.due_at for c in story.case.open_clocks if c.name in ("handle", "first_contact")
    )


def test_the_street_contacts_reports_and_the_district_answers() -> None:
    story = handed_down()
    assert {"report_inside", "contact_inside"} <= story.can(STREET_CLERK)
    assert "reply" not in story.can(STREET_CLERK)
    story.does(STREET_CLERK, "contact_inside", contact_way="visit", contact_result="reached",
               note="已上门说明抢修安排。")  # fmt: skip
    assert story.due("first_contact") == ""
    story.waits(days=1)
    story.does(STREET_CLERK, "report_inside", findings="已更换阀门，恢复供水。")
    assert story.told() == ["unit/inside_reported → unit5"]
    assert story.due("inside") == "" and story.case.inside is None
    assert inner(story).replied_at == story.now and inner(story).open
    assert story.case.stage == "handling"
    story.does(HEDONG_CLERK, "reply", result="solved", reply="经柳桥街道办理，已恢复供水。")
    assert story.case.stage == "replied"
    names = [moved.event.action for moved in story.moves]
    assert names[-4:] == ["hand_inside", "contact_inside", "report_inside", "reply"]
    # Who did the work inside neither reviews it nor calls back about it.
    assert STREET_CLERK.staff_id in story.case.handlers


def test_who_handed_it_down_does_not_report_for_the_street() -> None:
    story = handed_down()
    assert "report_inside" not in story.can(HEDONG_CLERK)
    with pytest.raises(NotAvailable, match="由受转办的下级单位反馈"):
        story.does(HEDONG_CLERK, "report_inside", findings="代报")
    with pytest.raises(NotPermitted):
        story.does(WATER_CLERK, "report_inside", findings="无关")


def test_the_district_takes_it_back_and_hands_it_on() -> None:
    story = handed_down()
    with pytest.raises(NotAvailable, match="已内部转办"):
        story.does(HEDONG_CLERK, "hand_inside", **HANDED)
    story.does(HEDONG_CLERK, "take_back_inside", reason="改由区住建部门办理。")
    assert story.told() == ["former/inside_taken_back → unit6"]
    assert inner(story).withdrawn_at == story.now
    assert story.due("inside") == ""
    story.does(HEDONG_CLERK, "hand_inside", **HANDED)
    assert story.case.inside is not None


def test_an_answer_without_the_report_ends_what_is_owed_inside() -> None:
    story = handed_down()
    story.does(HEDONG_CLERK, "reply", result="solved", reply="已恢复供水。")
    assert story.case.inside is None and story.due("inside") == ""
    assert inner(story).ended_at == story.now and inner(story).withdrawn_at is None


def test_a_redispatch_takes_the_case_from_both() -> None:
    story = handed_down()
    story.does(DISPATCHER, "redispatch", lead_unit="SWJ", reason="属供水管网。")
    assert {"former/withdrawn → unit5", "former/withdrawn → unit6"} <= set(story.told())
    assert story.due("inside") == "" and inner(story).withdrawn_at == story.now


def test_a_colleague_gets_it_by_name_and_nobody_else_reports() -> None:
    story = in_district()
    assert COLLEAGUE.staff_id is not None
    found = {"inside_person": Colleague(COLLEAGUE.staff_id, COLLEAGUE.name, HEDONG)}
    moved = act(
        story.case, "hand_inside", HEDONG_CLERK, now=story.now, found=found,
        inside_person=COLLEAGUE.name, inside_by="2026-03-11",
    )  # fmt: skip
    story.case = moved.after
    assert inner_of(story.case.assignments).person == "河东区小庞"
    assert "report_inside" in story.can(COLLEAGUE)
    with pytest.raises(NotAvailable, match="本件已转给河东区小庞办理"):
        story.does(HEDONG_CLERK, "report_inside", findings="代报")
    story.does(COLLEAGUE, "report_inside", findings="已核实。")
    assert story.case.inside is None


def inner_of(parts: tuple[Part, ...]) -> Part:
    return next(part for part in parts if part.part == "inside")


@pytest.mark.parametrize(
    ("inputs", "field", "why"),
    [
        ({"inside_by": "2026-03-12"}, "inside_unit", "请选择转给哪个下级单位"),
        ({**HANDED, "inside_person": "某人"}, "inside_person", "只能选一个"),
        ({**HANDED, "inside_unit": "SWJ"}, "inside_unit", "不是河东区人民政府的下级单位"),
        ({**HANDED, "inside_unit": "HDQ"}, "inside_unit", "不是河东区人民政府的下级单位"),
        ({**HANDED, "inside_by": "2026-03-08"}, "inside_by", "不能早于今天"),
        ({**HANDED, "inside_by": "2026-03-17"}, "inside_by", "不能晚于本单位的办理期限"),
        ({"inside_person": "无此人", "inside_by": "2026-03-12"}, "inside_person", "没有这位同事"),
    ],
)
def test_what_cannot_be_handed_down(inputs: dict[str, str], field: str, why: str) -> None:
    story = in_district()
    with pytest.raises(Incomplete) as refused:
        story.does(HEDONG_CLERK, "hand_inside", **inputs)
    assert why in refused.value.fields[field]


def test_what_is_late_inside_is_told_inside() -> None:
    """The street is warned, then both it and the district; nobody at the centre."""
    story = handed_down()
    told: list[str] = []
    late = ["inside"]
    for _ in range(6):
        story.waits(days=1)
        clock = story.case.clock("inside")
        assert clock is not None
        if due_to_ring(story.case, now=story.now, besides=set()) and clock.ring_at:
            for moved in rings(story.case, clock, now=story.now, rulebook=RULEBOOK):
                story.case = moved.after
                told += [f"{one.template} → {one.destination}" for one in moved.tells]
                late += [count.measure for count in moved.counts]
    assert "owed/warned → unit6" in told
    assert "owed/breached → unit6" in told and "supervisor/breached → unit5" in told
    assert not any("→ supervisor" in one for one in told)
    assert late == ["inside"]


def test_an_instruction_and_a_petition_go_down_the_same_way() -> None:
    told = Story(kind="leader", opened_by=SECRETARY, opening="register", form=INSTRUCTION)
    told.does(SECRETARY, "propose", item_kind="action", dispatch_mode="original")
    told.does(SECRETARY, "assign", lead_unit="HDQ")
    told.does(HEDONG_CLERK, "sign")
    asked = Story(kind="petition", opened_by=PETITIONS, opening="register", form=PETITION)
    asked.does(PETITIONS, "forward", lead_unit="HDQ")
    asked.does(HEDONG_CLERK, "accept", told_way="spot")
    for story in (told, asked):
        before = story.case.next_due_at
        story.does(HEDONG_CLERK, "hand_inside", **HANDED)
        assert story.case.next_due_at == before
        story.does(STREET_CLERK, "report_inside", findings="已核实。")
        assert story.case.inside is None and story.case.lead is not None
    assert WATER not in {part.unit_id for part in told.case.assignments}
