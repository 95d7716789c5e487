"""Carries the texts that wait to the provider, and never the same one twice.

A text is marked `sending`, committed, and only then handed over. Whoever dies in between leaves
it `sending`, which becomes `unknown` and waits for a receipt or for a person: sent again is only
what the provider surely does not have. Any number of workers may do this at once.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from jinja2 import TemplateError

from dispatch.db import Pool, affected
from dispatch.office import Office
from dispatch.sms import open_provider
from dispatch.sms.provider import (
    Accepted,
    OutSms,
    Rejected,
    SendResult,
    SmsProvider,
    Throttled,
    Unknown,
)
from dispatch.sms.sim import Sim
from dispatch.texts import render
from dispatch.wordings import in_force
from hotline.calendar import in_shanghai
from hotline.messages import MessageState
from hotline.numbers import is_mobile
from hotline.settings import Settings
from hotline.sms_parts import TooLong, parts

AT_ONCE: Final = 20
_BATCHES: Final = 10

BACK_OFF: Final = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
"""Before the second, third, fourth and fifth try; after that the text has failed."""

SENDING_AT_MOST: Final = timedelta(minutes=2)
RECEIPT_AT_MOST: Final = timedelta(minutes=10)

log = structlog.get_logger()


async def deliver_waiting(
    office: Office, now: datetime, *, provider: SmsProvider | None = None
) -> int:
    """Hand over the texts that are due at `now`; gives how many were taken in hand.

    At most a few hundred in one call: the rest is due at once at the next.
    """
    await _give_up_on_the_lost(office.pool, now)
    name = provider.name if provider else office.settings.sms_provider
    questions = name == Sim.name or not quiet(office.settings, now)
    waiting = await _take(office.pool, now, questions=questions)
    if not waiting:
        return 0
    if provider:
        return await _deliver(office, now, waiting, provider, questions=questions)
    async with open_provider(office.settings) as opened:
        return await _deliver(office, now, waiting, opened, questions=questions)


def quiet(settings: Settings, now: datetime) -> bool:
    """Whether people are left in peace now: questions wait, what they must know does not."""
    if settings.quiet_hours is None:
        return False
    begins, ends = settings.quiet_hours
    here = in_shanghai(now).time()
    return begins <= here < ends if begins <= ends else here >= begins or here < ends


async def _deliver(
    office: Office,
    now: datetime,
    waiting: list["_Waiting"],
    provider: SmsProvider,
    *,
    questions: bool,
) -> int:
    count = 0
    for _ in range(_BATCHES):
        count += len(waiting)
        await asyncio.gather(*(_deliver_one(office, now, text, provider) for text in waiting))
        if len(waiting) < AT_ONCE or not (
            waiting := await _take(office.pool, now, questions=questions)
        ):
            break
    return count


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A text taken in hand: nobody else has it now."""

    id: int
    template: str
    params: Mapping[str, Any]
    purpose: str
    phone: str
    attempts: int
    not_after: datetime | None
    opted_out: bool
    wording: str


async def _take(pool: Pool, now: datetime, *, questions: bool) -> list[_Waiting]:
    """Mark the next texts, with or without `questions`, as `sending`: committed on return."""
    rows = await pool.fetch(
        f"""
        with due as (
          select id from message
          where next_at <= $1 and state = 'queued' and channel = 'sms'
            and ($4 or purpose <> 'rating')
          order by next_at, id limit $2 for update skip locked)
        update message m
        set state = 'sending', attempts = attempts + 1, next_at = $3, error = ''
        from due where m.id = due.id
        returning m.id, m.template, m.params, m.purpose, m.phone, m.attempts, m.not_after,
          exists (select 1 from opt_out o where o.phone = m.phone) as opted_out,
          {in_force("m.template", "$5")} as wording
        """,
        now,
        AT_ONCE,
        now + SENDING_AT_MOST,
        questions,
        in_shanghai(now).date(),
    )
    return sorted((_Waiting(**dict(row)) for row in rows), key=lambda text: text.id)


async def _give_up_on_the_lost(pool: Pool, now: datetime) -> None:
    """What was `sending` for too long is `unknown`; without a receipt it is left to a person."""
    await pool.execute(
        """
        with due as (
          select id from message
          where next_at <= $1 and state in ('sending', 'unknown') for update skip locked)
        update message m set
          state = 'unknown',
          next_at = case when m.state = 'sending' then $1 + $2::interval end,
          error = case when m.state = 'sending' then '发送时中断，是否发出不明，等待回执'
            else '未收到回执，是否发出不明，请人工核实后再决定是否重发' end
        from due where m.id = due.id
        """,
        now,
        RECEIPT_AT_MOST,
    )


