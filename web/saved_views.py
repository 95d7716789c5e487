"""Saved views (视图): a list as its address has it, under a name, as a tab of the page."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from litestar import Response, Router, post
from litestar.params import FromPath

from dispatch.db import Connection, transaction
from dispatch.saved_views import open_with, remove_view, save_view, views_of
from hotline.errors import Incomplete
from hotline.masking import masked_text
from hotline.people import Actor
from hotline.wording import BadWording, clean_text
from web.given import Me, Now, TheForm, TheOffice, WebRequest, is_htmx, own_path, signed_in
from web.render import redirect

# Where the page of a list stands; the ledger has one for each kind.
_PAGES = re.compile(r"/(?:desk|oversight|portal|search|ledger/[a-z_]{1,30})")
# What is of the moment, and no part of a view.
_PASSING = frozenset({"after", "tick"})
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Views:
    """The views of a page as its tabs: (id, name, address, opens), and which one is shown."""

    tabs: tuple[tuple[int, str, str, bool], ...]
    here: str

    @property
    def current(self) -> tuple[int, str, str, bool] | None:
        """The view that is shown."""
        return next((tab for tab in self.tabs if tab[2] == self.here), None)

    @property
    def opening(self) -> str:
        """The address with which the page opens; "" for its own beginning."""
        return next((tab[2] for tab in self.tabs if tab[3]), "")


NO_VIEWS = Views((), "")


async def views_for(connection: Connection, me: Actor, request: WebRequest) -> Views:
    """The person's views of the page that was asked for; none where only its list is renewed."""
    if is_htmx(request):
        return NO_VIEWS
    page = request.url.path.rstrip("/") or "/"
    here = lasting(f"{page}?{request.url.query}")
    found = await views_of(connection, me, page)
    return Views(tuple((one.id, one.name, one.address, one.opens) for one in found), here)


def begins_elsewhere(request: WebRequest, views: Views) -> str:
    """The address of the view with which the page opens, where nothing was asked for."""
    return "" if request.url.query else views.opening


def lasting(address: str) -> str:
    """The address without what is of the moment, in one spelling."""
    parts = urlsplit(address)
    asked = [(n, v) for n, v in parse_qsl(parts.query) if v and n not in _PASSING]
    return f"{parts.path}?{urlencode(asked)}" if asked else parts.path


@post("/views", guards=[signed_in], status_code=200)
async def create_view(
    request: WebRequest, office: TheOffice, me: Me, now: Now, form: TheForm
) -> Response[Any]:
    """Keep the list as it is shown now, under a name."""
    address = lasting(form.one("address"))
    page = urlsplit(address).path
    elsewhere = urlsplit(form.one("address")).netloc
    if elsewhere or not _PAGES.fullmatch(page) or len(address) > _LONGEST:
        raise Incomplete({"address": "这个页面不能保存为视图"})
    # A view is kept for long: nobody's number belongs in it.
    if any(masked_text(value) != value for _, value in parse_qsl(urlsplit(address).query)):
        raise Incomplete({"address": "查找内容含有电话等个人信息，不能保存为视图"})
    try:
        name = clean_text(form.one("name"), field_label="视图名称", max_length=20, one_line=True)
    except BadWording as wrong:
        raise Incomplete({"name": wrong.message}) from wrong
    if not name:
        raise Incomplete({"name": "请填写视图名称"})
    async with transaction(office.pool) as connection:
        await save_view(
            connection, me, page=page, name=name, address=address,
            opens=bool(form.one("opens")), now=now,
        )  # fmt: skip
    return redirect(request, address, flash=f"已保存视图“{name}”。")


@post("/views/{view_id:int}/opens", guards=[signed_in], status_code=200)
async def open_with_view(
    request: WebRequest, view_id: FromPath[int], office: TheOffice, me: Me, form: TheForm
) -> Response[Any]:
    """The page opens with this view from now on, or no longer."""
    async with transaction(office.pool) as connection:
        address = await open_with(connection, me, view_id, opens=form.one("opens") != "0")
    return redirect(request, address, flash="已更改打开时的视图。")


@post("/views/{view_id:int}/remove", guards=[signed_in], status_code=200)
async def remove(
    request: WebRequest, view_id: FromPath[int], office: TheOffice, me: Me, now: Now, form: TheForm
) -> Response[Any]:
    """Remove the view; the list stays."""
    async with transaction(office.pool) as connection:
        page = await remove_view(connection, me, view_id, now=now, key=form.idempotency_key)
    return redirect(request, page or own_path(form.one("back")) or "/", flash="已删除视图。")


router = Router("/", route_handlers=[create_view, open_with_view, remove])
