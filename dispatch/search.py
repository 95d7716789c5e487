"""Finding cases by number, telephone or words, within what the reader may see, newest first.

Words are found through the index of bigrams. An index of words knows no order: for a rare term
all its cases are fetched and sorted; for a common one the same index is asked for one range of
case keys after the other, from the newest down, until a page is full.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.cursors import After, read_after
from dispatch.db import Connection
from dispatch.queues import (
    COLUMNS,
    MOST_ROWS,
    PAGE,
    QUEUES,
    QueuePage,
    Values,
    from_parts,
    page_of,
)
from hotline.cases import WORDS_BLOCK
from hotline.errors import Incomplete
from hotline.people import CENTRE_ROLES, Actor, Role
from hotline.permissions import visible_cases
from hotline.search_terms import Query, QueryKind, WrongQuery, query_terms

RARE = 1000
"""A term with more cases than this is a common one."""

# How many blocks of keys are asked for at once at most; twice as many each time.
_MOST_BLOCKS = 64

# Written as in the index `case_words_found`. The query is no constant for the planner: it then
# takes the index, whatever its statistics think of the words.
_WORDS = f"(w.words || array_to_tsvector(array['#' || (w.case_id / {WORDS_BLOCK})::text]))"
_FIRST_HITS = f"""select w.case_id from case_words w
    where {_WORDS} @@ (select $1::text::tsquery) limit $2"""
_HITS_IN_BLOCKS = f"""select w.case_id from case_words w
    where {_WORDS} @@ (select $1::text::tsquery) and {_WORDS} @@ (select $2::text::tsquery)
      and w.case_id < $3"""


async def search(
    connection: Connection,
    actor: Actor,
    text: str,
    *,
    after: str | None = None,
    limit: int = PAGE,
) -> QueuePage:
    """Cases for what was typed. Raises Incomplete where it cannot be searched for."""
    try:
        query = query_terms(text)
    except WrongQuery as refusal:
        raise Incomplete({"q": refusal.message}) from None
    if not 1 <= limit <= MOST_ROWS:
        raise Incomplete({"limit": f"每页条数应为 1 到 {MOST_ROWS}"})
    key = read_after(after, dated=False)
    below = key.id if key else 2**63 - 1
    if query.kind is QueryKind.NUMBER:
        rows = await _fetch(connection, actor, "c.number = {0}", [query.value], below, limit)
    elif query.kind is QueryKind.PHONE:
        rows = await _by_phone(connection, actor, query, below, limit)
    else:
        rows = await _by_words(connection, actor, query, below, limit)
    return page_of(rows, limit, dated=False)


async def _by_phone(
    connection: Connection, actor: Actor, query: Query, below: int, limit: int
) -> list[Any]:
    """Whose number it is; for the centre also where the number stands in the text.

    Whoever may not see a requester can't find out by asking for a number either.
    """
    condition = f"c.requester_phone = {{0}} and {_openly(actor)}"
    rows = await _fetch(connection, actor, condition, [query.value], below, limit)
    if actor.roles & CENTRE_ROLES and query.tokens:
        rows += await _by_words(connection, actor, query, below, limit)
        newest = sorted({row["id"]: row for row in rows}.items(), reverse=True)
        rows = [row for _, row in newest[: limit + 1]]
    return rows


def _openly(actor: Actor) -> str:
    """The cases whose requester the actor may get to see (permissions.requester_open_to)."""
    if actor.has(Role.AGENT, Role.CALLBACK):
        return "true"
    if actor.has(Role.DISPATCHER, Role.SUPERVISOR):
        return "not c.confidential"
    return "not c.confidential and not c.anonymous and c.request_type <> 'report'"


async def _by_words(
    connection: Connection, actor: Actor, query: Query, below: int, limit: int
) -> list[Any]:
    words = " & ".join(_quoted(token) for token in query.tokens)
    hits = [row[0] for row in await connection.fetch(_FIRST_HITS, words, RARE + 1)]
    if len(hits) <= RARE:
        return await _among(connection, actor, query, hits, below, limit)
    if not actor.roles & CENTRE_ROLES:
        return await _among_own(connection, actor, query, words, below, limit)
    newest = await connection.fetchval('select max(id) from "case" where id < $1', below)
    found: list[Any] = []
    for blocks in _blocks_down((newest or 0) // WORDS_BLOCK):
        within = " | ".join(_quoted(f"#{block}") for block in blocks)
        rows = await connection.fetch(_HITS_IN_BLOCKS, words, within, below)
        hits = [row[0] for row in rows]
        found += await _among(connection, actor, query, hits, below, limit - len(found))
        if len(found) > limit:
            break
    return found


def _blocks_down(newest: int) -> Iterator[range]:
    """Ranges of blocks from the newest (which has hardly begun) down to 0, wider and wider."""
    top, width = newest, 2
    while top >= 0:
        low = max(0, top - width + 1)
        yield range(low, top + 1)
        top, width = low - 1, min(width * 2, _MOST_BLOCKS)


async def _among(
    connection: Connection,
    actor: Actor,
    query: Query,
    hits: Sequence[int],
    below: int,
    limit: int,
) -> list[Any]:
    """The newest of the hits that the reader may see and that really hold the words."""
    if not hits:
        return []
    condition = f"c.id = any({{0}}::bigint[]) and {_really(query, '{1}')}"
    return await _fetch(connection, actor, condition, [hits, query.patterns], below, limit)


async def _among_own(
    connection: Connection, actor: Actor, query: Query, words: str, below: int, limit: int
) -> list[Any]:
    """A common term within a unit: its own cases are fewer than those that hold the term."""
    put = Values()
    wanted = [
        f"exists (select 1 from case_words w where w.case_id = a.case_id"
        f" and w.words @@ (select {put(words)}::text::tsquery))",
        _really(query, put(query.patterns)),
        "a.withdrawn_at is null",
    ]
    scope = visible_cases(actor, first=len(put.given) + 1)
    put.given.extend(scope.values)
    statement = from_parts(
        QUEUES["unit_all"],
        actor.unit_ids,
        [*wanted, scope.condition],
        After(None, below),
        limit + 1,
        put,
    )
    return await connection.fetch(statement, *put.given)


def _really(query: Query, patterns: str) -> str:
    """A second look at the text: neighbouring pairs can all occur without the longer word."""
    text = "c.title || E'\\n' || c.content || E'\\n' || c.address"
    look = f"lower(normalize({text}, nfkc)) like all ({patterns}::text[])"
    needed = set(query.fragments) - set(query.tokens)
    # A pair that was asked for by itself is what the index has found; the value is named anyway.
    return look if needed else f"{patterns}::text[] is not null"


async def _fetch(
    connection: Connection,
    actor: Actor,
    condition: str,
    values: Sequence[Any],
    below: int,
    limit: int,
) -> list[Any]:
    """At most one row more than `limit`, newest first."""
    put = Values()
    wanted = condition.format(*(put(value) for value in values))
    scope = visible_cases(actor, first=len(put.given) + 1)
    put.given.extend(scope.values)
    return await connection.fetch(
        f"""select {COLUMNS}, c.next_due_at as due_at from "case" c
        where {wanted} and {scope.condition} and c.id < {put(below)}
        order by c.id desc limit {put(limit + 1)}""",
        *put.given,
    )


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
