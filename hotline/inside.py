"""内部转办: what a lead unit hands down inside itself, and what comes of it (`Action.does`).

The lead goes on answering to the centre: its part, its clocks and its figures stay as they are.
Whoever got the work sees the case, reports to the lead, and owes that on a clock of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Part, Running
from hotline.draft import Draft
from hotline.errors import Incomplete, NotAvailable
from hotline.procedure import Procedure

# What a lead unit works against, by the names that the procedures give it.
_OWN_LIMITS = ("handle", "investigate", "rework")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the actor's units, as the door finds them by name or sign-in."""

    id: int
    name: str
    unit_id: int


def hand_inside(draft: Draft) -> None:
    """A unit below the lead, or one colleague, gets the work until a day that the lead names."""
    lead = draft.own_part()
    draft.until["inside"] = _day(draft)
    unit_id, colleague = _whom(draft, lead)
    part = Part(
        round=draft.case.round,
        unit_id=unit_id,
        part="inside",
        sent_at=draft.now,
        under_id=lead.unit_id,
        staff_id=colleague.id if colleague else None,
        person=colleague.name if colleague else "",
    )
    draft.set(assignments=(*draft.case.assignments, part))


def _whom(draft: Draft, lead: Part) -> tuple[int, Colleague | None]:
    below = draft.rulebook.subtree(lead.unit_id)
    if "inside_person" in draft.inputs:
        colleague: Colleague | None = draft.found.get("inside_person")
        if colleague is None or colleague.unit_id not in below:
            raise Incomplete({"inside_person": "本单位及下级单位没有这位同事"})
        if colleague.id == draft.actor.staff_id:
            raise Incomplete({"inside_person": "不能转给自己"})
        return colleague.unit_id, colleague
    unit = draft.rulebook.units_by_code[draft.inputs["inside_unit"]]
    if unit.id == lead.unit_id or unit.id not in below:
        name = draft.rulebook.unit_name(lead.unit_id)
        raise Incomplete({"inside_unit": f"{unit.name}不是{name}的下级单位，不能内部转办"})
    return unit.id, None


def _day(draft: Draft) -> str:
    """The day by which the report is owed: not over, and within the lead's own limit."""
    named: str = draft.inputs["inside_by"]
    own = own_limit(draft.case)
    today = in_shanghai(draft.now).date()
    last = max(in_shanghai(own.due_at).date(), today) if own else None
    if date.fromisoformat(named) < today:
        raise Incomplete({"inside_by": "内部反馈期限不能早于今天"})
    if last and date.fromisoformat(named) > last:
        raise Incomplete({"inside_by": f"内部反馈期限不能晚于本单位的办理期限（{last}）"})
    return named


def own_limit(case: CaseFile) -> Running | None:
    """The clock on which the lead's own part runs now."""
    return next((clock for name in _OWN_LIMITS if (clock := case.clock(name))), None)


def report_inside(draft: Draft) -> None:
    """The lead has the report; whoever gave it goes on seeing the case."""
    part = draft.case.inside
    if part is None:
        raise NotAvailable("本件没有正在内部办理的转办")
    draft.change_parts(lambda one: one is part, replied_at=draft.now)


def take_back_inside(draft: Draft) -> None:
    """The lead takes the work back, and access goes with it."""
    part = draft.case.inside
    if part is None:
        raise NotAvailable("本件没有正在内部办理的转办")
    draft.change_parts(lambda one: one is part, withdrawn_at=draft.now, ended_at=draft.now)


def settle(draft: Draft, rules: Procedure) -> None:
    """What was handed down ends with the part that it was handed down from.

    The lead answers without waiting for it, or loses the case, or it goes on without the lead:
    then nobody owes a report.
    """
    part, lead = draft.case.inside, draft.case.lead
    report = rules.action("report_inside")
    over = report is None or draft.case.stage not in report.when
    if part and (over or lead is None or lead.replied_at or lead.unit_id != part.under_id):
        draft.change_parts(lambda one: one is part, ended_at=draft.now)
    if draft.case.inside is None and draft.action:
        draft.change_clocks(
            lambda clock: clock.open and rules.clock(clock.name).inside,
            ended_at=draft.now,
            ended_by=draft.action.name,
            ring_at=None,
        )


INSIDE: tuple[Callable[[Draft], None], ...] = (hand_inside, report_inside, take_back_inside)
