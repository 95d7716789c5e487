"""A case or a call from whoever brings it: the agent, a letter, another system."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from dispatch import record
from dispatch.attachments import attach, discard
from dispatch.db import Connection, transaction
from dispatch.drafts import forget_draft
from dispatch.lookups import found_for
from dispatch.office import Office
from dispatch.perform import Outcome, another_act, perform_on, refuse_another
from dispatch.serials import next_serial
from dispatch.ties import new_file, write_ties
from hotline.calendar import in_shanghai
from hotline.calls import (
    DISPOSITION_LABELS,
    EMERGENCY_CHANNELS,
    EXPLAIN_GROUNDS,
    STATUTORY_CHANNELS,
    Disposition,
)
from hotline.errors import Incomplete, NotPermitted, Secret
from hotline.inputs import accept
from hotline.numbers import (
    WrongNumber,
    parse_case_number,
    register_number,
)
from hotline.people import Actor, Role
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.transition import Move, move
from hotline.wording import BadWording, clean_text

CITIZEN = "citizen"


async def open_case(
    office: Office,
    *,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
    kind: str = CITIZEN,
    action: str = "",
    idempotency_key: str | None = None,
) -> Outcome:
    """Open a case of the kind with what the action's form asks for (the kind's usual opening).

    Raises NotFound (no such kind or action), NotPermitted, Incomplete, Secret, or Conflict where
    the key did something else before.
    """
    rulebook = await office.rulebook()
    rules = procedure(kind)
    blank = new_file(kind, await office.new_number(now), now=now)
    opening = action or rules.openings[0].name
    found = await found_for(office.pool, blank, opening, actor=actor, inputs=inputs, now=now)
    try:
        opened = move(
            blank,
            opening,
            actor=actor,
            inputs=inputs,
            now=now,
            rulebook=rulebook,
            idempotency_key=idempotency_key,
            found=found,
        )
    except Secret:
        # What must not be kept leaves nothing behind, and its files came before it.
        await discard(office.pool, inputs.get("files"), actor=actor)
        raise
    try:
        if rules.numbered or opened.links or opened.files:
            async with transaction(office.pool) as connection:
                if rules.numbered:
                    opened = await _numbered(connection, opened, actor, rulebook)
                case_id = await record.write_new(connection, [opened])
                await write_ties(connection, [opened])
                await attach(connection, [opened])
        else:
            values = record.new_values([opened])
            key = await office.openings.write(opened.after.number, values)
            assert key is not None, "an insert that neither wrote nor failed"
            case_id = key
    except asyncpg.UniqueViolationError as clash:
        if clash.constraint_name != "event_key_once":
            raise
        return await _opened_before(office, opened, actor)
    outcome = Outcome(msgspec.structs.replace(opened.after, id=case_id), opened.event)
    office.bell.ring(outcome.case.number)
    return outcome


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call as it was written down, and the case that it opened, if any."""

    id: int
    disposition: Disposition
    case: Outcome | None = None


_WHO = (("requester_phone", False), ("requester_name", False), ("anonymous", False),
        ("confidential", False), ("request_type", False), ("category", False))  # fmt: skip


