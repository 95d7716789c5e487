"""Whether the history is still what was written: each event's hash computed again from its row.

An event's hash covers its content and the hash before it (`hotline.entries.chained`), so a
changed, removed or inserted row breaks the chain from there on; the case keeps the newest hash,
so a cut-off end is seen too.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dispatch.db import Pool
from hotline.entries import EventEntry, chained

BATCH = 500
FIRST_HASH = bytes(32)

_FIELDS = tuple(name for name in EventEntry.__struct_fields__)


@dataclass(frozen=True, slots=True)
class Broken:
    """A case whose chain does not hold, from event `seq` on."""

    number: str
    seq: int
    why: str


@dataclass(slots=True)
class Verdict:
    """What an audit found; at most `Verdict.most` broken cases are listed."""

    cases: int = 0
    events: int = 0
    broken: tuple[Broken, ...] = ()


async def verify(pool: Pool, *, number: str | None = None, most: int | None = None) -> Verdict:
    """Check one case, or all of them, or the `most` newest."""
    verdict = Verdict()
    async for events in _histories(pool, number, most):
        verdict.cases += 1
        verdict.events += sum(row["seq"] is not None for row in events)
        if broken := _first_break(events):
            verdict.broken += (broken,)
    return verdict


async def _histories(
    pool: Pool, number: str | None, most: int | None
) -> AsyncIterator[list[Mapping[str, Any]]]:
    """Case by case, the newest first, the events of a case in their order."""
    before: int | None = None
    left = most
    while left is None or left > 0:
        rows = await pool.fetch(
            f"""
            with chosen as (
              select id, number, last_hash, version from "case"
              where ($1::text is null or number = $1) and ($2::bigint is null or id < $2)
              order by id desc limit $3)
            select c.id as case_key, c.number, c.last_hash, c.version,
              {", ".join(f"e.{name}" for name in _FIELDS)}
            from chosen c left join event e on e.case_id = c.id
            order by c.id desc, e.seq
            """,
            number,
            before,
            BATCH if left is None else min(BATCH, left),
        )
        if not rows:
            return
        for _, events in groupby(rows, key=lambda row: row["case_key"]):
            yield [dict(row) for row in events]
            left = None if left is None else left - 1
        before = rows[-1]["case_key"]


def _first_break(events: list[Mapping[str, Any]]) -> Broken | None:
    number, last_hash = events[0]["number"], events[0]["last_hash"]
    previous, seen = FIRST_HASH, 0
    for row in events:
        if row["seq"] is None:
            return Broken(number, 0, "没有任何历史记录")
        if row["seq"] != seen + 1:
            return Broken(number, seen + 1, "缺少记录")
        seen = row["seq"]
        event = EventEntry(**{name: row[name] for name in _FIELDS})
        if chained(previous, number, event) != row["hash"]:
            return Broken(number, seen, "记录被改动")
        previous = row["hash"]
    if previous != last_hash or seen != events[0]["version"]:
        return Broken(number, seen + 1, "末尾的记录缺失")
    return None
