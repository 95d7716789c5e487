"""Where pages send what is being typed, and where an unsent form is put away."""

from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post

from dispatch.drafts import LARGEST_DRAFT, Draft, draft_of, forget_draft, keep_draft
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete
from hotline.unsaved import is_subject
from web.given import Form, Me, Now, TheForm, TheOffice, WebRequest, own_path, query_of, signed_in
from web.render import redirect

# What a form carries besides what was typed.
_NOT_TYPED = frozenset({"idempotency_key", "seen_version", "back", "draft", "password"})
_Text = Annotated[str, msgspec.Meta(max_length=80)]


class Typed(msgspec.Struct):
    """The form that is being filled in: what it is for, its own key, the values of its fields."""

    draft: _Text
    fields: dict[_Text, list[str]]
    key: _Text = ""


@post("/", status_code=200)
async def save_draft(request: WebRequest, me: Me, office: TheOffice, now: Now) -> dict[str, Any]:
    """Keep it; `kept` is false where the form itself has been sent meanwhile."""
    body = await request.body()
    if len(body) > LARGEST_DRAFT:
        raise Incomplete({"draft": f"草稿最多 {LARGEST_DRAFT // 1024} KB"})
    try:
        typed = msgspec.json.decode(body, type=Typed)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Incomplete({"draft": "草稿的格式有误"}) from None
    fields = {
        _kept(name): [_kept(value) for value in values]
        for name, values in typed.fields.items()
        if name not in _NOT_TYPED and not name.startswith("_")
    }
    version = await keep_draft(office, typed.draft, fields, actor=me, now=now, key=_kept(typed.key))
    return {"kept": version is not None, "version": version, "at": f"{in_shanghai(now):%H:%M}"}


def _kept(text: str) -> str:
    """The text without what the database cannot hold."""
    return text.replace("\x00", "")


@get("/")
async def show_version(request: WebRequest, me: Me, office: TheOffice) -> dict[str, int]:
    """How often it was kept so far; a page that shows an older one looks again."""
    draft = await draft_of(office, query_of(request).one("draft")[:100], actor=me)
    return {"version": draft.version if draft else 0}


@post("/discard", status_code=200)
async def discard_draft(
    request: WebRequest, me: Me, office: TheOffice, form: TheForm
) -> Response[Any]:
    """Put an unsent form away, and begin with an empty one."""
    subject = form.one("draft")
    if not is_subject(subject):
        raise Incomplete({"draft": "没有这种草稿"})
    await forget_draft(office.pool, subject, actor=me)
    return redirect(request, own_path(form.one("back")) or "/", flash="已放弃未提交的内容。")


def form_of(draft: Draft) -> Form:
    """The draft as if it had been sent."""
    return Form({name: list(values) for name, values in draft.payload.items()})


router = Router(
    "/drafts", guards=[signed_in], route_handlers=[show_version, save_draft, discard_draft]
)
