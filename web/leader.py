"""The leader's own page: what waits for a decision first, then the instructions, in plain words."""

from typing import Any

from litestar import Response, Router, get

from dispatch.leaders import Instruction, leader_list
from hotline.people import Actor, Role
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from web.given import Me, Now, Rules, TheOffice, WebRequest, roles
from web.lists import lines, title_for
from web.render import page


@get("/leader")
async def show_leader(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """Decisions first, nearest deadline first; then what was instructed and how it stands."""
    async with office.pool.acquire() as connection:
        found = await leader_list(connection, me, now=now)
    rows = [one.row for one in found.waiting]
    return page(
        request,
        "leader/show",
        live="/live",
        waiting=[
            (line, one.choices, procedure(one.row.kind).matter)
            for line, one in zip(lines(rows, rulebook, me, now=now), found.waiting, strict=True)
        ],
        open=[_told(one, rulebook, me) for one in found.open],
        closed=[_told(one, rulebook, me) for one in found.closed],
    )


def _told(one: Instruction, rulebook: Rulebook, me: Actor) -> dict[str, Any]:
    row = one.row
    unit = rulebook.units.get(row.lead_unit_id or 0)
    return {
        "row": row,
        "title": title_for(me, row),
        "leader": one.leader,
        "on": one.instructed_on,
        "own": one.own,
        "stage": procedure(row.kind).stage(row.stage).label,
        "unit": unit.label if unit else "",
    }


router = Router("/", guards=[roles(Role.LEADER)], route_handlers=[show_leader])
