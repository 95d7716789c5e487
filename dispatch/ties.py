"""Acts that concern two cases: what the other one does along with it, and the ties between them.

Both cases and the tie are written in one transaction, or nothing is. An act without a tie never
comes here: it stays one statement.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatch import record
from dispatch.attachments import attach
from dispatch.db import Connection, Database
from hotline.casefile import CaseFile
from hotline.errors import NotAvailable
from hotline.numbers import new_lookup_code
from hotline.people import CLOCK, Actor, Role
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.ties import TIED, Tie, inputs_of_other, inputs_of_split
from hotline.transition import Move, move

NewNumber = Callable[[], Awaitable[str]]


class MovedOn(Exception):
    """One of the cases had moved on meanwhile; `partly` where something was written before."""

    def __init__(self, *, partly: bool) -> None:
        super().__init__()
        self.partly = partly


def new_file(kind: str, number: str, *, now: datetime) -> CaseFile:
    """An empty file of the kind, ready for an opening action."""
    return CaseFile(
        number=number,
        lookup_code=new_lookup_code(),
        kind=kind,
        procedure_version=procedure(kind).version,
        opened_at=now,
    )


async def tied(database: Database, case: CaseFile, tie: Tie) -> CaseFile | None:
    """The case to which a tie stands that was not carried out yet, whoever may see it."""
    number = await database.fetchval(
        """
        select o.number from case_link l join "case" o on o.id = l.other_id
        where l.case_id = $1 and l.relation = $2 and l.ended_at is null and l.done_at is null
        order by l.id desc limit 1
        """,
        case.id,
        tie.relation,
    )
    return await record.load(database, number, CLOCK) if number else None


async def along(
    moved: Move,
    *,
    actor: Actor,
    now: datetime,
    rulebook: Rulebook,
    found: Mapping[str, Any],
    new_number: NewNumber | None,
) -> list[Move]:
    """What the other case does with it: the part of the same act that people cannot take alone."""
    action = procedure(moved.after.kind).action(moved.event.action)
    tie = action.tie if action else None
    if tie is None or not tie.other:
        return []
    with_it = replace(actor, roles=actor.roles | {Role.CLOCK})
    if tie.opens:
        if new_number is None:
            raise NotAvailable("这个操作只能单独办理")
        other = new_file(moved.after.kind, await new_number(), now=now)
        inputs = inputs_of_split(moved.after, moved.event.inputs)
    else:
        named = found.get(tie.names or TIED)
        # A case that has ended has nothing to take part in: the tie alone is ended.
        if named is None or (tie.change == "ended" and named.closed_at is not None):
            return []
        other, inputs = named, inputs_of_other(moved.after, tie)
    return [
        move(
            other,
            tie.other,
            actor=with_it,
            inputs=inputs,
            now=now,
            rulebook=rulebook,
            found={"other_case": moved.after},
        )
    ]


async def write_together(connection: Connection, moves: Sequence[Move]) -> None:
    """Write the moves of several cases, their ties and files. Raises MovedOn, Incomplete.

    Cases that exist go first, by number: two such acts never wait for each other.
    """
    in_order = sorted(moves, key=lambda one: (not one.before.id, one.after.number))
    for written, moved in enumerate(in_order):
        if not moved.before.id:
            await record.write_new(connection, [moved])
        elif not await record.write(connection, moved):
            raise MovedOn(partly=written > 0)
    await write_ties(connection, moves)
    await attach(connection, moves)


_MAKE = """
    insert into case_link as l (case_id, other_id, relation, made_at, made_by, due_at)
    select c.id, o.id, r.relation, r.at, r.made_by, r.due_at
    from jsonb_to_recordset($1::jsonb) as r(number text, other text, relation text,
      at timestamptz, made_by bigint, due_at timestamptz)
    join "case" c on c.number = r.number join "case" o on o.number = r.other
    on conflict (case_id, other_id, relation) where ended_at is null do update
    set made_at = excluded.made_at, made_by = excluded.made_by, due_at = excluded.due_at,
      done_at = null
    """
_FINISH = """
    update case_link l set {column} = $4
    from "case" c, "case" o
    where l.case_id = c.id and l.other_id = o.id and l.ended_at is null and l.done_at is null
      and c.number = $1 and o.number = $2 and l.relation = $3
    """
_CARRY = """
    update case_link set due_at = $2
    where other_id = $1 and relation = 'merged' and ended_at is null and done_at is null
    """


async def write_ties(connection: Connection, moves: Sequence[Move]) -> None:
    """The ties that the moves make, end or carry out; the cases stand written."""
    made = [
        {
            "number": link.number,
            "other": link.other,
            "relation": link.relation,
            "at": moved.event.at,
            "made_by": moved.event.actor_id,
            "due_at": moved.event.at if link.due else None,
        }
        for moved in moves
        for link in moved.links
        if link.change == "made"
    ]
    if made:
        await connection.execute(_MAKE, made)
    for moved in moves:
        for link in moved.links:
            if link.change != "made":
                column = {"ended": "ended_at", "done": "done_at"}[link.change]
                await connection.execute(
                    _FINISH.format(column=column),
                    link.number,
                    link.other,
                    link.relation,
                    moved.event.at,
                )
        if moved.carries and moved.before.id:
            await connection.execute(_CARRY, moved.before.id, moved.event.at)
