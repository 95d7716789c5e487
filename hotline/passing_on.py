"""A case on its way between units: who may not get it, who gives it back, where it goes up."""

from collections.abc import Callable

from hotline.casefile import Part
from hotline.draft import Draft
from hotline.errors import Incomplete, NotAvailable
from hotline.unit_names import about_petitions


def spare_accused(draft: Draft) -> None:
    """信访工作条例 30, 46（5）: what accuses a unit reaches neither it nor what stands under it.

    Comes before `assign`. A detail `accused_unit` names the unit (a code).
    """
    accused = draft.rulebook.units_by_code.get(str(draft.case.details.get("accused_unit", "")))
    if accused is None:
        return
    shut_out = set(draft.rulebook.subtree(accused.id))
    asked = {"lead_unit": [draft.inputs["lead_unit"]], "co_units": draft.inputs.get("co_units", ())}
    for name, codes in asked.items():
        units = [draft.rulebook.units_by_code[code] for code in codes]
        if any(unit.id in shut_out for unit in units):
            raise Incomplete({name: "检举控告材料不得转给被检举控告的单位及其下属单位"})


def take_back(draft: Draft) -> None:
    """The units give the case back to the office: they lose it, and nobody has it yet."""
    if draft.case.lead is None:
        raise NotAvailable("本件现在没有承办单位")
    draft.count("withdrawn")
    losing = {part.unit_id for part in draft.case.parts}
    draft.change_parts(
        lambda part: part.unit_id in losing and part.withdrawn_at is None, withdrawn_at=draft.now
    )
    draft.change_parts(lambda part: part.open, ended_at=draft.now)
    draft.set(lead_unit_id=None, designated=False)


def step_by_step(draft: Draft) -> None:
    """信访工作条例 20: who comes in person comes to the body that may decide, or the one above it.

    Comes before `assign`. What a street decides is heard by its district, not by the city.
    """
    if draft.case.details.get("petition_channel") != "visit":
        return
    unit = draft.rulebook.units_by_code[draft.inputs["lead_unit"]]
    above = draft.rulebook.superior(unit.id)
    if above is None or above.kind != "district" or above.id in draft.actor.unit_ids:
        return
    raise Incomplete({
        "lead_unit": "来访应到有权处理的本级或者上一级机关提出（信访工作条例第20条）："
        f"属{unit.name}的，请转送{above.name}，或者告知信访人向其提出"
    })  # fmt: skip


def by_petitions_office(draft: Draft) -> None:
    """宁波市领导批示件办理工作规程 四（一）: an instruction on a petition goes by way of 信访局.

    Comes before `assign`. The special circumstances in which it does not are written down.
    """
    unit = draft.rulebook.units_by_code[draft.inputs["lead_unit"]]
    through = not draft.case.details.get("petition_matter") or about_petitions(unit.name)
    if not through and not draft.inputs.get("special_case"):
        raise Incomplete({
            "lead_unit": "信访批示件应交信访局，由其向责任单位交办；"
            "不经信访局的，请写明特殊情况"
        })  # fmt: skip


def hand_on(draft: Draft) -> None:
    """The lead gives the matter to the units that are responsible, and answers for the whole."""
    units = [draft.rulebook.units_by_code[code] for code in draft.inputs["co_units"]]
    taking_part = {part.unit_id for part in draft.case.parts}
    for unit in units:
        if unit.id in taking_part:
            raise Incomplete({"co_units": f"{unit.name}已在办理本件"})
        if unit.kind == "centre":
            raise Incomplete({"co_units": "热线中心不能作为承办单位"})
    parts = tuple(
        Part(round=draft.case.round, unit_id=unit.id, part="co", sent_at=draft.now)
        for unit in units
    )
    draft.set(assignments=(*draft.case.assignments, *parts))


def next_instance(draft: Draft) -> None:
    """信访工作条例 35, 36: the body one level above looks at it (复查, 复核), before `assign`.

    Who decided before may go on reading.
    """
    decided = draft.case.lead_unit_id
    if decided is None:
        raise NotAvailable("本件现在没有承办单位")
    name, above = draft.rulebook.unit_name(decided), draft.rulebook.superior(decided)
    if above is None:
        raise Incomplete({"lead_unit": f"{name}的上一级机关不在本系统，不能在本系统内复查、复核"})
    if draft.inputs["lead_unit"] != above.code:
        raise Incomplete({"lead_unit": f"应由{name}的上一级机关{above.name}复查、复核"})
    draft.change_parts(lambda part: part.open, ended_at=draft.now)
    draft.set(round=draft.case.round + 1)


PASSING_ON: tuple[Callable[[Draft], None], ...] = (
    spare_accused, step_by_step, take_back, by_petitions_office, hand_on, next_instance,
)  # fmt: skip
