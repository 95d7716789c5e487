"""Texts and notices on the screen: how each reads, what it costs, and other words for it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.office import Office
from dispatch.registry import texts
from dispatch.texts import original, templates
from dispatch.texts.allowed import AUDIENCES, LONGEST, checked, cost, preview, words_of
from dispatch.texts.names import NAMES
from hotline.calendar import in_shanghai
from hotline.people import Actor, Role
from hotline.wording import Mistyped
from web.admin.frame import Done, Filled, admin_page, submitted, words
from web.given import Me, Now, TheForm, TheOffice, WebRequest, query_of, roles


@get("/")
async def list_texts(request: WebRequest, me: Me, now: Now, office: TheOffice) -> Response[Any]:
    """Every text of one audience, at first of requesters, on invented values."""
    today = in_shanghai(now).date()
    audience = words(query_of(request), "for", most=20)
    audience = audience if audience in AUDIENCES else "citizen"
    changes = await texts.wordings(office.pool)
    found = []
    for template in templates():
        if template.startswith(f"{audience}/"):
            body = texts.newest(changes, template, on=today)
            said = preview(template, signature=office.settings.sms_signature, body=body)
            found.append((template, said, cost(template, said), bool(body)))
    used = {template.partition("/")[0] for template in templates()}
    return admin_page(
        request,
        me,
        "texts",
        audience=audience,
        audiences=[(key, label) for key, label in AUDIENCES.items() if key in used],
        texts=found,
        names=NAMES,
    )


@get("/{audience:str}/{name:str}")
async def show_text(
    request: WebRequest,
    me: Me,
    now: Now,
    office: TheOffice,
    audience: FromPath[str],
    name: FromPath[str],
) -> Response[Any]:
    """One text: its words, its placeholders, what it was before."""
    return await _text_page(request, me, now, office, f"{audience}/{name}", Filled())


@post("/{audience:str}/{name:str}", status_code=200)
async def change_text(
    request: WebRequest,
    me: Me,
    now: Now,
    office: TheOffice,
    form: TheForm,
    audience: FromPath[str],
    name: FromPath[str],
) -> Response[Any]:
    """Other words from a day on; with `preview` only how they would read."""
    template = texts.known(f"{audience}/{name}")
    typing = {field: form.one(field) for field in ("body", "valid_from")}
    if form.one("preview"):
        try:
            checked(template, typing["body"], signature=office.settings.sms_signature)
        except Mistyped as fault:
            filled = Filled(typing, {"body": fault.message}, status=422)
            return await _text_page(request, me, now, office, template, filled)
        return await _text_page(request, me, now, office, template, Filled(typing), tried=True)
    return await submitted(
        request,
        form,
        lambda: texts.change_text(office, template, typing, actor=me, now=now),
        then=lambda _: Done(f"/admin/texts/{template}", "已保存，自施行日期起用新的文字。"),
        # The words themselves may be right: how they read is shown beside what is wrong.
        again=lambda filled: _text_page(
            request, me, now, office, template, filled, tried="body" not in filled.wrong
        ),
    )


@post("/{audience:str}/{name:str}/restore", status_code=200)
async def restore_text(
    request: WebRequest,
    me: Me,
    now: Now,
    office: TheOffice,
    form: TheForm,
    audience: FromPath[str],
    name: FromPath[str],
) -> Response[Any]:
    """Back to what was written."""
    template = f"{audience}/{name}"
    return await submitted(
        request,
        form,
        lambda: texts.restore_text(office, template, actor=me, now=now),
        then=lambda _: Done(f"/admin/texts/{template}", "已恢复原文。"),
        again=lambda filled: _text_page(
            request, me, now, office, template, replace(filled, values={})
        ),
    )


router = Router(
    "/texts",
    guards=[roles(Role.ADMIN)],
    route_handlers=[list_texts, show_text, change_text, restore_text],
)


async def _text_page(
    request: WebRequest,
    me: Actor,
    now: datetime,
    office: Office,
    template: str,
    filled: Filled,
    *,
    tried: bool = False,
) -> Response[Any]:
    texts.known(template)
    today = in_shanghai(now).date()
    changes = await texts.wordings(office.pool, template)
    body = texts.newest(changes, template, on=today)
    signature = office.settings.sms_signature
    said = preview(template, signature=signature, body=body)
    new = preview(template, signature=signature, body=filled["body"].strip()) if tried else ""
    values = {"body": body or original(template), "valid_from": today.isoformat(), **filled.values}
    return admin_page(
        request,
        me,
        "text",
        filled=replace(filled, values=values),
        template=template,
        name=NAMES.get(template, template),
        audience=AUDIENCES[template.partition("/")[0]],
        audience_key=template.partition("/")[0],
        original=original(template),
        body=body,
        said=said,
        cost=cost(template, said),
        new=new,
        new_cost=cost(template, new) if new else None,
        placeholders=words_of(template),
        longest=LONGEST,
        changes=changes,
        today=today,
        restorable=bool(body) or any(one.state(today) == "未施行" for one in changes),
    )
