"""The page on which people change their own password."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, Router, get, post

from dispatch.once import once
from dispatch.registry.own_password import PUBLISHED, change_own_password, may_change_password
from dispatch.sign_in import Entrance
from hotline.errors import Incomplete
from web.given import Me, Now, TheForm, TheOffice, WebRequest, signed_in
from web.identity import COOKIE
from web.render import page, redirect


@get("/")
async def show_own_password(request: WebRequest, office: TheOffice, me: Me) -> Response[Any]:
    """The form, or why this account has none."""
    return _page(request, published=not await may_change_password(office, me))


@post("/", status_code=200)
async def change_password(
    request: WebRequest, office: TheOffice, me: Me, now: Now, form: TheForm
) -> Response[Any]:
    """Change it; this browser stays signed in, all others are out."""
    entrance: Entrance = request.app.state.entrance
    typed = {name: form.one(name) for name in ("old_password", "password", "again")}
    token = request.cookies.get(COOKIE, "")

    async def change() -> str:
        await change_own_password(office, entrance, typed, actor=me, token=token, now=now)
        return ""

    try:
        # Nothing of what was typed is said of the form: not even a digest of a password is kept.
        await once(office, change, "own password", actor=me, key=form.idempotency_key, now=now)
    except Incomplete as refusal:
        # What was typed as a password is not sent back.
        return _page(request, wrong=refusal.fields, status=422)
    return redirect(request, "/me", flash="密码已修改，您在其他地方的登录已全部退出。")


def _page(
    request: WebRequest,
    *,
    published: bool = False,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[Any]:
    why_not = PUBLISHED if published else ""
    return page(request, "own_password", status=status, why_not=why_not, wrong=wrong or {})


router = Router(
    "/me/password", guards=[signed_in], route_handlers=[show_own_password, change_password]
)
