"""The desk of the centre: dispatchers, reviewers and callback agents, each with their lists."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, Router, get, post

from dispatch.counts import counts
from dispatch.db import Connection
from dispatch.digests import digest_for
from dispatch.drafts import drafts_of_cases
from dispatch.last_acts import last_acts
from dispatch.queues import (
    ARCHIVE_LISTS,
    PAGE,
    QUEUES,
    STAGE_LISTS,
    Queue,
    QueuePage,
    Row,
    queue,
    queues_for,
)
from dispatch.search import search
from dispatch.timelines import Entry, said
from hotline.calendar import in_shanghai
from hotline.inputs import INPUTS
from hotline.people import REGISTER_ROLES, Actor, Role
from hotline.procedures import procedure
from hotline.routing import Suggestion, suggest
from hotline.rulebook import Rulebook
from web.batches import Pick, perform_each, picks_of
from web.deciding import applications_of
from web.digests import digest_lines
from web.given import Me, Now, Rules, TheForm, TheOffice, WebRequest, roles
from web.judging import judge_reply, note_callback, show_callback, show_review
from web.lists import SHORT_PAGE, Asked, asked_of, lines, tabs
from web.render import page, redirect
from web.saved_views import begins_elsewhere, views_for

# In the order of the tabs: first what somebody waits for, then what is looked after.
DESK_LISTS = (
    "returned_often",
    "to_dispatch",
    "objections",
    "to_decide",
    "registered",
    "to_review",
    "to_end",
    "due_callback",
    "verdicts",
    "merged",
    "look_backs",
    "due_today",
    "overdue",
    "at_risk",
    "all_open",
)
HINTS = {
    "returned_often": "改派、异议成立、退回重办满三次的工单会自动列入督办，出现在这里。",
    "to_dispatch": "受理后的工单会自动出现在这里，无需刷新。",
    "objections": "承办单位提出派单异议后会出现在这里。",
    "to_decide": "承办单位申请延期或停止计时后会出现在这里。",
    "registered": "网上和短信登记的诉求会出现在这里，受理后进入“待派单”。",
    "to_review": "承办单位答复后会出现在这里；您经办过的工单由其他审核员审核。",
    "due_callback": "审核通过的工单会出现在这里；您经办过的工单由其他回访员回访。",
    "verdicts": "回访不满意或未解决的工单会出现在这里。",
    "to_end": "承办单位申请终止办理后会出现在这里；您经办过的工单由其他审核员审核。",
    "merged": "并入其他工单的诉求在这里等待主单的答复，答复后自动进入“待回访”。",
    "look_backs": "办结后列入“回头看”的工单会出现在这里。",
    "due_today": "可以看看“临期”和“已超期”。",
    "overdue": "可以看看“临期”，提前催办。",
    "at_risk": "24小时内没有到期的工单。",
}
# What a row of the list tells besides the case: the last time that this was done.
_TOLD = {
    "objections": "object",
    "to_review": "reply",
    "due_callback": "callback",
    "verdicts": "callback",
}
# Lists in which every row has its form.
_DECIDED_HERE = frozenset({"to_dispatch", "objections", "to_decide"})
_ACTIONS = ("dispatch", "uphold_objection", "reject_objection")


def desk_lists(me: Actor) -> list[Queue]:
    """The tabs of this person."""
    own = {one.name: one for one in queues_for(me)}
    of_stages = [one for one in STAGE_LISTS if one.name in own]
    ended = [one for one in ARCHIVE_LISTS if one.name in own]
    return [*of_stages, *(own[name] for name in DESK_LISTS if name in own), *ended]


def _first(own: list[Queue]) -> Queue:
    """Where the desk opens: what is returned too often stands first and is mostly empty."""
    return next((one for one in own if one.name != "returned_often"), own[0])


@get("/")
async def show_desk(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The lists of the person's roles; the first that they have where the address names none."""
    own = desk_lists(me)
    asked = asked_of(request, rulebook, queue=_first(own).name)
    async with office.pool.acquire() as connection:
        views = await views_for(connection, me, request)
        if elsewhere := begins_elsewhere(request, views):
            return redirect(request, elsewhere)
        found = await _listed(connection, me, asked, rulebook, now)
        counted = await counts(connection, me, now=now)
        digest = await digest_for(connection, me, now=now)
        told = await _told(connection, asked.queue, found.rows)
        waiting = await applications_of(
            connection, me, asked.queue, found.rows, rulebook=rulebook, now=now
        )
        drafts = await drafts_of_cases(connection, (row.number for row in found.rows), actor=me)
    current = next((one for one in own if one.name == asked.queue), None)
    return page(
        request,
        "desk/show",
        live="/live",
        asked=asked,
        views=views,
        rulebook=rulebook,
        tabs=tabs(own, counted, asked),
        digest=digest_lines(me, digest),
        label=current.label if current else "",
        empty=current.empty if current else "没有工单",
        hint=HINTS.get(asked.queue, ""),
        archiving=_archiving(current, me),
        retention=procedure(current.kind).retention if current and current.kind else None,
        searchable=_searchable(asked),
        lines=lines(found.rows, rulebook, me, now=now, actions=_ACTIONS),
        next_after=found.next_after,
        suggested=suggestions(asked.queue, found.rows, rulebook, now),
        told=told,
        waiting=waiting,
        drafts=drafts,
        said=said_in_order,
        sees_board="due_today" in {one.name for one in own},
        review_next=asked.queue == "to_review" and bool(found.rows),
        callback_next=asked.queue == "due_callback" and bool(found.rows),
    )


