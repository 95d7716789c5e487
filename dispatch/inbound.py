"""Texts that come in: kept under the provider's id first, acted on afterwards.

A sender's number is a hint, not proof, and a text is read on lock screens: the answer to a
look-up is a coarse state and a day, for the number that the case knows or for its look-up code;
everybody else reads one neutral sentence that never says which part was wrong.
"""

import hashlib
import hmac
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog

from dispatch import record
from dispatch.db import Connection, transaction
from dispatch.office import Office
from dispatch.perform import perform_on
from dispatch.replies import Reply, Sender, may_reply, sender_of, write_reply
from dispatch.understanding import Help, Lookup, Meaning, Rating, Stop, Unclear, understand
from hotline.casefile import CaseFile
from hotline.errors import Refusal
from hotline.numbers import WrongPhone, normalise_phone
from hotline.people import CLOCK, citizen
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.telling import for_citizen
from hotline.vocabulary import LEVELS
from hotline.wording import without_invisible

_LONGEST_BODY: Final = 2000
_MOST_AT_ONCE: Final = 200

RATING_WITHIN: Final = timedelta(days=7)
RATING_CHANGES_WITHIN: Final = timedelta(hours=24)

log = structlog.get_logger()


async def receive(
    office: Office,
    *,
    provider: str,
    provider_id: str,
    phone: str,
    to: str,
    body: str,
    received_at: datetime,
) -> int:
    """Keep a text, once however often it is delivered; committed when this returns its id.

    Without an id of the provider's, sender, receiver, words and moment stand for it.
    """
    known_by = provider_id if 0 < len(provider_id) <= 80 else ""
    if not known_by:
        content = "|".join((provider_id, phone, to, body, received_at.isoformat()))
        known_by = hashlib.sha256(content.encode(errors="replace")).hexdigest()
    return await _keep(
        office,
        provider=provider,
        provider_id=known_by,
        phone=_spelling(phone),
        to=to,
        body=body,
        received_at=received_at,
    )


async def quarantine(office: Office, *, provider: str, raw: str, received_at: datetime) -> int:
    """Keep what a gateway delivered and nobody can read as a text: for people, not for answers."""
    return await _keep(
        office,
        provider=provider,
        provider_id=hashlib.sha256(raw.encode(errors="replace")).hexdigest(),
        phone="",
        to="",
        body=raw,
        received_at=received_at,
        understood="malformed",
    )


async def _keep(
    office: Office,
    *,
    provider: str,
    provider_id: str,
    phone: str,
    to: str,
    body: str,
    received_at: datetime,
    understood: str = "",
) -> int:
    key: int = await office.pool.fetchval(
        """
        with kept as (
          insert into inbound_message
            (provider, provider_id, phone, "to", body, received_at, understood)
          values ($1, $2, $3, $4, $5, $6, $7)
          on conflict (provider, provider_id) do nothing returning id)
        select id from kept union all
        select id from inbound_message where provider = $1 and provider_id = $2 limit 1
        """,
        provider,
        without_invisible(provider_id),
        phone,
        without_invisible(to)[:20],
        without_invisible(body)[:_LONGEST_BODY],
        received_at,
        understood,
    )
    return key


def _spelling(phone: str) -> str:
    try:
        return normalise_phone(phone)
    except WrongPhone:
        return without_invisible(phone).strip()[:20]


async def handle_waiting(office: Office, now: datetime, *, most: int = _MOST_AT_ONCE) -> int:
    """Act on the texts that wait; gives how many. Safe with several workers and at any time."""
    handled = 0
    while handled < most and await _handle_next(office, now):
        handled += 1
    return handled


@dataclass(frozen=True, slots=True)
class _Done:
    """What a text was taken for, and what follows."""

    understood: str
    case: CaseFile | None = None
    reply: Reply | None = None
    changed: bool = False


async def _handle_next(office: Office, now: datetime) -> bool:
    """The oldest text that waits, whose sender has no older one waiting: all or nothing."""
    rulebook = await office.rulebook()
    row: asyncpg.Record | None = None
    try:
        async with transaction(office.pool) as connection:
            row = await connection.fetchrow(
                """
                select i.id, i.phone, i."to", i.body, i.received_at from inbound_message i
                where i.understood = '' and not exists (
                  select 1 from inbound_message e
                  where e.understood = '' and e.phone = i.phone and e.id < i.id)
                order by i.id limit 1 for update of i skip locked
                """
            )
            if row is None:
                return False
            done = await _act(connection, row, office=office, now=now, rulebook=rulebook)
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
        raise
    except Exception as fault:
        if row is None:
            raise
        # One text that trips us must not keep the others waiting; it stays for people to see.
        # The message and the locals of a fault may quote the text; the place never does.
        frames = traceback.extract_tb(fault.__traceback__)[-4:]
        where = " > ".join(f"{frame.filename}:{frame.lineno}" for frame in frames)
        log.error(
            "inbound: not handled", inbound=row["id"], error=type(fault).__name__, where=where
        )
        await office.pool.execute(
            "update inbound_message set understood = 'failed', handled_at = $2"
            " where id = $1 and understood = ''",
            row["id"],
            now,
        )
        return True
    if done.changed and done.case:
        office.bell.ring(done.case.number)
    if done.reply:
        office.bell.wake()
    return True


