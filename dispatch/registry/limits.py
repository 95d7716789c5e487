"""期限调整: an administrator makes a limit another from a day on, or takes that back in time.

A change is never rewritten: what was in force on a day can be told with the basis it had.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from dispatch.db import Connection, Pool
from dispatch.office import Office
from dispatch.registry.changes import change_of_register, record, yes_or_no
from dispatch.registry.typed import Typed
from hotline.calendar import in_shanghai
from hotline.clock_rules import ClockRule
from hotline.clocks import Limit
from hotline.describing import branch_words, real_branches
from hotline.errors import Conflict, Incomplete, NotAvailable, NotFound
from hotline.limit_changes import Branch, NewLimit
from hotline.people import Actor, Role
from hotline.procedures import PROCEDURES

SUBJECT = "期限调整"
UNITS = {
    "wd": "工作日",
    "d": "自然日（末日遇休息日顺延）",
    "d!": "自然日（不顺延）",
    "h": "小时",
    "wh": "工作小时",
}
"""The end of a `Limit.code`, and what a form calls it."""

_AMOUNT = re.compile(r"[0-9]{1,6}(\.[0-9]{1,2})?")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change as it stands in the register, with what became of the open cases."""

    id: int
    kind: str
    clock: str
    branch: str
    limit: str
    valid_from: date
    basis: str
    follows: bool
    who: str
    at: datetime
    revoked_by: str
    revoked_at: datetime | None
    moved: int
    failed: int
    done_at: datetime | None

    def state(self, on: date) -> str:
        """已撤回, 未施行 or 已施行 on the day."""
        if self.revoked_at:
            return "已撤回"
        return "未施行" if self.valid_from > on else "已施行"


@dataclass(frozen=True, slots=True)
class Typing:
    """A change that was typed and is complete, with the rule that it changes."""

    change: NewLimit
    rule: ClockRule

    @property
    def words(self) -> str:
        """办理时限（紧急程度：一般）."""
        when = branch_words(self.change.branch)
        return f"{self.rule.label}（{when}）" if when else self.rule.label


def typed_change(inputs: Mapping[str, Any], *, today: date) -> Typing:
    """The change that a form asks for. Raises Incomplete with a sentence per field."""
    typed = Typed(inputs)
    rule = _rule(typed)
    branch = _branch(typed, rule)
    limit = _limit(typed, rule, branch)
    valid_from = typed.day("valid_from", "施行日期")
    if valid_from and valid_from < today:
        typed.wrong("valid_from", f"“施行日期”不能早于今天（{today}）：已过的日子期限已定。")
    basis = typed.line("basis", "依据", most=200)
    typed.complete()
    assert rule is not None and limit is not None and valid_from is not None
    change = NewLimit(
        id=0,
        kind=str(inputs["kind"]),
        clock=rule.name,
        branch=branch,
        limit=limit.code,
        valid_from=valid_from,
        basis=basis,
        follows=inputs.get("follows") in ("1", "on", True),
    )
    return Typing(change, rule)


def _rule(typed: Typed) -> ClockRule | None:
    kind = typed.choice("kind", "事项", {name: rules.title for name, rules in PROCEDURES.items()})
    clock = typed.line("clock", "时限", most=30)
    if not kind or not clock:
        return None
    rule = next((one for one in PROCEDURES[kind].clocks if one.name == clock), None)
    if rule is None:
        typed.wrong("clock", f"《{PROCEDURES[kind].title}》没有这个时限。")
    elif rule.limit is None:
        typed.wrong("clock", f"“{rule.label}”由办理人逐件指定日期，没有可以调整的期限。")
        return None
    return rule


def _branch(typed: Typed, rule: ClockRule | None) -> str:
    branch = typed.line("branch", "适用情形", most=200, required=False)
    if rule and branch and branch not in {one.key for one in _running(rule)}:
        typed.wrong("branch", f"“{rule.label}”没有这种适用情形。")
    return branch


def _running(rule: ClockRule) -> list[Branch]:
    """The branches in which the clock runs at all."""
    return [one for one in real_branches(rule) if one.limit]


def _limit(typed: Typed, rule: ClockRule | None, branch: str) -> Limit | None:
    amount = unicodedata.normalize("NFKC", typed.line("amount", "新的期限", most=10))
    unit = typed.choice("unit", "计时单位", UNITS)
    if not amount or not unit:
        return None
    if not _AMOUNT.fullmatch(amount):
        typed.wrong("amount", "“新的期限”应为数字，如 3。")
        return None
    if float(amount) == 0:
        typed.wrong("amount", "“新的期限”应大于 0。")
        return None
    try:
        limit = Limit.parse(f"{amount}{unit}")
    except ValueError as fault:
        typed.wrong("amount", f"{fault}。")
        return None
    if rule and rule.extendable:
        own = [one.limit for one in _running(rule) if branch in ("", one.key) and one.limit]
        if any((one.unit, one.roll) != (limit.unit, limit.roll) for one in own):
            typed.wrong("unit", "这个时限可以延期，延期按原单位计算，计时单位不能改变。")
    return limit


