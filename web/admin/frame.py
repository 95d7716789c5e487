"""What every page of the administration shares: its tabs, what was typed, what was refused."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from litestar import Response

from dispatch.office import clock
from dispatch.once import once
from hotline.articles import WRITERS
from hotline.errors import Conflict, Incomplete, NotAvailable, Refusal
from hotline.people import Actor, Role
from hotline.wording import without_invisible
from web.given import Form, WebRequest
from web.refusals import status_of
from web.render import redirect, render

PAGE = 50
"""Rows of a list."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One entry of the administration's own bar."""

    label: str
    path: str
    roles: frozenset[Role]


_ALL = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDIT})
_REGISTER = frozenset({Role.ADMIN})
TABS = (
    Tab("单位", "/admin/units", _REGISTER),
    Tab("人员", "/admin/staff", _ALL),
    Tab("诉求分类", "/admin/categories", _REGISTER),
    Tab("行政区划", "/admin/places", _REGISTER),
    Tab("派单目录", "/admin/catalogue", _REGISTER),
    Tab("工作日历", "/admin/calendar", _REGISTER),
    Tab("办理期限", "/admin/limits", _REGISTER),
    Tab("导入导出", "/admin/exchange", _REGISTER),
    Tab("短信和通知", "/admin/texts", _REGISTER),
    Tab("办理规程", "/admin/procedures", _REGISTER),
    Tab("知识", "/admin/knowledge", WRITERS),
    Tab("变更记录", "/admin/changes", _ALL),
    Tab("访问记录", "/admin/access", frozenset({Role.AUDIT})),
)

KEPT_FROM_WRITING = (Incomplete, Conflict, NotAvailable)
"""Refusals after which the same page comes again, with what was typed and the reason."""


def tabs_for(actor: Actor) -> list[Tab]:
    """What this administrator may open."""
    return [tab for tab in TABS if actor.roles & tab.roles]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is drawn: values, a sentence per field, one for the whole, the status."""

    values: Mapping[str, Any] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    status: int = 200

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name, "")


def refused(form: Form, refusal: Refusal) -> Filled:
    """The form as it was sent, with what is wrong about it."""
    fields = refusal.fields if isinstance(refusal, Incomplete) else {}
    said = "有内容需要补充或更正，请看标红的项目。" if fields else refusal.message
    return Filled(typed(form), fields, said, status_of(refusal))


def typed(form: Form) -> dict[str, Any]:
    """What the form carried: the roles as a list, the rest as text."""
    return {name: form.one(name) for name in form.values} | {"roles": form.all("roles")}


class Done(msgspec.Struct, frozen=True):
    """Where a form leads once it is done, and what is said there."""

    path: str
    said: str


_Made = TypeVar("_Made")


async def submitted(
    request: WebRequest,
    form: Form,
    act: Callable[[], Awaitable[_Made]],
    *,
    then: Callable[[_Made], Done],
    again: Callable[[Filled], Awaitable[Response[Any]]] | None = None,
    shown: Callable[[_Made], Awaitable[Response[Any] | None]] | None = None,
) -> Response[Any]:
    """What a form asks for, done once however often it is sent; a refused one is drawn `again`.

    `shown` is the page, if there is one, of what the first sending alone is told.
    """
    assert request.user  # every page of the administration is guarded
    made: list[_Made] = []

    async def acted() -> str:
        made.append(await act())
        return msgspec.json.encode(then(made[0])).decode()

    says = {name: given for name, given in form.values.items() if name not in _AROUND}
    try:
        answer = await once(
            request.app.state.office,
            acted,
            request.url.path,
            says,
            actor=request.user.actor,
            key=form.idempotency_key,
            now=clock(),
        )
    except KEPT_FROM_WRITING as refusal:
        if again is None:
            raise
        return await again(refused(form, refusal))
    if made and shown and (page := await shown(made[0])):
        return page
    done = msgspec.json.decode(answer, type=Done)
    return redirect(request, done.path, flash=done.said)


# What a form carries beside what it says. Of a password not even a digest is kept: this one is
# quickly made, and so quickly guessed.
_AROUND = frozenset({"_csrf", "idempotency_key", "password"})


def words(form: Form, name: str, *, most: int = 60) -> str:
    """Words to look for: what nobody can see is left out, what is too long cut off."""
    return without_invisible(form.one(name)[:most]).replace("\x00", "").strip()


def number(form: Form, name: str) -> int | None:
    """A key in the address; None where there is none or it is none."""
    text = form.one(name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def admin_page(
    request: WebRequest, me: Actor, file: str, *, filled: Filled | None = None, **context: Any
) -> Response[str]:
    """A page of the administration under its tabs."""
    filled = filled or Filled()
    return render(
        request,
        f"admin/{file}.html",
        status=filled.status,
        tabs=tabs_for(me),
        form=filled,
        **context,
    )
