"""The registers (台账): a page of each kind, and the spreadsheet of what was asked for."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get
from litestar.params import FromPath

from dispatch.accesses import note_access
from dispatch.figures import period as period_of
from dispatch.ledger import (
    MEDIA_TYPE,
    MOST_EXPORTED,
    STATES,
    Period,
    ledger,
    ledgers_for,
    spreadsheet,
)
from hotline.calendar import in_shanghai
from hotline.errors import NotPermitted
from hotline.ledgers import LedgerRow, cells, columns_of
from hotline.people import CENTRE_ROLES, UNIT_ROLES
from hotline.procedures import procedure
from web.given import Form, Me, Now, Rules, TheOffice, WebRequest, query_of, roles
from web.papers import download
from web.render import page, redirect
from web.saved_views import begins_elsewhere, lasting, views_for

_AT_ONCE = 500


@get("/")
async def show_first(request: WebRequest, me: Me) -> Response[Any]:
    """The first register of this person."""
    own = ledgers_for(me)
    if not own:
        raise NotPermitted("没有您可以查看的台账。")
    return redirect(request, f"/ledger/{own[0].kind}")


@get("/{kind:str}")
async def show_ledger(
    request: WebRequest, kind: FromPath[str], office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """A page of the register, at first of this year."""
    rules, query = procedure(kind), query_of(request)
    period = _period(query, now)
    async with office.pool.acquire() as connection:
        views = await views_for(connection, me, request)
        if elsewhere := begins_elsewhere(request, views):
            return redirect(request, elsewhere)
        rows, next_after = await ledger(
            connection, me, rules, period, after=query.one("after") or None
        )
    asked = {"from": f"{period.from_on}", "to": f"{period.to_on}", "state": period.state}
    return page(
        request,
        "ledger/show",
        rules=rules,
        views=replace(views, here=_lasting(kind, period, now)),
        own=ledgers_for(me),
        columns=columns_of(rules),
        lines=[(row.number, cells(row, actor=me, rulebook=rulebook)) for row in rows],
        period=period,
        states=STATES,
        export=f"/ledger/{kind}/export.xlsx?{urlencode(asked)}",
        next_page=next_after and f"/ledger/{kind}?{urlencode({**asked, 'after': next_after})}",
        most=MOST_EXPORTED,
    )


@get("/{kind:str}/export.xlsx")
async def export_ledger(
    request: WebRequest, kind: FromPath[str], office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The register of the period as a spreadsheet; who took it is written down first."""
    rules = procedure(kind)
    period = _period(query_of(request), now)
    rows: list[LedgerRow] = []
    after: str | None = None
    async with office.pool.acquire() as connection:
        while True:
            more, after = await ledger(connection, me, rules, period, after=after, limit=_AT_ONCE)
            rows += more
            if after is None or len(rows) >= MOST_EXPORTED:
                break
    title = f"{rules.matter}台账（{period.from_on}至{period.to_on}）"
    if after is not None:
        title += f"：只含最近{MOST_EXPORTED}件，请分段导出"
    await note_access(
        office.pool, actor=me, case_id=None, what="export_ledger", now=now,
        reason=f"{rules.matter} {period.from_on}至{period.to_on} {STATES[period.state]}"
        f" {len(rows)}件",
    )  # fmt: skip
    lines = [cells(row, actor=me, rulebook=rulebook) for row in rows]
    made = await asyncio.to_thread(spreadsheet, title, columns_of(rules), lines)
    return download(made, f"{rules.matter}台账-{period.from_on}-{period.to_on}.xlsx", MEDIA_TYPE)


def _lasting(kind: str, period: Period, now: datetime) -> str:
    """The address for a view: of this year up to today it names no days, which pass."""
    usual = _period(Form(), now)
    asked = {
        "from": f"{period.from_on}" if period.from_on != usual.from_on else "",
        "to": f"{period.to_on}" if period.to_on != usual.to_on else "",
        "state": period.state,
    }
    return lasting(f"/ledger/{kind}?{urlencode(asked)}")


def _period(query: Form, now: datetime) -> Period:
    today = in_shanghai(now).date()
    first = query.one("from") or date(today.year, 1, 1).isoformat()
    from_on, to_on = period_of((first, query.one("to")), today=today)
    return Period(from_on=from_on, to_on=to_on, state=query.one("state"))


router = Router(
    "/ledger",
    guards=[roles(*sorted(CENTRE_ROLES | UNIT_ROLES))],
    route_handlers=[show_first, show_ledger, export_ledger],
)
