"""What a gateway's answer says about a text: taken, not taken, or nobody knows."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from dispatch.sms import open_provider
from dispatch.sms.http import HttpGateway
from dispatch.sms.kannel import Kannel
from dispatch.sms.provider import (
    Accepted,
    OutSms,
    Rejected,
    SendResult,
    Throttled,
    Unknown,
)
from dispatch.sms.signature import HEADER, signed_by_one_of
from hotline.settings import Settings, settings_from

TEXT = OutSms(42, "+8613800001234", "【云州12345】您好")
SETTINGS: Settings = replace(
    settings_from({}),
    sms_http_url="https://sms.city.example/send",
    gateway_secrets=("a-secret-of-this-city",),
)

Answer = Callable[[httpx.Request], httpx.Response]


def always(status: int, *, headers: dict[str, str] | None = None, **body: object) -> Answer:
    return lambda request: httpx.Response(status, headers=headers, **body)  # type: ignore[arg-type]


def broken(fault: type[httpx.TransportError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise fault("gone", request=request)

    return answer


async def sent(kind: type[Kannel | HttpGateway], answer: Answer) -> SendResult:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        return await kind(SETTINGS, client).send(TEXT)


@pytest.mark.parametrize("kind", [Kannel, HttpGateway])
@pytest.mark.parametrize(
    ("fault", "surely_not_sent"),
    [
        (httpx.ConnectError, True),
        (httpx.ConnectTimeout, True),
        (httpx.ReadTimeout, False),
        (httpx.WriteError, False),
        (httpx.RemoteProtocolError, False),
    ],
)
async def test_only_what_was_surely_not_written_may_be_tried_again(
    kind: type[Kannel | HttpGateway], fault: type[httpx.TransportError], surely_not_sent: bool
) -> None:
    result = await sent(kind, broken(fault))
    if surely_not_sent:
        assert isinstance(result, Rejected) and not result.permanent
    else:
        assert isinstance(result, Unknown)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (always(200, json={"id": "abc"}), Accepted("abc")),
        (always(202, text="ok"), Accepted()),
        (always(429, headers={"retry-after": "7"}), Throttled(timedelta(seconds=7))),
        (always(429, headers={"retry-after": "soon"}), Throttled(timedelta(seconds=30))),
        (always(503), Rejected("HTTP 503")),
        (always(403), Rejected("HTTP 403")),
        (always(422), Rejected("HTTP 422", permanent=True)),
        (always(500), Unknown("HTTP 500")),
        (always(302), Unknown("HTTP 302")),
    ],
)
async def test_the_json_gateway(answer: Answer, result: SendResult) -> None:
    assert await sent(HttpGateway, answer) == result


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (always(202, text="0: Accepted for delivery"), Accepted()),
        (always(202, text="3: Queued for later delivery"), Accepted()),
        (always(403, text="Authorization failed"), Rejected("Kannel 403: Authorization failed")),
        (always(503, text="No route"), Rejected("Kannel 503: No route")),
        (always(400, text="Empty"), Rejected("Kannel 400: Empty", permanent=True)),
        (always(500, text="?"), Unknown("Kannel 500: ?")),
    ],
)
async def test_kannel(answer: Answer, result: SendResult) -> None:
    assert await sent(Kannel, answer) == result


async def test_the_json_gateway_can_check_who_sends() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    await sent(HttpGateway, answer)
    body = seen[0].content
    assert json.loads(body) == {
        "id": "42",
        "to": TEXT.phone,
        "text": TEXT.text,
        "from": "12345",
    }
    now, header = datetime.now(UTC), seen[0].headers[HEADER]
    assert signed_by_one_of(SETTINGS.gateway_secrets, header, body, now=now)
    assert not signed_by_one_of(("another-secret-of-16",), header, body, now=now)
    assert not signed_by_one_of((), header, body, now=now)


async def test_kannel_gets_chinese_as_ucs2_in_the_body_and_nothing_in_the_address() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202)

    await sent(Kannel, answer)
    (request,) = seen
    assert not request.url.query
    assert request.content.decode() == TEXT.text
    assert request.headers["x-kannel-coding"] == "2"
    assert request.headers["x-kannel-to"] == "13800001234"
    assert request.headers["x-kannel-dlr-url"] == (
        "http://127.0.0.1:8012/gateway/sms/kannel/a-secret-of-this-city/dlr/42?type=%d"
    )


@pytest.mark.parametrize("name", ["sim", "kannel", "http"])
async def test_each_setting_names_its_provider(name: str) -> None:
    async with open_provider(replace(SETTINGS, sms_provider=name)) as provider:
        assert provider.name == name


async def test_a_gateway_without_address_keeps_the_texts_waiting() -> None:
    bare = replace(SETTINGS, sms_provider="http", sms_http_url=None)
    async with open_provider(bare) as provider:
        result = await provider.send(TEXT)
    assert isinstance(result, Rejected) and not result.permanent
    assert "HOTLINE_SMS_HTTP_URL" in result.why
