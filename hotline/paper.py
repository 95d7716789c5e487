"""The grammar in which a paper (文书) is written down as data, and a column of a register (台账).

Strings hold Jinja placeholders (`{{ lead_unit }}`); `hotline.printing` says what each one means.
How it looks on A4 is decided once for all papers, in `dispatch.paper_files`.
"""

import re
from dataclasses import dataclass
from functools import cached_property

# Every name in {{ name }}, {% if name %} and {% if not name %}.
_NAMED = re.compile(r"\{\{\s*(\w+)|\{%\s*(?:el)?if\s+(?:not\s+)?(\w+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. The address (主送) begins at the margin, everything else two characters in."""

    text: str
    address: bool = False
    small: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """What may name values."""
        return (self.text,)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of (label, value) or (label, value, label, value); an empty value leaves room to write.

    `tall` names the labels of the rows that need room.
    """

    rows: tuple[tuple[str, ...], ...]
    tall: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """What may name values."""
        return tuple(cell for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A table with a row for each one of a list: columns of (heading, name within the one).

    `shares` are the widths of the columns, as parts of their sum.
    """

    each: str
    columns: tuple[tuple[str, str], ...]
    shares: tuple[int, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What may name values."""
        return (f"{{{{ {self.each} }}}}",)


@dataclass(frozen=True, slots=True)
class Signature:
    """落款: who issues it, and the day; the seal is put on by hand."""

    by: str = "{{ issuer }}"
    on: str = "{{ dated }}"

    @property
    def texts(self) -> tuple[str, ...]:
        """What may name values."""
        return (self.by, self.on)


Block = Line | Table | Repeated | Signature


@dataclass(frozen=True)
class Paper:
    """One kind of paper, printed by the actions that name it (`Action.papers`).

    issuer    who signs it
    letters   发文字号: the letters before 〔2026〕12号; "" for a paper that bears the case's number
    fits      (detail, value): only for cases that say so; None for all
    to_unit   goes to a unit, whoever prints it: a protected requester is never on it
    stub      the only papers of a state secret
    head      with the issuer's red letterhead (发文机关标志)
    """

    name: str
    title: str
    issuer: str
    blocks: tuple[Block, ...]
    letters: str = ""
    fits: tuple[str, str] | None = None
    to_unit: bool = False
    stub: bool = False
    head: bool = False

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names of the values that stand on the paper."""
        texts = (self.issuer, *(text for block in self.blocks for text in block.texts))
        found = (names for text in texts for names in _NAMED.findall(text))
        named = {one or other for one, other in found} - {"issuer"}
        return frozenset({*named, "document"} if self.letters else named)


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """A column of the register (台账): its heading, what stands in it, its width in characters.

    `value` is the name of an input or of a result, one of `hotline.ledgers.KNOWN`, or "on:" and
    actions with commas between: the day on which the last of them was taken.
    """

    label: str
    value: str
    width: int = 14
