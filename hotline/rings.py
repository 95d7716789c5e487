"""When a clock rings: at each share of its counted time (预警), and when it has run out (超期).

A level is 1 or 2 for the warnings and `BREACHED` when the limit has passed. `Running.rung` is the
level that people have been told of, `Running.ring_at` the moment of the next one.
"""

from datetime import datetime

import msgspec

from hotline import clocks
from hotline.casefile import Running
from hotline.procedure import ClockRule
from hotline.rulebook import Rulebook

BREACHED = 3


def ring_moments(clock: Running, rule: ClockRule, rulebook: Rulebook) -> list[datetime]:
    """The moments of the levels, in order: one per share that warns, and the end of the limit."""
    limit = clocks.Limit.parse(clock.limit)
    return [
        clocks.moment_of_share(limit, clock.started_at, share, rulebook.calendar)
        for share in rule.warn
    ] + [clock.due_at]


def next_ring(clock: Running, rule: ClockRule, rulebook: Rulebook) -> datetime | None:
    """The next moment at which somebody must be told, or None after the breach."""
    if clock.rung >= BREACHED:
        return None
    if clock.rung == len(rule.warn):
        return clock.due_at
    limit, share = clocks.Limit.parse(clock.limit), rule.warn[clock.rung]
    return clocks.moment_of_share(limit, clock.started_at, share, rulebook.calendar)


def level_at(
    clock: Running, rule: ClockRule, rulebook: Rulebook, *, now: datetime
) -> tuple[int, datetime]:
    """The highest level passed by `now`, and since when; (0, the start) where none is.

    A limit in days has passed when its last second has (民法典 203).
    """
    *warnings, end = ring_moments(clock, rule, rulebook)
    if now > end:
        return BREACHED, end
    passed = [moment for moment in warnings if moment <= now]
    return (len(passed), passed[-1]) if passed else (0, clock.started_at)


def rung_to(clock: Running, level: int, rule: ClockRule, rulebook: Rulebook) -> Running:
    """The clock after people were told of the level: it waits for the one after it."""
    told = msgspec.structs.replace(clock, rung=level)
    return msgspec.structs.replace(told, ring_at=next_ring(told, rule, rulebook))
