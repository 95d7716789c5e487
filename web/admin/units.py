"""Units: the tree, a new unit, one unit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.registry import accounts, units
from dispatch.registry.changes import fingerprint
from dispatch.registry.units import UNIT_KINDS
from hotline.errors import NotFound
from hotline.people import Actor, Role
from hotline.rulebook import Rulebook, UnitEntry
from web.admin.frame import (
    Done,
    Filled,
    admin_page,
    number,
    submitted,
    typed,
    words,
)
from web.given import Me, Rules, TheForm, TheOffice, WebRequest, query_of, roles


@get("/")
async def list_units(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules
) -> Response[Any]:
    """The tree of units, or those that match with what is above them."""
    query = query_of(request)
    wanted, kind = words(query, "q"), query.one("kind")
    return admin_page(
        request,
        me,
        "units",
        branches=list(branches(rulebook, wanted=wanted, kind=kind)),
        kinds=UNIT_KINDS,
        counts=await accounts.staff_counts(office.pool),
        query={"q": wanted, "kind": kind},
    )


@get("/new")
async def new_unit(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
    """An empty form, below the unit that was chosen."""
    above = number(query_of(request), "parent")
    values = {"parent_id": str(above or ""), "kind": "street" if above else "department"}
    return await _form_page(request, me, rulebook, None, Filled(values))


@post("/", status_code=200)
async def create_unit(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """A new unit."""
    return await submitted(
        request,
        form,
        lambda: units.add_unit(office, typed(form), actor=me),
        then=lambda unit_id: Done(f"/admin/units/{unit_id}", "已新增单位。"),
        again=lambda filled: _form_page(request, me, rulebook, None, filled),
    )


@get("/{unit_id:int}")
async def show_unit(
    request: WebRequest, me: Me, rulebook: Rules, unit_id: FromPath[int]
) -> Response[Any]:
    """One unit, to be changed."""
    unit = _unit(rulebook, unit_id)
    return await _form_page(request, me, rulebook, unit, Filled(_values(unit)))


@post("/{unit_id:int}", status_code=200)
async def change_unit(
    request: WebRequest, me: Me, office: TheOffice, form: TheForm, unit_id: FromPath[int]
) -> Response[Any]:
    """The unit as the form says."""

    async def again(filled: Filled) -> Response[Any]:
        office.reference.forget()
        rulebook = await office.rulebook()
        return await _form_page(request, me, rulebook, _unit(rulebook, unit_id), filled)

    return await submitted(
        request,
        form,
        lambda: units.change_unit(
            office, unit_id, typed(form), actor=me, seen=form.one("seen") or None
        ),
        then=lambda _: Done(f"/admin/units/{unit_id}", "已保存。"),
        again=again,
    )


@post("/{unit_id:int}/active", status_code=200)
async def set_unit_active(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    unit_id: FromPath[int],
) -> Response[Any]:
    """Out of use, or into it again."""
    active = form.one("active") == "1"
    unit = _unit(rulebook, unit_id)
    return await submitted(
        request,
        form,
        lambda: units.set_unit_active(office, unit_id, active=active, actor=me),
        then=lambda _: Done(f"/admin/units/{unit_id}", "已启用。" if active else "已停用。"),
        again=lambda filled: _form_page(
            request, me, rulebook, unit, replace(filled, values=_values(unit))
        ),
    )


router = Router(
    "/units",
    guards=[roles(Role.ADMIN)],
    route_handlers=[list_units, new_unit, create_unit, show_unit, change_unit, set_unit_active],
)


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit where it stands in the tree; `matches` is false for what only leads to a match."""

    unit: UnitEntry
    depth: int
    matches: bool


def branches(rulebook: Rulebook, *, wanted: str = "", kind: str = "") -> Iterator[Branch]:
    """The tree from above, every unit behind the one above it; searching keeps the way down."""
    children: dict[int | None, list[UnitEntry]] = {}
    for unit in rulebook.units.values():
        children.setdefault(unit.parent_id, []).append(unit)

    def matches(unit: UnitEntry) -> bool:
        named = wanted.lower() in f"{unit.code} {unit.name} {unit.short_name}".lower()
        return named and kind in ("", unit.kind)

    def below(parent: int | None, depth: int) -> Iterator[Branch]:
        for unit in sorted(children.get(parent, ()), key=_place_in_list):
            lower = list(below(unit.id, depth + 1))
            if matches(unit) or lower:
                yield Branch(unit, depth, matches(unit))
                yield from lower

    return below(None, 0)


def units_to_choose(rulebook: Rulebook) -> list[tuple[str, list[UnitEntry]]]:
    """Units in use for a select, by kind."""
    found: dict[str, list[UnitEntry]] = {}
    for unit in sorted(rulebook.units.values(), key=_place_in_list):
        if unit.active:
            found.setdefault(UNIT_KINDS.get(unit.kind, unit.kind), []).append(unit)
    return list(found.items())


def _place_in_list(unit: UnitEntry) -> tuple[int, str]:
    kinds = list(UNIT_KINDS)
    return (kinds.index(unit.kind) if unit.kind in kinds else len(kinds), unit.code)


def _unit(rulebook: Rulebook, unit_id: int) -> UnitEntry:
    unit = rulebook.units.get(unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    return unit


def _values(unit: UnitEntry) -> dict[str, str]:
    return {
        "code": unit.code,
        "name": unit.name,
        "short_name": unit.short_name,
        "kind": unit.kind,
        "parent_id": str(unit.parent_id or ""),
    }


async def _form_page(
    request: WebRequest, me: Actor, rulebook: Rulebook, unit: UnitEntry | None, filled: Filled
) -> Response[Any]:
    seen = ""
    if unit:
        parent = rulebook.units.get(unit.parent_id) if unit.parent_id else None
        seen = fingerprint(units.facts_of(unit, parent))
    return admin_page(
        request,
        me,
        "unit",
        filled=filled,
        unit=unit,
        kinds=UNIT_KINDS,
        choices=units_to_choose(rulebook),
        seen=seen,
    )
