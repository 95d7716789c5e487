"""期限调整: a limit that the city changes from a day on, without touching the procedure.

A change names a clock of a kind and, where the limit depends on fields of the case, one of its
branches (情形). A clock takes the limit that is in force on the day on which it starts. Open
clocks keep theirs, unless the change says that open cases follow (`hotline.winding.adjusted`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from hotline.clock_rules import By, ClockRule
from hotline.clocks import Limit

if TYPE_CHECKING:
    from hotline.casefile import CaseFile

OTHERWISE = "*"
"""Stands in a branch for every value that the procedure does not name."""


@dataclass(frozen=True, slots=True)
class NewLimit:
    """One change: `limit` is a `Limit.code`, `branch` a `Branch.key` or "" for every case.

    `follows` says whether open clocks take the new limit, too, from that day on.
    """

    id: int
    kind: str
    clock: str
    branch: str
    limit: str
    valid_from: date
    basis: str
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """One way through a limit that depends on fields: (field, value or OTHERWISE) in order."""

    conditions: tuple[tuple[str, str], ...]
    limit: Limit | None

    @property
    def key(self) -> str:
        """urgency=normal; "" where the limit depends on nothing."""
        return "/".join(f"{field}={value}" for field, value in self.conditions)


def branches(limit: Limit | By | None) -> tuple[Branch, ...]:
    """Every way through the limit, those without any limit, too; the general one comes last."""
    return tuple(_branches(limit, ()))


def _branches(limit: Limit | By | None, above: tuple[tuple[str, str], ...]) -> Iterator[Branch]:
    if not isinstance(limit, By):
        yield Branch(above, limit)
        return
    for value, below in limit.limits.items():
        yield from _branches(below, (*above, (limit.field, _word(value))))
    yield from _branches(limit.otherwise, (*above, (limit.field, OTHERWISE)))


def branch_of(limit: Limit | By | None, case: "CaseFile") -> str:
    """The key of the way that this case takes."""
    taken: list[str] = []
    while isinstance(limit, By):
        value = limit.value_of(case)
        known = value in limit.limits
        taken.append(f"{limit.field}={_word(value) if known else OTHERWISE}")
        limit = limit.limits[value] if known else limit.otherwise
    return "/".join(taken)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class InForce:
    """The limit of one case on one day with its basis; `change` is 0 for the procedure's own."""

    limit: Limit
    basis: str
    change: int = 0


def in_force(
    rule: ClockRule, case: "CaseFile", changes: Iterable[NewLimit], *, on: date
) -> InForce | None:
    """What a clock of the rule that starts on this day gets; None where it does not apply."""
    own = rule.limit_for(case)
    if own is None:
        return None
    last = latest(changes, branch_of(rule.limit, case), on=on)
    if last is None:
        return InForce(own, rule.basis)
    return InForce(Limit.parse(last.limit), last.basis, last.id)


def latest(changes: Iterable[NewLimit], branch: str, *, on: date) -> NewLimit | None:
    """The change that is in force for a branch on the day; None where there is none.

    Of several the one in force last counts, and of one day the one written last: what is said of
    every case does not give way to what was said of one branch before.
    """
    fitting = [one for one in changes if one.valid_from <= on and one.branch in ("", branch)]
    return max(fitting, key=lambda one: (one.valid_from, one.id), default=None)
