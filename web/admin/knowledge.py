"""Knowledge articles as they are written: by the administrator, and by heads for their units."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch import articles
from dispatch.articles import ArticleFilter, ArticleRow
from dispatch.office import Office
from dispatch.registry import history
from hotline.articles import DRAFT, STATES, WRITERS, may_write
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete, NotFound
from hotline.people import Actor, Role
from hotline.rulebook import Rulebook
from web.admin.frame import PAGE, Done, Filled, admin_page, number, refused, submitted, typed
from web.admin.trees import nodes
from web.admin.units import units_to_choose
from web.given import Form, Me, Now, Rules, TheForm, TheOffice, WebRequest, query_of, roles

REVIEW_AFTER = timedelta(days=180)
"""When a new article is looked at again, unless its writer says otherwise (演示设定)."""


@get("/")
async def list_articles(
    request: WebRequest, me: Me, now: Now, office: TheOffice, rulebook: Rules
) -> Response[Any]:
    """The articles that this person writes, those to be reviewed first at the top."""
    query = query_of(request)
    state = query.one("state") if query.one("state") in STATES else ""
    today = in_shanghai(now).date()
    begin = number(query, "after") or 0
    chosen = ArticleFilter(
        None if me.has(Role.ADMIN) else me.unit_ids, state, today if query.one("due") else None
    )
    found = await articles.written(office.pool, chosen, after=begin, most=PAGE + 1)
    return admin_page(
        request,
        me,
        "knowledge",
        articles=found[:PAGE],
        next_after=begin + PAGE if len(found) > PAGE else None,
        today=today,
        state=state,
        due=bool(query.one("due")),
        states=STATES,
        rulebook=rulebook,
    )


@get("/new")
async def new_article(
    request: WebRequest, me: Me, now: Now, office: TheOffice, rulebook: Rules
) -> Response[Any]:
    """An empty form, valid from today."""
    today = in_shanghai(now).date()
    values = {
        "valid_from": today.isoformat(),
        "review_on": (today + REVIEW_AFTER).isoformat(),
        "state": DRAFT,
        "unit_id": str(me.unit_id or ""),
    }
    return await _form_page(request, me, office, rulebook, None, Filled(values))


@post("/", status_code=200)
async def create_article(
    request: WebRequest, me: Me, now: Now, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """A new article, or how it would look."""
    drawn = partial(_form_page, request, me, office, rulebook, None)
    return await _saved(request, me, now, office, form, None, drawn)


@get("/{article_id:int}")
async def edit_article(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, article_id: FromPath[int]
) -> Response[Any]:
    """The form of an article, with its history below."""
    article = await _own(office, me, article_id)
    values = {
        "title": article.title,
        "body": article.body,
        "category": article.category,
        "keywords": article.keywords,
        "unit_id": str(article.unit_id),
        "valid_from": article.valid_from.isoformat(),
        "valid_until": article.valid_until.isoformat() if article.valid_until else "",
        "review_on": article.review_on.isoformat(),
        "state": article.state,
        "seen": await articles.seen(office.pool, article_id),
    }
    return await _form_page(request, me, office, rulebook, article, Filled(values))


@post("/{article_id:int}", status_code=200)
async def change_article(
    request: WebRequest,
    me: Me,
    now: Now,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    article_id: FromPath[int],
) -> Response[Any]:
    """The next version of an article, or how it would look."""
    article = await _own(office, me, article_id)
    drawn = partial(_form_page, request, me, office, rulebook, article)
    return await _saved(request, me, now, office, form, article_id, drawn)


router = Router(
    "/admin/knowledge",
    guards=[roles(*WRITERS)],
    route_handlers=[list_articles, new_article, create_article, edit_article, change_article],
)


async def _own(office: Office, me: Actor, article_id: int) -> ArticleRow:
    """The article where this person writes it. Raises NotFound."""
    article = await articles.the_article(office.pool, article_id)
    if not may_write(me, article.unit_id):
        raise NotFound("没有这条知识。")
    return article


async def _saved(
    request: WebRequest,
    me: Actor,
    now: datetime,
    office: Office,
    form: Form,
    article_id: int | None,
    drawn: Callable[..., Awaitable[Response[Any]]],
) -> Response[Any]:
    """The article is kept as the form says; or, where that was asked for, shown as it would be."""
    if form.one("preview"):
        try:
            await articles.checked(office, typed(form), actor=me)
        except Incomplete as refusal:
            return await drawn(refused(form, refusal))
        return await drawn(Filled(typed(form)), preview=True)
    return await submitted(
        request,
        form,
        lambda: articles.save_article(office, article_id, typed(form), actor=me, now=now),
        then=lambda key: Done(f"/admin/knowledge/{key}", "知识已保存。"),
        again=drawn,
    )


async def _form_page(
    request: WebRequest,
    me: Actor,
    office: Office,
    rulebook: Rulebook,
    article: ArticleRow | None,
    filled: Filled,
    *,
    preview: bool = False,
) -> Response[Any]:
    changes: list[history.RegisterChange] = []
    if article:
        changes = await history.changes(office.pool, subject=f"知识 第{article.id}条", most=20)
    units = [
        (kind, [unit for unit in of_kind if may_write(me, unit.id)])
        for kind, of_kind in units_to_choose(rulebook)
    ]
    return admin_page(
        request,
        me,
        "article",
        filled=filled,
        article=article,
        changes=changes,
        preview=str(filled["body"]).splitlines() if preview else [],
        choices=[(kind, of_kind) for kind, of_kind in units if of_kind],
        categories=[
            (node.entry.code, f"{node.entry.code} {rulebook.category_path(node.entry.code)}")
            for node in nodes(rulebook.categories)
            if node.entry.active
        ],
        states=list(STATES.items()),
        rulebook=rulebook,
    )
