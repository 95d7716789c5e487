"""The register of a kind (台账): its columns, and what stands in each for this reader."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from hotline.calendar import in_shanghai
from hotline.inputs import INPUTS, shown
from hotline.masking import requester_view, text_for
from hotline.paper import LedgerColumn
from hotline.people import Actor
from hotline.permissions import requester_open_to, requester_withheld
from hotline.procedure import Procedure
from hotline.procedures import procedure
from hotline.rulebook import Rulebook

KEPT_BACK = "（保密件，请在系统内查看）"
"""Stands for the words of a confidential entry: a list that is printed or sent has no fence."""


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as it is read. `acts` are the moments of the last act of each name."""

    id: int
    number: str
    kind: str
    title: str
    content: str
    stage: str
    request_type: str
    category: str
    place: str
    address: str
    urgency: str
    channel: str
    requester_name: str
    anonymous: bool
    confidential: bool
    details: dict[str, Any]
    lead_unit_id: int | None
    unit_ids: list[int]
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    next_due_at: datetime | None
    acts: dict[str, datetime]


def columns_of(rules: Procedure) -> tuple[LedgerColumn, ...]:
    """The columns of the kind's own register, or those that every kind has."""
    return rules.ledger or (
        LedgerColumn("编号", "serial", 24),
        LedgerColumn("登记日期", "opened"),
        LedgerColumn("标题", "title", 36),
        LedgerColumn("内容", "content", 40),
        *((LedgerColumn("诉求人", "requester"),) if rules.asks_for_requester else ()),
        LedgerColumn("承办单位", "units", 30),
        LedgerColumn("办理环节", "stage"),
        LedgerColumn("期限", "due"),
        LedgerColumn("答复日期", "answered"),
        LedgerColumn("办结日期", "closed"),
        LedgerColumn("归档日期", "on:archive,look_back"),
        LedgerColumn("档案保存至", "keep_until"),
    )


def acts_of(rules: Procedure) -> tuple[str, ...]:
    """The actions whose days stand in the register."""
    named = (one.value.removeprefix("on:").split(",") for one in columns_of(rules)
             if one.value.startswith("on:"))  # fmt: skip
    return tuple(sorted({name for names in named for name in names}))


def cells(row: LedgerRow, *, actor: Actor, rulebook: Rulebook) -> list[str]:
    """What stands in each column, as words; days as 2026-03-09."""
    entry = _Entry(row, actor, rulebook)
    return [entry.cell(column.value) for column in columns_of(procedure(row.kind))]


class _Entry:
    """One entry for one reader."""

    def __init__(self, row: LedgerRow, actor: Actor, rulebook: Rulebook) -> None:
        self.row, self.rulebook = row, rulebook
        self.opened = requester_open_to(actor, row)

    def cell(self, name: str) -> str:
        if name.startswith("on:"):
            moments = [self.row.acts.get(act) for act in name.removeprefix("on:").split(",")]
            return _day(max((one for one in moments if one), default=None))
        if name in KNOWN:
            return KNOWN[name](self)
        value = self.row.details.get(name, getattr(self.row, name, None))
        return "" if value in (None, "") else self.word(name, value)

    def word(self, name: str, value: Any) -> str:
        entry = INPUTS.get(name)
        words = shown(name, value, rulebook=self.rulebook)
        if entry is None or entry.type not in ("line", "text"):
            return "" if entry and entry.private and not self.opened else words
        if entry.private and not self.opened:
            return ""
        return self.text(words)

    def text(self, text: str) -> str:
        if self.row.confidential and text and self.row.details.get("secrecy") != "state_secret":
            return KEPT_BACK
        return text_for(text, requester=self.row.requester_name, opened=self.opened)

    def units(self) -> str:
        row = self.row
        others = [one for one in row.unit_ids if one != row.lead_unit_id]
        named = [row.lead_unit_id, *others] if row.lead_unit_id else others
        return "、".join(self.rulebook.unit_name(one) for one in named)

    def requester(self) -> str:
        # In a list nobody has asked for, a name stays covered even for who may know it.
        row = self.row
        return requester_view(
            name=row.requester_name,
            phone="",
            anonymous=row.anonymous,
            confidential=requester_withheld(row),
            reveal=False,
        ).name


def _day(at: datetime | None) -> str:
    return f"{in_shanghai(at):%Y-%m-%d}" if at else ""


KNOWN: Mapping[str, Callable[[_Entry], str]] = {
    "serial": lambda e: str(e.row.details.get("serial") or e.row.number),
    "number": lambda e: e.row.number,
    "stage": lambda e: procedure(e.row.kind).stage(e.row.stage).label,
    "units": _Entry.units,
    "lead_unit": lambda e: e.rulebook.unit_name(e.row.lead_unit_id),
    "requester": _Entry.requester,
    "opened": lambda e: _day(e.row.opened_at),
    "answered": lambda e: _day(e.row.answered_at),
    "closed": lambda e: _day(e.row.closed_at),
    "due": lambda e: "" if e.row.closed_at else _day(e.row.next_due_at),
}
"""What stands in a register besides inputs."""
