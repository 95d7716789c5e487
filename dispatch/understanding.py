"""What a text from a citizen asks for, as far as its own words say.

Typing on a telephone is forgiving: full-width digits, blanks, a leading 查询 and small letters
all mean the same. Whether the sender may have what is asked for is decided in `inbound`.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, TypeAlias

from hotline.numbers import LOOKUP_LENGTH, LOOKUP_LETTERS, is_case_number
from hotline.wording import without_invisible


@dataclass(frozen=True, slots=True)
class Lookup:
    """How does my case stand? `number` is "" where no case can have what was typed."""

    number: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """A level from "1" to "5", perhaps with words."""

    level: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """No more texts that ask for a rating."""


@dataclass(frozen=True, slots=True)
class Help:
    """What can I send?"""


@dataclass(frozen=True, slots=True)
class Unclear:
    """None of these."""


Meaning: TypeAlias = Lookup | Rating | Stop | Help | Unclear

_LONGEST_NOTE: Final = 500
_STOP: Final = frozenset({"TD", "T", "退订", "STOP"})
_HELP: Final = frozenset({"帮助", "HELP", "?"})

# A bare level, or one followed by what people put after it; "1号楼停水" and "1.5天" are none.
_RATING: Final = re.compile(
    r"([1-5])(?:[分星]|(?:非常|基本|很)?(?:不满意|满意))?"
    r"(?:$|(?:\s|[,.;:!、。](?!\d))+(.*))",
    re.S,
)
_ASKS: Final = re.compile(r"^(?:查询|查|CX)")
_AROUND: Final = re.compile(r"查询码|查询|查|CX|工单编号|工单号|工单|编号|单号|[\s+,.;:#/、。-]+")
_NUMBER: Final = re.compile(r"(\d{13})([A-Z0-9]*)", re.ASCII)
_CODE: Final = re.compile(f"[{LOOKUP_LETTERS}]{{{LOOKUP_LENGTH}}}")


def understand(body: str) -> Meaning:
    """The meaning of a text, whatever it holds."""
    text = unicodedata.normalize("NFKC", without_invisible(body)).strip()
    word = text.upper().strip(" .。!")
    if word in _STOP:
        return Stop()
    if word in _HELP:
        return Help()
    if rating := _RATING.fullmatch(text):
        return Rating(rating[1], (rating[2] or "").strip()[:_LONGEST_NOTE])
    return _lookup(word) or Unclear()


def same_words(body: str) -> str:
    """The text as it is compared with an earlier one."""
    return "".join(unicodedata.normalize("NFKC", body).upper().split())


def _lookup(word: str) -> Lookup | None:
    if len(word) > 60:
        return None
    typed = _AROUND.sub("", word)
    found = _NUMBER.fullmatch(typed)
    if found and is_case_number(found[1]) and (not found[2] or _CODE.fullmatch(found[2])):
        return Lookup(found[1], found[2])
    # Somebody tries a number: the answer is the same as to one that does not exist.
    tried = found or _ASKS.match(word) or re.fullmatch(r"\d{8,}[A-Z0-9]*", typed, re.ASCII)
    return Lookup("") if tried else None
