"""The calendar of working days: a year drawn month by month, and the loading of a notice."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Response, Router, get, post

from dispatch import holidays, recalendar
from dispatch.holiday_file import LARGEST, read_text
from dispatch.horizon import horizon
from dispatch.office import Office
from dispatch.registry import history
from hotline.calendar import MAKEUP, WorkingCalendar, in_shanghai
from hotline.errors import Incomplete
from hotline.holiday_notice import KIND_WORDS, Notice, read_notice
from hotline.people import Actor, Role
from web.admin.frame import Done, Filled, admin_page, number, refused, submitted
from web.given import Form, Me, Now, TheForm, TheOffice, WebRequest, query_of, roles

LOADED_SHOWN = 20
PACKAGED = "国务院办公厅历年通知（随程序载入）"


@dataclass(frozen=True, slots=True)
class Cell:
    """A day as it is drawn: `word` is 休 or 班 where a notice says so, `why` the reason."""

    day: int
    word: str
    works: bool
    why: str


@get("/")
async def show_calendar(request: WebRequest, me: Me, now: Now, office: TheOffice) -> Response[Any]:
    """One year, at first this one; how far the calendar is published; what was loaded."""
    calendar = await holidays.current_calendar(office)
    today = in_shanghai(now).date()
    first, last = calendar.first.year, calendar.horizon.year + 1
    year = min(max(number(query_of(request), "year") or today.year, first), last)
    loaded = await history.changes(office.pool, subject=holidays.SUBJECT, most=LOADED_SHOWN)
    days = [day for on, day in calendar.overrides.items() if on.year == year]
    return admin_page(
        request,
        me,
        "calendar",
        year=year,
        years=(first, last),
        months=_months(calendar, year),
        spans=holidays.spans(days).split("；") if days else [],
        published=year <= calendar.horizon.year,
        source=_source(loaded, year) or (PACKAGED if days else ""),
        horizon=await horizon(office.pool, calendar, today=today),
        next_year=calendar.horizon.year + 1,
        job=await recalendar.latest(office.pool),
        loaded=loaded,
    )


@get("/new")
async def new_notice(request: WebRequest, me: Me, office: TheOffice) -> Response[Any]:
    """An empty form, for the year that is not published yet."""
    calendar = await holidays.current_calendar(office)
    year = calendar.horizon.year + 1
    values = {"year": str(year), "title": f"国务院办公厅关于{year}年部分节假日安排的通知"}
    return _form_page(request, me, calendar, Filled(values))


@post("/preview", status_code=200)
async def preview_notice(
    request: WebRequest, me: Me, office: TheOffice, form: TheForm
) -> Response[Any]:
    """Which open deadlines the notice would move; nothing is written."""
    calendar = await holidays.current_calendar(office)
    if form.one("back"):
        return _form_page(request, me, calendar, Filled(_values(form)))
    try:
        form.values["lines"] = [await _lines(form)]
        notice = _notice(form, calendar)
    except Incomplete as refusal:
        return _form_page(request, me, calendar, refused(form, refusal))
    return await _preview_page(request, me, office, calendar, notice, Filled(_values(form)))


@post("/", status_code=200)
async def load_notice(
    request: WebRequest, me: Me, now: Now, office: TheOffice, form: TheForm
) -> Response[Any]:
    """The notice that was previewed is in force; the worker moves the deadlines."""
    calendar = await holidays.current_calendar(office)
    try:
        notice = _notice(form, calendar)
    except Incomplete as refusal:
        return _form_page(request, me, calendar, refused(form, refusal))
    path = f"/admin/calendar?year={notice.year}"
    return await submitted(
        request,
        form,
        lambda: holidays.load(
            office, notice, actor=me, now=now, seen=form.one("seen")[:64] or None
        ),
        then=lambda written: Done(
            path,
            f"已载入{notice.year}年的通知，受影响的期限正在后台变更。"
            if written
            else "日历里已经是这样，没有改动。",
        ),
        again=lambda filled: _preview_page(request, me, office, calendar, notice, filled),
    )


router = Router(
    "/calendar",
    guards=[roles(Role.ADMIN)],
    route_handlers=[show_calendar, new_notice, preview_notice, load_notice],
)


def _months(calendar: WorkingCalendar, year: int) -> list[list[list[Cell | None]]]:
    """Twelve months of weeks from Monday to Sunday; None where another month's days stand."""
    return [
        [
            [_cell(calendar, day) if day.month == month else None for day in week]
            for week in Calendar().monthdatescalendar(year, month)
        ]
        for month in range(1, 13)
    ]


def _cell(calendar: WorkingCalendar, day: date) -> Cell:
    override = calendar.overrides.get(day)
    # What only returned to the plain week is no make-up day.
    plain = override is None or (override.kind == MAKEUP and day.weekday() < 5)
    word = "" if plain or override is None else KIND_WORDS[override.kind]
    return Cell(day.day, word, calendar.is_working(day), calendar.why(day))


def _source(loaded: list[history.RegisterChange], year: int) -> str:
    """The newest notice that was loaded for the year."""
    return next(
        (
            f"{change.after.get('通知', '')}（{_on(change.at)}载入）"
            for change in loaded
            if change.subject == f"{holidays.SUBJECT} {year}年"
        ),
        "",
    )


def _on(at: datetime) -> str:
    return in_shanghai(at).date().isoformat()


async def _lines(form: Form) -> str:
    """What was typed, or the file where one was chosen."""
    file = form.files.get("file")
    content = await file.read(LARGEST + 1) if file and file.filename else b""
    if len(content) > LARGEST:
        raise Incomplete({"lines": f"文件太大，放假安排应不超过{LARGEST // 1024} KB"})
    return read_text(content) if content else form.one("lines")


def _notice(form: Form, calendar: WorkingCalendar) -> Notice:
    return read_notice(
        form.one("lines"), year=form.one("year"), title=form.one("title"), calendar=calendar
    )


def _values(form: Form) -> dict[str, str]:
    return {name: form.one(name) for name in ("year", "title", "lines")}


def _form_page(
    request: WebRequest, me: Actor, calendar: WorkingCalendar, filled: Filled
) -> Response[Any]:
    return admin_page(
        request,
        me,
        "calendar_new",
        filled=filled,
        published_to=calendar.horizon,
        sentences=filled.wrong.get("lines", "").splitlines(),
    )


async def _preview_page(
    request: WebRequest,
    me: Actor,
    office: Office,
    calendar: WorkingCalendar,
    notice: Notice,
    filled: Filled,
) -> Response[Any]:
    found = await holidays.preview(office, notice, calendar=calendar)
    return admin_page(
        request,
        me,
        "calendar_preview",
        filled=filled,
        found=found,
        spans=holidays.spans(found.changed).split("；") if found.changed else [],
        published_to=calendar.horizon,
    )
