"""Places (行政区划): district, street, community, each with the code of the national division."""

from collections.abc import Mapping
from typing import Any

from dispatch.office import Office
from dispatch.registry.changes import change_of_register, record, refuse_twin
from dispatch.registry.typed import Typed
from hotline.errors import Incomplete, NotFound
from hotline.people import Actor, Role


async def add_place(office: Office, inputs: Mapping[str, Any], *, actor: Actor) -> str:
    """A new place; its code: 6 digits a district, 9 a street, 12 a community (GB/T 2260)."""
    typed = Typed(inputs)
    code = typed.code(
        "code",
        "区划代码",
        pattern=r"[0-9]{6}([0-9]{3}){0,2}",
        form="应为数字：区县 6 位，街道 9 位，社区 12 位。",
        most=20,
    )
    name = typed.line("name", "区划名称", most=60)
    typed.complete()
    parent = code[:-3] if len(code) > 6 else ""
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        if parent and not await connection.fetchval("select 1 from place where code = $1", parent):
            raise Incomplete({"code": f"上级区划 {parent} 不存在，请先新增上级。"})
        await refuse_twin(connection, "place", parent=parent, name=name, besides=code)
        await connection.execute(
            "insert into place (code, parent, name) values ($1, $2, $3)", code, parent, name
        )
        await record(
            connection,
            actor=actor,
            subject=f"区划 {code} {name}",
            action="新增",
            after={"名称": name},
        )
    return code


async def rename_place(
    office: Office, code: str, inputs: Mapping[str, Any], *, actor: Actor
) -> None:
    """Another name; the code stays. Raises Incomplete, NotFound."""
    typed = Typed(inputs)
    name = typed.line("name", "区划名称", most=60)
    typed.complete()
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        row = await connection.fetchrow("select parent, name from place where code = $1", code)
        if row is None:
            raise NotFound("没有这个区划。")
        await refuse_twin(connection, "place", parent=row["parent"], name=name, besides=code)
        await connection.execute("update place set name = $2 where code = $1", code, name)
        await record(
            connection,
            actor=actor,
            subject=f"区划 {code} {row['name']}",
            action="修改",
            before={"名称": row["name"]},
            after={"名称": name},
        )
