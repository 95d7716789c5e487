"""Who else has the case open, as one line on its pages."""

from typing import Any

from litestar import Response, Router, get
from litestar.params import FromPath

from dispatch.presence import colleagues
from web.given import Me, Now, Rules, TheOffice, WebRequest, signed_in
from web.render import render


@get("/cases/{number:str}/people", guards=[signed_in])
async def list_people(
    request: WebRequest,
    number: FromPath[str],
    office: TheOffice,
    me: Me,
    now: Now,
    rulebook: Rules,
) -> Response[Any]:
    """The line; empty where nobody else has it open, or the case is not this person's to see."""
    found = await colleagues(office.pool, me, number, now=now)
    return render(request, "case/_people.html", number=number, people=found, rulebook=rulebook)


router = Router("/", route_handlers=[list_people])
