"""The wording of texts: given another from a day on, and put back to what was written.

Nothing is rewritten, so that the words of a day can be told afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dispatch.db import Connection, Pool
from dispatch.office import Office
from dispatch.registry.changes import change_of_register, record
from dispatch.registry.typed import Typed
from dispatch.texts import original, templates
from dispatch.texts.allowed import checked
from hotline.calendar import in_shanghai
from hotline.errors import NotAvailable, NotFound
from hotline.people import Actor, Role
from hotline.wording import Mistyped

SUBJECT = "文本"


@dataclass(frozen=True, slots=True)
class Wording:
    """One change of a text; `body` is empty where it went back to what was written."""

    id: int
    template: str
    body: str
    valid_from: date
    who: str
    at: datetime
    revoked_at: datetime | None

    def state(self, on: date) -> str:
        """已撤回, 未施行 or 已施行 on the day."""
        if self.revoked_at:
            return "已撤回"
        return "未施行" if self.valid_from > on else "已施行"


def known(template: str) -> str:
    """The name of a text that there is. Raises NotFound."""
    if template not in templates():
        raise NotFound("没有这条文本。")
    return template


async def wordings(pool: Pool, template: str = "") -> list[Wording]:
    """The changes of one text or of all, the one in force before those that it replaced."""
    rows = await pool.fetch(
        """
        select t.id, t.template, t.body, t.valid_from, coalesce(s.name, '系统') as who, t.at,
          t.revoked_at
        from text_change t left join staff s on s.id = t.staff_id
        where $1 = '' or t.template = $1
        order by t.valid_from desc, t.id desc limit 1000
        """,
        template,
    )
    return [Wording(**dict(row)) for row in rows]


def newest(changes: list[Wording], template: str, *, on: date) -> str:
    """The wording in force on the day, "" for the text as it was written."""
    return next(
        (one.body for one in changes if one.template == template and one.state(on) == "已施行"), ""
    )


async def change_text(
    office: Office, template: str, inputs: Mapping[str, Any], *, actor: Actor, now: datetime
) -> int:
    """Other words from a day on; the key of the change. Raises Incomplete, NotFound."""
    known(template)
    today = in_shanghai(now).date()
    typed = Typed(inputs)
    valid_from = typed.day("valid_from", "施行日期")
    if valid_from and valid_from < today:
        typed.wrong("valid_from", f"“施行日期”不能早于今天（{today}）：已发出的改不了。")
    body = ""
    try:
        signature = office.settings.sms_signature
        body = checked(template, str(inputs.get("body") or ""), signature=signature)
    except Mistyped as fault:
        typed.wrong("body", fault.message)
    typed.complete()
    assert valid_from is not None
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        before = await _words(connection, template, on=valid_from)
        if before == body:
            raise NotAvailable("文字没有改动。")
        return await _write(connection, template, body, valid_from, before, actor=actor)


async def restore_text(office: Office, template: str, *, actor: Actor, now: datetime) -> None:
    """The text as it was written, from today; what was to come is taken back. Raises NotFound."""
    known(template)
    today = in_shanghai(now).date()
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        coming = await connection.execute(
            "update text_change set revoked_at = $3"
            " where template = $1 and valid_from > $2 and revoked_at is null",
            template,
            today,
            now,
        )
        before = await _words(connection, template, on=today)
        if before == original(template):
            if coming == "UPDATE 0":
                raise NotAvailable("现在就是原文。")
            await record(
                connection,
                actor=actor,
                subject=f"{SUBJECT} {template}",
                action="撤回改写",
            )
            return
        await _write(connection, template, "", today, before, actor=actor)


async def _words(connection: Connection, template: str, *, on: date) -> str:
    body = await connection.fetchval(
        """
        select body from text_change
        where template = $1 and valid_from <= $2 and revoked_at is null
        order by valid_from desc, id desc limit 1
        """,
        template,
        on,
    )
    return body or original(template)


async def _write(
    connection: Connection,
    template: str,
    body: str,
    valid_from: date,
    before: str,
    *,
    actor: Actor,
) -> int:
    change_id: int = await connection.fetchval(
        "insert into text_change (template, body, valid_from, staff_id)"
        " values ($1, $2, $3, $4) returning id",
        template,
        body,
        valid_from,
        actor.staff_id,
    )
    await record(
        connection,
        actor=actor,
        subject=f"{SUBJECT} {template}",
        action="改写" if body else "恢复原文",
        before={"文字": before, "施行日期": ""},
        after={"文字": body or original(template), "施行日期": valid_from.isoformat()},
    )
    return change_id
