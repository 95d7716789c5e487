"""What each refusal becomes: a status, and a page, a fragment or problem+json."""

import re
import secrets
import traceback
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

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
from web.given import NotSignedIn, WebRequest, is_htmx, sign_in_address
from web.language import language_of, speaking, told
from web.render import redirect, render

STATUSES: dict[type[Refusal], int] = {
    NotFound: 404,
    NotPermitted: 403,
    NotAvailable: 409,
    Conflict: 409,
    Incomplete: 422,
    TooMany: 429,
    Unreachable: 502,
    Secret: 422,
}
TITLES = {
    400: "请求有误",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种请求方法",
    409: "情况已变化",
    413: "提交的内容过大",
    415: "不支持的内容类型",
    422: "内容需要更正",
    429: "操作过于频繁",
    500: "系统出错",
    502: "外部系统没有响应",
    503: "服务暂时不可用",
}
_MACHINES = ("/api/", "/gateway/", "/cti/", "/open311/", "/health", "/schema")

log = structlog.get_logger()


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """application/problem+json (RFC 9457), with the fields that were wrong and what changed."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    fields: dict[str, str] = {}
    changes: Sequence[Change] = ()
    version: int | None = None
    reference: str = ""
    retry_after: int | None = None


def status_of(refusal: Refusal) -> int:
    """The status of a refusal."""
    return next((STATUSES[kind] for kind in type(refusal).__mro__ if kind in STATUSES), 409)


def answer(
    request: WebRequest, problem: Problem, *, headers: dict[str, str] | None = None
) -> Response[Any]:
    """The problem in the form that the caller reads."""
    headers = headers or {}
    if request.url.path.startswith(_MACHINES):
        with speaking(language_of(request)):
            said = _told(problem)
        return Response(
            msgspec.json.encode(said),
            status_code=problem.status,
            media_type="application/problem+json",
            headers=headers,
        )
    if is_htmx(request):
        # A fragment must not take the place of what the person was typing.
        to_flash = {"HX-Retarget": "#flash", "HX-Reswap": "innerHTML", **headers}
        return render(
            request, "_error.html", status=problem.status, headers=to_flash, problem=problem
        )
    return render(request, "refused.html", status=problem.status, headers=headers, problem=problem)


def _told(problem: Problem) -> Problem:
    """The problem in the language that is spoken: Chinese, or English to who asks for it."""
    return msgspec.structs.replace(
        problem,
        title=told(problem.title),
        detail=told(problem.detail),
        fields={name: told(sentence) for name, sentence in problem.fields.items()},
    )


def on_refusal(request: WebRequest, refusal: Refusal) -> Response[Any]:
    """One of the refusals of the rulebook."""
    status = status_of(refusal)
    headers = {"retry-after": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
    problem = Problem(
        type=f"urn:hotline:{re.sub(r'(?<!^)(?=[A-Z])', '-', type(refusal).__name__).lower()}",
        title=TITLES[status],
        status=status,
        detail=refusal.message,
        fields=refusal.fields if isinstance(refusal, Incomplete) else {},
        changes=refusal.changes if isinstance(refusal, Conflict) else (),
        version=refusal.version if isinstance(refusal, Conflict) else None,
        retry_after=refusal.retry_after if isinstance(refusal, TooMany) else None,
    )
    return answer(request, problem, headers=headers)


def on_not_signed_in(request: WebRequest, fault: NotSignedIn) -> Response[Any]:
    """To the sign-in page; another system is told what it must present."""
    if request.url.path.startswith(_MACHINES):
        problem = Problem(title=TITLES[401], status=401, detail="请提供有效的访问令牌（Bearer）。")
        return answer(request, problem, headers={"www-authenticate": "Bearer"})
    return redirect(request, sign_in_address(request))


def on_http(request: WebRequest, fault: HTTPException) -> Response[Any]:
    """What Litestar itself refuses: unknown addresses, methods, sizes, types."""
    status = fault.status_code
    fields: dict[str, str] = {}
    detail = _DETAILS.get(status, f"{TITLES.get(status, '请求未能处理')}。")
    if isinstance(fault, ValidationException):
        fields = _fields(fault.extra, fault.detail)
        detail = "；".join(fields.values()) or "提交的内容有误，请检查格式。"
    problem = Problem(
        title=TITLES.get(status, "请求未能处理"), status=status, detail=detail, fields=fields
    )
    return answer(request, problem, headers=dict(fault.headers or {}))


_DETAILS = {
    400: "请求的格式有误，请检查后重试。",
    404: "没有这个页面。请检查地址，或从上方导航进入。",
    405: "这个地址不支持这种请求方法。",
    413: "提交的内容过大，请删减后重试。",
}


def _fields(extra: object, detail: str) -> dict[str, str]:
    """Litestar's and msgspec's findings as a sentence per field."""
    if not isinstance(extra, list):
        missing = re.search(r"required \w+ parameter '(\w+)'", detail)
        return {missing[1]: f"缺少必填的“{missing[1]}”"} if missing else {}
    found: dict[str, str] = {}
    for one in extra:
        if isinstance(one, dict):
            message, key = str(one.get("message", "")), str(one.get("key", ""))
            if key in ("", "data"):
                # A body: msgspec names the place inside it.
                inside = re.findall(r"`\$\.?(.*?)`", message) + re.findall(
                    r"field `(.*?)`", message
                )
                key = ".".join(part for part in inside if part)
            found[key or "body"] = _sentence(message, key)
    return found


_SENTENCES = (
    (r"missing required field `(.*?)`|Missing required", "缺少必填的“{key}”"),
    (r"unknown field `(.*?)`", "没有“{key}”这一项"),
    (r"Expected `(?:int|float)", "“{key}”应为数字"),
    (r"Expected `str", "“{key}”应为文字"),
    (r"Expected `bool", "“{key}”应为 true 或 false"),
    (r"Expected `array", "“{key}”应为列表"),
    (r"Expected `object", "“{key}”应为对象"),
    (r"Invalid enum value", "“{key}”没有这个选项"),
    (r"timezone|date|time", "“{key}”应为带时区的时间，如 2026-03-09T09:00:00+08:00"),
    (r"length <=|<= ", "“{key}”超过了上限"),
    (r"length >=|>= ", "“{key}”低于下限"),
)


def _sentence(message: str, key: str) -> str:
    for pattern, sentence in _SENTENCES:
        if re.search(pattern, message):
            return sentence.format(key=key or "内容")
    return f"“{key or '内容'}”格式有误"


def on_database(request: WebRequest, fault: Exception) -> Response[Any]:
    """The database does not answer: nothing was written, trying again is safe."""
    log.error("database out of reach", error=type(fault).__name__, path=_route(request))
    problem = Problem(
        title=TITLES[503], status=503, detail="数据库暂时连接不上，刚才的操作没有保存，请稍后重试。"
    )
    return answer(request, problem, headers={"retry-after": "5"})


def on_fault(request: WebRequest, fault: Exception) -> Response[Any]:
    """A bug: the person gets a reference, the log gets it with the place where it happened."""
    reference = secrets.token_hex(4).upper()
    # The message of a fault may quote what a person typed; the place never does.
    frames = traceback.extract_tb(fault.__traceback__)[-6:]
    where = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    log.error(
        "fault", reference=reference, error=type(fault).__name__, path=_route(request), where=where
    )
    problem = Problem(
        title=TITLES[500],
        status=500,
        detail=f"系统出错，已记录。请把编号 {reference} 告诉管理员。",
        reference=reference,
    )
    return answer(request, problem)


def _route(request: WebRequest) -> str:
    """The address without what was put into it: a gateway's secret may stand in one."""
    return request.scope.get("path_template") or request.url.path


HANDLERS: ExceptionHandlersMap = {
    Refusal: on_refusal,
    NotSignedIn: on_not_signed_in,
    HTTPException: on_http,
    asyncpg.InterfaceError: on_database,
    asyncpg.PostgresConnectionError: on_database,
    asyncpg.CannotConnectNowError: on_database,
    asyncpg.AdminShutdownError: on_database,
    asyncpg.TooManyConnectionsError: on_database,
    OSError: on_database,
    Exception: on_fault,
}
