"""Live updates: one stream per page that says that something changed, and never what."""

import asyncio
import time
from collections.abc import AsyncIterator

from litestar import Router, get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from dispatch.hub import Hub
from dispatch.office import Office, clock
from dispatch.presence import colleagues, leave, look_in
from hotline.errors import NotFound
from hotline.numbers import is_case_number
from hotline.people import Actor
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
    telephone does, `missed` when the calls to be returned may have changed, `people` when somebody
    else opened or left that one case. The page looks itself. Of a case that is not theirs nobody
    hears even that it moves: raises NotFound.
    """
    hub: Hub = request.app.state.hub
    number = query_of(request).one("case")
    me = request.user.actor if request.user else None
    watched = number if is_case_number(number) else None
    looking = Looking(request.app.state.office, me, watched) if me and watched else None
    if looking and not await looking.allowed():
        raise NotFound
    return ServerSentEvent(
        _changes(hub, watched, staff_id=me.staff_id if me else None, looking=looking)
    )


class Looking:
    """Somebody who has one case open, for as long as the stream of its page runs."""

    def __init__(self, office: Office, me: Actor, number: str) -> None:
        self._office, self._me, self._number = office, me, number
        self._others: frozenset[int] = frozenset()
        self._leaving: asyncio.Task[None] | None = None

    async def allowed(self) -> bool:
        """Whether this person may have the case open."""
        return await look_in(self._office.pool, self._me, self._number, now=clock())

    async def still(self) -> bool:
        """Say that the case is still open here; whether somebody else came or went meanwhile."""
        now, pool = clock(), self._office.pool
        if not await look_in(pool, self._me, self._number, now=now):
            return False
        others = await colleagues(pool, self._me, self._number, now=now)
        before, self._others = self._others, frozenset(one.staff_id for one in others)
        return before != self._others

    def gone(self) -> None:
        """The page was closed: noted beside, for a stream that ends waits for nothing."""
        self._leaving = asyncio.create_task(leave(self._office.pool, self._me, self._number))


async def _changes(
    hub: Hub,
    number: str | None,
    *,
    staff_id: int | None = None,
    looking: Looking | None = None,
) -> AsyncIterator[ServerSentEventMessage]:
    until = time.monotonic() + STREAM_SECONDS
    calm_until = 0.0
    try:
        async with hub.listener(number, staff_id=staff_id) as listener:
            yield ServerSentEventMessage(comment="open", retry=3000)
            if looking and await looking.still():
                yield ServerSentEventMessage(event="people", data="changed")
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
                    if looking and await looking.still():
                        yield ServerSentEventMessage(event="people", data="changed")
                    yield ServerSentEventMessage(comment="ping")
    finally:
        if looking:
            looking.gone()


router = Router("/", route_handlers=[stream_live])
