"""Every refusal in the form that its reader can use: page, fragment, problem+json."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from hotline.errors import (
    Change,
    Conflict,
    Incomplete,
    NotAvailable,
    NotFound,
    NotPermitted,
    Refusal,
    Secret,
    TooMany,
    Unreachable,
)
from tests.makers import AGENT
from tests.web.conftest import ClientAs
from web.given import GIVEN, PUBLIC
from web.refusals import HANDLERS

REFUSALS: dict[str, tuple[int, Refusal | Exception]] = {
    "not-found": (404, NotFound()),
    "not-permitted": (403, NotPermitted("这不归您办")),
    "not-available": (409, NotAvailable("本件已办结")),
    "conflict": (
        409,
        Conflict(
            "别人先办了",
            version=3,
            changes=(Change(3, "sign", "签收", "小何", "2026-03-09T09:00:00+08:00"),),
        ),
    ),
    "incomplete": (422, Incomplete({"title": "请填写“标题”"})),
    "secret": (422, Secret("涉密内容不得录入")),
    "too-many": (429, TooMany("请稍后再试", retry_after=30)),
    "unreachable": (502, Unreachable("短信网关没有响应")),
    "database": (503, asyncpg.ConnectionDoesNotExistError("gone")),
    "bug": (500, ValueError("13800001234 is secret")),
}


class Body(msgspec.Struct):
    title: str
    count: int = 0


@get("/{kind:str}", opt=PUBLIC)
async def refuse(kind: FromPath[str]) -> None:
    raise REFUSALS[kind][1]


@get("/limit", opt=PUBLIC)
async def ask_number(limit: FromQuery[int]) -> int:
    return limit


@post("/body", opt=PUBLIC)
async def take_body(data: JSONBody[Body]) -> str:
    return data.title


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def refusing(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """An application that refuses on request, with the templates of the real one."""
    routes = [Router("/api/v1/t", route_handlers=[refuse, ask_number, take_body])]
    small = Litestar(
        route_handlers=[*routes, Router("/t", route_handlers=[refuse])],
        exception_handlers=HANDLERS,
        dependencies=GIVEN,
        openapi_config=None,
        logging_config=None,
    )
    small.state.update(app.state)
    transport = httpx.ASGITransport(app=small, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hotline.test") as client:
        yield client


@pytest.mark.parametrize("kind", REFUSALS)
async def test_each_refusal_has_its_status_in_three_forms(
    refusing: httpx.AsyncClient, kind: str
) -> None:
    status, refusal = REFUSALS[kind]
    page = await refusing.get(f"/t/{kind}")
    fragment = await refusing.get(f"/t/{kind}", headers={"hx-request": "true"})
    problem = await refusing.get(f"/api/v1/t/{kind}")
    assert {page.status_code, fragment.status_code, problem.status_code} == {status}
    assert "<html" in page.text and "<html" not in fragment.text
    assert fragment.headers["hx-retarget"] == "#flash"
    assert problem.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = problem.json()
    assert said["status"] == status and said["title"] in page.text
    if isinstance(refusal, Refusal):
        assert said["detail"] == refusal.message
        assert refusal.message in page.text and refusal.message in fragment.text


async def test_a_problem_carries_what_a_program_needs(refusing: httpx.AsyncClient) -> None:
    incomplete = (await refusing.get("/api/v1/t/incomplete")).json()
    assert incomplete["fields"] == {"title": "请填写“标题”"}
    conflict = (await refusing.get("/api/v1/t/conflict")).json()
    assert conflict["version"] == 3 and conflict["changes"][0]["label"] == "签收"
    waiting = await refusing.get("/api/v1/t/too-many")
    assert waiting.headers["retry-after"] == "30" and waiting.json()["retry_after"] == 30


async def test_a_bug_gives_a_reference_that_the_log_has_and_tells_nothing_else(
    refusing: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await refusing.get("/t/bug")
    logged = capsys.readouterr().out
    problem = (await refusing.get("/api/v1/t/bug")).json()
    assert problem["reference"] in problem["detail"]
    assert "13800001234" not in answer.text + str(problem) + logged
    reference = answer.text.split("编号 ")[1][:8]
    assert reference in logged and "test_refusals" in logged


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"),
    [
        ("GET", "/limit?limit=ten", None, "应为数字"),
        ("GET", "/limit", None, "缺少必填"),
        ("POST", "/body", b"{}", "缺少必填的“title”"),
        ("POST", "/body", b'{"title": 1}', "“title”应为文字"),
        ("POST", "/body", b'{"title": "x", "count": "y"}', "“count”应为数字"),
        ("POST", "/body", b"no json", "格式"),
    ],
)
async def test_what_the_framework_refuses_is_said_in_chinese(
    refusing: httpx.AsyncClient, method: str, path: str, body: bytes | None, sentence: str
) -> None:
    answer = await refusing.request(
        method, f"/api/v1/t{path}", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert sentence in answer.json()["detail"]


async def test_an_unknown_address_is_told_so_in_chinese(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    page = await browser.get("/no/such/page")
    assert page.status_code == 404 and "没有这个页面" in page.text
    api = await browser.get("/api/v1/no-such")
    assert api.status_code == 404 and api.json()["title"] == "没有找到"
    assert (await browser.delete("/login")).status_code == 405


async def test_every_answer_carries_the_headers_that_protect_it(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    for path in ("/me", "/no/such/page", "/health"):
        headers = (await browser.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    static = await browser.get("/static/app.css?v=1")
    assert "immutable" in static.headers["cache-control"]
    assert (await browser.get("/static/../pyproject.toml")).status_code == 404
    assert (await browser.get("/static/package.json")).status_code == 404


async def test_health_names_the_missing_part(client_as: ClientAs, app: Litestar) -> None:
    browser = await client_as()
    answer = await browser.get("/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == answer.json()["queue"] == "ok"
    assert "heartbeat" in answer.json()["worker"]
    await app.state.office.pool.execute(
        "insert into heartbeat (process, kind, at) values ('w1', 'worker', now())"
    )
    assert (await browser.get("/health")).status_code == 200