async def _deliver_one(
    office: Office, now: datetime, text: _Waiting, provider: SmsProvider
) -> None:
    fate: _Fate
    body, part_count = "", 0
    if why := _not_to_be_sent(text, now):
        fate = why
    else:
        try:
            said = render(text.template, text.params, body=text.wording)
            body = f"【{office.settings.sms_signature}】{said}"
            part_count = parts(body)
        except (TemplateError, TooLong, ValueError, TypeError) as fault:
            log.error("outbox: no text", message=text.id, template=text.template, error=str(fault))
            fate = _Fate(MessageState.FAILED, error=str(fault))
        else:
            result = await provider.send(OutSms(text.id, text.phone, body))
            fate = _fate(result, text.attempts, now)
    await _note(office.pool, text, fate, provider=provider.name, body=body, parts=part_count)


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of one try."""

    state: MessageState
    next_at: datetime | None = None
    error: str = ""
    provider_id: str = ""
    sent_at: datetime | None = None
    counts: bool = True


def _not_to_be_sent(text: _Waiting, now: datetime) -> _Fate | None:
    if text.not_after and now > text.not_after:
        return _Fate(MessageState.EXPIRED, error="超过有效时间，不再发送")
    if not is_mobile(text.phone):
        return _Fate(MessageState.SUPPRESSED, error="不是手机号码，收不到短信")
    if text.purpose == "rating" and text.opted_out:
        return _Fate(MessageState.SUPPRESSED, error="对方已退订评价短信")
    return None


def _fate(result: SendResult, attempts: int, now: datetime) -> _Fate:
    match result:
        case Accepted(provider_id):
            return _Fate(MessageState.ACCEPTED, provider_id=provider_id, sent_at=now)
        case Throttled(after):
            return _Fate(MessageState.QUEUED, now + after, "通道繁忙，稍后再发", counts=False)
        case Unknown(why):
            return _Fate(MessageState.UNKNOWN, now + RECEIPT_AT_MOST, why, sent_at=now)
        case Rejected(why, permanent):
            if permanent or attempts > len(BACK_OFF):
                return _Fate(MessageState.FAILED, error=why)
            return _Fate(MessageState.QUEUED, now + BACK_OFF[attempts - 1], why)


async def _note(
    pool: Pool, text: _Waiting, fate: _Fate, *, provider: str, body: str, parts: int
) -> None:
    """Write down this try; a receipt that was faster keeps its word on the fate."""
    await pool.execute(
        """
        update message m set
          provider = $6, provider_id = $7, body = $8, parts = $9, attempts = $10,
          state = case when open then $2::text else state end,
          next_at = case when open then $3::timestamptz end,
          error = case when open then left($4, 200) else error end,
          sent_at = case when open then $5::timestamptz else sent_at end
        from (select id as key, state in ('sending', 'unknown') as open
          from message where id = $1 for update) now
        where m.id = now.key
        """,
        text.id,
        fate.state.value,
        fate.next_at,
        fate.error,
        fate.sent_at,
        provider,
        fate.provider_id,
        body,
        parts,
        text.attempts if fate.counts else text.attempts - 1,
    )


# Which states a receipt may replace: receipts come late, twice and in any order.
_BEFORE: Final[Mapping[MessageState, tuple[str, ...]]] = {
    MessageState.ACCEPTED: ("sending", "unknown"),
    MessageState.DELIVERED: ("sending", "unknown", "accepted"),
    MessageState.FAILED: ("sending", "unknown", "accepted"),
    MessageState.EXPIRED: ("sending", "unknown", "accepted"),
}


async def note_receipt(
    pool: Pool,
    message_id: int,
    state: MessageState,
    *,
    provider: str,
    now: datetime,
    error: str = "",
) -> bool:
    """The provider's word on one text; False where it says nothing new, or of no text of ours."""
    status = await pool.execute(
        """
        update message set state = $2::text, next_at = null, error = left($3, 200), provider = $4,
          sent_at = coalesce(sent_at, $5),
          delivered_at = case when $2::text = 'delivered' then $5 else delivered_at end
        where id = $1 and channel = 'sms' and provider in ('', $4) and state = any($6)
        """,
        message_id,
        state.value,
        error,
        provider,
        now,
        list(_BEFORE[state]),
    )
    return affected(status) > 0
