"""The agent's telephone on the screen: what rings, what was missed, and the shift's end."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.callers import calls_today
from dispatch.drafts import Draft, draft_of, own_drafts
from dispatch.handovers import leave_note, mark_read, own_notes, unread_notes
from dispatch.missed import SHOWN, claim, missed_calls, settle
from dispatch.office import Office
from dispatch.telephone import ringing
from hotline.calls import DISPOSITION_LABELS
from hotline.errors import Incomplete
from hotline.handovers import LONGEST_NOTE
from hotline.people import Actor, Role
from hotline.procedures import PROCEDURES
from hotline.telephone import MOST_TRIES, OUTCOME_LABELS, Outcome
from web.given import Me, Now, TheForm, TheOffice, WebRequest, own_path, roles
from web.render import case_url, page, redirect, render

# How calling back can go, in the order of their keys Alt+1 to Alt+3.
RESULTS = (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER)


@get("/ringing")
async def show_ringing(request: WebRequest, me: Me, office: TheOffice, now: Now) -> Response[Any]:
    """The call at this person's extension, if one rings or goes on."""
    return render(request, "console/_ringing.html", ringing=await ringing(office, me, now=now))


@get("/missed")
async def show_missed(request: WebRequest, me: Me, office: TheOffice, now: Now) -> Response[Any]:
    """Numbers that wait to be called back; above them the ones that this person has taken."""
    missed = await missed_calls(office, now=now, most=SHOWN + 1)
    return page(
        request,
        "console/missed",
        live="/live",
        mine=[one for one in missed if one.claimed_by == me.staff_id],
        others=[one for one in missed if one.claimed_by != me.staff_id][:SHOWN],
        more=len(missed) > SHOWN,
        results=[(one.value, OUTCOME_LABELS[one]) for one in RESULTS],
        most_tries=MOST_TRIES,
    )


@post("/missed/{missed_id:int}/claim", status_code=200)
async def claim_missed(
    request: WebRequest, missed_id: FromPath[int], me: Me, office: TheOffice, now: Now
) -> Response[Any]:
    """Take a number upon oneself."""
    await claim(office, missed_id, actor=me, now=now)
    return redirect(request, "/console/missed", flash="已认领，请回拨并记录结果。")


@post("/missed/{missed_id:int}/result", status_code=200)
async def settle_missed(
    request: WebRequest,
    missed_id: FromPath[int],
    me: Me,
    office: TheOffice,
    now: Now,
    form: TheForm,
) -> Response[Any]:
    """How it went; whoever was reached is written down at the console."""
    outcome = form.one("outcome")
    await settle(office, missed_id, outcome, actor=me, now=now, key=form.idempotency_key)
    if outcome == Outcome.REACHED:
        return redirect(request, f"/console?call={missed_id}", flash="已接通，请登记。")
    return redirect(request, "/console/missed", flash="已记录回拨结果。")


@get("/handover")
async def show_handover(request: WebRequest, me: Me, office: TheOffice, now: Now) -> Response[Any]:
    """The end of a shift: what was done, what is left open, and a note for the next."""
    draft = await draft_of(office, "handover", actor=me)
    note = draft.payload.get("note", [""])[0] if draft else ""
    return await _handover(request, me, office, now, note=note, draft=draft)


@post("/handover", status_code=200)
async def create_handover(
    request: WebRequest, me: Me, office: TheOffice, now: Now, form: TheForm
) -> Response[Any]:
    """Leave the note."""
    note = form.one("note")
    try:
        await leave_note(office, note, actor=me, now=now, key=form.idempotency_key)
    except Incomplete as refusal:
        wrong = refusal.fields.get("note", refusal.message)
        return await _handover(request, me, office, now, note=note, wrong=wrong)
    return redirect(request, "/console/handover", flash="已交班，接班人员登录后即可看到。")


@post("/handover/{note_id:int}/read", status_code=200)
async def read_handover(
    request: WebRequest,
    note_id: FromPath[int],
    me: Me,
    office: TheOffice,
    now: Now,
    form: TheForm,
) -> Response[Any]:
    """A colleague's note was read."""
    await mark_read(office, note_id, actor=me, now=now)
    return redirect(request, own_path(form.one("back")) or "/console")


async def _handover(
    request: WebRequest,
    me: Actor,
    office: Office,
    now: datetime,
    *,
    note: str,
    wrong: str = "",
    draft: Draft | None = None,
) -> Response[Any]:
    open_drafts = [one for one in await own_drafts(office, me) if one.subject != "handover"]
    claimed = await missed_calls(office, now=now, claimed_by=me.staff_id)
    return page(
        request,
        "console/handover",
        status=422 if wrong else 200,
        note=note,
        wrong=wrong,
        draft=draft,
        longest=LONGEST_NOTE,
        calls=await calls_today(office.pool, me, now=now, most=100),
        dispositions=DISPOSITION_LABELS,
        drafts=[(*_where(one.subject), one.updated_at) for one in open_drafts],
        claimed=claimed,
        own=await own_notes(office, me, now=now),
        unread=await unread_notes(office, me, now=now),
    )


def _where(subject: str) -> tuple[str, str]:
    """What a draft is of, in words, and where it goes on."""
    kind, _, rest = subject.partition(":")
    if kind == "call":
        return "来电登记", f"/console?call={rest}"
    if kind == "case":
        number, _, action = rest.partition("/")
        label = next(
            (one.label for rules in PROCEDURES.values() if (one := rules.action(action))), action
        )
        return f"工单 {number}：{label}", case_url(number)
    if kind == "meeting":
        return "联席会议", "/meetings/new"
    if kind == "register":
        return "登记", f"/register/{rest}"
    return "接听登记", "/console"


router = Router(
    "/console",
    guards=[roles(Role.AGENT)],
    route_handlers=[
        show_ringing,
        show_missed,
        claim_missed,
        settle_missed,
        show_handover,
        create_handover,
        read_handover,
    ],
)
