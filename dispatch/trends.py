"""How figures went from week to week: sums of the tally, at constant cost."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from dispatch.db import Connection
from hotline.calendar import in_shanghai
from hotline.procedures.citizen import CITIZEN

WEEKS = 12


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """One week from Monday on: cases received and closed, replies in time, and late."""

    monday: date
    received: int = 0
    closed: int = 0
    on_time: int = 0
    late: int = 0


async def weeks(
    connection: Connection,
    unit_ids: Sequence[int] | None,
    *,
    now: datetime,
    kind: str = CITIZEN.kind,
) -> list[Week]:
    """The last twelve weeks of the units together (None: of the city), this one last.

    One statement.
    """
    today = in_shanghai(now).date()
    last = today - timedelta(days=today.weekday())
    mondays = [last - timedelta(weeks=n) for n in range(WEEKS - 1, -1, -1)]
    rows = await connection.fetch(
        """
        select day - (extract(isodow from day)::int - 1) as monday, measure, sum(n)::int as n
        from tally
        where kind = $1 and day between $2 and $3 and ($4::bigint[] is null or unit_id = any($4))
          and measure in ('received', 'closed', 'on_time', 'late')
        group by 1, 2
        """,
        kind,
        mondays[0],
        today,
        None if unit_ids is None else list(unit_ids),
    )
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["monday"], {})[row["measure"]] = row["n"]
    return [Week(monday=monday, **found.get(monday, {})) for monday in mondays]
