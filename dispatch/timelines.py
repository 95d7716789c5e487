"""What happened to one case: its history, clocks and parts of all rounds, texts and calls.

The caller has loaded the case within the reader's scope; nothing here decides who sees it.
Telephone numbers are whole: whoever shows them masks them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from dispatch.db import Connection
from dispatch.listing import COLUMNS, Row
from hotline.calendar import in_shanghai
from hotline.casefile import Part, Running
from hotline.inputs import INPUTS, shown
from hotline.people import CENTRE_ROLES, Actor
from hotline.permissions import visible_cases
from hotline.procedure import Procedure
from hotline.rings import LEVEL_WORDS
from hotline.rulebook import Rulebook


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One action that happened. Inputs that tell who the requester is are left out."""

    seq: int
    action: str
    round: int
    stage_before: str
    stage_after: str
    actor_name: str
    unit_id: int | None
    inputs: dict[str, Any]
    changes: dict[str, Any]
    at: datetime


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One message about the case. `phone` is E.164 and whole; "" for a notice to colleagues."""

    id: int
    channel: str
    purpose: str
    template: str
    params: dict[str, Any]
    unit_id: int | None
    role: str
    phone: str
    body: str
    parts: int
    state: str
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None


class CallEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation. `phone` is E.164 and whole, or "" where it was withheld."""

    id: int
    at: datetime
    agent: str
    phone: str
    name: str
    anonymous: bool
    confidential: bool
    disposition: str
    request_type: str
    category: str
    subject: str
    answer: str
    ground: str
    case_number: str | None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Everything beside the case itself, each list in order of time."""

    history: list[Entry]
    clocks: list[Running]
    assignments: list[Part]
    messages: list[Sent]
    calls: list[CallEntry]


_HISTORY = """
    select e.seq, e.action, e.round, e.stage_before, e.stage_after, e.actor_name, e.unit_id,
      e.inputs, e.changes, e.at
    from event e where e.case_id = $1 order by e.seq"""
_CLOCKS = "select k.* from clock k where k.case_id = $1 order by k.started_at, k.id"
_PARTS = "select a.* from assignment a where a.case_id = $1 order by a.sent_at, a.id"
_MESSAGES = """
    select m.id, m.channel, m.purpose, m.template, m.params, m.unit_id, m.role, m.phone, m.body,
      m.parts, m.state, m.attempts, m.error, m.created_at, m.sent_at, m.delivered_at
    from message m where m.case_id = $1 order by m.id"""
_CALL = """
    select l.id, l.at, s.name as agent, l.phone, l.name, l.anonymous, l.confidential,
      l.disposition, l.request_type, l.category, l.subject, l.answer, l.ground,
      c.number as case_number
    from call l join staff s on s.id = l.agent_id left join "case" c on c.id = l.case_id"""
_CALLS = f"{_CALL} where l.case_id = $1 order by l.id"


def _list(statement: str) -> str:
    return f"(select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ({statement}) r)"


_TIMELINE = f"""
    select {_list(_HISTORY)} as history, {_list(_CLOCKS)} as clocks,
      {_list(_PARTS)} as assignments, {_list(_MESSAGES)} as messages, {_list(_CALLS)} as calls
    """


async def timeline(connection: Connection, case_id: int) -> Timeline:
    """All of it in one statement; clocks and assignments with those that have ended."""
    row = await connection.fetchrow(_TIMELINE, case_id)
    assert row is not None
    found = msgspec.convert(dict(row.items()), Timeline)
    return msgspec.structs.replace(
        found, history=[without_private(entry) for entry in found.history]
    )


async def history(connection: Connection, case_id: int) -> list[Entry]:
    """Who did what when, oldest first."""
    rows = await connection.fetch(_HISTORY, case_id)
    return [without_private(Entry(**dict(row.items()))) for row in rows]


def without_private(entry: Entry) -> Entry:
    """The same without the inputs that tell who the requester is."""
    inputs = {
        name: value
        for name, value in entry.inputs.items()
        if not (name in INPUTS and INPUTS[name].private)
    }
    return msgspec.structs.replace(entry, inputs=inputs)


_FREE_TEXT = ("line", "text")
# Said in one line by `rang`: the codes of a clock and of a level mean nothing to people.
_OF_CLOCKS = ("clock", "level", "since")


def said(
    entry: Entry, rulebook: Rulebook, *, text: Callable[[str], str] | None = None
) -> list[tuple[str, str]]:
    """What was put in, as (label, words) for people, in the order of the vocabulary.

    `text` makes free text fit for the reader. What a clock did is left to `rang`.
    """
    return [
        (known.label, text(words) if text and known.type in _FREE_TEXT else words)
        for name, known in INPUTS.items()
        if name in entry.inputs and not (name in _OF_CLOCKS and "clock" in entry.inputs)
        for words in [shown(name, entry.inputs[name], rulebook=rulebook)]
    ]


def rang(entry: Entry, rules: Procedure) -> str:
    """Which clock rang how, since when: 办理时限第一次预警，自2026-03-11 12:00起; "" for none."""
    if "clock" not in entry.inputs:
        return ""
    level = LEVEL_WORDS.get(entry.inputs.get("level", 0), "")
    words = f"{rules.clock(entry.inputs['clock']).label}{level}"
    since = entry.inputs.get("since")
    if not since:
        return words
    return f"{words}，自{in_shanghai(datetime.fromisoformat(since)):%Y-%m-%d %H:%M}起"


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """What a number asked before, newest first."""

    cases: list[Row]
    calls: list[CallEntry]


async def earlier(connection: Connection, actor: Actor, phone: str, *, limit: int = 20) -> Earlier:
    """Earlier cases and calls of a number (E.164), for whoever speaks with the requester now."""
    if not phone:
        return Earlier(cases=[], calls=[])
    scope = visible_cases(actor, first=3)
    cases = await connection.fetch(
        f'select {COLUMNS}, c.next_due_at as due_at from "case" c'
        f" where c.requester_phone = $1 and {scope.condition} order by c.id desc limit $2",
        phone,
        limit,
        *scope.values,
    )
    # A conversation belongs to the centre, also where a case came of it.
    calls = await connection.fetch(
        f"{_CALL} where l.phone = $1 and $3 order by l.id desc limit $2",
        phone,
        limit,
        bool(actor.roles & CENTRE_ROLES),
    )
    return Earlier(
        cases=[Row(**dict(row.items())) for row in cases],
        calls=[CallEntry(**dict(row.items())) for row in calls],
    )
