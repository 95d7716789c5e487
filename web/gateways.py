"""Where providers of texts deliver what citizens write, and the telephone tells of its calls.

A provider shows a secret, or signs; what it delivers is kept first and acted on afterwards, and
whatever was kept is answered with 200, or it would come again.
"""

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import asyncpg
import msgspec
import structlog
from litestar import Router, get, post, route
from litestar.enums import HttpMethod, MediaType
from litestar.params import FromPath

from dispatch.conversations import Exchange, text_the_hotline
from dispatch.inbound import handle_waiting, quarantine, receive
from dispatch.office import Office
from dispatch.outbox import note_receipt
from dispatch.sms.kannel import RECEIPTS
from dispatch.sms.signature import HEADER, is_one_of, signed_by_one_of
from dispatch.telephone import take_events
from hotline.errors import Incomplete, NotFound, NotPermitted
from hotline.messages import MessageState
from hotline.numbers import WrongPhone, normalise_phone
from hotline.telephone import CallEvent
from web.given import PUBLIC, Now, TheForm, TheOffice, WebRequest, query_of

LONGEST_TEXT = 1000
LARGEST_BATCH = 100

# These have no session, and so nothing that a form's token could protect.
_MACHINE = {**PUBLIC, "anonymous": True}
# As JSON writes what the database cannot hold: no telephone says it.
_NUL = r"\u0000"
# Answers within Kannel's patience: the worker does the rest.
_AT_ONCE = 5

log = structlog.get_logger()


@post("/gateway/sms/sim", opt={**PUBLIC, "csrf": False}, status_code=200)
async def take_simulated_text(
    request: WebRequest, office: TheOffice, now: Now, form: TheForm
) -> Exchange:
    """`from`, `text` (and `to`, `id`) as JSON or as a form; answers with the reply, or null."""
    _only_simulated(request, office)
    posted = {name: values[0] for name, values in form.values.items()}
    text = _simulated(posted or _json(await request.body()))
    return await text_the_hotline(
        office, phone=text["from"], body=text["text"], to=text["to"], now=now,
        provider_id=text["id"],
    )  # fmt: skip


@route(
    "/gateway/sms/kannel/{secret:str}",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    opt=_MACHINE,
    status_code=200,
    media_type=MediaType.TEXT,
)
async def take_kannel_text(
    request: WebRequest, office: TheOffice, now: Now, secret: FromPath[str]
) -> str:
    """A text from Kannel (`from to text id ts`). An empty answer sends nothing back to it.

    The reply goes out through the outbox like every other text.
    """
    _known(office, secret, provider="kannel")
    query = query_of(request)
    body = (await request.body()).decode("utf-8", "replace")
    sender = query.one("from") or request.headers.get("x-kannel-from", "")
    words = query.one("text") or body
    if not sender.strip() or not words:
        await quarantine(
            office, provider="kannel", raw=str(request.url.query) + body, received_at=now
        )
        return ""
    await receive(
        office,
        provider="kannel",
        provider_id=query.one("id"),
        phone=sender,
        to=query.one("to") or request.headers.get("x-kannel-to", ""),
        body=words,
        received_at=_moment(query.one("ts"), now),
    )
    await _act(office, now)
    return ""


@get(
    "/gateway/sms/kannel/{secret:str}/dlr/{message_id:int}",
    opt=_MACHINE,
    media_type=MediaType.TEXT,
)
async def take_kannel_receipt(
    request: WebRequest,
    office: TheOffice,
    now: Now,
    secret: FromPath[str],
    message_id: FromPath[int],
) -> str:
    """What became of one of our texts (`type` 1, 2, 4, 8, 16)."""
    _known(office, secret, provider="kannel")
    state = RECEIPTS.get(query_of(request).one("type"))
    if state and 0 < message_id < 2**63:
        error = "运营商未能送达" if state is MessageState.FAILED else ""
        await note_receipt(office.pool, message_id, state, provider="kannel", now=now, error=error)
    return ""


@post("/cti/v1/events", opt=_MACHINE, status_code=202)
async def take_call_events(request: WebRequest, office: TheOffice, now: Now) -> dict[str, int]:
    """One event of cti/1 or a list of at most 100, signed by `X-Signature`; all or none.

    An event that came before counts once, so that a sender may always send again.
    """
    body = await request.body()
    secrets = office.settings.gateway_secrets
    if not secrets:
        raise NotFound
    if not signed_by_one_of(secrets, request.headers.get(HEADER), body, now=now):
        raise NotPermitted("签名无效或已过期：请检查 X-Signature、密钥和时钟。")
    if _NUL.encode() in body:
        raise Incomplete({"body": f"内容不符合约定：{_NUL}"})
    events: list[CallEvent] = _read(body, CallEvent)
    await take_events(office, events, now=now)
    return {"taken": len(events)}


