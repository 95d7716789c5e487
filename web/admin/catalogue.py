"""The dispatch catalogue: its lines, a new one, the end of one, and what it suggests."""

from datetime import date, datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.office import Office
from dispatch.registry import catalogue
from dispatch.registry.catalogue import LineFilter
from hotline.calendar import in_shanghai
from hotline.categorising import SuggestedCategory, suggest_categories, words_of
from hotline.people import Actor, Role
from hotline.routing import lost, suggest
from hotline.rulebook import Entry, Rulebook
from web.admin.frame import (
    PAGE,
    Done,
    Filled,
    admin_page,
    number,
    submitted,
    typed,
    words,
)
from web.admin.trees import nodes
from web.admin.units import units_to_choose
from web.given import Form, Me, Now, Rules, TheForm, TheOffice, WebRequest, query_of, roles

LONGEST_TRIED = 500


@get("/")
async def list_lines(
    request: WebRequest, me: Me, now: Now, office: TheOffice, rulebook: Rules
) -> Response[Any]:
    """Lines by category and place, filtered; beside them the try-out."""
    query = query_of(request)
    today = in_shanghai(now).date()
    chosen = LineFilter(
        category=words(query, "category", most=20),
        unit_id=number(query, "unit_id"),
        place=words(query, "place", most=20),
        in_force_on=None if query.one("all") else today,
    )
    found = await catalogue.lines(office.pool, chosen, after=_after(query), most=PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return admin_page(
        request,
        me,
        "catalogue",
        lines=found[:PAGE],
        next_after=f"{last.category}|{last.place}|{last.id}" if last else "",
        today=today,
        rules=rulebook,
        query={
            "category": chosen.category,
            "unit_id": str(chosen.unit_id or ""),
            "place": chosen.place,
            "all": "1" if query.one("all") else "",
        },
        trial=await _trial(office, query, rulebook, today),
        **_choices(rulebook),
    )


@get("/new")
async def new_line(request: WebRequest, me: Me, now: Now, rulebook: Rules) -> Response[Any]:
    """An empty form, from today."""
    query = query_of(request)
    values = {
        "category": words(query, "category"),
        "place": words(query, "place"),
        "unit_id": query.one("unit_id")[:18],
        "valid_from": in_shanghai(now).date().isoformat(),
    }
    return await _new_page(request, me, rulebook, Filled(values))


@post("/", status_code=200)
async def create_line(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """A new line."""
    return await submitted(
        request,
        form,
        lambda: catalogue.add_line(office, typed(form), actor=me),
        then=lambda line_id: Done(f"/admin/catalogue/{line_id}", "派单目录已新增一项。"),
        again=lambda filled: _new_page(request, me, rulebook, filled),
    )


@get("/{line_id:int}")
async def show_line(
    request: WebRequest,
    me: Me,
    now: Now,
    office: TheOffice,
    rulebook: Rules,
    line_id: FromPath[int],
) -> Response[Any]:
    """One line, and its end."""
    today = in_shanghai(now).date().isoformat()
    return await _line_page(
        request, me, now, office, rulebook, line_id, Filled({"valid_until": today})
    )


@post("/{line_id:int}/end", status_code=200)
async def end_line(
    request: WebRequest,
    me: Me,
    now: Now,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    line_id: FromPath[int],
) -> Response[Any]:
    """The line's last day."""
    return await submitted(
        request,
        form,
        lambda: catalogue.end_line(office, line_id, typed(form), actor=me),
        then=lambda _: Done(f"/admin/catalogue/{line_id}", "已定截止日期。"),
        again=lambda filled: _line_page(request, me, now, office, rulebook, line_id, filled),
    )


router = Router(
    "/catalogue",
    guards=[roles(Role.ADMIN)],
    route_handlers=[list_lines, new_line, create_line, show_line, end_line],
)


async def _trial(office: Office, query: Form, rulebook: Rulebook, today: date) -> dict[str, Any]:
    """Whom a case of today would go to, as a dispatcher would be told, and which lines lost.

    Without a category the first one suggested for the text is taken.
    """
    category, place = words(query, "try_category", most=20), words(query, "try_place", most=20)
    text = words(query, "try_text", most=LONGEST_TRIED)
    typed_day = query.one("try_on")[:20]
    on, wrong = today, ""
    if typed_day:
        try:
            on = date.fromisoformat(typed_day)
        except ValueError:
            wrong = "“日期”应如 2026-03-09，以下按今天试算。"
    suggested: list[SuggestedCategory] = []
    if text:
        named = office.advice.named(rulebook, on=on)
        suggested = suggest_categories(words_of("", text), named, await office.advice.model())
    taken = category or next((one.code for one in suggested), "")
    return {
        "category": category,
        "place": place,
        "text": text,
        "on": on.isoformat(),
        "wrong": wrong,
        "asked": bool(category or text),
        "taken": taken,
        "suggested": suggested,
        "suggestions": suggest(rulebook, category=taken, place=place, on=on) if taken else [],
        "lost": lost(rulebook, category=taken, place=place, on=on) if taken else [],
    }


def _after(query: Form) -> tuple[str, str, int] | None:
    """The key of the last line shown; anything else begins anew."""
    category, _, rest = words(query, "after", most=80).partition("|")
    place, _, key = rest.partition("|")
    fits = key.isascii() and key.isdecimal() and len(key) <= 18
    return (category, place, int(key)) if fits else None


def _choices(rulebook: Rulebook) -> dict[str, Any]:
    def in_use(tree: list[Entry]) -> list[Entry]:
        return [entry for entry in tree if entry.active]

    return {
        "choices": units_to_choose(rulebook),
        "categories": [
            (entry.code, rulebook.category_path(entry.code))
            for entry in in_use([node.entry for node in nodes(rulebook.categories)])
        ],
        "places": [
            (node.entry.code, rulebook.place_path(node.entry.code))
            for node in nodes(rulebook.places)
        ],
    }


async def _new_page(
    request: WebRequest, me: Actor, rulebook: Rulebook, filled: Filled
) -> Response[Any]:
    return admin_page(request, me, "catalogue_new", filled=filled, **_choices(rulebook))


async def _line_page(
    request: WebRequest,
    me: Actor,
    now: datetime,
    office: Office,
    rulebook: Rulebook,
    line_id: int,
    filled: Filled,
) -> Response[Any]:
    return admin_page(
        request,
        me,
        "catalogue_line",
        filled=filled,
        line=await catalogue.the_line(office.pool, line_id),
        today=in_shanghai(now).date(),
        rules=rulebook,
    )
