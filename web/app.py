"""The web, assembled: one office, the faces, and what stands around every answer."""

import gc
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import Message, Scope

from dispatch.hub import open_hub
from dispatch.office import Office, open_office
from dispatch.sign_in import Entrance
from hotline.settings import Settings, settings_from
from web import (
    admin,
    agents,
    api,
    calling,
    cases,
    choices,
    console,
    desk,
    digests,
    drafts,
    figures,
    files,
    gateways,
    health,
    knowledge,
    leader,
    ledger,
    live,
    login,
    meetings,
    oversight,
    own_password,
    papers,
    phone,
    portal,
    presence,
    procedure_pages,
    public,
    register,
    reply_templates,
    reports,
    saved_views,
    search_page,
    simulated_calls,
    today,
    undelivered,
    unit_settings,
    wall,
)
from web.assets import Assets, show_static
from web.given import GIVEN, PUBLIC
from web.identity import Identity
from web.refusals import HANDLERS
from web.render import template_environment

# Every face: a module of `web` with a `router`. Its guard stands in the router.
FACES: tuple[Router, ...] = (
    login.router,
    own_password.router,
    cases.router,
    presence.router,
    papers.router,
    files.router,
    console.router,
    calling.router,
    agents.router,
    register.router,
    desk.router,
    portal.router,
    reply_templates.router,
    unit_settings.router,
    oversight.router,
    today.router,
    saved_views.router,
    figures.router,
    wall.router,
    leader.router,
    search_page.router,
    knowledge.router,
    ledger.router,
    reports.router,
    undelivered.router,
    digests.router,
    meetings.router,
    live.router,
    drafts.router,
    choices.router,
    gateways.router,
    phone.router,
    simulated_calls.router,
    public.router,
    procedure_pages.router,
    admin.knowledge_router,
    admin.router,
    api.router,
    health.router,
)

LARGEST_BODY = 4 * 1024 * 1024

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


def create_app(settings: Settings) -> Litestar:
    """The application; its office opens and closes with it."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None, None]:
        async with open_office(settings) as office, furnished(app, office):
            yield

    return Litestar(
        route_handlers=[*FACES, show_static],
        dependencies=GIVEN,
        exception_handlers=HANDLERS,
        middleware=[Identity()],
        lifespan=[lifespan],
        before_send=[_protect],
        openapi_config=_openapi(),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        # Only the JSON API documents itself: its router says so.
        include_in_schema=False,
        debug=False,
    )


def app_from_environment() -> Litestar:
    """For `uvicorn --factory web.app:app_from_environment`."""
    app = create_app(settings_from(os.environ))
    _spare_the_collector()
    return app


@asynccontextmanager
async def furnished(app: Litestar, office: Office) -> AsyncGenerator[None, None]:
    """What handlers find in `app.state`."""
    app.state.office = office
    app.state.entrance = Entrance(office)
    app.state.assets = Assets()
    app.state.templates = template_environment(office, app.state.assets)
    async with open_hub(office.settings.database_url or "") as app.state.hub:
        yield


def _spare_the_collector() -> None:
    """What was made at the start lives as long as the process: no collection looks at it again."""
    gc.collect()
    gc.freeze()
    # A request makes a few thousand objects, hardly any of them in a circle.
    gc.set_threshold(50_000, 20, 20)


_ALWAYS = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
_ALWAYS_UNKEPT = [*_ALWAYS, (b"cache-control", b"no-store")]


async def _protect(message: Message, scope: Scope) -> None:
    """The headers of every answer. What people see of a case stays in no browser's cache."""
    if message["type"] != "http.response.start":
        return
    # Nobody else sets these, so that they are added as they are: looking for each costs more.
    added = _ALWAYS if scope["path"].startswith(("/static/", "/choices/")) else _ALWAYS_UNKEPT
    message["headers"] = [*message["headers"], *added]


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="12345 政务服务便民热线接口",
        version="1",
        description=(
            "与页面相同的权限；错误以 application/problem+json 返回，"
            "其文字为中文，Accept-Language: en 时为英文；数据中的名称不翻译。"
        ),
        path="/schema",
        render_plugins=[JsonRenderPlugin(path="/")],
        openapi_router=Router("/schema", route_handlers=[], opt=PUBLIC),
        components=Components(
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}
        ),
        security=[{"bearer": []}],
        use_handler_docstrings=True,
    )
