"""Who calls, and whether a form was really sent from one of our pages: before every handler."""

import hmac
from collections.abc import Iterable
from typing import Any

from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, NotFoundException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from dispatch.office import clock
from dispatch.sign_in import Entrance, Presence
from hotline.errors import NotPermitted
from web.given import WebRequest

COOKIE = "hotline_session"
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "_csrf"
# Sent by page parts that renew themselves: they don't keep an idle session alive.
LIVE_HEADER = "x-live"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Identity(ASGIMiddleware):
    """Puts a `Presence` or None into `request.user`; refuses what another site sent."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "anonymous"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        _refuse_unreadable(scope)
        entrance: Entrance = scope["litestar_app"].state.entrance
        scope["auth"] = None
        bearer = _bearer(Headers.from_scope(scope))
        if bearer is not None:
            scope["user"] = await entrance.by_token(bearer)
        else:
            request: WebRequest = Request(scope, receive)
            scope["user"] = presence = await _of_browser(request, entrance)
            if request.method not in _SAFE:
                await _refuse_foreign(request, presence)
        await next_app(scope, receive, send)


def _refuse_unreadable(scope: Scope) -> None:
    """What the database can neither hold nor look for names nothing: no page asks for it."""
    values: Iterable[Any] = scope["path_params"].values()
    for value in values:
        if (isinstance(value, str) and "\x00" in value) or (
            isinstance(value, int) and not 0 <= value < 2**63
        ):
            raise NotFoundException
    if b"%00" in scope["query_string"]:
        raise ClientException


async def _of_browser(request: WebRequest, entrance: Entrance) -> Presence | None:
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    touch = LIVE_HEADER not in request.headers
    return await entrance.by_cookie(cookie, now=clock(), touch=touch)


def _bearer(headers: Headers) -> str | None:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


async def _refuse_foreign(request: WebRequest, presence: Presence | None) -> None:
    """A browser tells where a form came from; a session's form carries its token besides."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise NotPermitted("这个表单不是从本系统的页面提交的，已拒绝。")
    if presence is None or request.route_handler.opt.get("csrf") is False:
        return
    sent = request.headers.get(CSRF_HEADER) or await _field(request)
    if not hmac.compare_digest(sent.encode(), presence.csrf.encode()):
        raise NotPermitted("页面已过期，请刷新后重试；您填写的内容没有保存。")


async def _field(request: WebRequest) -> str:
    if request.content_type[0] not in _FORMS:
        return ""
    # Litestar keeps the parsed form for the handler.
    return str((await request.form()).get(CSRF_FIELD, ""))
