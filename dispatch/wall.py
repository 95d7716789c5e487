"""What the board in the hall shows: numbers and deadlines of the hotline, nothing of any person."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.db import Connection
from dispatch.queues import AT_RISK
from hotline.calendar import in_shanghai
from hotline.people import Actor
from hotline.permissions import visible_cases
from hotline.procedure import PHASE_LABELS, Phase, Procedure
from hotline.procedures.citizen import CITIZEN

NEAREST = 8
TO_DISPATCH = "accepted"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One of the nearest deadlines: no title, no place, no requester."""

    number: str
    stage: str
    unit_id: int | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """Today so far, what stands where now, and what is due next."""

    opened: int
    closed: int
    on_time: int
    late: int
    to_dispatch: int
    overdue: int
    at_risk: int
    phases: tuple[tuple[str, int], ...]
    nearest: tuple[Deadline, ...]

    @property
    def on_time_rate(self) -> float | None:
        """按期率 of today's answers, None before there was one."""
        answers = self.on_time + self.late
        return self.on_time / answers if answers else None

    @property
    def open(self) -> int:
        """Everything that is not closed."""
        return sum(n for _, n in self.phases)


async def board(
    connection: Connection, actor: Actor, *, now: datetime, rules: Procedure = CITIZEN
) -> Board:
    """The board as it stands. Two statements: sums of the tally, and the index of open cases."""
    counted = await connection.fetch(
        """
        select measure, sum(n)::int as n from tally
        where kind = $1 and (day = $2 and measure in ('opened', 'closed', 'on_time', 'late')
          or day is null and measure like 'stage:%')
        group by measure
        """,
        rules.kind,
        in_shanghai(now).date(),
    )
    sums = {row["measure"]: row["n"] for row in counted}
    scope = visible_cases(actor, first=4)
    due = await connection.fetch(
        f"""
        select number, stage, lead_unit_id as unit_id, next_due_at as due_at,
          (select count(*)::int from "case" o
            where o.closed_at is null and o.next_due_at < $2 and o.kind = $1) as overdue,
          (select count(*)::int from "case" o where o.closed_at is null
            and o.next_due_at >= $2 and o.next_due_at < $3 and o.kind = $1) as at_risk
        from (select 1) one left join lateral (
          select c.* from "case" c
          where c.closed_at is null and c.next_due_at >= $2 and c.kind = $1 and {scope.condition}
          order by c.next_due_at, c.id limit {NEAREST}) n on true
        order by due_at, number
        """,
        rules.kind,
        now,
        now + AT_RISK,
        *scope.values,
    )
    phases = {phase: 0 for phase in Phase if phase is not Phase.CLOSED}
    for stage in rules.stages:
        if stage.phase in phases:
            phases[stage.phase] += sums.get(f"stage:{stage.name}", 0)
    return Board(
        opened=sums.get("opened", 0),
        closed=sums.get("closed", 0),
        on_time=sums.get("on_time", 0),
        late=sums.get("late", 0),
        to_dispatch=sums.get(f"stage:{TO_DISPATCH}", 0),
        overdue=due[0]["overdue"],
        at_risk=due[0]["at_risk"],
        phases=tuple((PHASE_LABELS[phase], n) for phase, n in phases.items()),
        nearest=tuple(
            Deadline(row["number"], row["stage"], row["unit_id"], row["due_at"])
            for row in due
            if row["number"]
        ),
    )
