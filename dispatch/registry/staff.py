"""Staff accounts: who keeps them, which roles go together, passwords, leaving.

三员分立 (GB/T 22239-2019, level 3): system, security and audit administration are three roles
that no person combines, neither with each other nor with work on cases. Who holds one of them is
kept by the security administrator, everybody else by the system administrator, nobody by oneself.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from dispatch.db import Connection
from dispatch.office import Office
from dispatch.registry.accounts import Person, security_vacant, the_person
from dispatch.registry.changes import change_of_register, record, refuse_stale
from dispatch.registry.passwords import read_password
from dispatch.registry.typed import Typed
from dispatch.sign_in import hash_password
from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import (
    ADMIN_ROLES,
    CENTRE_ROLES,
    HOTLINE_ROLES,
    ROLE_LABELS,
    STAFF_ROLES,
    UNIT_ROLES,
    Actor,
    Role,
)

_KEEPERS = (Role.ADMIN, Role.SECURITY)


async def add_staff(
    office: Office, inputs: Mapping[str, Any], *, actor: Actor, with_password: bool = True
) -> tuple[int, str]:
    """A new account: its key, and the first password where none was typed (to be shown once).

    Without a password nobody can sign in, until one is set.
    """
    typed = Typed(inputs)
    sign_in = typed.code(
        "sign_in",
        "登录名",
        pattern=r"[a-z0-9][a-z0-9._-]{1,49}",
        form="应为 2 至 50 位小写字母、数字、点、下划线或短横，以字母或数字开头。",
        most=50,
    )
    name = typed.line("name", "姓名", most=50)
    unit_id = typed.key("unit_id", "单位")
    job_title = typed.line("job_title", "职务", most=50, required=False)
    extension = _extension(typed)
    roles = _ticked(typed, inputs)
    password, made = read_password(typed, inputs, sign_in=sign_in) if with_password else ("", "")
    if ADMIN_ROLES.intersection(roles):
        typed.wrong("roles", "管理员角色由安全管理员另行赋予：请先建账号，不选管理员角色。")
    typed.complete()
    hashed = await asyncio.to_thread(hash_password, password) if with_password else ""
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        await _check_place_of_work(connection, unit_id, roles)
        staff_id: int = await connection.fetchval(
            "insert into staff (sign_in, name, unit_id, roles, job_title, password_hash, extension)"
            " values ($1, $2, $3, $4, $5, $6, $7) returning id",
            sign_in,
            name,
            unit_id,
            list(roles),
            job_title,
            hashed,
            extension,
        )
        person = await _locked(connection, staff_id)
        await record(
            connection,
            actor=actor,
            subject=f"人员 {sign_in} {name}",
            action="新增",
            after=person.facts,
        )
    return staff_id, made


async def change_staff(
    office: Office,
    staff_id: int,
    inputs: Mapping[str, Any],
    *,
    actor: Actor,
    seen: str | None = None,
) -> None:
    """Another name, unit or job title. Raises Incomplete, Conflict, NotFound, NotPermitted."""
    typed = Typed(inputs)
    name = typed.line("name", "姓名", most=50)
    unit_id = typed.key("unit_id", "单位")
    job_title = typed.line("job_title", "职务", most=50, required=False)
    # A list without the column leaves the extensions as they are.
    extension = _extension(typed) if "extension" in inputs else None
    typed.complete()
    async with change_of_register(office, *_KEEPERS, actor=actor) as connection:
        person = await _kept(connection, staff_id, actor)
        refuse_stale(seen, person.facts)
        if unit_id != person.unit_id:
            await _check_place_of_work(connection, unit_id, person.roles)
        await connection.execute(
            "update staff set name = $2, unit_id = $3, job_title = $4, "
            " extension = coalesce($5, extension) where id = $1",
            staff_id,
            name,
            unit_id,
            job_title,
            extension,
        )
        await _record_change(connection, person, actor=actor, action="修改")


async def set_roles(
    office: Office, staff_id: int, inputs: Mapping[str, Any], *, actor: Actor
) -> None:
    """The roles that the person holds from now on.

    Work roles are the system administrator's to give, administrators' roles the security
    administrator's (the first of whom the system administrator names), and one's own nobody's.
    Raises Incomplete, NotPermitted, NotAvailable.
    """
    typed = Typed(inputs)
    roles = _ticked(typed, inputs)
    typed.complete()
    async with change_of_register(office, *_KEEPERS, actor=actor) as connection:
        person = await _locked(connection, staff_id)
        if person.id == actor.staff_id:
            raise NotPermitted("不能调整自己的角色。")
        if set(roles) == set(person.roles):
            return
        keeper = Role.SECURITY if ADMIN_ROLES.intersection((*roles, *person.roles)) else Role.ADMIN
        first = roles == (Role.SECURITY,) and await security_vacant(connection)
        if not actor.has(Role.ADMIN if first else keeper):
            raise NotPermitted(
                "管理员角色由安全管理员赋予和收回。"
                if keeper is Role.SECURITY
                else "业务角色由系统管理员赋予和收回。"
            )
        await _check_place_of_work(connection, person.unit_id, roles)
        await _refuse_last_administrator(connection, person, keeps_roles=roles)
        await connection.execute("update staff set roles = $2 where id = $1", staff_id, list(roles))
        await _record_change(connection, person, actor=actor, action="调整角色")


async def set_password(
    office: Office, staff_id: int, inputs: Mapping[str, Any], *, actor: Actor
) -> str:
    """A new password; it ends the person's sessions and lifts a lock. Answers as `add_staff`."""
    typed = Typed(inputs)
    password, made = read_password(typed, inputs, sign_in="")
    typed.complete()
    hashed = await asyncio.to_thread(hash_password, password)
    async with change_of_register(office, *_KEEPERS, actor=actor) as connection:
        person = await _kept(connection, staff_id, actor)
        await connection.execute(
            "update staff set password_hash = $2, demo = false, failed_sign_ins = 0,"
            " locked_until = null where id = $1",
            staff_id,
            hashed,
        )
        await connection.execute("delete from session where staff_id = $1", staff_id)
        await record(
            connection,
            actor=actor,
            subject=f"人员 {person.sign_in} {person.name}",
            action="重置密码",
        )
    return made


