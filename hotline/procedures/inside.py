"""内部转办 in every procedure: the lead unit hands its part down its own tree, and gets a report.

Who in a unit does the work is its own matter. The lead stays answerable to the centre, its clocks
run on, and what is owed inside it has a clock of its own that ends with the day which the lead has
named. One hand-over at a time: the next begins when the report is there, or when the work was
taken back.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.clock_rules import ClockRule
from hotline.clocks import working_days
from hotline.inside import own_limit
from hotline.people import Actor, Role
from hotline.procedure import Action
from hotline.procedures.parts import UNITS

INSIDE_CLOCK = ClockRule(
    "inside", "内部转办时限", Role.CLERK,
    starts=("hand_inside",), ends=("report_inside", "take_back_inside"),
    limit=working_days(2), until="inside_by", inside=True,
    basis="承办单位内部约定，由主办单位指定，不改变主办单位的办理时限",
)  # fmt: skip


def inside(
    *, handed_in: tuple[str, ...], open_in: tuple[str, ...], contact: bool = False
) -> tuple[Action, ...]:
    """The actions: handed down in `handed_in`, reported or taken back in any of `open_in`.

    `contact` where the requester is to be contacted: whoever got the work may do that, too.
    """
    contacting = Action(
        "contact_inside", "联系诉求人", when=handed_in, by=UNITS, part="inside",
        needs=("contact_way", "contact_result", "note"), only=(handed_to_actor,), handles=True,
    )  # fmt: skip
    return (
        Action(
            "hand_inside", "内部转办", when=handed_in, by=UNITS, part="lead",
            needs=("inside_unit?", "inside_person?", "inside_by", "note?"),
            check=somebody_named, begins=a_day_before, does=("hand_inside",),
            unless=(nobody_has_it,), tells=("inside/handed",),
        ),
        Action(
            "report_inside", "内部反馈", when=open_in, by=UNITS, part="inside",
            needs=("findings", "files?"), only=(handed_to_actor,), does=("report_inside",),
            handles=True, tells=("unit/inside_reported",), tone="primary",
        ),
        Action(
            "take_back_inside", "收回内部转办", when=open_in, by=UNITS, part="lead",
            needs=("reason",), only=(somebody_has_it,), does=("take_back_inside",),
            tells=("former/inside_taken_back",),
        ),
        *((contacting,) if contact else ()),
    )  # fmt: skip


def somebody_named(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """The work goes to one unit below, or to one colleague."""
    named = [name for name in ("inside_unit", "inside_person") if name in inputs]
    if len(named) == 2:
        return {"inside_person": "下级单位和同事只能选一个"}
    return {} if named else {"inside_unit": "请选择转给哪个下级单位，或者填写转给哪位同事"}


def a_day_before(case: CaseFile) -> Mapping[str, Any]:
    """The lead needs the last day of its own limit for the answer."""
    own = own_limit(case)
    if own is None:
        return {}
    return {"inside_by": (in_shanghai(own.due_at).date() - timedelta(days=1)).isoformat()}


def nobody_has_it(case: CaseFile, actor: Actor) -> str | None:
    """One hand-over at a time."""
    return "已内部转办，待反馈或者收回后才能再转" if case.inside else None


def somebody_has_it(case: CaseFile, actor: Actor) -> str | None:
    """There is something to take back."""
    part = case.inside
    given = part and part.under_id in actor.unit_ids
    return None if given else "本件没有正在内部办理的转办"


def handed_to_actor(case: CaseFile, actor: Actor) -> str | None:
    """The unit that got the work reports, not the one that handed it down; or the one colleague."""
    part = case.inside
    if part is None or part.unit_id not in actor.unit_ids:
        return "本件没有转给您办理"
    if part.staff_id:
        return None if part.staff_id == actor.staff_id else f"本件已转给{part.person}办理"
    return "由受转办的下级单位反馈" if part.under_id in actor.unit_ids else None
