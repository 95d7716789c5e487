"""A notice of holidays (放假安排通知) read into days, and what it makes of the calendar.

A notice covers one year; it may touch December of the year before, and a later one may change
days of a year that was published already, as the second notice of January 2020 did. The day's
kind is written rest or makeup, or 休 or 班 (调休上班).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hotline.calendar import MAKEUP, REST, Override, WorkingCalendar
from hotline.errors import Incomplete
from hotline.wording import Mistyped, clean_text

LONGEST_NAME = 40
LONGEST_TITLE = 100
MOST_LINES = 400
LONGEST_RANGE = 31
MOST_SENTENCES = 20

KIND_WORDS = {REST: "休", MAKEUP: "班"}
_KINDS = {"rest": REST, "休": REST, "放假": REST, "makeup": MAKEUP, "班": MAKEUP, "上班": MAKEUP}

# 全国年节及纪念日放假办法 2 (2024): the days of every year that do not follow the moon.
_FIXED = (((1, 1), "元旦"), ((5, 1), "劳动节"), ((5, 2), "劳动节"),
          ((10, 1), "国庆节"), ((10, 2), "国庆节"), ((10, 3), "国庆节"))  # fmt: skip
# Seven festivals, 13 days: with less, the notice was not typed to its end.
_LEAST_DAYS = 13

_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_SPAN = re.compile(rf"{_DAY}(?:\s*(?:至|到|~|～|—+)\s*{_DAY})?")
_BETWEEN = re.compile(r"[\s,，;；]+")
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says of its year, ascending by day. `title` is how people call it."""

    year: int
    title: str
    days: tuple[Override, ...]

    def applied_to(self, calendar: WorkingCalendar) -> WorkingCalendar:
        """The calendar with the notice's days, published to the end of its year at least."""
        return WorkingCalendar.from_rows(
            [*calendar.overrides.values(), *self.days],
            first=calendar.first,
            horizon=max(calendar.horizon, date(self.year, 12, 31)),
            office_hours=calendar.office_hours,
        )

    def changed(self, calendar: WorkingCalendar) -> tuple[Override, ...]:
        """The days of which the calendar says something else, by kind or by name."""
        return tuple(day for day in self.days if calendar.overrides.get(day.on) != day)

    def touches_from(self, calendar: WorkingCalendar) -> date | None:
        """The first day from which a deadline may move or stop being provisional, if any."""
        changed = [
            day.on for day in self.days if (day.kind == MAKEUP) != calendar.is_working(day.on)
        ]
        if self.year > calendar.horizon.year:
            changed.append(calendar.horizon + timedelta(days=1))
        return min(changed, default=None)


def read_notice(text: str, *, year: str, title: str, calendar: WorkingCalendar) -> Notice:
    """The notice that was typed, or loaded from a CSV file (date, kind, name).

    Raises Incomplete: a sentence for "year", for "title", and for "lines" one per wrong line,
    each on a line of its own.
    """
    wrong: dict[str, str] = {}
    try:
        clean_title = clean_text(
            title, field_label="通知名称", max_length=LONGEST_TITLE, required=True, one_line=True
        )
    except Mistyped as refusal:
        wrong["title"] = refusal.message
    of_year = _year(year, calendar, wrong)
    if of_year is None:
        raise Incomplete(wrong)
    said: list[str] = []
    days = _days(text, of_year, calendar, said)
    if not said:
        said = [sentence for sentence in _missing(days, of_year, calendar) if sentence]
    if said:
        more = len(said) - MOST_SENTENCES
        wrong["lines"] = "\n".join(
            [*said[:MOST_SENTENCES], *([f"……另有{more}处"] if more > 0 else [])]
        )
    if wrong:
        raise Incomplete(wrong)
    return Notice(of_year, clean_title, tuple(days[on] for on in sorted(days)))


def _year(typed: str, calendar: WorkingCalendar, wrong: dict[str, str]) -> int | None:
    if not re.fullmatch(r"[0-9]{4}", typed.strip()):
        wrong["year"] = "年份应为四位数字，如 2027"
        return None
    year, first, next_one = int(typed), calendar.first.year, calendar.horizon.year + 1
    if first <= year <= next_one:
        return year
    wrong["year"] = (
        f"日历已公布至{calendar.horizon}，下一个应载入的是{next_one}年，不能跳过"
        if year > next_one
        else f"日历从{first}年开始，不能载入{year}年"
    )
    return None


