"""The call agent's screen: take a call, find the caller, write it down, pass it on."""

from typing import Any

from litestar import Response, Router, get

from hotline.people import Role
from web.given import WebRequest, roles
from web.render import page


@get("/")
async def show_console(request: WebRequest) -> Response[Any]:
    """The intake form."""
    return page(request, "console/show")


router = Router("/console", guards=[roles(Role.AGENT)], route_handlers=[show_console])
