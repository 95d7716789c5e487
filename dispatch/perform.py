"""The one door through which a case changes.

People, time, texts and other systems all come through here: load what the actor may see, let
the rulebook move it, write everything in one statement, and ring the bell after the commit.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from dispatch import record
from dispatch.db import Connection, Database, transaction
from dispatch.lookups import found_for
from dispatch.office import Office
from dispatch.ties import MovedOn, NewNumber, along, write_together
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.entries import EventEntry
from hotline.errors import Change, Conflict, NotFound
from hotline.files import digest_in
from hotline.inputs import accept
from hotline.people import Actor
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.transition import Move, move

# How often an action without a seen version is tried anew when somebody else was faster.
_TRIES = 4
_BUSY = "本件正被多人同时办理，请刷新后重试。"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case after an action. `event` is None where the action had been taken before.

    `other` is the other case that the action has moved or opened.
    """

    case: CaseFile
    event: EventEntry | None
    other: CaseFile | None = None

    @property
    def repeated(self) -> bool:
        """Whether this was the same request once more."""
        return self.event is None


async def perform(
    office: Office,
    number: str,
    action: str,
    *,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
    seen_version: int | None = None,
    idempotency_key: str | None = None,
) -> Outcome:
    """Take the action on the case, commit it, and tell whoever listens.

    Raises NotFound, NotPermitted, NotAvailable, Incomplete, or Conflict (with what changed since
    `seen_version`, or where the key did something else before).
    """
    asked = _Asked(number, action, actor, inputs, now, await office.rulebook(), idempotency_key)

    async def write(moves: Sequence[Move]) -> bool:
        moved = moves[0]
        if len(moves) == 1 and not (moved.links or moved.carries or moved.files):
            gathered = await office.changes.write(number, record.changed_values(moved))
            return gathered is not None
        try:
            async with transaction(office.pool) as connection:
                await write_together(connection, moves)
        except MovedOn:
            return False
        return True

    outcome = await _take(
        asked,
        office.pool,
        write,
        seen_version=seen_version,
        new_number=lambda: office.new_number(now),
    )
    office.bell.ring(number)
    if outcome.other:
        office.bell.ring(outcome.other.number)
    return outcome


async def perform_on(
    connection: Connection,
    number: str,
    action: str,
    *,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
    rulebook: Rulebook,
    seen_version: int | None = None,
    idempotency_key: str | None = None,
) -> Outcome:
    """`perform` within the caller's transaction, without the bell."""
    asked = _Asked(number, action, actor, inputs, now, rulebook, idempotency_key)

    async def write(moves: Sequence[Move]) -> bool:
        try:
            await write_together(connection, moves)
        except MovedOn as fault:
            if fault.partly:
                raise Conflict(_BUSY, version=0) from fault
            return False
        return True

    return await _take(asked, connection, write, seen_version=seen_version)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody wants done with a case."""

    number: str
    action: str
    actor: Actor
    inputs: Mapping[str, Any]
    now: datetime
    rulebook: Rulebook
    key: str | None


async def _take(
    asked: _Asked,
    database: Database,
    write: Callable[[Sequence[Move]], Awaitable[bool]],
    *,
    seen_version: int | None,
    new_number: NewNumber | None = None,
) -> Outcome:
    version = 0
    for _ in range(_TRIES):
        case = await record.load(database, asked.number, asked.actor)
        if case is None:
            raise NotFound()
        version = case.version
        if asked.key and (prior := await record.prior(database, asked.actor, asked.key)):
            clean = _clean(case, asked.action, asked.inputs, asked.rulebook)
            refuse_another(prior, asked.action, number=asked.number, inputs=clean)
            if prior.seq > case.version:
                # It was committed after the case was read: read it as the act left it.
                continue
            return Outcome(case, None)
        if seen_version is not None and seen_version != case.version:
            raise await _conflict(database, case, seen_version)
        found = await found_for(
            database, case, asked.action, actor=asked.actor, inputs=asked.inputs, now=asked.now
        )
        moved = move(
            case,
            asked.action,
            actor=asked.actor,
            inputs=asked.inputs,
            now=asked.now,
            rulebook=asked.rulebook,
            idempotency_key=asked.key,
            found=found,
        )
        others = await along(
            moved,
            actor=asked.actor,
            now=asked.now,
            rulebook=asked.rulebook,
            found=found,
            new_number=new_number,
        )
        try:
            if await write([moved, *others]):
                return Outcome(moved.after, moved.event, others[0].after if others else None)
        except asyncpg.UniqueViolationError as clash:
            # The same key at the same moment on another connection: look again, and find it.
            if clash.constraint_name != "event_key_once":
                raise
    raise Conflict(_BUSY, version=version)


def refuse_another(
    prior: record.Prior, action: str, *, inputs: Mapping[str, Any], number: str | None = None
) -> None:
    """Raises Conflict where the key of `prior` did anything else than this, with clean inputs."""
    same = _by_content(prior.inputs) == _by_content(inputs)
    if prior.action != action or number not in (None, prior.number) or not same:
        raise another_act(prior.seq)


def _by_content(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with files as what is in them: a form sent twice uploads its files twice."""
    files = [digest_in(key) for key in inputs.get("files") or ()]
    return {**inputs, "files": files} if files else dict(inputs)


def another_act(version: int = 0) -> Conflict:
    """The refusal of a key that stands for something else."""
    return Conflict(
        "这个 Idempotency-Key 已用于另一次操作。接口请换一个；网页请刷新后重新填写。",
        version=version,
    )


def _clean(
    case: CaseFile, name: str, inputs: Mapping[str, Any], rulebook: Rulebook
) -> dict[str, Any]:
    action = procedure(case.kind).action(name)
    return accept(action.inputs, inputs, rulebook=rulebook) if action else {}


async def _conflict(database: Database, case: CaseFile, seen_version: int) -> Conflict:
    """What the reader did not see: who did what since."""
    rows = await database.fetch(
        "select seq, action, actor_name, at from event where case_id = $1 and seq > $2"
        " order by seq limit 20",
        case.id,
        seen_version,
    )
    rules = procedure(case.kind)
    changes = tuple(
        Change(
            row["seq"],
            row["action"],
            found.label if (found := rules.action(row["action"])) else row["action"],
            row["actor_name"],
            in_shanghai(row["at"]).isoformat(timespec="seconds"),
        )
        for row in rows
    )
    told = "；".join(f"{change.actor}已“{change.label}”" for change in changes)
    return Conflict(
        f"您打开本件之后，{told or '本件已变动'}。您填写的内容已保留，请核对后再提交。",
        version=case.version,
        changes=changes,
    )
