"""Unsaved work, kept on the server as it is typed and given back to whoever typed it.

Nothing of it is logged, and every statement names its owner.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from dispatch.db import Database
from dispatch.office import Office
from hotline.errors import Incomplete, TooMany
from hotline.people import Actor
from hotline.unsaved import is_subject

LARGEST_DRAFT = 96 * 1024
MOST_DRAFTS = 200
KEPT_FOR = timedelta(days=7)

Fields = Mapping[str, list[str]]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One form as it was left: the values of its fields by name."""

    subject: str
    payload: dict[str, list[str]]
    version: int
    updated_at: datetime

    def one(self, name: str) -> str:
        """The first value of a field; "" where it has none."""
        return next(iter(self.payload.get(name, ())), "")


async def keep_draft(
    office: Office, subject: str, fields: Fields, *, actor: Actor, now: datetime, key: str = ""
) -> int | None:
    """Keep what was typed; gives its version, or None where `key` was sent already.

    The key is the form's own (`idempotency_key`): what was still on its way when the form was
    sent must not come back as a draft. Raises Incomplete, TooMany.
    """
    if not is_subject(subject):
        raise Incomplete({"draft": "没有这种草稿"})
    version: int | None = await office.pool.fetchval(
        """
        insert into draft (staff_id, subject, payload, version, updated_at)
        select $1::bigint, $2::varchar, $3, 1, $4
        where not exists (select from call where agent_id = $1 and idempotency_key = $5::varchar)
          and not exists (select from event where actor_id = $1 and idempotency_key = $5::varchar)
          and not exists (select from meeting where staff_id = $1 and idempotency_key = $5::varchar)
          and not exists (select from sent_form where staff_id = $1 and key = $5::varchar)
          and (select count(*) from draft where staff_id = $1 and subject <> $2) < $6
        on conflict (staff_id, subject) do update
          set payload = excluded.payload, version = draft.version + 1,
              updated_at = excluded.updated_at
        returning version
        """,
        actor.staff_id,
        subject,
        fields,
        now,
        key or None,
        MOST_DRAFTS,
    )
    if version is None and len(await own_drafts(office, actor, most=MOST_DRAFTS)) >= MOST_DRAFTS:
        raise TooMany("草稿太多，请先提交或放弃一些。", retry_after=60)
    return version


async def draft_of(office: Office, subject: str, *, actor: Actor) -> Draft | None:
    """What this person left unsent there."""
    row = await office.pool.fetchrow(
        "select subject, payload, version, updated_at from draft"
        " where staff_id = $1 and subject = $2",
        actor.staff_id,
        subject,
    )
    return Draft(**dict(row)) if row else None


async def drafts_of_case(office: Office, number: str, *, actor: Actor) -> dict[str, Draft]:
    """What this person left unsent on a case, by the action that it is for."""
    above = f"case:{number}/"
    rows = await office.pool.fetch(
        "select subject, payload, version, updated_at from draft"
        " where staff_id = $1 and starts_with(subject, $2)",
        actor.staff_id,
        above,
    )
    return {row["subject"].removeprefix(above): Draft(**dict(row)) for row in rows}


async def drafts_of_cases(
    database: Database, numbers: Iterable[str], *, actor: Actor
) -> dict[str, Draft]:
    """What this person left unsent on the cases of a list, by what it is for."""
    rows = await database.fetch(
        "select subject, payload, version, updated_at from draft where staff_id = $1"
        " and subject like 'case:%' and substring(subject from 6 for 13) = any($2)",
        actor.staff_id,
        list(numbers),
    )
    return {row["subject"]: Draft(**dict(row.items())) for row in rows}


async def own_drafts(office: Office, actor: Actor, *, most: int = 20) -> list[Draft]:
    """Everything that this person left unsent, the latest first."""
    rows = await office.pool.fetch(
        "select subject, payload, version, updated_at from draft where staff_id = $1"
        " order by updated_at desc limit $2",
        actor.staff_id,
        most,
    )
    return [Draft(**dict(row)) for row in rows]


async def forget_draft(database: Database, subject: str, *, actor: Actor) -> None:
    """It was sent, or is not wanted any more."""
    await database.execute(
        "delete from draft where staff_id = $1 and subject = $2", actor.staff_id, subject
    )


async def forget_old_drafts(office: Office, now: datetime) -> None:
    """Whoever has not come back for a week does not come back."""
    await office.pool.execute("delete from draft where updated_at < $1", now - KEPT_FOR)
