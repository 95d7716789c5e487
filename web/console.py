"""The call agent's screen: take a call, find the caller, write it down, pass it on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post

from dispatch.callers import caller_history, calls_today
from dispatch.drafts import Draft, draft_of
from dispatch.handovers import unread_notes
from dispatch.intake import LoggedCall, log_call
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.telephone import Line, line
from dispatch.texts import render as text_of
from dispatch.timelines import Earlier
from dispatch.wordings import wording
from hotline.calendar import in_shanghai
from hotline.calls import (
    DISPOSITION_LABELS,
    EMERGENCY_CHANNELS,
    EXPLAIN_GROUNDS,
    STATUTORY_CHANNELS,
    Disposition,
)
from hotline.errors import Conflict, Incomplete, NotAvailable, NotPermitted
from hotline.numbers import WrongPhone, normalise_phone, spoken_phone
from hotline.people import Actor, Role
from hotline.procedures.citizen import FORM
from hotline.routing import Suggestion, certain, suggest
from hotline.rulebook import Rulebook
from hotline.unsaved import subject_of_call
from web.agents import state_of
from web.console_help import help_for, show_help
from web.drafts import form_of
from web.files import LARGEST_FORM, names_of, still_kept, with_files
from web.given import Form, Me, Now, Rules, TheForm, TheOffice, WebRequest, query_of, roles
from web.render import page, render

# The endings in the order of their keys Alt+1 to Alt+7; the first is the usual one.
ENDINGS = (
    Disposition.CASE,
    Disposition.ANSWERED,
    Disposition.EMERGENCY,
    Disposition.STATUTORY,
    Disposition.IN_PROGRESS,
    Disposition.EXPLAINED,
    Disposition.SILENT,
)
GROUNDS: Mapping[Disposition, tuple[str, Mapping[str, str]]] = {
    Disposition.EMERGENCY: ("转接至", EMERGENCY_CHANNELS),
    Disposition.STATUTORY: ("告知的渠道", STATUTORY_CHANNELS),
    Disposition.EXPLAINED: ("解释的理由", EXPLAIN_GROUNDS),
}
_INPUTS = (*(name.rstrip("?") for name in FORM if name != "channel?"), "files")
_OTHERS = ("disposition", "answer", "case_number")


@get("/")
async def show_console(
    request: WebRequest, me: Me, office: TheOffice, now: Now, rulebook: Rules
) -> Response[Any]:
    """What was left unsent, or an empty form; `?phone=` and `?call=` say who is calling."""
    query = query_of(request)
    on_line = await _line(office, me, query.one("call"))
    draft = await draft_of(office, subject_of_call(on_line.id if on_line else None), actor=me)
    phone = spoken_phone(on_line.caller) if on_line else query.one("phone")[:60]
    typed = {"requester_phone": phone, "urgency": "normal", "disposition": Disposition.CASE.value}
    if draft and query.one("phone") and not on_line:
        # Somebody else is meant than the one whom the draft is about.
        draft = None
    if draft:
        typed = _typed(form_of(draft), rulebook)
        typed["disposition"] = typed["disposition"] or Disposition.CASE.value
    return await _console(
        request, office, me, rulebook, now=now, typed=typed, on_line=on_line, draft=draft
    )


@post("/calls", status_code=200, request_max_body_size=LARGEST_FORM)
async def log_one_call(
    request: WebRequest, me: Me, office: TheOffice, now: Now, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """Write the conversation down; what is missing is told beside its input, nothing is lost."""
    form, unfit = await with_files(form, office, me, now=now)
    typed = _typed(form, rulebook)
    if form.one("merge_into"):
        # Only what becomes a case can be merged into one.
        typed["disposition"] = Disposition.CASE.value
    inputs = {**typed, "subject": typed["title"], "channel": "phone"}
    on_line = await _line(office, me, form.one("call"))
    try:
        if unfit:
            raise Incomplete({"files": unfit})
        logged = await log_call(
            office,
            actor=me,
            inputs=inputs,
            now=now,
            idempotency_key=form.idempotency_key,
            phone_call_id=on_line.id if on_line else None,
            draft=subject_of_call(on_line.id if on_line else None),
            merge_into=form.one("merge_into"),
        )
    except Incomplete as refusal:
        errors = _beside(refusal.fields)
        return await _console(
            request,
            office,
            me,
            rulebook,
            now=now,
            typed=typed,
            on_line=on_line,
            errors=errors,
            status=422,
        )
    sent_to, not_sent = "", ""
    if logged.case and form.one("then") == "dispatch":
        sent_to, not_sent = await _dispatch(
            office, me, rulebook, logged, now=now, key=form.idempotency_key
        )
    return page(
        request,
        "console/done",
        logged=logged,
        label=DISPOSITION_LABELS[logged.disposition],
        text=await _acceptance_text(office, logged, now=now),
        sent_to=sent_to,
        not_sent=not_sent,
    )


async def _dispatch(
    office: Office,
    me: Actor,
    rulebook: Rulebook,
    logged: LoggedCall,
    *,
    now: datetime,
    key: str | None,
) -> tuple[str, str]:
    """Dispatch the new case at once where the catalogue is certain, through the one door.

    Gives the unit's name, or why the case waits for a dispatcher instead.
    """  # fmt: skip
    assert logged.case is not None
    case = logged.case.case
    unit = _certain(rulebook, me, now, category=case.category, place=case.place)
    if unit is None:
        return "", "派单目录没有唯一对应的单位，由派单员派单。"
    try:
        await perform(
            office,
            case.number,
            "dispatch",
            actor=me,
            inputs={"lead_unit": unit.unit_code},
            now=now,
            idempotency_key=f"{key}-dispatch" if key else None,
        )
    except (Conflict, Incomplete, NotAvailable, NotPermitted) as refusal:
        return "", refusal.message
    return unit.unit_name, ""


@post("/caller", status_code=200, request_max_body_size=LARGEST_FORM)
async def show_caller(
    request: WebRequest, me: Me, office: TheOffice, now: Now, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """Who calls: earlier cases and calls of the number (posted: numbers don't belong in logs)."""
    if request.headers.get("hx-request") != "true":
        form, _ = await with_files(form, office, me, now=now)
        typed = _typed(form, rulebook)
        on_line = await _line(office, me, form.one("call"))
        return await _console(request, office, me, rulebook, now=now, typed=typed, on_line=on_line)
    caller = await _caller(office, me, form.one("requester_phone"))
    return render(request, "console/_caller.html", rulebook=rulebook, **caller)


@post("/suggest", status_code=200)
async def suggest_unit(
    request: WebRequest, me: Me, now: Now, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """The unit that the dispatch catalogue names for category and place, with its reason."""
    typed = form.inputs(("category", "place"), rulebook)
    return render(
        request,
        "console/_suggestion.html",
        suggestions=_suggestions(typed, rulebook, now),
        asked=bool(typed["category"]),
        certain=_certain_of(typed, rulebook, me, now),
    )


async def _console(
    request: WebRequest,
    office: Office,
    me: Actor,
    rulebook: Rulebook,
    *,
    now: datetime,
    typed: Mapping[str, Any],
    on_line: Line | None = None,
    draft: Draft | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[Any]:
    file_names = await names_of(office, typed, me)
    return page(
        request,
        "console/show",
        status=status,
        live="/live",
        on_line=on_line,
        draft=draft,
        subject=subject_of_call(on_line.id if on_line else None),
        handovers=await unread_notes(office, me, now=now),
        certain=_certain_of(typed, rulebook, me, now),
        typed=still_kept(typed, file_names),
        file_names=file_names,
        errors=errors or {},
        endings=[(one.value, DISPOSITION_LABELS[one]) for one in ENDINGS],
        grounds={one.value: words for one, words in GROUNDS.items()},
        suggestions=_suggestions(typed, rulebook, now),
        asked=bool(typed.get("category")),
        rulebook=rulebook,
        mine=await calls_today(office.pool, me, now=now),
        dispositions=DISPOSITION_LABELS,
        help=await help_for(office, me, typed, rulebook, now=now),
        **await state_of(office, me, now=now),
        **await _caller(office, me, str(typed.get("requester_phone", ""))),
    )


def _typed(form: Form, rulebook: Rulebook) -> dict[str, Any]:
    typed = form.inputs(_INPUTS, rulebook)
    typed |= {name: form.one(name) for name in _OTHERS}
    # Each ending has a list of grounds of its own.
    typed["ground"] = form.one(f"ground_{typed['disposition']}")
    return typed


def _beside(fields: Mapping[str, str]) -> dict[str, str]:
    """What is said of the call's subject stands beside the title: one input serves both."""
    return {("title" if name == "subject" else name): said for name, said in fields.items()}


def _suggestions(typed: Mapping[str, Any], rulebook: Rulebook, now: datetime) -> Any:
    category = str(typed.get("category") or "")
    if not category:
        return []
    place = str(typed.get("place") or "")
    return suggest(rulebook, category=category, place=place, on=in_shanghai(now).date())


def _certain_of(
    typed: Mapping[str, Any], rulebook: Rulebook, me: Actor, now: datetime
) -> Suggestion | None:
    category, place = str(typed.get("category") or ""), str(typed.get("place") or "")
    return _certain(rulebook, me, now, category=category, place=place)


def _certain(
    rulebook: Rulebook, me: Actor, now: datetime, *, category: str, place: str
) -> Suggestion | None:
    """The unit that this person may dispatch to without a dispatcher: who is one, and no doubt."""
    if not me.has(Role.DISPATCHER) or not category:
        return None
    return certain(rulebook, category=category, place=place, on=in_shanghai(now).date())


async def _line(office: Office, me: Actor, call: str) -> Line | None:
    """The telephone call that is named, where it is this agent's."""
    if not (call.isascii() and call.isdecimal() and len(call) <= 18):
        return None
    return await line(office, me, int(call))


async def _caller(office: Office, me: Actor, typed: str) -> dict[str, Any]:
    """The number as it was understood and what it asked before, or why it is no number."""
    if not typed.strip():
        return {"phone": "", "wrong_phone": "", "earlier": None}
    try:
        phone = normalise_phone(typed)
    except WrongPhone as wrong:
        return {"phone": "", "wrong_phone": wrong.message, "earlier": None}
    earlier: Earlier = await caller_history(office.pool, me, phone)
    return {"phone": phone, "wrong_phone": "", "earlier": earlier}


async def _acceptance_text(office: Office, logged: LoggedCall, *, now: datetime) -> str:
    """The text that goes to the requester, or "" where none does."""
    case = logged.case.case if logged.case else None
    if case is None or not case.requester_phone:
        return ""
    whole = case.clock("whole")
    params = {
        "number": case.number,
        "lookup_code": case.lookup_code,
        "due_on": in_shanghai(whole.due_at).date().isoformat() if whole else "",
        "provisional": bool(whole and whole.provisional),
    }
    words = await wording(office.pool, "citizen/accepted", on=in_shanghai(now).date())
    text = text_of("citizen/accepted", params, body=words)
    return f"【{office.settings.sms_signature}】{text}"


router = Router(
    "/console",
    guards=[roles(Role.AGENT)],
    route_handlers=[show_console, log_one_call, show_caller, suggest_unit, show_help],
)
