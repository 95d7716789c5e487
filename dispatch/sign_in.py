"""Who is at the door: passwords, sessions of browsers, and the bearer tokens of other systems."""

import asyncio
import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatch.office import Office
from hotline.errors import NotPermitted, TooMany
from hotline.numbers import new_secret_token
from hotline.people import Actor
from hotline.permissions import roles_text
from hotline.rulebook import Rulebook

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
LOCK_AFTER = 5
LOCKED_FOR = timedelta(minutes=5)
LONGEST_PASSWORD = 200

DEMO_PASSWORD = "demo-12345"
"""Of every invented account: published, so no other account may have it."""

# Whether the name, the password or a lock was the reason is told to nobody.
WRONG = f"登录名或密码不正确。同一登录名连续输错 {LOCK_AFTER} 次，将锁定 5 分钟。"

# How long a process trusts what it read about somebody: a revoked person is out within it.
_TRUST_SECONDS = 3.0
_MOST_KNOWN = 5000
_TOUCH_EVERY = timedelta(minutes=1)

# 19 MiB and two passes (OWASP Password Storage Cheat Sheet): two at once stay under 40 MiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_VERIFYING = 2
_NOBODY = _HASHER.hash(new_secret_token())


def hash_password(password: str) -> str:
    """The argon2id hash to keep; takes some 30 ms, so call it in a thread."""
    return _HASHER.hash(password)


def digest_of(token: str) -> bytes:
    """What is kept of a token (32 bytes)."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Presence:
    """A person known by a cookie or a token. `csrf` is "" for a token, which needs none."""

    actor: Actor
    csrf: str = ""


class SignedIn(NamedTuple):
    """A new session's token, and the language that the person chose ("" before a choice)."""

    token: str
    language: str


@dataclass(slots=True)
class _Known:
    presence: Presence | None
    until: float
    seen_at: datetime | None
    rulebook: Rulebook


