"""The register: a case of any kind beside the hotline's begins here, with its opening form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.drafts import Draft, draft_of, forget_draft
from dispatch.intake import open_case
from dispatch.office import Office
from hotline.errors import Incomplete, NotFound, NotPermitted, Secret
from hotline.people import Actor
from hotline.procedure import NEW, Action, Procedure
from hotline.procedures import PROCEDURES
from hotline.procedures.citizen import CITIZEN
from hotline.rulebook import Rulebook
from hotline.unsaved import subject_of_entry
from web.drafts import form_of
from web.files import LARGEST_FORM, names_of, still_kept, with_files
from web.given import Me, Now, Rules, TheForm, TheOffice, WebRequest, roles
from web.navigation import REGISTRARS
from web.refusals import status_of
from web.related import earlier
from web.render import case_url, page, redirect, render


@dataclass(frozen=True, slots=True)
class Opening:
    """One way in which a case of a kind begins."""

    rules: Procedure
    action: Action

    @property
    def path(self) -> str:
        """Where its form is, and where it is sent."""
        return f"/register/{self.rules.kind}/{self.action.name}"


def openings_for(actor: Actor) -> list[Opening]:
    """What this person may register, in the order of the procedures."""
    return [
        Opening(rules, action)
        for rules in PROCEDURES.values()
        if rules is not CITIZEN
        for action in rules.openings
        if actor.has(*action.roles_in(NEW))
    ]


@get("/")
async def show_register(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules
) -> Response[Any]:
    """The form of what this person registers most."""
    return await _begin(request, openings_for(me)[0], me, office, rulebook)


@get("/{kind:str}/{action:str}")
async def new_entry(
    request: WebRequest,
    kind: FromPath[str],
    action: FromPath[str],
    me: Me,
    office: TheOffice,
    rulebook: Rules,
) -> Response[Any]:
    """An empty form, or what this person left unsent in it."""
    return await _begin(request, _opening(me, kind, action), me, office, rulebook)


async def _begin(
    request: WebRequest, opening: Opening, me: Actor, office: Office, rulebook: Rulebook
) -> Response[Any]:
    subject = subject_of_entry(opening.rules.kind, opening.action.name)
    draft = await draft_of(office, subject, actor=me)
    typed = form_of(draft).inputs_of(opening.action, rulebook) if draft else {}
    names = await names_of(office, typed, me)
    return _form_page(request, opening, me, rulebook, typed=typed, draft=draft, file_names=names)


@post("/{kind:str}/{action:str}", status_code=200, request_max_body_size=LARGEST_FORM)
async def create_entry(
    request: WebRequest,
    kind: FromPath[str],
    action: FromPath[str],
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    form: TheForm,
) -> Response[Any]:
    """Open the case, or show the form again; what must not be kept is not even shown again."""
    opening = _opening(me, kind, action)
    typed = form.inputs_of(opening.action, rulebook)
    try:
        if "files" in typed:
            form, unfit = await with_files(form, office, me, now=now)
            typed = form.inputs_of(opening.action, rulebook)
            if unfit:
                raise Incomplete({"files": unfit})
        outcome = await open_case(
            office,
            actor=me,
            inputs=typed,
            now=now,
            kind=kind,
            action=action,
            idempotency_key=form.idempotency_key,
        )
    except (Incomplete, Secret) as refusal:
        if isinstance(refusal, Secret):
            # What must not be kept is not kept as a draft either.
            await forget_draft(office.pool, subject_of_entry(kind, action), actor=me)
        wrong = refusal.fields if isinstance(refusal, Incomplete) else {}
        return _form_page(
            request,
            opening,
            me,
            rulebook,
            typed={} if isinstance(refusal, Secret) else typed,
            errors=wrong,
            message=refusal.message,
            file_names=await names_of(office, typed, me),
            status=status_of(refusal),
        )
    await forget_draft(office.pool, subject_of_entry(kind, action), actor=me)
    number = outcome.case.number
    return redirect(request, case_url(number), flash=f"“{opening.action.label}”已完成：{number}。")


@post("/{kind:str}/{action:str}/earlier", status_code=200)
async def list_earlier(
    request: WebRequest,
    kind: FromPath[str],
    action: FromPath[str],
    me: Me,
    office: TheOffice,
    form: TheForm,
) -> Response[Any]:
    """Earlier entries on what is being typed. Sent as a form: no address holds a title."""
    _opening(me, kind, action)
    typed = {name: form.one(name) for name in ("title", "document_number", "sender")}
    async with office.pool.acquire() as connection:
        found = await earlier(connection, me, kind, typed)
    return render(request, "register/_earlier.html", earlier=found)


def _opening(me: Actor, kind: str, action: str) -> Opening:
    rules = PROCEDURES.get(kind)
    known = [one.name for one in rules.openings] if rules and rules is not CITIZEN else []
    if action not in known:
        raise NotFound
    for opening in openings_for(me):
        if (opening.rules.kind, opening.action.name) == (kind, action):
            return opening
    raise NotPermitted("这种事项不由您登记。")


def _form_page(
    request: WebRequest,
    opening: Opening,
    me: Actor,
    rulebook: Rulebook,
    *,
    typed: Mapping[str, Any],
    file_names: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    message: str = "",
    draft: Draft | None = None,
    status: int = 200,
) -> Response[Any]:
    return page(
        request,
        "register/show",
        status=status,
        opening=opening,
        file_names=file_names,
        openings=openings_for(me),
        typed=still_kept(typed, file_names),
        errors=errors or {},
        message=message,
        draft=draft,
        rulebook=rulebook,
    )


router = Router(
    "/register",
    guards=[roles(*sorted(REGISTRARS))],
    route_handlers=[show_register, new_entry, create_entry, list_earlier],
)
