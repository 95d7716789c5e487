"""The classification of requests (诉求分类): three levels, each line with a dotted code."""

import re
from collections.abc import Mapping
from typing import Any

from dispatch.office import Office
from dispatch.registry.changes import change_of_register, record, refuse_twin, yes_or_no
from dispatch.registry.typed import Typed
from hotline.errors import Incomplete, NotAvailable, NotFound
from hotline.people import Actor, Role
from hotline.rulebook import Rulebook

LEVELS = 3


async def add_category(office: Office, inputs: Mapping[str, Any], *, actor: Actor) -> str:
    """A new line at the end of its level; its code. The code says what it belongs to: 03.02.05."""
    typed = Typed(inputs)
    code = typed.code(
        "code",
        "分类代码",
        pattern=r"[0-9]{2}(\.[0-9]{2}){0,2}",
        form="应为两位数字一级、以点分开，最多三级，如 03.02.05。",
        most=20,
    )
    name = typed.line("name", "分类名称", most=60)
    typed.complete()
    parent = code.rpartition(".")[0]
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        if parent:
            above = await connection.fetchrow(
                "select name, active from category where code = $1", parent
            )
            if above is None:
                raise Incomplete({"code": f"上级分类 {parent} 不存在，请先新增上级。"})
            if not above["active"]:
                raise Incomplete({"code": f"上级分类“{above['name']}”已停用。"})
        await refuse_twin(connection, "category", parent=parent, name=name, besides=code)
        await connection.execute(
            "insert into category (code, parent, name) values ($1, $2, $3)", code, parent, name
        )
        await record(
            connection,
            actor=actor,
            subject=f"分类 {code} {name}",
            action="新增",
            after={"名称": name, "在用": "是"},
        )
    return code


async def rename_category(
    office: Office, code: str, inputs: Mapping[str, Any], *, actor: Actor
) -> None:
    """Another name; cases keep the code and so show the new one. Raises Incomplete, NotFound."""
    typed = Typed(inputs)
    name = typed.line("name", "分类名称", most=60)
    typed.complete()
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        row = await connection.fetchrow("select parent, name from category where code = $1", code)
        if row is None:
            raise NotFound("没有这个分类。")
        await refuse_twin(connection, "category", parent=row["parent"], name=name, besides=code)
        await connection.execute("update category set name = $2 where code = $1", code, name)
        await record(
            connection,
            actor=actor,
            subject=f"分类 {code} {row['name']}",
            action="修改",
            before={"名称": row["name"]},
            after={"名称": name},
        )


async def set_category_active(office: Office, code: str, *, active: bool, actor: Actor) -> None:
    """No longer offered for new cases, or offered again. Raises NotAvailable, NotFound."""
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        row = await connection.fetchrow(
            """
            select c.active, c.name,
                exists (select 1 from category b where b.parent = c.code and b.active) as has_below,
                exists (select 1 from category a where a.code = c.parent and not a.active)
                    as above_closed
            from category c where c.code = $1
            """,
            code,
        )
        if row is None:
            raise NotFound("没有这个分类。")
        if row["active"] == active:
            return
        if not active and row["has_below"]:
            raise NotAvailable(f"“{row['name']}”还有在用的下级分类，请先停用下级。")
        if active and row["above_closed"]:
            raise NotAvailable(f"“{row['name']}”的上级分类已停用，请先启用上级。")
        await connection.execute("update category set active = $2 where code = $1", code, active)
        await record(
            connection,
            actor=actor,
            subject=f"分类 {code} {row['name']}",
            action="启用" if active else "停用",
            before={"名称": row["name"], "在用": yes_or_no(row["active"])},
            after={"名称": row["name"], "在用": yes_or_no(active)},
        )


def next_code(rulebook: Rulebook, parent: str) -> str:
    """The code that a new line below `parent` would get; empty where no line fits."""
    if parent.count(".") >= LEVELS - 1:
        return ""
    taken = [
        int(entry.code.rpartition(".")[2])
        for entry in rulebook.categories.values()
        if entry.parent == parent and re.fullmatch(r"[0-9.]+", entry.code)
    ]
    number = max(taken, default=0) + 1
    return f"{parent}{'.' if parent else ''}{number:02d}" if number <= 99 else ""
