"""Live updates: one stream per page that says that something changed, and never what."""

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
# A list of many cases is renewed at most this often; a telephone that rings does not wait.
CALM_SECONDS = 1.5
AT_ONCE = frozenset({"ring", "missed"})


@get("/live", guards=[signed_in])
async def stream_live(request: WebRequest) -> ServerSentEvent:
    """Event `case` whenever a case changed (`?case=number`: that one), `ring` when one's own
    telephone does, `missed` when the calls to be returned may have changed. The page looks itself.
    """
    hub: Hub = request.app.state.hub
    number = query_of(request).one("case")
    staff_id = request.user.actor.staff_id if request.user else None
    return ServerSentEvent(
        _changes(hub, number if is_case_number(number) else None, staff_id=staff_id)
    )


async def _changes(
    hub: Hub, number: str | None, *, staff_id: int | None = None
) -> AsyncIterator[ServerSentEventMessage]:
    until = time.monotonic() + STREAM_SECONDS
    calm_until = 0.0
    async with hub.listener(number, staff_id=staff_id) as listener:
        yield ServerSentEventMessage(comment="open", retry=3000)
        pinged = time.monotonic()
        while (moment := time.monotonic()) < until:
            calm = calm_until - moment
            news = await listener.heard(
                within=calm if calm > 0 else max(pinged + PING_SECONDS - moment, 0),
                among=AT_ONCE if calm > 0 else AT_ONCE | {"case"},
            )
            for word in sorted(news):
                yield ServerSentEventMessage(event=word, data="changed")
            if "case" in news:
                calm_until = time.monotonic() + CALM_SECONDS
            if time.monotonic() - pinged >= PING_SECONDS:
                pinged = time.monotonic()
                yield ServerSentEventMessage(comment="ping")


router = Router("/", route_handlers=[stream_live])
