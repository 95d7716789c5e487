"""Staff accounts as the administration reads them, and who of it keeps which."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from dispatch.db import Connection, Pool
from dispatch.registry.changes import yes_or_no
from hotline.errors import NotFound
from hotline.people import ADMIN_ROLES, ROLE_LABELS, STAFF_ROLES, Actor, Role
from hotline.permissions import roles_text


@dataclass(frozen=True, slots=True)
class Person:
    """An account as the administration sees it."""

    id: int
    sign_in: str
    name: str
    unit_id: int
    unit_name: str
    unit_kind: str
    roles: tuple[Role, ...]
    job_title: str
    extension: str
    active: bool
    demo: bool

    @property
    def roles_text(self) -> str:
        """话务员、派单员; empty for none."""
        return "、".join(ROLE_LABELS[role] for role in self.roles)

    @property
    def keeper(self) -> Role:
        """Which administrator keeps this account."""
        return Role.SECURITY if ADMIN_ROLES.intersection(self.roles) else Role.ADMIN

    @property
    def facts(self) -> dict[str, str]:
        """The account in words."""
        return {
            "姓名": self.name,
            "单位": self.unit_name,
            "职务": self.job_title,
            "分机号": self.extension,
            "角色": self.roles_text,
            "在用": yes_or_no(self.active),
        }


def keeps(actor: Actor, person: Person) -> bool:
    """Whether the actor may change the account: its keeper, and never one's own."""
    return actor.has(person.keeper) and actor.staff_id != person.id


def roles_to_give(
    actor: Actor, person: Person | None, *, security_vacant: bool = False
) -> tuple[Role, ...]:
    """Which roles the actor may tick for the person (None: somebody new), in order."""
    if person is not None and person.id == actor.staff_id:
        return ()
    if actor.has(Role.SECURITY):
        given = ADMIN_ROLES
    elif actor.has(Role.ADMIN) and (person is None or person.keeper is Role.ADMIN):
        given = frozenset(STAFF_ROLES) - ADMIN_ROLES
        if security_vacant and person is not None:
            given |= {Role.SECURITY}
    else:
        return ()
    return tuple(role for role in STAFF_ROLES if role in given)


async def security_vacant(source: "Pool | Connection") -> bool:
    """Whether nobody holds the role: then the system administrator names the first one."""
    held = await source.fetchval(
        "select exists (select 1 from staff where active and $1 = any(roles))", Role.SECURITY
    )
    return not held


_PERSON = """
    select s.id, s.sign_in, s.name, s.unit_id, u.name as unit_name, u.kind as unit_kind,
           s.roles, s.job_title, s.extension, s.active, s.demo
    from staff s join unit u on u.id = s.unit_id
"""


async def the_person(source: "Pool | Connection", staff_id: int) -> Person:
    """One account. Raises NotFound."""
    row = await source.fetchrow(f"{_PERSON} where s.id = $1", staff_id)
    if row is None:
        raise NotFound("没有这个人员。")
    return _person(row)


async def people(
    pool: Pool,
    *,
    words: str = "",
    unit_ids: Sequence[int] | None = None,
    role: Role | None = None,
    after: str = "",
    most: int = 50,
) -> list[Person]:
    """Accounts by sign-in name, beginning behind `after`; `words` is part of a name or title."""
    rows = await pool.fetch(
        f"""
        {_PERSON}
        where s.sign_in > $1
          and ($2 = '' or position(lower($2) in lower(s.sign_in)) > 0
               or position($2 in s.name) > 0 or position($2 in s.job_title) > 0)
          and ($3::bigint[] is null or s.unit_id = any($3))
          and ($4 = '' or $4 = any(s.roles))
        order by s.sign_in limit $5
        """,
        after,
        words,
        list(unit_ids) if unit_ids is not None else None,
        role or "",
        most,
    )
    return [_person(row) for row in rows]


async def staff_counts(pool: Pool) -> dict[int, int]:
    """How many accounts in use each unit has."""
    rows = await pool.fetch("select unit_id, count(*) from staff where active group by unit_id")
    return {row["unit_id"]: row["count"] for row in rows}


def _person(row: asyncpg.Record) -> Person:
    return Person(**{**dict(row), "roles": tuple(roles_text(row["roles"]))})