class InboundText(msgspec.Struct, tag="text", tag_field="type"):
    """A citizen's text, as the JSON gateway delivers it."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    from_: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] = msgspec.field(name="from")
    text: Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    to: Annotated[str, msgspec.Meta(max_length=20)] = ""


class Receipt(msgspec.Struct, tag="receipt", tag_field="type"):
    """What became of our text `id`."""

    id: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    state: Literal["accepted", "delivered", "failed", "expired"]
    error: Annotated[str, msgspec.Meta(max_length=200)] = ""


Item = InboundText | Receipt


@post("/gateway/sms/http", opt=_MACHINE, status_code=200)
async def take_signed_delivery(request: WebRequest, office: TheOffice, now: Now) -> dict[str, int]:
    """One item or a list (`type` text or receipt), signed by `X-Signature`; all or none."""
    body = await request.body()
    secrets = office.settings.gateway_secrets
    if office.settings.sms_provider != "http" or not secrets:
        raise NotFound
    if not signed_by_one_of(secrets, request.headers.get(HEADER), body, now=now):
        raise NotPermitted("签名无效或已过期：请检查 X-Signature、密钥和时钟。")
    items: list[Item] = _read(body, Item)
    for item in items:
        await _take(office, item, now)
    await _act(office, now)
    return {"taken": len(items)}


async def _take(office: Office, item: Item, now: datetime) -> None:
    if isinstance(item, Receipt):
        await note_receipt(
            office.pool,
            item.id,
            MessageState(item.state),
            provider="http",
            now=now,
            error=item.error,
        )
        return
    await receive(
        office,
        provider="http",
        provider_id=item.id,
        phone=item.from_,
        to=item.to,
        body=item.text,
        received_at=item.at,
    )


def _read(body: bytes, kind: Any) -> list[Any]:
    """One of the kind or a list of them; Incomplete where the body is anything else."""
    try:
        read = msgspec.json.decode(body, type=list[kind] if body[:1] == b"[" else kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Incomplete({"body": f"内容不符合约定：{fault}"}) from None
    items: list[Any] = read if isinstance(read, list) else [read]
    if len(items) > LARGEST_BATCH:
        raise Incomplete({"body": f"一次最多 {LARGEST_BATCH} 条"})
    return items


def _only_simulated(request: WebRequest, office: Office) -> None:
    """Whoever may call this can write in anybody's name: only this machine may."""
    if office.settings.sms_provider != "sim":
        raise NotFound
    if office.settings.demo_passwords:
        return
    try:
        local = ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        local = False
    if not local:
        raise NotFound


def _simulated(given: Any) -> dict[str, str]:
    """The four texts of the request; Incomplete with a sentence for each that is wrong."""
    if not isinstance(given, dict):
        raise Incomplete({"body": "应为 JSON 对象或表单：from、text，可加 to、id"})
    text = {name: given.get(name, "") for name in ("from", "text", "to", "id")}
    wrong = {
        name: f"“{name}”应为文字" for name, value in text.items() if not isinstance(value, str)
    }
    if not wrong:
        try:
            normalise_phone(text["from"])
        except WrongPhone as refusal:
            wrong["from"] = refusal.message
        if not text["text"].strip():
            wrong["text"] = "请填写短信内容"
        for name, longest in (("text", LONGEST_TEXT), ("to", 20), ("id", 80)):
            if len(text[name]) > longest:
                wrong[name] = f"“{name}”最多 {longest} 字"
    if wrong:
        raise Incomplete(wrong)
    return text


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _known(office: Office, secret: str, *, provider: str) -> None:
    settings = office.settings
    if settings.sms_provider != provider or not is_one_of(settings.gateway_secrets, secret):
        raise NotFound


def _moment(unix: str, now: datetime) -> datetime:
    """The moment that Kannel gives; now where it gives none, or one that cannot be."""
    if not (unix.isascii() and unix.isdigit() and len(unix) <= 11):
        return now
    at = datetime.fromtimestamp(int(unix), UTC)
    return at if abs(at - now) < timedelta(days=7) else now


async def _act(office: Office, now: datetime) -> None:
    """Answer what was just kept; whatever hinders that, the worker does it later."""
    try:
        await handle_waiting(office, now, most=_AT_ONCE)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        log.warning("gateway: kept, to be handled later", error=type(fault).__name__)


router = Router(
    "/",
    route_handlers=[
        take_simulated_text,
        take_kannel_text,
        take_kannel_receipt,
        take_signed_delivery,
        take_call_events,
    ],
)
