"""How many parts a text message costs: counted before it is sent, refused when it is too long."""

from dataclasses import dataclass
from typing import Final

from hotline.wording import Mistyped

MOST_PARTS: Final = 4
"""More than four parts is no text message any more (and four is what gateways are set to)."""

# One alone, each of several: the header that joins parts takes six octets (3GPP TS 23.040).
_NARROW: Final = (160, 153)
_WIDE: Final = (70, 67)
# These take an escape in the 7-bit alphabet (3GPP TS 23.038), hence two units each.
_ESCAPED: Final = "[\\]^{|}~"


class TooLong(Mistyped):
    """The text needs more parts than may be sent."""


@dataclass(frozen=True, slots=True)
class Counted:
    """`units` are septets, or UTF-16 code units when `wide` (sent as UCS-2)."""

    units: int
    parts: int
    wide: bool


def counted(text: str) -> Counted:
    """What the text costs, however long it is; an empty text has no part."""
    # The 7-bit alphabet lacks the backtick, the only printable ASCII character it lacks.
    wide = not text.isascii() or "`" in text
    if wide:
        units = len(text) + sum(letter > "\uffff" for letter in text)
    else:
        units = len(text) + sum(text.count(letter) for letter in _ESCAPED)
    alone, each = _WIDE if wide else _NARROW
    if units <= alone:
        return Counted(units=units, parts=min(units, 1), wide=wide)
    return Counted(units=units, parts=-(-units // each), wide=wide)


def parts(text: str) -> int:
    """The number of parts, at most MOST_PARTS; raises TooLong beyond."""
    count = counted(text)
    if count.parts > MOST_PARTS:
        most = MOST_PARTS * (_WIDE if count.wide else _NARROW)[1]
        raise TooLong(
            f"短信过长：需拆成 {count.parts} 条，最多 {MOST_PARTS} 条"
            f"（{most} 字，现在 {count.units} 字）。"
        )
    return count.parts
