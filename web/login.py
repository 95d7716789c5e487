"""Sign-in, sign-out, and where each person begins."""

import time
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import Cookie

from dispatch.agents import leave_the_telephone
from dispatch.digests import digest_for
from dispatch.office import Office
from dispatch.public_status import Tries
from dispatch.sign_in import Entrance, SignedIn, keep_language
from hotline.errors import NotPermitted, TooMany
from web.digests import digest_lines
from web.given import (
    PUBLIC,
    Form,
    Me,
    Now,
    TheForm,
    TheOffice,
    WebRequest,
    caller_address,
    query_of,
    signed_in,
)
from web.identity import COOKIE
from web.language import COOKIE as LANGUAGE_COOKIE
from web.language import LANGUAGES
from web.navigation import home_of
from web.refusals import status_of
from web.render import page, redirect

# One name is locked after few mistakes; this bounds who tries one password on many names. Only
# mistakes count, for a whole office may come from one address.
MISTAKES_AT_ONCE = 60
SECONDS_PER_MISTAKE = 10


@get("/", opt=PUBLIC)
async def show_home(request: WebRequest) -> Response[Any]:
    """Each person's first page; the sign-in page for everybody else."""
    return redirect(request, home_of(request.user.actor) if request.user else "/login")


@get("/login", opt=PUBLIC)
async def show_login(request: WebRequest) -> Response[Any]:
    """The sign-in page."""
    return _login_page(request, query_of(request))


@post("/login", opt={**PUBLIC, "csrf": False}, status_code=200)
async def sign_in(request: WebRequest, form: TheForm, now: Now, office: TheOffice) -> Response[Any]:
    """A new session under a new cookie, whatever cookie was sent."""
    entrance: Entrance = request.app.state.entrance
    tries: Tries = request.app.state.setdefault(
        "sign_in_tries", Tries(most=MISTAKES_AT_ONCE, seconds=SECONDS_PER_MISTAKE)
    )
    address = caller_address(request)
    try:
        _count(tries, address)
        token, language = await _signed_in(entrance, form, tries, address, now=now)
    except (NotPermitted, TooMany) as refusal:
        return _login_page(request, form, wrong=refusal.message, status=status_of(refusal))
    if old := request.cookies.get(COOKIE):
        await entrance.sign_out(old)
    response = redirect(request, _next(form) or "/")
    # Ends with the browser; the server's own limits (idle, longest) end it before.
    response.set_cookie(
        Cookie(
            key=COOKIE,
            value=token,
            httponly=True,
            samesite="lax",
            secure=office.settings.secure_cookies,
        )
    )
    if language in LANGUAGES:
        _speak(response, office, language)
    return response


@post("/logout", guards=[signed_in], status_code=200)
async def sign_out(request: WebRequest, office: TheOffice, me: Me, now: Now) -> Response[Any]:
    """End this session, and with it the calls that this person takes."""
    entrance: Entrance = request.app.state.entrance
    await leave_the_telephone(office.pool, me, now=now)
    await entrance.sign_out(request.cookies.get(COOKIE, ""))
    response = redirect(request, "/login")
    response.delete_cookie(COOKIE)
    return response


@get("/me", guards=[signed_in])
async def show_me(request: WebRequest, office: TheOffice, me: Me, now: Now) -> Response[Any]:
    """Who is signed in, with which roles, and what waits today."""
    async with office.pool.acquire() as connection:
        digest = await digest_for(connection, me, now=now, put_away=True)
    return page(request, "me", digest=digest_lines(me, digest))


@post("/language", opt={**PUBLIC, "csrf": False}, status_code=200)
async def choose_language(request: WebRequest, form: TheForm, office: TheOffice) -> Response[Any]:
    """Speak this language on this browser from now on, and go on where one was.

    Who is signed in takes it along to every other browser.
    """
    response = redirect(request, _inside(form.one("back")) or "/")
    if (chosen := form.one("language")) in LANGUAGES:
        if request.user:
            await keep_language(office, request.user.actor, chosen)
        _speak(response, office, chosen)
    return response


async def _signed_in(
    entrance: Entrance, form: Form, tries: Tries, address: str, *, now: datetime
) -> SignedIn:
    """Whose session it is; a try that was no mistake is given back."""
    try:
        found = await entrance.sign_in(form.one("name"), form.one("password"), now=now)
    except TooMany:
        tries.give_back(address)
        raise
    tries.give_back(address)
    return found


def _count(tries: Tries, address: str) -> None:
    try:
        tries.take(address, at=time.monotonic())
    except TooMany as refusal:
        raise TooMany("正在登录的人太多，请稍后再试。", retry_after=refusal.retry_after) from None


def _speak(response: Response[Any], office: Office, language: str) -> None:
    response.set_cookie(
        Cookie(
            key=LANGUAGE_COOKIE,
            value=language,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="lax",
            secure=office.settings.secure_cookies,
        )
    )


def _login_page(
    request: WebRequest, form: Form, *, wrong: str = "", status: int = 200
) -> Response[Any]:
    return page(
        request, "login", status=status, wrong=wrong, name=form.one("name"), next=_next(form)
    )


def _next(form: Form) -> str:
    """Where to go after signing in."""
    return _inside(form.one("next"))


def _inside(path: str) -> str:
    """The path if it is a page of ours, never another site."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside and len(path) <= 500 else ""


router = Router(
    "/", route_handlers=[show_home, show_login, sign_in, sign_out, show_me, choose_language]
)
