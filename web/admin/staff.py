"""Staff: the list, a new account, one account with its roles and password."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.office import Office
from dispatch.registry import accounts, staff
from dispatch.registry.accounts import Person
from dispatch.registry.changes import fingerprint
from hotline.errors import Refusal
from hotline.people import ROLE_LABELS, STAFF_ROLES, Actor, Role
from hotline.rulebook import Rulebook
from web.admin.frame import (
    KEPT_FROM_WRITING,
    PAGE,
    Filled,
    admin_page,
    number,
    refused,
    typed,
    words,
)
from web.admin.units import units_to_choose
from web.given import Form, Me, Rules, TheForm, TheOffice, WebRequest, query_of, roles
from web.refusals import status_of
from web.render import redirect


@get("/")
async def list_staff(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules
) -> Response[Any]:
    """Accounts by sign-in name, of a unit and all below it, a page at a time."""
    query = query_of(request)
    wanted, unit_id = words(query, "q"), number(query, "unit_id")
    role = next((role for role in STAFF_ROLES if role == query.one("role")), None)
    found = await accounts.people(
        office.pool,
        words=wanted,
        unit_ids=rulebook.subtree(unit_id) if unit_id else None,
        role=role,
        after=words(query, "after"),
        most=PAGE + 1,
    )
    return admin_page(
        request,
        me,
        "staff",
        people=found[:PAGE],
        next_after=found[PAGE - 1].sign_in if len(found) > PAGE else "",
        choices=units_to_choose(rulebook),
        roles=STAFF_ROLES,
        query={"q": wanted, "unit_id": str(unit_id or ""), "role": role or ""},
        may_add=me.has(Role.ADMIN),
    )


@get("/new", guards=[roles(Role.ADMIN)])
async def new_staff(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
    """An empty form, at the unit that was chosen."""
    unit_id = number(query_of(request), "unit_id")
    return _new_page(request, me, rulebook, Filled({"unit_id": str(unit_id or ""), "roles": []}))


@post("/", guards=[roles(Role.ADMIN)], status_code=200)
async def create_staff(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """A new account. A password that was made here is shown in the answer, and nowhere else."""
    try:
        staff_id, made = await staff.add_staff(office, typed(form), actor=me)
    except KEPT_FROM_WRITING as refusal:
        return _new_page(request, me, rulebook, refused(form, refusal))
    if made:
        return await _password_page(request, me, office, staff_id, made)
    return redirect(request, f"/admin/staff/{staff_id}", flash="已新增人员。")


@get("/{staff_id:int}")
async def show_staff(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, staff_id: FromPath[int]
) -> Response[Any]:
    """One account: what it is, and what this administrator may change of it."""
    return await _person_page(request, me, office, rulebook, staff_id)


@post("/{staff_id:int}", status_code=200)
async def change_staff(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    staff_id: FromPath[int],
) -> Response[Any]:
    """Name, unit and job title."""
    try:
        await staff.change_staff(
            office, staff_id, typed(form), actor=me, seen=form.one("seen") or None
        )
    except KEPT_FROM_WRITING as refusal:
        return await _person_page(
            request, me, office, rulebook, staff_id, form=form, refusal=refusal
        )
    return redirect(request, f"/admin/staff/{staff_id}", flash="已保存。")


@post("/{staff_id:int}/roles", status_code=200)
async def set_roles(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    staff_id: FromPath[int],
) -> Response[Any]:
    """The roles from now on."""
    try:
        await staff.set_roles(office, staff_id, typed(form), actor=me)
    except KEPT_FROM_WRITING as refusal:
        return await _person_page(
            request, me, office, rulebook, staff_id, form=form, refusal=refusal
        )
    return redirect(request, f"/admin/staff/{staff_id}", flash="角色已调整。")


@post("/{staff_id:int}/password", status_code=200)
async def set_password(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    staff_id: FromPath[int],
) -> Response[Any]:
    """A new password, typed or made."""
    try:
        made = await staff.set_password(office, staff_id, typed(form), actor=me)
    except KEPT_FROM_WRITING as refusal:
        return await _person_page(request, me, office, rulebook, staff_id, refusal=refusal)
    if made:
        return await _password_page(request, me, office, staff_id, made)
    return redirect(request, f"/admin/staff/{staff_id}", flash="密码已重置。")


@post("/{staff_id:int}/active", status_code=200)
async def set_staff_active(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    staff_id: FromPath[int],
) -> Response[Any]:
    """Close the account, or open it again."""
    active = form.one("active") == "1"
    try:
        await staff.set_staff_active(office, staff_id, active=active, actor=me)
    except KEPT_FROM_WRITING as refusal:
        return await _person_page(request, me, office, rulebook, staff_id, refusal=refusal)
    return redirect(
        request, f"/admin/staff/{staff_id}", flash="账号已启用。" if active else "账号已停用。"
    )


router = Router(
    "/staff",
    route_handlers=[
        list_staff,
        new_staff,
        create_staff,
        show_staff,
        change_staff,
        set_roles,
        set_password,
        set_staff_active,
    ],
)


def _new_page(request: WebRequest, me: Actor, rulebook: Rulebook, filled: Filled) -> Response[Any]:
    return admin_page(
        request,
        me,
        "staff_new",
        # What was typed as a password is not sent back.
        filled=Filled({**filled.values, "password": ""}, filled.wrong, filled.said, filled.status),
        choices=units_to_choose(rulebook),
        offered=accounts.roles_to_give(me, None),
    )


async def _person_page(
    request: WebRequest,
    me: Actor,
    office: Office,
    rulebook: Rulebook,
    staff_id: int,
    *,
    form: Form | None = None,
    refusal: Refusal | None = None,
) -> Response[Any]:
    person = await accounts.the_person(office.pool, staff_id)
    kept: dict[str, Any] = {
        "name": person.name,
        "unit_id": str(person.unit_id),
        "job_title": person.job_title,
        "extension": person.extension,
        "roles": [str(role) for role in person.roles],
    }
    filled = Filled(kept)
    if refusal:
        again = refused(form or Form(), refusal)
        changed = {name: value for name, value in again.values.items() if form and value}
        filled = Filled({**kept, **changed}, again.wrong, again.said, status_of(refusal))
    return admin_page(
        request,
        me,
        "staff_one",
        filled=filled,
        person=person,
        keeps=accounts.keeps(me, person),
        myself=person.id == me.staff_id,
        keeper=ROLE_LABELS[person.keeper],
        offered=accounts.roles_to_give(
            me, person, security_vacant=await accounts.security_vacant(office.pool)
        ),
        choices=units_to_choose(rulebook),
        seen=fingerprint(person.facts),
    )


async def _password_page(
    request: WebRequest, me: Actor, office: Office, staff_id: int, password: str
) -> Response[Any]:
    person: Person = await accounts.the_person(office.pool, staff_id)
    return admin_page(request, me, "staff_password", person=person, password=password)
