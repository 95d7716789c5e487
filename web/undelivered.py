"""Texts that did not arrive: dispatchers and supervisors read them, supervisors send them again."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.texts.names import NAMES
from dispatch.undelivered import (
    LONGEST_NOTE,
    UNDELIVERED,
    Undelivered,
    UndeliveredPage,
    replay,
    undelivered,
)
from hotline.errors import Incomplete
from hotline.masking import masked_phone
from hotline.people import Actor, Role
from web.case_view import STATE_LABELS
from web.given import Me, Now, TheForm, TheOffice, WebRequest, query_of, roles
from web.lists import Tab
from web.render import page, redirect

_TONES = {"failed": "red", "unknown": "orange", "expired": "plain"}


@dataclass(frozen=True, slots=True)
class TextLine:
    """One text in the words that people read; the number is masked for everybody."""

    text: Undelivered
    label: str
    to: str
    state: str
    tone: str


@get("/")
async def list_texts(request: WebRequest, office: TheOffice, me: Me) -> Response[Any]:
    """What did not arrive, newest first; `?state=` narrows it."""
    query = query_of(request)
    return await _page(request, office, me, state=query.one("state"), after=query.one("after"))


@post("/{message_id:int}/replay", guards=[roles(Role.SUPERVISOR)], status_code=200)
async def replay_text(
    request: WebRequest,
    office: TheOffice,
    me: Me,
    now: Now,
    form: TheForm,
    message_id: FromPath[int],
) -> Response[Any]:
    """Send it again, for the reason given."""
    state, after = form.one("state"), form.one("after")
    note = form.one("note")
    try:
        await replay(office, message_id, actor=me, note=note, now=now, key=form.idempotency_key)
    except Incomplete as refusal:
        wrong = (message_id, note, refusal.fields["note"])
        return await _page(request, office, me, state=state, after=after, wrong=wrong)
    return redirect(
        request, _address(state, after), flash="已重新排入发送，结果稍后可在工单页查看。"
    )


async def _page(
    request: WebRequest,
    office: TheOffice,
    me: Actor,
    *,
    state: str,
    after: str,
    wrong: tuple[int, str, str] | None = None,
) -> Response[Any]:
    state = state if state in UNDELIVERED else ""
    async with office.pool.acquire() as connection:
        found: UndeliveredPage = await undelivered(connection, state=state, after=after or None)
    return page(
        request,
        "texts/show",
        status=422 if wrong else 200,
        tabs=[
            Tab(name, label, "", _address(name), name == state)
            for name, label in (("", "全部"), *((one, STATE_LABELS[one]) for one in UNDELIVERED))
        ],
        lines=[_line(text) for text in found.rows],
        state=state,
        after=after,
        first=_address(state),
        following=_address(state, found.next_after) if found.next_after else "",
        may_replay=me.has(Role.SUPERVISOR),
        wrong=wrong,
        longest=LONGEST_NOTE,
    )


def _line(text: Undelivered) -> TextLine:
    return TextLine(
        text,
        NAMES.get(text.template, text.template),
        masked_phone(text.phone),
        STATE_LABELS[text.state],
        _TONES[text.state],
    )


def _address(state: str, after: str = "") -> str:
    given = {name: value for name, value in (("state", state), ("after", after)) if value}
    return f"/texts?{urlencode(given)}" if given else "/texts"


router = Router(
    "/texts",
    guards=[roles(Role.SUPERVISOR, Role.DISPATCHER)],
    route_handlers=[list_texts, replay_text],
)
