"""What the console offers while a call is typed: repeats, a category, an answer. Nothing by itself.

Asked for a moment after the last key, never in the way of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, post

from dispatch.articles import ArticleRow, matching
from dispatch.office import Office
from hotline.calendar import in_shanghai
from hotline.categorising import SuggestedCategory, suggest_categories, words_of
from hotline.numbers import WrongPhone, normalise_phone
from hotline.people import Actor
from hotline.rulebook import Rulebook
from hotline.similar import Told
from web.given import Me, Now, Rules, TheForm, TheOffice, WebRequest
from web.likely import Likely, likely_of
from web.render import page, render

ASKED = ("title", "content", "address", "place", "category", "requester_phone")
# Fewer characters say nothing yet.
_LEAST = 2
_LONGEST = 3000


NONE = Likely()


@dataclass(frozen=True, slots=True)
class Help:
    """What is offered; `told` is whether there was anything to go by."""

    told: bool = False
    likely: Likely = NONE
    categories: tuple[SuggestedCategory, ...] = ()
    articles: tuple[ArticleRow, ...] = ()


async def help_for(
    office: Office, me: Actor, typed: Mapping[str, Any], rulebook: Rulebook, *, now: datetime
) -> Help:
    """Repeats, categories and articles for what was typed so far."""
    told = _told(typed, rulebook)
    text = f"{told.title}\n{told.content}"
    if len(text.strip()) < _LEAST and not told.address:
        return Help()
    today = in_shanghai(now).date()
    categories = suggest_categories(
        words_of(told.title, told.content),
        office.advice.named(rulebook, on=today),
        await office.advice.model(),
    )
    return Help(
        True,
        await likely_of(office, me, told, now=now),
        # What was chosen already is offered no more.
        tuple(one for one in categories if one.code != told.category),
        tuple(await matching(office.pool, text, on=today)),
    )


def _told(typed: Mapping[str, Any], rulebook: Rulebook) -> Told:
    texts = {name: str(typed.get(name) or "")[:_LONGEST] for name in ASKED}
    try:
        phone = normalise_phone(texts.pop("requester_phone"))
    except WrongPhone:
        phone = ""
    if texts["category"] not in rulebook.categories:
        texts["category"] = ""
    return Told(phone=phone, **texts)


@post("/help", status_code=200)
async def show_help(
    request: WebRequest, me: Me, office: TheOffice, now: Now, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """The three panels anew; without scripts as a page of their own."""
    typed = form.inputs(ASKED, rulebook)
    offered = await help_for(office, me, typed, rulebook, now=now)
    if request.headers.get("hx-request") != "true":
        return page(request, "console/helped", help=offered, rulebook=rulebook)
    return render(request, "console/_helped.html", help=offered, rulebook=rulebook)
