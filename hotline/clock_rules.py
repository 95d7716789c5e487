"""The obligations of a procedure as data: who owes which act, how long, and what time does then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hotline.clocks import Limit
from hotline.people import Role

if TYPE_CHECKING:
    from hotline.casefile import CaseFile


@dataclass(frozen=True, slots=True)
class By:
    """A limit that depends on a field of the case, or on one of its details.

    A value that is not named takes `otherwise`; None where there is no such limit at all. What is
    chosen may depend on another field in turn.
    """

    field: str
    limits: Mapping[Any, "Limit | By | None"]
    otherwise: "Limit | By | None" = None

    def of(self, case: "CaseFile") -> Limit | None:
        """The limit of this case."""
        return limit_of(self.limits.get(self.value_of(case), self.otherwise), case)

    def value_of(self, case: "CaseFile") -> Any:
        """What stands in the field."""
        return getattr(case, self.field, None) or case.details.get(self.field)


def limit_of(limit: "Limit | By | None", case: "CaseFile") -> Limit | None:
    """The limit itself, or the one that the case's field chooses."""
    return limit.of(case) if isinstance(limit, By) else limit


def by_urgency(*, danger: Limit, utility: Limit, normal: Limit, complex: Limit) -> By:
    """A limit for each urgency of a request."""
    return By(
        "urgency", {"danger": danger, "utility": utility, "normal": normal, "complex": complex}
    )


@dataclass(frozen=True, slots=True)
class Extension:
    """延期: how much longer at most with one decision, and how often, on what basis.

    `most` is a limit of the clock's own unit.
    """

    most: Limit | By
    times: int
    basis: str

    def most_for(self, case: "CaseFile") -> Limit | None:
        """The longest extension of this case; None where there is none."""
        return limit_of(self.most, case)


@dataclass(frozen=True, slots=True)
class Stoppable:
    """停止计时: how many days the stops of one clock may give back together, on what basis."""

    most: Limit
    basis: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder 催办 → 督办 → 报领导 that time climbs when a limit has passed.

    `act` is the action that it takes, `after` so many working hours from the deadline. A step that
    `standing`, a flag of the case, says to be taken already is not taken again.
    """

    after: Limit
    act: str
    basis: str
    standing: str = ""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """An obligation: which act starts it, which act ends it, how long, on what basis.

    `owed_by` UNIT_ROLE clocks belong to the lead unit. `warn` are shares of the counted time.
    `breach` is the action that time itself takes when the limit passes, `ladder` what it does while
    the act is still owed afterwards, in the order of time. A clock that is neither `extendable` nor
    `stoppable` ends when it was to end, whatever anybody asks.

    since    a detail of type day: that day is the start, not that of the act which notes it
    until    a detail of type day: where a person named it (交办机关指定的期限), the limit ends with
             that day, on which nothing rolls; `limit` is for the cases in which nobody did
    permits  acts that may be taken only while it runs: a right that lapses (逾期丧失)
    after    another clock of the case, at whose expiry (期满) this one begins, whether or not what
             that one asks for was done before
    window   time that somebody outside has, or a state that ends by itself: nobody is late when
             it closes, so nobody is warned
    inside   owed inside a unit by whom the lead handed its part to (内部转办): no deadline of the
             case or of the lead, and no matter of the centre's
    """

    name: str
    label: str
    owed_by: Role
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    limit: Limit | By | None
    basis: str
    warn: tuple[float, ...] = (0.5, 0.8)
    breach: str | None = None
    ladder: tuple[Rung, ...] = ()
    extendable: Extension | None = None
    stoppable: Stoppable | None = None
    since: str | None = None
    until: str | None = None
    permits: tuple[str, ...] = ()
    after: str | None = None
    window: bool = False
    inside: bool = False

    def limit_for(self, case: "CaseFile") -> Limit | None:
        """The limit of this case; None where the obligation does not apply to it."""
        return limit_of(self.limit, case)
