"""What may happen to a case now, and what follows from it: the heart of the rulebook, pure.

`open_actions` is the list that draws the buttons, answers the API and guards the door.
`move` gives the next file, the event, the texts and the numbers, or refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from hotline.calendar import in_shanghai
from hotline.casefile import NOTHING_PENDING, CaseFile, Part
from hotline.countersigning import lapse
from hotline.draft import Count, Draft
from hotline.effects import EFFECTS
from hotline.entries import EventEntry, entered
from hotline.errors import Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.inputs import accept
from hotline.inside import settle
from hotline.other_cases import carries, tie
from hotline.people import Actor
from hotline.permissions import may, recused
from hotline.procedure import Action, Phase, Procedure
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.telling import Tell, tells
from hotline.ties import TIED, LinkChange
from hotline.winding import following, started


@dataclass(frozen=True, slots=True)
class Move:
    """One action taken: the file before and after, and what goes with it."""

    before: CaseFile
    after: CaseFile
    event: EventEntry
    tells: tuple[Tell, ...]
    counts: tuple[Count, ...]
    links: tuple[LinkChange, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The keys of the files that it attaches."""
        return tuple(self.event.inputs.get("files", ()))

    @property
    def carries(self) -> bool:
        """Whether cases that wait for the answer of this one have to be looked at."""
        return carries(self.before, self.after)


def open_actions(case: CaseFile, actor: Actor, *, now: datetime) -> list[Action]:
    """What the actor can do with the case now, in the order of the procedure."""
    return [action for action, why_not in offered(case, actor, now=now) if why_not is None]


def offered(case: CaseFile, actor: Actor, *, now: datetime) -> list[tuple[Action, str | None]]:
    """The actions of the actor's role and part, each with the reason why it must wait, or None."""
    return [
        (action, _why_not(case, action, actor))
        for action in procedure(case.kind).actions_for(case.stage, actor.roles)
        if may(actor, action, case) and _nothing_to_do(case, action, actor, now) is None
    ]


def _nothing_to_do(case: CaseFile, action: Action, actor: Actor, now: datetime) -> str | None:
    if why := _too_late(case, action, now):
        return why
    return next((why for guard in action.only if (why := guard(case, actor))), None)


def _too_late(case: CaseFile, action: Action, now: datetime) -> str | None:
    """A right that has lapsed (逾期丧失), also before time has noted it."""
    if action.lapses and case.closed_at and now - case.closed_at > action.lapses:
        return f"办结已超过{action.lapses.days}日，不能再“{action.label}”，请作为新的事项登记"
    window = procedure(case.kind).window(action.name)
    if window is None:
        return None
    clock = case.clock(window.name)
    if clock is None:
        return f"{window.label}已过，不能再“{action.label}”"
    if not clock.overdue(now):
        return None
    return f"{window.label}已于{in_shanghai(clock.due_at):%Y-%m-%d}届满，不能再“{action.label}”"


def _why_not(case: CaseFile, action: Action, actor: Actor) -> str | None:
    if recused(actor, action, case):
        return "您经办过本件，应当回避"
    return next((why for guard in action.unless if (why := guard(case, actor))), None)


def move(
    case: CaseFile,
    name: str,
    *,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
    rulebook: Rulebook,
    idempotency_key: str | None = None,
    found: Mapping[str, Any] | None = None,
) -> Move:
    """Take the action: available? permitted? complete? Only then record, set, wind, tell.

    `found` is what the door found for the action (`Draft.found`). Raises NotFound (no such
    action), NotAvailable, NotPermitted or Incomplete; `case` itself is never changed.
    """
    rules = procedure(case.kind)
    action = rules.action(name)
    if action is None:
        raise NotFound(f"没有“{name}”这个操作")
    if action not in rules.actions_from(case.stage):
        raise NotAvailable(_moved_on(rules, case, action))
    if not may(actor, action, case):
        raise NotPermitted(f"您不能对本件“{action.label}”")
    if why := _nothing_to_do(case, action, actor, now):
        raise NotAvailable(why)
    if why := _why_not(case, action, actor):
        raise (NotPermitted if recused(actor, action, case) else NotAvailable)(why)
    clean = accept(action.inputs, inputs, rulebook=rulebook)
    if action.check and (wrong := action.check(case, clean)):
        raise Incomplete(wrong)

    target = action.to(case, clean) if callable(action.to) else action.to
    draft = Draft(case, actor, clean, now, rulebook, action.part, found or {}, action=action)
    if action.tie:
        draft.other = draft.found.get(action.tie.names or TIED)
        tie(draft, rules, action)
    for effect in action.does:
        EFFECTS[effect](draft)
    if action.derives:
        _keep(draft, action.derives(draft))
    if action.handles and actor.staff_id and actor.staff_id not in draft.case.handlers:
        draft.set(handlers=(*draft.case.handlers, actor.staff_id))
    if target is not None:
        _enter(draft, rules, target)
    if target is not None or not callable(action.to):
        _wind(draft, rules, action)
    settle(draft, rules)
    lapse(draft, rules)
    if draft.case.phase == Phase.CLOSED and case.phase != Phase.CLOSED:
        _close(draft, action)
    _follow(draft, rules)
    _note_deadlines(draft, rules)
    draft.set(version=case.version + 1)
    event = entered(draft, case, action, idempotency_key=idempotency_key)
    draft.set(last_hash=event.hash)
    told = tells(action, draft.case, before=case, rules=rules, rulebook=rulebook, inputs=clean)
    counts = (*_stage_counts(case, draft.case), *draft.counts)
    return Move(case, draft.case, event, told, counts, tuple(draft.links))


