"""今日到期: what is due today, overdue and at risk, by the unit that has the lead."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.db import Connection
from dispatch.queues import AT_RISK, end_of_day
from hotline.people import Actor
from hotline.permissions import visible_cases
from hotline.rulebook import Rulebook

MOST_LOOKED_AT = 20_000
"""The nearest deadlines that are counted: what is beyond is said to be so."""


@dataclass(frozen=True, slots=True)
class Due:
    """One line: a unit with everything below it (None: no unit has the lead yet)."""

    unit_id: int | None
    overdue: int = 0
    today: int = 0
    at_risk: int = 0

    def plus(self, other: "Due") -> "Due":
        """Both together, under this line's unit."""
        return Due(
            self.unit_id,
            self.overdue + other.overdue,
            self.today + other.today,
            self.at_risk + other.at_risk,
        )


@dataclass(frozen=True, slots=True)
class Board:
    """The lines, most pressing first, and their sum; `bounded` where more could not be counted."""

    lines: tuple[Due, ...]
    total: Due
    bounded: bool


async def board(
    connection: Connection, actor: Actor, *, rulebook: Rulebook, now: datetime
) -> Board:
    """What the actor sees of it. One statement over the nearest open deadlines.

    Counted as the lists count: by the nearest deadline of the case, under the top of the lead
    unit's tree. What is due today is not past yet; at risk is what has less than 24 hours.
    """
    scope = visible_cases(actor, first=4)
    rows = await connection.fetch(
        f"""
        select n.lead_unit_id, count(*) filter (where n.next_due_at < $1) as overdue,
          count(*) filter (where n.next_due_at >= $1 and n.next_due_at < $2) as today,
          count(*) filter (where n.next_due_at >= $1 and n.next_due_at < $3) as at_risk,
          count(*) as looked_at
        from (
          select c.lead_unit_id, c.next_due_at from "case" c
          where c.closed_at is null
            and c.next_due_at < greatest($2::timestamptz, $3::timestamptz) and {scope.condition}
          order by c.next_due_at limit {MOST_LOOKED_AT}) n
        group by n.lead_unit_id
        """,
        now,
        end_of_day(now),
        now + AT_RISK,
        *scope.values,
    )
    found: dict[int | None, Due] = {}
    for row in rows:
        top = _top(row["lead_unit_id"], rulebook)
        one = Due(top, row["overdue"], row["today"], row["at_risk"])
        found[top] = found.get(top, Due(top)).plus(one)
    total = Due(None)
    for one in found.values():
        total = total.plus(one)
    return Board(
        lines=tuple(sorted(found.values(), key=_pressing)),
        total=total,
        bounded=sum(row["looked_at"] for row in rows) >= MOST_LOOKED_AT,
    )


def _top(unit_id: int | None, rulebook: Rulebook) -> int | None:
    """The unit at the top of the tree: a street's cases are its district's."""
    seen = 0
    while unit_id is not None and (unit := rulebook.units.get(unit_id)) and unit.parent_id:
        unit_id, seen = unit.parent_id, seen + 1
        if seen > len(rulebook.units):
            break
    return unit_id


def _pressing(one: Due) -> tuple[int, int, int, int]:
    return (-one.today, -one.overdue, -one.at_risk, one.unit_id or 0)
