"""Live updates: one stream per page that says that something changed, and never what."""

import asyncio
import time
from collections.abc import AsyncIterator

from litestar import Router, get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from dispatch.hub import Hub
from hotline.numbers import is_case_number
from web.given import WebRequest, query_of, signed_in

PING_SECONDS = 15.0
# A page asks anew after this long, and so shows again who it is.
STREAM_SECONDS = 600.0
# A list of many cases is renewed at most this often.
CALM_SECONDS = 1.5


@get("/live", guards=[signed_in])
async def stream_live(request: WebRequest) -> ServerSentEvent:
    """Event `case` whenever a case changed (`?case=number`: that one). The page looks itself."""
    hub: Hub = request.app.state.hub
    number = query_of(request).one("case")
    return ServerSentEvent(_changes(hub, number if is_case_number(number) else None))


async def _changes(hub: Hub, number: str | None) -> AsyncIterator[ServerSentEventMessage]:
    until = time.monotonic() + STREAM_SECONDS
    async with hub.listener(number) as listener:
        yield ServerSentEventMessage(comment="open", retry=3000)
        while time.monotonic() < until:
            if await listener.changed(within=PING_SECONDS):
                yield ServerSentEventMessage(event="case", data="changed")
                await asyncio.sleep(CALM_SECONDS)
            else:
                yield ServerSentEventMessage(comment="ping")


router = Router("/", route_handlers=[stream_live])
