"""附件 over HTTP: uploaded by another system, named by an act, read by who may see the case."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from dispatch.office import Office
from hotline.files import new_file_key
from tests.hotline.test_files import PNG
from tests.makers import AGENT, DISPATCHER, WATER_CLERK
from tests.web.conftest import ClientAs
from tests.web.test_api import Caller, caller, done, opened

__all__ = ["caller"]

BINARY = {"content-type": "application/octet-stream"}
LARGE = b"%PDF-1.7\n" + bytes(10 * 1024 * 1024)


async def sent(client: httpx.AsyncClient, content: Any = PNG, name: str = "现场.png") -> Any:
    return await client.post("/files", content=content, params={"name": name}, headers=BINARY)


async def test_a_file_goes_with_the_act_that_names_it(caller: Caller) -> None:
    agent = await caller(AGENT)
    answer = await sent(agent, name="C:\\照片\\现场 1.JPG")
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert (file["name"], file["media_type"], file["size"]) == (
        "现场 1.png", "image/png", len(PNG),
    )  # fmt: skip
    assert file["key"].endswith(file["sha256"]) and file["use_before"].endswith("+08:00")
    form = await agent.post("/files", files={"file": ("录音说明.txt", "来电录音".encode(), "x/y")})
    assert form.status_code == 201 and form.json()["name"] == "录音说明.txt"
    case = await opened(caller, files=[file["key"]])
    number = case["number"]
    await done(caller, AGENT, number, "supplement", note="补充", files=[form.json()["key"]])
    shown = (await agent.get(f"/cases/{number}")).json()
    assert [(one["name"], one["seq"], one["added_by"]) for one in shown["files"]] == [
        ("现场 1.png", 1, AGENT.name), ("录音说明.txt", 2, AGENT.name),
    ]  # fmt: skip
    got = await agent.get(shown["files"][0]["href"].removeprefix("/api/v1"))
    assert got.content == PNG and got.headers["content-type"] == "image/png"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"


async def test_a_file_is_found_by_who_sees_the_case_and_by_nobody_else(caller: Caller) -> None:
    key = (await sent(await caller(AGENT))).json()["key"]
    number = (await opened(caller, files=[key]))["number"]
    path = f"/cases/{number}/files/{key}"
    assert (await (await caller(DISPATCHER)).get(path)).content == PNG
    foreign = await (await caller(WATER_CLERK)).get(path)
    missing = await (await caller(AGENT)).get(f"/cases/{number}/files/{new_file_key(b'none')}")
    for answer in (foreign, missing):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    other = (await opened(caller))["number"]
    assert (await (await caller(AGENT)).get(f"/cases/{other}/files/{key}")).status_code == 404
    await done(caller, DISPATCHER, number, "dispatch", lead_unit="SWJ")
    assert (await (await caller(WATER_CLERK)).get(path)).content == PNG


async def test_a_key_is_of_no_use_to_anybody_else(caller: Caller) -> None:
    key = (await sent(await caller(DISPATCHER))).json()["key"]
    number = (await opened(caller))["number"]
    answer = await (await caller(AGENT)).post(
        f"/cases/{number}/actions/supplement", json={"note": "补充", "files": [key]}
    )
    assert answer.status_code == 422
    assert answer.json()["fields"] == {"files": "有附件已失效，请重新上传"}
    await done(caller, DISPATCHER, number, "supplement", note="补充", files=[key])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "附件是空文件"),
        (b"MZ\x90\x00" + bytes(80), "附件不是可以上传的类型"),
        (LARGE, "附件超过10MB"),
    ],
)
async def test_what_cannot_be_kept_is_told_in_a_sentence(
    caller: Caller, office: Office, content: bytes, why: str
) -> None:
    before = await office.pool.fetchval("select count(*) from attachment")
    agent = await caller(AGENT)
    for answer in (
        await sent(agent, content, "a.png"),
        await agent.post("/files", files={"file": ("a.png", content, "image/png")}),
    ):
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["fields"]["file"].startswith(why)
    assert await office.pool.fetchval("select count(*) from attachment") == before


async def test_a_caller_who_reads_english_is_told_in_english(caller: Caller) -> None:
    answer = await (await caller(AGENT)).post(
        "/files", content=LARGE, headers={**BINARY, "accept-language": "en"}
    )
    assert answer.json()["fields"] == {"file": "Attachment: larger than 10 MB"}


async def test_a_form_carries_one_file(caller: Caller) -> None:
    agent = await caller(AGENT)
    two = [("file", ("a.png", PNG, "image/png")), ("file", ("b.png", PNG, "image/png"))]
    for files in (two, [("picture", ("a.png", PNG, "image/png"))]):
        answer = await agent.post("/files", files=files)
        assert answer.status_code == 422 and "请上传一个文件" in answer.json()["fields"]["file"]


async def test_a_body_without_end_is_not_read_to_its_end(caller: Caller) -> None:
    """A sender that does not say how much comes is stopped at the limit."""
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield bytes(1024 * 1024)

    answer = await sent(await caller(AGENT), endless(), "a.bin")
    assert answer.status_code == 422 and "超过10MB" in answer.json()["fields"]["file"]
    assert given <= 12


async def test_who_sends_no_token_uploads_nothing(
    app: Litestar, client_as: ClientAs, office: Office
) -> None:
    nobody = await client_as()
    answer = await nobody.post("/api/v1/files", content=PNG, headers=BINARY)
    assert answer.status_code == 401
    browser = await client_as(AGENT, csrf=False)
    assert (await browser.post("/api/v1/files", content=PNG, headers=BINARY)).status_code == 403


async def test_the_schema_tells_how_files_are_sent(client_as: ClientAs) -> None:
    schema = (await (await client_as()).get("/schema")).json()
    upload = schema["paths"]["/api/v1/files"]["post"]
    assert set(upload["requestBody"]["content"]) == {
        "application/octet-stream", "multipart/form-data",
    }  # fmt: skip
    assert {"201", "401", "413", "422", "429"} <= set(upload["responses"])
    assert "/api/v1/cases/{number}/files/{file_key}" in schema["paths"]
    act = schema["paths"]["/api/v1/cases/{number}/actions/{action}"]["post"]
    files = act["requestBody"]["content"]["application/json"]["schema"]["properties"]["files"]
    assert files["type"] == "array" and "POST /api/v1/files" in files["description"]
