"""How long something may take (期限): an amount of one unit, read from and written to a short code.

The unit belongs to the law that sets the limit: hours, working hours, calendar days (日, with
or without rolling forward from a rest day, 民法典 203) or working days (工作日).
`hotline.clocks` says when a limit ends.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Unit = Literal["hour", "working_hour", "calendar_day", "working_day"]

LONGEST_DAYS = 3660

_CODES: dict[Unit, str] = {
    "hour": "h",
    "working_hour": "wh",
    "calendar_day": "d",
    "working_day": "wd",
}
_UNITS = {code: unit for unit, code in _CODES.items()}
_TEXTS: dict[Unit, str] = {
    "hour": "小时",
    "working_hour": "个工作小时",
    "calendar_day": "日",
    "working_day": "个工作日",
}
_LONGEST: dict[Unit, int] = {
    "hour": LONGEST_DAYS * 24,
    "working_hour": LONGEST_DAYS * 8,
    "calendar_day": LONGEST_DAYS,
    "working_day": LONGEST_DAYS,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of one unit; days are whole. `roll` matters for calendar days only.

    No days at all, without rolling, is the day of the start itself: 当日, see `same_day`.
    Raises ValueError when it is not positive, not whole for days, or longer than 3,660 days.
    """

    amount: float
    unit: Unit
    roll: bool = True

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise ValueError(f"未知的计时单位：{self.unit}")
        if isinstance(self.amount, bool) or not math.isfinite(self.amount):
            raise ValueError("时限须为数字")
        if self.in_days and self.amount != int(self.amount):
            raise ValueError("按日计算的时限须为整数")
        least, most = 1 if self.in_days else 0.01, _LONGEST[self.unit]
        if self.unit == "calendar_day" and not self.roll:
            least = 0
        if not least <= self.amount <= most:
            raise ValueError(f"时限须在{least}至{most}{_TEXTS[self.unit]}之间")
        if not self.roll and self.unit != "calendar_day":
            raise ValueError("只有按自然日计算的时限可以不顺延")

    @staticmethod
    def parse(code: str) -> "Limit":
        """Read `.code` back. Raises ValueError for anything else."""
        return _parsed(code)

    @property
    def in_days(self) -> bool:
        return self.unit in ("calendar_day", "working_day")

    @property
    def code(self) -> str:
        """`2h`, `4wh`, `60d`, `5wd`; `30d!` does not roll."""
        return f"{self._amount_text}{_CODES[self.unit]}{'' if self.roll else '!'}"

    @property
    def text(self) -> str:
        """The limit in words: 5个工作日."""
        if not self.amount:
            return "当日"
        return f"{self._amount_text}{_TEXTS[self.unit]}{'' if self.roll else '（不顺延）'}"

    @property
    def _amount_text(self) -> str:
        whole = int(self.amount)
        return str(whole) if whole == self.amount else f"{self.amount:.9f}".rstrip("0")


@lru_cache(maxsize=1024)
def _parsed(code: str) -> Limit:
    found = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)(h|wh|d|wd)(!?)", code)
    if found is None:
        raise ValueError(f"时限写法有误：{code}")
    amount, unit, fixed = found.groups()
    return Limit(float(amount) if "." in amount else int(amount), _UNITS[unit], not fixed)


def hours(amount: float) -> Limit:
    return Limit(amount, "hour")


def working_hours(amount: float) -> Limit:
    return Limit(amount, "working_hour")


def calendar_days(amount: int, *, roll: bool = True) -> Limit:
    return Limit(amount, "calendar_day", roll)


def working_days(amount: int) -> Limit:
    return Limit(amount, "working_day")


def same_day() -> Limit:
    """当日: until the end of the day on which it starts, working day or not."""
    return Limit(0, "calendar_day", roll=False)
