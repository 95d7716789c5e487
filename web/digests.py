"""今日提要 on the pages of those for whom it was made: what waits, and where."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, post

from dispatch.digests import Digest, put_away
from hotline.people import REGISTER_ROLES, UNIT_ROLES, Actor, Role
from web.given import Me, Now, TheForm, TheOffice, WebRequest, signed_in
from web.navigation import home_of
from web.render import redirect

_PAGES = ("/portal", "/desk", "/oversight", "/me")
_LABELS = {
    "due_today": "今日到期",
    "overdue": "已超期",
    "returned": "退回的",
    "to_decide": "待裁定、待批",
}


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One figure of the digest, with the list behind it."""

    label: str
    n: int
    address: str
    tone: str


def digest_lines(me: Actor, digest: Digest | None) -> list[DigestLine]:
    """What the digest says, without what is none."""
    if digest is None:
        return []
    return [
        DigestLine(label, n, _address(me, name), "red" if name == "overdue" else "plain")
        for name, label in _LABELS.items()
        if (n := getattr(digest, name))
    ]


def _address(me: Actor, name: str) -> str:
    """The person's list in which these cases are found."""
    if me.has(*UNIT_ROLES):
        return "/portal?queue=mine"
    queue = {
        "due_today": "at_risk",
        "overdue": "overdue",
        "returned": "returned_often",
        "to_decide": "to_decide",
    }[name]
    if me.has(Role.SUPERVISOR, Role.LEADER):
        return f"/oversight?queue={queue}"
    if me.has(Role.DISPATCHER) or (me.has(*REGISTER_ROLES) and name != "returned"):
        return f"/desk?queue={queue}"
    return home_of(me)


@post("/put-away", status_code=200)
async def put_digest_away(
    request: WebRequest, office: TheOffice, me: Me, now: Now, form: TheForm
) -> Response[Any]:
    """Read: it does not come back on the lists today."""
    await put_away(office, me, now=now)
    back = form.one("back")
    return redirect(request, back if back in _PAGES else home_of(me))


router = Router("/digest", guards=[signed_in], route_handlers=[put_digest_away])
