"""A page for a browser, a fragment for htmx: the same template, whole or in part."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.response import Redirect
from markupsafe import Markup

from dispatch.office import Office, clock
from hotline.files import MEDIA_TYPES
from hotline.inputs import INPUTS
from hotline.numbers import new_secret_token, spoken_phone
from hotline.people import ROLE_LABELS
from hotline.procedure import PHASE_LABELS
from web import language, showing
from web.assets import Assets
from web.given import WebRequest, is_htmx, query_of
from web.navigation import entries_for
from web.pickers import options, written

TEMPLATES = Path(__file__).with_name("templates")
FLASH_COOKIE = "hotline_flash"


def template_environment(office: Office, assets: Assets) -> Environment:
    """The Jinja environment, with our filters and words; made once per process."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        cache_size=-1,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # i18n's
        language.say, _of_many, newstyle=True
    )
    language.catalogue()
    environment.globals.update(
        city=office.settings.city,
        demo=office.settings.demo_passwords,
        static=assets.url,
        INPUTS=INPUTS,
        ROLE_LABELS=ROLE_LABELS,
        PHASE_LABELS=PHASE_LABELS,
        new_key=new_secret_token,
        attachment_mb=office.settings.attachment_mb,
        file_endings=",".join(f".{kind}" for kind in MEDIA_TYPES),
        light=_light,
        options=options,
        written=written,
        _=_said,
        t=language.told,
        LANGUAGES=language.LANGUAGES,
        language=language.spoken,
    )
    environment.filters.update(
        exact=showing.exact,
        iso=showing.iso,
        on_day=_on_day,
        short=_short,
        ago=_ago,
        spoken=spoken_phone,
        case_url=case_url,
        t=language.told,
        told_notice=language.told_notice,
    )
    return environment


def _of_many(one: str, many: str, n: int) -> str:
    """For `{% trans %}` with a plural, which our templates do not use: Chinese has none."""
    return language.say(one if n == 1 else many)


def _said(text: str, **values: Any) -> Markup:
    """`_("…")` of the templates. The extension's own asks its context twice for every word."""
    words = Markup(language.say(text))
    return words % values if "%" in words else words


def case_url(number: str) -> str:
    """The page of a case."""
    return f"/cases/{number}"


@pass_context
def _light(
    context: Context, due_at: datetime | None, *, rung: int = 0, at: datetime | None = None
) -> showing.Light | None:
    return showing.light(due_at, at or context["now"], rung=rung)


@pass_context
def _short(context: Context, at: datetime | None) -> str:
    return language.told(showing.short(at, context["now"]))


@pass_context
def _ago(context: Context, at: datetime | None) -> str:
    return language.told(showing.ago(at, context["now"]))


def _on_day(day: date | None) -> str:
    return language.told(showing.on_day(day))


def page(
    request: WebRequest,
    name: str,
    /,
    *,
    status: int = 200,
    flash: str = "",
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """`case/show` gives `case/show.html` to a browser, and `case/_show.html` to htmx."""
    folder, _, last = name.rpartition("/")
    file = f"{folder}/_{last}.html".lstrip("/") if is_htmx(request) else f"{name}.html"
    return render(request, file, status=status, flash=flash, headers=headers, **context)


def render(
    request: WebRequest,
    file: str,
    /,
    *,
    status: int = 200,
    flash: str = "",
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """Exactly this template file: for a fragment that is no page's main part."""
    told = flash or unquote(request.cookies.get(FLASH_COOKIE, ""))
    words = {"now": clock(), **frame(request), **context, "flash": told}
    with language.speaking(language.language_of(request)):
        html = request.app.state.templates.get_template(file).render(words)
        if flash and is_htmx(request):
            html += request.app.state.templates.get_template("_flash.html").render(words)
    response = Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)
    if FLASH_COOKIE in request.cookies and not is_htmx(request):
        response.delete_cookie(FLASH_COOKIE)
    return response


def frame(request: WebRequest) -> dict[str, Any]:
    """What every page shows around its own part."""
    presence = request.scope.get("user")
    return {
        "me": presence.actor if presence else None,
        "csrf": presence.csrf if presence else "",
        "navigation": entries_for(presence.actor) if presence else (),
        "here": request.url.path,
        "own_address": _own_address(request),
        # The rows that were left to be done again (web.batches): ticked when the list opens.
        "ticked": frozenset(query_of(request).all("tick")) if request.url.query else frozenset(),
    }


def _own_address(request: WebRequest) -> str:
    """Where this page can be opened again.

    A page that answers a form stands at the form's address, which often can't be opened: then the
    page that the form was sent from, or the one above.
    """
    here = request.url
    if request.method == "GET":
        return f"{here.path}?{here.query}" if here.query else here.path
    _, _, sent_from = request.headers.get("referer", "").partition(f"://{here.netloc}")
    if sent_from.startswith("/") and _can_be_opened(request, sent_from.partition("?")[0]):
        return sent_from
    path = here.path
    while path != "/" and not _can_be_opened(request, path):
        path = path.rpartition("/")[0] or "/"
    return path


def _can_be_opened(request: WebRequest, path: str) -> bool:
    try:
        request.app.asgi_router.handle_routing(path=path, method="GET")
    except (NotFoundException, MethodNotAllowedException):
        return False
    return True


def redirect(request: WebRequest, path: str, *, flash: str = "") -> Response[Any]:
    """Go on to another page, in words that it shows once (no personal data in them)."""
    response: Response[Any]
    if is_htmx(request):
        response = Response("", headers={"HX-Redirect": path}, media_type=MediaType.HTML)
    else:
        response = Redirect(path, status_code=303)
    if flash:
        response.set_cookie(
            Cookie(
                key=FLASH_COOKIE,
                value=quote(flash),
                max_age=30,
                httponly=True,
                samesite="lax",
                secure=request.app.state.office.settings.secure_cookies,
            )
        )
    return response
