"""When a clock rings: at each share of its counted time (预警), and when it has run out (超期).

A level is 1 or 2 for the warnings and `BREACHED` when the limit has passed. `Running.rung` is the
level that people have been told of, `Running.ring_at` the moment of the next one. A clock that is
stopped rings once, at the stop's end, for time to set it going again. A clock is *held* while a
request made in time waits for its decision: it still warns, but its limit does not pass.
"""

from datetime import datetime

import msgspec

from hotline import clocks
from hotline.casefile import CaseFile, Running
from hotline.procedure import ClockRule
from hotline.rulebook import Rulebook

BREACHED = 3
LEVEL_WORDS = {1: "第一次预警", 2: "第二次预警", BREACHED: "超期"}


def ring_moments(clock: Running, rule: ClockRule, rulebook: Rulebook) -> list[datetime]:
    """The moments of the levels, in order: one per share that warns, and the end of the limit."""
    limit, rests = clock.full_limit, clock.rests
    return [
        clocks.moment_of_share(limit, clock.started_at, share, rulebook.calendar, stops=rests)
        for share in rule.warn
    ] + [clock.due_at]


def next_ring(
    clock: Running, rule: ClockRule, rulebook: Rulebook, *, held: bool = False
) -> datetime | None:
    """The next moment at which something must happen, or None after the breach or the end."""
    if not clock.open:
        return None
    if clock.stop:
        return clock.stop.rest.over_at
    if clock.rung >= BREACHED:
        return None
    if clock.rung >= len(rule.warn):
        return None if held else clock.due_at
    share = rule.warn[clock.rung]
    return clocks.moment_of_share(
        clock.full_limit, clock.started_at, share, rulebook.calendar, stops=clock.rests
    )


def level_at(
    clock: Running, rule: ClockRule, rulebook: Rulebook, *, now: datetime, held: bool = False
) -> tuple[int, datetime]:
    """The highest level passed by `now`, and since when; (0, the start) where none is.

    A limit in days has passed when its last second has (民法典 203).
    """
    *warnings, end = ring_moments(clock, rule, rulebook)
    if now > end and not held:
        return BREACHED, end
    passed = [moment for moment in warnings if moment <= now]
    return (len(passed), passed[-1]) if passed else (0, clock.started_at)


def rung_to(
    clock: Running, level: int, rule: ClockRule, rulebook: Rulebook, *, held: bool = False
) -> Running:
    """The clock after people were told of the level: it waits for the one after it."""
    told = msgspec.structs.replace(clock, rung=level)
    return msgspec.structs.replace(told, ring_at=next_ring(told, rule, rulebook, held=held))


def held(case: CaseFile, rule: ClockRule) -> bool:
    """Whether a decision is awaited that may move the clock of this rule."""
    extension, stop = case.pending.extension, case.pending.stop
    return (extension is not None and extension.clock == rule.name) or (
        stop is not None and rule.stoppable is not None
    )
