"""A form that is sent twice does one thing: what it did is kept under its key for some days."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from dispatch.db import Connection, whole
from dispatch.office import Office
from hotline.errors import Conflict
from hotline.people import Actor

KEPT_FOR = timedelta(days=7)


async def first_time(
    connection: Connection, *what: object, actor: Actor, key: str | None, now: datetime
) -> bool:
    """Whether the form comes for the first time; asked within the transaction that does it.

    `what` says what the form does. A second one waits until the first is committed or undone: after
    a refusal the key is free again. Raises Conflict where the key stands for something else.
    """
    if key is None:
        return True
    digest = hashlib.sha256(msgspec.json.encode(what)).hexdigest()[:32]
    fresh = await connection.fetchval(
        "insert into sent_form (staff_id, key, what, at) values ($1, $2, $3, $4)"
        " on conflict do nothing returning true",
        actor.staff_id,
        key,
        digest,
        now,
    )
    if fresh:
        return True
    before = await connection.fetchval(
        "select what from sent_form where staff_id = $1 and key = $2", actor.staff_id, key
    )
    if before != digest:
        raise Conflict("这份表单已经提交过，内容与现在的不同，请核对后再次提交。", version=0)
    return False


async def once(
    office: Office,
    act: Callable[[], Awaitable[str]],
    *what: object,
    actor: Actor,
    key: str | None,
    now: datetime,
) -> str:
    """Do it and give its answer; the same form sent again is given the answer of the first.

    Every transaction of `act` is a part of this one. Raises what `first_time` and `act` raise.
    """
    async with whole(office.pool) as connection:
        if not await first_time(connection, *what, actor=actor, key=key, now=now):
            return (
                await connection.fetchval(
                    "select answer from sent_form where staff_id = $1 and key = $2",
                    actor.staff_id,
                    key,
                )
                or ""
            )
        answer = await act()
        await connection.execute(
            "update sent_form set answer = $3 where staff_id = $1 and key = $2",
            actor.staff_id,
            key,
            answer,
        )
    return answer


async def forget_old_forms(office: Office, now: datetime) -> None:
    """Nobody sends the same form again after so long."""
    await office.pool.execute("delete from sent_form where at < $1", now - KEPT_FOR)
