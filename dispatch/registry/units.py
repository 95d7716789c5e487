"""Units: a tree of the centre, departments, districts, streets and public enterprises."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.db import Connection
from dispatch.office import Office
from dispatch.registry.changes import change_of_register, record, refuse_stale, yes_or_no
from dispatch.registry.typed import Typed
from hotline.errors import Incomplete, NotAvailable, NotFound
from hotline.people import Actor, Role
from hotline.rulebook import UnitEntry

UNIT_KINDS = {
    "centre": "热线中心",
    "government": "本级人民政府",
    "department": "市级部门",
    "district": "区县、园区",
    "street": "街道、乡镇",
    "enterprise": "公共企事业单位",
    "institution": "其他机构",
}


@dataclass(frozen=True, slots=True)
class _Written:
    """A unit's record as it was typed, clean."""

    code: str
    name: str
    short_name: str
    kind: str
    parent_id: int | None


async def add_unit(office: Office, inputs: Mapping[str, Any], *, actor: Actor) -> int:
    """A new unit; its key. Raises Incomplete, NotPermitted."""
    written = _read(inputs)
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        await _check_parent(connection, written.parent_id, of=None)
        unit_id: int = await connection.fetchval(
            "insert into unit (code, name, short_name, kind, parent_id)"
            " values ($1, $2, $3, $4, $5) returning id",
            written.code,
            written.name,
            written.short_name,
            written.kind,
            written.parent_id,
        )
        facts = await unit_facts(connection, unit_id)
        await record(
            connection,
            actor=actor,
            subject=f"单位 {written.code} {written.name}",
            action="新增",
            after=facts,
        )
    return unit_id


async def change_unit(
    office: Office,
    unit_id: int,
    inputs: Mapping[str, Any],
    *,
    actor: Actor,
    seen: str | None = None,
) -> None:
    """Another name, code, kind or place in the tree. Raises Incomplete, Conflict, NotFound.

    Moving a unit moves what the units above it may see: visibility follows the tree.
    """
    written = _read(inputs)
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        before = await unit_facts(connection, unit_id)
        refuse_stale(seen, before)
        await _check_parent(connection, written.parent_id, of=unit_id)
        await _check_kind(connection, unit_id, written.kind)
        await connection.execute(
            "update unit set code = $2, name = $3, short_name = $4, kind = $5, parent_id = $6"
            " where id = $1",
            unit_id,
            written.code,
            written.name,
            written.short_name,
            written.kind,
            written.parent_id,
        )
        after = await unit_facts(connection, unit_id)
        await record(
            connection,
            actor=actor,
            subject=f"单位 {before['代码']} {before['名称']}",
            action="修改",
            before=before,
            after=after,
        )


async def set_unit_active(office: Office, unit_id: int, *, active: bool, actor: Actor) -> None:
    """Take a unit out of use, or back into it. Raises NotAvailable with what stands against it."""
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        before = await unit_facts(connection, unit_id)
        if before["在用"] == yes_or_no(active):
            return
        against = await (_against_return if active else _against_leaving)(connection, unit_id)
        if against:
            raise NotAvailable(against)
        await connection.execute("update unit set active = $2 where id = $1", unit_id, active)
        await record(
            connection,
            actor=actor,
            subject=f"单位 {before['代码']} {before['名称']}",
            action="启用" if active else "停用",
            before=before,
            after={**before, "在用": yes_or_no(active)},
        )


async def unit_facts(connection: Connection, unit_id: int) -> dict[str, str]:
    """The unit in words. Raises NotFound."""
    row = await connection.fetchrow(
        """
        select u.code, u.name, u.short_name, u.kind, u.active, coalesce(p.name, '') as parent
        from unit u left join unit p on p.id = u.parent_id where u.id = $1
        """,
        unit_id,
    )
    if row is None:
        raise NotFound("没有这个单位。")
    return {
        "代码": row["code"],
        "名称": row["name"],
        "简称": row["short_name"],
        "类别": UNIT_KINDS.get(row["kind"], row["kind"]),
        "上级单位": row["parent"],
        "在用": yes_or_no(row["active"]),
    }


