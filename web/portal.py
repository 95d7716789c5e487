"""What a member unit has before it: its own cases, nearest deadline first, and what it was told."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, Router, get, post

from dispatch.counts import counts
from dispatch.digests import digest_for
from dispatch.figures import figures
from dispatch.notices import notices
from dispatch.queues import Queue, queue, queues_for
from dispatch.trends import weeks
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete
from hotline.people import UNIT_ROLES, Actor, Role
from web.batches import Pick, perform_each, picks_of
from web.digests import digest_lines
from web.given import Me, Now, Rules, TheForm, TheOffice, WebRequest, roles
from web.lists import asked_of, lines, tabs
from web.render import page, redirect
from web.saved_views import begins_elsewhere, views_for

PORTAL_LISTS = (
    "mine", "to_countersign", "to_sign", "in_hand", "assisting", "inside", "unit_sent",
    "unit_closed", "unit_all",
)  # fmt: skip
HINTS = {
    "mine": "派给本单位的工单会自动出现在这里，无需刷新。",
    "to_sign": "新派来的工单会自动出现在这里；逾期未签收的视为签收。",
    "in_hand": "签收后的工单在这里办理。",
    "assisting": "请本单位协办的工单会出现在这里，反馈给主办单位。",
    "inside": "转给下级单位或者同事的工单，在反馈或者收回以前会出现在这里。",
    "to_countersign": "经办人送审的答复会出现在这里；请打开工单审签或者退回。",
    "unit_sent": "答复以后、办结以前的工单在这里。",
}
# What may be ticked: a lead signs, a co-unit signs its own part.
_SIGNING = {"lead": "sign", "co": "co_sign"}


def portal_lists(me: Actor) -> list[Queue]:
    """The tabs of a unit."""
    own = {one.name: one for one in queues_for(me)}
    return [own[name] for name in PORTAL_LISTS if name in own]


@get("/")
async def show_portal(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The unit's list, its notices, and its figures of this month."""
    own = portal_lists(me)
    asked = asked_of(request, rulebook, queue=own[0].name)
    current = next((one for one in own if one.name == asked.queue), None)
    if current is None:
        raise Incomplete({"queue": "没有这个列表，请从上方的列表中选择"})
    today = in_shanghai(now).date()
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
        )
        counted = await counts(connection, me, now=now)
        digest = await digest_for(connection, me, now=now)
        told = await notices(connection, me)
        trend = await weeks(connection, me.unit_ids, now=now)
        month = await figures(
            connection,
            me,
            rulebook=rulebook,
            now=now,
            from_on=today.replace(day=1),
            to_on=today,
        )
    return page(
        request,
        "portal/show",
        live="/live",
        asked=asked,
        views=views,
        rulebook=rulebook,
        tabs=tabs(own, counted, asked),
        digest=digest_lines(me, digest),
        label=current.label,
        empty=current.empty,
        hint=HINTS.get(asked.queue, ""),
        lines=lines(found.rows, rulebook, me, now=now, actions=_SIGNING.values()),
        signing=_SIGNING,
        next_after=found.next_after,
        notices=told,
        month=month.total,
        trend=trend,
        may_set=me.has(Role.UNIT_HEAD),
        own_unit=rulebook.unit_name(me.unit_id),
    )


@post("/sign", status_code=200)
async def sign_picked(
    request: WebRequest, office: TheOffice, me: Me, now: Now, form: TheForm
) -> Response[Any]:
    """Confirm receipt of the ticked cases, each for itself."""
    picks = picks_of(form.all("pick"))

    def wish(pick: Pick) -> tuple[str, Mapping[str, Any]]:
        return ("co_sign" if pick.proposed == "co_sign" else "sign"), {}

    results = await perform_each(
        office,
        picks,
        actor=me,
        now=now,
        wish=wish,
        done=lambda pick: "已签收，请按时办理。",
        key=form.idempotency_key,
    )
    return page(
        request,
        "lists/batch",
        heading="批量签收结果",
        results=results,
        back="/portal?queue=in_hand",
    )


router = Router("/portal", guards=[roles(*UNIT_ROLES)], route_handlers=[show_portal, sign_picked])
