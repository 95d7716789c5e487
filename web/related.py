"""Cases beside the one on the page: those with a tie to it, and earlier ones on the same matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.db import Connection
from dispatch.linked import links_of, same_matter
from dispatch.listing import Row
from hotline.casefile import CaseFile
from hotline.people import Actor
from hotline.procedures import procedure
from web.lists import title_for


@dataclass(frozen=True, slots=True)
class RelatedLine:
    """One case: what it is to the one on the page, and what a list shows of it."""

    label: str
    number: str
    title: str
    stage: str
    closed: bool
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Related:
    """What the template shows."""

    links: tuple[RelatedLine, ...] = ()
    earlier: tuple[RelatedLine, ...] = ()


async def related(connection: Connection, case: CaseFile, me: Actor) -> Related:
    """The cases that this reader may see beside the case."""
    links = await links_of(connection, case.id, me)
    return Related(
        tuple(_line(one.label, one.row, me) for one in links),
        await earlier(connection, me, case.kind, _asked(case), besides=case.id),
    )


def _asked(case: CaseFile) -> Mapping[str, Any]:
    # A stub has no content: its title is everybody's.
    return {**case.details, "title": case.title} if case.content else {}


async def earlier(
    connection: Connection, me: Actor, kind: str, asked: Mapping[str, Any], *, besides: int = 0
) -> tuple[RelatedLine, ...]:
    """Earlier cases on the same matter, where the kind shows them; `asked` as typed or kept."""
    if not procedure(kind).shows_earlier:
        return ()
    words = {
        name: str(asked.get(name) or "").strip()[:200]
        for name in ("title", "document_number", "sender")
    }
    found = await same_matter(connection, me, kind=kind, besides=besides, **words)
    return tuple(_line(one.why, one.row, me) for one in found)


def _line(label: str, row: Row, me: Actor) -> RelatedLine:
    return RelatedLine(
        label,
        row.number,
        title_for(me, row),
        procedure(row.kind).stage(row.stage).label,
        row.closed_at is not None,
        row.opened_at,
    )