async def set_staff_active(office: Office, staff_id: int, *, active: bool, actor: Actor) -> None:
    """Close the account (its sessions and tokens end at once), or open it again."""
    async with change_of_register(office, *_KEEPERS, actor=actor) as connection:
        person = await _kept(connection, staff_id, actor)
        if person.active == active:
            return
        if active:
            await _check_place_of_work(connection, person.unit_id, person.roles)
        else:
            await _refuse_last_administrator(connection, person, keeps_roles=())
            await connection.execute("delete from session where staff_id = $1", staff_id)
            await connection.execute(
                "update token set revoked_at = now() where staff_id = $1 and revoked_at is null",
                staff_id,
            )
        await connection.execute("update staff set active = $2 where id = $1", staff_id, active)
        await _record_change(connection, person, actor=actor, action="启用" if active else "停用")


def _extension(typed: Typed) -> str:
    """The telephone that rings for the person; empty for none."""
    extension = typed.line("extension", "分机号", most=20, required=False)
    if extension and not (extension.isascii() and extension.isdecimal()):
        return typed.wrong("extension", "“分机号”应为数字。")
    return extension


def _ticked(typed: Typed, inputs: Mapping[str, Any]) -> tuple[Role, ...]:
    """The roles of a form, in the order in which it offers them."""
    given = inputs.get("roles") or []
    named = [given] if isinstance(given, str) else list(given)
    if any(name not in STAFF_ROLES for name in named):
        typed.wrong("roles", "“角色”没有这个选项。")
        return ()
    roles = tuple(role for role in STAFF_ROLES if role in named)
    if ADMIN_ROLES.intersection(roles) and len(roles) > 1:
        typed.wrong(
            "roles",
            "三员分立：系统管理员、安全管理员、审计管理员只能任其一，且不得兼任业务角色。",
        )
    if CENTRE_ROLES.intersection(roles) and UNIT_ROLES.intersection(roles):
        typed.wrong("roles", "热线中心的角色与承办单位的角色不能兼任。")
    return roles


async def _locked(connection: Connection, staff_id: int) -> Person:
    await connection.execute("select 1 from staff where id = $1 for update", staff_id)
    return await the_person(connection, staff_id)


async def _kept(connection: Connection, staff_id: int, actor: Actor) -> Person:
    """The person, whose account the actor keeps."""
    person = await _locked(connection, staff_id)
    if person.id == actor.staff_id:
        raise NotPermitted("不能管理自己的账号，请由另一位管理员办理。")
    if not actor.has(person.keeper):
        raise NotPermitted(f"这个账号由{ROLE_LABELS[person.keeper]}管理。")
    return person


async def _check_place_of_work(
    connection: Connection, unit_id: int | None, roles: Iterable[Role]
) -> None:
    """The unit is in use, and the roles belong there: a unit's people do not see every case."""
    unit = await connection.fetchrow("select name, kind, active from unit where id = $1", unit_id)
    if unit is None:
        raise Incomplete({"unit_id": "没有这个单位。"})
    if not unit["active"]:
        raise Incomplete({"unit_id": f"{unit['name']}已停用。"})
    centre = unit["kind"] == "centre"
    if centre and UNIT_ROLES.intersection(roles):
        raise Incomplete({"roles": "热线中心的人员不能担任承办单位的角色。"})
    at_centre = (HOTLINE_ROLES - {Role.LEADER}).intersection(roles)
    if not centre and at_centre:
        named = "、".join(ROLE_LABELS[role] for role in STAFF_ROLES if role in at_centre)
        raise Incomplete({"roles": f"{named}只能由热线中心的人员担任。"})


async def _refuse_last_administrator(
    connection: Connection, person: Person, *, keeps_roles: Iterable[Role]
) -> None:
    """Somebody must remain who can give the role again."""
    for role in ADMIN_ROLES.intersection(person.roles).difference(keeps_roles):
        others = await connection.fetchval(
            "select exists (select 1 from staff where active and id <> $1 and $2 = any(roles))",
            person.id,
            role,
        )
        if not others:
            raise NotAvailable(f"这是最后一位{ROLE_LABELS[role]}，请先指定接任者。")


async def _record_change(
    connection: Connection, before: Person, *, actor: Actor, action: str
) -> None:
    after = await the_person(connection, before.id)
    await record(
        connection,
        actor=actor,
        subject=f"人员 {before.sign_in} {before.name}",
        action=action,
        before=before.facts,
        after=after.facts,
    )
