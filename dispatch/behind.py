"""The cases behind a figure: exactly those that it counts, newest first, a page at a time.

What happened on a day is read from `counted`, into which the worker folds the tally; what is true
now from the cases and assignments themselves, under the conditions of `dispatch.figures`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from dispatch.db import Connection
from dispatch.figures import COUNTS, OWED_LATE
from dispatch.listing import COLUMNS, PAGE, Row, Values
from hotline.calendar import WorkingCalendar, in_shanghai
from hotline.casefile import ClockStop
from hotline.clocks import Limit
from hotline.errors import Incomplete
from hotline.people import Actor
from hotline.permissions import visible_cases
from hotline.procedures.citizen import CITIZEN
from hotline.stops import days_stopped

NOW = frozenset({"open_now", "overdue_now"})
"""Figures that are true now, whatever the period."""

# One figure less another: who was asked and did not answer well.
_LESS = {"dissatisfied": ("rated", "satisfied"), "unsolved": ("called_back", "solved")}
MEASURES = frozenset(COUNTS) | frozenset(_LESS)

_LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Behind:
    """A case that is counted on a day for a unit; `times` where that happened more than once."""

    row: Row
    day: date
    unit_id: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """Which figure: of what, from one day to another, of which units (None: of the city)."""

    measure: str
    from_on: date
    to_on: date
    units: tuple[int, ...] | None = None
    kind: str = CITIZEN.kind


async def behind(
    connection: Connection,
    actor: Actor,
    asked: Question,
    *,
    now: datetime,
    after: str = "",
    limit: int = PAGE,
) -> tuple[list[Behind], str]:
    """The page behind the key `after`, and the key of the next one. Raises Incomplete."""
    if asked.measure not in MEASURES:
        raise Incomplete({"measure": "没有这个统计项目"})
    put = Values()
    source = _now(asked, now, put) if asked.measure in NOW else _then(asked, put)
    key = _key(after)
    beyond = ""
    if key:
        beyond = (
            f" and (k.day, k.unit_id, k.case_id) < ({put(key[0], 'date')},"
            f" {put(key[1], 'bigint')}, {put(key[2], 'bigint')})"
        )
    scope = visible_cases(actor, first=len(put.given) + 1)
    put.given.extend(scope.values)
    rows = await connection.fetch(
        f"""
        select {COLUMNS}, c.next_due_at as due_at, k.day, k.unit_id, k.n as times
        from {source}{beyond} and {scope.condition}
        order by k.day desc, k.unit_id desc, k.case_id desc limit {limit + 1:d}
        """,
        *put.given,
    )
    found = [_behind(dict(row.items())) for row in rows]
    page = found[:limit]
    if len(found) <= limit:
        return page, ""
    last = page[-1]
    return page, f"{last.day:%Y%m%d}.{last.unit_id}.{last.row.id}"


def _behind(fields: dict[str, Any]) -> Behind:
    day, unit_id, times = fields.pop("day"), fields.pop("unit_id"), fields.pop("times", 1)
    return Behind(Row(**fields), day, unit_id or 0, times)


def _key(word: str) -> tuple[date, int, int] | None:
    """The place in the list, or None for its beginning; what is no key begins anew."""
    parts = word.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    try:
        day = datetime.strptime(parts[0], "%Y%m%d").date()  # a day has no zone
    except ValueError:
        return None
    return day, int(parts[1][:18]), int(parts[2][:18])


def _then(asked: Question, put: Values) -> str:
    whole, less = _LESS.get(asked.measure, (asked.measure, ""))
    kind = put(asked.kind)
    wanted = [
        f"k.kind = {kind}",
        f"k.measure = {put(whole)}",
        f"k.day between {put(asked.from_on)} and {put(asked.to_on)}",
        "k.n > 0",
    ]
    if asked.units is not None:
        wanted.append(f"k.unit_id = any({put(list(asked.units), 'bigint[]')})")
    if less:
        wanted.append(
            f"not exists (select from counted l where l.kind = {kind} and l.measure = {put(less)}"
            " and l.day = k.day and l.unit_id = k.unit_id and l.case_id = k.case_id and l.n >= k.n)"
        )
    return f'counted k join "case" c on c.id = k.case_id where {" and ".join(wanted)}'


def _now(asked: Question, now: datetime, put: Values) -> str:
    long_ago = f"{put(_LONG_AGO, 'date')}"
    units = None if asked.units is None else put(list(asked.units), "bigint[]")
    if asked.measure == "overdue_now":
        own = f" and a.unit_id = any({units})" if units else ""
        return f"""(
          select {long_ago} as day, a.unit_id, a.case_id, 1 as n from assignment a
          where {OWED_LATE.replace(":now", put(now))}{own}) k
        join "case" c on c.id = k.case_id where true"""
    kind = put(asked.kind)
    # A unit leads what it has an open part in: found among its own, not among the city's.
    own = (
        f""" and o.lead_unit_id = any({units}) and o.id in (
            select a.case_id from assignment a
            where a.unit_id = any({units}) and a.ended_at is null)"""
        if units
        else ""
    )
    return f"""(
          select {long_ago} as day, coalesce(o.lead_unit_id, 0) as unit_id, o.id as case_id,
            1 as n
          from "case" o where o.kind = {kind} and o.closed_at is null{own}) k
        join "case" c on c.id = k.case_id where true"""


# ------------------------------------------------------------- clock stops


@dataclass(frozen=True, slots=True)
class StopUse:
    """How a unit used stops (停止计时) in a period: the cases, and the days that they gave."""

    unit_id: int
    cases: tuple[int, ...]
    days: int


MOST_STOPPED = 5000


async def stop_uses(
    connection: Connection,
    asked: Question,
    *,
    calendar: WorkingCalendar,
) -> list[StopUse]:
    """Per unit, the stops of its clock (办理时限) that began in the period. One statement.

    Days are of the limit's own kind, as they move the deadline. Stops are few: at most the newest
    MOST_STOPPED clocks are read.
    """
    rows = await connection.fetch(
        """
        select k.unit_id, k.case_id, k."limit", k.stops
        from clock k join "case" c on c.id = k.case_id
        where k.stops <> '[]'::jsonb and k.name = 'handle' and c.kind = $1
          and ($2::bigint[] is null or k.unit_id = any($2)) and k.unit_id is not null
        order by k.id desc limit $3
        """,
        asked.kind,
        None if asked.units is None else list(asked.units),
        MOST_STOPPED,
    )
    cases: dict[int, set[int]] = {}
    days: dict[int, int] = {}
    for row in rows:
        stops = [
            stop.rest
            for stop in msgspec.convert(row["stops"], list[ClockStop])
            if asked.from_on <= in_shanghai(stop.from_at).date() <= asked.to_on
        ]
        if stops:
            unit = row["unit_id"]
            given = days_stopped(Limit.parse(row["limit"]).unit, stops, calendar)
            cases.setdefault(unit, set()).add(row["case_id"])
            days[unit] = days.get(unit, 0) + given
    return [StopUse(unit, tuple(sorted(cases[unit])), days[unit]) for unit in sorted(cases)]


async def rows_of(
    connection: Connection, actor: Actor, case_ids: Iterable[int], *, limit: int = 500
) -> Sequence[Behind]:
    """The cases of these keys that the actor may see, newest first."""
    scope = visible_cases(actor, first=2)
    rows = await connection.fetch(
        f"""
        select {COLUMNS}, c.next_due_at as due_at,
          (c.opened_at at time zone 'Asia/Shanghai')::date as day, c.lead_unit_id as unit_id
        from "case" c where c.id = any($1::bigint[]) and {scope.condition}
        order by c.id desc limit {limit:d}
        """,
        list(case_ids),
        *scope.values,
    )
    return [_behind(dict(row.items())) for row in rows]
