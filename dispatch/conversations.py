"""Both sides of what was written between a number and the hotline, for the phone on the screen."""

import secrets
from datetime import datetime
from typing import Final

import msgspec

from dispatch.db import Pool
from dispatch.inbound import handle_waiting, receive
from dispatch.office import Office
from dispatch.outbox import deliver_waiting

MOST_TEXTS: Final = 60
_MOST_NUMBERS: Final = 12
# How far back the list of recent numbers looks, in texts.
_RECENT: Final = 300

TAKEN_FOR: Final = {
    "lookup": "查询进度",
    "miss": "查询，未匹配",
    "rating": "评价",
    "stop": "退订",
    "help": "帮助",
    "unclear": "未能识别",
    "failed": "处理出错",
    "malformed": "无法读取",
}
"""What an inbound text was understood as, in words."""


class Bubble(msgspec.Struct, frozen=True, kw_only=True):
    """One text. `ours` went out; of the others `understood` says what they were taken for."""

    id: int
    ours: bool
    body: str
    at: datetime
    parts: int
    understood: str
    answered: bool

    @property
    def taken_for(self) -> str:
        """What it was taken for; "" while it waits."""
        return TAKEN_FOR.get(self.understood, "")


async def conversation(pool: Pool, phone: str) -> list[Bubble]:
    """The newest texts between the hotline and an E.164 number, oldest first."""
    rows = await pool.fetch(
        """
        (select id, true as ours, body, coalesce(sent_at, created_at) as at, parts,
            '' as understood, true as answered
          from message where phone = $1 and channel = 'sms' and state in ('accepted', 'delivered')
          order by id desc limit $2)
        union all
        (select id, false, body, received_at, 0, understood, reply_id is not null
          from inbound_message where phone = $1 order by id desc limit $2)
        order by at desc, ours desc limit $2
        """,
        phone,
        MOST_TEXTS,
    )
    return [Bubble(**dict(row.items())) for row in reversed(rows)]


async def recent_numbers(pool: Pool) -> list[str]:
    """The numbers that lately got or sent a text, the newest first."""
    rows = await pool.fetch(
        """
        select phone from (
          (select phone, created_at as at from message
            where channel = 'sms' and state in ('accepted', 'delivered')
            order by id desc limit $1)
          union all
          (select phone, received_at from inbound_message
            where phone like '+%' order by id desc limit $1)) texts
        group by phone order by max(at) desc limit $2
        """,
        _RECENT,
        _MOST_NUMBERS,
    )
    return [row["phone"] for row in rows]


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a text to the simulated provider; `reply` is None where we stay silent."""

    id: int
    understood: str
    reply: str | None


async def text_the_hotline(
    office: Office,
    *,
    phone: str,
    body: str,
    now: datetime,
    to: str = "",
    provider_id: str = "",
) -> Exchange:
    """Send a text as a citizen through the simulated provider, and wait for the answer."""
    key = await receive(
        office,
        provider="sim",
        provider_id=provider_id or f"sim-{secrets.token_hex(12)}",
        phone=phone,
        to=to or office.settings.sms_number,
        body=body,
        received_at=now,
    )
    await handle_waiting(office, now)
    await deliver_waiting(office, now)
    row = await office.pool.fetchrow(
        "select i.id, i.understood, m.body as reply from inbound_message i"
        " left join message m on m.id = i.reply_id where i.id = $1",
        key,
    )
    return msgspec.convert(row and dict(row.items()), Exchange)
