"""The views that a person saved of a list: kept by person, found in one statement."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.db import Connection
from dispatch.once import first_time
from hotline.desk_tables import MOST_VIEWS
from hotline.errors import Incomplete, NotFound
from hotline.people import Actor


@dataclass(frozen=True, slots=True)
class View:
    """One view; `opens` where the page begins with it."""

    id: int
    name: str
    address: str
    opens: bool


async def views_of(connection: Connection, actor: Actor, page: str) -> list[View]:
    """The person's views of the page (its path), oldest first."""
    rows = await connection.fetch(
        "select id, name, address, opens from saved_view"
        " where staff_id = $1 and page = $2 order by id",
        actor.staff_id,
        page,
    )
    return [View(**dict(row.items())) for row in rows]


async def save_view(
    connection: Connection,
    actor: Actor,
    *,
    page: str,
    name: str,
    address: str,
    opens: bool,
    now: datetime,
) -> None:
    """Keep it; the same name takes the place of the old one. Raises Incomplete when full."""
    kept = await connection.fetchval(
        "select count(*) from saved_view where staff_id = $1 and not (page = $2 and name = $3)",
        actor.staff_id,
        page,
        name,
    )
    if kept >= MOST_VIEWS:
        raise Incomplete({"name": f"最多保存{MOST_VIEWS}个视图，请先删除不用的"})
    row = await connection.fetchrow(
        """
        insert into saved_view (staff_id, page, name, address, at) values ($1, $2, $3, $4, $5)
        on conflict (staff_id, page, name)
        do update set address = excluded.address, at = excluded.at
        returning id
        """,
        actor.staff_id,
        page,
        name,
        address,
        now,
    )
    if opens and row is not None:
        await open_with(connection, actor, row["id"], opens=True)


async def open_with(connection: Connection, actor: Actor, view_id: int, *, opens: bool) -> str:
    """The page opens with this view from now on, or no longer; gives the view's address.

    Raises NotFound for what is not one's own.
    """
    row = await connection.fetchrow(
        """
        update saved_view v set opens = v.id = $2 and $3
        from saved_view chosen
        where chosen.id = $2 and chosen.staff_id = $1
          and v.staff_id = $1 and v.page = chosen.page and (v.opens or v.id = $2)
        returning chosen.address
        """,
        actor.staff_id,
        view_id,
        opens,
    )
    if row is None:
        raise NotFound
    return str(row["address"])


async def remove_view(
    connection: Connection, actor: Actor, view_id: int, *, now: datetime, key: str | None = None
) -> str | None:
    """Remove it; gives its page, or None for the same form once more.

    Raises NotFound for what is not one's own.
    """
    if not await first_time(connection, "remove view", view_id, actor=actor, key=key, now=now):
        return None
    page = await connection.fetchval(
        "delete from saved_view where id = $2 and staff_id = $1 returning page",
        actor.staff_id,
        view_id,
    )
    if page is None:
        raise NotFound
    return str(page)