def _moved_on(rules: Procedure, case: CaseFile, action: Action) -> str:
    if not case.stage:
        return f"尚未登记，不能“{action.label}”"
    return f"本件现为“{rules.stage(case.stage).label}”，不能“{action.label}”"


def _enter(draft: Draft, rules: Procedure, target: str) -> None:
    draft.set(stage=target, phase=rules.stage(target).phase.value)


def _wind(draft: Draft, rules: Procedure, action: Action) -> None:
    """End the clocks that the action ends, then start those that it starts."""
    over = {r.name for r in rules.clocks if action.name in r.ends or action.name in r.starts}
    draft.change_clocks(
        lambda clock: clock.open and clock.name in over,
        ended_at=draft.now,
        ended_by=action.name,
        ring_at=None,
    )
    if draft.case.phase == Phase.CLOSED:
        return
    _drop_moot_requests(draft, rules)
    for rule in rules.clocks:
        if action.name in rule.starts:
            # One by one: a clock may begin after one that starts with it.
            since = draft.starts.get(rule.name, draft.now)
            until = draft.until.get(rule.name)
            clock = started(draft.case, rule, draft.rulebook, now=since, until=until)
            if clock:
                draft.set(clocks=(*draft.case.clocks, clock))


def _follow(draft: Draft, rules: Procedure) -> None:
    """Clocks that begin after others go where those have gone."""
    for rule in rules.clocks:
        clock = draft.case.clock(rule.name) if rule.after else None
        if clock:
            moved = following(draft.case, clock, rule, draft.rulebook, now=draft.now)
            if moved is not clock:
                draft.set(clocks=tuple(moved if c is clock else c for c in draft.case.clocks))


def _keep(draft: Draft, results: Mapping[str, Any]) -> None:
    """What was worked out stands with the details; what no longer follows is taken back."""
    details = {**draft.case.details, **results}
    draft.set(details={name: value for name, value in details.items() if value is not None})


def _drop_moot_requests(draft: Draft, rules: Procedure) -> None:
    """What was asked about a clock that has ended needs no decision."""
    pending = draft.case.pending
    if pending.extension and draft.case.clock(pending.extension.clock) is None:
        pending = msgspec.structs.replace(pending, extension=None)
    if pending.stop and not any(rules.clock(c.name).stoppable for c in draft.case.open_clocks):
        pending = msgspec.structs.replace(pending, stop=None)
    if pending is not draft.case.pending:
        draft.set(pending=pending)


def _close(draft: Draft, action: Action) -> None:
    """Nothing is owed on a closed case."""
    draft.change_clocks(
        lambda clock: clock.open, ended_at=draft.now, ended_by=action.name, ring_at=None
    )
    draft.change_parts(lambda part: part.open, ended_at=draft.now)
    draft.set(
        closed_at=draft.now,
        outcome=draft.case.outcome or action.name,
        pending=NOTHING_PENDING,
    )
    draft.count("closed")


def _note_deadlines(draft: Draft, rules: Procedure) -> None:
    """The nearest deadline of the case, and of each unit that still owes its part.

    What is owed inside a unit is a deadline of that part alone.
    """
    case = draft.case
    nearest = [clock for clock in case.open_clocks if not rules.clock(clock.name).inside]
    inner = next((clock for clock in case.open_clocks if rules.clock(clock.name).inside), None)
    handle = case.clock("handle")

    def due(part: Part) -> datetime | None:
        if part.part == "inside":
            return inner.due_at if inner and part is case.inside else part.due_at
        if part.part == "co":
            return handle.due_at if handle else None
        return next((c.due_at for c in nearest if c.unit_id == part.unit_id), None)

    draft.set(
        next_due_at=nearest[0].due_at if nearest else None,
        assignments=tuple(
            msgspec.structs.replace(part, due_at=due(part))
            if part.open and due(part) != part.due_at
            else part
            for part in case.assignments
        ),
    )


def _stage_counts(before: CaseFile, after: CaseFile) -> tuple[Count, ...]:
    """How many cases stand where, now: one leaves a stage (or a unit), one enters."""
    old, new = (before.stage, before.lead_unit_id), (after.stage, after.lead_unit_id)
    if old == new:
        return ()
    leaving = (Count(f"stage:{old[0]}", -1, old[1]),) if before.stage else ()
    return (*leaving, Count(f"stage:{new[0]}", 1, new[1]))
