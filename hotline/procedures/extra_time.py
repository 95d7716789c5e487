"""延期 and 停止计时 as every procedure has them: asked by one party, decided by another.

国办函〔2025〕66号 asks for both to be approved and traced; 北京市接诉即办工作条例 15: an extension
is asked before expiry. A procedure says which of its clocks may be extended or stopped; the rest
follows from here.
"""

from collections.abc import Iterable
from functools import partial

from hotline.casefile import CaseFile
from hotline.clock_rules import ClockRule
from hotline.clocks import Limit
from hotline.people import UNIT_ROLES, Actor, Role
from hotline.procedure import Action
from hotline.procedures.parts import UNITS
from hotline.rings import BREACHED

_LABELS = {"extension": "延期审批时限", "stop": "停止计时审批时限"}

ABOUT_TIME = frozenset({"grant_extension", "deny_extension", "grant_stop", "deny_stop", "resume"})
"""What decides an application about time, and ends a stop: nothing to do where nobody asked."""


def decision_clocks(
    limit: Limit,
    *,
    falls: tuple[str, ...],
    basis: str,
    what: tuple[str, ...] = tuple(_LABELS),
    owed_by: Role = Role.DISPATCHER,
) -> tuple[ClockRule, ...]:
    """Whoever decides owes an answer; actions in `falls` leave nothing to decide."""
    return tuple(
        ClockRule(
            f"decide_{one}", _LABELS[one], owed_by,
            starts=(f"request_{one}",), ends=(f"grant_{one}", f"deny_{one}", *falls),
            limit=limit, basis=basis,
        )
        for one in what
    )  # fmt: skip


def extra_time(
    clocks: Iterable[ClockRule],
    *,
    asked_in: tuple[str, ...],
    open_in: tuple[str, ...],
    decided_by: tuple[Role, ...],
    asks: str = "dispatcher/asked",
    asked_by: tuple[Role, ...] = UNITS,
) -> tuple[Action, ...]:
    """The actions: asked in the stages `asked_in`, decided and ended in any of `open_in`.

    `asks` is the text to those who decide. Units ask for themselves; an office that keeps a
    register (`asked_by`) asks in the name of an outside party, and another officer decides.
    Without a clock that may stop, nobody asks for a stop.
    """
    rules = tuple(clocks)
    extended = extensions(
        rules, asked_in=asked_in, open_in=open_in, decided_by=decided_by, asks=asks,
        asked_by=asked_by,
    )  # fmt: skip
    if not any(rule.stoppable for rule in rules):
        return extended
    return (*extended, *stops(
        rules, asked_in=asked_in, open_in=open_in, decided_by=decided_by, asks=asks,
        asked_by=asked_by,
    ))  # fmt: skip


def extensions(
    clocks: Iterable[ClockRule],
    *,
    asked_in: tuple[str, ...],
    open_in: tuple[str, ...],
    decided_by: tuple[Role, ...],
    asks: str,
    asked_by: tuple[Role, ...] = UNITS,
) -> tuple[Action, ...]:
    """延期 alone, for procedures in which another party decides about a stop, or none stops.

    Where a law lets the unit's own head decide (`decided_by` is UNIT_HEAD), it is another person.
    """
    rule = next(rule for rule in clocks if rule.extendable)
    deciding = _part_of(decided_by)
    another = _another_person if deciding else _another_party
    return (
        Action(
            "request_extension", "申请延期", when=asked_in, by=asked_by, part=_part_of(asked_by),
            needs=("extension_days", "reason"), does=("request_extension",),
            only=(partial(_extendable, rule),),
            unless=(_no_extension_waits, partial(_not_extended_yet, rule),
                    partial(_not_expired, (rule,))),
            tells=(asks,),
        ),
        Action(
            "grant_extension", "同意延期", when=open_in, by=decided_by, part=deciding,
            needs=("note?",),
            does=("grant_extension",), only=(_extension_waits,), unless=(another,),
            tells=("citizen/extended", "unit/decided"), tone="primary",
        ),
        Action(
            "deny_extension", "不同意延期", when=open_in, by=decided_by, part=deciding,
            needs=("reason",),
            does=("deny_extension",), only=(_extension_waits,), unless=(another,),
            tells=("unit/decided",), tone="danger",
        ),
    )  # fmt: skip


