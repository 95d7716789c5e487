"""今日到期一览: what is due today, by unit; each number leads to its list."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get

from dispatch.today import Board, Due, board
from hotline.people import REGISTER_ROLES, Actor, Role
from hotline.rulebook import Rulebook
from web.given import Me, Now, Rules, TheOffice, WebRequest, roles
from web.lists import NO_UNIT
from web.render import page


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's numbers; `code` is what its lists are narrowed by, "" for all of them."""

    name: str
    code: str
    due: Due
    lists: str

    def address(self, queue: str) -> str:
        """The list behind a number."""
        asked = {"queue": queue, **({"unit": self.code} if self.code else {})}
        return f"{self.lists}?{urlencode(asked)}"


def lists_of(me: Actor) -> str:
    """Where this person's lists of what is due stand."""
    return "/desk" if me.has(Role.DISPATCHER, *REGISTER_ROLES) else "/oversight"


def _lines(found: Board, me: Actor, rulebook: Rulebook) -> list[Line]:
    lists = lists_of(me)
    lines = []
    for one in found.lines:
        unit = rulebook.units.get(one.unit_id or 0)
        lines.append(
            Line(unit.name if unit else NO_UNIT, unit.code if unit else NO_UNIT, one, lists)
        )
    return lines


@get("/today")
async def show_today(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The board, which renews itself."""
    async with office.pool.acquire() as connection:
        found = await board(connection, me, rulebook=rulebook, now=now)
    return page(
        request,
        "today/show",
        live="/live",
        lines=_lines(found, me, rulebook),
        total=Line("合计", "", found.total, lists_of(me)),
        bounded=found.bounded,
        back=lists_of(me),
    )


router = Router(
    "/",
    guards=[roles(Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, *REGISTER_ROLES)],
    route_handlers=[show_today],
)
