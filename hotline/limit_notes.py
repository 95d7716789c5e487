"""Which limits a clock has had, has, or would have if it began on another day, each with its basis.

Whoever reads a deadline after a change (期限调整) sees both limits, and which of them applies.
"""

from dataclasses import dataclass
from datetime import date

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Running
from hotline.clocks import Limit
from hotline.limit_changes import branch_of, in_force
from hotline.procedures import procedure
from hotline.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class LimitNote:
    """One limit beside a clock; `applies` to the one by which its deadline is counted."""

    limit: Limit
    basis: str
    applies: bool
    why: str


def limit_notes(
    clock: Running, case: CaseFile, rulebook: Rulebook, *, on: date
) -> tuple[LimitNote, ...]:
    """The limits that it had, the one that it has, and while it is open those it does not follow.

    One line where the limit never changed.
    """
    notes = [
        LimitNote(
            Limit.parse(former.limit), former.basis, applies=False,
            why=f"起算时的期限，至{in_shanghai(former.until_at):%Y-%m-%d %H:%M}",
        )
        for former in clock.former
    ]  # fmt: skip
    since = "起算时的期限"
    if clock.former:
        since = f"自{in_shanghai(clock.former[-1].until_at):%Y-%m-%d %H:%M}起按此计算"
    notes.append(LimitNote(Limit.parse(clock.limit), clock.basis, applies=True, why=since))
    return (*notes, *_not_followed(clock, case, rulebook, on)) if clock.open else tuple(notes)


def _not_followed(clock: Running, case: CaseFile, rulebook: Rulebook, on: date) -> list[LimitNote]:
    rule = procedure(case.kind).clock(clock.name)
    changes = rulebook.limit_changes_of(case.kind, clock.name)
    notes = []
    now = in_force(rule, case, changes, on=on)
    if now and now.change and (now.limit.code, now.basis) != (clock.limit, clock.basis):
        change = rulebook.limit_change(now.change)
        since = change.valid_from if change else on
        why = f"{since}起起算的适用；本时限起算在先，不适用"
        if change and change.follows:
            why = f"{since}起施行；本时限按此当即届满或者正在变更，暂不适用"
        notes.append(LimitNote(now.limit, now.basis, applies=False, why=why))
    branch = branch_of(rule.limit, case)
    for change in sorted(changes, key=lambda one: (one.valid_from, one.id)):
        if change.valid_from > on and change.branch in ("", branch):
            why = f"{change.valid_from}起施行，" + (
                "在办工单一并适用" if change.follows else "本时限起算在先，不适用"
            )
            notes.append(LimitNote(Limit.parse(change.limit), change.basis, False, why))
    return notes
