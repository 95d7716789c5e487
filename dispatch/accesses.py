"""Who read or revealed something protected: written down before it is shown."""

from datetime import datetime

from dispatch.db import Pool
from hotline.people import Actor


async def note_access(
    pool: Pool, *, actor: Actor, case_id: int | None, what: str, now: datetime, reason: str = ""
) -> None:
    """Write down that somebody read (`read_confidential`) or revealed (`reveal_phone`)."""
    await pool.execute(
        "insert into access (at, staff_id, case_id, what, reason) values ($1, $2, $3, $4, $5)",
        now,
        actor.staff_id,
        case_id,
        what,
        reason,
    )
