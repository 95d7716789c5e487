"""Open cases that follow a changed limit (期限调整): previewed, then moved by the worker in steps.

What is to be done stands in the row of the change itself. A step locks that row, so that one
worker moves at a time, and writes its cases and the count together: after a kill the next worker
goes on where the last commit was. A clock is done when it has the new limit and basis, so nothing
is moved twice. Nothing moves before the day from which the change is in force.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from dispatch.db import Connection, Pool, transaction
from dispatch.horizon import day_begins
from dispatch.moving import MOST_ROWS, SETTLED_AFTER, Done, Moving, move_cases, moving
from dispatch.office import Office
from hotline.calendar import SHANGHAI, in_shanghai
from hotline.casefile import CaseFile, Running
from hotline.clock_rules import ClockRule
from hotline.limit_changes import OTHERWISE, NewLimit, branches
from hotline.procedures import PROCEDURES
from hotline.rulebook import Rulebook
from hotline.winding import adjusted

BATCH = 500

_EARLIEST = datetime(1990, 1, 1, tzinfo=SHANGHAI), 0


@dataclass(frozen=True, slots=True)
class Pass:
    """How far a pass over the open clocks is: after which deadline and key, and what it found.

    `touched` says whether it has moved anything: then one more pass looks for what is left.
    """

    after: tuple[datetime, int]
    touched: bool = False
    failed: int = 0


@dataclass(slots=True)
class Preview:
    """What a change does to the clocks that are open now: how many move, how many keep theirs."""

    open: int = 0
    moved: int = 0
    rows: list[Moving] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """Those that have run out, or would be out of time at once."""
        return self.open - self.moved


async def preview(office: Office, change: NewLimit, *, now: datetime) -> Preview:
    """What would move if open cases follow the change, by the function that will move them."""
    rule = PROCEDURES[change.kind].clock(change.clock)
    rulebook = await office.rulebook()
    at = max(now, day_begins(change.valid_from))
    found = Preview()
    async for rows in _open_clocks(office.pool, change, rule):
        for row in rows:
            clock = _running(row)
            new = adjusted(clock, rule, change, rulebook, now=at)
            found.open += 1
            if new is not clock:
                found.moved += 1
                if len(found.rows) < MOST_ROWS:
                    found.rows.append(moving(row, in_shanghai(new.due_at), rulebook))
        # Others who are served by this process get their turn.
        await asyncio.sleep(0)
    return found


async def move_next(office: Office, now: datetime, so_far: Pass | None = None) -> Pass | None:
    """Move one step of what waits; gives how far the pass is, or None at its end."""
    change = await _waiting(office, now)
    if change is None:
        return None
    so_far = so_far or Pass((now, 0))
    try:
        async with transaction(office.pool) as connection:
            written_at = await connection.fetchval(
                f"select at from limit_change where id = $2 and {_WAITS} for update skip locked",
                in_shanghai(now).date(),
                change.id,
            )
            if written_at is None:
                return None
            done, rows = await _step(connection, change, await office.rulebook(), so_far, now)
            touched = so_far.touched or bool(done.moved or done.lost)
            failed = so_far.failed + len(done.failed)
            over = len(rows) < BATCH and not touched
            settled = now - max(written_at, day_begins(change.valid_from)) >= SETTLED_AFTER
            if done.moved or (over and settled):
                await connection.execute(
                    "update limit_change set moved = moved + $2, failed = $3, done_at = $4"
                    " where id = $1",
                    change.id,
                    len(done.moved),
                    failed,
                    now if over and settled else None,
                )
    except asyncpg.TransactionRollbackError:
        # Somebody at work on one of these cases was in the way; the next pass finds the rest.
        return None
    for number in done.moved:
        office.bell.ring(number)
    if len(rows) < BATCH:
        return None
    return Pass((rows[-1]["due_at"], rows[-1]["id"]), touched, failed)


async def move_all(office: Office, now: datetime) -> None:
    """Move whatever is waiting, to the end of one pass."""
    so_far = await move_next(office, now)
    while so_far is not None:
        so_far = await move_next(office, now, so_far)


_WAITS = "follows and revoked_at is null and done_at is null and valid_from <= $1"


async def _waiting(office: Office, now: datetime) -> NewLimit | None:
    """The next change that open cases are to follow, as the rules read it."""
    waiting = await office.pool.fetchval(
        f"select id from limit_change where {_WAITS} order by valid_from, id limit 1",
        in_shanghai(now).date(),
    )
    if waiting is None:
        return None
    change = (await office.rulebook()).limit_change(waiting)
    if change is None:
        # Written a moment ago, by another process.
        office.reference.forget()
        change = (await office.rulebook()).limit_change(waiting)
    return change


async def _step(
    connection: Connection, change: NewLimit, rulebook: Rulebook, so_far: Pass, now: datetime
) -> tuple[Done, list[asyncpg.Record]]:
    """Move the next of the clocks that have not run out, nearest deadline first."""
    rule = PROCEDURES[change.kind].clock(change.clock)
    rows = await _clocks(connection, change, rule, so_far.after)
    case_ids = {
        row["case_id"]
        for row in rows
        if adjusted(clock := _running(row), rule, change, rulebook, now=now) is not clock
    }
    inputs = {"limit_change": change.id, "basis": change.basis}
    done = await move_cases(
        connection, case_ids, "adjust_limits", inputs, rulebook=rulebook, now=now
    )
    return done, rows


async def _open_clocks(
    pool: Pool, change: NewLimit, rule: ClockRule
) -> AsyncIterator[list[asyncpg.Record]]:
    """The open clocks that the change speaks of, batch by batch."""
    after = _EARLIEST
    while True:
        rows = await _clocks(pool, change, rule, after)
        yield rows
        if len(rows) < BATCH:
            return
        after = rows[-1]["due_at"], rows[-1]["id"]


async def _clocks(
    where: "Pool | Connection", change: NewLimit, rule: ClockRule, after: tuple[datetime, int]
) -> list[asyncpg.Record]:
    values: list[Any] = [*after, change.kind, change.clock, change.limit, change.basis, BATCH]
    wanted = _branch_conditions(change, rule, values)
    return await where.fetch(
        f"""
        select k.*, c.number, c.kind
        from clock k join "case" c on c.id = k.case_id
        where k.ended_at is null and (k.due_at, k.id) > ($1, $2) and c.kind = $3 and k.name = $4
          and (k."limit" <> $5 or k.basis <> $6) {wanted}
        order by k.due_at, k.id limit $7
        """,
        *values,
    )


def _branch_conditions(change: NewLimit, rule: ClockRule, values: list[Any]) -> str:
    """The cases of the change's branch, as `hotline.limit_changes.branch_of` sees them."""
    said = [f"and coalesce(c.details->>'{rule.until}', '') = ''"] if rule.until else []
    every = branches(rule.limit)
    chosen = next((one for one in every if one.key == change.branch), None)
    conditions = chosen.conditions if chosen else ()
    for depth, (name, value) in enumerate(conditions):
        column = f"nullif(c.{name}::text, ''), " if name in CaseFile.__struct_fields__ else ""
        found = f"coalesce({column}c.details->>'{name}', '')"
        if value != OTHERWISE:
            values.append(value)
            said.append(f"and {found} = ${len(values)}")
            continue
        above = conditions[:depth]
        beside = [one.conditions for one in every if one.conditions[:depth] == above]
        values.append([one[depth][1] for one in beside if one[depth][1] != OTHERWISE])
        said.append(f"and {found} <> all(${len(values)}::text[])")
    return " ".join(said)


def _running(row: asyncpg.Record) -> Running:
    fields = {name: row[name] for name in Running.__struct_fields__}
    return msgspec.convert(fields, Running)