def facts_of(entry: UnitEntry, parent: UnitEntry | None) -> dict[str, str]:
    """The same words from the rulebook's entry, for the form that shows it."""
    return {
        "代码": entry.code,
        "名称": entry.name,
        "简称": entry.short_name,
        "类别": UNIT_KINDS.get(entry.kind, entry.kind),
        "上级单位": parent.name if parent else "",
        "在用": yes_or_no(entry.active),
    }


def _read(inputs: Mapping[str, Any]) -> _Written:
    typed = Typed(inputs)
    written = _Written(
        code=typed.code(
            "code",
            "单位代码",
            pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
            form="只用字母、数字、点和短横，以字母或数字开头。",
            most=32,
        ),
        name=typed.line("name", "单位名称", most=100),
        short_name=typed.line("short_name", "简称", most=50, required=False),
        kind=typed.choice("kind", "单位类别", UNIT_KINDS),
        parent_id=typed.key("parent_id", "上级单位", required=False),
    )
    typed.complete()
    return written


async def _check_parent(connection: Connection, parent_id: int | None, *, of: int | None) -> None:
    """The unit above is there, in use, and not the unit itself or one below it."""
    if parent_id is None:
        return
    parent = await connection.fetchrow("select name, active from unit where id = $1", parent_id)
    if parent is None:
        raise Incomplete({"parent_id": "“上级单位”没有这个选项。"})
    if not parent["active"]:
        raise Incomplete({"parent_id": f"{parent['name']}已停用，不能作为上级单位。"})
    above = await connection.fetch(
        """
        with recursive above as (
            select id, parent_id from unit where id = $1
            union
            select u.id, u.parent_id from unit u join above a on u.id = a.parent_id
        )
        select id from above
        """,
        parent_id,
    )
    if of is not None and of in {row["id"] for row in above}:
        raise Incomplete({"parent_id": "上级单位不能是本单位或它的下级，否则会成为循环。"})


async def _check_kind(connection: Connection, unit_id: int, kind: str) -> None:
    """Roles of the centre see every case: its people do not change sides with their unit."""
    changed = await connection.fetchval(
        "select (kind = 'centre') <> ($2 = 'centre')"
        " and exists (select 1 from staff where unit_id = $1 and active) from unit where id = $1",
        unit_id,
        kind,
    )
    if changed:
        raise Incomplete(
            {"kind": "该单位还有在用的人员账号，不能在热线中心与承办单位之间改换类别。"}
        )


async def _against_leaving(connection: Connection, unit_id: int) -> str | None:
    row = await connection.fetchrow(
        """
        select exists (select 1 from assignment where unit_id = $1
                       and ended_at is null and replied_at is null)
            or exists (select 1 from "case" where closed_at is null and lead_unit_id = $1)
               as busy,
            exists (select 1 from unit where parent_id = $1 and active) as has_units,
            exists (select 1 from staff where unit_id = $1 and active) as has_staff
        """,
        unit_id,
    )
    assert row is not None
    if row["busy"]:
        return "该单位还有未办结的工单，不能停用；请先办结或改派。"
    if row["has_units"]:
        return "该单位还有在用的下级单位，不能停用；请先停用下级，或把它们移到别处。"
    if row["has_staff"]:
        return "该单位还有在用的人员账号，不能停用；请先停用账号，或把人员调到别的单位。"
    return None


async def _against_return(connection: Connection, unit_id: int) -> str | None:
    above: str | None = await connection.fetchval(
        "select p.name from unit u join unit p on p.id = u.parent_id"
        " where u.id = $1 and not p.active",
        unit_id,
    )
    return f"上级单位{above}已停用，请先启用上级，或改换上级单位。" if above else None
