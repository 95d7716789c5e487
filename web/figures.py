"""The figures of a period: the city, its units, twelve weeks, and the cases behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get

from dispatch.behind import MEASURES, NOW, Question, StopUse, behind, rows_of, stop_uses
from dispatch.figures import UnitFigures, figures, period
from dispatch.trends import weeks
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete
from hotline.people import Role
from hotline.rulebook import Rulebook
from web.given import Form, Me, Now, Rules, TheOffice, WebRequest, query_of, roles
from web.lists import lines as lines_of
from web.pickers import chosen
from web.render import page


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of the table: a rate is a share of 1, anything else has its cases behind it."""

    name: str
    label: str
    meaning: str
    rate: bool = False


COLUMNS = (
    Column("received", "收到", "期间派给该单位主办的件数"),
    Column("closed", "办结", "期间办结的件数"),
    Column("on_time", "按期", "期间在办理时限内答复的件数"),
    Column("overdue", "超期", "期间办理时限届满而未答复的件数"),
    Column("late", "逾期答复", "期间超过办理时限才答复的件数"),
    Column("on_time_rate", "按期率", "按期 ÷（按期 + 逾期答复）", rate=True),
    Column("redo", "重办", "期间退回重办的次数"),
    Column("solved_rate", "解决率", "已解决和部分解决 ÷ 有效回访", rate=True),
    Column("dissatisfied", "不满意", "期间评价为不满意的件数"),
    Column("satisfied_rate", "满意率", "基本满意及以上 ÷ 已评价", rate=True),
    Column("open_now", "现在办", "现在由该单位主办、未办结的件数"),
    Column("overdue_now", "现超期", "该单位现在已超期未答复的件数"),
)
_BY_NAME = {column.name: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit's figures beside its name."""

    code: str
    name: str
    figures: UnitFigures
    stopped: StopUse | None


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which figure the table is sorted; by unit where it is none of them."""

    name: str
    down: bool
    base: dict[str, str]

    def address(self, name: str) -> str:
        """Sort by this figure: the largest first, and the other way round the second time."""
        down = not (self.name == name and self.down)
        return (
            f"/figures?{urlencode({**self.base, 'sort': name, 'order': 'desc' if down else 'asc'})}"
        )

    def aria(self, name: str) -> str:
        """The value of `aria-sort` for the column."""
        if self.name != name:
            return "none"
        return "descending" if self.down else "ascending"


STOPPED = "stopped"
LABELS = {column.name: column.label for column in COLUMNS} | {
    "opened": "登记",
    "answered": "首次答复",
    "withdrawn": "改派收回",
    "rated": "已评价",
    "satisfied": "满意",
    "called_back": "有效回访",
    "solved": "已解决",
    "unsolved": "未解决",
    STOPPED: "停止计时",
}


@dataclass(frozen=True, slots=True)
class Behind:
    """The address of the cases behind a number: of one unit alone, of a unit with all below it."""

    base: dict[str, str]

    def address(self, measure: str, unit: str = "") -> str:
        """`unit` is one unit alone; without it the whole of what the page is about."""
        own = {"unit": unit, "alone": "1"} if unit else {}
        return f"/figures/cases?{urlencode({'measure': measure, **self.base, **own})}"


@get("/")
async def show_figures(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The figures of the period, at first this month: the city, and a line for each unit."""
    query = query_of(request)
    today = in_shanghai(now).date()
    from_on, to_on = period((query.one("from"), query.one("to")), today=today)
    unit = rulebook.units_by_code.get(chosen(query.one("unit"), "unit", rulebook))
    units = rulebook.subtree(unit.id) if unit else None
    async with office.pool.acquire() as connection:
        found = await figures(
            connection,
            me,
            rulebook=rulebook,
            now=now,
            from_on=from_on,
            to_on=to_on,
            unit_id=unit.id if unit else None,
        )
        uses = await stop_uses(
            connection, Question(STOPPED, from_on, to_on, units), calendar=rulebook.calendar
        )
        trend = await weeks(connection, units, now=now)
    base = {"from": from_on.isoformat(), "to": to_on.isoformat()}
    if unit:
        base["unit"] = unit.code
    sorting = Sorting(query.one("sort"), query.one("order", "desc") != "asc", base)
    return page(
        request,
        "oversight/figures",
        rulebook=rulebook,
        found=found,
        unit=unit,
        columns=COLUMNS,
        lines=_sorted(_lines(found.units, uses, rulebook), sorting),
        stopped_cases=len({case for use in uses for case in use.cases}),
        stopped_days=sum(use.days for use in uses),
        sorting=sorting,
        behind=Behind(base),
        trend=trend,
        periods=_periods(today),
        shares=[(days, getattr(found.total, f"answered_{days}_rate")) for days in (5, 10, 15)],
    )


@get("/cases")
async def show_cases(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The cases that one number counts, the newest first."""
    query = query_of(request)
    today = in_shanghai(now).date()
    asked = _question(query, rulebook, today)
    after = query.one("after")[:60]
    async with office.pool.acquire() as connection:
        if asked.measure == STOPPED:
            uses = await stop_uses(connection, asked, calendar=rulebook.calendar)
            cases = {case for use in uses for case in use.cases}
            found, next_after = await rows_of(connection, me, cases), ""
        else:
            found, next_after = await behind(connection, me, asked, now=now, after=after)
    shown = lines_of([one.row for one in found], rulebook, me, now=now)
    names = ("measure", "from", "to", "unit", "alone")
    here = {name: query.one(name)[:60] for name in names if query.one(name)}
    return page(
        request,
        "oversight/cases",
        label=LABELS.get(asked.measure, asked.measure),
        dated=asked.measure not in NOW and asked.measure != STOPPED,
        asked=asked,
        unit=rulebook.units_by_code.get(chosen(query.one("unit"), "unit", rulebook)),
        lines=[
            (line, one.day, rulebook.unit_name(one.unit_id), one.times)
            for line, one in zip(shown, found, strict=True)
        ],
        after=after,
        first=f"/figures/cases?{urlencode(here)}",
        next_page=f"/figures/cases?{urlencode({**here, 'after': next_after})}"
        if next_after
        else "",
        back=f"/figures?{urlencode({k: v for k, v in here.items() if k in ('from', 'to')})}",
    )


def _question(query: Form, rulebook: Rulebook, today: date) -> Question:
    measure = query.one("measure")
    if measure not in MEASURES | {STOPPED}:
        raise Incomplete({"measure": "没有这个统计项目"})
    from_on, to_on = period((query.one("from"), query.one("to")), today=today)
    code = chosen(query.one("unit"), "unit", rulebook)
    unit = rulebook.units_by_code.get(code)
    if code and unit is None:
        raise Incomplete({"unit": "没有这个单位"})
    units = None
    if unit:
        units = (unit.id,) if query.one("alone") else rulebook.subtree(unit.id)
    return Question(measure, from_on, to_on, units)


def _lines(
    found: Sequence[UnitFigures], uses: Sequence[StopUse], rulebook: Rulebook
) -> list[UnitLine]:
    known = {one.unit_id: one for one in found}
    stopped = {use.unit_id: use for use in uses}
    return [
        UnitLine(unit.code, unit.name, known.get(key) or UnitFigures(unit_id=key), stopped.get(key))
        for key, unit in rulebook.units.items()
        if key in known or key in stopped
    ]


def _sorted(named: list[UnitLine], sorting: Sorting) -> list[UnitLine]:
    if sorting.name not in _BY_NAME:
        return named
    # What was not counted stands last, whichever way the rest goes.
    known = [one for one in named if getattr(one.figures, sorting.name) is not None]
    known.sort(key=lambda one: getattr(one.figures, sorting.name), reverse=sorting.down)
    return known + [one for one in named if getattr(one.figures, sorting.name) is None]


def _periods(today: date) -> list[tuple[str, str]]:
    """Periods that are often asked for, as (label, address)."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    year = today.replace(month=1, day=1)
    spans = (
        ("本月", month, today),
        ("上月", before.replace(day=1), before),
        ("今年", year, today),
        ("去年", year.replace(year=year.year - 1), year - timedelta(days=1)),
    )
    return [
        (label, f"/figures?{urlencode({'from': first.isoformat(), 'to': last.isoformat()})}")
        for label, first, last in spans
    ]


router = Router(
    "/figures",
    guards=[roles(Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER)],
    route_handlers=[show_figures, show_cases],
)
