"""The two coded trees: the classification of requests (诉求分类), and the places (行政区划).

The code of an entry says what it belongs to, so that it never changes; the name may.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dispatch.db import Connection
from dispatch.office import Office
from dispatch.registry.changes import change_of_register, record, yes_or_no
from dispatch.registry.typed import Typed
from hotline.errors import Incomplete, NotAvailable, NotFound
from hotline.people import Actor, Role
from hotline.rulebook import Rulebook

LEVELS = 3


@dataclass(frozen=True, slots=True)
class Tree:
    """What differs between the two. Entries of a tree that `closes` can be taken out of use."""

    table: Literal["category", "place"]
    word: str
    code_label: str
    name_label: str
    pattern: str
    form: str
    parent_of: Callable[[str], str]
    closes: bool


CATEGORIES = Tree(
    table="category",
    word="分类",
    code_label="分类代码",
    name_label="分类名称",
    pattern=r"[0-9]{2}(\.[0-9]{2}){0,2}",
    form="应为两位数字一级、以点分开，最多三级，如 03.02.05。",
    parent_of=lambda code: code.rpartition(".")[0],
    closes=True,
)
PLACES = Tree(  # the codes of GB/T 2260 and GB/T 10114
    table="place",
    word="区划",
    code_label="区划代码",
    name_label="区划名称",
    pattern=r"[0-9]{6}([0-9]{3}){0,2}",
    form="应为数字：区县 6 位，街道 9 位，社区 12 位。",
    parent_of=lambda code: code[:-3] if len(code) > 6 else "",
    closes=False,
)


async def add_entry(office: Office, tree: Tree, inputs: Mapping[str, Any], *, actor: Actor) -> str:
    """A new entry; its code. Raises Incomplete, also where what it belongs to is not in use."""
    typed = Typed(inputs)
    code = typed.code("code", tree.code_label, pattern=tree.pattern, form=tree.form, most=20)
    name = typed.line("name", tree.name_label, most=60)
    typed.complete()
    parent = tree.parent_of(code)
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        await _check_parent(connection, tree, parent)
        await _refuse_twin(connection, tree, parent=parent, name=name, besides=code)
        await connection.execute(
            f"insert into {tree.table} (code, parent, name) values ($1, $2, $3)", code, parent, name
        )
        await record(
            connection,
            actor=actor,
            subject=f"{tree.word} {code} {name}",
            action="新增",
            after={"名称": name} | ({"在用": "是"} if tree.closes else {}),
        )
    return code


async def rename_entry(
    office: Office, tree: Tree, code: str, inputs: Mapping[str, Any], *, actor: Actor
) -> None:
    """Another name; cases keep the code and so show the new one. Raises Incomplete, NotFound."""
    typed = Typed(inputs)
    name = typed.line("name", tree.name_label, most=60)
    typed.complete()
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        row = await connection.fetchrow(
            f"select parent, name from {tree.table} where code = $1", code
        )
        if row is None:
            raise NotFound("没有这一项。")
        await _refuse_twin(connection, tree, parent=row["parent"], name=name, besides=code)
        await connection.execute(f"update {tree.table} set name = $2 where code = $1", code, name)
        await record(
            connection,
            actor=actor,
            subject=f"{tree.word} {code} {row['name']}",
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
            raise NotFound("没有这一项。")
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
    """The code that a new category below `parent` would get; empty where none fits."""
    if parent.count(".") >= LEVELS - 1:
        return ""
    taken = [
        int(entry.code.rpartition(".")[2])
        for entry in rulebook.categories.values()
        if entry.parent == parent and re.fullmatch(r"[0-9.]+", entry.code)
    ]
    number = max(taken, default=0) + 1
    return f"{parent}{'.' if parent else ''}{number:02d}" if number <= 99 else ""


async def _check_parent(connection: Connection, tree: Tree, parent: str) -> None:
    """What the code belongs to is there and in use."""
    if not parent:
        return
    above = await connection.fetchrow(
        f"select name, {'active' if tree.closes else 'true as active'} from {tree.table}"
        " where code = $1",
        parent,
    )
    if above is None:
        raise Incomplete({"code": f"上级 {parent} 不存在，请先新增上级。"})
    if not above["active"]:
        raise Incomplete({"code": f"上级“{above['name']}”已停用。"})


async def _refuse_twin(
    connection: Connection, tree: Tree, *, parent: str, name: str, besides: str
) -> None:
    """Two entries of one name beside each other cannot be told apart by who chooses one."""
    twin = await connection.fetchval(
        f"select code from {tree.table} where parent = $1 and name = $2 and code <> $3",
        parent,
        name,
        besides,
    )
    if twin:
        raise Incomplete({"name": f"同一上级下已有“{name}”（{twin}）。"})