async def _act(
    connection: Connection,
    row: asyncpg.Record,
    *,
    office: Office,
    now: datetime,
    rulebook: Rulebook,
) -> _Done:
    sender = await sender_of(connection, row, now=now, own_number=office.settings.sms_number)
    done = await _answer(connection, understand(row["body"]), sender, now=now, rulebook=rulebook)
    reply_id: int | None = None
    if done.reply and may_reply(done.reply, sender):
        reply_id = await write_reply(
            connection,
            done.reply,
            inbound_id=row["id"],
            phone=sender.phone,
            case_id=done.case.id if done.case else None,
            received_at=row["received_at"],
            now=now,
        )
    await connection.execute(
        "update inbound_message set understood = $2, case_id = $3, reply_id = $4, handled_at = $5"
        " where id = $1",
        row["id"],
        done.understood,
        done.case.id if done.case else None,
        reply_id,
        now,
    )
    return done


async def _answer(
    connection: Connection,
    meaning: Meaning,
    sender: Sender,
    *,
    now: datetime,
    rulebook: Rulebook,
) -> _Done:
    match meaning:
        case Stop():
            return await _stop(connection, sender, now=now)
        case Lookup():
            return await _look_up(connection, meaning, sender)
        case Rating():
            return await _rate(connection, meaning, sender, now=now, rulebook=rulebook)
        case Help():
            return _Done("help", reply=Reply("citizen/help"))
        case Unclear():
            return _Done("unclear", reply=Reply("citizen/help"))


async def _stop(connection: Connection, sender: Sender, *, now: datetime) -> _Done:
    """Noted whatever the limits say, and confirmed once."""
    new = await connection.fetchval(
        "insert into opt_out (phone, at) values ($1, $2) on conflict do nothing returning phone",
        sender.phone,
        now,
    )
    return _Done("stop", reply=Reply("citizen/stopped") if new else None)


async def _look_up(connection: Connection, asked: Lookup, sender: Sender) -> _Done:
    # Number or code is the permission here, and is compared before anything is said.
    case = await record.load(connection, asked.number, CLOCK)
    if case is None or not _entitled(case, asked, sender):
        return _Done("miss", reply=Reply("citizen/neutral"))
    known = for_citizen(case, procedure(case.kind))
    del known["lookup_code"]
    return _Done("lookup", case, Reply("citizen/status", known))


def _entitled(case: CaseFile, asked: Lookup, sender: Sender) -> bool:
    by_code = hmac.compare_digest(case.lookup_code, asked.code)
    return by_code or (bool(sender.phone) and case.requester_phone == sender.phone)


async def _rate(
    connection: Connection,
    given: Rating,
    sender: Sender,
    *,
    now: datetime,
    rulebook: Rulebook,
) -> _Done:
    """Belongs to the last question that was sent to this number, while it is fresh."""
    question = await connection.fetchrow(
        """
        select c.number, (
          select min(e.at) from event e where e.case_id = c.id and e.action = 'rate'
            and e.at >= m.created_at) as first_rated_at
        from message m join "case" c on c.id = m.case_id
        where m.phone = $1 and m.purpose = 'rating' and m.sent_at > $2
        order by m.id desc limit 1
        """,
        sender.phone,
        now - RATING_WITHIN,
    )
    none_open = _Done("unclear", reply=Reply("citizen/help"))
    if question is None:
        return none_open
    first = question["first_rated_at"]
    if first and now - first > RATING_CHANGES_WITHIN:
        return none_open
    inputs = {"rating": given.level, "note": given.note}
    try:
        outcome = await perform_on(
            connection,
            question["number"],
            "rate",
            actor=citizen(sender.phone),
            inputs=inputs,
            now=now,
            rulebook=rulebook,
        )
    except Refusal:
        # The case is being redone, or is no longer this number's: nothing to be rated now.
        return none_open
    said = {"number": outcome.case.number, "level": LEVELS[given.level]}
    return _Done("rating", outcome.case, Reply("citizen/rated", said), changed=True)
