"""The papers of a case (文书), as files that a word processor opens."""

from typing import Any
from urllib.parse import quote

from litestar import Response, Router, get
from litestar.params import FromPath

from dispatch.accesses import note_access
from dispatch.paper_press import MEDIA_TYPE, printed
from dispatch.record import load
from dispatch.timelines import timeline
from hotline.errors import NotFound
from hotline.printing import names_requester, printable, values
from web.given import Me, Now, Rules, TheOffice, WebRequest, signed_in


@get("/{number:str}/papers/{file:str}")
async def show_paper(
    request: WebRequest,
    number: FromPath[str],
    file: FromPath[str],
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
) -> Response[Any]:
    """The paper, where an act has printed it; who reads a protected name is written down first."""
    async with office.pool.acquire() as connection:
        case = await load(connection, number, me)
        if case is None:
            raise NotFound
        past = await timeline(connection, case.id)
    found = {f"{sheet.paper.name}.docx": sheet for sheet in printable(case, past.history)}
    sheet = found.get(file)
    if sheet is None:
        raise NotFound
    words = values(
        sheet,
        case,
        history=past.history,
        clocks=past.clocks,
        actor=me,
        rulebook=rulebook,
        city=office.settings.city,
    )
    if case.confidential or names_requester(sheet.paper, case, me):
        await note_access(
            office.pool,
            actor=me,
            case_id=case.id,
            what="print_paper",
            now=now,
            reason=sheet.paper.title,
        )
    # A paper takes some 50 ms of a processor: other people's pages go on meanwhile.
    made = await printed(sheet.paper, words)
    return download(made, f"{sheet.paper.title}-{number}.docx", MEDIA_TYPE)


def download(content: bytes, name: str, media_type: str) -> Response[bytes]:
    """A file that the browser saves under this name."""
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )


router = Router("/cases", guards=[signed_in], route_handlers=[show_paper])
