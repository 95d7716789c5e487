"""The periodic reports (定期报告) of the supervising office, as files for a chosen period."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get

from dispatch.accesses import note_access
from dispatch.figures import period
from dispatch.ledger import ledgers_for
from dispatch.office import Office
from dispatch.paper_press import MEDIA_TYPE, printed
from dispatch.reports import half_month, half_months, leaders_lately, monthly, months, of_a_leader
from hotline.calendar import in_shanghai
from hotline.errors import NotPermitted
from hotline.paper import Paper
from hotline.papers.periodic import HALF_MONTH, MONTHLY, OF_A_LEADER
from hotline.people import Actor, Role
from hotline.procedures import procedure
from hotline.procedures.leader import LEADER
from web.given import Me, Now, Rules, TheOffice, WebRequest, query_of, roles
from web.papers import download
from web.render import page


@get("/")
async def show_reports(request: WebRequest, office: TheOffice, me: Me, now: Now) -> Response[Any]:
    """Which reports there are, with the periods that are usually asked for."""
    today = in_shanghai(now).date()
    async with office.pool.acquire() as connection:
        leaders = await leaders_lately(connection, me, today=today)
    return page(
        request,
        "reports/show",
        leaders=leaders,
        half_months=[_span("half-month.docx", one) for one in half_months(today, count=6)],
        months=[_span("monthly.docx", one) for one in months(today, count=6)],
        kinds=ledgers_for(me),
        first=today.replace(day=1),
        today=today,
    )


def _span(file: str, days: tuple[Any, Any]) -> tuple[str, str]:
    """(label, address) of a report on the days."""
    first, last = days
    return f"{first}至{last}", f"/reports/{file}?{urlencode({'from': first, 'to': last})}"


@get("/half-month.docx")
async def print_half_month(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """《市长、副市长、市长助理批示办理情况》."""
    query, today = query_of(request), in_shanghai(now).date()
    from_on, to_on = period((query.one("from"), query.one("to")), today=today)
    async with office.pool.acquire() as connection:
        words = await half_month(
            connection, me, rulebook=rulebook, city=office.settings.city,
            from_on=from_on, to_on=to_on, now=now,
        )  # fmt: skip
    name = f"{HALF_MONTH.title} {from_on}至{to_on}"
    return await _handed_out(office, HALF_MONTH, words, name, actor=me, now=now)


@get("/leader.docx")
async def print_of_a_leader(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """《领导批示督查专报》 on what one leader wrote."""
    query, today = query_of(request), in_shanghai(now).date()
    from_on, to_on = period((query.one("from"), query.one("to")), today=today)
    leader = query.one("leader").strip()[:50]
    async with office.pool.acquire() as connection:
        words = await of_a_leader(
            connection, me, leader, rulebook=rulebook, city=office.settings.city,
            from_on=from_on, to_on=to_on, now=now,
        )  # fmt: skip
    name = f"{OF_A_LEADER.title}（{leader}） {from_on}至{to_on}"
    return await _handed_out(office, OF_A_LEADER, words, name, actor=me, now=now)


@get("/monthly.docx")
async def print_monthly(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """《督查专报》 on every unit, of the leaders' instructions or of the kind asked for."""
    query, today = query_of(request), in_shanghai(now).date()
    from_on, to_on = period((query.one("from"), query.one("to")), today=today)
    rules = procedure(query.one("kind") or LEADER.kind)
    if rules not in ledgers_for(me):
        raise NotPermitted(f"{rules.matter}的统计不在您的职责范围内。")
    async with office.pool.acquire() as connection:
        words = await monthly(
            connection, me, rules, rulebook=rulebook, city=office.settings.city,
            from_on=from_on, to_on=to_on, now=now,
        )  # fmt: skip
    name = f"{MONTHLY.title}（{rules.matter}） {from_on}至{to_on}"
    return await _handed_out(office, MONTHLY, words, name, actor=me, now=now)


async def _handed_out(
    office: Office, paper: Paper, words: dict[str, Any], name: str, *, actor: Actor, now: datetime
) -> Response[Any]:
    """The report as a file of that name; who took it is written down."""
    await note_access(
        office.pool, actor=actor, case_id=None, what="print_report", now=now, reason=name
    )
    return download(await printed(paper, words), f"{name}.docx", MEDIA_TYPE)


router = Router(
    "/reports",
    guards=[roles(Role.SECRETARY, Role.SUPERVISOR)],
    route_handlers=[show_reports, print_half_month, print_of_a_leader, print_monthly],
)
