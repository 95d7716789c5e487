"""Conversations as the agent's screen needs them: who is calling, and what I took today."""

from datetime import datetime

import msgspec

from dispatch.db import Pool
from dispatch.timelines import Earlier, earlier
from hotline.calendar import in_shanghai
from hotline.people import Actor

# As many as an agent can take in while somebody speaks.
_SHOWN = 8


class MyCall(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation of the agent's own day."""

    id: int
    at: datetime
    disposition: str
    subject: str
    case_number: str | None


async def caller_history(pool: Pool, actor: Actor, phone: str) -> Earlier:
    """What this number (E.164) asked before, newest first: cases and conversations."""
    async with pool.acquire() as connection:
        return await earlier(connection, actor, phone, limit=_SHOWN)


async def calls_today(
    pool: Pool, actor: Actor, *, now: datetime, most: int = _SHOWN
) -> list[MyCall]:
    """The agent's own conversations since midnight in Shanghai, newest first."""
    midnight = in_shanghai(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await pool.fetch(
        """
        select l.id, l.at, l.disposition, l.subject, c.number as case_number
        from call l left join "case" c on c.id = l.case_id
        where l.agent_id = $1 and l.at >= $2 order by l.id desc limit $3
        """,
        actor.staff_id,
        midnight,
        most,
    )
    return [MyCall(**dict(row.items())) for row in rows]
