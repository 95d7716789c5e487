"""The reply templates of a unit (答复模板): kept by its own people, each change written down."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from dispatch.db import Connection, Database, Pool, transaction
from dispatch.once import first_time
from dispatch.registry.changes import record
from hotline.errors import Incomplete, NotFound, NotPermitted
from hotline.people import UNIT_ROLES, Actor
from hotline.reply_templates import LONGEST_BODY, MOST_TEMPLATES, PLACES, unknown_places
from hotline.rulebook import Rulebook
from hotline.wording import BadWording, clean_text

LONGEST_NAME = 40


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One template; `category` is a code or "", `who` changed it last."""

    id: int
    name: str
    body: str
    category: str
    who: str
    changed_at: datetime


_SELECT = """
    select t.id, t.name, t.body, t.category, coalesce(s.name, '') as who, t.changed_at
    from reply_template t left join staff s on s.id = t.changed_by
    """


async def templates_of(connection: Database, unit_id: int | None) -> list[Template]:
    """All templates of the unit, by name."""
    rows = await connection.fetch(f"{_SELECT} where t.unit_id = $1 order by t.name", unit_id)
    return [Template(**dict(row.items())) for row in rows]


async def template_of(pool: Pool, unit_id: int | None, template_id: int) -> Template:
    """One of the unit's templates. Raises NotFound."""
    row = await pool.fetchrow(f"{_SELECT} where t.unit_id = $1 and t.id = $2", unit_id, template_id)
    if row is None:
        raise NotFound("没有这个模板。")
    return Template(**dict(row.items()))


def fitting(templates: list[Template], category: str) -> list[Template]:
    """Those for a case of this category: the nearest branch first, then those for any."""
    fit = [
        one
        for one in templates
        if not one.category or category == one.category or category.startswith(f"{one.category}.")
    ]
    return sorted(fit, key=lambda one: -len(one.category))


async def keep_template(
    pool: Pool,
    given: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    rulebook: Rulebook,
    template_id: int | None = None,
    key: str | None = None,
) -> None:
    """A new template, or another wording of one. Raises Incomplete, NotFound."""
    unit_id = _unit_of(actor)
    name, body, category = _read(given, rulebook)
    async with transaction(pool) as connection:
        # Two people of a unit may add at once; neither of them goes beyond what a unit may keep.
        await connection.execute("select id from unit where id = $1 for no key update", unit_id)
        what = ("template", template_id, name, body, category)
        if not await first_time(connection, *what, actor=actor, key=key, now=now):
            return
        before = await _facts(connection, unit_id, template_id)
        try:
            if template_id is None:
                count = await connection.fetchval(
                    "select count(*) from reply_template where unit_id = $1", unit_id
                )
                if count >= MOST_TEMPLATES:
                    raise Incomplete({"name": f"每个单位最多{MOST_TEMPLATES}个模板"})
                template_id = await connection.fetchval(
                    "insert into reply_template"
                    " (unit_id, name, body, category, changed_by, changed_at)"
                    " values ($1, $2, $3, $4, $5, $6) returning id",
                    unit_id, name, body, category, actor.staff_id, now,
                )  # fmt: skip
            else:
                await connection.execute(
                    "update reply_template set name = $3, body = $4, category = $5,"
                    " changed_by = $6, changed_at = $7 where unit_id = $1 and id = $2",
                    unit_id, template_id, name, body, category, actor.staff_id, now,
                )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise Incomplete({"name": "本单位已有同名模板，请换一个名称"}) from None
        after = await _facts(connection, unit_id, template_id)
        unit = rulebook.unit_name(unit_id)
        await record(
            connection,
            actor=actor,
            subject=f"答复模板 {unit} {name}",
            action="修改" if before else "新增",
            before=before,
            after=after,
        )


async def drop_template(
    pool: Pool,
    template_id: int,
    *,
    actor: Actor,
    now: datetime,
    rulebook: Rulebook,
    key: str | None = None,
) -> None:
    """Remove a template; replies that began with it keep their text. Raises NotFound."""
    unit_id = _unit_of(actor)
    async with transaction(pool) as connection:
        what = ("drop template", template_id)
        if not await first_time(connection, *what, actor=actor, key=key, now=now):
            return
        before = await _facts(connection, unit_id, template_id)
        await connection.execute(
            "delete from reply_template where unit_id = $1 and id = $2", unit_id, template_id
        )
        unit = rulebook.unit_name(unit_id)
        name = (before or {}).get("名称", "")
        await record(
            connection,
            actor=actor,
            subject=f"答复模板 {unit} {name}",
            action="删除",
            before=before,
        )


async def _facts(
    connection: Connection, unit_id: int, template_id: int | None
) -> dict[str, str] | None:
    if template_id is None:
        return None
    row = await connection.fetchrow(
        "select name, body, category from reply_template where unit_id = $1 and id = $2",
        unit_id,
        template_id,
    )
    if row is None:
        raise NotFound("没有这个模板。")
    return {"名称": row["name"], "内容": row["body"], "诉求分类": row["category"]}


def _unit_of(actor: Actor) -> int:
    if actor.unit_id is None or not actor.has(*UNIT_ROLES):
        raise NotPermitted("答复模板由承办单位自己维护。")
    return actor.unit_id


def _read(given: Mapping[str, Any], rulebook: Rulebook) -> tuple[str, str, str]:
    wrong: dict[str, str] = {}
    clean = {"name": "", "body": ""}
    for field, label, longest, line in (
        ("name", "名称", LONGEST_NAME, True),
        ("body", "内容", LONGEST_BODY, False),
    ):
        try:
            clean[field] = clean_text(
                given.get(field, ""), field_label=label, max_length=longest, one_line=line
            )
        except BadWording as refusal:
            wrong[field] = refusal.message
    if unknown := unknown_places(clean["body"]):
        named = "、".join(f"{{{name}}}" for name in unknown)
        known = "、".join(f"{{{name}}}" for name in PLACES)
        wrong["body"] = f"没有{named}这个位置，可用的有：{known}"
    category = str(given.get("category", ""))
    if category and category not in rulebook.categories:
        wrong["category"] = "没有这个诉求分类"
    if wrong:
        raise Incomplete(wrong)
    return clean["name"], clean["body"], category
