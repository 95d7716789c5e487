"""What it does to the clocks when somebody takes a step of a ladder: time, or a person by hand.

Whoever takes a step, the clock notes it as told, so that no step is taken twice in a round: what a
person has done by hand time does not repeat, and what time has done it does not do again.
"""

from hotline.casefile import Running
from hotline.clock_rules import ClockRule
from hotline.draft import Draft
from hotline.errors import NotAvailable
from hotline.people import Role
from hotline.procedures import procedure
from hotline.rings import BREACHED, held, level_at, rung_to


def climb(draft: Draft, act: str) -> None:
    """Every overdue clock whose ladder has this step has come to it.

    Raises NotAvailable where time asks and no step of this name has fallen due, or it was taken.
    """
    rules = procedure(draft.case.kind)
    by_time = draft.actor.has(Role.CLOCK)
    if by_time and not draft.rulebook.calendar.in_office_hours(draft.now):
        raise NotAvailable("非工作时间，系统不催办、不督办")
    climbed = False
    for clock in draft.case.open_clocks:
        rule = rules.clock(clock.name)
        level = level_of(rule, act)
        if level and _reaches(draft, clock, rule, level, by_time=by_time):
            _note(draft, clock, rule, level)
            climbed = True
    if by_time and not climbed:
        raise NotAvailable("没有到期应当提出的事项，或者已经提出过")


def level_of(rule: ClockRule, act: str) -> int:
    """The level of the step that takes this action; 0 where the ladder has none."""
    acts = [rung.act for rung in rule.ladder]
    return BREACHED + 1 + acts.index(act) if act in acts else 0


def _reaches(draft: Draft, clock: Running, rule: ClockRule, level: int, *, by_time: bool) -> bool:
    if clock.rung >= level or clock.stop:
        return False
    now, waits = draft.now, held(draft.case, rule)
    passed, _ = level_at(clock, rule, draft.rulebook, now=now, held=waits)
    return passed >= (level if by_time else BREACHED)


def _note(draft: Draft, clock: Running, rule: ClockRule, level: int) -> None:
    told = rung_to(clock, level, rule, draft.rulebook)
    draft.change_clocks(lambda one: one is clock, rung=told.rung, ring_at=told.ring_at)
    if clock.rung < BREACHED and clock.name == "handle":
        # Nobody had noted yet that the limit has passed: after an outage one notice says both.
        draft.count("overdue")
