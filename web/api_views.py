"""A case and everything about it as the JSON API answers it, for one reader."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from msgspec import UNSET

from dispatch.figures import COUNTS, RATES, Figures, UnitFigures
from dispatch.linked import Linked
from dispatch.queues import QueuePage, Row
from dispatch.timelines import Entry, Timeline, rang, said
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Part, Running
from hotline.errors import Incomplete
from hotline.inputs import INPUTS
from hotline.masking import requester_view, text_for
from hotline.people import Actor, Role
from hotline.permissions import requester_open_to, requester_withheld
from hotline.procedure import Action
from hotline.procedures import procedure
from hotline.rulebook import Entry as Node
from hotline.rulebook import Rulebook, UnitEntry
from hotline.transition import open_actions
from web.api_clocks import clock_days, clock_view, pending_view
from web.api_shapes import (
    ActionView,
    AssignmentView,
    CaseList,
    CaseView,
    ChoiceView,
    ClockDays,
    EventView,
    FiguresLine,
    FiguresView,
    LinkView,
    NeedView,
    NodeView,
    RequesterView,
    RowView,
    SaidView,
    UnitRef,
    UnitView,
)
from web.lists import title_for


def case_view(
    case: CaseFile,
    actor: Actor,
    *,
    rulebook: Rulebook,
    now: datetime,
    past: Timeline | None = None,
    links: Sequence[Linked] = (),
    shows_code: bool = False,
) -> CaseView:
    """The case for this reader. Clocks and assignments of every round with `past`, and history."""
    rules = procedure(case.kind)
    is_open = requester_open_to(actor, case)
    text = _reader(case, is_open)
    person = requester_view(
        name=case.requester_name,
        phone=case.requester_phone,
        anonymous=case.anonymous,
        confidential=requester_withheld(case),
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
        details={
            name: text(value) if isinstance(value, str) else value
            for name, value in case.details.items()
            if is_open or name not in INPUTS or not INPUTS[name].private
        },
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
        returns=case.returns,
        solved=case.solved,
        satisfied=case.satisfied,
        manner=case.manner,
        outcome=case.outcome,
        opened_at=in_shanghai(case.opened_at),
        accepted_at=_here(case.accepted_at),
        answered_at=_here(case.answered_at),
        closed_at=_here(case.closed_at),
        next_due_at=_here(case.next_due_at),
        clocks=[
            clock_view(clock, case.kind, unit_ref(clock.unit_id, rulebook), now=now, text=text)
            for clock in clocks
        ],
        pending=pending_view(case, past.history if past else None, text=text),
        assignments=[_assignment(part, rulebook) for part in assignments],
        actions=[_action(action, case.kind) for action in open_actions(case, actor, now=now)],
        merged=case.merged,
        links=UNSET if past is None else [_link(one) for one in links],
        history=UNSET
        if past is None
        else [_event(e, case.kind, rulebook, text) for e in past.history],
    )


def explained_clock(
    clock: Running, case: CaseFile, actor: Actor, *, rulebook: Rulebook, now: datetime
) -> ClockDays:
    """The clock day by day for this reader. Raises Incomplete where it is too long for that."""
    text = _reader(case, requester_open_to(actor, case))
    unit = unit_ref(clock.unit_id, rulebook)
    shown = clock_view(clock, case.kind, unit, now=now, text=text)
    try:
        return clock_days(clock, case, rulebook, shown, now=now)
    except ValueError as fault:
        raise Incomplete({"name": str(fault)}) from None


def _link(one: Linked) -> LinkView:
    return LinkView(
        relation=one.relation,
        label=one.label,
        number=one.row.number,
        kind=one.row.kind,
        stage=one.row.stage,
        made_at=in_shanghai(one.made_at),
        done=one.done,
    )


def list_view(page: QueuePage, actor: Actor, rulebook: Rulebook) -> CaseList:
    """A page of a list for this reader."""
    rows = [_row(row, rulebook, title=title_for(actor, row)) for row in page.rows]
    return CaseList(cases=rows, next_after=page.next_after)


def unit_ref(unit_id: int | None, rulebook: Rulebook) -> UnitRef | None:
    """The unit of that key, or None."""
    unit = rulebook.units.get(unit_id) if unit_id is not None else None
    return UnitRef(unit.code, unit.name) if unit else None


def _reader(case: CaseFile, opened: bool) -> Callable[[str], str]:
    """How free texts of the case are read out: in full where the requester may be known."""
    return partial(text_for, requester=case.requester_name, opened=opened)


def _here(at: datetime | None) -> datetime | None:
    return None if at is None else in_shanghai(at)


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


def _event(entry: Entry, kind: str, rulebook: Rulebook, text: Callable[[str], str]) -> EventView:
    rules = procedure(kind)
    action = rules.action(entry.action)
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
        said=[SaidView(label, words) for label, words in said(entry, rulebook, text=text)],
        rang=rang(entry, rules),
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
        returns=row.returns,
        opened_at=in_shanghai(row.opened_at),
        closed_at=_here(row.closed_at),
    )


def unit_view(unit: UnitEntry, rulebook: Rulebook) -> UnitView:
    """A unit with the code of the one above it."""
    above = rulebook.units.get(unit.parent_id) if unit.parent_id else None
    return UnitView(
        code=unit.code,
        name=unit.name,
        short_name=unit.short_name,
        kind=unit.kind,
        parent=above.code if above else "",
        active=unit.active,
    )


def node_view(entry: Node, path: str) -> NodeView:
    """A line of a coded tree."""
    return NodeView(
        code=entry.code, parent=entry.parent, name=entry.name, path=path, active=entry.active
    )


def figures_view(found: Figures, rulebook: Rulebook) -> FiguresView:
    """A period's figures: a line for each unit, and their sum."""
    return FiguresView(
        from_=found.from_on,
        to=found.to_on,
        units=[_line(line, rulebook) for line in found.units],
        total=_line(found.total, rulebook),
    )


def _line(line: UnitFigures, rulebook: Rulebook) -> FiguresLine:
    rates = {name: getattr(line, name) for name in RATES}
    return FiguresLine(
        unit=unit_ref(line.unit_id, rulebook),
        counts={name: getattr(line, name) for name in COUNTS},
        rates={name: None if rate is None else round(rate, 4) for name, rate in rates.items()},
    )