def stops(
    clocks: Iterable[ClockRule],
    *,
    asked_in: tuple[str, ...],
    open_in: tuple[str, ...],
    decided_by: tuple[Role, ...],
    asks: str,
    asked_by: tuple[Role, ...] = UNITS,
) -> tuple[Action, ...]:
    """停止计时 alone: asked for, decided by another party, ended by hand or by itself."""
    stopped = tuple(rule for rule in clocks if rule.stoppable)
    return (
        Action(
            "request_stop", "申请停止计时", when=asked_in, by=asked_by, part=_part_of(asked_by),
            needs=("stop_ground", "basis", "stop_until", "reason"), does=("request_stop",),
            only=(partial(_one_runs, stopped),),
            unless=(_no_stop_waits, _not_stopped, partial(_not_expired, stopped)),
            tells=(asks,),
        ),
        Action(
            "grant_stop", "同意停止计时", when=open_in, by=decided_by, needs=("note?",),
            does=("grant_stop",), only=(_stop_waits,), unless=(_another_party,),
            tells=("citizen/stopped_clock", "unit/decided"), tone="primary",
        ),
        Action(
            "deny_stop", "不同意停止计时", when=open_in, by=decided_by, needs=("reason",),
            does=("deny_stop",), only=(_stop_waits,), unless=(_another_party,),
            tells=("unit/decided",), tone="danger",
        ),
        Action(
            "resume", "恢复计时", when=open_in,
            by=tuple(dict.fromkeys((*asked_by, *decided_by, Role.CLOCK))),
            part=_part_of(asked_by),
            needs=("note?",), does=("resume",), only=(_stopped,), tells=("unit/resumed",),
        ),
    )  # fmt: skip


def _part_of(asked_by: tuple[Role, ...]) -> str | None:
    """Of units, only the one that has the lead asks."""
    return "lead" if UNIT_ROLES.issuperset(asked_by) else None


def _extendable(rule: ClockRule, case: CaseFile, actor: Actor) -> str | None:
    possible = rule.extendable and rule.extendable.most_for(case)
    return None if possible and case.clock(rule.name) else f"本件的{rule.label}不能延期"


def _not_extended_yet(rule: ClockRule, case: CaseFile, actor: Actor) -> str | None:
    clock = case.clock(rule.name)
    times = len(clock.extensions) if clock else 0
    if rule.extendable and times >= rule.extendable.times:
        return f"{rule.label}已延期{times}次，不能再次延期"
    return None


def _not_expired(rules: tuple[ClockRule, ...], case: CaseFile, actor: Actor) -> str | None:
    """What the clock has noted; between expiry and the note, the act itself looks at the time."""
    open_clocks = [clock for rule in rules if (clock := case.clock(rule.name))]
    if all(clock.rung >= BREACHED for clock in open_clocks):
        return "时限已届满，须在届满前申请"
    return None


def _one_runs(rules: tuple[ClockRule, ...], case: CaseFile, actor: Actor) -> str | None:
    return None if any(case.clock(rule.name) for rule in rules) else "没有可以停止的时限"


def _extension_waits(case: CaseFile, actor: Actor) -> str | None:
    return None if case.pending.extension else "没有待批的延期申请"


def _no_extension_waits(case: CaseFile, actor: Actor) -> str | None:
    return "延期申请正在等待审批" if case.pending.extension else None


def _stop_waits(case: CaseFile, actor: Actor) -> str | None:
    return None if case.pending.stop else "没有待批的停止计时申请"


def _no_stop_waits(case: CaseFile, actor: Actor) -> str | None:
    return "停止计时申请正在等待审批" if case.pending.stop else None


def _stopped(case: CaseFile, actor: Actor) -> str | None:
    stopped = any(clock.stop for clock in case.open_clocks)
    return None if stopped else "现在没有停止计时"


def _not_stopped(case: CaseFile, actor: Actor) -> str | None:
    return None if _stopped(case, actor) else "现在已停止计时"


def _another_person(case: CaseFile, actor: Actor) -> str | None:
    """The head of the unit decides, not who asked (本机关负责人批准)."""
    asked = case.pending.extension.asked_by if case.pending.extension else None
    if actor.staff_id and actor.staff_id == asked:
        return "申请由您提出，须由他人审批"
    return None


def _another_party(case: CaseFile, actor: Actor) -> str | None:
    """Neither who asked nor the unit that asked decides."""
    asked = [one.asked_by for one in (case.pending.extension, case.pending.stop) if one]
    if case.part_of(actor.unit_ids, "lead") or (actor.staff_id and actor.staff_id in asked):
        return "申请由您或本单位提出，须由他人审批"
    return None
