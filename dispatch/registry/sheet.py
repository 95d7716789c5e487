"""A register as a table: written out as CSV, read back, tried without writing, applied at once.

Every row goes through the functions of the register, so that what a form refuses a file cannot
bring in, and every change stands in the history. A dry run is the same work, undone at the end.
"""

import csv
import hashlib
import io
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from dispatch.db import Connection, savepoint
from dispatch.import_files import FileRefused, guarded, open_table, unpacked_size
from dispatch.office import Office
from dispatch.registry.changes import many_changes
from hotline.errors import Conflict, Incomplete, Refusal
from hotline.people import Actor, Role
from hotline.wording import without_invisible

MOST_ROWS: Final = 3000
LARGEST: Final = 1024 * 1024
LARGEST_UNPACKED: Final = 32 * 1024 * 1024
"""A workbook or a gzip file may hold a thousand times what it weighs."""

NEW, CHANGED, UNCHANGED, WRONG = "新增", "变更", "不变", "有误"
STATES: Final = (NEW, CHANGED, UNCHANGED, WRONG)

Values = Mapping[str, str]
"""One row: column label to text."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `told` stands in the file for its readers and is not read back.

    What a new row leaves out, or a file without the column, is `otherwise` or stays as it was.
    """

    label: str
    told: bool = False
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One row to be written: `was` is the row as the register has it, None for a new one."""

    office: Office
    connection: Connection
    actor: Actor
    row: Values
    was: Values | None

    def differs(self, *labels: str) -> bool:
        """Whether any of the columns is another than before (of a new row: every one is)."""
        return self.was is None or any(self.row[label] != self.was[label] for label in labels)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A register: its columns, which of them tell rows apart, how it is read and written."""

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Connection], Awaitable[list[dict[str, str]]]]
    write: Callable[[Change], Awaitable[None]]
    note: str = ""

    @property
    def own(self) -> tuple[Column, ...]:
        """The columns that are read back."""
        return tuple(column for column in self.columns if not column.told)

    def key_of(self, row: Values) -> tuple[str, ...]:
        """What tells the row from all others."""
        return tuple(row[label] for label in self.key)


@dataclass(slots=True)
class Line:
    """What becomes of one row of the file; `number` is its row in a spreadsheet."""

    number: int
    row: dict[str, str]
    state: str = UNCHANGED
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a file; `seen` is a word for exactly this, to be given to `apply`."""

    sheet: Sheet
    lines: list[Line]

    def count(self, state: str) -> int:
        """How many rows are in the state."""
        return sum(line.state == state for line in self.lines)

    @property
    def may_be_applied(self) -> bool:
        """Nothing is wrong, and something would change."""
        return not self.count(WRONG) and self.count(UNCHANGED) < len(self.lines)

    @property
    def seen(self) -> str:
        """The same word means the same changes."""
        told = repr([(line.number, line.state, line.differences) for line in self.lines])
        return hashlib.sha256(told.encode()).hexdigest()[:32]


async def exported(connection: Connection, sheet: Sheet) -> str:
    """The register as CSV, to be encoded with a byte order mark; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    labels = [column.label for column in sheet.columns]
    writer.writerow(labels)
    for row in await sheet.rows(connection):
        writer.writerow([_cell(row[label]) for label in labels])
    return text.getvalue()


def written(sheet: Sheet, lines: list[Line]) -> str:
    """Rows that were read as the CSV that reads the same; only columns of the file."""
    text = io.StringIO()
    writer = csv.writer(text)
    labels = [column.label for column in sheet.columns if lines and column.label in lines[0].row]
    writer.writerow(labels)
    writer.writerows([_cell(line.row[label]) for label in labels] for line in lines)
    return text.getvalue()


def _cell(value: str) -> str:
    # With a tab before it a spreadsheet keeps 01.02 and twelve digits as they are.
    return f"\t{value}" if re.fullmatch(r"[0-9.]+", value) else guarded(value)


def read(sheet: Sheet, content: bytes, *, name: str = "") -> list[Line]:
    """The rows of a file (CSV in UTF-8 or GB 18030, or xlsx). Raises Incomplete("file")."""
    if len(content) > LARGEST:
        raise Incomplete({"file": f"文件太大，应不超过{LARGEST // 1024}KB"})
    if unpacked_size(content, most=LARGEST_UNPACKED) > LARGEST_UNPACKED:
        raise Incomplete({"file": f"文件太大，应不超过{LARGEST_UNPACKED // 1024}KB"})
    with TemporaryDirectory(prefix="hotline-sheet-") as folder:
        path = Path(folder) / ("table.xlsx" if name.lower().endswith(".xlsx") else "table.csv")
        path.write_bytes(content)
        try:
            table = open_table(path)
            header = [without_invisible(str(label)).strip() for label in table.header]
            _check_header(sheet, header)
            if table.count > MOST_ROWS:
                raise Incomplete({"file": f"有{table.count}行，一次最多{MOST_ROWS}行，请分开导入"})
            return [_line(header, row.number, row.cells, row.fault) for row in table.rows()]
        except FileRefused as refusal:
            raise Incomplete({"file": refusal.message.replace(path.name, "文件")}) from None


