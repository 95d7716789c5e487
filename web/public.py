"""For everybody, without signing in: the state of one's case, and how a deadline is counted."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Response, Router, get, post

from dispatch.public_status import PublicStatus, Tries, public_status
from hotline.calendar import SHANGHAI, WorkingCalendar
from hotline.clocks import Explanation, explain
from hotline.errors import Incomplete, NotFound, Refusal, TooMany
from hotline.limits import Limit, Unit
from web.given import (
    PUBLIC,
    Form,
    Now,
    Rules,
    TheForm,
    TheOffice,
    WebRequest,
    caller_address,
    query_of,
)
from web.refusals import status_of
from web.render import render

# A family or an office behind one address looks up its own cases; a guesser needs 10^11 tries.
TRIES_AT_ONCE = 20
SECONDS_PER_TRY = 15

UNITS: dict[str, str] = {
    "working_day": "工作日",
    "calendar_day": "日（自然日，末日遇休息日顺延）",
    "hour": "小时",
    "working_hour": "工作小时",
}
LONGEST_DAYS_SHOWN = 366
EARLIEST, LATEST = date(2007, 1, 1), date(2099, 12, 31)


@get("/status")
async def show_status(request: WebRequest) -> Response[Any]:
    """An empty form; the number may come from a link, the code never."""
    return _status_page(request, {"number": query_of(request).one("number")[:60], "code": ""})


@post("/status", status_code=200, opt={"csrf": False})
async def look_up_status(request: WebRequest, office: TheOffice, form: TheForm) -> Response[Any]:
    """The coarse state of one case, or one answer for everything that does not fit."""
    typed = {"number": form.one("number")[:60], "code": form.one("code")[:60]}
    tries: Tries = request.app.state.setdefault(
        "status_tries", Tries(most=TRIES_AT_ONCE, seconds=SECONDS_PER_TRY)
    )
    try:
        tries.take(caller_address(request), at=time.monotonic())
        found = await public_status(office, number=typed["number"], code=typed["code"])
    except (Incomplete, NotFound, TooMany) as refusal:
        return _status_page(request, typed, refusal=refusal)
    return _status_page(request, {**typed, "code": ""}, found=found)


@get("/deadlines")
async def show_deadline(request: WebRequest, now: Now, rulebook: Rules) -> Response[Any]:
    """When a limit ends, with every day counted or skipped and why."""
    query = query_of(request)
    values = {
        "start": query.one("start") or now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        "limit": query.one("limit") or "5",
        "unit": query.one("unit") or "working_day",
    }
    counted: Counted | None = None
    wrong: dict[str, str] = {}
    if query.values:
        try:
            counted = count_deadline(query, rulebook.calendar)
        except Incomplete as refusal:
            wrong = refusal.fields
    return render(
        request,
        "public/deadlines.html",
        status=422 if wrong else 200,
        values=values,
        wrong=wrong,
        counted=counted,
        units=UNITS,
        horizon=rulebook.calendar.horizon,
    )


router = Router("/", opt=PUBLIC, route_handlers=[show_status, look_up_status, show_deadline])


@dataclass(frozen=True, slots=True)
class Counted:
    """A deadline with its limit in words."""

    limit: Limit
    start_at: datetime
    explanation: Explanation

    @property
    def counted_days(self) -> int:
        """How many days were counted."""
        return sum(day.counted for day in self.explanation.days)

    @property
    def skipped_days(self) -> int:
        """How many days after the first were not."""
        return sum(not day.counted for day in self.explanation.days[1:])


def count_deadline(query: Form, calendar: WorkingCalendar) -> Counted:
    """The deadline that was asked for. Raises Incomplete with a sentence per field."""
    wrong: dict[str, str] = {}
    start_at = _start(query.one("start"), wrong)
    limit = _limit(query.one("limit"), query.one("unit"), wrong)
    if wrong or start_at is None or limit is None:
        raise Incomplete(wrong)
    return Counted(limit, start_at, explain(limit, start_at, calendar))


def _start(text: str, wrong: dict[str, str]) -> datetime | None:
    """A day, or a day and a time of Shanghai."""
    sentence = "请填写起算时间，如 2026-03-09 09:00。"
    try:
        at = datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        wrong["start"] = sentence
        return None
    if not EARLIEST <= at.date() <= LATEST:
        wrong["start"] = f"起算时间应在 {EARLIEST.year} 年至 {LATEST.year} 年之间。"
        return None
    return at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _limit(amount: str, unit: str, wrong: dict[str, str]) -> Limit | None:
    if unit not in UNITS:
        wrong["unit"] = "请选择计时单位。"
        return None
    typed = amount.strip()
    if not (typed.isascii() and typed.replace(".", "", 1).isdigit() and len(typed) <= 9):
        wrong["limit"] = "请填写时限的数字，如 5。"
        return None
    number = float(typed)
    known: Unit = unit  # type: ignore[assignment]  # one of UNITS, looked at above
    try:
        limit = Limit(int(number) if number.is_integer() else number, known)
    except ValueError as fault:
        wrong["limit"] = f"{fault}。"
        return None
    days = number if limit.in_days else number / (24 if unit == "hour" else 8)
    if days > LONGEST_DAYS_SHOWN:
        wrong["limit"] = f"这里最多逐日说明 {LONGEST_DAYS_SHOWN} 天的时限。"
        return None
    return limit


def _status_page(
    request: WebRequest,
    typed: dict[str, str],
    *,
    found: PublicStatus | None = None,
    refusal: Refusal | None = None,
) -> Response[Any]:
    return render(
        request,
        "public/status.html",
        status=status_of(refusal) if refusal else 200,
        headers=(
            {"retry-after": str(refusal.retry_after)} if isinstance(refusal, TooMany) else None
        ),
        typed=typed,
        found=found,
        wrong=refusal.fields if isinstance(refusal, Incomplete) else {},
        said=refusal.message if refusal and not isinstance(refusal, Incomplete) else "",
    )
