"""Staff: the list, a new account, one account with its roles and password."""

from dataclasses import replace
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.office import Office
from dispatch.registry import accounts, staff
from dispatch.registry.accounts import Person
from dispatch.registry.changes import fingerprint
from hotline.people import ROLE_LABELS, STAFF_ROLES, Actor, Role
from hotline.rulebook import Rulebook
from web.admin.frame import (
    PAGE,
    Done,
    Filled,
    admin_page,
    number,
    submitted,
    typed,
    words,
)
from web.admin.units import units_to_choose
from web.given import Me, Rules, TheForm, TheOffice, WebRequest, query_of, roles

_MADE = "系统生成的密码只显示一次，没有看到的请重置密码。"
"""What who sent the form twice is told: the page with the password was the first answer."""


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
    return await _new_page(
        request, me, rulebook, Filled({"unit_id": str(unit_id or ""), "roles": []})
    )


@post("/", guards=[roles(Role.ADMIN)], status_code=200)
async def create_staff(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """A new account. A password that was made here is shown in the answer, and nowhere else."""
    return await submitted(
        request,
        form,
        lambda: staff.add_staff(office, typed(form), actor=me),
        then=lambda new: Done(f"/admin/staff/{new[0]}", _MADE if new[1] else "已新增人员。"),
        again=lambda filled: _new_page(request, me, rulebook, filled),
        shown=lambda new: _made_page(request, me, office, *new),
    )


@get("/{staff_id:int}")
async def show_staff(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, staff_id: FromPath[int]
) -> Response[Any]:
    """One account: what it is, and what this administrator may change of it."""
    return await _person_page(request, me, office, rulebook, staff_id, Filled())


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
    return await submitted(
        request,
        form,
        lambda: staff.change_staff(
            office, staff_id, typed(form), actor=me, seen=form.one("seen") or None
        ),
        then=lambda _: Done(f"/admin/staff/{staff_id}", "已保存。"),
        again=lambda filled: _person_page(request, me, office, rulebook, staff_id, filled),
    )


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
    return await submitted(
        request,
        form,
        lambda: staff.set_roles(office, staff_id, typed(form), actor=me),
        then=lambda _: Done(f"/admin/staff/{staff_id}", "角色已调整。"),
        again=lambda filled: _person_page(request, me, office, rulebook, staff_id, filled),
    )


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
    return await submitted(
        request,
        form,
        lambda: staff.set_password(office, staff_id, typed(form), actor=me),
        then=lambda made: Done(f"/admin/staff/{staff_id}", _MADE if made else "密码已重置。"),
        again=lambda filled: _person_page(
            request, me, office, rulebook, staff_id, replace(filled, values={})
        ),
        shown=lambda made: _made_page(request, me, office, staff_id, made),
    )


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
    return await submitted(
        request,
        form,
        lambda: staff.set_staff_active(office, staff_id, active=active, actor=me),
        then=lambda _: Done(
            f"/admin/staff/{staff_id}", "账号已启用。" if active else "账号已停用。"
        ),
        again=lambda filled: _person_page(
            request, me, office, rulebook, staff_id, replace(filled, values={})
        ),
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


async def _new_page(
    request: WebRequest, me: Actor, rulebook: Rulebook, filled: Filled
) -> Response[Any]:
    return admin_page(
        request,
        me,
        "staff_new",
        # What was typed as a password is not sent back.
        filled=replace(filled, values={**filled.values, "password": ""}),
        choices=units_to_choose(rulebook),
        offered=accounts.roles_to_give(me, None),
    )


async def _person_page(
    request: WebRequest,
    me: Actor,
    office: Office,
    rulebook: Rulebook,
    staff_id: int,
    filled: Filled,
) -> Response[Any]:
    """The account; of a refused form what was typed stands over what is kept."""
    person = await accounts.the_person(office.pool, staff_id)
    kept: dict[str, Any] = {
        "name": person.name,
        "unit_id": str(person.unit_id),
        "job_title": person.job_title,
        "extension": person.extension,
        "roles": [str(role) for role in person.roles],
    }
    changed = {name: value for name, value in filled.values.items() if value}
    return admin_page(
        request,
        me,
        "staff_one",
        filled=replace(filled, values={**kept, **changed}),
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


async def _made_page(
    request: WebRequest, me: Actor, office: Office, staff_id: int, password: str
) -> Response[Any] | None:
    """The password that was made, once; None where it was typed."""
    if not password:
        return None
    person: Person = await accounts.the_person(office.pool, staff_id)
    return admin_page(request, me, "staff_password", person=person, password=password)
