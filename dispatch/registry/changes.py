"""How the register is changed: by one administrator at a time, written down, then published."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar

import asyncpg
import msgspec

from dispatch.db import Connection, transaction, whole
from dispatch.office import Office
from dispatch.reference import publish
from hotline.errors import Conflict, Incomplete, NotPermitted
from hotline.people import ROLE_LABELS, Actor, Role

Facts = Mapping[str, str]
"""A record as its readers see it: label to value, both in words."""

# The advisory lock under which the register is changed; any number that nothing else takes.
_LOCK = 12_345_003

_LONGEST_SUBJECT = 60

_TAKEN = {
    "unit_code_once": ("code", "这个单位代码已被使用，请换一个。"),
    "unit_name_once": ("name", "已有同名单位，请核对。"),
    "staff_extension_once": ("extension", "这个分机号已有人使用，请核对。"),
    "staff_sign_in_once": ("sign_in", "这个登录名已被使用，请换一个。"),
    "category_pk": ("code", "这个分类代码已被使用，请换一个。"),
    "place_pk": ("code", "这个区划代码已被使用，请换一个。"),
}


@asynccontextmanager
async def change_of_register(office: Office, *by: Role, actor: Actor) -> AsyncIterator[Connection]:
    """A transaction that changes the register; others who change it wait, so checks hold.

    Within `many_changes` it is a part of theirs. Raises NotPermitted without one of the roles,
    Incomplete where a code or name is already taken.
    """
    if not actor.has(*by):
        raise NotPermitted(f"此项操作由{'或'.join(ROLE_LABELS[role] for role in by)}办理。")
    try:
        async with _turn(office) as connection:
            yield connection
    except asyncpg.UniqueViolationError as taken:
        field, sentence = _TAKEN[taken.constraint_name or ""]
        raise Incomplete({field: sentence}) from None


@asynccontextmanager
async def many_changes(office: Office, *by: Role, actor: Actor) -> AsyncIterator[Connection]:
    """Every change that the functions of the register make within stands together, or none does.

    A change that is refused is undone by itself, and may be left out. Raises NotPermitted.
    """
    async with whole(office.pool), change_of_register(office, *by, actor=actor) as connection:
        outer = _GATHERED.set(True)
        try:
            yield connection
        finally:
            _GATHERED.reset(outer)


_GATHERED: ContextVar[bool] = ContextVar("many_changes", default=False)


@asynccontextmanager
async def _turn(office: Office) -> AsyncIterator[Connection]:
    """A transaction in turn, published at the end; of many changes, the first does that for all."""
    async with transaction(office.pool) as connection:
        if _GATHERED.get():
            yield connection
            return
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        yield connection
        await publish(connection)
    office.reference.forget()


async def record(
    connection: Connection,
    *,
    actor: Actor,
    subject: str,
    action: str,
    before: Facts | None = None,
    after: Facts | None = None,
) -> None:
    """Write down who changed what: of a changed record what differs, of a form sent again nothing.

    `subject` is the kind, the code and the name, cut to what its column holds.
    """
    if before and before == after:
        return
    old, new = dict(before or {}), dict(after or {})
    if before and after:
        old = {label: value for label, value in old.items() if new.get(label) != value}
        new = {label: value for label, value in new.items() if before.get(label) != value}
    await connection.execute(
        "insert into admin_change (staff_id, subject, action, before, after)"
        " values ($1, $2, $3, $4, $5)",
        actor.staff_id,
        subject[:_LONGEST_SUBJECT],
        action,
        msgspec.json.encode(old).decode() if old else "",
        msgspec.json.encode(new).decode() if new else "",
    )


def fingerprint(facts: Facts) -> str:
    """A word for the state of a record, which a form carries to show what its reader saw."""
    return hashlib.sha256(msgspec.json.encode(dict(facts), order="sorted")).hexdigest()[:16]


def refuse_stale(seen: str | None, facts: Facts) -> None:
    """Raise Conflict when the record is no longer as the form's reader saw it."""
    if seen and seen != fingerprint(facts):
        now = "；".join(f"{label}：{value or '（空）'}" for label, value in facts.items())
        raise Conflict(
            f"您打开这一页之后，有人修改了这条记录。现在是——{now}。请核对后再次提交。", version=0
        )


def yes_or_no(value: bool) -> str:
    """是 or 否."""
    return "是" if value else "否"
