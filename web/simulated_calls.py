"""A telephone on the screen for demonstrations: ring an agent of the hotline, and hang up."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post

from dispatch.office import Office
from dispatch.simulated_calls import desks, go_on, played_calls, ring
from hotline.errors import Incomplete, NotFound
from hotline.numbers import WrongPhone, normalise_phone
from web.given import PUBLIC, Form, Now, TheForm, TheOffice, WebRequest, query_of
from web.render import page, redirect, render


@get("/phone/call", opt=PUBLIC)
async def show_exchange(request: WebRequest, office: TheOffice, now: Now) -> Response[Any]:
    """Whom to call as whom, and the calls on the line."""
    only_in_demonstrations(office)
    return await _exchange(request, office, query_of(request), now)


@get("/phone/call/lines", opt=PUBLIC)
async def list_lines(request: WebRequest, office: TheOffice, now: Now) -> Response[Any]:
    """The calls: the part that renews itself."""
    only_in_demonstrations(office)
    return render(request, "phone/_lines.html", calls=await played_calls(office, now=now))


@post("/phone/call", opt=PUBLIC, status_code=200)
async def create_call(
    request: WebRequest, office: TheOffice, now: Now, form: TheForm
) -> Response[Any]:
    """Ring."""
    only_in_demonstrations(office)
    wrong: dict[str, str] = {}
    caller = ""
    try:
        caller = normalise_phone(form.one("caller"))
    except WrongPhone as refusal:
        wrong["caller"] = refusal.message
    if not wrong:
        try:
            await ring(
                office,
                caller=caller,
                extension=form.one("extension"),
                now=now,
                call_id=(form.idempotency_key or "")[:60] or None,
            )
        except Incomplete as refusal:
            wrong = dict(refusal.fields)
    if wrong:
        return await _exchange(request, office, form, now, wrong=wrong)
    return redirect(request, f"/phone/call?extension={form.one('extension')}")


@post("/phone/call/events", opt=PUBLIC, status_code=200)
async def create_event(
    request: WebRequest, office: TheOffice, now: Now, form: TheForm
) -> Response[Any]:
    """Pick up, or hang up."""
    only_in_demonstrations(office)
    await go_on(office, form.one("call_id")[:80], form.one("event"), now=now)
    return redirect(request, "/phone/call")


async def _exchange(
    request: WebRequest,
    office: Office,
    given: Form,
    now: datetime,
    *,
    wrong: dict[str, str] | None = None,
) -> Response[Any]:
    return page(
        request,
        "phone/call",
        status=422 if wrong else 200,
        caller=given.one("caller")[:60],
        extension=given.one("extension")[:20],
        desks=await desks(office),
        calls=await played_calls(office, now=now),
        wrong=wrong or {},
    )


def only_in_demonstrations(office: Office) -> None:
    """Whoever may call this can ring anybody: only on this machine, with invented people."""
    if not office.settings.demo_passwords:
        raise NotFound


router = Router("/", route_handlers=[show_exchange, list_lines, create_call, create_event])
