"""The case page, and the one route that moves a case."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.accesses import note_access
from dispatch.drafts import drafts_of_case, forget_draft
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.record import load, prior
from dispatch.reply_templates import template_of
from dispatch.timelines import Timeline, timeline
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.clocks import Limit
from hotline.errors import Conflict, Incomplete, NotAvailable, NotFound
from hotline.explaining import beginning, explained
from hotline.limit_notes import limit_notes
from hotline.people import Actor
from hotline.permissions import may_reveal
from hotline.procedures import PROCEDURES, procedure
from hotline.rulebook import Rulebook
from hotline.transition import open_actions
from hotline.unsaved import subject_of_act
from hotline.vocabulary import STOP_GROUNDS
from hotline.wording import BadWording, clean_text
from web.aids import aids_of, fill, target_of
from web.case_view import Attempt, case_view
from web.drafts import form_of
from web.files import LARGEST_FORM, names_of, sealed, still_kept, with_files
from web.given import (
    Form,
    Me,
    Now,
    Rules,
    TheForm,
    TheOffice,
    WebRequest,
    own_path,
    query_of,
    signed_in,
)
from web.likely import likely_repeats
from web.navigation import home_of
from web.refusals import status_of
from web.related import related
from web.render import case_url, page, redirect, render


@get("/{number:str}")
async def show_case(
    request: WebRequest,
    number: FromPath[str],
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
) -> Response[Any]:
    """The case as this person may see it."""
    return await _case_page(request, office, me, number, now=now, rulebook=rulebook)


@post("/{number:str}/actions/{action:str}", status_code=200, request_max_body_size=LARGEST_FORM)
async def move_case(
    request: WebRequest,
    number: FromPath[str],
    action: FromPath[str],
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    form: TheForm,
) -> Response[Any]:
    """Take the action, or show the form again with what was typed and what is wrong with it."""
    form, unfit = await _with_files(office, me, number, action, form, now=now)
    typed = form.inputs(_asked(action), rulebook)
    try:
        if unfit:
            raise Incomplete({"files": unfit})
        outcome = await perform(
            office,
            number,
            action,
            actor=me,
            inputs=typed,
            now=now,
            seen_version=form.seen_version,
            idempotency_key=form.idempotency_key,
        )
    except (Incomplete, Conflict, NotAvailable) as refusal:
        attempt = Attempt(
            action,
            typed,
            refusal.fields if isinstance(refusal, Incomplete) else {},
            refusal.message,
        )
        return await _case_page(
            request,
            office,
            me,
            number,
            now=now,
            rulebook=rulebook,
            attempt=attempt,
            status=status_of(refusal),
        )
    except NotFound:
        # Sent twice, and the first of them has handed the case to somebody else.
        done = await prior(office.pool, me, form.idempotency_key or "")
        if done is None or (done.number, done.action) != (number, action):
            raise
        return redirect(request, home_of(me), flash="已完成。")
    # A form with two acts is kept under one of them, which it names.
    for subject in {subject_of_act(number, action), form.one("draft")}:
        await forget_draft(office.pool, subject, actor=me)
    taken = procedure(outcome.case.kind).action(action)
    told = f"“{taken.label if taken else action}”已完成。"
    if taken and taken.tie and taken.tie.opens and outcome.other:
        told = f"“{taken.label}”已完成，新工单号{outcome.other.number}。"
    if back := own_path(form.one("back")):
        return redirect(request, back, flash=told)
    if request.headers.get("hx-request") != "true":
        return redirect(request, case_url(number), flash=told)
    try:
        return await _case_page(request, office, me, number, now=now, rulebook=rulebook, flash=told)
    except NotFound:
        # The act handed the case to somebody else.
        return redirect(request, home_of(me), flash=told)


@post("/{number:str}/reveal", status_code=200)
async def reveal_requester(
    request: WebRequest,
    number: FromPath[str],
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    form: TheForm,
) -> Response[Any]:
    """The number once, for a reason that is written down first."""
    case, _ = await _read(office, me, number)
    if not may_reveal(me, case):
        raise NotAvailable("本件不能查看诉求人联系方式。")
    try:
        reason = clean_text(
            form.one("reason"), field_label="查看理由", max_length=200, one_line=True
        )
    except BadWording as wrong:
        attempt = Attempt("reveal", {"reason": form.one("reason")}, {"reason": wrong.message})
        return await _case_page(
            request, office, me, number, now=now, rulebook=rulebook, attempt=attempt, status=422
        )
    await note_access(
        office.pool, actor=me, case_id=case.id, what="reveal_phone", now=now, reason=reason
    )
    return await _case_page(request, office, me, number, now=now, rulebook=rulebook, revealed=True)


@post(
    "/{number:str}/actions/{action:str}/template",
    status_code=200,
    request_max_body_size=LARGEST_FORM,
)
async def begin_with_template(
    request: WebRequest,
    number: FromPath[str],
    action: FromPath[str],
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    form: TheForm,
) -> Response[Any]:
    """The form again with a template added to what was typed; where no script runs."""
    case, _ = await _read(office, me, number)
    act = next((one for one in open_actions(case, me, now=now) if one.name == action), None)
    target = target_of(act) if act else ""
    chosen = form.one("template")
    if not target or not chosen.isdecimal():
        raise NotFound
    template = await template_of(office.pool, me.unit_id, int(chosen[:18]))
    form, _ = await _with_files(office, me, number, action, form, now=now)
    typed = form.inputs(_asked(action), rulebook)
    text = fill(template.body, case, me, rulebook=rulebook, now=now)
    typed[target] = "\n".join(one for one in (form.one(target).rstrip(), text) if one)
    return await _case_page(
        request, office, me, number, now=now, rulebook=rulebook, attempt=Attempt(action, typed)
    )


@get("/{number:str}/changed")
async def show_changed(
    request: WebRequest, number: FromPath[str], me: Me, office: TheOffice
) -> Response[Any]:
    """A line that says so when the case has moved on since the version on the screen."""
    case, past = await _read(office, me, number)
    seen = query_of(request).one("seen")
    newer = [event for event in past.history if seen.isdecimal() and event.seq > int(seen[:9])]
    rules = procedure(case.kind)
    return render(request, "case/_changed.html", number=number, seen=seen, newer=newer, rules=rules)


@get("/{number:str}/clocks/{clock_id:int}")
async def explain_clock(
    request: WebRequest,
    number: FromPath[str],
    clock_id: FromPath[int],
    me: Me,
    now: Now,
    office: TheOffice,
    rulebook: Rules,
) -> Response[Any]:
    """Every day of a deadline: counted or not, and why."""
    case, past = await _read(office, me, number)
    clock = next((clock for clock in past.clocks if clock.id == clock_id), None)
    if clock is None:
        raise NotFound
    label = procedure(case.kind).clock(clock.name).label
    return page(
        request,
        "case/clock",
        number=number,
        clock=clock,
        label=label,
        limit=Limit.parse(clock.limit),
        extensions=[(Limit.parse(one.limit).text, one) for one in clock.extensions],
        grounds=STOP_GROUNDS,
        limits=limit_notes(clock, case, rulebook, on=in_shanghai(now).date()),
        explained=explained(clock, rulebook, begins=beginning(procedure(case.kind), clock)),
    )


async def _read(office: Office, me: Actor, number: str) -> tuple[CaseFile, Timeline]:
    """The case with its past; NotFound for what this person can't see."""
    async with office.pool.acquire() as connection:
        case = await load(connection, number, me)
        if case is None:
            raise NotFound
        return case, await timeline(connection, case.id)


