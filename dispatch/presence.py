"""Who else has a case open: a courtesy, not a lock. Nothing of it enters the record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.db import Database
from hotline.people import Actor
from hotline.permissions import visible_cases

GONE_AFTER = timedelta(seconds=45)
"""Whoever was not seen for so long has left: three pings of a page that stands open."""

_MOST = 5


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else who has the case open, and since when."""

    staff_id: int
    name: str
    unit_id: int | None
    since: datetime


async def look_in(database: Database, actor: Actor, number: str, *, now: datetime) -> bool:
    """The actor has the case open now; False where they may not see it."""
    scope = visible_cases(actor, first=5)
    row = await database.fetchrow(
        f"""
        insert into presence as p (case_id, staff_id, since, seen_at)
        select c.id, $2, $3, $3 from "case" c where c.number = $1 and {scope.condition}
        on conflict (case_id, staff_id) do update set seen_at = excluded.seen_at,
          since = case when p.seen_at < $4 then excluded.since else p.since end
        returning case_id
        """,
        number,
        actor.staff_id,
        now,
        now - GONE_AFTER,
        *scope.values,
    )
    return row is not None


async def leave(database: Database, actor: Actor, number: str) -> None:
    """The actor has closed it."""
    await database.fetch(
        'delete from presence p using "case" c'
        " where c.number = $1 and p.case_id = c.id and p.staff_id = $2",
        number,
        actor.staff_id,
    )


async def colleagues(
    database: Database, actor: Actor, number: str, *, now: datetime
) -> list[Colleague]:
    """Who else has the case open, first come first; nobody for whom may not see the case."""
    scope = visible_cases(actor, first=4)
    rows = await database.fetch(
        f"""
        select p.staff_id, s.name, s.unit_id, p.since
        from "case" c join presence p on p.case_id = c.id join staff s on s.id = p.staff_id
        where c.number = $1 and p.staff_id <> $2 and p.seen_at > $3 and {scope.condition}
        order by p.since, p.staff_id limit {_MOST}
        """,
        number,
        actor.staff_id,
        now - GONE_AFTER,
        *scope.values,
    )
    return [Colleague(**dict(row.items())) for row in rows]


async def forget_the_gone(database: Database, *, now: datetime) -> None:
    """Rows of pages that were closed without a word."""
    await database.fetch("delete from presence where seen_at < $1", now - GONE_AFTER)
