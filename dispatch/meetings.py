"""联席会议: the record of a meeting, and each of its decisions carried out through the door.

A decision becomes a dispatch by itself: one case after the other, each with its row or not at all;
what the case does not allow any more says so and can be carried out later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from dispatch import record
from dispatch.db import Connection, transaction
from dispatch.office import Office
from dispatch.perform import another_act, perform_on
from hotline.calendar import SHANGHAI, in_shanghai
from hotline.casefile import CaseFile
from hotline.errors import Incomplete, NotAvailable, NotFound, Refusal
from hotline.people import Actor, Role
from hotline.permissions import visible_cases
from hotline.procedure import Action
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.transition import open_actions

MOST_SHOWN = 50
MOST_CASES = 10


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """One case that the meeting decided about; units as codes."""

    number: str
    lead_unit: str
    co_units: tuple[str, ...] = ()
    reason: str


class Minutes(msgspec.Struct, frozen=True, kw_only=True):
    """What is written down of a meeting; attendees as codes."""

    held_at: datetime
    place: str
    convenor: str
    attendees: tuple[str, ...]
    minutes: str
    matters: tuple[Matter, ...]


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as it is listed and shown; `open` counts decisions that are no dispatch yet."""

    id: int
    title: str
    held_at: datetime
    place: str
    convenor: str
    attendees: tuple[int, ...]
    minutes: str
    unit_id: int
    cases: int
    open: int


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision and what became of it."""

    id: int
    number: str
    kind: str
    title: str
    confidential: bool
    lead_unit_id: int
    co_units: tuple[int, ...]
    reason: str
    action: str
    done_at: datetime | None
    refusal: str


async def hold(
    office: Office,
    minutes: Minutes,
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
) -> int:
    """Write the meeting down and carry its decisions out; gives its key.

    The same form sent twice is one meeting. Raises Incomplete, or Conflict where the key stands
    for another meeting.
    """
    rulebook = await office.rulebook()
    if minutes.held_at > now + timedelta(minutes=5):
        raise Incomplete({"held_at": "会议时间不能晚于现在"})
    units = rulebook.units_by_code
    async with transaction(office.pool) as connection:
        # One at a time: they are counted by year, and the second of a double submit sees the first.
        await connection.execute("select pg_advisory_xact_lock(hashtext('meeting'))")
        if held := await _held_before(connection, minutes, actor, idempotency_key):
            return held
        keys = await _keys(connection, minutes.matters, actor)
        meeting_id: int = await connection.fetchval(
            """
            insert into meeting (title, held_at, place, convenor, attendees, minutes, unit_id,
              staff_id, at, idempotency_key)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id
            """,
            await _title(connection, minutes.held_at, actor),
            minutes.held_at,
            minutes.place,
            minutes.convenor,
            [units[code].id for code in minutes.attendees],
            minutes.minutes,
            actor.unit_id,
            actor.staff_id,
            now,
            idempotency_key,
        )
        await connection.executemany(
            "insert into meeting_decision (meeting_id, case_id, lead_unit_id, co_units, reason,"
            " action, refusal) values ($1, $2, $3, $4, $5, '', '')",
            [
                (
                    meeting_id,
                    keys[matter.number],
                    units[matter.lead_unit].id,
                    [units[code].id for code in matter.co_units],
                    matter.reason,
                )
                for matter in minutes.matters
            ],
        )
    await carry_out(office, meeting_id, actor=actor, now=now)
    return meeting_id


async def _held_before(
    connection: Connection, minutes: Minutes, actor: Actor, idempotency_key: str | None
) -> int | None:
    """The meeting that the same form has written down, if it has."""
    row = await connection.fetchrow(
        "select id, held_at, minutes from meeting where staff_id = $1 and idempotency_key = $2",
        actor.staff_id,
        idempotency_key,
    )
    if row is None:
        return None
    if (row["held_at"], row["minutes"]) != (minutes.held_at, minutes.minutes):
        raise another_act()
    found: int = row["id"]
    return found


async def _keys(
    connection: Connection, matters: Sequence[Matter], actor: Actor
) -> Mapping[str, int]:
    """The cases by number, as far as the actor may see them. Raises Incomplete for others."""
    scope = visible_cases(actor, first=2)
    rows = await connection.fetch(
        f'select c.number, c.id from "case" c where c.number = any($1) and {scope.condition}',
        [matter.number for matter in matters],
        *scope.values,
    )
    found = {row["number"]: row["id"] for row in rows}
    wrong = {
        f"number-{i}": "没有这个工单"
        for i, matter in enumerate(matters)
        if matter.number not in found
    }
    if wrong:
        raise Incomplete(wrong)
    return found


async def _title(connection: Connection, held_at: datetime, actor: Actor) -> str:
    """2026年第3次联席会议（3月9日）: the office counts its meetings by year."""
    held = in_shanghai(held_at)
    before: int = await connection.fetchval(
        "select count(*) from meeting where unit_id = $1 and held_at >= $2 and held_at < $3",
        actor.unit_id,
        datetime(held.year, 1, 1, tzinfo=SHANGHAI),
        datetime(held.year + 1, 1, 1, tzinfo=SHANGHAI),
    )
    return f"{held.year}年第{before + 1}次联席会议（{held.month}月{held.day}日）"


async def carry_out(office: Office, meeting_id: int, *, actor: Actor, now: datetime) -> int:
    """Make dispatches of the decisions that are none yet; gives how many became one.

    Raises NotFound where the actor may not see the meeting.
    """
    rulebook = await office.rulebook()
    async with office.pool.acquire() as connection:
        found = await meeting(connection, actor, meeting_id)
    if found is None:
        raise NotFound
    scope = visible_cases(actor, first=2)
    waiting = await office.pool.fetch(
        'select d.id, c.number from meeting_decision d join "case" c on c.id = d.case_id'
        f" where d.meeting_id = $1 and d.done_at is null and {scope.condition} order by d.id",
        meeting_id,
        *scope.values,
    )
    done = 0
    for row in waiting:
        try:
            if await _carry_out_one(office, row["id"], row["number"], found, actor, rulebook, now):
                done += 1
                office.bell.ring(row["number"])
        except Refusal as refusal:
            await office.pool.execute(
                "update meeting_decision set refusal = left($2, 500)"
                " where id = $1 and done_at is null",
                row["id"],
                refusal.message,
            )
    return done


async def _carry_out_one(
    office: Office,
    decision_id: int,
    number: str,
    found: Meeting,
    actor: Actor,
    rulebook: Rulebook,
    now: datetime,
) -> bool:
    """One decision: the case and its row together, or neither."""
    async with transaction(office.pool) as connection:
        row = await connection.fetchrow(
            "select lead_unit_id, co_units, reason from meeting_decision"
            " where id = $1 and done_at is null for update skip locked",
            decision_id,
        )
        case = await record.load(connection, number, actor) if row else None
        if row is None or case is None:
            return False
        action = _action(case, actor, row["lead_unit_id"], now)
        inputs = {
            "lead_unit": rulebook.units[row["lead_unit_id"]].code,
            "co_units": [rulebook.units[one].code for one in row["co_units"]],
            "arbitration_ground": "meeting",
            "reason": row["reason"],
            "meeting": found.title,
        }
        await perform_on(
            connection, number, action.name, actor=actor, inputs=inputs, now=now, rulebook=rulebook
        )
        await connection.execute(
            "update meeting_decision set done_at = $2, action = $3, refusal = '' where id = $1",
            decision_id,
            now,
            action.name,
        )
    return True


def _action(case: CaseFile, actor: Actor, lead_unit_id: int, now: datetime) -> Action:
    """The open action that a meeting decides by, in the stage where the case now stands.

    Where the meeting leaves the case with its unit, the one that asks for no unit.
    """
    stays = case.lead is not None and case.lead.unit_id == lead_unit_id
    for action in open_actions(case, actor, now=now):
        needs = dict(action.inputs)
        if "meeting" in needs and ("lead_unit" not in needs) == stays:
            return action
    rules = procedure(case.kind)
    if stays:
        raise NotAvailable("会议议定的就是现在的主办单位，无需改派")
    raise NotAvailable(f"本件现为“{rules.stage(case.stage).label}”，不能由您按会议决定指定承办单位")


_SELECT = """
    select m.id, m.title, m.held_at, m.place, m.convenor, m.attendees, m.minutes, m.unit_id,
      (select count(*) from meeting_decision d where d.meeting_id = m.id)::int as cases,
      (select count(*) from meeting_decision d where d.meeting_id = m.id and d.done_at is null)::int
        as open
    from meeting m where (m.unit_id = any($1) or $2)
    """


async def meetings(
    connection: Connection, actor: Actor, *, before: int | None = None
) -> list[Meeting]:
    """Those of the actor's office, for supervisors of every office, newest first."""
    rows = await connection.fetch(
        f"{_SELECT} and ($3::bigint is null or m.id < $3) order by m.id desc limit $4",
        list(actor.unit_ids),
        actor.has(Role.SUPERVISOR),
        before,
        MOST_SHOWN,
    )
    return [msgspec.convert(dict(row.items()), Meeting) for row in rows]


async def meeting(connection: Connection, actor: Actor, meeting_id: int) -> Meeting | None:
    """One meeting, or None where there is none that the actor may see."""
    row = await connection.fetchrow(
        f"{_SELECT} and m.id = $3", list(actor.unit_ids), actor.has(Role.SUPERVISOR), meeting_id
    )
    return None if row is None else msgspec.convert(dict(row.items()), Meeting)


async def decisions(connection: Connection, actor: Actor, meeting_id: int) -> list[Decision]:
    """What it decided, as far as the actor may see the cases."""
    scope = visible_cases(actor, first=2)
    rows = await connection.fetch(
        f"""
        select d.id, c.number, c.kind, c.title, c.confidential, d.lead_unit_id, d.co_units,
          d.reason, d.action, d.done_at, d.refusal
        from meeting_decision d join "case" c on c.id = d.case_id
        where d.meeting_id = $1 and {scope.condition} order by d.id
        """,
        meeting_id,
        *scope.values,
    )
    return [msgspec.convert(dict(row.items()), Decision) for row in rows]
