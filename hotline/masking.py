"""What a reader may see of a person: masked names and numbers, and texts without them (脱敏)."""

import re
from dataclasses import dataclass
from typing import Final

from hotline.numbers import is_case_number

ANONYMOUS: Final = "匿名"
CONFIDENTIAL: Final = "保密诉求人"


@dataclass(frozen=True, slots=True)
class RequesterView:
    """The requester as one reader sees them; `phone` is "" where it is withheld altogether."""

    name: str
    phone: str
    revealed: bool


def requester_view(
    *, name: str, phone: str, anonymous: bool, confidential: bool, reveal: bool
) -> RequesterView:
    """Who asked, for this reader. `reveal` is decided (and written down) by the caller.

    Masked by default. A confidential requester leaves nothing, for the last four digits name
    a person in a small place; nor does an anonymous one, who gave the number for an answer.
    """
    if reveal:
        return RequesterView(ANONYMOUS if anonymous else name, phone, revealed=True)
    if anonymous or confidential:
        return RequesterView(ANONYMOUS if anonymous else CONFIDENTIAL, "", revealed=False)
    return RequesterView(masked_name(name), masked_phone(phone), revealed=False)


def masked_name(name: str) -> str:
    """The first character and a star for each other (three at most): "王**"."""
    name = name.strip()
    if len(name) < 2:
        return "*" * len(name)
    return name[0] + "*" * min(len(name) - 1, 3)


def masked_phone(phone: str) -> str:
    """The ends of a number: "138****8000", "0599****34"; at least four digits are always hidden.

    Service numbers (12345) belong to nobody and stay.
    """
    digits = "".join(letter for letter in phone if letter.isdecimal())
    if _LANDLINE.fullmatch(phone):
        return "0" + _ends(digits[2:])
    if phone.startswith("+86"):
        digits = digits[2:]
    if phone and not digits:
        return "****"
    if len(digits) <= 6:
        return digits
    return _ends(digits)


def text_for(text: str, *, requester: str, opened: bool) -> str:
    """Free text, without numbers, plates and the requester's name for who may not know it."""
    if opened:
        return text
    if len(requester) > 1:
        text = text.replace(requester, masked_name(requester))
    return masked_text(text)


_LANDLINE: Final = re.compile(r"\+86(?!1[3-9]|400|800)\d{9,11}", re.ASCII)
_NARROW: Final = str.maketrans(
    {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | {0x3000: " "}
)
"""Full-width forms to their narrow twins, one for one, so that positions stay the same."""

_GAP: Final = r"[ \t\xa0\u2000-\u200a\-\u2010-\u2015\u2212.·_]{0,3}"
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PERSONAL: Final = re.compile(
    rf"""
      (?P<mail>(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)
    | (?P<id>(?<!\d)[1-9]\d{{5}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXx](?!\d))
    | (?P<mobile>(?<!\d)(?:(?:\+|00)?86{_GAP})?0?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d))
    | (?P<abroad>\+\d(?:{_GAP}\d){{7,14}}(?!\d))
    | (?P<landline>(?<!\d)\(?0\d{{2,3}}\)?{_GAP}\d(?:{_GAP}\d){{6,7}}(?!\d))
    | (?P<service>(?<!\d)[48]00{_GAP}\d{{3}}{_GAP}\d{{4}}(?!\d))
    | (?P<card>(?<!\d)\d{{4}}(?:[ -]\d{{4}}){{3}}(?:[ -]?\d{{1,3}})?(?!\d))
    | (?P<run>(?<!\d)\d{{7,}}(?!\d|(?:\.\d{{1,2}})?\s?元(?!旦|宵)))
    | (?P<spelt>[零〇一二三四五六七八九幺]{{7,}})
    | (?P<plate>[{_PROVINCES}][A-Za-z][·•.\s-]?[A-Za-z0-9]{{4,5}}[A-Za-z0-9挂学警港澳领]
        (?![A-Za-z0-9]))
    """,
    re.VERBOSE,
)
_DAY: Final = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def masked_text(text: str) -> str:
    """Free text without telephone and identity numbers, e-mail addresses and number plates.

    Digits apart by blanks, hyphens or dots, full-width or spelt as 一三八… count too. Whatever
    has seven digits in a row is hidden, but for days (20260315), sums of money (1500000元) and
    case numbers: too much hidden is a nuisance, too little is a leak.
    """
    narrow = text.translate(_NARROW)
    shown: list[str] = []
    end = 0
    for found in _PERSONAL.finditer(narrow):
        shown += text[end : found.start()], _covered(found[0], kind=found.lastgroup)
        end = found.end()
    return "".join(shown) + text[end:]


def _covered(found: str, *, kind: str | None) -> str:
    """The stand-in for one find."""
    if kind == "mail":
        return found[0] + "***@***"
    if kind == "plate":
        return found[:2] + "*****"
    if kind == "spelt":
        return found[0] + "*" * 6
    digits = "".join(letter for letter in found if letter.isdecimal())
    if kind == "id":
        return digits[:3] + "*" * 13 + found[-2:]
    if kind == "run" and (_DAY.fullmatch(found) or is_case_number(found)):
        return found
    if kind == "mobile":
        digits = digits[-11:]
    return "0" + _ends(digits[1:]) if kind == "landline" else _ends(digits)


def _ends(digits: str) -> str:
    """Seven digits or more with the middle hidden: 3 + 4 of a mobile, less of shorter ones."""
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{digits[: min(3, len(digits) - 6)]}****{digits[-2:]}"
