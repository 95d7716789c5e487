"""The knowledge base (知识库): everybody at the centre and in the units searches and reads it."""

from typing import Any

from litestar import Response, Router, get
from litestar.params import FromPath

from dispatch.articles import matching, newest, the_article
from hotline.articles import READERS, STATES, WRITERS, in_force, may_write
from hotline.calendar import in_shanghai
from hotline.errors import NotFound
from hotline.wording import without_invisible
from web.given import Me, Now, Rules, TheOffice, WebRequest, query_of, roles
from web.render import page

FOUND = 30
# Somebody who looks for it reads also what answers only in part.
_LEAST = 0.1


@get("/")
async def search_articles(
    request: WebRequest, me: Me, office: TheOffice, now: Now, rulebook: Rules
) -> Response[Any]:
    """Articles in force: for the words that were typed, or those changed last."""
    query = query_of(request)
    asked, category = _words(query.one("q")), query.one("category")[:20]
    today = in_shanghai(now).date()
    if asked:
        found = await matching(office.pool, asked, on=today, most=FOUND, least=_LEAST)
    else:
        found = await newest(office.pool, on=today, category=category)
    return page(
        request,
        "knowledge/list",
        articles=found,
        asked=asked,
        category=category,
        top=[one for one in rulebook.categories.values() if not one.parent and one.active],
        rulebook=rulebook,
        writes=me.has(*WRITERS),
    )


@get("/{article_id:int}")
async def show_article(
    request: WebRequest,
    article_id: FromPath[int],
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
) -> Response[Any]:
    """One article; what is not in force is seen only by those who write it."""
    article = await the_article(office.pool, article_id)
    today = in_shanghai(now).date()
    valid = in_force(article.state, article.valid_from, article.valid_until, on=today)
    writes = may_write(me, article.unit_id)
    if not valid and not writes:
        raise NotFound("没有这条知识。")
    return page(
        request,
        "knowledge/show",
        article=article,
        state=STATES[article.state],
        valid=valid,
        due=article.review_on <= today,
        writes=writes,
        rulebook=rulebook,
    )


def _words(typed: str) -> str:
    return without_invisible(typed[:100]).replace("\x00", "").strip()


router = Router(
    "/knowledge",
    guards=[roles(*READERS)],
    route_handlers=[search_articles, show_article],
)
