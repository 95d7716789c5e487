"""今日提要: what waits for each person this morning, worked out for everybody in a few statements.

Colleagues are told inside the system and woken by nothing: what came up over night or a weekend
waits on their pages, and one digest says in the morning how much of it there is.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from dispatch.db import Connection, affected, transaction
from dispatch.office import Office
from hotline.calendar import in_shanghai
from hotline.people import UNIT_ROLES, Actor, Role
from hotline.permissions import roles_text
from hotline.procedures import PROCEDURES
from hotline.procedures.returns import OFTEN
from hotline.rulebook import Rulebook

PEOPLE_AT_ONCE = 500
KEPT = timedelta(days=30)
# Clocks of those who decide what others ask for.
DECISIONS = sorted(
    {
        clock.name
        for rules in PROCEDURES.values()
        for clock in rules.clocks
        if clock.name.startswith(("decide_", "arbitrate", "verdict"))
    }
)
# Time that somebody outside has: nobody here owes what it ends with.
WINDOWS = sorted(
    f"{rules.kind}:{clock.name}"
    for rules in PROCEDURES.values()
    for clock in rules.clocks
    if clock.window
)
_OVERSEERS = (Role.SUPERVISOR, Role.LEADER)


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """What waited in the morning of one day, in cases."""

    due_today: int = 0
    overdue: int = 0
    returned: int = 0
    to_decide: int = 0

    def __add__(self, other: "Digest") -> "Digest":
        return Digest(
            due_today=self.due_today + other.due_today,
            overdue=self.overdue + other.overdue,
            returned=self.returned + other.returned,
            to_decide=self.to_decide + other.to_decide,
        )

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return self == NOTHING


NOTHING = Digest()


async def make_digests(office: Office, now: datetime) -> int:
    """The digests of this day, once, when their time has come; gives how many were made.

    On working days only, and before the office closes: later they would say nothing new.
    """
    rulebook = await office.rulebook()
    here = in_shanghai(now)
    closes = rulebook.calendar.office_hours[-1][1]
    if not rulebook.calendar.is_working(here.date()):
        return 0
    if not office.settings.digest_at <= here.time() < closes:
        return 0
    day = here.date()
    if await office.pool.fetchval("select exists (select 1 from digest where day = $1)", day):
        return 0
    async with transaction(office.pool) as connection:
        # Whoever comes second waits here, and finds them made.
        await connection.execute("select pg_advisory_xact_lock(hashtext('digest'))")
        digests = await _digests(connection, rulebook, now=now)
        made = 0
        people = list(digests.items())
        for first in range(0, len(people), PEOPLE_AT_ONCE):
            some = people[first : first + PEOPLE_AT_ONCE]
            made += await _write(connection, some, day=day, now=now)
        await connection.execute("delete from digest where day < $1", day - KEPT)
    return made


async def _digests(
    connection: Connection, rulebook: Rulebook, *, now: datetime
) -> dict[int, Digest]:
    """By person: five statements, however many people there are."""
    here = in_shanghai(now)
    tomorrow = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    units = await _of_units(connection, now, tomorrow)
    heads = await _of_heads(connection)
    roles = await _of_roles(connection, now, tomorrow)
    kinds = await _of_kinds(connection, now, tomorrow)
    staff = await connection.fetch("select id, unit_id, roles from staff where active order by id")
    return {
        row["id"]: _for(
            roles_text(row["roles"]), row["unit_id"], units, heads, roles, kinds, rulebook
        )
        for row in staff
    }


def _for(
    held: Iterable[Role],
    unit_id: int,
    units: Mapping[int, Digest],
    heads: Mapping[int, Digest],
    roles: Mapping[str, Digest],
    kinds: Mapping[str, Digest],
    rulebook: Rulebook,
) -> Digest:
    own = frozenset(held)
    found = NOTHING
    if own & UNIT_ROLES:
        for below in rulebook.subtree(unit_id):
            found += units.get(below, NOTHING)
    if Role.UNIT_HEAD in own:
        found += heads.get(unit_id, NOTHING)
    seen = [rules.kind for rules in PROCEDURES.values() if own & rules.seen_by]
    of_kinds = sum((kinds.get(kind, NOTHING) for kind in seen), NOTHING)
    overseeing = not own.isdisjoint(_OVERSEERS)
    for role in sorted(own - UNIT_ROLES):
        owed = roles.get(role, NOTHING)
        # Who oversees has every case before them, their own clocks among them.
        found += Digest(to_decide=owed.to_decide) if overseeing else owed
    if overseeing:
        found += of_kinds
    elif Role.DISPATCHER in own:
        found += Digest(returned=of_kinds.returned)
    return found


async def _of_units(connection: Connection, now: datetime, tomorrow: datetime) -> dict[int, Digest]:
    """What each unit still owes, its part in others' cases included."""
    rows = await connection.fetch(
        """
        select a.unit_id as key,
          count(*) filter (where a.due_at >= $1 and a.due_at < $2)::int as due_today,
          count(*) filter (where a.due_at < $1)::int as overdue,
          count(*) filter (where a.part = 'lead' and a.round > 1)::int as returned
        from assignment a where a.ended_at is null and a.replied_at is null group by a.unit_id
        """,
        now,
        tomorrow,
    )
    return {row["key"]: _digest(row) for row in rows}


