"""A leader's own list: what waits for a decision, and the instructions in the leader's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.db import Connection
from dispatch.listing import COLUMNS, Row
from dispatch.queues import STAGE_LISTS
from dispatch.record import load_many
from hotline.instructions import GRADES
from hotline.people import Actor, Role
from hotline.permissions import visible_cases
from hotline.procedures import procedure
from hotline.procedures.extra_time import ABOUT_TIME
from hotline.procedures.leader import LEADER
from hotline.transition import open_actions

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


async def leader_list(connection: Connection, actor: Actor, *, now: datetime) -> LeaderList:
    """What this leader has to know. Four statements."""
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
        waiting=await _waiting(connection, actor, now=now),
        open=[one for one in found if one.row.closed_at is None],
        closed=[one for one in found if one.row.closed_at],
    )


async def _waiting(connection: Connection, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Cases of every kind about which the leader can do something now."""
    places = [one for one in STAGE_LISTS if Role.LEADER in one.roles and actor.has(*one.roles)]
    scope = visible_cases(actor, first=4)
    rows = await connection.fetch(
        f"""
        select {COLUMNS}, c.next_due_at as due_at
        from unnest($1::text[], $2::text[], $3::boolean[]) as p(kind, stage, steps)
        join "case" c on c.kind = p.kind and c.stage = p.stage
        where c.closed_at is null and (p.steps or c.pending ?| array['extension', 'stop'])
          and {scope.condition}
        order by c.next_due_at nulls last, c.id limit {MOST}
        """,
        [one.kind for one in places],
        [one.stage for one in places],
        [_steps(one.kind, one.stage) for one in places],
        *scope.values,
    )
    files = {case.id: case for case in await load_many(connection, [row["id"] for row in rows])}
    found = []
    for row in rows:
        case = files[row["id"]]
        labels = dict.fromkeys(one.label for one in open_actions(case, actor, now=now))
        if labels:
            found.append(Waiting(Row(**dict(row.items())), tuple(labels)))
    return found


def _steps(kind: str, stage: str) -> bool:
    """Whether a leader has a step there that nobody has to ask for."""
    return any(
        Role.LEADER in action.roles_in(stage) and action.name not in ABOUT_TIME
        for action in procedure(kind).actions_from(stage)
    )


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
