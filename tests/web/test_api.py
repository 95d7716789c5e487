"""The JSON API: the contract of other systems, spoken over HTTP."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from dispatch.office import Office, clock
from dispatch.perform import perform
from dispatch.tokens import create_token, revoke_token, tokens_of
from hotline.errors import NotFound
from hotline.numbers import is_case_number
from hotline.people import CLOCK, Actor
from tests.makers import (
    AGENT,
    CITY_CLERK,
    DISPATCHER,
    HEDONG_CLERK,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    WATER_CLERK,
)

Caller = Callable[[Actor], Awaitable[httpx.AsyncClient]]
V1 = "/api/v1"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def caller(app: Litestar, office: Office) -> Any:
    """`await caller(AGENT)`: a client with a token of that person."""
    clients: dict[str, httpx.AsyncClient] = {}

    async def client(actor: Actor) -> httpx.AsyncClient:
        if actor.name not in clients:
            token = await create_token(office.pool, f"staff{actor.staff_id}", "对接系统")
            clients[actor.name] = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
                base_url=f"http://hotline.test{V1}",
                headers={"authorization": f"Bearer {token}"},
            )
        return clients[actor.name]

    yield client
    for one in clients.values():
        await one.aclose()


async def opened(caller: Caller, **changes: Any) -> dict[str, Any]:
    answer = await (await caller(AGENT)).post("/cases", json={**REQUEST, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def act(
    caller: Caller, actor: Actor, number: str, action: str, **inputs: Any
) -> httpx.Response:
    return await (await caller(actor)).post(f"/cases/{number}/actions/{action}", json=inputs)


async def done(
    caller: Caller, actor: Actor, number: str, action: str, **inputs: Any
) -> dict[str, Any]:
    answer = await act(caller, actor, number, action, **inputs)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(listed: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in listed]


async def test_a_new_case_comes_with_everything_that_the_next_step_needs(caller: Caller) -> None:
    case = await opened(caller)
    assert is_case_number(case["number"])
    assert len(case["lookup_code"]) == 8
    stands = {name: case[name] for name in ("kind", "stage", "phase", "round", "version")}
    assert stands == {
        "kind": "citizen", "stage": "accepted", "phase": "assignment", "round": 1, "version": 1,
    }  # fmt: skip
    clocks = {clock["name"]: clock for clock in case["clocks"]}
    assert set(clocks) == {"whole", "dispatch"}
    assert clocks["whole"]["owed_by"] == "supervisor"
    assert clocks["whole"]["state"] == "running"
    assert clocks["whole"]["due_at"].endswith("T23:59:59+08:00")
    assert case["assignments"] == []
    answer = next(one for one in case["actions"] if one["name"] == "answer_directly")
    assert answer["needs"] == [
        {"name": "answer", "label": "答复内容", "type": "text", "required": True, "choices": [],
         "max_length": 4000}
    ]  # fmt: skip
    amend = next(one for one in case["actions"] if one["name"] == "amend")
    kinds = next(need for need in amend["needs"] if need["name"] == "request_type")
    assert {"value": "help", "label": "求助"} in kinds["choices"]
    assert case["requester"]["phone"] == "+8613800001234"


async def test_a_case_goes_from_the_call_to_the_end_over_the_api(caller: Caller) -> None:
    call = await (await caller(AGENT)).post("/calls", json={"disposition": "case", **REQUEST})
    assert call.status_code == 201
    number = call.json()["case"]["number"]
    sent = await done(caller, DISPATCHER, number, "dispatch", lead_unit="SWJ", seen_version=1)
    assert sent["assignments"][0]["unit"] == {"code": "SWJ", "name": "云州市水务局"}
    assert {clock["name"]: clock["state"] for clock in sent["clocks"]}["dispatch"] == "ended"
    assert "sign" in names(
        (await (await caller(WATER_CLERK)).get(f"/cases/{number}")).json()["actions"]
    )
    await done(caller, WATER_CLERK, number, "sign")
    nested = {"inputs": {"result": "solved", "reply": "已恢复供水。"}, "seen_version": 3}
    await done(caller, WATER_CLERK, number, "reply", **nested)
    redone = await done(
        caller, REVIEWER, number, "redo", redo_reasons=["no_result"], note="缺少恢复时间"
    )
    assert (redone["round"], redone["stage"]) == (2, "handling")
    whole = await (await caller(SUPERVISOR)).get(f"/cases/{number}")
    case = whole.json()
    assert [event["action"] for event in case["history"]] == [
        "open", "dispatch", "sign", "reply", "redo",
    ]  # fmt: skip
    assert [event["seq"] for event in case["history"]] == [1, 2, 3, 4, 5]
    assert case["history"][0]["label"] == "登记受理"
    assert "requester_phone" not in case["history"][0]["inputs"]
    assert {part["round"]: part["state"] for part in case["assignments"]} == {
        1: "replied", 2: "signed",
    }  # fmt: skip
    assert sorted(clock["round"] for clock in case["clocks"] if clock["name"] == "handle") == [1, 2]
    assert all(datetime.fromisoformat(event["at"]).utcoffset() for event in case["history"])
    assert "lookup_code" not in case


async def test_the_history_has_words_beside_the_codes(caller: Caller, office: Office) -> None:
    number = (await opened(caller))["number"]
    await done(caller, DISPATCHER, number, "dispatch", lead_unit="SWJ", note="电话13800001234")
    ringing = {"clock": "handle", "level": 2, "since": "2026-03-11T09:30:00+08:00"}
    await perform(office, number, "warn", actor=CLOCK, inputs=ringing, now=clock())
    case = (await (await caller(REVIEWER)).get(f"/cases/{number}")).json()
    _, sent, warned = case["history"]
    assert {"label": "主办单位", "words": "云州市水务局"} in sent["said"]
    assert sent["inputs"]["lead_unit"] == "SWJ" and sent["rang"] == ""
    assert (warned["said"], warned["inputs"]) == ([], ringing)
    assert warned["rang"] == "办理时限第二次预警，自2026-03-11 09:30起"
    unit = (await (await caller(WATER_CLERK)).get(f"/cases/{number}")).json()["history"][1]
    assert sent["inputs"]["note"] in [one["words"] for one in sent["said"]]
    assert unit["inputs"]["note"] in [one["words"] for one in unit["said"]]


async def test_a_call_may_end_without_a_case(caller: Caller) -> None:
    agent = await caller(AGENT)
    given = {
        "disposition": "answered", "subject": "办事时间", "answer": "工作日九点开始。",
        "requester_phone": "０１０－１２３４５６７８",
    }  # fmt: skip
    answer = await agent.post("/calls", json=given)
    assert answer.status_code == 201
    assert answer.json()["case"] is None
    assert answer.json()["disposition_label"] == "直接答复"
    wrong = await agent.post("/calls", json={"disposition": "statutory_channel"})
    assert wrong.status_code == 422
    assert "ground" in wrong.json()["fields"]


async def test_a_unit_sees_no_requester_and_no_foreign_case(caller: Caller) -> None:
    case = await opened(
        caller, title="王女士家停水", content="我是王女士，请回电13800001234，我家停水两天。"
    )
    number = case["number"]
    await done(caller, DISPATCHER, number, "dispatch", lead_unit="SWJ")
    unit = await caller(WATER_CLERK)
    seen = (await unit.get(f"/cases/{number}")).json()
    assert seen["title"] == "王**家停水"
    listed = (await unit.get("/cases")).json()["cases"]
    assert [row["title"] for row in listed if row["number"] == number] == ["王**家停水"]
    assert seen["requester"] == {
        "name": "王**", "phone": "138****1234", "anonymous": False, "confidential": False,
        "masked": True,
    }  # fmt: skip
    assert "13800001234" not in str(seen)
    assert "王女士" not in str(seen)
    assert "lookup_code" not in seen
    for foreign in (CITY_CLERK, HEDONG_CLERK):
        hidden = await (await caller(foreign)).get(f"/cases/{number}")
        none = await (await caller(foreign)).get("/cases/2603090000017")
        assert (hidden.status_code, hidden.json()) == (404, none.json())
        refused = await act(caller, foreign, number, "sign")
        assert refused.status_code == 404


async def test_reading_a_confidential_case_is_written_down(caller: Caller, office: Office) -> None:
    case = await opened(caller, confidential=True)
    await (await caller(SUPERVISOR)).get(f"/cases/{case['number']}")
    row = await office.pool.fetchrow(
        'select a.what, a.staff_id from access a join "case" c on c.id = a.case_id'
        " where c.number = $1",
        case["number"],
    )
    assert row is not None
    assert tuple(row) == ("read_confidential", SUPERVISOR.staff_id)


async def test_a_stale_version_is_told_what_changed(caller: Caller) -> None:
    number = (await opened(caller))["number"]
    await done(caller, DISPATCHER, number, "dispatch", lead_unit="SWJ", seen_version=1)
    late = await act(caller, DISPATCHER, number, "redispatch", lead_unit="CGJ", reason="改",
                     seen_version=1)  # fmt: skip
    assert late.status_code == 409
    assert late.headers["content-type"] == "application/problem+json"
    problem = late.json()
    assert problem["version"] == 2
    assert [(change["action"], change["actor"]) for change in problem["changes"]] == [
        ("dispatch", "派单员老周")
    ]
    again = await act(caller, DISPATCHER, number, "dispatch", lead_unit="CGJ")
    assert again.status_code == 409
    assert "待签收" in again.json()["detail"]


async def test_the_same_key_answers_as_the_first_time(caller: Caller, office: Office) -> None:
    agent = await caller(AGENT)
    key = {"idempotency-key": "对".encode().hex() + "-1"}
    first, second = [await agent.post("/cases", json=REQUEST, headers=key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["number"] == second.json()["number"]
    assert second.json()["lookup_code"] == first.json()["lookup_code"]
    call = {"disposition": "case", **REQUEST}
    calls = [
        (await agent.post("/calls", json=call, headers={"idempotency-key": "c-1"})).json()
        for _ in range(2)
    ]
    assert calls[0]["id"] == calls[1]["id"]
    assert calls[0]["case"]["number"] == calls[1]["case"]["number"]
    number, taken = first.json()["number"], {"idempotency-key": "a-1"}
    chief = await caller(DISPATCHER)
    moved = [
        await chief.post(f"/cases/{number}/actions/dispatch", json={"lead_unit": "SWJ"},
                         headers=taken)
        for _ in range(2)
    ]  # fmt: skip
    assert [one.status_code for one in moved] == [200, 200]
    assert [one.json()["version"] for one in moved] == [2, 2]
    other = await chief.post(f"/cases/{number}/actions/remind", json={}, headers=taken)
    assert other.status_code == 409
    long = await agent.post("/cases", json=REQUEST, headers={"idempotency-key": "k" * 81})
    assert long.status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"title": ["列表"]}, "title"),
        ({"content": "\u202e倒写的文字"}, "content"),
        ({"content": "零宽\u200b字符"}, "content"),
        ({"content": "含\x00空字符"}, "content"),
        ({"content": {"not": "text"}}, "content"),
        ({"category": "没有"}, "category"),
        ({"category": 7}, "category"),
        ({"place": "000000"}, "place"),
        ({"urgency": "很急"}, "urgency"),
        ({"urgency": None}, "urgency"),
        ({"request_type": 1}, "request_type"),
        ({"requester_phone": "不是号码"}, "requester_phone"),
        ({"requester_phone": 13800001234}, "requester_phone"),
        ({"requester_phone": ""}, "requester_phone"),
        ({"anonymous": "也许"}, "anonymous"),
        ({"kind": "unheard_of"}, "kind"),
        ({"kind": []}, "kind"),
    ],
)
async def test_bad_input_gets_a_sentence_beside_its_field(
    caller: Caller, office: Office, changes: dict[str, Any], field: str
) -> None:
    before = await office.pool.fetchval('select count(*) from "case"')
    answer = await (await caller(AGENT)).post("/cases", json={**REQUEST, **changes})
    problem = answer.json()
    assert answer.status_code == 422, problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(problem["fields"]) == [field]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem["fields"][field])
    assert await office.pool.fetchval('select count(*) from "case"') == before


async def test_everything_that_is_wrong_is_told_at_once(caller: Caller) -> None:
    answer = await (await caller(AGENT)).post("/cases", json={})
    assert set(answer.json()["fields"]) == {"request_type", "urgency", "title", "content"}


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff", b'{"title": "\\ud800"}', b"[" * 9999]
)
async def test_what_is_no_json_object_is_refused(caller: Caller, body: bytes) -> None:
    answer = await (await caller(AGENT)).post(
        "/cases", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert "body" in answer.json()["fields"]


@pytest.mark.parametrize("version", [0, -1, "1", True, 1.5, 2**40])
async def test_a_version_is_a_positive_number(caller: Caller, version: Any) -> None:
    number = (await opened(caller))["number"]
    answer = await act(
        caller, DISPATCHER, number, "dispatch", lead_unit="SWJ", seen_version=version
    )
    assert answer.status_code == 422
    assert "seen_version" in answer.json()["fields"]


async def test_an_action_that_is_none_or_not_yours_is_refused(caller: Caller) -> None:
    number = (await opened(caller))["number"]
    assert (await act(caller, DISPATCHER, number, "explode")).status_code == 404
    assert (await act(caller, AGENT, number, "dispatch", lead_unit="SWJ")).status_code == 403
    assert (await act(caller, DISPATCHER, number, "dispatch", inputs=[])).status_code == 422
    centre = await act(caller, DISPATCHER, number, "dispatch", lead_unit="12345")
    assert centre.status_code == 422


async def test_without_a_token_nothing_is_answered(app: Litestar, office: Office) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hotline.test") as nobody:
        for headers in ({}, {"authorization": "Bearer 假的"}, {"authorization": "Basic eDp5"}):
            encoded = {name: value.encode() for name, value in headers.items()}
            for path in ("/cases", "/units", "/deadlines?start=2026-03-09&limit=1", "/figures"):
                answer = await nobody.get(f"{V1}{path}", headers=encoded)
                assert answer.status_code == 401
                assert answer.headers["content-type"] == "application/problem+json"
            assert (
                await nobody.post(f"{V1}/cases", json=REQUEST, headers=encoded)
            ).status_code == 401


async def test_a_revoked_token_is_listed_as_such(office: Office) -> None:
    sign_in = f"staff{SUPERVISOR.staff_id}"
    await create_token(office.pool, sign_in, "旧系统")
    newest = (await tokens_of(office.pool, sign_in))[0]
    assert (newest.name, newest.revoked_at) == ("旧系统", None)
    await revoke_token(office.pool, newest.id)
    assert (await tokens_of(office.pool, sign_in))[0].revoked_at is not None
    with pytest.raises(NotFound):
        await create_token(office.pool, "nobody", "x")
    with pytest.raises(NotFound):
        await revoke_token(office.pool, 10**9)


async def test_lists_are_those_of_the_screens_page_after_page(caller: Caller) -> None:
    made = [(await opened(caller, title=f"路灯不亮第{i}盏"))["number"] for i in range(5)]
    chief = await caller(DISPATCHER)
    found: list[str] = []
    after = ""
    for _ in range(100):
        page = (
            await chief.get("/cases", params={"queue": "to_dispatch", "limit": 2, "after": after})
        ).json()
        found += [row["number"] for row in page["cases"]]
        if not (after := page["next_after"] or ""):
            break
    assert len(found) == len(set(found))
    assert set(made) <= set(found)
    searched = (await chief.get("/cases", params={"q": "路灯不亮"})).json()
    assert [row["number"] for row in searched["cases"]] == made[::-1]
    none = (await chief.get("/cases", params={"q": "路灯不亮", "unit": "SWJ"})).json()
    assert none == {"cases": [], "next_after": None}
    foreign = (await (await caller(WATER_CLERK)).get("/cases", params={"q": "路灯不亮"})).json()
    assert foreign["cases"] == []
    newest = (await chief.get("/cases", params={"phase": "assignment", "limit": 1})).json()
    assert newest["cases"][0]["number"] == made[-1]
    assert newest["cases"][0]["stage_label"] == "待派单"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"queue": "没有"}, "queue"), ({"unit": "没有"}, "unit"), ({"phase": "later"}, "phase"),
        ({"q": "水"}, "q"), ({"after": "乱写"}, "after"), ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"), ({"limit": "很多"}, "limit"), ({"category": "x"}, "category"),
        ({"q": "2603090000018"}, "q"), ({"q": "停水", "queue": "to_dispatch"}, "q"),
    ],
)  # fmt: skip
async def test_a_list_that_cannot_be_is_refused(
    caller: Caller, query: dict[str, str], field: str
) -> None:
    answer = await (await caller(DISPATCHER)).get("/cases", params=query)
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]


async def test_a_list_of_other_people_is_refused(caller: Caller) -> None:
    answer = await (await caller(WATER_CLERK)).get("/cases", params={"queue": "to_dispatch"})
    assert answer.status_code == 403


async def test_units_categories_and_places_come_as_trees_of_codes(caller: Caller) -> None:
    clerk = await caller(WATER_CLERK)
    units = {one["code"]: one for one in (await clerk.get("/units")).json()}
    assert units["HDQ01"]["parent"] == "HDQ"
    categories = {one["code"]: one for one in (await clerk.get("/categories")).json()}
    assert categories["01.01.01"]["path"] == "市政公用 / 供水 / 停水"
    places = {one["code"]: one for one in (await clerk.get("/places")).json()}
    assert places["990101001"]["path"] == "河东区柳桥街道"


async def test_figures_are_for_whom_they_concern(caller: Caller) -> None:
    number = (await opened(caller))["number"]
    await done(caller, DISPATCHER, number, "dispatch", lead_unit="SWJ")
    figures = (await (await caller(SUPERVISOR)).get("/figures")).json()
    water = next(line for line in figures["units"] if line["unit"]["code"] == "SWJ")
    assert water["counts"]["received"] >= 1
    assert figures["total"]["counts"]["opened"] >= water["counts"]["received"]
    own = (await (await caller(WATER_CLERK)).get("/figures")).json()
    assert [line["unit"]["code"] for line in own["units"]] == ["SWJ"]
    refused = await (await caller(WATER_CLERK)).get("/figures", params={"unit": "CGJ"})
    assert refused.status_code == 403
    wrong = await (await caller(SUPERVISOR)).get("/figures", params={"from": "昨天"})
    assert list(wrong.json()["fields"]) == ["from"]


async def test_a_deadline_is_explained_day_by_day(caller: Caller) -> None:
    agent = await caller(AGENT)
    query = {"start": "2026-09-29T10:00:00+08:00", "limit": "7", "unit": "working_day"}
    found = (await agent.get("/deadlines", params=query)).json()
    days = {day["date"]: day for day in found["days"]}
    assert found["due_at"] == f"{max(days)}T23:59:59+08:00"
    assert sum(day["counted"] for day in days.values()) == 7
    assert days["2026-10-01"]["counted"] is False
    assert "国庆" in days["2026-10-01"]["why"]
    assert found["provisional"] is False
    assert found["calendar_version"]
    unescaped = await agent.get("/deadlines?start=2026-09-29T10:00:00+08:00&limit=7")
    assert unescaped.json()["due_at"] == found["due_at"]
    far = (
        await agent.get("/deadlines?start=2027-03-01&limit=1&unit=calendar_day&roll=false")
    ).json()
    assert (far["due_at"], far["provisional"]) == ("2027-03-02T23:59:59+08:00", True)
    hours = (await agent.get("/deadlines?start=2026-03-09T09:00:00Z&limit=2&unit=hour")).json()
    assert hours["due_at"] == "2026-03-09T19:00:00+08:00"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=7", "start"),
        ("start=2026-03-09T09:00:00&limit=7", "start"),
        ("start=2026-02-30&limit=7", "start"),
        ("start=9999-12-31&limit=7", "start"),
        ("start=2006-12-31&limit=7", "start"),
        ("start=2026-03-09", "limit"),
        ("start=2026-03-09&limit=-1", "limit"),
        ("start=2026-03-09&limit=1.5&unit=working_day", "limit"),
        ("start=2026-03-09&limit=99999", "limit"),
        ("start=2026-03-09&limit=7&unit=weeks", "unit"),
        ("start=2026-03-09&limit=7&unit=calendar_day&roll=perhaps", "roll"),
    ],
)
async def test_a_deadline_that_cannot_be_worked_out_says_why(
    caller: Caller, query: str, field: str
) -> None:
    answer = await (await caller(AGENT)).get(f"/deadlines?{query}")
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]


async def test_the_schema_tells_every_path_body_and_answer(app: Litestar) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hotline.test") as nobody:
        schema = (await nobody.get("/schema")).json()
    assert schema["openapi"].startswith("3.1")
    paths = schema["paths"]
    assert set(paths) == {
        f"{V1}/{path}" for path in (
            "calls", "cases", "cases/{number}", "cases/{number}/actions/{action}", "units",
            "categories", "places", "figures", "deadlines", "cases/{number}/clocks/{name}",
            "procedures", "procedures/{kind}", "files", "cases/{number}/files/{file_key}",
        )
    }  # fmt: skip
    new = paths[f"{V1}/cases"]["post"]
    body = new["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["content", "request_type", "title", "urgency"]
    assert "help" in body["properties"]["request_type"]["enum"]
    assert "Idempotency-Key" in [one["name"] for one in new["parameters"]]
    case = schema["components"]["schemas"][
        new["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    ]
    assert {"number", "clocks", "assignments", "actions"} <= set(case["properties"])
    assert "application/problem+json" in new["responses"]["422"]["content"]
    listed = paths[f"{V1}/cases"]["get"]["parameters"]
    assert {"queue", "unit", "phase", "q", "after", "limit"} <= {one["name"] for one in listed}
