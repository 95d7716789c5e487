"""Cases that have to do with one: its ties, and earlier ones on the same matter.

Every read begins with what the reader may see: a tie to a case that is not theirs is not shown.
"""

from datetime import datetime
from typing import Any

import msgspec

from dispatch.db import Connection
from dispatch.listing import COLUMNS, Row
from hotline.people import Actor
from hotline.permissions import visible_cases
from hotline.search_terms import bigrams
from hotline.ties import RELATIONS

MOST_LINKS = 50
MOST_EARLIER = 5
# So far back in the register of the kind is looked, the newest first.
LOOKED_THROUGH = 2000
# So many that share a word are compared.
COMPARED = 200
ALIKE = 0.34
"""The share of a title's pairs of characters that another title must have, too (演示设定)."""
_SENDER, _DOCUMENT = 0.25, 1.0
# Beyond so many pairs a title says enough.
_MOST_PAIRS = 60


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """A case with a tie to the one that is read, and what it is to that one in a word."""

    relation: str
    label: str
    made_at: datetime
    done: bool
    row: Row


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier case of the kind, and why it is thought to be on the same matter."""

    why: str
    row: Row


async def links_of(connection: Connection, case_id: int, actor: Actor) -> list[Linked]:
    """The ties of the case in both directions, the newest first, at most `MOST_LINKS`."""
    scope = visible_cases(actor, first=3)
    rows = await connection.fetch(
        f"""
        select {COLUMNS}, c.next_due_at as due_at, l.relation, l.own, l.made_at, l.done
        from (
          select id, other_id, true as own, relation, made_at, done_at is not null as done
          from case_link where case_id = $1 and ended_at is null
          union all
          select id, case_id, false, relation, made_at, done_at is not null
          from case_link where other_id = $1 and ended_at is null) as
            l (id, other_id, own, relation, made_at, done)
        join "case" c on c.id = l.other_id
        where {scope.condition} order by l.id desc limit $2
        """,
        case_id,
        MOST_LINKS,
        *scope.values,
    )
    return [_linked(dict(row.items())) for row in rows]


def _linked(fields: dict[str, Any]) -> Linked:
    relation, own = fields.pop("relation"), fields.pop("own")
    made_at, done = fields.pop("made_at"), fields.pop("done")
    label = RELATIONS[relation][0 if own else 1]
    return Linked(relation=relation, label=label, made_at=made_at, done=done, row=Row(**fields))


async def same_matter(
    connection: Connection,
    actor: Actor,
    *,
    kind: str,
    title: str,
    document_number: str = "",
    sender: str = "",
    besides: int = 0,
) -> list[Earlier]:
    """Earlier cases of the kind with like words in the title, or the same document number.

    The same sender counts for likeness, but is not enough. The likest first, at most
    `MOST_EARLIER`. Bounded: among the newest `LOOKED_THROUGH` of the kind, of which at most
    `COMPARED` are compared. A stub without content says nothing to compare.
    """
    asked = bigrams(title)[:_MOST_PAIRS]
    if not asked and not document_number:
        return []
    scope = visible_cases(actor, first=8)
    rows = await connection.fetch(
        f"""
        select {COLUMNS}, c.next_due_at as due_at, c.details->>'document_number' as document,
          c.details->>'sender' as sender
        from (
          select id from "case" where kind = $1 and id < $2 order by id desc limit $3) k
        join case_words w on w.case_id = k.id join "case" c on c.id = k.id
        where c.content <> '' and {scope.condition}
          and (tsvector_to_array(w.words) && $4::text[]
            or ($5 <> '' and c.details->>'document_number' = $5))
        order by c.details->>'document_number' = $5 and $5 <> '' desc nulls last,
          c.details->>'sender' = $6 and $6 <> '' desc nulls last, c.id desc
        limit $7
        """,
        kind,
        besides or 2**62,
        LOOKED_THROUGH,
        asked,
        document_number,
        sender,
        COMPARED,
        *scope.values,
    )
    found = [
        (likeness, row, why)
        for row in rows
        for likeness, why in [_likeness(row, set(asked), document_number, sender)]
        if likeness >= ALIKE
    ]
    found.sort(key=lambda one: (one[0], one[1]["id"]), reverse=True)
    return [
        Earlier(
            why=why,
            row=Row(**{n: v for n, v in row.items() if n not in ("document", "sender")}),
        )
        for _, row, why in found[:MOST_EARLIER]
    ]


def _likeness(row: Any, asked: set[str], document: str, sender: str) -> tuple[float, str]:
    """How like it is, and in words why."""
    if document and row["document"] == document:
        return _DOCUMENT + 1, "文号相同"
    shared = asked & set(bigrams(row["title"]))
    share = len(shared) / len(asked) if asked else 0.0
    same_sender = bool(sender) and row["sender"] == sender
    why = "标题相近、来文单位相同" if same_sender else "标题相近"
    return share + (_SENDER if same_sender and shared else 0), why