class Entrance:
    """Sign-in, sign-out, and the answer to "who is this?" for one process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: dict[bytes, _Known] = {}
        self._verifying = asyncio.Semaphore(_VERIFYING)

    async def sign_in(self, name: str, password: str, *, now: datetime) -> SignedIn:
        """A new session. Raises NotPermitted where name or password are wrong, TooMany
        where too many people sign in at once.

        An attempt is counted before the password is looked at, so that guesses sent side by
        side can't outrun the lock.
        """
        row = await self._claim_attempt(name.strip()[:50], now)
        right = await self._verified(row["password_hash"] if row else _NOBODY, password)
        if row is None or not right or (row["demo"] and not self._office.settings.demo_passwords):
            raise NotPermitted(WRONG)
        token = new_secret_token()
        await self._office.pool.execute(
            """
            with opened as (update staff set failed_sign_ins = 0, locked_until = null where id = $1)
            , stale as (delete from session where staff_id = $1 and expires_at < $3)
            insert into session (digest, staff_id, created_at, seen_at, expires_at)
            values ($2, $1, $3, $3, $4)
            """,
            row["id"],
            digest_of(token),
            now,
            now + LONGEST,
        )
        return SignedIn(token, row["language"])

    async def knows(self, name: str, password: str, *, now: datetime) -> bool:
        """Whether this is the account's password, counted as an attempt to sign in is.

        Raises TooMany where too many are looked at already.
        """
        row = await self._claim_attempt(name, now)
        right = await self._verified(row["password_hash"] if row else _NOBODY, password)
        if row is None or not right:
            return False
        await self._office.pool.execute(
            "update staff set failed_sign_ins = 0, locked_until = null where id = $1", row["id"]
        )
        return True

    async def _claim_attempt(self, name: str, now: datetime) -> asyncpg.Record | None:
        return await self._office.pool.fetchrow(
            """
            update staff set
              failed_sign_ins = case when failed_sign_ins + 1 >= $3 then 0
                                     else failed_sign_ins + 1 end,
              locked_until = case when failed_sign_ins + 1 >= $3 then $2 + $4::interval end
            where sign_in = $1 and active and (locked_until is null or locked_until <= $2)
            returning id, password_hash, demo, language
            """,
            name,
            now,
            LOCK_AFTER,
            LOCKED_FOR,
        )

    async def _verified(self, kept: str, password: str) -> bool:
        try:
            async with asyncio.timeout(10), self._verifying:
                return await asyncio.to_thread(_matches, kept, password)
        except TimeoutError:
            raise TooMany("正在登录的人太多，请稍后再试。", retry_after=10) from None

    async def sign_out(self, token: str) -> None:
        """End the session of this token; a token that is none of ours does nothing."""
        digest = digest_of(token)
        self._known.pop(digest, None)
        await self._office.pool.execute("delete from session where digest = $1", digest)

    async def by_cookie(self, token: str, *, now: datetime, touch: bool) -> Presence | None:
        """Who has this session, or None where it is unknown, idle too long or over.

        `touch` says that a person did something: it keeps the session from becoming idle.
        """
        digest = digest_of(token)
        known = await self._trusted(digest)
        if known is None:
            row = await self._office.pool.fetchrow(
                """
                select s.id, s.name, s.unit_id, s.roles, e.seen_at
                from session e join staff s on s.id = e.staff_id
                where e.digest = $1 and e.expires_at > $2 and e.seen_at > $3 and s.active
                """,
                digest,
                now,
                now - IDLE,
            )
            known = await self._learn(digest, row, csrf=csrf_of(token))
        if touch and known.presence and known.seen_at and now - known.seen_at > _TOUCH_EVERY:
            known.seen_at = now
            await self._office.pool.execute(
                "update session set seen_at = $2 where digest = $1", digest, now
            )
        return known.presence

    async def by_token(self, token: str) -> Presence | None:
        """Whom this bearer token stands for, or None where it is unknown or revoked."""
        digest = digest_of(token)
        known = await self._trusted(digest)
        if known is None:
            row = await self._office.pool.fetchrow(
                """
                select s.id, s.name, s.unit_id, s.roles, null::timestamptz as seen_at
                from token t join staff s on s.id = t.staff_id
                where t.digest = $1 and t.revoked_at is null and s.active
                """,
                digest,
            )
            known = await self._learn(digest, row, csrf="")
        return known.presence

    async def _trusted(self, digest: bytes) -> _Known | None:
        """Whoever was known under these very rules: units and signatures are part of them."""
        known = self._known.get(digest)
        if known is None or known.until <= time.monotonic():
            return None
        return known if known.rulebook is await self._office.rulebook() else None

    async def _learn(self, digest: bytes, row: asyncpg.Record | None, *, csrf: str) -> _Known:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        rulebook = await self._office.rulebook()
        presence = None if row is None else Presence(actor_of(row, rulebook), csrf)
        known = _Known(
            presence,
            time.monotonic() + _TRUST_SECONDS,
            row["seen_at"] if row is not None else None,
            rulebook,
        )
        self._known[digest] = known
        return known


async def keep_language(office: Office, actor: Actor, language: str) -> None:
    """The language that this person is shown wherever they sign in next."""
    await office.pool.execute(
        "update staff set language = $2 where id = $1", actor.staff_id, language
    )


def actor_of(row: asyncpg.Record, rulebook: Rulebook) -> Actor:
    """The actor of a staff row (id, name, unit_id, roles)."""
    below = rulebook.subtree(row["unit_id"])
    return Actor(
        name=row["name"],
        roles=frozenset(roles_text(row["roles"])),
        staff_id=row["id"],
        unit_id=row["unit_id"],
        unit_ids=below,
        countersigned=rulebook.countersigned.intersection(below),
    )


def csrf_of(token: str) -> str:
    """What a form of this session must carry: only who has the cookie's value can make it."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def _matches(kept: str, password: str) -> bool:
    if not password or len(password) > LONGEST_PASSWORD:
        return False
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
