"""What a member unit was told inside the system, newest first."""

from datetime import datetime

import msgspec

from dispatch import texts
from dispatch.db import Connection
from hotline.people import Actor

MOST_NOTICES = 15

# What asks the unit to hurry stands out.
_URGENT = frozenset({"unit/reminded", "unit/supervised", "unit/redo", "owed/breached"})


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One line; `number` is the case that it speaks of, `gone` where the unit has lost it."""

    id: int
    number: str
    text: str
    urgent: bool
    gone: bool
    at: datetime


async def notices(
    connection: Connection, actor: Actor, *, limit: int = MOST_NOTICES
) -> list[Notice]:
    """The newest notices to the actor's units. One statement.

    What speaks of a case that the units have lost since (改派) is left out, but for the news
    that they have.
    """
    rows = await connection.fetch(
        """
        select n.id, c.number, n.template, n.params, n.created_at
        from unnest($1::bigint[]) as u(id) cross join lateral (
          select m.* from message m
          where m.unit_id = u.id and m.channel = 'notice' and (
            m.template like 'former/%' or exists (
            select 1 from assignment a where a.case_id = m.case_id
              and a.unit_id = any($1) and a.withdrawn_at is null))
          order by m.id desc limit $2) n
        join "case" c on c.id = n.case_id
        order by n.id desc limit $2
        """,
        list(actor.unit_ids),
        limit,
    )
    return [
        Notice(
            id=row["id"],
            number=row["number"],
            text=texts.render(row["template"], row["params"]),
            urgent=row["template"] in _URGENT,
            gone=row["template"].startswith("former/"),
            at=row["created_at"],
        )
        for row in rows
    ]
