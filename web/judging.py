"""One case after the other: what the reviewer and the callback agent have before them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from dispatch import record
from dispatch.accesses import note_access
from dispatch.call_times import call_times
from dispatch.counts import badge, counts
from dispatch.cursors import After
from dispatch.db import Connection
from dispatch.drafts import drafts_of_case, forget_draft
from dispatch.last_acts import last_acts
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.queues import QUEUES, Row, queue, row_before
from dispatch.timelines import Entry, timeline
from hotline.calling import Best, Heard, Slot, asked_slot, best_slot, next_attempt
from hotline.casefile import CaseFile
from hotline.errors import Conflict, Incomplete, NotAvailable, NotFound
from hotline.masking import text_for
from hotline.people import Actor, Role
from hotline.permissions import requester_open_to
from hotline.procedure import Action
from hotline.procedures import procedure
from hotline.reply_hints import SideBySide, side_by_side
from hotline.rulebook import Rulebook
from hotline.unsaved import subject_of_act
from web.case_view import Attempt, CaseView, EventLine, case_view
from web.drafts import form_of
from web.given import Form, Me, Now, Rules, TheForm, TheOffice, WebRequest, query_of, roles
from web.refusals import status_of
from web.render import page, redirect
from web.showing import exact, short

# So many of the most urgent are looked at for one whose next call is due.
_LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class Desk:
    """A place at which one case after the other is judged: its list, and what is done there."""

    path: str
    queue: str
    label: str
    template: str
    actions: tuple[str, ...]


REVIEW = Desk("/desk/review", "to_review", "审核", "desk/review", ("approve", "redo"))
CALLING = Desk("/desk/callback", "due_callback", "回访", "desk/callback", ("callback",))


@dataclass(frozen=True, slots=True)
class InHand:
    """The case that is next, its history (oldest first), and the addresses that lead on."""

    desk: Desk
    view: CaseView
    acts: list[tuple[Entry, EventLine]]
    forms: list[Action]
    why_not: str
    waiting: str
    skip: str
    previous: str
    back: str
    heard: list[Heard] = field(default_factory=list)

    def lines(self, *actions: str, this_round: bool = False) -> list[EventLine]:
        """What these actions left in the history."""
        return [line for _, line in self.entries(*actions, this_round=this_round)]

    def entries(self, *actions: str, this_round: bool = False) -> list[tuple[Entry, EventLine]]:
        """The same with what was put in."""
        return [
            (entry, line)
            for entry, line in self.acts
            if entry.action in actions and (not this_round or entry.round == self.view.case.round)
        ]


@get("/review", guards=[roles(Role.REVIEWER)])
async def show_review(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The next answer to be reviewed, beside the request."""
    return await _show(request, office, me, now, rulebook, REVIEW)


