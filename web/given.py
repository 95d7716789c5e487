"""What a handler may ask for, and who may call it.

A handler names what it needs (`me: Me, office: TheOffice, now: Now, form: TheForm`); a router
names its guard: `signed_in`, `roles(...)`, or `opt=PUBLIC`.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import quote

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.handlers.base import BaseRouteHandler
from litestar.params import SkipValidation

from dispatch.office import Office, clock
from dispatch.sign_in import Presence
from hotline.errors import Incomplete, NotPermitted
from hotline.inputs import INPUTS
from hotline.people import Actor, Role
from hotline.procedure import Action
from hotline.rulebook import Rulebook
from hotline.vocabulary import Input
from web.pickers import chosen

WebRequest: TypeAlias = Request[Presence | None, Any, Any]
Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]

PUBLIC = {"public": True}
"""`opt` of what anybody may call."""


class NotSignedIn(Exception):
    """Nobody is signed in, and this page needs somebody."""


# Guards are coroutines because Litestar sends any other guard to a thread, for each request.
async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard: anybody who is signed in."""
    if connection.user is None:
        raise NotSignedIn


def roles(*allowed: Role) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """Guard: who has one of the roles."""

    async def holds_role(connection: Connection, handler: BaseRouteHandler) -> None:
        await signed_in(connection, handler)
        if not connection.user.actor.has(*allowed):
            raise NotPermitted("这个页面不在您的职责范围内。")

    return holds_role


@dataclass(frozen=True, slots=True)
class Form:
    """What a form or a query carried, as text; files and repeated names are kept apart.

    `files` has the first file of each name, `uploads` all of them.
    """

    values: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)
    uploads: dict[str, list[UploadFile]] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        """The first value of the name."""
        return self.values.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        """Every value of the name that is not empty."""
        return [value for value in self.values.get(name, ()) if value]

    def inputs(self, names: Iterable[str], rulebook: Rulebook) -> dict[str, Any]:
        """Raw values for `hotline.inputs.accept`; units, categories and places become codes."""
        return {name: self._input(INPUTS[name], rulebook) for name in names}

    def _input(self, entry: Input, rulebook: Rulebook) -> str | list[str]:
        if entry.type in ("choices", "files"):
            return self.all(entry.name)
        if entry.type == "units":
            return [chosen(typed, entry.type, rulebook) for typed in self.all(entry.name)]
        return chosen(self.one(entry.name), entry.type, rulebook)

    def inputs_of(self, action: Action, rulebook: Rulebook) -> dict[str, Any]:
        """Raw values for what the action asks for."""
        return self.inputs((name for name, _ in action.inputs), rulebook)

    @property
    def seen_version(self) -> int | None:
        """The version of the case on the screen that this form was sent from."""
        text = self.one("seen_version")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise Incomplete({"seen_version": "版本号有误，请刷新页面后重试"})
        return int(text)

    @property
    def idempotency_key(self) -> str | None:
        """The key under which a repeated submit does one thing."""
        return self.one("idempotency_key")[:80] or None


TheOffice: TypeAlias = NamedDependency[SkipValidation[Office]]
Me: TypeAlias = NamedDependency[SkipValidation[Actor]]
Now: TypeAlias = NamedDependency[SkipValidation[datetime]]
Rules: TypeAlias = NamedDependency[SkipValidation[Rulebook]]
TheForm: TypeAlias = NamedDependency[SkipValidation[Form]]


# Each of these asks for the one before it, though it may not use it: what is asked for one after
# the other is simply called, while Litestar opens a task group for what it could ask for at once,
# which costs as much as the rest of a small request.


def _office(request: WebRequest) -> Office:
    office: Office = request.app.state.office
    return office


def _now(office: TheOffice) -> datetime:
    return clock()


async def _rulebook(office: TheOffice, now: Now) -> Rulebook:
    return await office.rulebook()


def _me(request: WebRequest, rulebook: Rules) -> Actor:
    if request.user is None:
        raise NotSignedIn
    return request.user.actor


async def _form(request: WebRequest) -> Form:
    """The posted form; JSON is no form and gives an empty one."""
    if request.content_type[0] not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return Form()
    values: dict[str, list[str]] = {}
    files: dict[str, UploadFile] = {}
    uploads: dict[str, list[UploadFile]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, value)
            # A field in which nobody chose a file sends one without a name.
            if value.filename:
                uploads.setdefault(name, []).append(value)
        else:
            # Nobody types it, and the database cannot hold it.
            values.setdefault(name, []).append(str(value).replace("\x00", ""))
    return Form(values, files, uploads)


def query_of(request: WebRequest) -> Form:
    """The query of the address, read like a form."""
    values: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        values.setdefault(name, []).append(value)
    return Form(values)


GIVEN = {
    "office": Provide(_office, sync_to_thread=False),
    "me": Provide(_me, sync_to_thread=False),
    "now": Provide(_now, sync_to_thread=False),
    "rulebook": Provide(_rulebook),
    "form": Provide(_form),
}


def is_htmx(request: WebRequest) -> bool:
    """Whether htmx asks for a fragment (and not for a whole page out of its history)."""
    return (
        request.headers.get("hx-request") == "true"
        and request.headers.get("hx-history-restore-request") != "true"
    )


def own_path(text: str) -> str:
    """An address of ours that a form sent along to come back to; "" for anything else."""
    return text if re.fullmatch(r"/[\w\-./?=&%+:]*", text, re.ASCII) and text[1:2] != "/" else ""


def caller_address(request: WebRequest) -> str:
    """Whose tries are counted; a household has a whole /64 of IPv6 to itself."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{host}/64", strict=False))
    return host


def sign_in_address(request: WebRequest) -> str:
    """The sign-in page, coming back to what was asked for."""
    if request.method != "GET":
        return "/login"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/login?next={quote(request.url.path + query, safe='')}"
