"""The two statements of the door: load a case file, and write what a move changed.

Both are written for speed: one round trip each. The load takes no lock; the write compares the
version that was loaded and touches nothing where somebody else was faster.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec

from dispatch.db import Connection, Database
from hotline.casefile import CaseFile, Part, Pending, Running
from hotline.draft import Count
from hotline.entries import EventEntry
from hotline.people import Actor
from hotline.permissions import visible_cases
from hotline.search_terms import bigrams
from hotline.telling import Tell
from hotline.transition import Move

# A text that could not leave within this time says something stale: it is given up, visibly.
TEXT_STALE_AFTER = timedelta(hours=48)

_CHILDREN = ("assignments", "clocks")
_COLUMNS = tuple(name for name in CaseFile.__struct_fields__ if name not in (*_CHILDREN, "id"))
# What an action may change after the opening; the rest is written once.
_MUTABLE = (
    "stage", "phase", "round", "version", "request_type", "category", "place", "address",
    "urgency", "details", "lead_unit_id", "designated", "supervised", "reminders", "returns",
    "attempts", "merged", "handlers", "pending", "solved", "satisfied", "manner", "outcome",
    "accepted_at", "answered_at", "rated_at", "closed_at", "next_due_at", "archived_at",
    "last_hash",
)  # fmt: skip


def _load_statement(condition: str) -> str:
    return f"""
    select c.id, {", ".join(f"c.{name}" for name in _COLUMNS)},
      (select coalesce(jsonb_agg(a order by a.id), '[]') from assignment a
        where a.case_id = c.id and a.withdrawn_at is null) as assignments,
      (select coalesce(jsonb_agg(k order by k.id), '[]') from clock k
        where k.case_id = c.id and k.ended_at is null) as clocks
    from "case" c
    where {condition}
    """


async def load(database: Database, number: str, actor: Actor) -> CaseFile | None:
    """The file as it stands, or None where there is none that the actor may see."""
    scope = visible_cases(actor, first=2)
    statement = _load_statement(f"c.number = $1 and {scope.condition}")
    row = await database.fetchrow(statement, number, *scope.values)
    return None if row is None else _file(dict(row.items()))


async def load_many(connection: Connection, case_ids: Sequence[int]) -> list[CaseFile]:
    """The files of these cases as they stand, for what concerns many cases at once."""
    rows = await connection.fetch(_load_statement("c.id = any($1::bigint[])"), case_ids)
    return [_file(dict(row.items())) for row in rows]


def _file(fields: dict[str, Any]) -> CaseFile:
    fields["handlers"] = tuple(fields["handlers"])
    fields["pending"] = msgspec.convert(fields["pending"], Pending)
    fields["assignments"] = msgspec.convert(fields["assignments"], tuple[Part, ...])
    fields["clocks"] = msgspec.convert(fields["clocks"], tuple[Running, ...])
    return CaseFile(**fields)


@dataclass(frozen=True, slots=True)
class Prior:
    """What the same person did before under the same idempotency key."""

    number: str
    action: str
    inputs: dict[str, Any]
    seq: int


async def prior(database: Database, actor: Actor, key: str) -> Prior | None:
    """The action that this key stands for, if it was taken."""
    row = await database.fetchrow(
        """
        select c.number, e.action, e.inputs, e.seq
        from event e join "case" c on c.id = e.case_id
        where e.actor_id = $1 and e.idempotency_key = $2
        """,
        actor.staff_id,
        key,
    )
    return None if row is None else Prior(**dict(row.items()))


def columns(names: Mapping[str, str]) -> tuple[str, str]:
    """The names, and the same with their types: for an insert from a JSON list."""
    return ", ".join(f'"{n}"' for n in names), ", ".join(f'"{n}" {t}' for n, t in names.items())


EVENT = {
    "seq": "int", "action": "text", "round": "smallint", "stage_before": "text",
    "stage_after": "text", "actor_id": "bigint", "actor_name": "text", "unit_id": "bigint",
    "inputs": "jsonb", "changes": "jsonb", "at": "timestamptz", "idempotency_key": "text",
}  # fmt: skip
PART = {
    "round": "smallint", "unit_id": "bigint", "part": "text", "sent_at": "timestamptz",
    "due_at": "timestamptz", "signed_at": "timestamptz", "deemed": "bool",
    "replied_at": "timestamptz", "withdrawn_at": "timestamptz", "ended_at": "timestamptz",
    "under_id": "bigint", "staff_id": "bigint", "person": "text",
}  # fmt: skip
CLOCK = {
    "round": "smallint", "name": "text", "owed_by": "text", "unit_id": "bigint", "limit": "text",
    "basis": "text", "started_at": "timestamptz", "due_at": "timestamptz", "raw_due_on": "date",
    "provisional": "bool", "calendar_version": "text", "extensions": "jsonb", "stops": "jsonb",
    "former": "jsonb",
    "rung": "smallint", "ring_at": "timestamptz", "ended_at": "timestamptz", "ended_by": "text",
}  # fmt: skip
_MESSAGE = {
    "dedupe_key": "text", "channel": "text", "purpose": "text", "template": "text",
    "params": "jsonb", "unit_id": "bigint", "role": "text", "phone": "text", "state": "text",
    "next_at": "timestamptz", "not_after": "timestamptz", "created_at": "timestamptz",
}  # fmt: skip
_COUNT = {"day": "date", "measure": "text", "unit_id": "bigint", "n": "int"}

_columns_of, _mutable_of = attrgetter(*_COLUMNS), attrgetter(*_MUTABLE)
_event_of, _count_of = attrgetter(*EVENT), attrgetter(*_COUNT)


def _insert(table: str, names: Mapping[str, str], parameter: int, *, once: str = "") -> str:
    plain, typed = columns(names)
    return f"""
      insert into {table} (case_id, {plain})
      select w.id, {", ".join(f'r."{n}"' for n in names)}
      from written w, jsonb_to_recordset(${parameter}::jsonb) as r({typed}) {once}"""


def _children(first: int) -> str:
    """The inserts that both statements end with; their values begin at $first."""
    plain, typed = columns(EVENT)
    return f"""
    , events as (
      insert into event (case_id, {plain}, hash)
      select w.id, {", ".join(f"r.{n}" for n in EVENT)}, decode(r.hash, 'hex')
      from written w, jsonb_to_recordset(${first}::jsonb) as r({typed}, hash text))
    , parts as ({_insert("assignment", PART, first + 1)})
    , clocks as ({_insert("clock", CLOCK, first + 2)})
    , messages as ({
        _insert("message", _MESSAGE, first + 3, once="on conflict (dedupe_key) do nothing")
    })
    , counts as (
      insert into tally (kind, case_id, {", ".join(_COUNT)})
      select ${first + 5}, case when r.day is not null then w.id end,
        {", ".join(f"r.{n}" for n in _COUNT)}
      from written w, jsonb_to_recordset(${first + 4}::jsonb)
        as r({", ".join(f"{n} {t}" for n, t in _COUNT.items())}))
    """


OPEN = f"""
    with written as (
      insert into "case" ({", ".join(_COLUMNS)})
      values ({", ".join(f"${i}" for i in range(1, len(_COLUMNS) + 1))}) returning id, number)
    {_children(len(_COLUMNS) + 1)}
    , words as (
      insert into case_words (case_id, words)
      select id, array_to_tsvector(string_to_array(${len(_COLUMNS) + 7}, E'\\n')) from written)
    select id, number from written
    """

_CHANGED_PART = ("due_at", "signed_at", "deemed", "replied_at", "withdrawn_at", "ended_at")
CHANGED_CLOCK = (
    "limit", "basis", "started_at", "due_at", "raw_due_on", "provisional", "calendar_version",
    "extensions", "stops", "former", "rung", "ring_at", "ended_at", "ended_by",
)  # fmt: skip


def change(
    table: str,
    kinds: Mapping[str, str],
    names: Sequence[str],
    parameter: int,
    *,
    of_case: bool = False,
) -> str:
    """The update of rows by key; `of_case` where the rows belong to several cases."""
    typed = ", ".join(f'"{n}" {kinds[n]}' for n in names)
    return f"""
      update {table} t set {", ".join(f'"{n}" = r."{n}"' for n in names)}
      from written w, jsonb_to_recordset(${parameter}::jsonb)
        as r(id bigint, {"case_id bigint, " if of_case else ""}{typed})
      where t.id = r.id{" and r.case_id = w.id" if of_case else ""}"""


_AFTER_MUTABLE = len(_MUTABLE) + 3
CHANGE = f"""
    with written as (
      update "case" set {", ".join(f"{name} = ${i}" for i, name in enumerate(_MUTABLE, 3))}
      where id = $1 and version = $2 returning id, number)
    {_children(_AFTER_MUTABLE)}
    , changed_parts as ({change("assignment", PART, _CHANGED_PART, _AFTER_MUTABLE + 6)})
    , changed_clocks as ({change("clock", CLOCK, CHANGED_CLOCK, _AFTER_MUTABLE + 7)})
    select id, number from written
    """


async def write(connection: Connection, moved: Move) -> bool:
    """Write a move. False where the case had moved on meanwhile: then nothing was written."""
    return await connection.fetchval(CHANGE, *changed_values(moved)) is not None


def changed_values(moved: Move) -> tuple[Any, ...]:
    """The values of what a move changed in a case that exists."""
    before, after = moved.before, moved.after
    return (
        before.id,
        before.version,
        *_mutable_of(after),
        *_child_values([moved]),
        rows_of(changed(before.assignments, after.assignments), ("id", *_CHANGED_PART)),
        rows_of(changed(before.clocks, after.clocks), ("id", *CHANGED_CLOCK)),
    )


async def write_new(connection: Connection, moves: Sequence[Move]) -> int:
    """Write a case that the moves (one, or a history of several) have made; gives its key."""
    key: int = await connection.fetchval(OPEN, *new_values(moves))
    return key


async def write_many(connection: Connection, cases: Iterable[Sequence[Move]]) -> None:
    """Write many new cases, each with its history, in one exchange with the server.

    Call it in a transaction: what is true now of all of them is written with the first of their
    kind; what happened on a day stays with its case.
    """
    by_kind: dict[str, list[Sequence[Move]]] = {}
    for moves in cases:
        by_kind.setdefault(moves[-1].after.kind, []).append(moves)
    for alike in by_kind.values():
        summed = _summed([moved for moves in alike for moved in moves])
        first = [count for count in summed if count.day is None]
        values = (
            new_values(moves, [*([] if i else first), *(c for c in _summed(moves) if c.day)])
            for i, moves in enumerate(alike)
        )
        await connection.executemany(OPEN, values)


def new_values(moves: Sequence[Move], counts: Sequence[Count] | None = None) -> tuple[Any, ...]:
    """The values of a new case and of everything that belongs to it, its own counts or others."""
    after = moves[-1].after
    # One text: the driver looks at each element of a list, and no token holds a line end.
    words = "\n".join(bigrams(f"{after.title}\n{after.content}\n{after.address}"))
    return (*_columns_of(after), *_child_values(moves, counts), words)


def _child_values(moves: Sequence[Move], counts: Sequence[Count] | None = None) -> tuple[Any, ...]:
    after = moves[-1].after
    return (
        [event_row(moved.event) for moved in moves],
        rows_of([part for part in after.assignments if not part.id], tuple(PART)),
        rows_of([clock for clock in after.clocks if not clock.id], tuple(CLOCK)),
        [_message(told, moved) for moved in moves for told in moved.tells],
        [_count(count) for count in (_summed(moves) if counts is None else counts)],
        after.kind,
    )


def rows_of(values: Iterable[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    fields = attrgetter(*names)
    return [dict(zip(names, fields(value), strict=True)) for value in values]


def changed(before: Sequence[Any], after: Sequence[Any]) -> list[Any]:
    known = {row.id: row for row in before}
    return [row for row in after if row.id and row is not known[row.id]]


def event_row(event: EventEntry) -> dict[str, Any]:
    return dict(zip(EVENT, _event_of(event), strict=True)) | {"hash": event.hash.hex()}


def _message(told: Tell, moved: Move) -> dict[str, Any]:
    at: datetime = moved.event.at
    text = told.channel == "sms"
    return {
        "dedupe_key": f"{moved.after.number}:{moved.event.seq}:{told.template}:{told.destination}",
        "channel": told.channel,
        "purpose": told.purpose,
        "template": told.template,
        "params": told.params,
        "unit_id": told.unit_id,
        "role": told.role,
        "phone": told.phone,
        "state": "queued" if text else "delivered",
        "next_at": at if text else None,
        "not_after": at + TEXT_STALE_AFTER if text else None,
        "created_at": at,
    }


def _summed(moves: Sequence[Move]) -> list[Count]:
    """The counts of all moves, those of the same figure added up."""
    if len(moves) == 1:
        return list(moves[0].counts)
    sums: dict[tuple[Any, ...], int] = {}
    for count in (count for moved in moves for count in moved.counts):
        figure = (count.measure, count.unit_id, count.day)
        sums[figure] = sums.get(figure, 0) + count.n
    return [Count(m, n, unit_id, day) for (m, unit_id, day), n in sums.items() if n]


def _count(count: Count) -> dict[str, Any]:
    return dict(zip(_COUNT, _count_of(count), strict=True))