def _days(text: str, year: int, calendar: WorkingCalendar, said: list[str]) -> dict[date, Override]:
    """The days of every line; what is wrong with a line goes into `said`."""
    found: dict[date, Override] = {}
    lines: dict[date, int] = {}
    written = text.removeprefix("\ufeff").splitlines()
    if len(written) > MOST_LINES:
        said.append(f"共{len(written)}行，最多{MOST_LINES}行，请核对文件")
        return found
    for number, line in enumerate(written, 1):
        if not line.strip(' \t,"') or line.lstrip().startswith("#"):
            continue
        if number == 1 and line.strip().strip('"').lower().startswith(("date", "日期")):
            continue
        try:
            for day in _read_line(line, year, calendar):
                _refuse_twice(day, found, lines)
                found[day.on], lines[day.on] = day, number
        except ValueError as refusal:
            said.append(f"第{number}行：{refusal.args[0]}")
    return found


def _refuse_twice(day: Override, found: dict[date, Override], lines: dict[date, int]) -> None:
    earlier = found.get(day.on)
    if earlier is None:
        return
    at = f"{day.on}在第{lines[day.on]}行"
    if earlier.kind != day.kind:
        raise ValueError(f"{at}写作“{KIND_WORDS[earlier.kind]}”，这里写作“{KIND_WORDS[day.kind]}”")
    raise ValueError(f"{at}已经写过")


def _read_line(line: str, year: int, calendar: WorkingCalendar) -> Iterator[Override]:
    words = line.replace('"', " ").strip()
    span = _SPAN.match(words)
    if span is None:
        raise ValueError(f"“{words[:20]}”开头不是日期，应如“{year}-01-01 休 元旦”")
    first = _date(span.groups()[:3])
    last = _date(span.groups()[3:]) if span[4] else first
    kind_word, _, rest = _BETWEEN.sub(" ", words[span.end() :]).strip().partition(" ")
    kind = _KINDS.get(kind_word.lower())
    if kind is None:
        raise ValueError(f"日期之后应写“休”或“班”（rest 或 makeup），现在是“{kind_word[:10]}”")
    name = clean_text(
        rest, field_label="节日名称", max_length=LONGEST_NAME, required=True, one_line=True
    )
    if last < first:
        raise ValueError(f"{last}早于{first}，起止日期颠倒了")
    if (last - first).days >= LONGEST_RANGE:
        raise ValueError(f"{first}至{last}超过{LONGEST_RANGE}天，请核对")
    for day in range((last - first).days + 1):
        yield _checked(Override(first + timedelta(days=day), kind, name), year, calendar)


def _date(parts: Sequence[str]) -> date:
    year, month, day = map(int, parts)
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"没有{year}-{month:02}-{day:02}这一天") from None


def _checked(day: Override, year: int, calendar: WorkingCalendar) -> Override:
    if day.on.year != year and (day.on.year, day.on.month) != (year - 1, 12):
        raise ValueError(f"{day.on}不在{year}年内（只可以连带上一年12月）")
    if day.on < calendar.first:
        raise ValueError(f"{day.on}早于日历的第一天{calendar.first}")
    if day.kind == MAKEUP and day.on.weekday() < 5 and day.on not in calendar.overrides:
        weekday = _WEEKDAYS[day.on.weekday()]
        raise ValueError(f"{day.on}是星期{weekday}，本来就上班，请核对调休日期")
    return day


def _missing(days: dict[date, Override], year: int, calendar: WorkingCalendar) -> Iterator[str]:
    """The first notice of a year is complete: the horizon must not move by half a notice."""
    if not days:
        yield "没有读到任何日期，请每行写一天，如“2027-01-01 休 元旦”"
        return
    if year <= calendar.horizon.year:
        return
    rests = {day.on for day in days.values() if day.kind == REST}
    missing = {name: None for (month, day), name in _FIXED if date(year, month, day) not in rests}
    if missing:
        yield f"{year}年的首份通知应写全，缺少{'、'.join(missing)}的法定休假日"
    elif len(rests) < _LEAST_DAYS:
        yield (
            f"{year}年的首份通知只写了{len(rests)}天休假，法定节假日共{_LEAST_DAYS}天，请核对是否写全"
        )
