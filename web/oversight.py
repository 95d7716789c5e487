"""What supervisors and leaders look at: cases at risk and overdue, and the figures of each unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get

from dispatch.counts import counts
from dispatch.digests import digest_for
from dispatch.figures import UnitFigures, figures, period
from dispatch.horizon import horizon
from dispatch.notices import notices
from dispatch.queues import QUEUES, STAGE_LISTS, Queue, queue
from hotline.calendar import in_shanghai
from hotline.errors import NotPermitted
from hotline.people import Role
from hotline.rulebook import Rulebook
from web.digests import digest_lines
from web.given import Me, Now, Rules, TheOffice, WebRequest, query_of, roles
from web.lists import asked_of, lines, tabs
from web.pickers import chosen
from web.render import page

OVERSIGHT_LISTS = (
    "at_risk",
    "overdue",
    "supervised",
    "returned_often",
    "redone",
    "to_decide",
    "all_open",
    "all",
)
HINTS = {
    "at_risk": "24小时内没有到期的工单；可以看看“已超期”。",
    "overdue": "现在没有超期的工单；可以看看“临期”，提前催办。",
    "supervised": "在工单页或列表的行内“督办”后，会出现在这里，直到办结。",
    "to_decide": "承办单位申请延期或停止计时后会出现在这里。",
    "returned_often": "改派、异议成立、退回重办满三次的工单会自动列入督办，出现在这里。",
    "redone": "审核或回访退回重办的在办工单会出现在这里。",
}
_ACTIONS = ("remind", "supervise")


@get("/oversight")
async def show_oversight(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The list asked for, at first what is at risk; who may remind or supervise does it here."""
    own = [QUEUES[name] for name in OVERSIGHT_LISTS if QUEUES[name].open_to(me)]
    # Of the other kinds, the stages in which a step is this person's own.
    own += [one for one in STAGE_LISTS if me.has(*one.roles)]
    asked = asked_of(request, rulebook, queue=own[0].name)
    current = _among(own, asked.queue)
    async with office.pool.acquire() as connection:
        found = await queue(
            connection,
            me,
            asked.queue,
            now=now,
            filters=asked.filters(rulebook),
            after=asked.after or None,
        )
        counted = await counts(connection, me, now=now)
        digest = await digest_for(connection, me, now=now)
        told = await notices(connection, me)
        published = await horizon(connection, rulebook.calendar, today=in_shanghai(now).date())
    return page(
        request,
        "oversight/show",
        published=published,
        live="/live",
        asked=asked,
        rulebook=rulebook,
        tabs=tabs(own, counted, asked),
        digest=digest_lines(me, digest),
        notices=told,
        label=current.label,
        empty=current.empty,
        hint=HINTS.get(asked.queue, ""),
        lines=lines(found.rows, rulebook, me, now=now, actions=_ACTIONS),
        acting=me.has(Role.SUPERVISOR, Role.DISPATCHER),
        next_after=found.next_after,
    )


def _among(own: Sequence[Queue], name: str) -> Queue:
    for one in own:
        if one.name == name:
            return one
    raise NotPermitted("这个列表不在您的职责范围内。")


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of the table. A rate is a share of 1; `queue` is the list behind the figure."""

    name: str
    label: str
    meaning: str
    rate: bool = False
    queue: str = ""


COLUMNS = (
    Column("received", "收到", "期间派给该单位主办的件数"),
    Column("closed", "办结", "期间办结的件数"),
    Column("on_time", "按期", "期间在办理时限内答复的件数"),
    Column("overdue", "超期", "期间办理时限届满而未答复的件数"),
    Column("on_time_rate", "按期率", "按期 ÷（按期 + 逾期答复）", rate=True),
    Column("redo", "重办", "期间退回重办的次数", queue="redone"),
    Column("solved_rate", "解决率", "已解决和部分解决 ÷ 有效回访", rate=True),
    Column("satisfied_rate", "满意率", "基本满意及以上 ÷ 已评价", rate=True),
    Column("open_now", "现在办", "现在由该单位主办、未办结的件数", queue="all_open"),
    Column("overdue_now", "现超期", "该单位现在已超期未答复的件数", queue="overdue"),
)
_BY_NAME = {column.name: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit's figures beside its name."""

    code: str
    name: str
    figures: UnitFigures


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


@get("/figures")
async def show_figures(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The figures of the period, at first this month: the city, and a line for each unit."""
    query = query_of(request)
    today = in_shanghai(now).date()
    from_on, to_on = period((query.one("from"), query.one("to")), today=today)
    code = chosen(query.one("unit"), "unit", rulebook)
    unit = rulebook.units_by_code.get(code)
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
        lines=_sorted(found.units, sorting, rulebook),
        sorting=sorting,
        # Dispatchers have no list of redone cases.
        all_lists=me.has(Role.SUPERVISOR, Role.LEADER),
        periods=_periods(today),
        shares=[(days, getattr(found.total, f"answered_{days}_rate")) for days in (5, 10, 15)],
    )


def _sorted(found: Sequence[UnitFigures], sorting: Sorting, rulebook: Rulebook) -> list[UnitLine]:
    named = [
        UnitLine(unit.code, unit.name, one)
        for one in found
        if (unit := rulebook.units.get(one.unit_id or 0))
    ]
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
    "/",
    guards=[roles(Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER)],
    route_handlers=[show_oversight, show_figures],
)
