"""When a text is answered by a text, and when silence is better.

The limits keep us from being used to bomb a number, to guess codes, or to talk with a machine
for ever. A withdrawal of consent (退订) is confirmed whatever they say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from dispatch.db import Connection
from dispatch.understanding import same_words
from hotline.messages import MessageState

A_MINUTE: Final = 1
AN_HOUR: Final = 5
A_DAY: Final = 20
MISSES_A_DAY: Final = 5
SHORTEST_NUMBER: Final = 7

# An answer that could not leave within this time answers a question long forgotten.
_STALE_AFTER: Final = timedelta(hours=6)
_NEUTRAL: Final = ("citizen/neutral", "citizen/help")


@dataclass(frozen=True, slots=True)
class Reply:
    """Which text, with what."""

    template: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sender:
    """A number, and what it has sent and got in the last day."""

    phone: str
    ours: bool
    known: bool
    repeats: bool
    misses: int
    in_minute: int
    in_hour: int
    in_day: int
    neutral_in_day: int


def may_reply(reply: Reply, sender: Sender) -> bool:
    """Whether this reply may go to this sender now."""
    if sender.ours or len(sender.phone.lstrip("+")) < SHORTEST_NUMBER:
        return False
    if reply.template == "citizen/stopped":
        return True
    if sender.repeats or sender.misses >= MISSES_A_DAY:
        return False
    if sender.in_minute >= A_MINUTE or sender.in_hour >= AN_HOUR or sender.in_day >= A_DAY:
        return False
    return sender.known or reply.template not in _NEUTRAL or sender.neutral_in_day == 0


async def sender_of(
    connection: Connection, row: asyncpg.Record, *, now: datetime, own_number: str
) -> Sender:
    """The sender of an inbound text that is being handled."""
    phone: str = row["phone"]
    (numbers,) = await connection.fetch(
        """
        select
          exists (select 1 from "case" c where c.requester_phone = $1) as known,
          (select count(*) from inbound_message i
            where i.phone = $1 and i.understood = 'miss' and i.handled_at > $4) as misses,
          count(*) filter (where m.created_at > $2::timestamptz - interval '1 minute') as in_minute,
          count(*) filter (where m.created_at > $2::timestamptz - interval '1 hour') as in_hour,
          count(*) as in_day,
          count(*) filter (where m.template = any($3)) as neutral_in_day
        from message m
        where m.phone = $1 and m.purpose = 'lookup' and m.created_at > $4
        """,
        phone,
        now,
        list(_NEUTRAL),
        now - timedelta(days=1),
    )
    answered = await connection.fetch(
        "select body from inbound_message where phone = $1 and reply_id is not null"
        " and handled_at > $2::timestamptz - interval '10 minutes'",
        phone,
        now,
    )
    words = same_words(row["body"])
    return Sender(
        phone=phone,
        ours=phone.lstrip("+") in (own_number, row["to"].lstrip("+")),
        repeats=any(same_words(earlier["body"]) == words for earlier in answered),
        **dict(numbers.items()),
    )


async def write_reply(
    connection: Connection,
    reply: Reply,
    *,
    inbound_id: int,
    phone: str,
    case_id: int | None,
    received_at: datetime,
    now: datetime,
) -> int:
    """Put the reply into the outbox; one for each inbound text."""
    key: int = await connection.fetchval(
        """
        insert into message (dedupe_key, channel, purpose, template, params, case_id, phone,
          state, next_at, created_at, not_after)
        values ($1, 'sms', 'lookup', $2, $3, $4, $5, $6, $7, $7, $8)
        returning id
        """,
        f"reply:{inbound_id}",
        reply.template,
        dict(reply.params),
        case_id,
        phone,
        MessageState.QUEUED.value,
        now,
        received_at + _STALE_AFTER,
    )
    return key
