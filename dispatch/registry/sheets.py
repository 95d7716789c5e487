"""The five registers as tables: units, staff, classification, places, dispatch catalogue."""

from typing import Any

from dispatch.db import Connection
from dispatch.registry import catalogue, staff, trees, units
from dispatch.registry.changes import yes_or_no
from dispatch.registry.sheet import Change, Column, Sheet
from dispatch.registry.units import UNIT_KINDS
from hotline.errors import Incomplete, NotAvailable
from hotline.people import ROLE_LABELS, STAFF_ROLES
from hotline.permissions import roles_text

YES, NO = yes_or_no(True), yes_or_no(False)
IN_USE = Column("在用", otherwise=YES)


def _active(change: Change) -> bool:
    typed = change.row[IN_USE.label]
    if typed not in (YES, NO):
        raise Incomplete({"active": f"“在用”应为{YES}或{NO}。"})
    return typed == YES


def _code_of(labels: dict[str, str], label: str, column: str) -> str:
    found = next((code for code, text in labels.items() if text == label), None)
    if found is None:
        raise Incomplete({column: f"“{column}”没有“{label}”，可填：{'、'.join(labels.values())}。"})
    return found


async def _key_of_unit(connection: Connection, code: str, column: str) -> str:
    if not code:
        return ""
    unit_id = await connection.fetchval("select id from unit where code = $1", code)
    if unit_id is None:
        raise Incomplete({column: f"“{column}”：没有代码为{code}的单位。"})
    return str(unit_id)


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


# ------------------------------------------------------------------ units


async def _units(connection: Connection) -> list[dict[str, str]]:
    rows = await connection.fetch(
        """
        with recursive tree as (
          select u.*, '' as above, array[u.code]::text[] as path from unit u
          where u.parent_id is null
          union all
          select u.*, t.code::text, t.path || u.code::text
          from unit u join tree t on t.id = u.parent_id)
        select code, name, short_name, kind, above, active from tree order by path
        """
    )
    return [
        {
            "单位代码": row["code"],
            "单位名称": row["name"],
            "简称": row["short_name"],
            "单位类别": UNIT_KINDS.get(row["kind"], row["kind"]),
            "上级单位代码": row["above"],
            IN_USE.label: yes_or_no(row["active"]),
        }
        for row in rows
    ]


async def _write_unit(change: Change) -> None:
    row, active = change.row, _active(change)
    inputs = {
        "code": row["单位代码"],
        "name": row["单位名称"],
        "short_name": row["简称"],
        "kind": _code_of(UNIT_KINDS, row["单位类别"], "单位类别"),
        "parent_id": await _key_of_unit(change.connection, row["上级单位代码"], "上级单位代码"),
    }
    if change.was is None:
        unit_id = await units.add_unit(change.office, inputs, actor=change.actor)
    else:
        unit_id = int(await _key_of_unit(change.connection, row["单位代码"], "单位代码"))
        if change.differs("单位名称", "简称", "单位类别", "上级单位代码"):
            await units.change_unit(change.office, unit_id, inputs, actor=change.actor)
    await units.set_unit_active(change.office, unit_id, active=active, actor=change.actor)


UNITS = Sheet(
    "units",
    "单位",
    (
        Column("单位代码"),
        Column("单位名称"),
        Column("简称"),
        Column("单位类别"),
        Column("上级单位代码"),
        IN_USE,
    ),
    ("单位代码",),
    _units,
    _write_unit,
    "上级单位可以在同一份文件里，先后不限。单位代码不能用文件改。",
)


# ------------------------------------------------------------------ staff


async def _staff(connection: Connection) -> list[dict[str, str]]:
    rows = await connection.fetch(
        """
        select s.sign_in, s.name, u.code, u.name as unit, s.job_title, s.roles, s.active
        from staff s join unit u on u.id = s.unit_id order by s.sign_in
        """
    )
    return [
        {
            "登录名": row["sign_in"],
            "姓名": row["name"],
            "单位代码": row["code"],
            "单位名称": row["unit"],
            "职务": row["job_title"],
            "角色": _roles_words(roles_text(row["roles"])),
            IN_USE.label: yes_or_no(row["active"]),
        }
        for row in rows
    ]


def _roles_words(held: Any) -> str:
    return "、".join(ROLE_LABELS[role] for role in STAFF_ROLES if role in held)


_ROLES = {role.value: ROLE_LABELS[role] for role in STAFF_ROLES}


async def _write_staff(change: Change) -> None:
    row, active = change.row, _active(change)
    office, actor = change.office, change.actor
    words = [word for word in row["角色"].replace(",", "、").split("、") if word.strip()]
    roles = [_code_of(_ROLES, word.strip(), "角色") for word in words]
    inputs = {
        "sign_in": row["登录名"],
        "name": row["姓名"],
        "unit_id": await _key_of_unit(change.connection, row["单位代码"], "单位代码"),
        "job_title": row["职务"],
        "roles": roles,
    }
    if change.was is None:
        staff_id, _ = await staff.add_staff(office, inputs, actor=actor, with_password=False)
    else:
        staff_id = await change.connection.fetchval(
            "select id from staff where sign_in = $1", row["登录名"]
        )
        moved = change.differs("单位代码")
        if active and change.differs(IN_USE.label) and not moved:
            await staff.set_staff_active(office, staff_id, active=True, actor=actor)
        if moved and change.differs("角色"):
            # Neither the old roles at the new place nor the new ones at the old one may be held.
            await staff.set_roles(office, staff_id, {"roles": []}, actor=actor)
        if change.differs("姓名", "单位代码", "职务"):
            await staff.change_staff(office, staff_id, inputs, actor=actor)
        if change.differs("角色"):
            await staff.set_roles(office, staff_id, {"roles": roles}, actor=actor)
    if change.differs(IN_USE.label):
        await staff.set_staff_active(office, staff_id, active=active, actor=actor)


