"""The rulebook as it stands in the tables, read once and kept until somebody changes it.

Every change of units, categories, places, catalogue, limits or calendar writes a new `reference`
version into `published`; processes look at that one row at most every few seconds.
"""

import time
from datetime import date

from dispatch.db import Connection, Pool
from hotline.calendar import WorkingCalendar, calendar_in_file
from hotline.limit_changes import NewLimit
from hotline.rulebook import Entry, Line, Rulebook, UnitEntry

FRESH_SECONDS = 2.0


class Reference:
    """The current rulebook of one process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._rulebook: Rulebook | None = None
        self._looked_at = 0.0

    async def rulebook(self) -> Rulebook:
        """The rulebook, at most a few seconds old."""
        if self._rulebook and time.monotonic() - self._looked_at < FRESH_SECONDS:
            return self._rulebook
        async with self._pool.acquire() as connection:
            version = await connection.fetchval(
                "select value from published where name = 'reference'"
            )
            if self._rulebook is None or self._rulebook.version != version:
                self._rulebook = await read_rulebook(connection)
        self._looked_at = time.monotonic()
        return self._rulebook

    def forget(self) -> None:
        """Read again at the next question (after a change by this process)."""
        self._looked_at = 0.0


async def read_rulebook(connection: Connection) -> Rulebook:
    """The rulebook as the tables say now."""
    version = await connection.fetchval("select value from published where name = 'reference'")
    units = {
        row["id"]: UnitEntry(**dict(row))
        for row in await connection.fetch(
            "select id, code, name, short_name, kind, parent_id, active, countersigned"
            " from unit order by code"
        )
    }
    categories = {
        row["code"]: Entry(**dict(row))
        for row in await connection.fetch(
            "select code, parent, name, active from category order by code"
        )
    }
    places = {
        row["code"]: Entry(**dict(row))
        for row in await connection.fetch("select code, parent, name from place order by code")
    }
    catalogue = tuple(
        Line(**dict(row))
        for row in await connection.fetch(
            "select category, place, unit_id, valid_from, valid_until, basis"
            " from responsibility order by category, place, id"
        )
    )
    limit_changes = tuple(
        NewLimit(**dict(row))
        for row in await connection.fetch(
            'select id, kind, clock, branch, "limit", valid_from, basis, follows'
            " from limit_change where revoked_at is null order by id"
        )
    )
    return Rulebook(
        calendar=await read_calendar(connection),
        units=units,
        categories=categories,
        places=places,
        catalogue=catalogue,
        limit_changes=limit_changes,
        version=version or "",
    )


async def read_calendar(connection: Connection) -> WorkingCalendar:
    """The calendar of the tables; the packaged one where none was loaded yet."""
    rows = await connection.fetch("select day, day_kind, name from calendar_day order by day")
    horizon = await connection.fetchval(
        "select value from published where name = 'calendar_horizon'"
    )
    if not rows or not horizon:
        return calendar_in_file()
    return WorkingCalendar.from_rows(
        [(row["day"], row["day_kind"], row["name"]) for row in rows],
        first=rows[0]["day"].replace(month=1, day=1),
        horizon=date.fromisoformat(horizon),
    )


async def publish(connection: Connection, name: str = "reference", value: str = "") -> None:
    """Say to every process that a shared fact has changed; without a value, a new version."""
    await connection.execute(
        """
        insert into published (name, value) values ($1, coalesce(nullif($2, ''), uuidv7()::text))
        on conflict (name) do update set value = excluded.value, at = now()
        """,
        name,
        value,
    )
