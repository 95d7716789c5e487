"""What each unit received, closed and answered in time: sums of the tally, at constant cost.

A day's facts never change with the number of cases behind them. Rates follow the field's
formulas: 按期率 = 按期 / (按期 + 超期), 满意率 = 满意 / 已评价, 解决率 = 已解决 / 有效回访.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from dispatch.db import Connection
from hotline.errors import Incomplete, NotPermitted
from hotline.people import CENTRE_ROLES, UNIT_ROLES, Actor
from hotline.procedure import Phase
from hotline.procedures import PROCEDURES
from hotline.procedures.citizen import CITIZEN
from hotline.rulebook import Rulebook

LONGEST_PERIOD = timedelta(days=40 * 366)


class UnitFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one lead unit, or of all shown (`unit_id` None). Counts of cases or acts.

    `open_now` and `overdue_now` are true now, whatever the period: cases that the unit leads and
    that are not closed, and parts that it owes and has not answered in time. `opened` is known
    for the city only.
    """

    unit_id: int | None = None
    opened: int = 0
    received: int = 0
    withdrawn: int = 0
    closed: int = 0
    on_time: int = 0
    late: int = 0
    overdue: int = 0
    redo: int = 0
    rated: int = 0
    satisfied: int = 0
    called_back: int = 0
    solved: int = 0
    answered: int = 0
    answered_5: int = 0
    answered_10: int = 0
    answered_15: int = 0
    open_now: int = 0
    overdue_now: int = 0

    @property
    def dissatisfied(self) -> int:
        """不满意: rated below 基本满意."""
        return self.rated - self.satisfied

    @property
    def on_time_rate(self) -> float | None:
        """按期率."""
        return _rate(self.on_time, self.on_time + self.late)

    @property
    def satisfied_rate(self) -> float | None:
        """满意率."""
        return _rate(self.satisfied, self.rated)

    @property
    def solved_rate(self) -> float | None:
        """解决率, of valid callbacks (有效回访)."""
        return _rate(self.solved, self.called_back)

    @property
    def redo_rate(self) -> float | None:
        """重办率: redos for each reply."""
        return _rate(self.redo, self.on_time + self.late)

    @property
    def answered_5_rate(self) -> float | None:
        """The share of first answers within 5 working days."""
        return _rate(self.answered_5, self.answered)

    @property
    def answered_10_rate(self) -> float | None:
        """The share of first answers within 10 working days."""
        return _rate(self.answered_10, self.answered)

    @property
    def answered_15_rate(self) -> float | None:
        """The share of first answers within 15 working days."""
        return _rate(self.answered_15, self.answered)


RATES = (
    "on_time_rate", "satisfied_rate", "solved_rate", "redo_rate",
    "answered_5_rate", "answered_10_rate", "answered_15_rate",
)  # fmt: skip
COUNTS = tuple(name for name in UnitFigures.__struct_fields__ if name != "unit_id")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A period, both days included: a line for each unit with any figure, and their sum."""

    from_on: date
    to_on: date
    units: list[UnitFigures]
    total: UnitFigures


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


_SUMS = """
    select unit_id, measure, sum(n)::int as n from tally
    where kind = $4 and day between $1 and $2 and ($3::bigint[] is null or unit_id = any($3))
    group by unit_id, measure
    """
_NOW = """
    select unit_id, sum(n)::int as n from tally
    where kind = $3 and day is null and measure like 'stage:%' and not (measure = any($1))
      and ($2::bigint[] is null or unit_id = any($2))
    group by unit_id
    """
OWED_LATE = """a.ended_at is null and a.replied_at is null and a.part <> 'inside'
        and a.due_at < :now"""
"""What a unit owes and has not answered in time, on the assignment `a`."""

_OVERDUE = f"""
    select u.id as unit_id, n.n from unnest($1::bigint[]) as u(id) cross join lateral (
      select count(*)::int as n from assignment a
      where a.unit_id = u.id and {OWED_LATE.replace(":now", "$2")}) n
    where n.n > 0
    """
# A stage may be called alike in several kinds, and be the end of one only.
_CLOSED = {
    kind: [f"stage:{stage.name}" for stage in rules.stages if stage.phase is Phase.CLOSED]
    for kind, rules in PROCEDURES.items()
}


async def figures(
    connection: Connection,
    actor: Actor,
    *,
    rulebook: Rulebook,
    now: datetime,
    from_on: date,
    to_on: date,
    unit_id: int | None = None,
    kind: str = CITIZEN.kind,
) -> Figures:
    """The figures of the period for one kind: of the city, or of a unit and everything below it.

    A unit sees its own and those below. Three statements. Raises Incomplete, NotPermitted.
    """
    if to_on < from_on:
        raise Incomplete({"to": "结束日期不能早于开始日期"})
    if to_on - from_on > LONGEST_PERIOD:
        raise Incomplete({"from": "统计期间过长"})
    units = _units(actor, rulebook, unit_id)
    sums = await connection.fetch(_SUMS, from_on, to_on, units, kind)
    opened = await connection.fetch(_NOW, _CLOSED[kind], units, kind)
    late = await connection.fetch(_OVERDUE, list(rulebook.units) if units is None else units, now)
    found: dict[int | None, dict[str, int]] = {}
    for row in sums:
        if row["measure"] in COUNTS:
            found.setdefault(row["unit_id"], {})[row["measure"]] = row["n"]
    for name, rows in (("open_now", opened), ("overdue_now", late)):
        for row in rows:
            if row["n"]:
                found.setdefault(row["unit_id"], {})[name] = row["n"]
    total = _sum(found.values())
    # What has no unit (not dispatched yet) belongs to the city's sum only.
    found.pop(None, None)
    order = {unit: place for place, unit in enumerate(rulebook.units)}
    lines = [
        UnitFigures(unit_id=unit, **values)
        for unit, values in sorted(found.items(), key=lambda item: order.get(item[0] or 0, 0))
    ]
    return Figures(from_on=from_on, to_on=to_on, units=lines, total=total)


def _units(actor: Actor, rulebook: Rulebook, unit_id: int | None) -> list[int] | None:
    """The units asked for, or None for the city."""
    if actor.roles & CENTRE_ROLES:
        return None if unit_id is None else list(rulebook.subtree(unit_id))
    if not actor.roles & UNIT_ROLES:
        raise NotPermitted("统计数据不在您的职责范围内。")
    if unit_id is None:
        return list(actor.unit_ids)
    if unit_id not in actor.unit_ids:
        raise NotPermitted("只能查看本单位及下属单位的统计数据。")
    return list(rulebook.subtree(unit_id))


def _sum(lines: Iterable[dict[str, int]]) -> UnitFigures:
    values: dict[str, Any] = dict.fromkeys(COUNTS, 0)
    for line in lines:
        for name, n in line.items():
            values[name] += n
    return UnitFigures(**values)


def period(words: Sequence[str], *, today: date) -> tuple[date, date]:
    """The days in (from, to), empty for the first of this month and for today.

    Raises Incomplete for what is no day.
    """
    names = ("from", "to")
    days = [today.replace(day=1), today]
    wrong: dict[str, str] = {}
    for place, (name, word) in enumerate(zip(names, words, strict=True)):
        if not word:
            continue
        try:
            days[place] = date.fromisoformat(word)
        except ValueError:
            wrong[name] = "日期应写作 2026-03-09"
    if wrong:
        raise Incomplete(wrong)
    return days[0], days[1]
