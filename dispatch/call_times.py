"""When a number was heard: its calls to us, and our attempts to call it back. Bounded reads."""

from dispatch.db import Connection
from hotline.calling import Heard

_LATEST = 20


async def call_times(connection: Connection, phone: str) -> list[Heard]:
    """The moments of the number's latest calls and callbacks (E.164), newest first. One statement.

    Only when, and whether somebody spoke: no reader learns from it what the calls were about.
    """
    if not phone:
        return []
    rows = await connection.fetch(
        """
        (select l.at, true as spoke from call l
          where l.phone = $1 and l.disposition <> 'silent' order by l.id desc limit $2)
        union all
        (select e.at, e.inputs->>'attempt' in ('answered', 'refused')
          from (select c.id from "case" c where c.requester_phone = $1
            order by c.id desc limit $2) k
          join event e on e.case_id = k.id and e.action = 'callback'
          where e.inputs->>'attempt' <> 'wrong_number'
          order by e.at desc limit $2)
        order by at desc
        """,
        phone,
        _LATEST,
    )
    return [Heard(row["at"], row["spoke"]) for row in rows]
