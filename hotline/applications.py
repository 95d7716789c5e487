"""What waits for a decision about time (待批申请), as whoever decides must see it.

The grounds, the clock concerned, how often it was granted already, what the procedure allows, and
the deadline that a grant would give: that of the very move that granting makes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Running
from hotline.clock_rules import ClockRule
from hotline.clocks import Limit
from hotline.errors import Refusal
from hotline.people import Actor
from hotline.procedure import Action
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.stops import days_stopped
from hotline.transition import move, offered
from hotline.vocabulary import STOP_GROUNDS


@dataclass(frozen=True, slots=True)
class Application:
    """One request about time. `would_be_due` is None where it can't be granted as it stands.

    `grant` and `deny` are the acts that decide it, None where this reader may not (`why_not`).
    """

    what: str
    clock: str
    asks: str
    ground: str
    reason: str
    asked_at: datetime
    due_at: datetime | None
    would_be_due: datetime | None
    so_far: str
    allowed: str
    basis: str
    grant: Action | None
    deny: Action | None
    why_not: str


def applications(
    case: CaseFile, actor: Actor, *, rulebook: Rulebook, now: datetime
) -> tuple[Application, ...]:
    """What waits on the case: an extension, a stop, or both."""
    return tuple(_applications(case, actor, rulebook, now))


def _applications(
    case: CaseFile, actor: Actor, rulebook: Rulebook, now: datetime
) -> Iterator[Application]:
    rules = procedure(case.kind)
    extension, stop = case.pending.extension, case.pending.stop
    if extension:
        rule, clock = rules.clock(extension.clock), case.clock(extension.clock)
        most = rule.extendable.most_for(case) if rule.extendable else None
        times = len(clock.extensions) if clock else 0
        grant, deny, why_not = _decision(case, actor, "extension", now)
        yield Application(
            what="申请延期",
            clock=rule.label,
            asks=f"延长{Limit.parse(extension.limit).text}",
            ground="",
            reason=extension.reason,
            asked_at=extension.asked_at,
            due_at=clock.due_at if clock else None,
            would_be_due=_would_be(case, actor, "grant_extension", rule.name, rulebook, now),
            so_far=f"已延期{times}次",
            allowed=f"最多{rule.extendable.times}次，每次最长{most.text}"
            if rule.extendable and most
            else "",
            basis=rule.extendable.basis if rule.extendable else "",
            grant=grant,
            deny=deny,
            why_not=why_not,
        )
    if stop:
        found = _stopped(case)
        if found is None:
            return
        rule, clock = found
        used = (
            days_stopped(rule.stoppable.most.unit, clock.rests, rulebook.calendar)
            if (rule.stoppable and clock.rests)
            else 0
        )
        grant, deny, why_not = _decision(case, actor, "stop", now)
        yield Application(
            what="申请停止计时",
            clock=rule.label,
            asks=f"停至{in_shanghai(stop.until_at):%Y-%m-%d}",
            ground=f"{STOP_GROUNDS.get(stop.ground, stop.ground)}；{stop.basis}",
            reason=stop.reason,
            asked_at=stop.asked_at,
            due_at=clock.due_at,
            would_be_due=_would_be(case, actor, "grant_stop", rule.name, rulebook, now),
            so_far=f"已停{len(clock.stops)}次，共{used}天",
            allowed=f"累计最多{rule.stoppable.most.text}" if rule.stoppable else "",
            basis=rule.stoppable.basis if rule.stoppable else "",
            grant=grant,
            deny=deny,
            why_not=why_not,
        )


def _stopped(case: CaseFile) -> tuple[ClockRule, Running] | None:
    """The clock that a stop moves: of several, the one that runs longest, which is the work's."""
    running = [
        (rule, clock)
        for rule in procedure(case.kind).clocks
        if rule.stoppable and (clock := case.clock(rule.name))
    ]
    return max(running, key=lambda pair: pair[1].due_at, default=None)


def _decision(
    case: CaseFile, actor: Actor, what: str, now: datetime
) -> tuple[Action | None, Action | None, str]:
    """The two acts, where the actor may take them now, and else why not."""
    acts = {action.name: (action, why) for action, why in offered(case, actor, now=now)}
    grant, deny = acts.get(f"grant_{what}"), acts.get(f"deny_{what}")
    why_not = next((why for found in (grant, deny) if found and (why := found[1])), "")
    return (
        grant[0] if grant and grant[1] is None else None,
        deny[0] if deny and deny[1] is None else None,
        why_not or ("" if grant or deny else "由其他岗位审批"),
    )


def _would_be(
    case: CaseFile, actor: Actor, action: str, clock: str, rulebook: Rulebook, now: datetime
) -> datetime | None:
    try:
        moved = move(case, action, actor=actor, inputs={}, now=now, rulebook=rulebook)
    except Refusal:
        return None
    found = moved.after.clock(clock)
    return found.due_at if found else None
