"""One form for every route that takes one, as somebody sends it, and what keeps its second sending
from doing more. A new route must say so here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from dispatch.missed import claim
from dispatch.office import Office, clock
from dispatch.telephone import take_events
from hotline.people import Actor
from hotline.telephone import CallEvent
from tests.makers import (
    AGENT,
    CALLBACK,
    DISPATCHER,
    INSTRUCTION,
    REQUEST,
    REVIEWER,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
    WATER_HEAD,
)
from tests.web.conftest import PASSWORD
from tests.web.test_desk import act, answered, opened, replied


def mobile(key: str) -> str:
    """A number for this key alone."""
    return f"139{int(key, 16) % 10**8:08}"


@dataclass(frozen=True)
class Sent:
    """One form as somebody sends it; `json` is sent with its key as a header instead."""

    actor: Actor | None
    path: str
    data: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Way:
    """Why a second sending does nothing more, and the form with which that is tried."""

    why: str
    form: Callable[[Office, str], Awaitable[Sent]] | None = None


async def an_act(office: Office, key: str) -> Sent:
    number = await opened(office)
    return Sent(DISPATCHER, f"/cases/{number}/actions/dispatch", {"lead_unit": "SWJ"})


async def a_call(office: Office, key: str) -> Sent:
    given = {name: str(value) for name, value in REQUEST.items()}
    return Sent(AGENT, "/console/calls", {**given, "disposition": "case"})


async def a_missed_call(office: Office, key: str) -> Sent:
    def told(event: str, seconds: int) -> CallEvent:
        return CallEvent(
            event_id=f"{key}-{event}", source="pbx", event=event, call_id=key, caller=mobile(key),
            at=clock() - timedelta(minutes=2) + timedelta(seconds=seconds),
        )  # fmt: skip

    await take_events(office, [told("queue.entered", 0), told("call.ended", 30)], now=clock())
    missed: int = await office.pool.fetchval("select id from phone_call where call_id = $1", key)
    return Sent(AGENT, f"/console/missed/{missed}/claim")


async def a_result(office: Office, key: str) -> Sent:
    missed = int((await a_missed_call(office, key)).path.split("/")[3])
    await claim(office, missed, actor=AGENT, now=clock())
    return Sent(AGENT, f"/console/missed/{missed}/result", {"outcome": "no_answer"})


async def a_handover(office: Office, key: str) -> Sent:
    return Sent(AGENT, "/console/handover", {"note": f"陈女士会再来电（{key}）"})


async def a_note_read(office: Office, key: str) -> Sent:
    note = await office.pool.fetchval(
        "insert into handover_note (unit_id, staff_id, at, note) values ($1, $2, now(), 'x')"
        " returning id",
        DISPATCHER.unit_id,
        DISPATCHER.staff_id,
    )
    return Sent(AGENT, f"/console/handover/{note}/read")


async def an_entry(office: Office, key: str) -> Sent:
    return Sent(SECRETARY, "/register/leader/register", INSTRUCTION)


async def a_review(office: Office, key: str) -> Sent:
    return Sent(REVIEWER, f"/desk/review/{await replied(office)}/approve")


async def a_callback(office: Office, key: str) -> Sent:
    number = await answered(office)
    return Sent(CALLBACK, f"/desk/callback/{number}/callback", {"attempt": "no_answer"})


async def _pick(office: Office, number: str, proposed: str) -> str:
    seen = await office.pool.fetchval('select version from "case" where number = $1', number)
    return f"{number}:{seen}:{proposed}"


async def a_batch(office: Office, key: str) -> Sent:
    picks = [await _pick(office, await opened(office), "SWJ") for _ in range(2)]
    return Sent(DISPATCHER, "/desk/dispatch", {"pick": picks, "lead_unit": ""})


async def files_put_away(office: Office, key: str) -> Sent:
    number = await opened(office)
    await act(office, number, "answer_directly", AGENT, answer="已告知政策。")
    return Sent(DISPATCHER, "/desk/archive", {"pick": [await _pick(office, number, "")]})


async def signatures(office: Office, key: str) -> Sent:
    numbers = [await opened(office) for _ in range(2)]
    for number in numbers:
        await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    picks = [await _pick(office, number, "sign") for number in numbers]
    return Sent(WATER_CLERK, "/portal/sign", {"pick": picks})


async def a_template(office: Office, key: str) -> Sent:
    return Sent(WATER_CLERK, "/portal/templates", {"name": f"停水{key}", "body": "已恢复供水。"})


async def _kept_template(office: Office, key: str) -> int:
    template: int = await office.pool.fetchval(
        "insert into reply_template (unit_id, name, body, category, changed_by, changed_at)"
        " values ($1, $2, '正文', '', $3, now()) returning id",
        WATER_CLERK.unit_id,
        f"旧{key}",
        WATER_CLERK.staff_id,
    )
    return template


async def another_wording(office: Office, key: str) -> Sent:
    there = f"/portal/templates/{await _kept_template(office, key)}"
    return Sent(WATER_CLERK, there, {"name": f"新{key}", "body": "正文"})


async def a_template_removed(office: Office, key: str) -> Sent:
    return Sent(WATER_CLERK, f"/portal/templates/{await _kept_template(office, key)}/delete")


async def a_switch(office: Office, key: str) -> Sent:
    await office.pool.execute("update unit set countersigned = false where code = 'SWJ'")
    office.reference.forget()
    return Sent(WATER_HEAD, "/portal/settings", {"unit": "SWJ", "countersigned": "1"})


async def a_state(office: Office, key: str) -> Sent:
    await office.pool.execute("delete from agent_status")
    return Sent(AGENT, "/console/state", {"state": "ready"})


async def a_view(office: Office, key: str) -> Sent:
    given = {"address": "/desk?queue=at_risk", "name": f"临期{key[:8]}", "opens": "1"}
    return Sent(DISPATCHER, "/views", given)


async def _kept_view(office: Office, key: str) -> int:
    view: int = await office.pool.fetchval(
        "insert into saved_view (staff_id, page, name, address) values ($1, '/desk', $2, '/desk')"
        " returning id",
        REVIEWER.staff_id,
        key,
    )
    return view


async def an_opening_view(office: Office, key: str) -> Sent:
    return Sent(REVIEWER, f"/views/{await _kept_view(office, key)}/opens", {"opens": "1"})


async def a_view_removed(office: Office, key: str) -> Sent:
    return Sent(REVIEWER, f"/views/{await _kept_view(office, key)}/remove", {"back": "/desk"})


async def a_replay(office: Office, key: str) -> Sent:
    message = await office.pool.fetchval(
        "insert into message (dedupe_key, channel, purpose, template, phone, state, created_at)"
        " values ($1, 'sms', 'service', 'citizen/help', '+8613800001234', 'failed', now())"
        " returning id",
        key,
    )
    return Sent(SUPERVISOR, f"/texts/{message}/replay", {"note": "已致电核实，未收到"})


async def a_meeting(office: Office, key: str) -> Sent:
    given = {
        "held_at": "2026-03-09T15:00", "place": "三楼会议室", "convenor": "李副秘书长",
        "attendees": ["SWJ"], "minutes": f"议定由水务局负责（{key}）。",
        "number": [await opened(office)], "lead_unit": ["SWJ"], "co_unit": [""],
        "reason": ["职责所在"],
    }  # fmt: skip
    return Sent(SUPERVISOR, "/meetings", given)


async def decisions_once_more(office: Office, key: str) -> Sent:
    meeting = await office.pool.fetchval(
        "insert into meeting (title, held_at, place, convenor, attendees, minutes, unit_id,"
        " staff_id, at) values ('x', now(), '', '', '{}', '', $1, $2, now()) returning id",
        SUPERVISOR.unit_id,
        SUPERVISOR.staff_id,
    )
    await office.pool.execute(
        "insert into meeting_decision (meeting_id, case_id, lead_unit_id, co_units, reason, action,"
        " refusal) select $1, c.id, u.id, '{}', 'x', '', '' from \"case\" c, unit u"
        " where c.number = $2 and u.code = 'SWJ'",
        meeting,
        await opened(office),
    )
    return Sent(SUPERVISOR, f"/meetings/{meeting}/carry-out")


async def a_password(office: Office, key: str) -> Sent:
    new = f"Kwmt-{key}-Rdxp"
    given = {"old_password": PASSWORD, "password": new, "again": new}
    await office.pool.execute(
        "update staff set demo = false, password_hash = (select password_hash from staff"
        " where id = $2) where id = $1",
        CALLBACK.staff_id,
        AGENT.staff_id,
    )
    return Sent(CALLBACK, "/me/password", given)


async def a_citizens_text(office: Office, key: str) -> Sent:
    return Sent(None, "/phone/texts", {"number": mobile(key), "text": "帮助"})


async def a_played_call(office: Office, key: str) -> Sent:
    await office.pool.execute("update staff set extension = '8801' where id = $1", AGENT.staff_id)
    return Sent(None, "/phone/call", {"caller": mobile(key), "extension": "8801"})


async def a_call_by_api(office: Office, key: str) -> Sent:
    return Sent(AGENT, "/api/v1/calls", json={**REQUEST, "disposition": "case"})


async def a_case_by_api(office: Office, key: str) -> Sent:
    return Sent(AGENT, "/api/v1/cases", json=REQUEST)


async def an_act_by_api(office: Office, key: str) -> Sent:
    number = await opened(office)
    return Sent(DISPATCHER, f"/api/v1/cases/{number}/actions/dispatch", json={"lead_unit": "SWJ"})


KEY = "its key is honoured"
SAME = "it sets what it names: the second time it is so already"
READS = "it changes nothing"
OWN_NAME = "each delivery is named by whoever sends it"
UPLOAD = "a file is no part of anything until a form names it, and forgotten where none does"

WAYS: dict[str, Way] = {
    "/cases/{number:str}/actions/{action:str}": Way(KEY, an_act),
    "/console/calls": Way(KEY, a_call),
    "/console/missed/{missed_id:int}/result": Way(KEY, a_result),
    "/console/handover": Way(KEY, a_handover),
    "/register/{kind:str}/{action:str}": Way(KEY, an_entry),
    "/desk/review/{number:str}/{action:str}": Way(KEY, a_review),
    "/desk/callback/{number:str}/{action:str}": Way(KEY, a_callback),
    "/desk/dispatch": Way(KEY, a_batch),
    "/desk/archive": Way(KEY, files_put_away),
    "/portal/sign": Way(KEY, signatures),
    "/portal/templates": Way(KEY, a_template),
    "/portal/templates/{template_id:int}": Way(KEY, another_wording),
    "/portal/templates/{template_id:int}/delete": Way(KEY, a_template_removed),
    "/views/{view_id:int}/remove": Way(KEY, a_view_removed),
    "/texts/{message_id:int}/replay": Way(KEY, a_replay),
    "/meetings": Way(KEY, a_meeting),
    "/me/password": Way(KEY, a_password),
    "/phone/texts": Way("its key is the text's own name", a_citizens_text),
    "/phone/call": Way("its key is the call's own name", a_played_call),
    "/api/v1/calls": Way(KEY, a_call_by_api),
    "/api/v1/cases": Way(KEY, a_case_by_api),
    "/api/v1/cases/{number:str}/actions/{action:str}": Way(KEY, an_act_by_api),
    "/meetings/{meeting_id:int}/carry-out": Way(
        "what is carried out is no longer open", decisions_once_more
    ),
    "/console/missed/{missed_id:int}/claim": Way(SAME, a_missed_call),
    "/console/handover/{note_id:int}/read": Way(SAME, a_note_read),
    "/console/state": Way(SAME, a_state),
    "/portal/settings": Way(SAME, a_switch),
    "/views": Way("a view is kept once under its name", a_view),
    "/views/{view_id:int}/opens": Way(SAME, an_opening_view),
    "/digest/put-away": Way(SAME),
    "/drafts": Way("a draft is kept once under its subject; not after its form was sent"),
    "/drafts/discard": Way(SAME),
    "/language": Way(SAME),
    "/login": Way("each sign-in is a session of its own, and the browser keeps the last"),
    "/logout": Way(SAME),
    "/phone/call/events": Way("an event of a call is taken once"),
    "/cases/{number:str}/reveal": Way(
        "each showing of a number is written down, the second one too"
    ),
    "/cases/{number:str}/actions/{action:str}/template": Way(READS),
    "/console/caller": Way(READS),
    "/console/suggest": Way(READS),
    "/console/help": Way(READS),
    "/register/{kind:str}/{action:str}/earlier": Way(READS),
    "/status": Way(READS),
    "/gateway/sms/sim": Way(OWN_NAME),
    "/gateway/sms/kannel/{secret:str}": Way(OWN_NAME),
    "/gateway/sms/http": Way(OWN_NAME),
    "/cti/v1/events": Way(OWN_NAME),
    "/files": Way(UPLOAD),
    "/api/v1/files": Way(UPLOAD),
}
