"""联席会议: the meetings of an office, a new one with its decisions, and what became of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.drafts import Draft, draft_of, forget_draft
from dispatch.meetings import (
    MOST_CASES,
    MOST_SHOWN,
    Matter,
    Minutes,
    carry_out,
    decisions,
    hold,
    meeting,
    meetings,
)
from hotline.calendar import SHANGHAI
from hotline.errors import Incomplete, NotFound
from hotline.numbers import parse_case_number
from hotline.people import REGISTER_ROLES, Role
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.wording import Mistyped, clean_text
from web.drafts import form_of
from web.given import Form, Me, Now, Rules, TheForm, TheOffice, WebRequest, query_of, roles
from web.pickers import chosen
from web.render import page, redirect

_LONGEST_MINUTES = 20_000
_EARLIEST_YEAR = 2000
_DRAFT = "meeting"
_LINES = {"place": ("会议地点", 100), "convenor": ("召集人", 50)}


@get("/")
async def list_meetings(
    request: WebRequest, office: TheOffice, me: Me, rulebook: Rules
) -> Response[Any]:
    """The meetings, newest first."""
    before = query_of(request).one("before")
    after = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    async with office.pool.acquire() as connection:
        found = await meetings(connection, me, before=after)
    following = f"/meetings?before={found[-1].id}" if len(found) == MOST_SHOWN else ""
    return page(request, "meetings/list", meetings=found, following=following, rulebook=rulebook)


@get("/new")
async def new_meeting(
    request: WebRequest, office: TheOffice, me: Me, rulebook: Rules
) -> Response[Any]:
    """What was left unsent, or an empty form; `?number=` is a case that is to be on it."""
    number = query_of(request).one("number")[:24]
    draft = await draft_of(office, _DRAFT, actor=me)
    form = form_of(draft) if draft else Form()
    if number and number not in form.all("number"):
        form.values["number"] = [*form.values.get("number", []), number]
    return _form_page(request, form, rulebook, draft=draft)


@post("/", status_code=200)
async def create_meeting(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """Write it down and carry the decisions out, each for itself."""
    try:
        minutes = minutes_of(form, rulebook)
        meeting_id = await hold(
            office, minutes, actor=me, now=now, idempotency_key=form.idempotency_key
        )
    except Incomplete as refusal:
        return _form_page(request, form, rulebook, errors=refusal.fields, status=422)
    await forget_draft(office.pool, _DRAFT, actor=me)
    return redirect(request, f"/meetings/{meeting_id}", flash="会议已登记，逐件执行结果见下。")


@get("/{meeting_id:int}")
async def show_meeting(
    request: WebRequest, office: TheOffice, me: Me, rulebook: Rules, meeting_id: FromPath[int]
) -> Response[Any]:
    """The minutes, and each decision with what became of it."""
    async with office.pool.acquire() as connection:
        found = await meeting(connection, me, meeting_id)
        decided = await decisions(connection, me, meeting_id) if found else []
    if found is None:
        raise NotFound
    labels = {
        one.id: action.label
        for one in decided
        if (action := procedure(one.kind).action(one.action))
    }
    return page(
        request,
        "meetings/show",
        meeting=found,
        decisions=decided,
        labels=labels,
        waiting=any(one.done_at is None for one in decided),
        rulebook=rulebook,
    )


@post("/{meeting_id:int}/carry-out", status_code=200)
async def carry_out_decisions(
    request: WebRequest, office: TheOffice, me: Me, now: Now, meeting_id: FromPath[int]
) -> Response[Any]:
    """Once more for those that could not be carried out."""
    await carry_out(office, meeting_id, actor=me, now=now)
    return redirect(request, f"/meetings/{meeting_id}", flash="已再次执行，逐件结果见下。")


def minutes_of(form: Form, rulebook: Rulebook) -> Minutes:
    """The form as a value. Raises Incomplete with a sentence per field."""
    wrong: dict[str, str] = {}
    lines = {name: _line(form, name, wrong) for name in _LINES}
    minutes = ""
    try:
        minutes = clean_text(
            form.one("minutes"), field_label="会议纪要", max_length=_LONGEST_MINUTES
        )
    except Mistyped as refusal:
        wrong["minutes"] = refusal.message
    try:
        held_at = datetime.fromisoformat(form.one("held_at")[:16]).replace(tzinfo=SHANGHAI)
        if held_at.year < _EARLIEST_YEAR:
            raise ValueError
    except ValueError:
        wrong["held_at"] = "请填写会议时间"
    attendees = tuple(
        dict.fromkeys(chosen(typed, "unit", rulebook) for typed in form.all("attendees"))
    )
    if unknown := [code for code in attendees if code not in rulebook.units_by_code]:
        wrong["attendees"] = f"没有这个单位：{'、'.join(unknown)}"
    elif not attendees:
        wrong["attendees"] = "请填写参加单位"
    matters = _matters(form, rulebook, wrong)
    if wrong:
        raise Incomplete(wrong)
    return Minutes(held_at=held_at, attendees=attendees, minutes=minutes, matters=matters, **lines)


def _line(form: Form, name: str, wrong: dict[str, str]) -> str:
    label, longest = _LINES[name]
    try:
        return clean_text(form.one(name), field_label=label, max_length=longest, one_line=True)
    except Mistyped as refusal:
        wrong[name] = refusal.message
        return ""


def _matters(form: Form, rulebook: Rulebook, wrong: dict[str, str]) -> tuple[Matter, ...]:
    """The rows in which a case is named; the n-th one that is filled is `number-n`."""
    found: list[Matter] = []
    for row in _rows(form):
        if not any(row.values()):
            continue
        i = len(found)
        number = ""
        try:
            number = parse_case_number(row["number"])
        except ValueError:
            wrong[f"number-{i}"] = "工单号有误"
        lead = chosen(row["lead_unit"], "unit", rulebook)
        cos = (chosen(row["co_unit"], "unit", rulebook),) if row["co_unit"] else ()
        for name, codes in (("lead_unit", (lead,)), ("co_unit", cos)):
            if any(code not in rulebook.units_by_code for code in codes):
                wrong[f"{name}-{i}"] = "请从列表中选择单位"
        if not row["reason"].strip():
            wrong[f"reason-{i}"] = "请填写议定的理由"
        if number and any(one.number == number for one in found):
            wrong[f"number-{i}"] = "同一工单只列一次"
        found.append(
            Matter(number=number, lead_unit=lead, co_units=cos, reason=row["reason"].strip()[:500])
        )
    if not found:
        wrong["number-0"] = "请至少列出一件"
    return tuple(found)


def _rows(form: Form) -> list[dict[str, str]]:
    """The rows of the table of cases as they were typed."""
    names = ("number", "lead_unit", "co_unit", "reason")
    given = [form.values.get(name, []) for name in names]
    return [
        {
            name: one[i].strip() if i < len(one) else ""
            for name, one in zip(names, given, strict=True)
        }
        for i in range(min(MOST_CASES, max(map(len, given), default=0)))
    ]


def _form_page(
    request: WebRequest,
    form: Form,
    rulebook: Rulebook,
    *,
    errors: Mapping[str, str] | None = None,
    draft: Draft | None = None,
    status: int = 200,
) -> Response[Any]:
    rows = [row for row in _rows(form) if any(row.values())]
    empty = {"number": "", "lead_unit": "", "co_unit": "", "reason": ""}
    return page(
        request,
        "meetings/new",
        status=status,
        form=form,
        rows=[*rows, *[empty] * max(1, min(5, MOST_CASES) - len(rows))][:MOST_CASES],
        attendees=form.all("attendees"),
        errors=errors or {},
        draft=draft,
        rulebook=rulebook,
    )


router = Router(
    "/meetings",
    guards=[roles(Role.DISPATCHER, Role.SUPERVISOR, *REGISTER_ROLES)],
    route_handlers=[
        list_meetings,
        new_meeting,
        create_meeting,
        show_meeting,
        carry_out_decisions,
    ],
)