async def _listed(
    connection: Connection, me: Actor, asked: Asked, rulebook: Rulebook, now: datetime
) -> QueuePage:
    """A page of the list; with words, what is found in it, newest first."""
    filters, after = asked.filters(rulebook), asked.after or None
    most = SHORT_PAGE if asked.queue in _DECIDED_HERE else PAGE
    if asked.q and _searchable(asked):
        listed = QUEUES[asked.queue]
        within = msgspec.structs.replace(filters, kind=listed.kind, stage=listed.stage)
        return await search(connection, me, asked.q, filters=within, after=after, limit=most)
    return await queue(
        connection, me, asked.queue, now=now, filters=filters, after=after, limit=most
    )


def _searchable(asked: Asked) -> bool:
    """Whether words can be looked for in the list: it is a stage."""
    return asked.queue in QUEUES and bool(QUEUES[asked.queue].stage)


def _archiving(listed: Queue | None, me: Actor) -> bool:
    """Whether the reader puts away (归档) what is listed."""
    if listed is None or listed in ARCHIVE_LISTS:
        return listed is not None
    act = procedure(listed.kind).action("archive") if listed.stage else None
    return act is not None and listed.stage in act.when and me.has(*act.roles_in(listed.stage))


async def _told(connection: Connection, name: str, rows: Iterable[Row]) -> Mapping[int, Entry]:
    action = _TOLD.get(name)
    return await last_acts(connection, [row.id for row in rows], action) if action else {}


def said_in_order(row: Row, entry: Entry, rulebook: Rulebook) -> list[tuple[str, str]]:
    """What was put in, in the order in which the action asks for it."""
    action = procedure(row.kind).action(entry.action)
    asked = [INPUTS[name].label for name, _ in action.inputs] if action else []
    return sorted(
        said(entry, rulebook), key=lambda one: asked.index(one[0]) if one[0] in asked else 99
    )


def suggestions(
    name: str, rows: Iterable[Row], rulebook: Rulebook, now: datetime
) -> dict[int, Suggestion]:
    """The first suggestion of the dispatch catalogue by case, for the list to be dispatched."""
    if name != "to_dispatch":
        return {}
    today = in_shanghai(now).date()
    found = {
        row.id: suggest(rulebook, category=row.category, place=row.place, on=today, most=1)
        for row in rows
    }
    return {key: first[0] for key, first in found.items() if first}


@post("/dispatch", guards=[roles(Role.DISPATCHER)], status_code=200)
async def dispatch_picked(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """Dispatch the ticked cases: all to one unit, or each to the one suggested on its row."""
    given = form.inputs(("lead_unit", "note"), rulebook)
    picks = picks_of(form.all("pick"))

    def wish(pick: Pick) -> tuple[str, Mapping[str, Any]]:
        return "dispatch", {"lead_unit": given["lead_unit"] or pick.proposed, "note": given["note"]}

    def done(pick: Pick) -> str:
        unit = rulebook.units_by_code[given["lead_unit"] or pick.proposed]
        return f"已派给{unit.name}"

    results = await perform_each(
        office, picks, actor=me, now=now, wish=wish, done=done, key=form.idempotency_key
    )
    return page(
        request,
        "lists/batch",
        heading="批量派单结果",
        results=results,
        back="/desk?queue=to_dispatch",
    )


@post("/archive", guards=[roles(Role.DISPATCHER, *REGISTER_ROLES)], status_code=200)
async def archive_picked(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """Put the ticked files away (归档), each through the one door."""
    given = form.inputs(("note",), rulebook)
    listed = form.one("queue")
    results = await perform_each(
        office,
        picks_of(form.all("pick")),
        actor=me,
        now=now,
        wish=lambda pick: ("archive", given),
        done=lambda pick: "已归档",
        key=form.idempotency_key,
    )
    return page(
        request,
        "lists/batch",
        heading="批量归档结果",
        results=results,
        back=f"/desk?queue={listed}" if listed in QUEUES else "/desk",
    )


router = Router(
    "/desk",
    guards=[roles(Role.DISPATCHER, Role.REVIEWER, Role.CALLBACK, *REGISTER_ROLES)],
    route_handlers=[
        show_desk,
        show_review,
        show_callback,
        judge_reply,
        note_callback,
        dispatch_picked,
        archive_picked,
    ],
)
