"""How moments, deadlines and people are written on a screen: the filters of the templates."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hotline.calendar import in_shanghai

NEAR = timedelta(hours=24)
"""A deadline is near (临近) from so long before it: yellow lights and lists of risks use this."""

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Light:
    """红黄绿灯: a colour with its word, because colour alone says nothing to many."""

    colour: str
    word: str
    left: str


def light(due_at: datetime | None, now: datetime, *, rung: int = 0) -> Light | None:
    """The light of a deadline; None where nothing is owed. `rung` is the warning level reached."""
    if due_at is None:
        return None
    if now > due_at:
        return Light("red", "已超期", f"超期{_span(now - due_at)}")
    left = due_at - now
    if left <= NEAR or rung >= 2:
        return Light("yellow", "临近", _left(due_at, now))
    return Light("green", "正常", _left(due_at, now))


def _left(due_at: datetime, now: datetime) -> str:
    due, here = in_shanghai(due_at), in_shanghai(now)
    if (due.hour, due.minute) == (23, 59):
        days = (due.date() - here.date()).days
        return ("今日到期", "明日到期")[days] if days < 2 else f"剩{days}天"
    return f"剩{_span(due_at - now)}"


def _span(delta: timedelta) -> str:
    minutes = int(delta.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days}天{hours}小时" if hours and days < 3 else f"{days}天"
    if hours:
        return f"{hours}小时{minutes % 60}分" if hours < 3 and minutes % 60 else f"{hours}小时"
    return f"{max(minutes, 1)}分钟"


def exact(at: datetime | None) -> str:
    """2026-03-09 09:00 in Shanghai; empty for none."""
    return f"{in_shanghai(at):%Y-%m-%d %H:%M}" if at else ""


def short(at: datetime | None, now: datetime) -> str:
    """09:00 today, 03-09 09:00 this year, 2025-03-09 before; the end of a day without its hour."""
    if at is None:
        return ""
    there, here = in_shanghai(at), in_shanghai(now)
    hour = "" if (there.hour, there.minute, there.second) == (23, 59, 59) else f" {there:%H:%M}"
    if there.date() == here.date():
        return f"今日{hour}".strip()
    if there.year != here.year:
        return f"{there:%Y-%m-%d}{hour}"
    return f"{there:%m-%d}{hour}"


def ago(at: datetime | None, now: datetime) -> str:
    """5分钟前, 3天前; 刚刚 within a minute."""
    if at is None:
        return ""
    if now - at < timedelta(minutes=1):
        return "刚刚"
    return f"{_span(now - at)}前"


def iso(at: datetime) -> str:
    """The instant for a `datetime` attribute, +08:00."""
    return in_shanghai(at).isoformat(timespec="seconds")


def on_day(day: date | None) -> str:
    """2026-03-09（周一）."""
    return f"{day:%Y-%m-%d}（{_WEEKDAYS[day.weekday()]}）" if day else ""
