"""What supervisors and leaders look at: cases at risk, overdue, stopped, returned, dissatisfied."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, Router, get

from dispatch.counts import counts
from dispatch.digests import digest_for
from dispatch.drafts import drafts_of_cases
from dispatch.horizon import horizon
from dispatch.notices import notices
from dispatch.queues import PAGE, QUEUES, STAGE_LISTS, Queue, queue
from hotline.calendar import in_shanghai
from hotline.errors import NotPermitted
from hotline.people import Role
from web.agents import agents_now
from web.deciding import applications_of
from web.digests import digest_lines
from web.given import Me, Now, Rules, TheOffice, WebRequest, roles
from web.lists import SHORT_PAGE, asked_of, lines, tabs
from web.render import page, redirect
from web.saved_views import begins_elsewhere, views_for

OVERSIGHT_LISTS = (
    "at_risk",
    "due_today",
    "overdue",
    "supervised",
    "returned_often",
    "redone",
    "stopped",
    "dissatisfied",
    "to_decide",
    "all_open",
    "all",
)
HINTS = {
    "at_risk": "24小时内没有到期的工单；可以看看“已超期”。",
    "due_today": "可以看看“临期”和“已超期”。",
    "overdue": "现在没有超期的工单；可以看看“临期”，提前催办。",
    "supervised": "在工单页或列表的行内“督办”后，会出现在这里，直到办结。",
    "to_decide": "承办单位申请延期或停止计时后会出现在这里。",
    "returned_often": "改派、异议成立、退回重办满三次的工单会自动列入督办，出现在这里。",
    "stopped": "批准停止计时后会出现在这里，恢复计时后离开。",
    "dissatisfied": "回访或短信评价为不满意的工单会出现在这里，办结的也在内。",
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
    acting = me.has(Role.SUPERVISOR, Role.DISPATCHER)
    async with office.pool.acquire() as connection:
        views = await views_for(connection, me, request)
        if elsewhere := begins_elsewhere(request, views):
            return redirect(request, elsewhere)
        found = await queue(
            connection,
            me,
            asked.queue,
            now=now,
            filters=asked.filters(rulebook),
            after=asked.after or None,
            limit=SHORT_PAGE if acting else PAGE,
        )
        counted = await counts(connection, me, now=now)
        waiting = await applications_of(
            connection, me, asked.queue, found.rows, rulebook=rulebook, now=now
        )
        drafts = await drafts_of_cases(connection, (row.number for row in found.rows), actor=me)
        digest = await digest_for(connection, me, now=now)
        told = await notices(connection, me)
        published = await horizon(connection, rulebook.calendar, today=in_shanghai(now).date())
    return page(
        request,
        "oversight/show",
        **await agents_now(office, now=now),
        published=published,
        live="/live",
        asked=asked,
        views=views,
        rulebook=rulebook,
        tabs=tabs(own, counted, asked),
        digest=digest_lines(me, digest),
        notices=told,
        label=current.label,
        empty=current.empty,
        hint=HINTS.get(asked.queue, ""),
        lines=lines(found.rows, rulebook, me, now=now, actions=_ACTIONS),
        waiting=waiting,
        drafts=drafts,
        acting=acting,
        next_after=found.next_after,
    )


def _among(own: Sequence[Queue], name: str) -> Queue:
    for one in own:
        if one.name == name:
            return one
    raise NotPermitted("这个列表不在您的职责范围内。")


router = Router(
    "/",
    guards=[roles(Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER)],
    route_handlers=[show_oversight],
)
