"""The dispatch catalogue (派单目录): lines are added and ended, never rewritten or deleted.

What was suggested on a day can therefore be told afterwards, with the basis it had then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dispatch.db import Connection, Pool
from dispatch.office import Office
from dispatch.registry.changes import change_of_register, record
from dispatch.registry.typed import Typed
from hotline.errors import Incomplete, NotFound
from hotline.people import Actor, Role

WHOLE_CITY = "全市"


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """A line with its key. `valid_until` is the last day of validity, None for no end."""

    id: int
    category: str
    place: str
    unit_id: int
    valid_from: date
    valid_until: date | None
    basis: str

    def state(self, on: date) -> str:
        """有效, 未生效 or 已终止 on the day."""
        if self.valid_until is not None and self.valid_until < on:
            return "已终止"
        return "未生效" if self.valid_from > on else "有效"


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines a list shows: a category with all below it, a unit, a place, those in force."""

    category: str = ""
    unit_id: int | None = None
    place: str = ""
    in_force_on: date | None = None


async def add_line(office: Office, inputs: Mapping[str, Any], *, actor: Actor) -> int:
    """A new line; its key. Raises Incomplete also where the same line is in force already."""
    typed = Typed(inputs)
    category = typed.line("category", "诉求分类", most=20)
    place = typed.line("place", "事发区域", most=20, required=False)
    unit_id = typed.key("unit_id", "承办单位")
    valid_from = typed.day("valid_from", "生效日期")
    valid_until = typed.day("valid_until", "截止日期", required=False)
    basis = typed.line("basis", "依据", most=200)
    if valid_from and valid_until and valid_until < valid_from:
        typed.wrong("valid_until", "“截止日期”不能早于生效日期。")
    typed.complete()
    assert unit_id is not None and valid_from is not None
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        await _check_named(connection, category=category, place=place, unit_id=unit_id)
        await _refuse_overlap(connection, category, place, unit_id, valid_from, valid_until)
        line_id: int = await connection.fetchval(
            "insert into responsibility (category, place, unit_id, valid_from, valid_until, basis)"
            " values ($1, $2, $3, $4, $5, $6) returning id",
            category,
            place,
            unit_id,
            valid_from,
            valid_until,
            basis,
        )
        await record(
            connection,
            actor=actor,
            subject=f"派单目录 第{line_id}项",
            action="新增",
            after=await line_facts(connection, line_id),
        )
    return line_id


async def end_line(
    office: Office, line_id: int, inputs: Mapping[str, Any], *, actor: Actor
) -> None:
    """The line's last day. The day before it begins means that it never comes into force."""
    typed = Typed(inputs)
    last_on = typed.day("valid_until", "截止日期")
    typed.complete()
    assert last_on is not None
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        before = await line_facts(connection, line_id)
        row = await connection.fetchrow(
            "select valid_from, valid_until from responsibility where id = $1", line_id
        )
        assert row is not None
        if last_on < row["valid_from"] - timedelta(days=1):
            raise Incomplete({"valid_until": "“截止日期”最早为生效日期的前一天（即从未生效）。"})
        if row["valid_until"] and last_on > row["valid_until"]:
            raise Incomplete(
                {"valid_until": "已定的截止日期只能提前；需要延长的，请另增一项并写明依据。"}
            )
        await connection.execute(
            "update responsibility set valid_until = $2 where id = $1", line_id, last_on
        )
        await record(
            connection,
            actor=actor,
            subject=f"派单目录 第{line_id}项",
            action="终止",
            before=before,
            after=await line_facts(connection, line_id),
        )


async def lines(
    pool: Pool,
    chosen: LineFilter,
    *,
    after: tuple[str, str, int] | None = None,
    most: int = 50,
) -> list[CatalogueLine]:
    """Lines by category, place and key, beginning behind `after`."""
    rows = await pool.fetch(
        """
        select id, category, place, unit_id, valid_from, valid_until, basis
        from responsibility
        where ($1 = '' or category = $1 or starts_with(category, $1 || '.'))
          and ($2::bigint is null or unit_id = $2)
          and ($3 = '' or place = $3)
          and ($4::date is null
               or (valid_from <= $4 and (valid_until is null or valid_until >= $4)))
          and (category, place, id) > ($5, $6, $7)
        order by category, place, id limit $8
        """,
        chosen.category,
        chosen.unit_id,
        chosen.place,
        chosen.in_force_on,
        *(after or ("", "", 0)),
        most,
    )
    return [CatalogueLine(**dict(row)) for row in rows]


async def the_line(pool: Pool, line_id: int) -> CatalogueLine:
    """One line. Raises NotFound."""
    row = await pool.fetchrow(
        "select id, category, place, unit_id, valid_from, valid_until, basis"
        " from responsibility where id = $1",
        line_id,
    )
    if row is None:
        raise NotFound("派单目录中没有这一项。")
    return CatalogueLine(**dict(row))


async def line_facts(connection: Connection, line_id: int) -> dict[str, str]:
    """The line in words. Raises NotFound."""
    row = await connection.fetchrow(
        """
        select coalesce(c.name, '') as category, r.category as code,
               coalesce(p.name, r.place) as place, u.name as unit,
               r.valid_from, r.valid_until, r.basis
        from responsibility r
        join unit u on u.id = r.unit_id
        left join category c on c.code = r.category
        left join place p on p.code = r.place
        where r.id = $1
        """,
        line_id,
    )
    if row is None:
        raise NotFound("派单目录中没有这一项。")
    return {
        "诉求分类": f"{row['code']} {row['category']}".strip(),
        "事发区域": row["place"] or WHOLE_CITY,
        "承办单位": row["unit"],
        "生效日期": row["valid_from"].isoformat(),
        "截止日期": row["valid_until"].isoformat() if row["valid_until"] else "",
        "依据": row["basis"],
    }


async def _check_named(connection: Connection, *, category: str, place: str, unit_id: int) -> None:
    """Category, place and unit are there and in use."""
    row = await connection.fetchrow(
        """
        select (select active from category where code = $1) as category,
               $2 = '' or exists (select 1 from place where code = $2) as place,
               (select active from unit where id = $3) as unit
        """,
        category,
        place,
        unit_id,
    )
    assert row is not None
    wrong = {}
    if not row["category"]:
        closed = row["category"] is False
        wrong["category"] = "这个分类已停用。" if closed else "“诉求分类”没有这一项。"
    if not row["place"]:
        wrong["place"] = "“事发区域”没有这一项。"
    if not row["unit"]:
        wrong["unit_id"] = "这个单位已停用。" if row["unit"] is False else "没有这个单位。"
    if wrong:
        raise Incomplete(wrong)


async def _refuse_overlap(
    connection: Connection,
    category: str,
    place: str,
    unit_id: int,
    valid_from: date,
    valid_until: date | None,
) -> None:
    """One matter, one place, one unit: on each day at most one line says so."""
    other = await connection.fetchrow(
        """
        select id, valid_from, valid_until from responsibility
        where category = $1 and place = $2 and unit_id = $3
          and valid_from <= coalesce($5, 'infinity'::date)
          and coalesce(valid_until, 'infinity'::date) >= $4
          and coalesce(valid_until, 'infinity'::date) >= valid_from
        order by valid_from limit 1
        """,
        category,
        place,
        unit_id,
        valid_from,
        valid_until,
    )
    if other:
        until = f"至 {other['valid_until']}" if other["valid_until"] else "起长期"
        raise Incomplete(
            {
                "valid_from": f"与第{other['id']}项重复：同一分类、区域和单位，"
                f"{other['valid_from']} {until}有效。请先终止它，或改换日期。"
            }
        )
