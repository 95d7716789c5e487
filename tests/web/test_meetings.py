"""联席会议 and 今日提要 on the pages: a meeting whose decisions become dispatches, row by row."""

import asyncio
import re
from typing import Any

from dispatch.digests import make_digests
from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from hotline.people import Actor
from tests.dispatch.test_clock import at
from tests.makers import AGENT, DISPATCHER, LEADER, REQUEST, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs

FORM = {
    "held_at": "2026-03-09T15:00",
    "place": "市政府第三会议室",
    "convenor": "李副秘书长",
    "attendees": ["SWJ 云州市水务局", "CGJ"],
    "minutes": "会议议定：管网由水务局负责，占道由城管局负责。",
}


async def opened(office: Office) -> str:
    return (await open_case(office, actor=AGENT, inputs=REQUEST, now=clock())).case.number


async def do(office: Office, number: str, action: str, actor: Actor, **inputs: Any) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=clock())


async def objected(office: Office) -> str:
    number = await opened(office)
    await do(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await do(office, number, "object", WATER_CLERK, objection_ground="not_duty", note="不属本局")
    return number


async def standing(office: Office, number: str) -> tuple[str, bool, int | None]:
    row = await office.pool.fetchrow(
        'select stage, designated, lead_unit_id from "case" where number = $1', number
    )
    assert row is not None
    return row["stage"], row["designated"], row["lead_unit_id"]


async def test_decisions_become_dispatches_each_with_its_result(
    client_as: ClientAs, office: Office
) -> None:
    waiting, disputed, kept = await opened(office), await objected(office), await objected(office)
    closed = await opened(office)
    await do(office, closed, "answer_directly", AGENT, answer="已告知政策。")
    browser = await client_as(SUPERVISOR)
    cases = {
        "number": [waiting, disputed, kept, closed],
        "lead_unit": ["CGJ", "CGJ", "SWJ", "SWJ"],
        "co_unit": ["SWJ", "", "", ""],
        "reason": ["职责所在"] * 4,
    }
    answer = await browser.post("/meetings", data={**FORM, **cases})
    assert answer.status_code == 303
    shown = (await browser.get(answer.headers["location"])).text
    assert "2026年第1次联席会议（3月9日）" in shown
    assert "仲裁（改派并指定）" in shown
    assert "仲裁（维持并指定）" in shown
    assert "本件现为“已办结”" in shown
    assert await standing(office, waiting) == ("dispatched", True, 3)
    assert await standing(office, disputed) == ("dispatched", True, 3)
    assert await standing(office, kept) == ("dispatched", True, 2)
    assert (await standing(office, closed))[0] == "closed"
    page = (await browser.get(f"/cases/{disputed}")).text
    assert "2026年第1次联席会议" in page
    listed = (await browser.get("/meetings")).text
    assert "2026年第1次联席会议" in listed
    # Once more: what was carried out is not carried out again.
    again = await browser.post(f"{answer.headers['location']}/carry-out")
    assert again.status_code == 303
    events = await office.pool.fetchval(
        'select count(*) from event e join "case" c on c.id = e.case_id'
        " where c.number = $1 and e.action = 'arbitrate'",
        disputed,
    )
    assert events == 1


async def test_a_form_that_is_sent_twice_is_one_meeting(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(SUPERVISOR)
    page = (await browser.get("/meetings/new")).text
    key = re.search(r'name="idempotency_key" value="([^"]{20,})"', page)
    assert key is not None
    case = {"number": [await opened(office)], "lead_unit": ["CGJ"], "co_unit": [""]}
    form = {**FORM, **case, "reason": ["职责所在"], "idempotency_key": key[1]}
    both = await asyncio.gather(*(browser.post("/meetings", data=form) for _ in "12"))
    assert [answer.status_code for answer in both] == [303, 303]
    assert len({answer.headers["location"] for answer in both}) == 1
    assert (
        await office.pool.fetchval(
            "select count(*) from meeting where idempotency_key = $1", key[1]
        )
        == 1
    )
    other = await browser.post("/meetings", data={**form, "minutes": "另一次会议。"})
    assert other.status_code == 409


async def test_what_a_dispatcher_may_not_decide_waits_for_the_supervisor(
    client_as: ClientAs, office: Office
) -> None:
    number = await objected(office)
    browser = await client_as(DISPATCHER)
    case = {"number": [number], "lead_unit": ["CGJ"], "co_unit": [""], "reason": ["职责所在"]}
    there = (await browser.post("/meetings", data={**FORM, **case})).headers["location"]
    assert "不能由您按会议决定" in (await browser.get(there)).text
    supervisor = await client_as(SUPERVISOR)
    await supervisor.post(f"{there}/carry-out")
    assert await standing(office, number) == ("dispatched", True, 3)


async def test_a_wrong_form_comes_back_with_what_was_typed(client_as: ClientAs) -> None:
    browser = await client_as(SUPERVISOR)
    answer = await browser.post(
        "/meetings", data={**FORM, "place": "", "number": ["123"], "lead_unit": ["没有这个局"]}
    )
    assert answer.status_code == 422
    for words in ("李副秘书长", "工单号有误", "请从列表中选择单位", "请填写议定的理由"):
        assert words in answer.text
    future = {**FORM, "held_at": "2099-01-01T09:00", "number": [], "lead_unit": []}
    assert "请至少列出一件" in (await browser.post("/meetings", data=future)).text


async def test_meetings_are_for_those_who_dispatch(client_as: ClientAs) -> None:
    for actor in (AGENT, WATER_CLERK, LEADER):
        browser = await client_as(actor)
        assert (await browser.get("/meetings")).status_code == 403
    assert (await (await client_as(DISPATCHER)).get("/meetings/999999")).status_code == 404


async def test_the_digest_stands_on_the_pages_until_it_is_put_away(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    await do(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await make_digests(office, at(3, 9, 9))
    await office.pool.execute(
        "update digest set day = (now() at time zone 'Asia/Shanghai')::date, overdue = 7"
    )
    for actor, path in ((WATER_CLERK, "/portal"), (DISPATCHER, "/desk"), (LEADER, "/oversight")):
        browser = await client_as(actor)
        assert "今日提要" in (await browser.get(path)).text, path
        answer = await browser.post("/digest/put-away", data={"back": path})
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        assert "今日提要" not in (await browser.get(path)).text
        assert "今日提要" in (await browser.get("/me")).text
