"""交接班: the note of one shift, shown to the next until it is read."""

from datetime import datetime, timedelta

import msgspec

from dispatch.db import transaction
from dispatch.drafts import forget_draft
from dispatch.office import Office
from dispatch.once import first_time
from hotline.errors import Incomplete, NotPermitted
from hotline.handovers import LONGEST_NOTE
from hotline.people import Actor
from hotline.wording import BadWording, clean_text

# Who comes back later than this learns it from colleagues.
SHOWN_FOR = timedelta(days=3)
_MOST = 5


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A note as a colleague reads it."""

    id: int
    at: datetime
    note: str
    author: str
    readers: int = 0


async def unread_notes(office: Office, actor: Actor, *, now: datetime) -> list[Note]:
    """What colleagues of the own unit left since, that this person has not marked as read."""
    rows = await office.pool.fetch(
        """
        select h.id, h.at, h.note, s.name as author
        from handover_note h join staff s on s.id = h.staff_id
        where h.unit_id = $1 and h.staff_id <> $2 and h.at > $3
          and not exists (select from handover_read r where r.note_id = h.id and r.staff_id = $2)
        order by h.id limit $4
        """,
        actor.unit_id,
        actor.staff_id,
        now - SHOWN_FOR,
        _MOST,
    )
    return [Note(**dict(row)) for row in rows]


async def own_notes(office: Office, actor: Actor, *, now: datetime) -> list[Note]:
    """What this person left lately, and how many have read it."""
    rows = await office.pool.fetch(
        """
        select h.id, h.at, h.note, s.name as author,
          (select count(*)::int from handover_read r where r.note_id = h.id) as readers
        from handover_note h join staff s on s.id = h.staff_id
        where h.unit_id = $1 and h.staff_id = $2 and h.at > $3 order by h.id desc limit $4
        """,
        actor.unit_id,
        actor.staff_id,
        now - SHOWN_FOR,
        _MOST,
    )
    return [Note(**dict(row)) for row in rows]


async def leave_note(
    office: Office, text: str, *, actor: Actor, now: datetime, key: str | None = None
) -> None:
    """Leave a note for the next shift; its draft goes with it. Raises Incomplete."""
    if actor.unit_id is None:
        raise NotPermitted("没有所属单位，不能交接班。")
    try:
        note = clean_text(text, field_label="交接事项", max_length=LONGEST_NOTE)
    except BadWording as wrong:
        raise Incomplete({"note": wrong.message}) from None
    async with transaction(office.pool) as connection:
        if not await first_time(connection, "handover", note, actor=actor, key=key, now=now):
            return
        await connection.execute(
            "insert into handover_note (unit_id, staff_id, at, note) values ($1, $2, $3, $4)",
            actor.unit_id,
            actor.staff_id,
            now,
            note,
        )
        await forget_draft(connection, "handover", actor=actor)


async def mark_read(office: Office, note_id: int, *, actor: Actor, now: datetime) -> None:
    """Not to be shown to this person again."""
    await office.pool.execute(
        "insert into handover_read (note_id, staff_id, at)"
        " select id, $2, $3 from handover_note where id = $1 and unit_id = $4"
        " on conflict do nothing",
        note_id,
        actor.staff_id,
        now,
        actor.unit_id,
    )
