"""Finds likely repeats of a matter, within what the reader may see, at a bounded cost.

Words that tell are looked up in the index of words, among the newest blocks of keys only; the
index of telephone numbers gives the caller's own cases. What both give is compared in Python.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from dispatch.db import Connection
from dispatch.listing import COLUMNS, Row
from dispatch.search import WORDS, quoted
from hotline.calendar import in_shanghai
from hotline.cases import WORDS_BLOCK
from hotline.people import Actor
from hotline.permissions import requester_open_to, visible_cases
from hotline.similar import MOST_SHOWN, Candidate, Shares, Told, likeness

WINDOW = timedelta(days=7)
"""How far back the console looks (演示设定)."""

MOST_HITS = 500
COMPARED = 24
OF_NUMBER = 10
MOST_BLOCKS = 64
"""Of a window that holds more cases than so many blocks of keys, the newest are looked through."""

# Numbers begin with the day. An imported history may give a small number a large key, so several.
_SINCE = """select coalesce(min(n.id), $3) as low, coalesce((select max(id) from "case"), 0) as top
    from (select id from "case" where number >= $1 and number < $2 order by number limit 32) n"""

_COLUMNS = f"""{COLUMNS}, c.next_due_at as due_at, c.requester_phone,
      array(select unnest(tsvector_to_array(w.words)) intersect select unnest($1::text[])) shared"""
_FOUND = f"""
    with of_words as materialized (
      select w.case_id from (
        select w.case_id, w.words from case_words w
        where {WORDS} @@ (select $2::text::tsquery) {{within}} and w.case_id >= $3
        limit {MOST_HITS}) w
      order by ts_rank(w.words, $2::text::tsquery) desc, w.case_id desc limit {COMPARED}),
    of_number as (
      select c.id from "case" c where c.requester_phone = $4 and $4 <> '' and c.id >= $3
      order by c.id desc limit {OF_NUMBER})
    select {_COLUMNS}
    from (select case_id as id from of_words union select id from of_number) n
    join "case" c on c.id = n.id join case_words w on w.case_id = c.id
    where c.kind = $5 and c.id <> $6 and c.opened_at >= $7 and {{scope}}"""
_IN_BLOCKS = f"and {WORDS} @@ (select $8::text::tsquery)"


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """A likely repeat with its reasons."""

    row: Row
    score: float
    reasons: tuple[str, ...]


async def similar_cases(
    connection: Connection,
    actor: Actor,
    told: Told,
    *,
    kind: str,
    shares: Shares,
    now: datetime,
    window: timedelta | None = WINDOW,
    besides: int = 0,
    most: int = MOST_SHOWN,
) -> list[Similar]:
    """The likest cases of the kind opened within the window (None: ever), at most `most`."""
    lookups = told.lookups(shares)
    if not lookups and not told.phone:
        return []
    low, since, blocks = 0, datetime(1970, 1, 1, tzinfo=UTC), ""
    if window is not None:
        since = now - window
        low, blocks = await _range(connection, since, now)
    words = " & ".join(f"({' | '.join(map(quoted, any_of))})" for any_of in lookups)
    values = [list(told.words), words, low, told.phone, kind, besides, since]
    if blocks:
        values.append(blocks)
    scope = visible_cases(actor, first=len(values) + 1)
    rows = await connection.fetch(
        _FOUND.format(within=_IN_BLOCKS if blocks else "", scope=scope.condition),
        *values,
        *scope.values,
    )
    found = [one for row in rows if (one := _compared(row, told, actor, shares))]
    found.sort(key=lambda one: (one.score, one.row.id), reverse=True)
    return found[:most]


async def _range(connection: Connection, since: datetime, now: datetime) -> tuple[int, str]:
    """The least key of the window, and its blocks of keys as a query of the index."""
    days = [f"{in_shanghai(at):%y%m%d}" for at in (since, now + timedelta(days=1))]
    row = await connection.fetchrow(_SINCE, *days, 2**62)
    assert row is not None
    low, top = row["low"], row["top"]
    newest = range(low // WORDS_BLOCK, top // WORDS_BLOCK + 1)[-MOST_BLOCKS:] or range(1)
    return low, " | ".join(quoted(f"#{block}") for block in newest)


def _compared(row: Any, told: Told, actor: Actor, shares: Shares) -> Similar | None:
    fields = dict(row.items())
    shared, phone = frozenset(fields.pop("shared")), fields.pop("requester_phone")
    case = Row(**fields)
    # Whoever may not see a requester cannot find out by typing a number either.
    known = phone if requester_open_to(actor, case) else ""
    like = likeness(told, Candidate(case.title, case.place, case.category, known, shared), shares)
    return Similar(row=case, score=like.score, reasons=like.reasons) if like else None


async def read_shares(connection: Connection) -> Shares:
    """The common words as the database's own statistics have them (after an ANALYZE)."""
    row = await connection.fetchrow(
        "select most_common_elems::text::text[] as words, most_common_elem_freqs as shares"
        " from pg_stats where schemaname = any(current_schemas(false))"
        " and tablename = 'case_words' and attname = 'words'"
    )
    if row is None or row["words"] is None:
        return Shares()
    # Behind the shares stand the least and the greatest.
    return Shares(dict(zip(row["words"], row["shares"], strict=False)))
