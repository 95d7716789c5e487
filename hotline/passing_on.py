"""A case on its way between units: who may not get it, who gives it back, where it goes up."""

from collections.abc import Callable

from hotline.draft import Draft
from hotline.errors import Incomplete, NotAvailable


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


def next_instance(draft: Draft) -> None:
    """Another unit looks at what was decided (复查, 复核): a new round, before `assign`.

    Who decided before may go on reading, and can not be the one that looks at it again.
    """
    name = draft.inputs["lead_unit"]
    unit = draft.rulebook.units_by_code[name]
    decided = {part.unit_id for part in draft.case.assignments if part.part == "lead"}
    if unit.id in decided:
        raise Incomplete({"lead_unit": f"{unit.name}已对本件作出过处理，应由其他机关复查、复核"})
    draft.change_parts(lambda part: part.open, ended_at=draft.now)
    draft.set(round=draft.case.round + 1)


PASSING_ON: tuple[Callable[[Draft], None], ...] = (spare_accused, take_back, next_instance)
