"""A gateway that takes JSON over HTTP, signed: for an operator's or a city's own SMS platform.

We POST `{"id", "to", "text", "from"}`; it answers 2xx with `{"id": "<its own>"}`, 429 when it
wants us slower, 503 when it cannot now, and any other 4xx when it never will.
"""

from datetime import timedelta

import httpx
import msgspec

from dispatch.office import clock
from dispatch.sms.calls import post
from dispatch.sms.provider import Accepted, OutSms, Rejected, SendResult, Throttled, Unknown
from dispatch.sms.signature import HEADER, signature
from hotline.settings import Settings

_LATER = frozenset({401, 403, 503})


class HttpGateway:
    """Signs with the first of the gateway secrets."""

    name = "http"

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    async def send(self, sms: OutSms) -> SendResult:
        """Hand it over."""
        settings = self._settings
        if not (settings.sms_http_url and settings.gateway_secrets):
            return Rejected("请设置 HOTLINE_SMS_HTTP_URL 和 HOTLINE_GATEWAY_SECRETS")
        body = msgspec.json.encode(
            {"id": str(sms.id), "to": sms.phone, "text": sms.text, "from": settings.sms_number}
        )
        answer = await post(
            self._client,
            settings.sms_http_url,
            content=body,
            headers={
                "Content-Type": "application/json",
                HEADER: signature(settings.gateway_secrets[0], body, now=clock()),
            },
        )
        return _outcome(answer) if isinstance(answer, httpx.Response) else answer


class _Taken(msgspec.Struct):
    id: str = ""


def _outcome(answer: httpx.Response) -> SendResult:
    status = answer.status_code
    if answer.is_success:
        try:
            return Accepted(msgspec.json.decode(answer.content, type=_Taken).id[:80])
        except msgspec.DecodeError:
            return Accepted()
    if status == 429:
        wait = answer.headers.get("Retry-After", "")
        seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else 30
        return Throttled(timedelta(seconds=seconds))
    why = f"HTTP {status}"
    if status in _LATER:
        return Rejected(why)
    return Rejected(why, permanent=True) if 400 <= status < 500 else Unknown(why)
