"""期限调整 on the screen: every clock with its limit and basis; one changed from a day on."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch import relimit
from dispatch.office import Office
from dispatch.registry import limits
from hotline.calendar import in_shanghai
from hotline.clocks import Limit
from hotline.describing import ClockText, branch_words, described, real_branches
from hotline.errors import Incomplete
from hotline.people import Actor, Role
from hotline.procedures import PROCEDURES
from hotline.rulebook import Rulebook
from web.admin.frame import Done, Filled, admin_page, refused, submitted, typed, words
from web.given import Me, Now, Rules, TheForm, TheOffice, WebRequest, query_of, roles

FIELDS = ("kind", "clock", "branch", "amount", "unit", "valid_from", "basis", "follows")


@get("/")
async def list_limits(
    request: WebRequest, me: Me, now: Now, office: TheOffice, rulebook: Rules
) -> Response[Any]:
    """The clocks of one kind with what is in force today; every change, newest first."""
    today = in_shanghai(now).date()
    kind = words(query_of(request), "kind", most=30)
    rules = PROCEDURES.get(kind) or next(iter(PROCEDURES.values()))
    return admin_page(
        request,
        me,
        "limits",
        kinds=PROCEDURES.values(),
        rules=described(rules, rulebook, on=today),
        fixed={rule.name for rule in rules.clocks if rule.limit is None},
        changes=await limits.changes(office.pool),
        today=today,
        clock_label=limits.clock_label,
        branch_words=branch_words,
        limit_text=_limit_text,
    )


@get("/new")
async def new_limit(request: WebRequest, me: Me, now: Now, rulebook: Rules) -> Response[Any]:
    """The form for one clock, from today."""
    query = query_of(request)
    values = {name: words(query, name, most=200) for name in ("kind", "clock", "branch")}
    return await _form_page(request, me, now, rulebook, Filled(values))


@post("/preview", status_code=200)
async def preview_limit(
    request: WebRequest, me: Me, now: Now, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """What the change means for the cases that are open; nothing is written."""
    if form.one("back"):
        return await _form_page(request, me, now, rulebook, Filled(typed(form)))
    try:
        typing = limits.typed_change(typed(form), today=in_shanghai(now).date())
    except Incomplete as refusal:
        return await _form_page(request, me, now, rulebook, refused(form, refusal))
    return await _preview_page(request, me, now, office, typing, Filled(typed(form)))


@post("/", status_code=200)
async def create_limit(
    request: WebRequest, me: Me, now: Now, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """The change that was previewed stands."""
    path = f"/admin/limits?kind={form.one('kind')[:30]}"
    return await submitted(
        request,
        form,
        lambda: limits.change_limit(office, typed(form), actor=me, now=now),
        then=lambda change_id: Done(path, f"第{change_id}项期限调整已写入。"),
        again=lambda filled: _form_page(request, me, now, rulebook, filled),
    )


@post("/{change_id:int}/take-back", status_code=200)
async def take_back_limit(
    request: WebRequest,
    me: Me,
    now: Now,
    office: TheOffice,
    form: TheForm,
    change_id: FromPath[int],
) -> Response[Any]:
    """A change that is not in force yet never comes into force."""
    change = await limits.the_change(office.pool, change_id)
    path = f"/admin/limits?kind={change.kind}"
    return await submitted(
        request,
        form,
        lambda: limits.take_back(office, change_id, actor=me, now=now),
        then=lambda _: Done(path, f"第{change_id}项期限调整已撤回。"),
    )


router = Router(
    "/limits",
    guards=[roles(Role.ADMIN)],
    route_handlers=[list_limits, new_limit, preview_limit, create_limit, take_back_limit],
)


def _limit_text(code: str) -> str:
    return Limit.parse(code).text


async def _form_page(
    request: WebRequest, me: Actor, now: datetime, rulebook: Rulebook, filled: Filled
) -> Response[Any]:
    """The form about one clock of the kind; without a clock that there is, to choose one."""
    today = in_shanghai(now).date()
    rules = PROCEDURES.get(filled["kind"]) or next(iter(PROCEDURES.values()))
    whole = described(rules, rulebook, on=today)
    clock = next((one for one in whole.clocks if one.name == filled["clock"]), None)
    known = {rule.name: rule for rule in rules.clocks}
    branches = real_branches(known[clock.name]) if clock else []
    values = {
        "valid_from": today.isoformat(),
        "unit": _unit_of(clock, filled["branch"]),
        **filled.values,
    }
    return admin_page(
        request,
        me,
        "limit_new",
        filled=replace(filled, values=values),
        rules=whole,
        clock=clock,
        clocks=[(rule.name, rule.label) for rule in rules.clocks if rule.limit is not None],
        branches=[(one.key, branch_words(one.key)) for one in branches if one.limit and one.key],
        units=limits.UNITS,
        today=today,
    )


def _unit_of(clock: ClockText | None, branch: str) -> str:
    """The unit of the limit that stands: of the branch, else of the first in which it runs."""
    running = [one for one in clock.limits if one.limit] if clock else []
    running.sort(key=lambda one: one.branch != branch)
    return (running[0].limit or "").lstrip("0123456789.") if running else "wd"


async def _preview_page(
    request: WebRequest,
    me: Actor,
    now: datetime,
    office: Office,
    typing: limits.Typing,
    filled: Filled,
) -> Response[Any]:
    change = typing.change
    return admin_page(
        request,
        me,
        "limit_preview",
        filled=filled,
        names=FIELDS,
        rules=PROCEDURES[change.kind],
        change=change,
        words=typing.words,
        limit=Limit.parse(change.limit),
        found=await relimit.preview(office, change, now=now),
    )
