"""Deadlines of many cases written at once: what a change of the calendar does to open clocks."""

from collections.abc import Sequence
from typing import Any

from dispatch.db import Connection
from dispatch.record import (
    CHANGED_CLOCK,
    CLOCK,
    EVENT,
    PART,
    change,
    changed,
    columns,
    event_row,
    rows_of,
)
from hotline.casefile import Running
from hotline.transition import Move

# One statement for many cases: the door's own takes one round trip and a millisecond for each.
_WRITE_DEADLINES = f"""
    with written as (
      update "case" c set version = r.version, next_due_at = r.next_due_at,
        last_hash = decode(r.last_hash, 'hex')
      from jsonb_to_recordset($1::jsonb)
        as r(id bigint, seen int, version int, next_due_at timestamptz, last_hash text)
      where c.id = r.id and c.version = r.seen returning c.id)
    , events as (
      insert into event (case_id, {columns(EVENT)[0]}, hash)
      select w.id, {", ".join(f"r.{n}" for n in EVENT)}, decode(r.hash, 'hex')
      from written w join jsonb_to_recordset($2::jsonb)
        as r(case_id bigint, {columns(EVENT)[1]}, hash text) on r.case_id = w.id)
    , changed_parts as ({change("assignment", PART, ("due_at",), 3, of_case=True)})
    , changed_clocks as ({change("clock", CLOCK, CHANGED_CLOCK, 4, of_case=True)})
    select id from written
    """


async def write_deadlines(connection: Connection, moves: Sequence[Move]) -> set[int]:
    """Write moves that change deadlines and nothing else, each of another case.

    Gives the keys of the cases that were written; a case that had moved on meanwhile is not.
    """
    rows = await connection.fetch(_WRITE_DEADLINES, *_deadline_values(moves))
    return {row["id"] for row in rows}


def _deadline_values(moves: Sequence[Move]) -> tuple[list[dict[str, Any]], ...]:
    cases: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    clocks: list[dict[str, Any]] = []
    for moved in moves:
        before, after = moved.before, moved.after
        of_case = {"case_id": before.id}
        cases.append(
            {
                "id": before.id,
                "seen": before.version,
                "version": after.version,
                "next_due_at": after.next_due_at,
                "last_hash": after.last_hash.hex(),
            }
        )
        events.append(event_row(moved.event) | of_case)
        new_parts = changed(before.assignments, after.assignments)
        parts += [row | of_case for row in rows_of(new_parts, ("id", "due_at"))]
        new_clocks = changed(before.clocks, after.clocks)
        clocks += [row | of_case for row in rows_of(new_clocks, ("id", *CHANGED_CLOCK))]
    return cases, events, parts, clocks


# Only where the clock still is as it was read: whoever changed it meanwhile knows better.
_MARK = """
    update clock t set raw_due_on = r.raw_due_on, provisional = r.provisional,
      calendar_version = r.calendar_version, ring_at = r.ring_at
    from jsonb_to_recordset($1::jsonb) as r(id bigint, due_at timestamptz, rung smallint,
      raw_due_on date, provisional bool, calendar_version text, ring_at timestamptz)
    where t.id = r.id and t.ended_at is null and t.due_at = r.due_at and t.rung = r.rung
    """
_MARKED = ("id", "due_at", "rung", "raw_due_on", "provisional", "calendar_version", "ring_at")


async def mark(connection: Connection, clocks: Sequence[Running]) -> None:
    """Note for clocks whose deadline stays that it was computed anew: no longer provisional."""
    await connection.execute(_MARK, rows_of(clocks, _MARKED))
