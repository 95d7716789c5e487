"""One's own password: changed by whoever knows the old one, without an administrator."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dispatch.db import transaction
from dispatch.office import Office
from dispatch.registry.changes import record
from dispatch.registry.passwords import read_password
from dispatch.registry.typed import Typed
from dispatch.sign_in import Entrance, digest_of, hash_password
from hotline.errors import NotPermitted
from hotline.people import Actor

PUBLISHED = (
    "这是演示账号：登录名和密码在启动窗口中公开，供所有人试用，改了别人就进不来，所以不能修改。"
    "正式使用时由系统管理员建立账号，本人可在这里修改密码。"
)


async def may_change_password(office: Office, actor: Actor) -> bool:
    """Whether the account has a password of its own: that of a demonstration is published."""
    demo = await office.pool.fetchval("select demo from staff where id = $1", actor.staff_id)
    return demo is False


async def change_own_password(
    office: Office,
    entrance: Entrance,
    inputs: Mapping[str, Any],
    *,
    actor: Actor,
    token: str,
    now: datetime,
) -> None:
    """Change it with `old_password`, `password` and `again`; sessions but that of `token` end.

    A wrong old password counts as an attempt to sign in: five lock the account. Raises Incomplete,
    NotPermitted for a demonstration account, TooMany.
    """
    if not await may_change_password(office, actor):
        raise NotPermitted(PUBLISHED)
    sign_in: str = await office.pool.fetchval(
        "select sign_in from staff where id = $1", actor.staff_id
    )
    old, new = inputs.get("old_password") or "", inputs.get("password") or ""
    typed = Typed(inputs)
    if not old:
        typed.wrong("old_password", "请填写原密码。")
    if not new:
        typed.wrong("password", "请填写新密码。")
    else:
        read_password(typed, inputs, sign_in=sign_in)
    if new == old:
        typed.wrong("password", "新密码不能与原密码相同。")
    if inputs.get("again") != new:
        typed.wrong("again", "两次填写的新密码不一致。")
    # The old one last: what is mistyped beside it must not use up an attempt.
    typed.complete()
    if not await entrance.knows(sign_in, old, now=now):
        typed.wrong("old_password", "原密码不正确。连续输错 5 次，账号将锁定 5 分钟。")
    typed.complete()
    hashed = await asyncio.to_thread(hash_password, new)
    async with transaction(office.pool) as connection:
        await connection.execute(
            "update staff set password_hash = $2 where id = $1", actor.staff_id, hashed
        )
        await connection.execute(
            "delete from session where staff_id = $1 and digest <> $2",
            actor.staff_id,
            digest_of(token),
        )
        await record(
            connection,
            actor=actor,
            subject=f"人员 {sign_in} {actor.name}",
            action="修改本人密码",
        )
