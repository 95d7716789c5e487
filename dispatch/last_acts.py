"""The last time that something was done to each case of a list: an objection, a reply, a rating.

The caller has found the cases within the reader's scope; nothing here decides who sees them.
"""

from collections.abc import Iterable

from dispatch.db import Connection
from dispatch.timelines import Entry, without_private


async def last_acts(
    connection: Connection, case_ids: Iterable[int], action: str
) -> dict[int, Entry]:
    """The newest event of the action by case; a case without one is absent. One statement."""
    rows = await connection.fetch(
        """
        select k.id as case_id, e.*
        from unnest($1::bigint[]) as k(id) cross join lateral (
          select seq, action, round, stage_before, stage_after, actor_name, unit_id, inputs,
            changes, at
          from event where case_id = k.id and action = $2 order by seq desc limit 1) e
        """,
        list(case_ids),
        action,
    )
    found: dict[int, Entry] = {}
    for row in rows:
        fields = dict(row.items())
        case_id = fields.pop("case_id")
        found[case_id] = without_private(Entry(**fields))
    return found
