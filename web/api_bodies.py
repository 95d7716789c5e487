"""What the JSON API is sent: by whom, objects read as they are, and what the schema says of them.

Values are judged by `hotline.inputs`, which has a sentence for each, and not by their types:
a body's first wrong type must not hide the others.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)

from dispatch.office import Office, clock
from hotline.calls import (
    DISPOSITION_LABELS,
    EMERGENCY_CHANNELS,
    EXPLAIN_GROUNDS,
    STATUTORY_CHANNELS,
)
from hotline.errors import Incomplete
from hotline.inputs import INPUTS
from hotline.people import Actor
from hotline.procedures.citizen import CITIZEN
from hotline.rulebook import Rulebook
from hotline.vocabulary import Input
from web.given import NotSignedIn, WebRequest
from web.refusals import Problem


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, when, and what the answer is worked out with."""

    office: Office
    me: Actor
    now: datetime
    rulebook: Rulebook


async def caller_of(request: WebRequest) -> Caller:
    """Read in one go: dependencies of a handler would be a task each, which costs more than this.

    The router's guard has made sure that somebody is signed in.
    """
    if request.user is None:
        raise NotSignedIn
    office: Office = request.app.state.office
    return Caller(office, request.user.actor, clock(), await office.rulebook())


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """What else a request may get, for the schema: who calls is always asked."""
    told = {
        401: "没有有效的访问令牌", 403: "没有权限", 404: "没有找到，或者无权查看",
        409: "情况已变化：`changes` 说明此后发生的操作，`version` 为当前版本",
        413: "提交的内容过大", 422: "内容需要更正", 429: "操作过于频繁，`retry_after` 秒后再试",
    }  # fmt: skip
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            description=told[status],
            media_type="application/problem+json",
        )
        for status in (401, 403, *statuses)
    }


KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 80


async def body_of(request: WebRequest) -> dict[str, Any]:
    """The JSON object that was sent; Incomplete for anything else."""
    try:
        body = msgspec.json.decode(await request.body() or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Incomplete({"body": "请求体不是有效的 JSON"}) from None
    if not isinstance(body, dict):
        raise Incomplete({"body": "请求体应为 JSON 对象"})
    return body


def key_of(request: WebRequest) -> str | None:
    """The key under which a repeated request does one thing; Incomplete where it is unfit."""
    key: str | None = request.headers.get(KEY_HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Incomplete({KEY_HEADER: f"Idempotency-Key 应为 1 到 {LONGEST_KEY} 个可见的英文字符"})
    return key


_JSON_TYPES = {
    "flag": OpenAPIType.BOOLEAN,
    "integer": OpenAPIType.INTEGER,
    "choices": OpenAPIType.ARRAY,
    "units": OpenAPIType.ARRAY,
    "files": OpenAPIType.ARRAY,
}


def _property(entry: Input) -> Schema:
    kind = _JSON_TYPES.get(entry.type, OpenAPIType.STRING)
    choices = list(entry.choices) or None
    if kind is OpenAPIType.ARRAY:
        item = Schema(type=OpenAPIType.STRING, enum=choices)
        told = "附件的 key，见 POST /api/v1/files" if entry.type == "files" else None
        return Schema(type=kind, title=entry.label, items=item, description=told)
    return Schema(
        type=kind,
        title=entry.label,
        enum=choices,
        max_length=entry.max_length or None,
        description="；".join(f"{value} {label}" for value, label in entry.choices.items()) or None,
    )


def _json(
    properties: dict[str, Schema], required: Iterable[str], *, description: str
) -> RequestBody:
    schema = Schema(
        type=OpenAPIType.OBJECT, properties=dict(properties), required=sorted(required) or None
    )
    return RequestBody(
        content={"application/json": OpenAPIMediaType(schema=schema)},
        required=True,
        description=description,
    )


def _listed(*tables: Any) -> str:
    return "；".join(f"{value} {label}" for table in tables for value, label in table.items())


_TEXT = OpenAPIType.STRING
_OPENING = CITIZEN.action("open")
assert _OPENING is not None
_FORM = {name: _property(INPUTS[name]) for name, _ in _OPENING.inputs}
_REQUIRED = [name for name, required in _OPENING.inputs if required]
_CALL = {
    "disposition": Schema(
        type=_TEXT,
        title="处理方式",
        enum=[one.value for one in DISPOSITION_LABELS],
        description=_listed(DISPOSITION_LABELS),
    ),
    "subject": Schema(type=_TEXT, title="来电事项", max_length=100),
    "answer": Schema(type=_TEXT, title="答复内容", max_length=2000),
    "ground": Schema(
        type=_TEXT,
        title="依据或渠道",
        description=_listed(EMERGENCY_CHANNELS, STATUTORY_CHANNELS, EXPLAIN_GROUNDS),
    ),
    "case_number": Schema(type=_TEXT, title="在办工单号"),
}
_ANY = {name: _property(entry) for name, entry in INPUTS.items() if name not in ("clock", "level")}
_VERSION = Schema(type=OpenAPIType.INTEGER, title="所见版本", minimum=1)


def _with_key() -> list[Parameter]:
    return [
        Parameter(
            name=KEY_HEADER,
            param_in="header",
            schema=Schema(type=_TEXT, max_length=LONGEST_KEY),
            description="同一人以同一值重复提交，只办理一次",
        )
    ]


@dataclass
class _Keyed(Operation, ABC):
    """An operation that may carry an idempotency key."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or ()), *_with_key()]
        self.request_body = self.sent()

    @abstractmethod
    def sent(self) -> RequestBody:
        """The body as the schema tells it."""


@dataclass
class CallOperation(_Keyed):
    """A call: how it ended, who called, and for the disposition "case" the case's form."""

    def sent(self) -> RequestBody:
        return _json(
            {**_CALL, **_FORM}, ["disposition"], description="处理方式为 case 时，另填立单所需内容"
        )


@dataclass
class CaseOperation(_Keyed):
    """A case: what its opening form asks for."""

    def sent(self) -> RequestBody:
        kind = Schema(type=_TEXT, title="事项种类", default="citizen")
        action = Schema(type=_TEXT, title="立单操作", description="不填则为该种事项通常的登记")
        form = {"kind": kind, "action": action, **_FORM}
        return _json(form, _REQUIRED, description="立单所需内容")


@dataclass
class ActionOperation(_Keyed):
    """An action: its inputs, as `needs` of the action names them, and the version that was seen."""

    def sent(self) -> RequestBody:
        nested = Schema(type=OpenAPIType.OBJECT, properties=dict(_ANY), title="操作内容")
        return _json(
            {"seen_version": _VERSION, "inputs": nested, **_ANY},
            [],
            description="操作内容可直接填写，也可放在 inputs 中；各操作所需内容见工单的 actions",
        )