def _check_header(sheet: Sheet, header: Sequence[str]) -> None:
    known = {column.label for column in sheet.columns}
    if unknown := [label for label in header if label and label not in known]:
        raise Incomplete(
            {"file": f"没有“{'、'.join(unknown)}”这一列，可用的列：{'、'.join(sorted(known))}"}
        )
    if missing := [label for label in sheet.key if label not in header]:
        raise Incomplete({"file": f"缺少“{'、'.join(missing)}”列，无法认出是哪一条"})


def _line(header: Sequence[str], number: int, cells: Sequence[Any], fault: str) -> Line:
    texts = [_text(cell) for cell in cells]
    row = {label: text for label, text in zip(header, texts, strict=False) if label}
    return Line(number, row, WRONG if fault else UNCHANGED, reason=fault)


def _text(cell: Any) -> str:
    """A cell as it was meant: without what `_cell` put before it; a date as 2026-03-09."""
    text = cell.strftime("%Y-%m-%d") if hasattr(cell, "strftime") else str(cell)
    text = text.strip()
    if day := _DAY.fullmatch(text):
        # As spreadsheets write a day again: 2026/3/9.
        return f"{int(day[1]):04d}-{int(day[2]):02d}-{int(day[3]):02d}"
    return text[1:] if text.startswith("'") else text


_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


async def dry_run(office: Office, sheet: Sheet, lines: list[Line], *, actor: Actor) -> Plan:
    """What the file would change, and why a row could not be written. Nothing stays."""
    try:
        async with many_changes(office, Role.ADMIN, actor=actor) as connection:
            raise _Undone(await _walk(office, connection, sheet, lines, actor))
    except _Undone as undone:
        return undone.plan


async def apply(
    office: Office, sheet: Sheet, lines: list[Line], *, actor: Actor, seen: str
) -> Plan:
    """Write the file as a whole, or nothing of it.

    `seen` is the word of the plan that was looked at. Raises Conflict where it is another now.
    """
    try:
        async with many_changes(office, Role.ADMIN, actor=actor) as connection:
            plan = await _walk(office, connection, sheet, lines, actor)
            if plan.seen != seen or plan.count(WRONG):
                raise _Undone(plan)
            return plan
    except _Undone:
        raise Conflict(
            "试算之后有人改动了这份名册，结果已经不同：请看下面新的试算，再次确认。", version=0
        ) from None


class _Undone(Exception):  # no fault: the way out of a transaction
    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


async def _walk(
    office: Office, connection: Connection, sheet: Sheet, lines: list[Line], actor: Actor
) -> Plan:
    current = {sheet.key_of(row): row for row in await sheet.rows(connection)}
    met: dict[tuple[str, ...], int] = {}
    waiting: list[tuple[Line, Change]] = []
    for line in lines:
        if line.reason:
            continue
        was = current.get(sheet.key_of(line.row))
        row = _completed(sheet, line.row, was)
        first = met.setdefault(sheet.key_of(line.row), line.number)
        if first != line.number:
            line.state, line.reason = WRONG, f"与第{first}行是同一条"
            continue
        line.differences = [
            (column.label, was[column.label] if was else "", row[column.label])
            for column in sheet.own
            if row[column.label] != (was[column.label] if was else "")
        ]
        if was is None or line.differences:
            line.state = CHANGED if was else NEW
            waiting.append((line, Change(office, connection, actor, row, was)))
    await _write_all(sheet, waiting)
    return Plan(sheet, lines)


def _completed(sheet: Sheet, row: Values, was: Values | None) -> dict[str, str]:
    def value(column: Column) -> str:
        if was is not None and column.label not in row:
            return was[column.label]
        return row.get(column.label) or column.otherwise

    return {column.label: value(column) for column in sheet.own}


async def _write_all(sheet: Sheet, waiting: list[tuple[Line, Change]]) -> None:
    """Every row in its turn; what needs another row first (its parent) is tried again after it."""
    while waiting:
        refused = []
        for line, change in waiting:
            try:
                async with savepoint(change.connection):
                    await sheet.write(change)
            except Refusal as refusal:
                line.reason = _sentence(refusal)
                refused.append((line, change))
            else:
                line.reason = ""
        if len(refused) == len(waiting):
            for line, _ in refused:
                line.state = WRONG
            return
        waiting = refused


def _sentence(refusal: Refusal) -> str:
    if isinstance(refusal, Incomplete) and refusal.fields:
        return "；".join(dict.fromkeys(refusal.fields.values()))
    return refusal.message
