"""The JSON API of other systems: the same doors, lists and permissions as the pages."""

import re
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from dispatch.accesses import note_access
from dispatch.attachments import attached
from dispatch.figures import figures, period
from dispatch.intake import log_call, open_case
from dispatch.linked import links_of
from dispatch.perform import perform
from dispatch.queues import PAGE, Filters, queue
from dispatch.record import load
from dispatch.search import search
from dispatch.timelines import timeline
from hotline.calendar import in_shanghai
from hotline.calls import DISPOSITION_LABELS
from hotline.casefile import CaseFile
from hotline.describing import ProcedureText, described
from hotline.errors import Incomplete, NotFound
from hotline.procedure import Phase
from hotline.procedures import PROCEDURES, procedure
from hotline.rulebook import Rulebook
from hotline.vocabulary import REQUEST_TYPES, URGENCIES
from web.api_bodies import (
    ActionOperation,
    Caller,
    CallOperation,
    CaseOperation,
    body_of,
    caller_of,
    key_of,
    problems,
)
from web.api_files import create_file, file_view, show_file
from web.api_shapes import (
    CallView,
    CaseList,
    CaseView,
    ClockDays,
    FiguresView,
    NodeView,
    UnitView,
)
from web.api_views import (
    case_view,
    explained_clock,
    figures_view,
    list_view,
    node_view,
    unit_view,
)
from web.deadlines import DeadlineView, deadline
from web.given import Me, Now, Rules, TheOffice, WebRequest, signed_in


@post("/calls", operation_class=CallOperation, responses=problems(422))
async def create_call(request: WebRequest) -> Response[CallView]:
    """Write down a call and how it ended; the disposition "case" opens a case with it."""
    caller, body = await caller_of(request), await body_of(request)
    logged = await log_call(
        caller.office,
        actor=caller.me,
        inputs=body,
        now=caller.now,
        idempotency_key=key_of(request),
    )
    case = _seen(logged.case.case, caller, shows_code=True) if logged.case else None
    return Response(
        CallView(
            id=logged.id,
            disposition=logged.disposition.value,
            disposition_label=DISPOSITION_LABELS[logged.disposition],
            case=case,
        )
    )


@post("/cases", operation_class=CaseOperation, responses=problems(422))
async def create_case(request: WebRequest) -> Response[CaseView]:
    """Open a case. The answer carries the look-up code, which the requester is told."""
    caller, body = await caller_of(request), await body_of(request)
    kind = body.get("kind", "citizen")
    if not isinstance(kind, str) or kind not in PROCEDURES:
        raise Incomplete({"kind": f"没有这种事项，可选：{'、'.join(PROCEDURES)}"})
    action = body.get("action", "")
    if not isinstance(action, str):
        raise Incomplete({"action": "“action”应为立单操作的名称"})
    outcome = await open_case(
        caller.office,
        actor=caller.me,
        inputs=body,
        now=caller.now,
        kind=kind,
        action=action,
        idempotency_key=key_of(request),
    )
    return Response(_seen(outcome.case, caller, shows_code=True))


def _seen(case: CaseFile, caller: Caller, *, shows_code: bool = False) -> CaseView:
    return case_view(
        case, caller.me, rulebook=caller.rulebook, now=caller.now, shows_code=shows_code
    )


@get("/cases/{number:str}", responses=problems(404))
async def show_case(
    number: FromPath[str], me: Me, office: TheOffice, now: Now, rulebook: Rules
) -> Response[CaseView]:
    """A case with its history and files, and the clocks and assignments of every round."""
    async with office.pool.acquire() as connection:
        case = await load(connection, number, me)
        if case is None:
            raise NotFound
        past = await timeline(connection, case.id)
        links = await links_of(connection, case.id, me)
        files = await attached(connection, case.id)
    if case.confidential:
        await note_access(office.pool, actor=me, case_id=case.id, what="read_confidential", now=now)
    shown = case_view(case, me, rulebook=rulebook, now=now, past=past, links=links)
    kept = [file_view(file, case.number, rulebook) for file in files]
    return Response(msgspec.structs.replace(shown, files=kept))


