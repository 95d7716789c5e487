"""Who works in a unit and those below it, for choosing a colleague by name."""

import msgspec

from dispatch.db import Connection
from hotline.people import UNIT_ROLES, Actor

MOST_NAMED = 200


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One colleague: `unit` is the name of the own unit."""

    sign_in: str
    name: str
    unit: str


async def colleagues(connection: Connection, actor: Actor) -> list[Known]:
    """Those who may act for the actor's units, without the actor, by unit and name."""
    rows = await connection.fetch(
        """
        select s.sign_in, s.name, coalesce(nullif(u.short_name, ''), u.name) as unit
        from staff s join unit u on u.id = s.unit_id
        where s.active and s.unit_id = any($1::bigint[]) and s.roles && $2::varchar[]
          and s.id <> $3
        order by u.id, s.name limit $4
        """,
        list(actor.unit_ids),
        sorted(UNIT_ROLES),
        actor.staff_id,
        MOST_NAMED,
    )
    return [Known(**dict(row.items())) for row in rows]
