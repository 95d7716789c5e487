"""What waits for a decision about time, beside the rows of a list."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from dispatch.db import Connection
from dispatch.queues import Row
from dispatch.record import load_many
from hotline.applications import Application, applications
from hotline.masking import text_for
from hotline.people import Actor
from hotline.permissions import requester_open_to
from hotline.rulebook import Rulebook

QUEUE = "to_decide"


async def applications_of(
    connection: Connection,
    me: Actor,
    queue: str,
    rows: Iterable[Row],
    *,
    rulebook: Rulebook,
    now: datetime,
) -> dict[int, tuple[Application, ...]]:
    """The applications of the rows (which are the reader's own list) by case, in one statement;
    none for another list."""
    ids = [row.id for row in rows]
    if queue != QUEUE or not ids:
        return {}
    found = {}
    for case in await load_many(connection, ids):
        opened = requester_open_to(me, case)
        found[case.id] = tuple(
            _shown(one, case.requester_name, opened)
            for one in applications(case, me, rulebook=rulebook, now=now)
        )
    return found


def _shown(one: Application, requester: str, opened: bool) -> Application:
    def text(words: str) -> str:
        return text_for(words, requester=requester, opened=opened)

    return replace(one, ground=text(one.ground), reason=text(one.reason))