async def _case_page(
    request: WebRequest,
    office: Office,
    me: Actor,
    number: str,
    *,
    now: datetime,
    rulebook: Rulebook,
    attempt: Attempt | None = None,
    revealed: bool = False,
    status: int = 200,
    flash: str = "",
) -> Response[Any]:
    case, past = await _read(office, me, number)
    async with office.pool.acquire() as connection:
        beside = await related(connection, case, me)
    if case.confidential and request.method == "GET":
        await note_access(office.pool, actor=me, case_id=case.id, what="read_confidential", now=now)
    async with office.pool.acquire() as connection:
        aids = await aids_of(connection, case, past, me, rulebook=rulebook, now=now)
    drafts = await drafts_of_case(office, number, actor=me)
    unsent = {name: form_of(one).inputs(_asked(name), rulebook) for name, one in drafts.items()}
    forms = [*unsent.values(), *([attempt.typed] if attempt else ())]
    named = [key for typed in forms for key in typed.get("files", ())]
    names = {**aids.names, **await names_of(office, {"files": named}, me)}
    if attempt:
        attempt = replace(attempt, typed=still_kept(attempt.typed, names))
    return page(
        request,
        "case/show",
        status=status,
        flash=flash,
        view=case_view(case, past, me, rulebook=rulebook, now=now, revealed=revealed),
        attempt=attempt,
        drafts=drafts,
        unsent={name: still_kept(typed, names) for name, typed in unsent.items()},
        rulebook=rulebook,
        related=beside,
        likely=await likely_repeats(office, case, me, now=now),
        aids=aids,
        file_names=names,
    )


async def _with_files(
    office: Office, me: Actor, number: str, action: str, form: Form, *, now: datetime
) -> tuple[Form, str]:
    """`with_files` for an act that asks for them on this case; others take none in."""
    if not form.uploads:
        return form, ""
    case, _ = await _read(office, me, number)
    act = procedure(case.kind).action(action)
    if sealed(case.details):
        return await with_files(form, office, me, now=now, sealed=True)
    if act is None or act not in open_actions(case, me, now=now) or "files" not in dict(act.inputs):
        return form, ""
    return await with_files(form, office, me, now=now)


def _asked(action: str) -> list[str]:
    """Every input that an action of this name asks for, in whichever procedure."""
    found = (rules.action(action) for rules in PROCEDURES.values())
    return list(dict.fromkeys(name for one in found if one for name, _ in one.inputs))


router = Router(
    "/cases",
    guards=[signed_in],
    route_handlers=[
        show_case,
        move_case,
        begin_with_template,
        reveal_requester,
        show_changed,
        explain_clock,
    ],
)
