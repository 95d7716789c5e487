"""Winding a clock: from its start, limit, extensions and stops to its deadline and next ring.

`started` is where every clock begins, and `recomputed` what every later change ends in, so that
these hold for any clock at any time, whatever was asked and granted in whichever order:

1. `due_at` is a function of (start, limit, extensions, stops, calendar) and of nothing else: not
   of the order of the changes, of how often it was computed, or of who looks.
2. A stop takes nothing and gives nothing: what remained of the limit, in its own unit, when the
   stop began remains when it ends, at its end date or earlier by hand.
3. No limit ends, nothing warns and nothing is breached within a stop.
4. A stop ends by itself: while it is in force, `ring_at` is its end.
5. An extension makes the limit longer by exactly what was granted, counted from the same start.
6. What has run out stays run out: neither a stop nor an extension reaches back before the moment
   at which it was asked, and neither is granted for a limit that had passed then.
7. While a request made in time waits for its decision the limit does not pass; once it is
   refused, the limit has passed when it had.
8. A clock that its rule calls neither extendable nor stoppable has the `due_at` of its start.
9. Each warning is told once per deadline: a deadline that moves away warns anew, and a breach is
   noted once for ever.
10. A limit that was changed from a day on (期限调整) is the limit of the clocks that start from
    that day on. Of those that run already it moves only what was told to follow, and never so
    that a limit has passed that had not: what is out of time stays so, what would be at once
    keeps its limit.
11. A clock that begins after another one starts where that one expires, as often as that moves
    while it runs.
"""

from datetime import date, datetime

import msgspec

from hotline import clocks
from hotline.calendar import SHANGHAI, in_shanghai
from hotline.casefile import CaseFile, FormerLimit, Running
from hotline.clock_rules import ClockRule
from hotline.limit_changes import InForce, NewLimit, in_force
from hotline.people import UNIT_ROLES
from hotline.rings import BREACHED, held, level_at, next_ring
from hotline.rulebook import Rulebook
from hotline.stops import LAST_MOMENT


def started(
    case: CaseFile, rule: ClockRule, rulebook: Rulebook, *, now: datetime, until: str | None = None
) -> Running | None:
    """The clock of the rule as it starts on the case now; None where it does not apply to it.

    `until` is the day, as "2026-03-20", with which this one ends, if one was named.
    """
    if rule.after and case.clock(rule.after) is None:
        return None
    start = _start(case, rule, now)
    found = _until_named(case, rule, start, until)
    if found is None:
        changes = rulebook.limit_changes_of(case.kind, rule.name)
        found = in_force(rule, case, changes, on=in_shanghai(start).date())
    if found is None:
        return None
    limit = found.limit
    due = clocks.due(limit, start, rulebook.calendar)
    clock = Running(
        round=case.round,
        name=rule.name,
        owed_by=rule.owed_by,
        unit_id=_owing(case, rule),
        limit=limit.code,
        basis=found.basis,
        started_at=start,
        due_at=due.due_at,
        raw_due_on=due.raw_due_on,
        provisional=due.provisional,
        calendar_version=due.calendar_version,
    )
    ring_at = next_ring(clock, rule, rulebook, held=held(case, rule))
    return msgspec.structs.replace(clock, ring_at=ring_at)


def _start(case: CaseFile, rule: ClockRule, now: datetime) -> datetime:
    """Now, the day that the act only notes (`since`), or the end of another clock (`after`)."""
    before = case.clock(rule.after) if rule.after else None
    if before:
        return before.due_at
    day = case.details.get(rule.since) if rule.since else None
    if not day:
        return now
    return min(now, datetime.combine(date.fromisoformat(str(day)), LAST_MOMENT, SHANGHAI))


def _owing(case: CaseFile, rule: ClockRule) -> int | None:
    """The unit that owes the act; None where the centre does."""
    if rule.inside:
        return case.inside.unit_id if case.inside else None
    return case.lead_unit_id if rule.owed_by in UNIT_ROLES else None


def _until_named(
    case: CaseFile, rule: ClockRule, start: datetime, until: str | None
) -> InForce | None:
    """The limit that ends with the day which a person named (`ClockRule.until`).

    Where that day is over when the clock starts, it is due at once: on the day of the start.
    """
    day = until or (case.details.get(rule.until) if rule.until else None)
    if not day:
        return None
    days = (date.fromisoformat(str(day)) - in_shanghai(start).date()).days
    return InForce(clocks.calendar_days(max(0, days), roll=False), rule.basis)


def following(
    case: CaseFile, clock: Running, rule: ClockRule, rulebook: Rulebook, *, now: datetime
) -> Running:
    """The clock that begins when another expires, after that other one has moved.

    Once the other one has ended, its expiry is settled, and the clock keeps its start.
    """
    before = case.clock(rule.after) if rule.after else None
    if before is None or before.due_at == clock.started_at:
        return clock
    moved = msgspec.structs.replace(clock, started_at=before.due_at)
    return recomputed(moved, rule, rulebook, held=held(case, rule), now=now)


def recomputed(
    clock: Running,
    rule: ClockRule,
    rulebook: Rulebook,
    *,
    held: bool = False,
    now: datetime | None = None,
) -> Running:
    """The clock with the deadline and the next ring that its facts and this calendar give.

    With `now`, warnings that the deadline no longer bears out count as not yet told.
    """
    due = clocks.due_with_stops(clock.full_limit, clock.started_at, clock.rests, rulebook.calendar)
    moved = msgspec.structs.replace(
        clock,
        due_at=due.due_at,
        raw_due_on=due.raw_due_on,
        provisional=due.provisional,
        calendar_version=due.calendar_version,
    )
    if now is not None and moved.due_at != clock.due_at and clock.rung < BREACHED:
        level, _ = level_at(moved, rule, rulebook, now=now, held=True)
        moved = msgspec.structs.replace(moved, rung=min(clock.rung, level))
    return msgspec.structs.replace(moved, ring_at=next_ring(moved, rule, rulebook, held=held))


def adjusted(
    clock: Running,
    rule: ClockRule,
    change: NewLimit,
    rulebook: Rulebook,
    *,
    held: bool = False,
    now: datetime,
) -> Running:
    """The open clock under a limit that it is to follow; itself where it keeps its own.

    It keeps its own once that has run out, where the new one would have run out already, and
    where it has this limit on this basis.
    """
    if (clock.limit, clock.basis) == (change.limit, change.basis) or clock.overdue(now):
        return clock
    former = FormerLimit(limit=clock.limit, basis=clock.basis, until_at=now, change=change.id)
    followed = msgspec.structs.replace(
        clock, limit=change.limit, basis=change.basis, former=(*clock.former, former)
    )
    moved = recomputed(followed, rule, rulebook, held=held, now=now)
    return clock if moved.overdue(now) else moved
