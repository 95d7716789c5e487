"""The doors of the providers: who may deliver, what is kept, and what comes back."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.outbox import deliver_waiting
from dispatch.sms.provider import OutSms, SendResult, Unknown
from dispatch.sms.signature import HEADER, signature
from hotline.casefile import CaseFile
from tests.makers import AGENT, REQUEST
from web.app import create_app, furnished

OLD, NEW = "an-older-secret-of-16", "a-newer-secret-of-16"
MOBILE = REQUEST["requester_phone"]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nobody_wrote(office: Office) -> None:
    await office.pool.execute("truncate message, opt_out, inbound_message")


@pytest_asyncio.fixture(loop_scope="session")
async def case(office: Office) -> CaseFile:
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=datetime.now(UTC))
    return outcome.case


@pytest.fixture
def changes() -> dict[str, Any]:
    """What a test sets: `with_settings`; `abroad` puts the caller on another machine."""
    return {}


def with_settings(**changes: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("changes", [changes], ids=["set"])


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(office: Office, changes: dict[str, Any]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application with the settings of the test."""
    chosen = {name: value for name, value in changes.items() if name != "abroad"}
    settings = replace(office.settings, **{"gateway_secrets": (NEW, OLD), **chosen})
    mine = replace(office, settings=settings)
    app = create_app(settings)
    async with furnished(app, mine):
        transport = httpx.ASGITransport(
            app=app,
            raise_app_exceptions=False,
            client=("203.0.113.9", 5) if "abroad" in changes else ("127.0.0.1", 5),
        )
        async with httpx.AsyncClient(transport=transport, base_url="http://gw.test") as opened:
            yield opened