async def log_call(
    office: Office,
    *,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
    idempotency_key: str | None = None,
    phone_call_id: int | None = None,
    draft: str = "",
    merge_into: str = "",
) -> LoggedCall:
    """Write down a conversation and how it ended (`disposition`); "case" opens one with it.

    Call and case are written together or not at all, and the agent's draft goes with it.
    `phone_call_id` is the call of the telephone system that it was said in, `merge_into` the case
    that the new one is merged into at once (并案). Raises NotPermitted, Incomplete (`main_case`:
    it cannot be merged into that one), or Conflict where the key wrote down something else before.
    """
    if not actor.has(Role.AGENT) or actor.staff_id is None:
        raise NotPermitted("只有话务员可以登记来电。")
    rulebook = await office.rulebook()
    ending = _ending(inputs)
    this = _This(actor, idempotency_key or "", ending, inputs, rulebook)
    if idempotency_key and (known := await _logged_before(office, this)):
        return known
    opened: Move | None = None
    if ending.disposition is Disposition.CASE:
        blank = new_file(CITIZEN, await office.new_number(now), now=now)
        opened = move(blank, "open", actor=actor, inputs=inputs, now=now, rulebook=rulebook)
    who = accept(_WHO, inputs, rulebook=rulebook)
    # After the case, whose form asks for more: its refusal names everything at once.
    case_id: int | None = None
    merged: Outcome | None = None
    try:
        async with transaction(office.pool) as connection:
            if opened:
                case_id = await record.write_new(connection, [opened])
                await attach(connection, [opened])
            elif ending.case_number:
                case_id = await _known_case(connection, ending.case_number, actor)
            call_id: int = await connection.fetchval(
                """
                insert into call (at, agent_id, direction, phone, name, anonymous, confidential,
                  disposition, request_type, category, subject, answer, ground, case_id,
                  idempotency_key, phone_call_id)
                values ($1, $2,
                  case when exists (select from phone_call where id = $15 and settled_by = $2)
                  then 'out' else 'in' end,
                  $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                returning id
                """,
                now,
                actor.staff_id,
                who.get("requester_phone", ""),
                who.get("requester_name", ""),
                bool(who.get("anonymous")),
                bool(who.get("confidential")),
                ending.disposition.value,
                who.get("request_type", ""),
                who.get("category", ""),
                ending.subject or (opened.after.title if opened else ""),
                ending.answer,
                ending.ground,
                case_id,
                idempotency_key,
                phone_call_id,
            )
            if draft:
                await forget_draft(connection, draft, actor=actor)
            if opened and merge_into:
                merged = await perform_on(
                    connection,
                    opened.after.number,
                    "merge",
                    actor=actor,
                    inputs={"main_case": merge_into},
                    now=now,
                    rulebook=rulebook,
                )
    except asyncpg.UniqueViolationError as clash:
        if clash.constraint_name != "call_key_once":
            raise
        known = await _logged_before(office, this)
        if known is None:
            raise
        return known
    if opened:
        office.bell.ring(opened.after.number)
    outcome: Outcome | None = merged
    if merged and merged.other:
        office.bell.ring(merged.other.number)
    elif opened and case_id is not None:
        outcome = Outcome(msgspec.structs.replace(opened.after, id=case_id), opened.event)
    return LoggedCall(call_id, ending.disposition, outcome)


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a call ended, in clean values."""

    disposition: Disposition
    subject: str = ""
    answer: str = ""
    ground: str = ""
    case_number: str = ""


# Which words explain an ending: the choices of its ground, and whether something must be said.
_GROUNDS: dict[Disposition, Mapping[str, str]] = {
    Disposition.EMERGENCY: EMERGENCY_CHANNELS,
    Disposition.STATUTORY: STATUTORY_CHANNELS,
    Disposition.EXPLAINED: EXPLAIN_GROUNDS,
}


def _ending(inputs: Mapping[str, Any]) -> _Ending:
    wrong: dict[str, str] = {}
    try:
        disposition = Disposition(str(inputs.get("disposition") or ""))
    except ValueError:
        choices = "、".join(DISPOSITION_LABELS.values())
        raise Incomplete({"disposition": f"请选择来电处理方式：{choices}"}) from None
    texts: dict[str, str] = {}
    required = disposition is Disposition.ANSWERED
    for name, label, longest in (("subject", "来电事项", 100), ("answer", "答复内容", 2000)):
        try:
            texts[name] = clean_text(
                _as_text(inputs, name, label),
                field_label=label,
                max_length=longest,
                required=required,
            )
        except BadWording as refusal:
            wrong[name] = refusal.message
    ground = str(inputs.get("ground") or "")
    choices_of_ground = _GROUNDS.get(disposition)
    if choices_of_ground is None:
        ground = ""
    elif ground not in choices_of_ground:
        named = "、".join(choices_of_ground.values())
        wrong["ground"] = f"“{DISPOSITION_LABELS[disposition]}”须注明依据或渠道：{named}"
    number = ""
    if disposition is Disposition.IN_PROGRESS:
        try:
            number = parse_case_number(str(inputs.get("case_number") or ""))
        except WrongNumber as refusal:
            wrong["case_number"] = refusal.message
    if wrong:
        raise Incomplete(wrong)
    return _Ending(disposition, texts["subject"], texts["answer"], ground, number)


def _as_text(inputs: Mapping[str, Any], name: str, label: str) -> str:
    value = inputs.get(name)
    if value is not None and not isinstance(value, str):
        raise BadWording(f"“{label}”应为文字")
    return value or ""


async def _known_case(connection: Connection, number: str, actor: Actor) -> int:
    case = await record.load(connection, number, actor)
    if case is None:
        raise Incomplete({"case_number": "没有这个工单号"})
    return case.id


@dataclass(frozen=True, slots=True)
class _This:
    """A call under its key, to be held against what the key wrote down before."""

    actor: Actor
    key: str
    ending: _Ending
    inputs: Mapping[str, Any]
    rulebook: Rulebook

    def is_what(self, row: Mapping[str, Any]) -> bool:
        """Whether the row of a call says the same; of one that opened a case, what it opened."""
        ending = self.ending
        if (row["disposition"], row["answer"]) != (ending.disposition, ending.answer):
            return False
        if ending.disposition is Disposition.CASE:
            opening = procedure(CITIZEN).action("open")
            assert opening is not None
            clean = accept(opening.inputs, self.inputs, rulebook=self.rulebook)
            return bool(clean == row["inputs"])
        said = (ending.subject, ending.ground, ending.case_number or None)
        return bool(said == (row["subject"], row["ground"], row["number"]))


async def _logged_before(office: Office, this: _This) -> LoggedCall | None:
    async with office.pool.acquire() as connection:
        row = await connection.fetchrow(
            "select l.id, l.disposition, l.subject, l.answer, l.ground, c.number, e.inputs"
            ' from call l left join "case" c on c.id = l.case_id'
            " left join event e on e.case_id = c.id and e.seq = 1"
            " where l.agent_id = $1 and l.idempotency_key = $2",
            this.actor.staff_id,
            this.key,
        )
        if row is None:
            return None
        if not this.is_what(dict(row.items())):
            raise another_act()
        case = await record.load(connection, row["number"], this.actor) if row["number"] else None
    disposition = this.ending.disposition
    opened = Outcome(case, None) if case and disposition is Disposition.CASE else None
    return LoggedCall(row["id"], disposition, opened)


async def _numbered(connection: Connection, opened: Move, actor: Actor, rulebook: Rulebook) -> Move:
    """The entry with the next number of the actor's office in its register (顺序号)."""
    if actor.unit_id is None:
        raise NotPermitted("没有所属单位，不能登记。")
    case, year = opened.after, in_shanghai(opened.after.opened_at).year
    serial = await next_serial(connection, kind=case.kind, unit_id=actor.unit_id, year=year)
    register = rulebook.units[actor.unit_id].label + procedure(case.kind).matter
    details = {**case.details, "serial": register_number(register, year, serial)}
    return replace(opened, after=msgspec.structs.replace(case, details=details))


async def _opened_before(office: Office, opened: Move, actor: Actor) -> Outcome:
    """The case that the same key had opened."""
    async with office.pool.acquire() as connection:
        prior = await record.prior(connection, actor, opened.event.idempotency_key or "")
        assert prior is not None
        refuse_another(prior, opened.event.action, inputs=opened.event.inputs)
        case = await record.load(connection, prior.number, actor)
    if case is None:
        raise NotPermitted("这个 Idempotency-Key 对应的工单您无权查看。")
    return Outcome(case, None)