@get("/callback", guards=[roles(Role.CALLBACK)])
async def show_callback(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The next requester to be called, with the number, what to say, and what was answered."""
    return await _show(request, office, me, now, rulebook, CALLING)


@post("/review/{number:str}/{action:str}", guards=[roles(Role.REVIEWER)], status_code=200)
async def judge_reply(
    request: WebRequest,
    number: FromPath[str],
    action: FromPath[str],
    office: TheOffice,
    me: Me,
    now: Now,
    rulebook: Rules,
    form: TheForm,
) -> Response[Any]:
    """Approve or send back, and go on to the next; a refusal keeps what was typed."""
    return await _judge(request, office, me, now, rulebook, form, REVIEW, number, action)


@post("/callback/{number:str}/{action:str}", guards=[roles(Role.CALLBACK)], status_code=200)
async def note_callback(
    request: WebRequest,
    number: FromPath[str],
    action: FromPath[str],
    office: TheOffice,
    me: Me,
    now: Now,
    rulebook: Rules,
    form: TheForm,
) -> Response[Any]:
    """Note how the call went, and go on to the next; a refusal keeps what was typed."""
    return await _judge(request, office, me, now, rulebook, form, CALLING, number, action)


async def _judge(
    request: WebRequest,
    office: Office,
    me: Actor,
    now: datetime,
    rulebook: Rulebook,
    form: Form,
    desk: Desk,
    number: str,
    action: str,
) -> Response[Any]:
    if action not in desk.actions:
        raise NotFound
    asked = procedure(QUEUES[desk.queue].kind).action(action)
    typed = form.inputs_of(asked, rulebook) if asked else {}
    try:
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
        wrong = refusal.fields if isinstance(refusal, Incomplete) else {}
        attempt = Attempt(action, typed, wrong, refusal.message)
        return await _show(
            request, office, me, now, rulebook, desk,
            number=number, attempt=attempt, status=status_of(refusal),
        )  # fmt: skip
    for judged in desk.actions:
        await forget_draft(office.pool, subject_of_act(number, judged), actor=me)
    told = f"“{asked.label if asked else action}”已完成。"
    again = next_attempt(now, typed.get("attempt", "answered"))
    if again and outcome.case.stage == "answered":
        told += f"下次回访：{short(again, now)}。"
    after = form.one("after")
    return redirect(
        request, f"{desk.path}?{urlencode({'after': after})}" if after else desk.path, flash=told
    )


async def _show(
    request: WebRequest,
    office: Office,
    me: Actor,
    now: datetime,
    rulebook: Rulebook,
    desk: Desk,
    *,
    number: str = "",
    attempt: Attempt | None = None,
    status: int = 200,
) -> Response[Any]:
    query = query_of(request)
    number = number or query.one("number")
    hand, waiting = await _in_hand(
        office, me, now, rulebook, desk, number=number, after=query.one("after")
    )
    if hand is None:
        return _nothing(request, desk, waiting)
    drafts = await drafts_of_case(office, hand.view.case.number, actor=me)
    context: dict[str, Any] = {
        "hand": hand,
        "view": hand.view,
        "attempt": attempt,
        "drafts": drafts,
        "unsent": {
            action.name: form_of(drafts[action.name]).inputs_of(action, rulebook)
            for action in hand.forms
            if action.name in drafts
        },
    }
    beside = _review_of(hand, me) if desk is REVIEW else _call_of(hand, now)
    return page(request, desk.template, status=status, **context, **beside)


def _review_of(hand: InHand, me: Actor) -> Mapping[str, Any]:
    """The reply against the request, and what the units did in this round."""
    case = hand.view.case
    replies = hand.entries("reply", this_round=True)[-1:]
    contacts = hand.entries("contact", this_round=True)
    reached = [line for entry, line in contacts if entry.inputs.get("contact_result") == "reached"]
    contact = f"{exact(reached[-1].at)[5:]}有联系记录" if reached else ""
    text = "".join(str(entry.inputs.get("reply", "")) for entry, _ in replies)
    opened = requester_open_to(me, case)
    sides: SideBySide = side_by_side(
        content=hand.view.content,
        reply=text_for(text, requester=case.requester_name, opened=opened),
        contacted=bool(reached),
        contact=contact,
    )
    return {
        "sides": sides,
        "reply": replies[0][1] if replies else None,
        "reports": hand.lines("co_reply", this_round=True),
        "contacts": [line for _, line in contacts],
    }


def _call_of(hand: InHand, now: datetime) -> Mapping[str, Any]:
    """The attempts so far, and when to call."""
    attempts = hand.entries("callback", this_round=True)
    best: Best = best_slot(hand.heard, asked=_asked_for(hand))
    again = None
    if attempts:
        last = attempts[-1][0]
        again = next_attempt(last.at, str(last.inputs.get("attempt", "")), slot=best.slot)
    return {
        "attempts": [line for _, line in attempts],
        "answers": hand.lines("reply")[-1:],
        "best": best,
        "holds_now": bool(best.slot and best.slot.holds(now)),
        "again": again if again and again > now else None,
    }


def _asked_for(hand: InHand) -> Slot | None:
    """The part of the day that somebody wrote down as asked for, newest first."""
    notes = [
        str(entry.inputs.get("note", ""))
        for entry, _ in reversed(hand.entries("callback", "contact", "supplement"))
    ]
    return asked_slot([*notes, hand.view.case.content])


async def _in_hand(
    office: Office,
    me: Actor,
    now: datetime,
    rulebook: Rulebook,
    desk: Desk,
    *,
    number: str,
    after: str,
) -> tuple[InHand | None, str]:
    """The case of that number, or the next of the list (None where nothing waits); and how many
    wait."""
    async with office.pool.acquire() as connection:
        waiting = badge((await counts(connection, me, now=now)).get(desk.queue, 0)) or "0"
        if not number:
            row = await _next(connection, me, now, desk, after)
            if row is None:
                return None, waiting
            number = row.number
        case = await record.load(connection, number, me)
        if case is None:
            raise NotFound()
        past = await timeline(connection, case.id)
        before = None
        if case.next_due_at:
            key = After(case.next_due_at, case.id)
            before = await row_before(connection, me, desk.queue, key, now=now)
        heard = await call_times(connection, case.requester_phone) if desk is CALLING else []
    if case.confidential:
        await note_access(office.pool, actor=me, case_id=case.id, what="read_confidential", now=now)
    view = case_view(case, past, me, rulebook=rulebook, now=now)
    forms = [offer.action for offer in view.open if offer.action.name in desk.actions]
    why = next((why for action, why in view.waiting if action.name in desk.actions), "")
    skip = _behind(desk.path, case)
    hand = InHand(
        desk=desk,
        view=view,
        acts=list(zip(past.history, reversed(view.history), strict=True)),
        forms=forms,
        why_not=why or ("" if forms else f"本件现为“{view.stage}”，不在这个队列中。"),
        waiting=waiting,
        skip=skip,
        previous=f"{desk.path}?{urlencode({'number': before.number})}" if before else "",
        # Who has skipped some stays behind them; everybody else takes what is most urgent.
        back=skip.partition("after=")[2] if after else "",
        heard=heard,
    )
    return hand, waiting


async def _next(
    connection: Connection, me: Actor, now: datetime, desk: Desk, after: str
) -> Row | None:
    """The first row behind the key; of those to be called, the first whose next call is due.

    Where all are to be called later, the first of them: calling early is better than not at all.
    """
    most = _LOOKED_AT if desk is CALLING else 1
    rows = (await queue(connection, me, desk.queue, now=now, after=after or None, limit=most)).rows
    if desk is not CALLING or len(rows) < 2:
        return rows[0] if rows else None
    tried = await last_acts(connection, [row.id for row in rows], "callback")
    planned = {row.id: planned_call(row, tried.get(row.id)) for row in rows}
    due = (row for row in rows if (at := planned[row.id]) is None or at <= now)
    return next(due, rows[0])


def planned_call(row: Row, last: Entry | None) -> datetime | None:
    """When a requester whom nobody reached is to be called again; None: at once."""
    if last is None or last.round != row.round:
        return None
    return next_attempt(last.at, str(last.inputs.get("attempt", "")))


def _behind(path: str, case: CaseFile) -> str:
    """The address of the first case behind this one."""
    if case.next_due_at is None:
        return path
    return f"{path}?{urlencode({'after': str(After(case.next_due_at, case.id))})}"


def _nothing(request: WebRequest, desk: Desk, waiting: str) -> Response[Any]:
    """Nothing waits, or nothing behind those that were skipped."""
    skipped = bool(query_of(request).one("after")) and waiting != "0"
    return page(
        request,
        "desk/nothing",
        label=desk.label,
        sentence=f"后面没有待{desk.label}的工单了，前面还有跳过的。"
        if skipped
        else f"没有待{desk.label}的工单。",
        again=desk.path if skipped else "",
        back=f"/desk?queue={desk.queue}",
    )
