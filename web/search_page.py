"""Finding cases: by number, telephone, or any words of the request."""

from typing import Any

from litestar import Response, Router, get

from dispatch.queues import QueuePage, queue
from dispatch.search import search
from hotline.errors import Incomplete
from hotline.numbers import WrongNumber, parse_case_number
from hotline.people import CENTRE_ROLES, UNIT_ROLES, Actor
from web.given import Me, Now, Rules, TheOffice, WebRequest, roles
from web.lists import Asked, asked_of, lines
from web.render import case_url, page, redirect
from web.saved_views import begins_elsewhere, views_for


@get("/")
async def show_search(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """What was found within what the reader may see, newest first; without words, everything.

    The number of a case leads to the case itself.
    """
    asked = asked_of(request, rulebook)
    wrong = ""
    found = QueuePage([], None)
    async with office.pool.acquire() as connection:
        views = await views_for(connection, me, request)
        if elsewhere := begins_elsewhere(request, views):
            return redirect(request, elsewhere)
        try:
            if asked.q:
                found = await search(connection, me, asked.q, after=asked.after or None)
            else:
                found = await queue(
                    connection,
                    me,
                    now=now,
                    filters=asked.filters(rulebook),
                    after=asked.after or None,
                )
        except Incomplete as refusal:
            wrong = "；".join(refusal.fields.values())
    if len(found.rows) == 1 and found.rows[0].number == _as_number(asked.q):
        return redirect(request, case_url(found.rows[0].number))
    return page(
        request,
        "search/show",
        status=422 if wrong else 200,
        asked=asked,
        views=views,
        rulebook=rulebook,
        wrong=wrong,
        lines=lines(found.rows, rulebook, me, now=now),
        next_after=found.next_after,
        hint=_hint(asked, me),
    )


def _as_number(text: str) -> str:
    try:
        return parse_case_number(text)
    except WrongNumber:
        return ""


def _hint(asked: Asked, me: Actor) -> str:
    """What else to try where nothing was found."""
    if not asked.q:
        return ""
    if me.roles & UNIT_ROLES:
        return "只能找到本单位承办的工单；可换个说法，或减少字数。"
    return "可换个说法、减少字数，或改用工单号、来电号码查找。"


router = Router("/search", guards=[roles(*CENTRE_ROLES, *UNIT_ROLES)], route_handlers=[show_search])
