"""The board in the hall: opened once on a television, it keeps itself true from then on."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get

from dispatch.office import Office
from dispatch.wall import Deadline, board
from hotline.people import Actor, Role
from hotline.procedures.citizen import CITIZEN
from hotline.rulebook import Rulebook
from web.agents import agents_now
from web.given import Me, Now, Rules, TheOffice, WebRequest, roles
from web.render import render
from web.showing import light

REFRESH_SECONDS = 15


@get("/")
async def show_wall(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The page with its board."""
    return await _drawn(request, office, me, now, rulebook, "wall/show.html")


@get("/board")
async def show_board(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The board alone, as the page fetches it again."""
    return await _drawn(request, office, me, now, rulebook, "wall/_board.html")


router = Router(
    "/wall",
    guards=[roles(Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER)],
    route_handlers=[show_wall, show_board],
)


async def _drawn(
    request: WebRequest, office: Office, me: Actor, now: datetime, rulebook: Rulebook, file: str
) -> Response[Any]:
    async with office.pool.acquire() as connection:
        found = await board(connection, me, now=now)
    most = max((n for _, n in found.phases), default=0) or 1
    return render(
        request,
        file,
        board=found,
        phases=[(label, n, n / most) for label, n in found.phases],
        nearest=[_line(one, rulebook, now) for one in found.nearest],
        at=now,
        **await agents_now(office, now=now),
        seconds=REFRESH_SECONDS,
    )


def _line(one: Deadline, rulebook: Rulebook, now: datetime) -> dict[str, Any]:
    unit = rulebook.units.get(one.unit_id or 0)
    return {
        "number": one.number,
        "unit": unit.label if unit else "—",
        "stage": CITIZEN.stage(one.stage).label,
        "light": light(one.due_at, now),
        "due_at": one.due_at,
    }
