"""What a unit or a role was told inside the system, newest first, one line per case and clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from dispatch import texts
from dispatch.db import Connection
from dispatch.wordings import in_force
from hotline.people import CENTRE_ROLES, UNIT_ROLES, Actor
from hotline.permissions import visible_cases

MOST_NOTICES = 15
# So many are read for one that is shown: of a case's warnings only the highest is.
_READ = 4

# What asks people to hurry stands out.
_URGENT = frozenset(
    {
        "unit/reminded", "unit/supervised", "unit/reported_up", "unit/redo", "owed/breached",
        "leader/overdue", "leader/returned_often", "supervisor/returned_often",
    }
)  # fmt: skip
_OF_CLOCKS = ("owed/warned", "owed/breached", "supervisor/breached")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One line; `number` is the case that it speaks of, `gone` where the unit has lost it.

    `wording` is what an administrator made of the text, "" where it stands as it was written.
    """

    id: int
    number: str
    template: str
    params: Mapping[str, Any]
    wording: str
    urgent: bool
    gone: bool
    at: datetime

    @property
    def text(self) -> str:
        """The notice in Chinese."""
        return texts.render(self.template, self.params, body=self.wording)


async def notices(
    connection: Connection, actor: Actor, *, limit: int = MOST_NOTICES
) -> list[Notice]:
    """The newest notices to the actor's units or roles. One statement.

    What speaks of a case that the units have lost since (改派) is left out, but for the news
    that they have. Of the warnings of one case the highest is shown, where the newest was.
    """
    scope = visible_cases(actor, first=4)
    rows = await connection.fetch(
        f"""
        select n.id, c.number, n.template, n.params, n.created_at,
          {in_force("n.template", "(n.created_at at time zone 'Asia/Shanghai')::date")} as wording
        from (
          (select m.* from unnest($1::bigint[]) as u(id) cross join lateral (
            select m.* from message m
            where m.unit_id = u.id and m.channel = 'notice' and (
              m.template like 'former/%' or exists (
              select 1 from assignment a where a.case_id = m.case_id
                and a.unit_id = any($1) and a.withdrawn_at is null))
            order by m.id desc limit $2) m)
          union all
          (select m.* from unnest($3::text[]) as r(role) cross join lateral (
            select m.* from message m join "case" c on c.id = m.case_id
            where m.role = r.role and m.channel = 'notice' and {scope.condition}
            order by m.id desc limit $2) m)) n
        join "case" c on c.id = n.case_id
        order by n.id desc limit $2
        """,
        list(actor.unit_ids) if actor.roles & UNIT_ROLES else [],
        limit * _READ,
        sorted(actor.roles & CENTRE_ROLES),
        *scope.values,
    )
    return [
        Notice(
            id=row["id"],
            number=row["number"],
            template=row["template"],
            params=row["params"],
            wording=row["wording"],
            urgent=row["template"] in _URGENT,
            gone=row["template"].startswith("former/"),
            at=row["created_at"],
        )
        for row in _highest(rows)[:limit]
    ]


def _highest(rows: Iterable[Any]) -> list[Any]:
    """The rows without the lower warnings of a case; the highest stands at the newest's place."""
    shown: list[Any] = []
    places: dict[str, int] = {}
    for row in rows:
        about_a_clock = row["template"] in _OF_CLOCKS
        place = places.setdefault(row["number"], len(shown)) if about_a_clock else len(shown)
        if place == len(shown):
            shown.append(row)
        elif row["params"].get("level", 0) > shown[place]["params"].get("level", 0):
            shown[place] = row
    return shown
