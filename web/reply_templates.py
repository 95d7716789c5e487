"""答复模板: what a unit begins its replies with, kept by its own people."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.office import Office
from dispatch.reply_templates import (
    LONGEST_NAME,
    drop_template,
    keep_template,
    template_of,
    templates_of,
)
from hotline.errors import Incomplete
from hotline.people import UNIT_ROLES, Actor
from hotline.reply_templates import LONGEST_BODY, PLACES
from hotline.rulebook import Rulebook
from web.given import Form, Me, Now, Rules, TheForm, TheOffice, WebRequest, roles
from web.pickers import chosen
from web.refusals import status_of
from web.render import page, redirect


@get("/")
async def list_templates(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules
) -> Response[Any]:
    """The unit's templates, and an empty form for one more."""
    return await _list_page(request, office, me, rulebook, {})


@post("/", status_code=200)
async def create_template(
    request: WebRequest, me: Me, office: TheOffice, now: Now, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """One more template."""
    given = _given(form, rulebook)
    try:
        await keep_template(
            office.pool, given, actor=me, now=now, rulebook=rulebook, key=form.idempotency_key
        )
    except Incomplete as refusal:
        return await _list_page(request, office, me, rulebook, given, refusal)
    return redirect(request, "/portal/templates", flash=f"已新增模板“{given['name']}”。")


@get("/{template_id:int}")
async def show_template(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, template_id: FromPath[int]
) -> Response[Any]:
    """One template, to be changed or removed."""
    one = await template_of(office.pool, me.unit_id, template_id)
    given = {"name": one.name, "body": one.body, "category": one.category}
    return _form_page(request, rulebook, template_id, given)


@post("/{template_id:int}", status_code=200)
async def change_template(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    form: TheForm,
    template_id: FromPath[int],
) -> Response[Any]:
    """The template as the form says."""
    given = _given(form, rulebook)
    try:
        await keep_template(
            office.pool,
            given,
            actor=me,
            now=now,
            rulebook=rulebook,
            template_id=template_id,
            key=form.idempotency_key,
        )
    except Incomplete as refusal:
        return _form_page(request, rulebook, template_id, given, refusal)
    return redirect(request, "/portal/templates", flash=f"已保存模板“{given['name']}”。")


@post("/{template_id:int}/delete", status_code=200)
async def delete_template(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    now: Now,
    rulebook: Rules,
    form: TheForm,
    template_id: FromPath[int],
) -> Response[Any]:
    """Remove it; what was answered with it stays."""
    key = form.idempotency_key
    await drop_template(office.pool, template_id, actor=me, now=now, rulebook=rulebook, key=key)
    return redirect(request, "/portal/templates", flash="已删除模板。")


def _given(form: Form, rulebook: Rulebook) -> dict[str, str]:
    return {
        "name": form.one("name"),
        "body": form.one("body"),
        "category": chosen(form.one("category"), "category", rulebook),
    }


async def _list_page(
    request: WebRequest,
    office: Office,
    me: Actor,
    rulebook: Rulebook,
    given: Mapping[str, str],
    refusal: Incomplete | None = None,
) -> Response[Any]:
    return page(
        request,
        "portal/templates",
        status=status_of(refusal) if refusal else 200,
        templates=await templates_of(office.pool, me.unit_id),
        own_unit=rulebook.unit_name(me.unit_id),
        rulebook=rulebook,
        **_form(None, given, refusal),
    )


def _form_page(
    request: WebRequest,
    rulebook: Rulebook,
    template_id: int,
    given: Mapping[str, str],
    refusal: Incomplete | None = None,
) -> Response[Any]:
    return page(
        request,
        "portal/template",
        status=status_of(refusal) if refusal else 200,
        rulebook=rulebook,
        **_form(template_id, given, refusal),
    )


def _form(
    template_id: int | None, given: Mapping[str, str], refusal: Incomplete | None
) -> dict[str, Any]:
    return {
        "template_id": template_id,
        "given": {"name": "", "body": "", "category": "", **given},
        "errors": refusal.fields if refusal else {},
        "places": PLACES,
        "longest": {"name": LONGEST_NAME, "body": LONGEST_BODY},
    }


router = Router(
    "/portal/templates",
    guards=[roles(*UNIT_ROLES)],
    route_handlers=[
        list_templates,
        create_template,
        show_template,
        change_template,
        delete_template,
    ],
)
