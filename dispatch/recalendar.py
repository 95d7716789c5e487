"""The moving of open deadlines after a notice was loaded: in the background, batch by batch.

What is to be done stands in one row of `published`, written with the notice. A batch locks that
row, so that one worker moves at a time, and writes its cases and the count together: after a
kill the next worker goes on where the last commit was. A clock is done when it carries the
version of the calendar in force, so nothing is moved twice.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import asyncpg
import msgspec
import structlog

from dispatch import record
from dispatch.db import Connection, Pool, transaction
from dispatch.horizon import day_begins
from dispatch.office import Office
from dispatch.record_deadlines import mark, write_deadlines
from dispatch.reference import publish
from hotline.casefile import Running
from hotline.people import CLOCK
from hotline.rulebook import Rulebook
from hotline.transition import Move, move

NAME = "recalendar"
BATCH = 500
# Processes may use the rulebook that they have for a moment longer: clocks that they started
# meanwhile are looked for until then.
SETTLED_AFTER = timedelta(seconds=30)

log = structlog.get_logger()

Place = tuple[datetime, int]
"""Where a pass over the open clocks has come to: deadline and key."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be moved and how far it is. `moved` and `failed` count cases."""

    notice: str
    version: str
    from_on: date
    loaded_at: datetime
    moved: int = 0
    failed: int = 0
    done_at: datetime | None = None


async def set_going(
    connection: Connection, *, notice: str, version: str, from_on: date, now: datetime
) -> None:
    """Write down, with the notice, what is to be moved: what was not finished before, too."""
    text = await connection.fetchval("select value from published where name = $1 for update", NAME)
    before = _read(text)
    if before and before.done_at is None:
        from_on = min(from_on, before.from_on)
    job = Job(notice=notice, version=version, from_on=from_on, loaded_at=now)
    await publish(connection, NAME, _written(job))


async def latest(where: "Pool | Connection") -> Job | None:
    """The moving that is under way, or the last one."""
    return _read(await where.fetchval("select value from published where name = $1", NAME))


async def move_next(office: Office, now: datetime, after: Place | None = None) -> Place | None:
    """Move one batch of open clocks; gives where to go on, or None at the end of the pass."""
    job = await latest(office.pool)
    if job is None or job.done_at is not None:
        return None
    rulebook = await office.rulebook()
    if rulebook.calendar.version != job.version:
        office.reference.forget()
        rulebook = await office.rulebook()
    try:
        async with transaction(office.pool) as connection:
            locked = await connection.fetchval(
                "select value from published where name = $1 for update skip locked", NAME
            )
            job = _read(locked)
            if job is None or job.done_at is not None:
                return None
            clocks = await _stale(connection, job, rulebook, after)
            done = await _move(connection, {row["case_id"] for row in clocks}, job, rulebook, now)
            whole_pass = after is None and len(clocks) < BATCH
            nothing_left = whole_pass and not done.moved and not done.marked
            if nothing_left and now - job.loaded_at >= SETTLED_AFTER:
                job = msgspec.structs.replace(job, done_at=now, failed=len(done.failed))
            if done.moved or job.done_at:
                job = msgspec.structs.replace(job, moved=job.moved + len(done.moved))
                await publish(connection, NAME, _written(job))
    except asyncpg.TransactionRollbackError:
        # Somebody at work on one of these cases was in the way; the next pass finds the rest.
        return None
    for number in done.moved:
        office.bell.ring(number)
    if job.done_at:
        log.info("calendar: deadlines moved", notice=job.notice, cases=job.moved)
    return (clocks[-1]["due_at"], clocks[-1]["id"]) if len(clocks) == BATCH else None


async def move_all(office: Office, now: datetime) -> int:
    """Move whatever is waiting, to the end of one pass; gives the cases moved so far."""
    after = await move_next(office, now)
    while after is not None:
        after = await move_next(office, now, after)
    job = await latest(office.pool)
    return job.moved if job else 0


async def _stale(
    connection: Connection, job: Job, rulebook: Rulebook, after: Place | None
) -> list[asyncpg.Record]:
    """Open clocks that the notice may touch and that were computed with another calendar."""
    return await connection.fetch(
        """
        select id, case_id, due_at from clock
        where ended_at is null and (due_at, id) > ($1, $2) and calendar_version <> $3
        order by due_at, id limit $4
        """,
        *(after or (day_begins(job.from_on) - timedelta.resolution, 0)),
        rulebook.calendar.version,
        BATCH,
    )


@dataclass(slots=True)
class _Done:
    """What one batch did: numbers of cases moved, clocks marked, cases that could not be moved."""

    moved: list[str] = field(default_factory=list)
    marked: int = 0
    failed: list[str] = field(default_factory=list)


async def _move(
    connection: Connection, case_ids: set[int], job: Job, rulebook: Rulebook, now: datetime
) -> _Done:
    done = _Done()
    if not case_ids:
        return done
    inputs = {"notice": job.notice, "calendar": rulebook.calendar.version}
    moves: list[Move] = []
    marks: list[Running] = []
    for case in await record.load_many(connection, sorted(case_ids)):
        try:
            moved = move(case, "recalendar", actor=CLOCK, inputs=inputs, now=now, rulebook=rulebook)
        except Exception:
            # One case that nobody foresaw must not keep the city's deadlines from moving.
            log.exception("calendar: a case could not be moved", number=case.number)
            done.failed.append(case.number)
            continue
        if moved.event.changes:
            moves.append(moved)
        else:
            marks += record.changed(case.clocks, moved.after.clocks)
    if moves:
        written = await write_deadlines(connection, moves)
        done.moved = [moved.after.number for moved in moves if moved.before.id in written]
    if marks:
        await mark(connection, marks)
        done.marked = len(marks)
    return done


def _read(text: str | None) -> Job | None:
    return msgspec.json.decode(text, type=Job) if text else None


def _written(job: Job) -> str:
    return msgspec.json.encode(job).decode()
