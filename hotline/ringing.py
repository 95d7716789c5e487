"""What the passing of time does to a case when one of its clocks rings: pure, one act at a time.

The acts are those of `hotline.procedures.time`, the end of a stop, the act that a rule names for
its own breach, and the steps of its ladder. Stories, demonstrations and tests let time pass
with it.
"""

from collections.abc import Container
from datetime import datetime

from hotline.casefile import CaseFile, Running
from hotline.clock_rules import ClockRule
from hotline.errors import NotAvailable
from hotline.people import CLOCK
from hotline.procedures import procedure
from hotline.rings import BREACHED, ring_of
from hotline.rulebook import Rulebook
from hotline.transition import Move, move, open_actions


def due_to_ring(case: CaseFile, *, now: datetime, besides: Container[str] = ()) -> Running | None:
    """The open clock whose moment came first, before `now`, besides those of these names."""
    due = [
        clock
        for clock in case.open_clocks
        if clock.ring_at and clock.ring_at < now and clock.name not in besides
    ]
    return min(due, key=lambda clock: clock.ring_at or clock.due_at, default=None)


def rings(case: CaseFile, clock: Running, *, now: datetime, rulebook: Rulebook) -> list[Move]:
    """What time does about the clock now, in order; nothing where it has told everything."""
    rule = procedure(case.kind).clock(clock.name)
    if clock.stop:
        return [move(case, "resume", actor=CLOCK, inputs={}, now=now, rulebook=rulebook)]
    ring = ring_of(case, clock, rule, rulebook, now=now)
    if ring is None or not ring.action:
        return []
    if ring.level == BREACHED and rule.window and (ended := _end(case, rule, now, rulebook)):
        # Nobody is late: what ends by itself ends.
        return ended
    told = move(case, ring.action, actor=CLOCK, inputs=ring.inputs, now=now, rulebook=rulebook)
    return [told, *_end(told.after, rule, now, rulebook)] if ring.level == BREACHED else [told]


def _end(case: CaseFile, rule: ClockRule, now: datetime, rulebook: Rulebook) -> list[Move]:
    """The act that time itself takes when the limit has passed, where it can be taken."""
    if rule.breach not in {action.name for action in open_actions(case, CLOCK, now=now)}:
        return []
    assert rule.breach is not None
    try:
        return [move(case, rule.breach, actor=CLOCK, inputs={}, now=now, rulebook=rulebook)]
    except NotAvailable:
        return []
