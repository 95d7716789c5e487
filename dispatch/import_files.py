"""Tables that other systems hand over: CSV (also gzipped) and xlsx, read row by row.

A file is read through once before anything is done with it, so that a file which breaks in the
middle is refused as a whole. Memory does not grow with the number of rows.
"""

import codecs
import csv
import gzip
import io
import os
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import BadZipFile, ZipFile

from hotline.errors import Refusal

Cell = str | datetime | date

REJECT_COLUMNS = ("退回行号", "退回编号", "退回原因")

_GZIP, _ZIP, _OLD_EXCEL = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BLOCK = 65_536
_LONGEST_CELL = 2**24
# A spreadsheet program takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FileRefused(Refusal):
    """The file as a whole cannot be used; nothing of it was written."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `number` is its row in a spreadsheet: the header is row 1."""

    number: int
    cells: tuple[Cell, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read: its header, how many rows follow, and the rows, ever again."""

    header: tuple[str, ...]
    count: int
    _records: Callable[[], Iterator[list[Cell]]]

    def rows(self) -> Iterator[Row]:
        """The rows after the header. Empty lines are left out but keep their number."""
        width, guarded = len(self.header), self.header[: len(REJECT_COLUMNS)] == REJECT_COLUMNS
        records = enumerate(self._records(), 1)
        next(records)
        for number, cells in records:
            if not any(cells):
                continue
            fault = "" if len(cells) == width else f"有 {len(cells)} 列，表头有 {width} 列"
            yield Row(number, tuple(map(_unguarded, cells) if guarded else cells), fault)


def open_table(path: Path) -> Table:
    """The table in a file, found out by its content. Raises FileRefused."""
    try:
        with path.open("rb") as file:
            first = file.read(8)
    except OSError as problem:
        raise FileRefused(f"打不开文件 {path}：{problem.strerror}") from problem
    if first.startswith(_OLD_EXCEL):
        raise FileRefused(f"{path.name} 是旧版 Excel（xls）文件，请另存为 xlsx 或 CSV。")
    if first.startswith(_ZIP):
        return _checked(path, lambda: _sheet(path))
    if path.suffix.lower() == ".xlsx":
        raise FileRefused(f"{path.name} 的扩展名是 xlsx，内容却不是 Excel 工作簿。")
    try:
        encodings = _encodings(path)
    except (OSError, EOFError, zlib.error) as problem:
        raise FileRefused(f"{path.name} 不是完整的 gz 压缩文件。") from problem
    for encoding in encodings:
        try:
            return _checked(path, lambda encoding=encoding: _lines(path, encoding))  # type: ignore[misc]
        except UnicodeDecodeError:
            continue
    raise FileRefused(f"{path.name} 的文字编码不是 UTF-8 或 GB18030，请另存为 UTF-8 编码的 CSV。")


def unpacked_size(content: bytes, *, most: int) -> int:
    """How many bytes a gzip file or a workbook holds unpacked, counted a little beyond `most`.

    What is neither, or broken, counts as it is: reading it says what is wrong.
    """
    try:
        if content.startswith(_ZIP):
            # No more of a part is ever read than its entry declares.
            with ZipFile(io.BytesIO(content)) as book:
                return sum(part.file_size for part in book.infolist())
        if content.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                size = 0
                while size <= most and (block := file.read(_BLOCK)):
                    size += len(block)
                return size
    except (BadZipFile, EOFError, OSError, ValueError, zlib.error):
        pass
    return len(content)


def _checked(path: Path, records: Callable[[], Iterator[list[Cell]]]) -> Table:
    """Read once to the end: the header is sound, and nothing breaks in the middle."""
    try:
        with closing(records()) as reading:  # type: ignore[type-var]  # a generator
            header = tuple(str(cell).strip() for cell in next(reading, []))
            count = sum(1 for cells in reading if any(cells))
    except UnicodeDecodeError:
        raise
    except csv.Error as problem:
        raise FileRefused(f"{path.name} 不是规范的 CSV 文件（{problem}）。") from problem
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise FileRefused(f"{path.name} 不是完整的 gz 压缩文件。") from problem
    except (BadZipFile, KeyError, ValueError, SyntaxError, IndexError, OSError) as problem:
        raise FileRefused(f"{path.name} 不是可读的 Excel 工作簿（xlsx）。") from problem
    if not any(header):
        raise FileRefused(f"{path.name} 的第一行应为表头，却是空的。")
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise FileRefused(f"{path.name} 的表头有重名的列：{'、'.join(repeated)}。")
    return Table(header, count, records)


def _binary(path: Path) -> io.BufferedReader | gzip.GzipFile:
    with path.open("rb") as file:
        zipped = file.read(2) == _GZIP
    return gzip.GzipFile(path) if zipped else path.open("rb")


def _encodings(path: Path) -> tuple[str, ...]:
    """What the file may be written in, judged by its beginning."""
    with _binary(path) as file:
        block = file.read(_BLOCK)
    if b"\x00" in block:
        raise FileRefused(f"{path.name} 不是文本文件，需要 CSV（可 gz 压缩）或 xlsx。")
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(block)
    except UnicodeDecodeError:
        return ("gb18030",)
    # Once Chinese was read as UTF-8, a broken byte further on is a fault, not another encoding.
    return ("utf-8-sig", "gb18030") if text.isascii() else ("utf-8-sig",)


def _lines(path: Path, encoding: str) -> Iterator[list[Cell]]:
    csv.field_size_limit(_LONGEST_CELL)
    with _binary(path) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        delimiter = max(",\t;", key=text.readline().count)
        text.seek(0)
        for cells in csv.reader(text, delimiter=delimiter, strict=True):
            yield list[Cell](cells)


def _sheet(path: Path) -> Iterator[list[Cell]]:
    """The first sheet, every row as wide as the header: Excel leaves empty cells out."""
    # A library for one rare act: a web process that never needs it does not hold it.
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # openpyxl reports styles and validations that it does not know: nothing of ours.
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            width = 0
            for values in book.worksheets[0].iter_rows(values_only=True):
                cells = [_cell(value) for value in values]
                while cells and cells[-1] == "" and (not width or len(cells) > width):
                    cells.pop()
                width = width or len(cells)
                yield cells + [""] * (width - len(cells))


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def guarded(cell: Cell) -> str:
    """The text of a cell that no spreadsheet program takes for a formula."""
    text = str(cell)
    return "'" + text if text.startswith((*_FORMULA, "'")) else text


def _unguarded(cell: Cell) -> Cell:
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") else cell


class RejectFile:
    """The rows that were refused, each with its reason: a CSV that can be mended and read again.

    Made with the first refusal, readable by its owner alone: it holds what citizens wrote.
    """

    def __init__(self, path: Path | None, header: Sequence[str]) -> None:
        self._path = path
        # A mended file of refusals has these columns already.
        self._skip = len(REJECT_COLUMNS) if tuple(header[:3]) == REJECT_COLUMNS else 0
        self._header = header[self._skip :]
        self._file: io.TextIOWrapper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, row: Row, source_id: str, reason: str) -> None:
        """Write one refused row."""
        if self._path is None:
            return
        if self._file is None:
            self._file = self._opened(self._path)
            csv.writer(self._file).writerow([*REJECT_COLUMNS, *self._header])
        cells = map(guarded, (source_id, reason, *row.cells[self._skip :]))
        csv.writer(self._file).writerow([row.number, *cells])

    @staticmethod
    def _opened(path: Path) -> io.TextIOWrapper:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            owned = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as problem:
            raise FileRefused(f"退回文件 {path} 写不了：{problem.strerror}") from problem
        return io.TextIOWrapper(io.FileIO(owned, "w"), "utf-8-sig", newline="")