async def _of_heads(connection: Connection) -> dict[int, Digest]:
    """What the head of each unit is to decide (信访工作条例 34: 经本机关负责人批准)."""
    rows = await connection.fetch(
        """
        select k.unit_id as key, count(distinct k.case_id)::int as to_decide
        from clock k
        where k.ended_at is null and k.owed_by = $1 and k.name = any($2)
        group by k.unit_id
        """,
        Role.UNIT_HEAD,
        DECISIONS,
    )
    return {row["key"]: _digest(row) for row in rows}


async def _of_roles(connection: Connection, now: datetime, tomorrow: datetime) -> dict[str, Digest]:
    """What each role at the centre owes itself, and what it is to decide."""
    rows = await connection.fetch(
        """
        select k.owed_by as key,
          count(distinct k.case_id) filter (where k.due_at >= $1 and k.due_at < $2)::int
            as due_today,
          count(distinct k.case_id) filter (where k.due_at < $1)::int as overdue,
          count(distinct k.case_id) filter (where k.name = any($3))::int as to_decide
        from clock k join "case" c on c.id = k.case_id
        where k.ended_at is null and k.owed_by <> all($4) and (k.due_at < $2 or k.name = any($3))
          and c.kind || ':' || k.name <> all($5)
        group by k.owed_by
        """,
        now,
        tomorrow,
        DECISIONS,
        sorted(UNIT_ROLES),
        WINDOWS,
    )
    return {row["key"]: _digest(row) for row in rows}


async def _of_kinds(connection: Connection, now: datetime, tomorrow: datetime) -> dict[str, Digest]:
    """All open cases by kind, for those who oversee them."""
    rows = await connection.fetch(
        """
        select c.kind as key,
          count(*) filter (where c.next_due_at >= $1 and c.next_due_at < $2)::int as due_today,
          count(*) filter (where c.next_due_at < $1)::int as overdue,
          count(*) filter (where c.returns >= $3)::int as returned
        from "case" c where c.closed_at is null group by c.kind
        """,
        now,
        tomorrow,
        OFTEN,
    )
    return {row["key"]: _digest(row) for row in rows}


def _digest(row: Any) -> Digest:
    given = dict(row.items())
    del given["key"]
    return Digest(**given)


async def _write(
    connection: Connection, some: Iterable[tuple[int, Digest]], *, day: date, now: datetime
) -> int:
    """One statement for many people; nobody gets a second one for the day."""
    rows = [msgspec.structs.asdict(digest) | {"staff_id": staff_id} for staff_id, digest in some]
    status = await connection.execute(
        """
        insert into digest (staff_id, day, due_today, overdue, returned, to_decide, made_at)
        select r.staff_id, $2, r.due_today, r.overdue, r.returned, r.to_decide, $3
        from jsonb_to_recordset($1::jsonb) as r(staff_id bigint, due_today int, overdue int,
          returned int, to_decide int)
        on conflict do nothing
        """,
        rows,
        day,
        now,
    )
    return affected(status)


async def digest_for(
    connection: Connection, actor: Actor, *, now: datetime, put_away: bool = False
) -> Digest | None:
    """This day's digest of the person; `put_away` gives it also after it was dismissed."""
    row = await connection.fetchrow(
        "select due_today, overdue, returned, to_decide from digest"
        " where staff_id = $1 and day = $2 and (seen_at is null or $3)",
        actor.staff_id,
        in_shanghai(now).date(),
        put_away,
    )
    return None if row is None else Digest(**dict(row.items()))


async def put_away(office: Office, actor: Actor, *, now: datetime) -> None:
    """The person has read it."""
    await office.pool.execute(
        "update digest set seen_at = $3 where staff_id = $1 and day = $2 and seen_at is null",
        actor.staff_id,
        in_shanghai(now).date(),
        now,
    )
