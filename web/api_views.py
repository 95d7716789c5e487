"""What the JSON API answers: a case and everything about it, for one reader.

Names here are the contract of other systems. Instants are written with Shanghai's offset; codes
stand beside the words that people read.
"""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from dispatch.queues import QueuePage, Row
from dispatch.timelines import Entry, Timeline
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Part, Running
from hotline.clocks import Limit
from hotline.inputs import INPUTS
from hotline.masking import masked_text, requester_view
from hotline.people import Actor, Role
from hotline.permissions import requester_open_to
from hotline.procedure import Action
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.transition import open_actions
from web.lists import title_for


class UnitRef(msgspec.Struct, frozen=True):
    """A unit by its code and name."""

    code: str
    name: str


class ChoiceView(msgspec.Struct, frozen=True):
    """One value that an input may take."""

    value: str
    label: str


class NeedView(msgspec.Struct, frozen=True, kw_only=True):
    """One input of an action. Units, categories and places are given as codes."""

    name: str
    label: str
    type: str
    required: bool
    choices: list[ChoiceView]
    max_length: int | None


class ActionView(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader can do with the case now."""

    name: str
    label: str
    needs: list[NeedView]


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation. `state`: running, warned, overdue or ended; `late`: it ran out before."""

    name: str
    label: str
    owed_by: str
    unit: UnitRef | None
    round: int
    limit: str
    limit_text: str
    basis: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    calendar_version: str
    state: str
    late: bool
    ended_at: datetime | None
    ended_by: str


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's part. `state`: sent, signed, replied, withdrawn or ended."""

    unit: UnitRef
    part: str
    round: int
    state: str
    sent_at: datetime
    signed_at: datetime | None
    deemed: bool
    replied_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None


class RequesterView(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked, as far as this reader may know; `masked` where something is hidden."""

    name: str
    phone: str
    anonymous: bool
    confidential: bool
    masked: bool


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One action that happened; inputs without those that tell who the requester is."""

    seq: int
    action: str
    label: str
    actor: str
    unit: UnitRef | None
    at: datetime
    round: int
    stage_before: str
    stage_after: str
    inputs: dict[str, Any]


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A case where it stands. `lookup_code` is for call agents, `history` for a case read alone."""

    number: str
    lookup_code: str | UnsetType = UNSET
    kind: str
    procedure_version: str
    stage: str
    stage_label: str
    phase: str
    round: int
    version: int
    title: str
    content: str
    request_type: str
    category: str
    category_path: str
    place: str
    place_path: str
    address: str
    urgency: str
    channel: str
    requester: RequesterView
    lead_unit: UnitRef | None
    designated: bool
    supervised: bool
    reminders: int
    solved: str
    satisfied: int | None
    manner: int | None
    outcome: str
    opened_at: datetime
    accepted_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    next_due_at: datetime | None
    clocks: list[ClockView]
    assignments: list[AssignmentView]
    actions: list[ActionView]
    history: list[EventView] | UnsetType = UNSET


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list; `due_at` is the nearest open deadline (in "mine" the unit's own)."""

    number: str
    kind: str
    title: str
    request_type: str
    category: str
    place: str
    urgency: str
    stage: str
    stage_label: str
    phase: str
    round: int
    version: int
    lead_unit: UnitRef | None
    due_at: datetime | None
    supervised: bool
    confidential: bool
    reminders: int
    opened_at: datetime
    closed_at: datetime | None


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next_after` goes into `after` for the next, null on the last."""

    cases: list[RowView]
    next_after: str | None


class CallView(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it was written down, and the case that it opened."""

    id: int
    disposition: str
    disposition_label: str
    case: CaseView | None


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit; `parent` is the code of the one above it, or empty."""

    code: str
    name: str
    short_name: str
    kind: str
    parent: str
    active: bool


class NodeView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a coded tree; `parent` is the code of the line above it, or empty."""

    code: str
    parent: str
    name: str
    path: str
    active: bool


class FiguresLine(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one unit (null: of all). Rates lie between 0 and 1, null without cases."""

    unit: UnitRef | None
    counts: dict[str, int]
    rates: dict[str, float | None]


class FiguresView(msgspec.Struct, frozen=True, kw_only=True):
    """A period, both days included."""

    from_: date = msgspec.field(name="from")
    to: date
    units: list[FiguresLine]
    total: FiguresLine


def case_view(
    case: CaseFile,
    actor: Actor,
    *,
    rulebook: Rulebook,
    now: datetime,
    past: Timeline | None = None,
    shows_code: bool = False,
) -> CaseView:
    """The case for this reader. Clocks and assignments of every round with `past`, and history."""
    rules = procedure(case.kind)
    is_open = requester_open_to(actor, case)
    text = _as_it_is if is_open else masked_text
    person = requester_view(
        name=case.requester_name,
        phone=case.requester_phone,
        anonymous=case.anonymous,
        confidential=case.confidential,
        reveal=is_open,
    )
    clocks = case.clocks if past is None else past.clocks
    assignments = case.assignments if past is None else past.assignments
    return CaseView(
        number=case.number,
        lookup_code=case.lookup_code if shows_code or actor.has(Role.AGENT) else UNSET,
        kind=case.kind,
        procedure_version=case.procedure_version,
        stage=case.stage,
        stage_label=rules.stage(case.stage).label,
        phase=case.phase,
        round=case.round,
        version=case.version,
        title=text(case.title),
        content=text(case.content),
        request_type=case.request_type,
        category=case.category,
        category_path=rulebook.category_path(case.category),
        place=case.place,
        place_path=rulebook.place_path(case.place),
        address=text(case.address),
        urgency=case.urgency,
        channel=case.channel,
        requester=RequesterView(
            name=person.name,
            phone=person.phone,
            anonymous=case.anonymous,
            confidential=case.confidential,
            masked=not person.revealed,
        ),
        lead_unit=unit_ref(case.lead_unit_id, rulebook),
        designated=case.designated,
        supervised=case.supervised,
        reminders=case.reminders,
        solved=case.solved,
        satisfied=case.satisfied,
        manner=case.manner,
        outcome=case.outcome,
        opened_at=in_shanghai(case.opened_at),
        accepted_at=_here(case.accepted_at),
        answered_at=_here(case.answered_at),
        closed_at=_here(case.closed_at),
        next_due_at=_here(case.next_due_at),
        clocks=[_clock(clock, case.kind, rulebook, now) for clock in clocks],
        assignments=[_assignment(part, rulebook) for part in assignments],
        actions=[_action(action, case.kind) for action in open_actions(case, actor)],
        history=UNSET
        if past is None
        else [_event(e, case.kind, rulebook, text) for e in past.history],
    )


def list_view(page: QueuePage, actor: Actor, rulebook: Rulebook) -> CaseList:
    """A page of a list for this reader."""
    rows = [_row(row, rulebook, title=title_for(actor, row)) for row in page.rows]
    return CaseList(cases=rows, next_after=page.next_after)


def unit_ref(unit_id: int | None, rulebook: Rulebook) -> UnitRef | None:
    """The unit of that key, or None."""
    unit = rulebook.units.get(unit_id) if unit_id is not None else None
    return UnitRef(unit.code, unit.name) if unit else None


def _as_it_is(text: str) -> str:
    return text


def _here(at: datetime | None) -> datetime | None:
    return None if at is None else in_shanghai(at)


_limits: dict[str, str] = {}


def _limit_text(code: str) -> str:
    if code not in _limits:
        _limits[code] = Limit.parse(code).text
    return _limits[code]


def _clock(clock: Running, kind: str, rulebook: Rulebook, now: datetime) -> ClockView:
    late = clock.overdue(now)
    if clock.ended_at is not None:
        state = "ended"
    elif late:
        state = "overdue"
    else:
        state = "warned" if clock.rung else "running"
    return ClockView(
        name=clock.name,
        label=procedure(kind).clock(clock.name).label,
        owed_by=clock.owed_by,
        unit=unit_ref(clock.unit_id, rulebook),
        round=clock.round,
        limit=clock.limit,
        limit_text=_limit_text(clock.limit),
        basis=clock.basis,
        started_at=in_shanghai(clock.started_at),
        due_at=in_shanghai(clock.due_at),
        provisional=clock.provisional,
        calendar_version=clock.calendar_version,
        state=state,
        late=late,
        ended_at=_here(clock.ended_at),
        ended_by=clock.ended_by,
    )


def _assignment(part: Part, rulebook: Rulebook) -> AssignmentView:
    states = (
        ("withdrawn", part.withdrawn_at), ("replied", part.replied_at), ("ended", part.ended_at),
        ("signed", part.signed_at), ("sent", part.sent_at),
    )  # fmt: skip
    return AssignmentView(
        unit=unit_ref(part.unit_id, rulebook) or UnitRef("", ""),
        part=part.part,
        round=part.round,
        state=next(name for name, at in states if at),
        sent_at=in_shanghai(part.sent_at),
        signed_at=_here(part.signed_at),
        deemed=part.deemed,
        replied_at=_here(part.replied_at),
        due_at=_here(part.due_at),
        ended_at=_here(part.ended_at),
    )


_actions: dict[tuple[str, str], ActionView] = {}


def _action(action: Action, kind: str) -> ActionView:
    """The same for everybody, and so made once."""
    known = _actions.get((kind, action.name))
    if known is None:
        known = _actions[kind, action.name] = ActionView(
            name=action.name,
            label=action.label,
            needs=[_need(name, required=required) for name, required in action.inputs],
        )
    return known


def _need(name: str, *, required: bool) -> NeedView:
    entry = INPUTS[name]
    return NeedView(
        name=name,
        label=entry.label,
        type=entry.type,
        required=required,
        choices=[ChoiceView(value, label) for value, label in entry.choices.items()],
        max_length=entry.max_length or None,
    )


def _event(entry: Entry, kind: str, rulebook: Rulebook, text: Any) -> EventView:
    action = procedure(kind).action(entry.action)
    inputs = {
        name: text(value)
        if isinstance(value, str) and name in INPUTS and INPUTS[name].type in ("line", "text")
        else value
        for name, value in entry.inputs.items()
    }
    return EventView(
        seq=entry.seq,
        action=entry.action,
        label=action.label if action else entry.action,
        actor=entry.actor_name,
        unit=unit_ref(entry.unit_id, rulebook),
        at=in_shanghai(entry.at),
        round=entry.round,
        stage_before=entry.stage_before,
        stage_after=entry.stage_after,
        inputs=inputs,
    )


def _row(row: Row, rulebook: Rulebook, *, title: str) -> RowView:
    return RowView(
        number=row.number,
        kind=row.kind,
        title=title,
        request_type=row.request_type,
        category=row.category,
        place=row.place,
        urgency=row.urgency,
        stage=row.stage,
        stage_label=procedure(row.kind).stage(row.stage).label,
        phase=row.phase,
        round=row.round,
        version=row.version,
        lead_unit=unit_ref(row.lead_unit_id, rulebook),
        due_at=_here(row.due_at),
        supervised=row.supervised,
        confidential=row.confidential,
        reminders=row.reminders,
        opened_at=in_shanghai(row.opened_at),
        closed_at=_here(row.closed_at),
    )
