"""Case numbers (工单号), look-up codes (查询码) and telephone numbers, each in one spelling."""

import re
import secrets
import unicodedata
from datetime import date
from typing import Final

import phonenumbers

from hotline.wording import Mistyped


class WrongNumber(Mistyped):
    """What was typed is no case number, or no look-up code."""


class WrongPhone(Mistyped):
    """What was typed is no telephone number."""


# A totally anti-symmetric quasigroup of order ten (H. M. Damm, 2004): going along the digits it
# ends on 0, and every single wrong digit and every swap of neighbours ends elsewhere.
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_CASE_NUMBER: Final = re.compile(r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{7}", re.ASCII)
_BEFORE_NUMBER: Final = re.compile(
    r"^(?:查询|查|我的|诉求|工单|编号|单号|号码|号|是|为|NO\.?|#|:)+", re.I
)

LOOKUP_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""31 letters: without 0, O, 1, I and L, which are mistaken for each other when read aloud."""
LOOKUP_LENGTH: Final = 8
_LOOKUP_CODES: Final = len(LOOKUP_LETTERS) ** LOOKUP_LENGTH
_LOOKUP_BYTES: Final = 5
_LOOKUP_CODE: Final = re.compile(f"[{LOOKUP_LETTERS}]{{{LOOKUP_LENGTH}}}")

_MOBILE: Final = re.compile(r"(?:\+86|0086|86)?0?(1[3-9]\d{9})", re.ASCII)
# Emergency and enquiry numbers (110, 114), public services (12345, 95598, 400 apart).
_SERVICE: Final = re.compile(r"(?:\+86|0086)?(1\d{2}|[1-9]\d{4,5})", re.ASCII)
_DIALLED: Final = re.compile(r"\+?\d+", re.ASCII)
# What people put between the digits; full-width forms are already narrow by NFKC.
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2015\u2212\u00ad\u200b-\u200f\u202a-\u202e\ufeff.()]+")
_LONGEST_TYPED: Final = 60
# Digits of the shortest number that is no service number.
_SHORTEST = 7


def case_number(day: date, serial: int) -> str:
    """13 digits: YYMMDD, the last six of the serial, and a check digit."""
    body = f"{day:%y%m%d}{serial % 1_000_000:06d}"
    return body + str(_damm(body))


def register_number(register: str, year: int, serial: int) -> str:
    """顺序号 of an office's register, as it is written on paper: 市府办批示件〔2026〕12号."""
    return f"{register}〔{year}〕{serial}号"


def parse_case_number(text: str) -> str:
    """The 13 digits in what was typed, texted or read aloud; raises WrongNumber.

    Spaces, hyphens, full-width digits and a leading 查询 or 工单号 do not matter. The day is
    checked too, so that no telephone number (861…) passes as a case number.
    """
    typed = _typed(text)
    typed = _BEFORE_NUMBER.sub("", typed).rstrip("。!,;")
    if not typed or not _DIALLED.fullmatch(typed) or typed[0] == "+":
        raise WrongNumber("请输入 13 位数字的工单号。")
    if len(typed) != 13:
        raise WrongNumber(f"工单号位数不对：应为 13 位，现在 {len(typed)} 位，请核对。")
    if not is_case_number(typed):
        raise WrongNumber("工单号校验位不符，请核对是否输错或颠倒了数字。")
    return typed


def is_case_number(digits: str) -> bool:
    """Whether exactly these characters are a case number with a right check digit."""
    return _CASE_NUMBER.fullmatch(digits) is not None and _damm(digits) == 0


def new_lookup_code() -> str:
    """Eight letters that open one case to whoever holds them (39 bits: limit the tries).

    One number for all of them, drawn anew where it is too large (about one time in four), so that
    every code is as likely as any other: each draw asks the system, which is what it costs.
    """
    while (drawn := int.from_bytes(secrets.token_bytes(_LOOKUP_BYTES), "big")) >= _LOOKUP_CODES:
        pass
    letters: list[str] = []
    for _ in range(LOOKUP_LENGTH):
        drawn, letter = divmod(drawn, len(LOOKUP_LETTERS))
        letters.append(LOOKUP_LETTERS[letter])
    return "".join(letters)


def normalise_lookup_code(text: str) -> str:
    """The code in capitals without blanks and hyphens; raises WrongNumber."""
    code = _typed(text).upper()
    if not _LOOKUP_CODE.fullmatch(code):
        raise WrongNumber("查询码为 8 位字母和数字（没有 0、O、1、I、L），请核对。")
    return code


def new_secret_token() -> str:
    """256 random bits for a cookie, a form or a key, fit for a URL; only its hash is stored."""
    return secrets.token_urlsafe(32)


def normalise_phone(text: str) -> str:
    """E.164 ("+8613800138000") of a number typed in any usual way; raises WrongPhone.

    Numbers without a country belong to China. Service numbers (110, 12345, 95598) have no
    E.164 form and stay as they are. Well-formed is enough: a number that no operator has
    given out (an exchange still unknown to the tables) is accepted.
    """
    if mobile := _MOBILE.fullmatch(text):
        return "+86" + mobile[1]
    typed = _typed(text)
    if mobile := _MOBILE.fullmatch(typed):
        return "+86" + mobile[1]
    if service := _SERVICE.fullmatch(typed):
        return service[1]
    if not typed:
        raise WrongPhone("请填写电话号码。")
    if not _DIALLED.fullmatch(typed):
        raise WrongPhone("电话号码只能有数字、空格、短横和括号，分机号请写在备注里。")
    digits = len(typed.lstrip("+"))
    if digits < _SHORTEST:
        raise WrongPhone(f"电话号码太短（{digits} 位），请核对；座机请加区号。")
    if digits > 20:
        raise WrongPhone("电话号码太长，请核对。")
    return _e164(typed)


def is_mobile(e164: str) -> bool:
    """Whether a text can reach it: a mobile number of the mainland."""
    return len(e164) == 14 and e164.startswith("+861") and e164[4] in "3456789"


def spoken_phone(e164: str) -> str:
    """As one reads it aloud: "138 0013 8000", "0599 888 1234", "+1 415-555-2671"."""
    if is_mobile(e164):
        return f"{e164[3:6]} {e164[6:10]} {e164[10:]}"
    if not e164.startswith("+"):
        return e164
    if e164.startswith("+86") and len(e164) <= 11:  # a local number without its area code
        return f"{e164[3:-4]} {e164[-4:]}"
    style = phonenumbers.PhoneNumberFormat
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(
        number, style.NATIONAL if number.country_code == 86 else style.INTERNATIONAL
    )


def _typed(text: str) -> str:
    """Narrow and without what stands between digits; what is too long for that as it is."""
    if len(text) > _LONGEST_TYPED:
        return text
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text))


def _damm(digits: str) -> int:
    """The check digit of `digits`; 0 when they already end with theirs."""
    row = 0
    for digit in digits:
        row = _DAMM[row][int(digit)]
    return row


def _e164(typed: str) -> str:
    """The E.164 form of 7 to 20 digits, after a plus or not."""
    wrong = WrongPhone("这不像是完整的电话号码，请核对；座机请加区号。")
    # 00 begins a call abroad from China, where a landline's area code begins with one 0.
    try:
        number = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException:
        raise wrong from None
    if not phonenumbers.is_possible_number(number):
        raise wrong
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # One caller, one spelling: what would read differently a second time is no number.
    if phonenumbers.parse(found) != number or len(found) <= _SHORTEST:
        raise wrong
    return found