async def change_limit(
    office: Office, inputs: Mapping[str, Any], *, actor: Actor, now: datetime
) -> int:
    """A new change; its key. Raises Incomplete, and NotPermitted for all but administrators."""
    typing = typed_change(inputs, today=in_shanghai(now).date())
    new = typing.change
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        await _refuse_twin(connection, new)
        change_id: int = await connection.fetchval(
            'insert into limit_change (kind, clock, branch, "limit", valid_from, basis, follows,'
            " staff_id, at, moved, failed)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0) returning id",
            new.kind, new.clock, new.branch, new.limit, new.valid_from, new.basis, new.follows,
            actor.staff_id, now,
        )  # fmt: skip
        await record(
            connection,
            actor=actor,
            subject=f"{SUBJECT} 第{change_id}项",
            action="新增",
            after=_facts(new),
        )
    office.bell.wake()
    return change_id


async def take_back(office: Office, change_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a change back before the day from which it is in force. Raises NotAvailable after."""
    today = in_shanghai(now).date()
    async with change_of_register(office, Role.ADMIN, actor=actor) as connection:
        found = await _changes(connection, "l.id = $1", change_id)
        if not found:
            raise NotFound("没有这项期限调整。")
        change = found[0]
        if change.revoked_at:
            raise Conflict("这项调整已经撤回。", version=0)
        if change.valid_from <= today:
            raise NotAvailable(
                f"这项调整已自{change.valid_from}起施行，不能撤回；需要改回的，请另行调整。"
            )
        await connection.execute(
            "update limit_change set revoked_by = $2, revoked_at = $3 where id = $1",
            change_id,
            actor.staff_id,
            now,
        )
        await record(
            connection,
            actor=actor,
            subject=f"{SUBJECT} 第{change_id}项",
            action="撤回",
            before=_facts(as_new_limit(change)),
        )


async def changes(pool: Pool, *, most: int = 100) -> list[Change]:
    """The changes, newest first, those taken back, too."""
    return await _changes(pool, "$1::int > 0", most, most=most)


async def the_change(pool: Pool, change_id: int) -> Change:
    """One change. Raises NotFound."""
    found = await _changes(pool, "l.id = $1", change_id)
    if not found:
        raise NotFound("没有这项期限调整。")
    return found[0]


async def _changes(
    where: "Pool | Connection", condition: str, value: int, *, most: int = 1
) -> list[Change]:
    rows = await where.fetch(
        f"""
        select l.id, l.kind, l.clock, l.branch, l."limit", l.valid_from, l.basis, l.follows,
          coalesce(s.name, '系统') as who, l.at, coalesce(r.name, '') as revoked_by, l.revoked_at,
          l.moved, l.failed, l.done_at
        from limit_change l
        left join staff s on s.id = l.staff_id left join staff r on r.id = l.revoked_by
        where {condition} order by l.id desc limit {most:d}
        """,
        value,
    )
    return [Change(**dict(row)) for row in rows]


def as_new_limit(change: Change) -> NewLimit:
    """What the rules read of it."""
    return NewLimit(
        change.id, change.kind, change.clock, change.branch, change.limit, change.valid_from,
        change.basis, change.follows,
    )  # fmt: skip


def clock_label(kind: str, clock: str) -> str:
    """市民诉求办理规程：办理时限; the names themselves where they are no longer known."""
    rules = PROCEDURES.get(kind)
    rule = next((one for one in rules.clocks if one.name == clock), None) if rules else None
    return f"{rules.title if rules else kind}：{rule.label if rule else clock}"


def _facts(change: NewLimit) -> dict[str, str]:
    return {
        "时限": clock_label(change.kind, change.clock),
        "适用情形": branch_words(change.branch) or "各种情形",
        "期限": Limit.parse(change.limit).text,
        "施行日期": change.valid_from.isoformat(),
        "依据": change.basis,
        "在办工单一并适用": yes_or_no(change.follows),
    }


async def _refuse_twin(connection: Connection, new: NewLimit) -> None:
    """From one day on, one limit: a second one is a correction of the first, taken back before."""
    twin = await connection.fetchval(
        "select id from limit_change where kind = $1 and clock = $2 and branch = $3"
        " and valid_from = $4 and revoked_at is null",
        new.kind, new.clock, new.branch, new.valid_from,
    )  # fmt: skip
    if twin:
        raise Incomplete(
            {
                "valid_from": f"与第{twin}项重复：同一时限、同一情形已定自{new.valid_from}起调整。"
                "请先撤回它，或改换日期。"
            }
        )
