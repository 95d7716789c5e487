"""A notice of holidays: what it would move, shown before; its days written down; then the moving.

`preview` and `dispatch.recalendar` find a deadline by the same function of the same facts, so
what was shown is what happens. Nothing is written before `load`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from dispatch import recalendar
from dispatch.db import Connection, Pool, transaction
from dispatch.horizon import day_begins
from dispatch.moving import MOST_ROWS, Moving, moving
from dispatch.office import Office
from dispatch.preparing import load_calendar
from dispatch.reference import publish, read_calendar
from dispatch.registry.changes import change_of_register, record
from hotline.calendar import Override, WorkingCalendar, in_shanghai
from hotline.casefile import ClockExtension, ClockStop
from hotline.clocks import Due, Limit, due_with_stops, extended
from hotline.errors import Conflict
from hotline.holiday_notice import KIND_WORDS, Notice
from hotline.people import Actor, Role

SUBJECT = "工作日历"
BATCH = 1000


@dataclass(slots=True)
class Preview:
    """What loading the notice would do. `base` is the version of the calendar it starts from."""

    notice: Notice
    base: str
    changed: tuple[Override, ...]
    horizon: date
    moved: int = 0
    settled: int = 0
    rows: list[Moving] = field(default_factory=list)


async def preview(
    office: Office, notice: Notice, *, calendar: WorkingCalendar, most: int = MOST_ROWS
) -> Preview:
    """What would move: all of it counted, the first rows shown, nearest deadline first."""
    new = notice.applied_to(calendar)
    found = Preview(notice, calendar.version, notice.changed(calendar), new.horizon)
    from_on = notice.touches_from(calendar)
    if from_on is None:
        return found
    rulebook = await office.rulebook()
    again = _Deadlines(new)
    async for rows in _open_clocks(office.pool, from_on):
        for row in rows:
            due = again.of(row)
            found.settled += row["provisional"] and not due.provisional
            if due.due_at != row["due_at"]:
                found.moved += 1
                if len(found.rows) < most:
                    found.rows.append(moving(row, due.due_at, rulebook))
        # Others who are served by this process get their turn.
        await asyncio.sleep(0)
    return found


async def current_calendar(office: Office) -> WorkingCalendar:
    """The calendar as the tables say now, not as this process last read it."""
    async with office.pool.acquire() as connection:
        return await read_calendar(connection)


async def load(
    office: Office, notice: Notice, *, actor: Actor, now: datetime, seen: str | None = None
) -> bool:
    """Write the notice's days, publish them, and set the moving of deadlines going.

    False where the calendar says all of it already. Raises NotPermitted for anybody but an
    administrator, and Conflict where the calendar is no longer the one of the preview (`seen`).
    """
    async with transaction(office.pool) as connection:
        await load_calendar(connection)
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        calendar = await read_calendar(connection)
        new = notice.applied_to(calendar)
        if new.version == calendar.version:
            return False
        if seen and seen != calendar.version:
            raise Conflict("预览之后日历又有变动，请重新预览后再确认。", version=0)
        await connection.executemany(
            "insert into calendar_day (day, day_kind, name) values ($1, $2, $3)"
            " on conflict (day) do update"
            " set day_kind = excluded.day_kind, name = excluded.name",
            [tuple(day) for day in notice.days],
        )
        await publish(connection, "calendar_horizon", new.horizon.isoformat())
        await _note(connection, notice, calendar, new, actor)
        from_on = notice.touches_from(calendar)
        if from_on is not None:
            await recalendar.set_going(
                connection, notice=notice.title, version=new.version, from_on=from_on, now=now
            )
    office.bell.wake()
    return True


async def _note(
    connection: Connection,
    notice: Notice,
    before: WorkingCalendar,
    after: WorkingCalendar,
    actor: Actor,
) -> None:
    changed = notice.changed(before)
    was = [day for one in changed if (day := before.overrides.get(one.on))]
    await record(
        connection,
        actor=actor,
        subject=f"{SUBJECT} {notice.year}年",
        action="载入",
        before={"公布至": before.horizon.isoformat(), "改写的日子": spans(was)},
        after={
            "通知": notice.title,
            "公布至": after.horizon.isoformat(),
            "改写的日子": spans(changed),
        },
    )


def spans(days: Iterable[Override]) -> str:
    """Days in words, neighbours of one kind and name together: 2027-02-05至2027-02-13休（春节）."""
    groups: list[list[Override]] = []
    ordered = sorted(days)
    for earlier, day in zip([None, *ordered], ordered, strict=False):
        follows = (
            earlier is not None
            and (day.on - earlier.on).days == 1
            and (day.kind, day.name) == (earlier.kind, earlier.name)
        )
        if follows:
            groups[-1].append(day)
        else:
            groups.append([day])
    return "；".join(
        f"{group[0].on}{f'至{group[-1].on}' if len(group) > 1 else ''}"
        f"{KIND_WORDS[group[0].kind]}（{group[0].name}）"
        for group in groups
    )


async def _open_clocks(pool: Pool, from_on: date) -> AsyncIterator[list[Any]]:
    """Open clocks that end on the day or later, batch by batch."""
    after: tuple[datetime, int] = day_begins(from_on), 0
    while True:
        rows = await pool.fetch(
            """
            select k.id, k.name, k."limit", k.started_at, k.due_at, k.provisional, k.owed_by,
              k.unit_id, k.extensions::text, k.stops::text, c.number, c.kind
            from clock k join "case" c on c.id = k.case_id
            where k.ended_at is null and (k.due_at, k.id) >= ($1, $2)
            order by k.due_at, k.id limit $3
            """,
            *after,
            BATCH,
        )
        yield rows
        if len(rows) < BATCH:
            return
        after = rows[-1]["due_at"], rows[-1]["id"] + 1


class _Deadlines:
    """Deadlines in one calendar; clocks that started alike are computed once."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._known: dict[tuple[Any, ...], Due] = {}

    def of(self, row: Any) -> Due:
        """When the clock of the row ends in this calendar."""
        limit = Limit.parse(row["limit"])
        start: datetime = in_shanghai(row["started_at"])
        facts = row["limit"], row["extensions"], row["stops"]
        key = (*facts, start.date() if limit.in_days else start)
        due = self._known.get(key)
        if due is None:
            granted = msgspec.json.decode(row["extensions"], type=list[ClockExtension])
            stops = msgspec.json.decode(row["stops"], type=list[ClockStop])
            full = extended(limit, *(Limit.parse(one.limit) for one in granted))
            due = due_with_stops(full, start, [stop.rest for stop in stops], self._calendar)
            if len(self._known) < BATCH * 10:
                self._known[key] = due
        return due