@get("/cases/{number:str}/clocks/{name:str}", responses=problems(404, 422))
async def explain_clock(
    number: FromPath[str],
    name: FromPath[str],
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    asked_round: Annotated[str, QueryParameter(name="round")] = "",
) -> Response[ClockDays]:
    """How a deadline came about: every day counted or skipped and why, with stops and extensions.

    The clock of that name that began last; with `round`, the one of that round.
    """
    async with office.pool.acquire() as connection:
        case = await load(connection, number, me)
        if case is None:
            raise NotFound
        past = await timeline(connection, case.id)
    if asked_round and not re.fullmatch("[0-9]{1,4}", asked_round):
        raise Incomplete({"round": "“round”应为轮次（正整数）"})
    fitting = [
        clock for clock in past.clocks
        if clock.name == name and asked_round in ("", str(clock.round))
    ]  # fmt: skip
    if not fitting:
        raise NotFound(f"本件没有“{name}”这个时限")
    return Response(explained_clock(fitting[-1], case, me, rulebook=rulebook, now=now))


@post(
    "/cases/{number:str}/actions/{action:str}",
    status_code=200,
    operation_class=ActionOperation,
    responses=problems(404, 409, 422),
)
async def move_case(
    request: WebRequest, number: FromPath[str], action: FromPath[str]
) -> Response[CaseView]:
    """Take an action that `actions` of the case names, with its inputs.

    With `seen_version`, an action that somebody else was faster than is refused with 409.
    """
    caller, body = await caller_of(request), await body_of(request)
    inputs = body.get("inputs", body)
    if not isinstance(inputs, dict):
        raise Incomplete({"inputs": "“inputs”应为 JSON 对象"})
    outcome = await perform(
        caller.office,
        number,
        action,
        actor=caller.me,
        inputs=inputs,
        now=caller.now,
        seen_version=_version(body.get("seen_version")),
        idempotency_key=key_of(request),
    )
    return Response(_seen(outcome.case, caller))


def _version(raw: Any) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**31:
        raise Incomplete({"seen_version": "“seen_version”应为您看到的版本号（正整数）"})
    return raw


@get("/cases", responses=problems(422))
async def list_cases(
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    queue_name: Annotated[str, QueryParameter(name="queue")] = "",
    unit: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    phase: FromQuery[str] = "",
    stage: FromQuery[str] = "",
    request_type: FromQuery[str] = "",
    category: FromQuery[str] = "",
    place: FromQuery[str] = "",
    urgency: FromQuery[str] = "",
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
    limit: FromQuery[str] = "",
) -> Response[CaseList]:
    """A page of a list (`queue`), of what was searched for (`q`), or of everything visible."""
    filters = _filters(
        rulebook, unit=unit, kind=kind, phase=phase, stage=stage, request_type=request_type,
        category=category, place=place, urgency=urgency,
    )  # fmt: skip
    most = _most(limit)
    if q and queue_name:
        raise Incomplete({"q": "“q”与“queue”不能同时使用"})
    async with office.pool.acquire() as connection:
        if q:
            page = await search(connection, me, q, filters=filters, after=after, limit=most)
        else:
            page = await queue(
                connection, me, queue_name, now=now, filters=filters, after=after, limit=most
            )
    return Response(list_view(page, me, rulebook))


def _most(limit: str) -> int:
    if not limit:
        return PAGE
    # What is no number becomes one that no list takes.
    return int(limit) if limit.isascii() and limit.isdecimal() and len(limit) < 6 else 0


