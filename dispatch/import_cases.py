"""The run of an import: rows are read one by one and written in batches.

Each batch is a transaction of its own: whatever interrupts an import, a case is there with its
whole history or not at all, and the same command goes on where it stopped, because a source's
id is taken only once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec

from dispatch import record
from dispatch.db import Connection, transaction
from dispatch.import_files import FileRefused, RejectFile, Row, Table, open_table
from dispatch.import_mapping import CaseMap
from dispatch.import_register import Named, Register
from dispatch.import_rows import Incoming, RowRefused, history, read_row
from dispatch.intake import CITIZEN
from dispatch.office import Office, clock
from dispatch.reference import publish
from dispatch.ties import new_file
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete
from hotline.numbers import case_number
from hotline.people import importer
from hotline.rulebook import UnitEntry
from hotline.transition import Move

Progress = Callable[[int, int], None]
"""Told after each batch: rows done, rows in all."""

_BATCH = 200
# One import at a time, so that none brings the case, or makes the unit, of another one.
_TURN = 12345_002


@dataclass(slots=True)
class ImportReport:
    """What became of the rows: each is imported, already there, or rejected with a reason."""

    read: int = 0
    imported: int = 0
    already: int = 0
    rejected: int = 0
    units: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)


async def import_cases(
    office: Office,
    path: Path,
    case_map: CaseMap,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Progress | None = None,
    unit: str | None = None,
    limit: int | None = None,
    now: datetime | None = None,
) -> ImportReport:
    """Bring in the cases of a file; `unit` is the code of who answered where no row says.

    A dry run does all but write. Raises FileRefused where the file, the map or the unit cannot
    be used: then nothing was written.
    """
    table = await asyncio.to_thread(_opened, path, rejects)
    with RejectFile(rejects, table.header) as refused:
        run = _Import(office, table, case_map, refused, dry_run=dry_run, now=now or clock())
        async with _turn(office):
            await run.prepare(unit)
            report = await run.through(progress, limit)
        office.reference.forget()
        return report


@asynccontextmanager
async def _turn(office: Office) -> AsyncIterator[None]:
    """The only import that runs; the lock goes with its connection, however this one ends."""
    async with office.pool.acquire() as connection:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _TURN):
            raise FileRefused("另一个导入正在进行，请等它结束后再试。")
        try:
            yield
        finally:
            await connection.execute("select pg_advisory_unlock($1)", _TURN)


def _opened(path: Path, rejects: Path | None) -> Table:
    if rejects and rejects.resolve() == path.resolve():
        raise FileRefused("退回文件不能就是要导入的文件。")
    return open_table(path)


class _Import:
    """One run over one table."""

    def __init__(
        self,
        office: Office,
        table: Table,
        case_map: CaseMap,
        refused: RejectFile,
        *,
        dry_run: bool,
        now: datetime,
    ) -> None:
        self.office, self.table, self.map, self.refused = office, table, case_map, refused
        self.dry_run, self.now = dry_run, now
        self.positions = case_map.positions(table.header)
        self.actor = importer(case_map.source)
        self.report = ImportReport()
        # Hashes of the ids met so far, not the ids: it is all that grows with the file.
        self.met: set[int] = set()

    async def prepare(self, unit: str | None) -> None:
        """Read the rules as they stand, and find the unit that answers for unnamed ones."""
        self.office.reference.forget()
        rulebook = await self.office.rulebook()
        fallback: UnitEntry | None = None
        if unit is not None:
            fallback = rulebook.units_by_code.get(unit)
            if fallback is None or fallback.kind == "centre" or not fallback.active:
                raise FileRefused(f"没有代码为“{unit}”的承办单位，或已停用。")
        self.register = Register(rulebook, fallback=fallback)
        self.report.units = self.register.made_units
        self.report.categories = self.register.made_categories

    async def through(self, progress: Progress | None, limit: int | None) -> ImportReport:
        """All rows, or the first `limit`: one batch is worked out while the last is written."""
        rows = islice(self.table.rows(), limit)
        total = self.table.count if limit is None else min(limit, self.table.count)
        writing: asyncio.Task[None] | None = None
        try:
            while chunk := list(islice(rows, _BATCH)):
                named = await self._named(list(self._readable(chunk)))
                cases = await asyncio.to_thread(self._histories, named)
                if writing:
                    await writing
                if progress:
                    progress(self.report.read - len(chunk), total)
                writing = asyncio.create_task(self._write(cases))
        finally:
            if writing:
                await writing
        if progress:
            progress(self.report.read, total)
        return self.report

    def _readable(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Incoming]]:
        for row in rows:
            self.report.read += 1
            try:
                incoming = read_row(row, self.positions, self.map, self.now)
                if self.map.repeated_ids:
                    told_apart = f"{incoming.source_id}#{incoming.digest}"
                    incoming = replace(incoming, source_id=told_apart)
                if hash(incoming.source_id) in self.met:
                    raise RowRefused("文件内编号重复，前面已有同一编号的一行")
                self.met.add(hash(incoming.source_id))
            except RowRefused as refusal:
                self._refuse(row, str(refusal))
            else:
                yield row, incoming

    def _refuse(self, row: Row, reason: str) -> None:
        at = self.positions.get("source_id")
        source_id = str(row.cells[at]) if at is not None and at < len(row.cells) else ""
        self.report.rejected += 1
        self.refused.add(row, source_id, reason)

    async def _named(self, rows: Sequence[tuple[Row, Incoming]]) -> list[Named]:
        """The rows that are not there yet, with unit, category and number."""
        named: list[Named] = []
        async with transaction(self.office.pool) as connection:
            known = await self._known(connection, [incoming.source_id for _, incoming in rows])
            self.register.connection = None if self.dry_run else connection
            made = self.register.made
            for row, incoming in rows:
                if incoming.source_id in known:
                    self.report.already += 1
                    continue
                try:
                    category = await self.register.category(incoming.category)
                    unit = await self.register.unit(incoming) if incoming.replied_at else None
                except RowRefused as refusal:
                    self._refuse(row, str(refusal))
                else:
                    number = await self._number(incoming)
                    named.append(Named(row, incoming, unit, category, number))
            if self.register.made > made and not self.dry_run:
                await publish(connection)
        return named

    async def _known(self, connection: Connection, source_ids: list[str]) -> set[str]:
        rows = await connection.fetch(
            'select source_id from "case" where source = $1 and source_id = any($2::text[])',
            self.map.source,
            source_ids,
        )
        return {row["source_id"] for row in rows}

    async def _number(self, incoming: Incoming) -> str:
        if self.dry_run:
            return case_number(in_shanghai(incoming.opened_at).date(), self.report.read)
        return await self.office.new_number(incoming.opened_at)

    def _histories(self, rows: Sequence[Named]) -> list[list[Move]]:
        """What the rulebook makes of the rows; what it refuses goes to the reject file."""
        cases: list[list[Move]] = []
        for one in rows:
            blank = msgspec.structs.replace(
                new_file(CITIZEN, one.number, now=one.incoming.opened_at),
                source=self.map.source,
                source_id=one.incoming.source_id,
            )
            try:
                moves = history(
                    blank,
                    one.incoming,
                    actor=self.actor,
                    unit=one.unit,
                    category=one.category,
                    result=str(self.map.defaults["result"]),
                    now=self.now,
                    rulebook=self.register.rulebook,
                )
            except Incomplete as refusal:
                self._refuse(one.row, "；".join(refusal.fields.values()))
            else:
                cases.append(moves)
        return cases

    async def _write(self, cases: Sequence[list[Move]]) -> None:
        """A batch, all of it or nothing."""
        if not self.dry_run:
            async with transaction(self.office.pool) as connection:
                await record.write_many(connection, cases)
            for moves in cases:
                self.office.bell.ring(moves[-1].after.number)
        self.report.imported += len(cases)
