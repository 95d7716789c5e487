"""The moving of open deadlines after a notice was loaded: in the background, batch by batch.

What is to be done stands in one row of `published`, written with the notice. A batch locks that
row, so that one worker moves at a time, and writes its cases and the count together: after a
kill the next worker goes on where the last commit was. A clock is done when it carries the
version of the calendar in force, so nothing is moved twice.
"""

from datetime import date, datetime, timedelta

import asyncpg
import msgspec
import structlog

from dispatch.db import Connection, Pool, transaction
from dispatch.horizon import day_begins
from dispatch.moving import SETTLED_AFTER, move_cases
from dispatch.office import Office
from dispatch.reference import publish
from hotline.rulebook import Rulebook

NAME = "recalendar"
BATCH = 500

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
            inputs = {"notice": job.notice, "calendar": rulebook.calendar.version}
            case_ids = {row["case_id"] for row in clocks}
            done = await move_cases(
                connection, case_ids, "recalendar", inputs, rulebook=rulebook, now=now
            )
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


def _read(text: str | None) -> Job | None:
    return msgspec.json.decode(text, type=Job) if text else None


def _written(job: Job) -> str:
    return msgspec.json.encode(job).decode()