async def kept(office: Office) -> list[tuple[str, str, str]]:
    rows = await office.pool.fetch(
        "select phone, body, understood from inbound_message order by id"
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("as_form", [True, False])
async def test_a_simulated_text_is_answered_at_once(
    gateway: httpx.AsyncClient, office: Office, case: CaseFile, as_form: bool
) -> None:
    text = {"from": "138 0000 1234", "text": f"查询 {case.number}"}
    sent = {"data": text} if as_form else {"json": text}
    answer = await gateway.post("/gateway/sms/sim", **sent)
    assert answer.status_code == 200
    assert "已受理" in answer.json()["reply"]
    assert answer.json()["understood"] == "lookup"
    assert await kept(office) == [("+8613800001234", text["text"], "lookup")]


async def test_the_same_id_is_one_text_with_one_reply(
    gateway: httpx.AsyncClient, office: Office, case: CaseFile
) -> None:
    text = {"from": MOBILE, "text": "帮助", "id": "m-1"}
    answers = [(await gateway.post("/gateway/sms/sim", json=text)).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(await kept(office)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "帮助"}, "from"),
        ({"from": "abc", "text": "帮助"}, "from"),
        ({"from": MOBILE}, "text"),
        ({"from": MOBILE, "text": " "}, "text"),
        ({"from": MOBILE, "text": "长" * 1001}, "text"),
        ({"from": MOBILE, "text": 5}, "text"),
        ({"from": MOBILE, "text": "帮助", "id": "x" * 81}, "id"),
        (["帮助"], "body"),
        ("帮助", "body"),
    ],
)
async def test_a_simulated_text_that_is_none_is_refused_in_words(
    gateway: httpx.AsyncClient, office: Office, body: Any, field: str
) -> None:
    answer = await gateway.post("/gateway/sms/sim", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in answer.json()["fields"]
    assert await kept(office) == []


async def test_broken_json_is_refused_in_words(gateway: httpx.AsyncClient) -> None:
    broken = await gateway.post(
        "/gateway/sms/sim", content=b'{"from', headers={"content-type": "application/json"}
    )
    assert broken.status_code == 422


@pytest.mark.parametrize(
    "changes",
    [{"demo": False, "abroad": True}, {"demo": True, "host": "0.0.0.0", "abroad": True}],
    ids=["no demonstration", "a demonstration that others reach"],
)
async def test_only_this_machine_may_simulate(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/gateway/sms/sim", json={"from": MOBILE, "text": "帮助"})
    assert answer.status_code == 404


@with_settings(sms_provider="kannel")
@pytest.mark.parametrize("path", ["/gateway/sms/sim", "/gateway/sms/http", "/phone/texts"])
async def test_only_the_provider_in_use_has_a_door(gateway: httpx.AsyncClient, path: str) -> None:
    answer = await gateway.post(path, json={"from": MOBILE, "text": "帮助"})
    assert answer.status_code == 404


@with_settings(sms_provider="kannel")
@pytest.mark.parametrize("secret", [OLD, NEW])
async def test_kannel_delivers_with_either_secret_and_gets_an_empty_answer(
    gateway: httpx.AsyncClient, office: Office, case: CaseFile, secret: str
) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=1)
    query = {
        "from": MOBILE,
        "to": "12345",
        "text": case.number,
        "id": "7f99",
        "ts": str(int(moment.timestamp())),
    }
    for _ in range(2):
        answer = await gateway.get(f"/gateway/sms/kannel/{secret}", params=query)
        assert (answer.status_code, answer.text) == (200, "")
    # A charset twice makes Kannel tell the citizen that the result is no SMS.
    assert answer.headers["content-type"].lower().count("charset") <= 1
    assert answer.headers["content-type"].startswith("text/plain")
    assert await kept(office) == [("+8613800001234", case.number, "lookup")]
    at = await office.pool.fetchval("select received_at from inbound_message")
    assert at == moment.replace(microsecond=0)


@with_settings(sms_provider="kannel")
async def test_kannel_may_post_the_words_as_the_body(
    gateway: httpx.AsyncClient, office: Office, case: CaseFile
) -> None:
    answer = await gateway.post(
        f"/gateway/sms/kannel/{NEW}?from={MOBILE}&id=1",
        content="帮助".encode(),
        headers={"content-type": 'text/plain; charset="UTF-8"', "x-kannel-to": "12345"},
    )
    assert answer.status_code == 200
    assert await kept(office) == [("+8613800001234", "帮助", "help")]


@with_settings(sms_provider="kannel")
async def test_a_wrong_secret_opens_nothing(gateway: httpx.AsyncClient, office: Office) -> None:
    for secret in ("wrong", NEW[:-1], NEW + "x", "密"):
        path = f"/gateway/sms/kannel/{secret}"
        assert (await gateway.get(path, params={"from": MOBILE, "text": "1"})).status_code == 404
        assert (await gateway.get(f"{path}/dlr/1", params={"type": "1"})).status_code == 404
    assert await kept(office) == []


@with_settings(sms_provider="kannel")
async def test_what_kannel_garbles_is_kept_aside(
    gateway: httpx.AsyncClient, office: Office
) -> None:
    answer = await gateway.get(f"/gateway/sms/kannel/{NEW}", params={"text": "没有号码"})
    assert answer.status_code == 200
    assert [row[2] for row in await kept(office)] == ["malformed"]


class Silent:
    """A provider that took a text and never said so."""

    name = "kannel"

    async def send(self, sms: OutSms) -> SendResult:
        return Unknown("没有答复")


@with_settings(sms_provider="kannel")
async def test_a_receipt_settles_a_text(
    gateway: httpx.AsyncClient, office: Office, case: CaseFile
) -> None:
    await deliver_waiting(office, datetime.now(UTC), provider=Silent())
    key = await office.pool.fetchval("select max(id) from message where channel = 'sms'")
    for kind in ("8", "1", "8", "64", "", "x"):
        answer = await gateway.get(f"/gateway/sms/kannel/{NEW}/dlr/{key}", params={"type": kind})
        assert answer.status_code == 200
    unknown = await gateway.get(f"/gateway/sms/kannel/{NEW}/dlr/{2**80}", params={"type": "1"})
    assert unknown.status_code == 200
    state = await office.pool.fetchval("select state from message where id = $1", key)
    assert state == "delivered"


def signed(body: Any, *, secret: str = OLD, at: datetime | None = None) -> dict[str, Any]:
    content = json.dumps(body).encode()
    header = signature(secret, content, now=at or datetime.now(UTC))
    return {"content": content, "headers": {HEADER: header, "content-type": "application/json"}}


def a_text(**changes: Any) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    return {"type": "text", "id": "e1", "from": MOBILE, "text": "帮助", "at": at, **changes}


@with_settings(sms_provider="http")
async def test_a_signed_batch_of_texts_and_receipts_is_taken_whole(
    gateway: httpx.AsyncClient, office: Office, case: CaseFile
) -> None:
    key = await office.pool.fetchval("select max(id) from message where channel = 'sms'")
    silent = Silent()
    silent.name = "http"
    await deliver_waiting(office, datetime.now(UTC), provider=silent)
    receipt = {"type": "receipt", "id": key, "state": "failed", "error": "空号"}
    batch = [a_text(), receipt, a_text(id="e2", text=case.number)]
    answer = await gateway.post("/gateway/sms/http", **signed(batch))
    assert (answer.status_code, answer.json()) == (200, {"taken": 3})
    assert [row[2] for row in await kept(office)] == ["help", "lookup"]
    row = await office.pool.fetchrow("select state, error from message where id = $1", key)
    assert row and tuple(row) == ("failed", "空号")


@with_settings(sms_provider="http")
@pytest.mark.parametrize(
    "wrong",
    [
        a_text(at="2026-03-09T09:00:00"),
        a_text(id=""),
        a_text(type="call"),
        [a_text(), {"type": "receipt", "id": 1, "state": "sending"}],
        [a_text(id=str(n)) for n in range(101)],
        "帮助",
    ],
)
async def test_a_signed_delivery_that_is_none_is_refused_whole(
    gateway: httpx.AsyncClient, office: Office, wrong: Any
) -> None:
    answer = await gateway.post("/gateway/sms/http", **signed(wrong))
    assert answer.status_code == 422 and answer.json()["fields"]
    assert await kept(office) == []


@with_settings(sms_provider="http")
async def test_unsigned_old_or_changed_deliveries_are_refused(
    gateway: httpx.AsyncClient, office: Office
) -> None:
    old = signed(a_text(), at=datetime.now(UTC) - timedelta(seconds=301))
    early = signed(a_text(), at=datetime.now(UTC) + timedelta(seconds=310))
    foreign = signed(a_text(), secret="somebody-elses-secret")
    changed = {**signed(a_text()), "content": b"{}"}
    unsigned = {"json": a_text()}
    for delivery in (old, early, foreign, changed, unsigned):
        answer = await gateway.post("/gateway/sms/http", **delivery)
        assert answer.status_code == 403
    assert await kept(office) == []


async def test_the_phone_shows_both_ends(
    gateway: httpx.AsyncClient, office: Office, case: CaseFile
) -> None:
    await deliver_waiting(office, datetime.now(UTC))
    page = await gateway.get("/phone")
    assert page.status_code == 200
    assert "138 0000 1234" in page.text and case.number in page.text
    sent = await gateway.post(
        "/phone/texts", data={"number": "+8613800001234", "text": "<b>帮助</b>"}
    )
    assert sent.status_code == 303
    seen = await gateway.get(sent.headers["location"])
    assert "&lt;b&gt;帮助&lt;/b&gt;" in seen.text and "未能识别" in seen.text
    assert "查询进度：发送13位工单号" in seen.text
    part = await gateway.get(
        "/phone/texts", params={"number": MOBILE}, headers={"hx-request": "true"}
    )
    assert part.text.startswith('<ol id="phone-texts"')


async def test_the_phone_says_what_is_wrong_with_what_was_typed(
    gateway: httpx.AsyncClient, office: Office
) -> None:
    assert "还没有短信" in (await gateway.get("/phone")).text
    for given in (
        {"number": "", "text": "帮助"},
        {"number": "0599-8881234", "text": "帮助"},
        {"number": MOBILE, "text": " "},
        {"number": MOBILE, "text": "长" * 1001},
    ):
        answer = await gateway.post("/phone/texts", data=given)
        assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert await kept(office) == []


@with_settings(host="0.0.0.0")
async def test_others_on_the_network_see_no_phone(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get("/phone")).status_code == 404
    assert (await gateway.get("/phone/texts")).status_code == 404


def a_call_event(**changes: Any) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    told = {"spec": "cti/1", "event_id": "c1", "source": "pbx-1", "call_id": "call-1", "seq": 1}
    return {**told, "event": "call.ringing", "at": at, "caller": MOBILE, "agent": "8001", **changes}


async def test_events_of_the_telephone_are_taken_once_and_signed(
    gateway: httpx.AsyncClient, office: Office
) -> None:
    batch = [
        a_call_event(),
        a_call_event(event_id="c2", event="call.ended", data={"cause": "cancel"}),
    ]
    for _ in range(2):
        answer = await gateway.post("/cti/v1/events", **signed(batch))
        assert (answer.status_code, answer.json()) == (202, {"taken": 2})
    one = await gateway.post("/cti/v1/events", **signed(a_call_event(event_id="c3")))
    assert one.status_code == 202
    calls = await office.pool.fetch("select caller, rang_extension, cause from phone_call")
    assert [tuple(row) for row in calls] == [("+8613800001234", "8001", "cancel")]
    unsigned = await gateway.post("/cti/v1/events", json=batch)
    assert unsigned.status_code == 403
    wrong: tuple[Any, ...] = (
        [a_call_event()] * 101,
        a_call_event(at="2026-03-09T09:00:00"),
        a_call_event(event_id=""),
        a_call_event(spec="cti/2"),
        "text",
    )
    for body in wrong:
        answer = await gateway.post("/cti/v1/events", **signed(body))
        assert answer.status_code == 422 and answer.json()["fields"]


@with_settings(gateway_secrets=())
async def test_without_a_secret_nobody_tells_of_calls(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.post("/cti/v1/events", **signed(a_call_event()))).status_code == 404


async def test_a_newcomer_plays_a_caller(gateway: httpx.AsyncClient, office: Office) -> None:
    await office.pool.execute("truncate phone_call, phone_event cascade")
    await office.pool.execute("update staff set extension = '' where extension = '8001'")
    await office.pool.execute("update staff set extension = '8001' where id = $1", AGENT.staff_id)
    assert AGENT.name in (await gateway.get("/phone/call")).text
    form = {"caller": "13800001234", "extension": "8001"}
    assert (await gateway.post("/phone/call", data=form | {"caller": "12"})).status_code == 422
    assert (await gateway.post("/phone/call", data=form | {"extension": "1"})).status_code == 422
    assert (await gateway.post("/phone/call", data=form)).status_code == 303
    lines = (await gateway.get("/phone/call/lines")).text
    assert "振铃" in lines
    call = await office.pool.fetchval("select call_id from phone_call")
    for event, said in (("call.answered", "通话中"), ("call.ended", "已挂断")):
        sent = await gateway.post("/phone/call/events", data={"call_id": call, "event": event})
        assert sent.status_code == 303
        assert said in (await gateway.get("/phone/call/lines")).text
    gone = await gateway.post("/phone/call/events", data={"call_id": "none", "event": "call.ended"})
    assert gone.status_code == 404


@with_settings(host="0.0.0.0")
async def test_others_on_the_network_ring_nobody(gateway: httpx.AsyncClient) -> None:
    for path in ("/phone/call", "/phone/call/lines"):
        assert (await gateway.get(path)).status_code == 404
    assert (await gateway.post("/phone/call", data={})).status_code == 404
