"""One case after the other: what the reviewer and the callback agent have before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get

from dispatch import record
from dispatch.accesses import note_access
from dispatch.counts import badge, counts
from dispatch.cursors import After
from dispatch.office import Office
from dispatch.queues import queue
from dispatch.timelines import Entry, timeline
from hotline.casefile import CaseFile
from hotline.errors import NotFound
from hotline.people import Actor, Role
from hotline.procedure import Action
from hotline.rulebook import Rulebook
from web.case_view import CaseView, EventLine, case_view
from web.given import Me, Now, Rules, TheOffice, WebRequest, query_of, roles
from web.render import page

# What a reviewer reads beside the request: the answer, and what led to it.
_ANSWERING = ("contact", "co_reply", "reply")


@dataclass(frozen=True, slots=True)
class InHand:
    """The case that is next, its history (oldest first), and the addresses that lead on."""

    view: CaseView
    acts: list[tuple[Entry, EventLine]]
    forms: list[Action]
    why_not: str
    waiting: str
    skip: str
    back: str

    def lines(self, *actions: str, this_round: bool = False) -> list[EventLine]:
        """What these actions left in the history."""
        return [
            line
            for entry, line in self.acts
            if entry.action in actions and (not this_round or entry.round == self.view.case.round)
        ]


@get("/review", guards=[roles(Role.REVIEWER)])
async def show_review(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The next answer to be reviewed, beside the request."""
    hand, waiting = await _in_hand(
        request, office, me, now, rulebook, "to_review", ("approve", "redo")
    )
    if hand is None:
        return _nothing(request, "审核", "to_review", waiting)
    answers = hand.lines(*_ANSWERING, this_round=True)
    return page(request, "desk/review", hand=hand, view=hand.view, answers=answers)


@get("/callback", guards=[roles(Role.CALLBACK)])
async def show_callback(
    request: WebRequest, office: TheOffice, me: Me, now: Now, rulebook: Rules
) -> Response[Any]:
    """The next requester to be called, with the number, what to say, and what was answered."""
    hand, waiting = await _in_hand(
        request, office, me, now, rulebook, "due_callback", ("callback",)
    )
    if hand is None:
        return _nothing(request, "回访", "due_callback", waiting)
    return page(
        request,
        "desk/callback",
        hand=hand,
        view=hand.view,
        attempts=hand.lines("callback", this_round=True),
        answers=hand.lines("reply")[-1:],
    )


async def _in_hand(
    request: WebRequest,
    office: Office,
    me: Actor,
    now: datetime,
    rulebook: Rulebook,
    name: str,
    actions: Sequence[str],
) -> tuple[InHand | None, str]:
    """The case named in the address, or the next of the list (None where nothing waits); and
    how many wait."""
    query = query_of(request)
    number, after = query.one("number"), query.one("after")
    async with office.pool.acquire() as connection:
        waiting = badge((await counts(connection, me, now=now)).get(name, 0)) or "0"
        if not number:
            found = await queue(connection, me, name, now=now, after=after or None, limit=1)
            if not found.rows:
                return None, waiting
            number = found.rows[0].number
        case = await record.load(connection, number, me)
        if case is None:
            raise NotFound()
        past = await timeline(connection, case.id)
    if case.confidential:
        await note_access(office.pool, actor=me, case_id=case.id, what="read_confidential", now=now)
    view = case_view(case, past, me, rulebook=rulebook, now=now)
    forms = [offer.action for offer in view.open if offer.action.name in actions]
    why = next((why for action, why in view.waiting if action.name in actions), "")
    skip = _behind(request.url.path, case)
    hand = InHand(
        view=view,
        acts=list(zip(past.history, reversed(view.history), strict=True)),
        forms=forms,
        why_not=why or ("" if forms else f"本件现为“{view.stage}”，不在这个队列中。"),
        waiting=waiting,
        skip=skip,
        # Who has skipped some stays behind them; everybody else takes what is most urgent.
        back=skip if after else request.url.path,
    )
    return hand, waiting


def _behind(path: str, case: CaseFile) -> str:
    """The address of the first case behind this one."""
    if case.next_due_at is None:
        return path
    return f"{path}?{urlencode({'after': str(After(case.next_due_at, case.id))})}"


def _nothing(request: WebRequest, label: str, name: str, waiting: str) -> Response[Any]:
    """Nothing waits, or nothing behind those that were skipped."""
    skipped = bool(query_of(request).one("after")) and waiting != "0"
    return page(
        request,
        "desk/nothing",
        label=label,
        sentence=f"后面没有待{label}的工单了，前面还有跳过的。"
        if skipped
        else f"没有待{label}的工单。",
        again=request.url.path if skipped else "",
        back=f"/desk?queue={name}",
    )
