"""A leader's own list: what waits for a decision, and the instructions in the leader's name."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.db import Connection
from dispatch.listing import COLUMNS, Row
from dispatch.queues import STAGE_LISTS
from hotline.instructions import GRADES
from hotline.people import Actor, Role
from hotline.permissions import visible_cases
from hotline.procedures import procedure
from hotline.procedures.leader import LEADER

MOST = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits for the leader, and what may be decided about it."""

    row: Row
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction (批示件): when it was given, by whom, and whether in this leader's name."""

    row: Row
    leader: str
    instructed_on: str
    own: bool


@dataclass(frozen=True, slots=True)
class LeaderList:
    """Everything on the leader's page; each list nearest deadline or newest first."""

    waiting: list[Waiting]
    open: list[Instruction]
    closed: list[Instruction]


async def leader_list(connection: Connection, actor: Actor) -> LeaderList:
    """What this leader has to know. Three statements."""
    who = await connection.fetchrow(
        "select name, job_title from staff where id = $1", actor.staff_id
    )
    name, title = (who["name"], who["job_title"]) if who else (actor.name, "")
    names = [name, *([f"{name[:1]}{title}"] if title else [])]
    # The longest label first: 副市长 contains 市长.
    grade = next(
        (
            code
            for code, label in sorted(GRADES.items(), key=lambda one: -len(one[1]))
            if title.endswith(label)
        ),
        "",
    )
    found = await _instructions(connection, actor, names, grade)
    return LeaderList(
        waiting=await _waiting(connection, actor),
        open=[one for one in found if one.row.closed_at is None],
        closed=[one for one in found if one.row.closed_at],
    )


async def _waiting(connection: Connection, actor: Actor) -> list[Waiting]:
    """Cases that stand where the leader has a step to take, of every kind."""
    places = [one for one in STAGE_LISTS if Role.LEADER in one.roles and actor.has(*one.roles)]
    scope = visible_cases(actor, first=3)
    rows = await connection.fetch(
        f"""
        select {COLUMNS}, c.next_due_at as due_at
        from unnest($1::text[], $2::text[]) as p(kind, stage)
        join "case" c on c.kind = p.kind and c.stage = p.stage
        where c.closed_at is null and {scope.condition}
        order by c.next_due_at nulls last, c.id limit {MOST}
        """,
        [one.kind for one in places],
        [one.stage for one in places],
        *scope.values,
    )
    return [_choices(Row(**dict(row.items())), actor) for row in rows]


def _choices(row: Row, actor: Actor) -> Waiting:
    actions = procedure(row.kind).actions_from(row.stage)
    own = (one for one in actions if actor.has(*one.roles_in(row.stage)))
    return Waiting(row, tuple(dict.fromkeys(one.label for one in own)))


async def _instructions(
    connection: Connection, actor: Actor, names: Sequence[str], grade: str
) -> list[Instruction]:
    scope = visible_cases(actor, first=4)
    rows = await connection.fetch(
        f"""
        select {COLUMNS}, c.next_due_at as due_at, c.details->>'leader' as leader,
          c.details->>'instructed_on' as instructed_on
        from "case" c
        where c.kind = $1 and c.kind <> 'citizen'
          and (c.details->>'leader' = any($2::text[]) or c.details->>'leader_grade' = $3)
          and {scope.condition}
        order by c.id desc limit {MOST}
        """,
        LEADER.kind,
        list(names),
        grade,
        *scope.values,
    )
    found = []
    for row in rows:
        fields = dict(row.items())
        leader, on = fields.pop("leader") or "", fields.pop("instructed_on") or ""
        found.append(Instruction(Row(**fields), leader, on, leader in names))
    return found