def _filters(rulebook: Rulebook, **given: str) -> Filters:
    """Filters by code; Incomplete where a code or a word is unknown."""
    wrong: dict[str, str] = {}
    unit_ids: tuple[int, ...] = ()
    if code := given.pop("unit"):
        found = rulebook.units_by_code.get(code)
        if found is None:
            wrong["unit"] = "没有这个单位"
        else:
            unit_ids = rulebook.subtree(found.id)
    stages = {stage.name for rules in PROCEDURES.values() for stage in rules.stages}
    known: dict[str, Any] = {
        "kind": PROCEDURES, "phase": set(Phase), "stage": stages, "request_type": REQUEST_TYPES,
        "urgency": URGENCIES, "category": rulebook.categories, "place": rulebook.places,
    }  # fmt: skip
    for name, value in given.items():
        if value and value not in known[name]:
            wrong[name] = f"“{name}”没有这一项"
    if wrong:
        raise Incomplete(wrong)
    return Filters(unit_ids=unit_ids, without_unit=False, **given)


@get("/units", responses=problems())
async def list_units(me: Me, rulebook: Rules) -> Response[list[UnitView]]:
    """Every unit; the tree is told by `parent`."""
    return Response([unit_view(unit, rulebook) for unit in rulebook.units.values()])


@get("/categories", responses=problems())
async def list_categories(me: Me, rulebook: Rules) -> Response[list[NodeView]]:
    """The classification (诉求分类); the tree is told by `parent`."""
    return Response(
        [
            node_view(entry, rulebook.category_path(code))
            for code, entry in rulebook.categories.items()
        ]
    )


@get("/places", responses=problems())
async def list_places(me: Me, rulebook: Rules) -> Response[list[NodeView]]:
    """Districts, streets and communities; the tree is told by `parent`."""
    return Response(
        [node_view(entry, rulebook.place_path(code)) for code, entry in rulebook.places.items()]
    )


@get("/figures", responses=problems(422))
async def show_figures(
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    since: Annotated[str, QueryParameter(name="from")] = "",
    to: FromQuery[str] = "",
    unit: FromQuery[str] = "",
) -> Response[FiguresView]:
    """Counts and rates by unit for a period (`from`, `to`; this month), and their sum."""
    from_on, to_on = period((since, to), today=in_shanghai(now).date())
    asked = _filters(rulebook, unit=unit).unit_ids
    async with office.pool.acquire() as connection:
        found = await figures(
            connection,
            me,
            rulebook=rulebook,
            now=now,
            from_on=from_on,
            to_on=to_on,
            unit_id=asked[0] if asked else None,
        )
    return Response(figures_view(found, rulebook))


@get("/deadlines", responses=problems(422))
async def show_deadline(
    me: Me,
    rulebook: Rules,
    start: FromQuery[str] = "",
    limit: FromQuery[str] = "",
    unit: FromQuery[str] = "",
    roll: FromQuery[str] = "",
) -> Response[DeadlineView]:
    """When a limit ends: every day from the start, counted or not, and why.

    `start` is a day or an instant with its zone; `unit` is working_day, calendar_day, hour or
    working_hour.
    """
    return Response(
        deadline(start=start, limit=limit, unit=unit, roll=roll, calendar=rulebook.calendar)
    )


@get("/procedures", responses=problems())
async def list_procedures(me: Me, now: Now, rulebook: Rules) -> Response[list[ProcedureText]]:
    """Every kind of case: its stages, actions and clocks, with the limits in force today."""
    today = in_shanghai(now).date()
    return Response([described(rules, rulebook, on=today) for rules in PROCEDURES.values()])


@get("/procedures/{kind:str}", responses=problems(404))
async def show_procedure(
    kind: FromPath[str], me: Me, now: Now, rulebook: Rules
) -> Response[ProcedureText]:
    """One kind of case; its limits with their basis, those that are to come, too."""
    return Response(described(procedure(kind), rulebook, on=in_shanghai(now).date()))


router = Router(
    "/api/v1",
    guards=[signed_in],
    include_in_schema=True,
    tags=["api"],
    route_handlers=[
        create_call, create_case, show_case, explain_clock, move_case, list_cases, list_units,
        list_categories, list_places, create_file, show_file, show_figures, show_deadline,
        list_procedures, show_procedure,
    ],
)  # fmt: skip
