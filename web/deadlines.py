"""When a limit ends, with every day's part in it: for other systems and for the public page."""

import re
from datetime import date, datetime, time
from typing import Any, get_args

import msgspec

from hotline.calendar import FIRST_IN_FILE, SHANGHAI, WorkingCalendar, in_shanghai
from hotline.clocks import Explanation, Limit, Unit, explain
from hotline.errors import Incomplete
from web.api_shapes import DayView

UNIT_LABELS = {
    "working_day": "工作日",
    "calendar_day": "自然日",
    "hour": "小时",
    "working_hour": "工作小时",
}
# Which days were holidays is known from the first of these years on.
_YEARS = range(FIRST_IN_FILE.year, 2200)


class DeadlineView(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline. `provisional`: it lies beyond the published calendar and may still move."""

    start: datetime
    limit: str
    limit_text: str
    due_at: datetime
    raw_due_on: date
    provisional: bool
    calendar_version: str
    days: list[DayView]


def deadline(
    *, start: str, limit: str, unit: str, roll: str = "", calendar: WorkingCalendar
) -> DeadlineView:
    """The deadline for what was asked. Raises Incomplete with a sentence per parameter.

    `start` is a day (its beginning in Shanghai) or an instant with its zone; `roll` says whether
    a last calendar day that is a rest day moves on (yes unless "false").
    """
    wrong: dict[str, str] = {}
    begun = _read(start, "start", _instant, wrong)
    asked = _read((limit, unit, roll), "limit", _limit, wrong)
    if begun is None or asked is None:
        raise Incomplete(wrong)
    try:
        found = explain(asked, begun, calendar)
    except (ValueError, OverflowError):
        raise Incomplete({"limit": "期限过长，无法推算"}) from None
    return DeadlineView(
        start=in_shanghai(begun),
        limit=asked.code,
        limit_text=asked.text,
        due_at=found.due_at,
        raw_due_on=found.raw_due_on,
        provisional=found.provisional,
        calendar_version=found.calendar_version,
        days=day_views(found),
    )


def day_views(found: Explanation) -> list[DayView]:
    """Each day of an explanation."""
    return [
        DayView(
            date=day.date, weekday=day.weekday_text, counted=day.counted, ordinal=day.ordinal,
            why=day.why,
        )
        for day in found.days
    ]  # fmt: skip


class _Wrong(ValueError):
    """`name` of the parameter and its sentence."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


def _read(raw: Any, name: str, reader: Any, wrong: dict[str, str]) -> Any:
    try:
        return reader(raw)
    except _Wrong as refusal:
        wrong[refusal.name] = str(refusal)
    except ValueError as refusal:
        wrong[name] = str(refusal)
    return None


_FORMS = "起算时间应为日期（2026-03-09）或带时区的时间（2026-03-09T09:00:00+08:00）"


def _instant(word: str) -> datetime:
    if not word:
        raise ValueError(f"请填写起算时间：{_FORMS}")
    # In an address a plus that nobody escaped has become a blank.
    word = re.sub(r" (\d\d:?\d\d)$", r"+\1", word.strip())
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word, re.ASCII):
            begun = datetime.combine(date.fromisoformat(word), time(), SHANGHAI)
        else:
            begun = datetime.fromisoformat(word)
    except ValueError:
        raise ValueError(_FORMS) from None
    if begun.utcoffset() is None:
        raise ValueError(f"起算时间缺少时区：{_FORMS}")
    if begun.year not in _YEARS:
        raise ValueError(f"起算时间应在 {_YEARS.start} 年至 {_YEARS.stop - 1} 年之间")
    return begun


def _limit(words: tuple[str, str, str]) -> Limit:
    amount, unit, roll = words
    unit = unit or "working_day"
    if unit not in get_args(Unit):
        raise _Wrong("unit", f"计时单位应为：{'、'.join(UNIT_LABELS)}")
    if roll not in ("", "true", "false", "1", "0"):
        raise _Wrong("roll", "“roll”应为 true 或 false")
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", amount, re.ASCII):
        raise ValueError("请填写期限，应为正数，如 7")
    value = float(amount)
    rolls = unit != "calendar_day" or roll in ("", "true", "1")
    return Limit(int(value) if value == int(value) else value, unit, rolls)  # type: ignore[arg-type]
