"""Texts that did not arrive: read by people, and sent again by their decision alone.

Nothing is resent by itself: a text of unknown fate may have arrived, and what a provider refused
for good is refused again until somebody has looked (a wrong number, an empty account).
"""

from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from dispatch.cursors import After, read_after
from dispatch.db import Connection, transaction
from dispatch.office import Office
from dispatch.once import first_time
from dispatch.record import TEXT_STALE_AFTER
from hotline.errors import Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.messages import MessageState
from hotline.people import Actor, Role
from hotline.wording import BadWording, clean_text

UNDELIVERED: Final = (MessageState.FAILED, MessageState.UNKNOWN, MessageState.EXPIRED)
# What has expired says something that is no longer so.
REPLAYABLE: Final = (MessageState.FAILED, MessageState.UNKNOWN)
PAGE: Final = 50
# As long as `Access.reason`.
LONGEST_NOTE: Final = 200

# A text sent again has the key of the first one with a count; whatever is sent again once more
# continues the count, so that each row can have one successor only.
_NEXT_KEY = """
    regexp_replace(m.dedupe_key, ':again:[0-9]+$', '') || ':again:'
      || coalesce(substring(m.dedupe_key from ':again:([0-9]+)$')::int, 0) + 1"""


class Undelivered(msgspec.Struct, frozen=True, kw_only=True):
    """One text that did not arrive. `phone` is E.164 and whole; `again` where it was sent again."""

    id: int
    template: str
    phone: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None
    number: str | None
    again: bool

    @property
    def replayable(self) -> bool:
        """Whether a person may still decide to send it again."""
        return self.state in REPLAYABLE and not self.again


class UndeliveredPage(msgspec.Struct, frozen=True):
    """Rows, newest first; `next_after` is None on the last page."""

    rows: list[Undelivered]
    next_after: str | None


async def undelivered(
    connection: Connection, *, state: str = "", after: str | None = None
) -> UndeliveredPage:
    """What did not arrive, of one state or of all. Raises Incomplete for a wrong `after`.

    Each state is read from its own end of the index: a page costs the same beside millions.
    """
    states = [one.value for one in UNDELIVERED if state in ("", one.value)]
    key = read_after(after, dated=False)
    rows = await connection.fetch(
        f"""
        select m.id, m.template, m.phone, m.state, m.attempts, m.error, m.created_at, m.sent_at,
          c.number, exists (select 1 from message r where r.dedupe_key = {_NEXT_KEY}) as again
        from (
          select n.* from unnest($1::text[]) as s(state) cross join lateral (
            select * from message
            where channel = 'sms' and state in ('failed', 'unknown', 'expired')
              and state = s.state and id < $2
            order by id desc limit $3) n
          order by n.id desc limit $3) m
        left join "case" c on c.id = m.case_id
        order by m.id desc
        """,
        states,
        key.id if key else 2**63 - 1,
        PAGE + 1,
    )
    found = [Undelivered(**dict(row.items())) for row in rows]
    more = len(found) > PAGE
    return UndeliveredPage(found[:PAGE], str(After(None, found[PAGE - 1].id)) if more else None)


async def replay(
    office: Office,
    message_id: int,
    *,
    actor: Actor,
    note: str,
    now: datetime,
    key: str | None = None,
) -> None:
    """Queue the text once more, as a new row with the reason in the log of access.

    Raises NotPermitted, Incomplete (`note`), NotFound, or NotAvailable where it may have arrived,
    says something stale, or was sent again before.
    """
    if not actor.has(Role.SUPERVISOR):
        raise NotPermitted("只有督办员可以决定重发短信。")
    try:
        reason = clean_text(note, field_label="说明", max_length=LONGEST_NOTE, required=True)
    except BadWording as refusal:
        raise Incomplete({"note": refusal.message}) from None
    async with transaction(office.pool) as connection:
        what = ("replay", message_id, reason)
        if not await first_time(connection, *what, actor=actor, key=key, now=now):
            return
        written = await _queued_again(connection, message_id, actor, reason, now)
        if written is None:
            raise await _refusal(connection, message_id)
    if written["number"]:
        office.bell.ring(written["number"])
    else:
        office.bell.wake()


async def _queued_again(
    connection: Connection, message_id: int, actor: Actor, reason: str, now: datetime
) -> asyncpg.Record | None:
    return await connection.fetchrow(
        f"""
        with again as (
          insert into message (dedupe_key, channel, purpose, template, params, case_id, unit_id,
            role, phone, state, next_at, not_after, created_at)
          select {_NEXT_KEY}, m.channel, m.purpose, m.template, m.params, m.case_id, m.unit_id,
            m.role, m.phone, 'queued', $2::timestamptz, $2::timestamptz + $3::interval,
            $2::timestamptz
          from message m where m.id = $1 and m.channel = 'sms' and m.state = any($4)
          on conflict (dedupe_key) do nothing returning id, case_id)
        , noted as (
          insert into access (at, staff_id, case_id, what, reason)
          select $2::timestamptz, $5, case_id, 'replay_text', $6 from again)
        select again.id, c.number from again left join "case" c on c.id = again.case_id
        """,
        message_id,
        now,
        TEXT_STALE_AFTER,
        [one.value for one in REPLAYABLE],
        actor.staff_id,
        reason,
    )


async def _refusal(connection: Connection, message_id: int) -> NotFound | NotAvailable:
    state = await connection.fetchval(
        "select state from message where id = $1 and channel = 'sms'", message_id
    )
    if state is None:
        return NotFound()
    if state in REPLAYABLE:
        return NotAvailable("这条短信已经重发过，请看重发的那一条。")
    return NotAvailable("这条短信现在不能重发：只有发送失败或结果不明的可以。")
