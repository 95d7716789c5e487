"""Files beside a case: taken in, attached with the act that names them, read back in pieces.

A file is stored as soon as it is chosen, so that neither a refused form nor a draft loses it; it
belongs to a case from the moment at which the event that carries its key is written, in the same
transaction. Until then its key is of use to nobody but whoever uploaded it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import msgspec

from dispatch.db import Connection, Pool, affected, transaction
from hotline.errors import Incomplete, TooMany
from hotline.files import Unfit, clean_name, digest_in, is_file_key, kind_of, new_file_key
from hotline.people import Actor
from hotline.transition import Move

PIECE = 512 * 1024
"""Bytes that are read from the database at once."""

# What was uploaded for a form that nobody sent in the end is kept for so long, or as long as the
# uploader's draft names it.
FORGET_AFTER = timedelta(days=1)
MOST_UNUSED = 200
"""So many uploaded files may wait for an act of one person."""

_COLUMNS = "a.id, a.file_key, a.case_id, a.seq, a.sha256, a.name, a.kind, a.size, a.unit_id, a.at"


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `sha256` is in hexadecimal; `who` added it, for `unit_id`, with the event `seq`."""

    id: int
    file_key: str
    case_id: int | None
    seq: int | None
    sha256: str
    name: str
    kind: str
    size: int
    who: str
    unit_id: int | None
    at: datetime


async def take_in(
    pool: Pool, content: bytes, name: str, *, actor: Actor, now: datetime, most: int
) -> str:
    """Store a file and give its key.

    Raises Unfit for what may not be kept, or is over `most`; TooMany where too much waits unused.
    """
    if len(content) > most:
        raise Unfit(f"超过{most // 1024 // 1024}MB")
    waiting: int = await pool.fetchval(
        "select count(*) from attachment where case_id is null and added_by = $1", actor.staff_id
    )
    if waiting >= MOST_UNUSED:
        raise TooMany("上传后未使用的附件太多，请先提交或者稍后再试。", retry_after=3600)
    # A package of many parts takes a while to look through: other people's pages go on meanwhile.
    kind = await asyncio.to_thread(kind_of, content)
    key = new_file_key(content)
    async with transaction(pool) as connection:
        await connection.execute(
            "insert into file_content (sha256, content) values ($1, $2) on conflict do nothing",
            digest_in(key),
            content,
        )
        await connection.execute(
            "insert into attachment (file_key, sha256, name, kind, size, added_by, unit_id, at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8)",
            key,
            digest_in(key),
            clean_name(name, kind),
            kind,
            len(content),
            actor.staff_id,
            actor.unit_id,
            now,
        )
    return key


async def attach(connection: Connection, moves: Sequence[Move]) -> None:
    """Give the files that the moves name to their cases, which stand written.

    Raises Incomplete where a file is none that the actor has uploaded, or belongs to another case.
    """
    for moved in moves:
        if not moved.files:
            continue
        status = await connection.execute(
            """
            update attachment a set case_id = c.id, seq = coalesce(a.seq, $3)
            from "case" c
            where c.number = $1 and a.file_key = any($2::text[])
              and (a.case_id = c.id or a.case_id is null and a.added_by = $4)
            """,
            moved.after.number,
            list(moved.files),
            moved.event.seq,
            moved.event.actor_id,
        )
        if affected(status) != len(moved.files):
            raise Incomplete({"files": "有附件已失效，请重新上传"})


async def attached(connection: Connection, case_id: int) -> list[Attached]:
    """The files of a case that the caller has loaded within the reader's scope, oldest first."""
    rows = await connection.fetch(
        f"select {_COLUMNS}, coalesce(s.name, '') as who"
        " from attachment a left join staff s on s.id = a.added_by"
        " where a.case_id = $1 order by a.id",
        case_id,
    )
    return [Attached(**{**dict(row.items()), "sha256": row["sha256"].hex()}) for row in rows]


async def uploaded(pool: Pool, keys: Sequence[str], *, actor: Actor) -> list[Attached]:
    """What this person has uploaded under these keys, as far as it is kept and in no case yet."""
    if not keys:
        return []
    rows = await pool.fetch(
        f"select {_COLUMNS}, '' as who from attachment a"
        " where a.file_key = any($1::text[]) and a.added_by = $2 and a.case_id is null"
        " order by a.id",
        list(keys),
        actor.staff_id,
    )
    return [Attached(**{**dict(row.items()), "sha256": row["sha256"].hex()}) for row in rows]


async def pieces(pool: Pool, file: Attached) -> AsyncIterator[bytes]:
    """The content, one piece after the other, so that no file is ever held whole."""
    for start in range(0, file.size, PIECE):
        yield await pool.fetchval(
            "select substring(content from $2 for $3) from file_content where sha256 = $1",
            bytes.fromhex(file.sha256),
            start + 1,
            PIECE,
        )


async def discard(pool: Pool, named: object, *, actor: Actor) -> None:
    """Remove at once what this person has uploaded and may not be kept.

    `named` is what a form gave as its files, before anybody has looked at it.
    """
    given = named if isinstance(named, list) else []
    keys = [key for key in given if isinstance(key, str) and is_file_key(key)]
    if not keys:
        return
    async with transaction(pool) as connection:
        rows = await connection.fetch(
            "delete from attachment where case_id is null and file_key = any($1::text[])"
            " and added_by = $2 returning sha256",
            keys,
            actor.staff_id,
        )
        await _forget_content(connection, [row["sha256"] for row in rows])


async def forget_unused(pool: Pool, now: datetime) -> int:
    """Remove what no act and no draft has named in time; how many files."""
    async with transaction(pool) as connection:
        rows = await connection.fetch(
            """
            delete from attachment a where a.case_id is null and a.at < $1
              and not exists (
                select from draft d
                where d.staff_id = a.added_by and d.payload->'files' ? a.file_key
              )
            returning a.sha256
            """,
            now - FORGET_AFTER,
        )
        await _forget_content(connection, [row["sha256"] for row in rows])
    return len(rows)


async def _forget_content(connection: Connection, digests: Sequence[bytes]) -> None:
    """Remove content that no file names any more."""
    if digests:
        await connection.execute(
            "delete from file_content f where f.sha256 = any($1::bytea[])"
            " and not exists (select 1 from attachment a where a.sha256 = f.sha256)",
            list(digests),
        )
