"""Whom an action tells, and with which words' parameters. The texts are in `dispatch/texts/`.

A template is named "<audience>/<text>". What goes to a requester carries the number, the coarse
state and a day, never the content, a name or the answer: a text can be read on a lock screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Running
from hotline.people import UNIT_ROLES
from hotline.procedure import Action, Procedure
from hotline.rulebook import Rulebook

# Texts to a requester that say which day an extension or a stop has moved.
_ABOUT_A_CLOCK = frozenset({"citizen/extended", "citizen/stopped_clock"})


@dataclass(frozen=True, slots=True)
class Tell:
    """One message to one destination: a phone, a unit or a role."""

    template: str
    purpose: str = "service"
    phone: str = ""
    unit_id: int | None = None
    role: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        """Texts go to requesters; colleagues are told inside the system."""
        return "sms" if self.phone else "notice"

    @property
    def destination(self) -> str:
        """One word for the destination, so that nothing is said to it twice."""
        return self.phone or self.role or f"unit{self.unit_id}"


def tells(
    action: Action,
    case: CaseFile,
    *,
    before: CaseFile,
    rules: Procedure,
    rulebook: Rulebook,
    inputs: Mapping[str, Any],
) -> tuple[Tell, ...]:
    """The messages of the action on the case as it now stands; a role is told once."""
    messages: list[Tell] = []
    for template in (*action.tells, *_of_returns(case, before, rules)):
        for told in _told(template, action, case, before, rules, rulebook, inputs):
            if not told.role or all(told.role != other.role for other in messages):
                messages.append(told)
    return tuple(messages)


def _of_returns(case: CaseFile, before: CaseFile, rules: Procedure) -> tuple[str, ...]:
    """What is told besides when a case has come back once too often."""
    often = rules.returns
    return often.tells if often and before.returns < often.most <= case.returns else ()


def _told(
    template: str,
    action: Action,
    case: CaseFile,
    before: CaseFile,
    rules: Procedure,
    rulebook: Rulebook,
    inputs: Mapping[str, Any],
) -> list[Tell]:
    audience = template.split("/", 1)[0]
    if audience == "citizen":
        if not case.requester_phone:
            return []
        purpose = "rating" if template.endswith("/rating") else "service"
        params = for_citizen(case, rules)
        if template in _ABOUT_A_CLOCK:
            params |= _moved_clock(case)
        return [Tell(template, purpose, phone=case.requester_phone, params=params)]
    params = _for_staff(action, case, rules, rulebook, inputs)
    if audience == "unit":
        lead = case.lead
        return [Tell(template, unit_id=lead.unit_id, params=params)] if lead else []
    if audience == "co":
        cos = [part.unit_id for part in case.parts if part.part == "co"]
        return [Tell(template, unit_id=unit_id, params=params) for unit_id in cos]
    if audience == "inside":
        inside = case.inside
        return [Tell(template, unit_id=inside.unit_id, params=params)] if inside else []
    if audience == "former":
        # Who has lost the case (or its part in it) by this action.
        lost = {part.unit_id for part in before.parts} - {part.unit_id for part in case.parts}
        return [Tell(template, unit_id=unit_id, params=params) for unit_id in sorted(lost)]
    if audience == "owed":
        clock = case.clock(inputs["clock"])
        if clock is None:
            return []
        if clock.owed_by in UNIT_ROLES:
            return [Tell(template, unit_id=clock.unit_id, params=params)]
        return [Tell(template, role=clock.owed_by, params=params)]
    if "clock" in inputs and rules.clock(inputs["clock"]).inside:
        # Inside a unit, whoever handed the work down is told, and nobody at the centre.
        owing, lead = case.clock(inputs["clock"]), case.lead
        if owing is None or lead is None or owing.unit_id == lead.unit_id:
            return []
        return [Tell(template, unit_id=lead.unit_id, params=params)]
    return [Tell(template, role=audience, params=params)]


def for_citizen(case: CaseFile, rules: Procedure) -> dict[str, Any]:
    """What a text to the requester may say."""
    promised = _promised(case)
    return {
        "number": case.number,
        "lookup_code": case.lookup_code,
        "state": rules.stage(case.stage).citizen,
        "matter": rules.matter,
        "due_on": _day(promised.due_at) if promised else "",
        "provisional": bool(promised and promised.provisional),
    }


def _promised(case: CaseFile) -> Running | None:
    """The end of the whole, and not before the day to which more time was granted."""
    whole, handle = case.clock("whole"), case.clock("handle")
    granted = handle and (handle.extensions or handle.stops)
    return max(whole, handle, key=lambda one: one.due_at) if whole and handle and granted else whole


def _moved_clock(case: CaseFile) -> dict[str, Any]:
    """Until when the answer is due now, and until when the clock is stopped ("" where not)."""
    moved = [clock for clock in case.open_clocks if clock.extensions or clock.stops]
    # What was promised counts for the requester, where it moved too.
    moved = [clock for clock in moved if clock.name == "whole"] or moved
    stops = [clock.stops[-1].until_at for clock in moved if clock.stops]
    return {
        "answer_on": _day(max((clock.due_at for clock in moved), default=None)),
        "stopped_until": _day(max(stops, default=None)),
    }


def _day(at: datetime | None) -> str:
    return in_shanghai(at).date().isoformat() if at else ""


def _for_staff(
    action: Action,
    case: CaseFile,
    rules: Procedure,
    rulebook: Rulebook,
    inputs: Mapping[str, Any],
) -> dict[str, Any]:
    nearest = next((c for c in case.open_clocks if not rules.clock(c.name).inside), None)
    named = case.clock(inputs["clock"]) if "clock" in inputs else nearest
    return {
        "number": case.number,
        "title": case.title,
        "action": action.label,
        "stage": rules.stage(case.stage).label,
        "unit": rulebook.unit_name(case.lead_unit_id),
        "clock": rules.clock(named.name).label if named else "",
        "due_at": in_shanghai(named.due_at).isoformat(timespec="minutes") if named else "",
        "level": inputs.get("level", 0),
    }