STAFF = Sheet(
    "staff",
    "人员",
    (
        Column("登录名"),
        Column("姓名"),
        Column("单位代码"),
        Column("单位名称", told=True),
        Column("职务"),
        Column("角色"),
        IN_USE,
    ),
    ("登录名",),
    _staff,
    _write_staff,
    "不含密码：导入的新账号在重置密码之前不能登录。几个角色之间用顿号分开；"
    "管理员角色由安全管理员赋予，不能导入。",
)


# ------------------------------------------------------- categories, places


async def _categories(connection: Connection) -> list[dict[str, str]]:
    rows = await connection.fetch("select code, name, active from category order by code")
    return [
        {
            "分类代码": row["code"],
            "分类名称": row["name"],
            IN_USE.label: yes_or_no(row["active"]),
        }
        for row in rows
    ]


async def _write_category(change: Change) -> None:
    code, name, active = change.row["分类代码"], change.row["分类名称"], _active(change)
    inputs = {"code": code, "name": name}
    if change.was is None:
        code = await trees.add_entry(change.office, trees.CATEGORIES, inputs, actor=change.actor)
    elif change.differs("分类名称"):
        await trees.rename_entry(change.office, trees.CATEGORIES, code, inputs, actor=change.actor)
    await trees.set_category_active(change.office, code, active=active, actor=change.actor)


CATEGORIES = Sheet(
    "categories",
    "诉求分类",
    (Column("分类代码"), Column("分类名称"), IN_USE),
    ("分类代码",),
    _categories,
    _write_category,
    "上级由代码决定。",
)


async def _places(connection: Connection) -> list[dict[str, str]]:
    rows = await connection.fetch("select code, name from place order by code")
    return [{"区划代码": row["code"], "区划名称": row["name"]} for row in rows]


async def _write_place(change: Change) -> None:
    code, name = change.row["区划代码"], change.row["区划名称"]
    inputs = {"code": code, "name": name}
    if change.was is None:
        await trees.add_entry(change.office, trees.PLACES, inputs, actor=change.actor)
    else:
        await trees.rename_entry(change.office, trees.PLACES, code, inputs, actor=change.actor)


PLACES = Sheet(
    "places",
    "行政区划",
    (Column("区划代码"), Column("区划名称")),
    ("区划代码",),
    _places,
    _write_place,
    "上级由代码决定。",
)


# -------------------------------------------------------------- catalogue


async def _catalogue(connection: Connection) -> list[dict[str, str]]:
    rows = await connection.fetch(
        """
        select r.category, coalesce(c.name, '') as category_name, r.place,
          coalesce(p.name, '') as place_name, u.code, u.name, r.valid_from, r.valid_until, r.basis
        from responsibility r
        join unit u on u.id = r.unit_id
        left join category c on c.code = r.category
        left join place p on p.code = r.place
        where coalesce(r.valid_until, 'infinity'::date) >= r.valid_from
        order by r.category, r.place, r.id
        """
    )
    return [
        {
            "分类代码": row["category"],
            "分类名称": row["category_name"],
            "区划代码": row["place"],
            "区划名称": row["place_name"] or catalogue.WHOLE_CITY,
            "单位代码": row["code"],
            "单位名称": row["name"],
            "生效日期": _day(row["valid_from"]),
            "截止日期": _day(row["valid_until"]),
            "依据": row["basis"],
        }
        for row in rows
    ]


async def _write_line(change: Change) -> None:
    row = change.row
    inputs = {
        "category": row["分类代码"],
        "place": row["区划代码"],
        "unit_id": await _key_of_unit(change.connection, row["单位代码"], "单位代码"),
        "valid_from": row["生效日期"],
        "valid_until": row["截止日期"],
        "basis": row["依据"],
    }
    if change.was is None:
        await catalogue.add_line(change.office, inputs, actor=change.actor)
        return
    if change.differs("依据"):
        raise NotAvailable("已有的一项不改写依据：请先定截止日期，再另增一项。")
    line_id = await change.connection.fetchval(
        """
        select r.id from responsibility r join unit u on u.id = r.unit_id
        where r.category = $1 and r.place = $2 and u.code = $3 and r.valid_from = $4::text::date
          and coalesce(r.valid_until, 'infinity'::date) >= r.valid_from
        """,
        row["分类代码"],
        row["区划代码"],
        row["单位代码"],
        row["生效日期"],
    )
    await catalogue.end_line(change.office, line_id, inputs, actor=change.actor)


CATALOGUE = Sheet(
    "catalogue",
    "派单目录",
    (
        Column("分类代码"),
        Column("分类名称", told=True),
        Column("区划代码"),
        Column("区划名称", told=True),
        Column("单位代码"),
        Column("单位名称", told=True),
        Column("生效日期"),
        Column("截止日期"),
        Column("依据"),
    ),
    ("分类代码", "区划代码", "单位代码", "生效日期"),
    _catalogue,
    _write_line,
    "区划代码留空为全市。已有的一项只能提前截止日期；文件里没有的项目不受影响。",
)

SHEETS = {sheet.name: sheet for sheet in (UNITS, STAFF, CATEGORIES, PLACES, CATALOGUE)}
