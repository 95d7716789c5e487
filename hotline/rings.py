"""When a clock rings: at each share of its counted time (预警), at its end (超期), and after it.

A level is 1 or 2 for the warnings and `BREACHED` when the limit has passed; the levels above are
the steps of the rule's ladder (催办、督办、报领导). `Running.rung` is the level that people have
been told of, `Running.ring_at` the moment of the next one. A clock that is stopped rings once, at
the stop's end, for time to set it going again. A clock is *held* while a request made in time
waits for its decision: it still warns, but its limit does not pass.

The ladder is climbed in working time only: a step that falls due, or is found due, while the
office is closed waits until it opens.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from hotline import clocks
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Running
from hotline.clock_rules import ClockRule, Rung
from hotline.rulebook import Rulebook

BREACHED = 3
LEVEL_WORDS = {1: "第一次预警", 2: "第二次预警", BREACHED: "超期"}


@dataclass(frozen=True, slots=True)
class Ring:
    """What time does about a clock now. Without an action there is only the level to note."""

    level: int
    action: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)


def ring_moments(clock: Running, rule: ClockRule, rulebook: Rulebook) -> list[datetime]:
    """The moments of the levels, in order: the shares that warn, the limit's end, the ladder."""
    limit, rests = clock.full_limit, clock.rests
    warnings = [
        clocks.moment_of_share(limit, clock.started_at, share, rulebook.calendar, stops=rests)
        for share in rule.warn
    ]
    return [*warnings, clock.due_at, *(step_at(clock, rung, rulebook) for rung in rule.ladder)]


def step_at(clock: Running, rung: Rung, rulebook: Rulebook) -> datetime:
    """When a step of the ladder is due: in working time, counted from the deadline."""
    passed = clocks.due(rung.after, clock.due_at, rulebook.calendar).due_at
    return rulebook.calendar.next_opening(passed)


def next_ring(
    clock: Running, rule: ClockRule, rulebook: Rulebook, *, held: bool = False
) -> datetime | None:
    """The next moment at which something must happen, or None after the last one or the end."""
    if not clock.open:
        return None
    if clock.stop:
        return clock.stop.rest.over_at
    if clock.rung >= BREACHED:
        left = rule.ladder[clock.rung - BREACHED :]
        return step_at(clock, left[0], rulebook) if left else None
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
    moments = ring_moments(clock, rule, rulebook)
    warnings, (end, *steps) = moments[: len(rule.warn)], moments[len(rule.warn) :]
    if now > end and not held:
        climbed = [moment for moment in steps if moment <= now]
        return BREACHED + len(climbed), [end, *climbed][-1]
    passed = [moment for moment in warnings if moment <= now]
    return (len(passed), passed[-1]) if passed else (0, clock.started_at)


def ring_of(
    case: CaseFile, clock: Running, rule: ClockRule, rulebook: Rulebook, *, now: datetime
) -> Ring | None:
    """What time does about the clock now, once: the highest level that has passed and is not told.

    None while it is stopped, and where nothing has passed since people were told.
    """
    if clock.stop or not clock.open:
        return None
    top, since = level_at(clock, rule, rulebook, now=now, held=held(case, rule))
    if top > BREACHED and not rulebook.calendar.in_office_hours(now):
        top, since = BREACHED, clock.due_at
    for level in range(top, clock.rung, -1):
        if level <= BREACHED:
            at = since if level == top else clock.due_at
            told = {"clock": clock.name, "level": level, "since": _written(at)}
            return Ring(level, "breach" if level == BREACHED else "warn", told)
        rung = rule.ladder[level - BREACHED - 1]
        if not (rung.standing and getattr(case, rung.standing)):
            return Ring(level, rung.act, {"note": _why(rule, rung)})
    return Ring(top) if top > clock.rung else None


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


def _why(rule: ClockRule, rung: Rung) -> str:
    return f"{rule.label}届满已超过{rung.after.text}，仍未办理，由系统按时提出（{rung.basis}）。"


def _written(at: datetime) -> str:
    return in_shanghai(at).isoformat(timespec="seconds")
