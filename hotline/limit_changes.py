"""期限调整: a limit that the city changes from a day on, without touching the procedure.

A change names a clock of a kind and, where the limit depends on fields of the case, one of its
branches (情形). A clock takes the limit that is in force on the day on which it starts. Open
clocks keep theirs, unless the change says that open cases follow (`hotline.winding.adjusted`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from hotline.clocks import Limit
from hotline.procedure import By, ClockRule

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
    """What a clock of the rule that starts on this day gets; None where it does not apply.

    Of several changes the one in force last counts, and of one day the one written last: what is
    said of every case does not give way to what was said of its branch before.
    """
    own = rule.limit_for(case)
    if own is None:
        return None
    branch = branch_of(rule.limit, case)
    fitting = [
        change for change in changes
        if change.valid_from <= on and change.branch in ("", branch)
    ]  # fmt: skip
    if not fitting:
        return InForce(own, rule.basis)
    last = max(fitting, key=lambda change: (change.valid_from, change.id))
    return InForce(Limit.parse(last.limit), last.basis, last.id)
