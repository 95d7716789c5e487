"""Finding cases by number, telephone or words, within what the reader may see, newest first.

Words are found through the index of bigrams. An index of words knows no order, so it is asked
for the newest range of case keys first, which fills a page of a common term. Of a rare term all
cases are fetched and sorted; otherwise one range after the other is asked for, wider and wider.
Within a unit the words of its own cases are read, newest first, unless few of them hold the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from dispatch.cursors import read_after
from dispatch.db import Connection
from dispatch.listing import (
    COLUMNS,
    NO_FILTERS,
    PAGE,
    Filters,
    QueuePage,
    Values,
    case_filters,
    checked_limit,
    page_of,
)
from hotline.cases import WORDS_BLOCK
from hotline.errors import Incomplete
from hotline.people import CENTRE_ROLES, Actor, Role
from hotline.permissions import visible_cases
from hotline.search_terms import Query, QueryKind, WrongQuery, query_terms

RARE = 500
"""A term with more cases than this is a common one."""

FEW, FEW_OWN = 50, 2
"""A term with fewer hits in the first step (of the city, of a unit) may be rare."""

# How many blocks of keys are asked for at once at most.
_MOST_BLOCKS = 64

# Written as in the index `case_words_found`. The query is no constant for the planner: it then
# takes the index, whatever its statistics think of the words.
WORDS = f"(w.words || array_to_tsvector(array['#' || (w.case_id / {WORDS_BLOCK})::text]))"
_FIRST_HITS = f"""select w.case_id from case_words w
    where {WORDS} @@ (select $1::text::tsquery) limit $2"""
_HITS_IN_BLOCKS = f"""select w.case_id from case_words w
    where {WORDS} @@ (select $1::text::tsquery) and {WORDS} @@ (select $2::text::tsquery)
      and w.case_id < $3"""
# Whether a unit has a part is read off an index, for far less than a look at each case.
_OF_UNITS = """ and exists (
      select 1 from assignment a where a.unit_id = any($4::bigint[]) and a.case_id = w.case_id)"""

# How many of a unit's own cases are looked at first.
_FIRST_OWN = 200
# The key of the last case that was looked at, and those among them where the words stand.
_OWN = """with own as materialized (
      select distinct n.case_id from unnest($1::bigint[]) as u(id) cross join lateral (
        select distinct a.case_id from assignment a
        where a.unit_id = u.id and a.case_id < $2
        order by a.case_id desc limit $3) n
      order by n.case_id desc limit $3)
    select case when count(*) = $3 then min(o.case_id) else 0 end as below,
      coalesce(array_agg(o.case_id) filter (where w.words @@ $4::text::tsquery), '{}') as hits
    from own o left join case_words w on w.case_id = o.case_id"""


async def search(
    connection: Connection,
    actor: Actor,
    text: str,
    *,
    filters: Filters = NO_FILTERS,
    after: str | None = None,
    limit: int = PAGE,
) -> QueuePage:
    """Cases for what was typed. Raises Incomplete where it cannot be searched for."""
    try:
        query = query_terms(text)
    except WrongQuery as refusal:
        raise Incomplete({"q": refusal.message}) from None
    key = read_after(after, dated=False)
    asked = _Search(
        connection, actor, query, filters, key.id if key else 2**63 - 1, checked_limit(limit) + 1
    )
    if query.kind is QueryKind.NUMBER:
        rows = await asked.where("c.number = {0}", query.value)
    elif query.kind is QueryKind.PHONE:
        rows = await asked.by_phone()
    else:
        rows = await asked.by_words()
    return page_of(rows, limit, dated=False)


_Step: TypeAlias = tuple[list[int], int, int]
"""Hits, the key above which everything has been looked at (0: all), and how wide a step it was."""


@dataclass(frozen=True, slots=True)
class _Search:
    """One question: at most `most` cases with keys below `below`, newest first."""

    connection: Connection
    actor: Actor
    query: Query
    filters: Filters
    below: int
    most: int

    @property
    def _units(self) -> tuple[int, ...]:
        """The units within which is searched; none where the whole city is."""
        asked = self.filters.unit_ids
        if self.actor.roles & CENTRE_ROLES:
            return asked
        # A unit that is not one's own finds nothing.
        return tuple(u for u in self.actor.unit_ids if not asked or u in asked) or (0,)

    async def by_phone(self) -> list[Any]:
        """Whose number it is; for the centre also where the number stands in the text.

        Whoever may not see a requester can't find out by asking for a number either.
        """
        openly = f"c.requester_phone = {{0}} and {_openly(self.actor)}"
        rows = await self.where(openly, self.query.value)
        if self.actor.roles & CENTRE_ROLES and self.query.tokens:
            rows += await self.by_words()
            newest = sorted({row["id"]: row for row in rows}.items(), reverse=True)
            rows = [row for _, row in newest[: self.most]]
        return rows

    async def by_words(self) -> list[Any]:
        """Where all the words stand: first among the newest, which is enough for a common term."""
        words = " & ".join(quoted(token) for token in self.query.tokens)
        whole = not self._units
        step = self._in_blocks if whole else self._in_own
        hits, below, width = await step(words, self.below, 0)
        found = await self._among(hits, self.most)
        # Of a common term the index would have to gather all hits before it gave the first.
        few = len(hits) < (FEW if whole else FEW_OWN)
        if few and below > 0 and len(found) < self.most:
            every = _keys(await self.connection.fetch(_FIRST_HITS, words, RARE + 1))
            if len(every) <= RARE:
                hits, below = [key for key in every if key < below], 0
                found += await self._among(hits, self.most - len(found))
            elif not whole:
                # Too many of the unit's cases would be read for each that holds the words.
                step, width = self._in_blocks, _MOST_BLOCKS
        elif not whole:
            # So many more of the unit's cases should fill the page.
            width = _FIRST_OWN * self.most // max(len(hits), 1)
        while len(found) < self.most and below > 0:
            hits, below, width = await step(words, below, width)
            found += await self._among(hits, self.most - len(found))
        return found

    async def _in_blocks(self, words: str, below: int, width: int) -> _Step:
        """The hits in the next blocks of keys down from `below`, twice as many as before."""
        if width == 0:
            below = await self.connection.fetchval(
                'select coalesce(max(id), 0) + 1 from "case" where id < $1', below
            )
        width = min(width * 2, _MOST_BLOCKS) or 2
        top = (below - 1) // WORDS_BLOCK
        low = max(0, top - width + 1)
        within = " | ".join(quoted(f"#{block}") for block in range(low, top + 1))
        if self._units:
            statement, units = _HITS_IN_BLOCKS + _OF_UNITS, [list(self._units)]
        else:
            statement, units = _HITS_IN_BLOCKS, []
        rows = await self.connection.fetch(statement, words, within, below, *units)
        return _keys(rows), low * WORDS_BLOCK, width

    async def _in_own(self, words: str, below: int, width: int) -> _Step:
        """The hits in the next of the units' own cases.

        Their words are read one by one: the index would give the hits of the whole city.
        """
        width = width or _FIRST_OWN
        row = await self.connection.fetchrow(_OWN, list(self._units), below, width, words)
        assert row is not None
        return row["hits"], row["below"], width

    async def _among(self, hits: list[int], most: int) -> list[Any]:
        """The newest of the hits that the reader may see and that really hold the words."""
        if not hits:
            return []
        condition = f"c.id = any({{0}}::bigint[]) and {_really(self.query, '{1}')}"
        return await self.where(condition, hits, self.query.patterns, most=most)

    async def where(self, condition: str, *values: Any, most: int | None = None) -> list[Any]:
        """The newest visible cases for the condition, in which {0} is the first value."""
        put = Values()
        wanted = [condition.format(*(put(value) for value in values)), *self._scope(put)]
        if units := self.filters.unit_ids:
            wanted.append(f"c.lead_unit_id = any({put(list(units), 'bigint[]')})")
        return await self.connection.fetch(
            f"""select {COLUMNS}, c.next_due_at as due_at from "case" c
            where {" and ".join(wanted)} and c.id < {put(self.below)}
            order by c.id desc limit {most or self.most}""",
            *put.given,
        )

    def _scope(self, put: Values) -> list[str]:
        """What the reader may see, narrowed by the filters."""
        scope = visible_cases(self.actor, first=len(put.given) + 1)
        put.given.extend(scope.values)
        return [scope.condition, *case_filters(self.filters, put)]


def _keys(rows: Sequence[Any]) -> list[int]:
    return [row[0] for row in rows]


def _openly(actor: Actor) -> str:
    """The cases whose requester the actor may get to see (permissions.requester_open_to)."""
    if actor.has(Role.AGENT, Role.CALLBACK):
        return "true"
    if actor.has(Role.DISPATCHER, Role.SUPERVISOR):
        return "not c.confidential"
    return "not c.confidential and not c.anonymous and c.request_type <> 'report'"


def _really(query: Query, patterns: str) -> str:
    """A second look at the text: neighbouring pairs can all occur without the longer word."""
    text = "c.title || E'\\n' || c.content || E'\\n' || c.address"
    look = f"lower(normalize({text}, nfkc)) like all ({patterns}::text[])"
    needed = set(query.fragments) - set(query.tokens)
    # A pair that was asked for by itself is what the index has found; the value is named anyway.
    return look if needed else f"{patterns}::text[] is not null"


def quoted(token: str) -> str:
    """The token as a word of a tsquery."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
