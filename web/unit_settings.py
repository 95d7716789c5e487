"""Settings of a unit: whether its head signs what its clerks answer (负责人审签)."""

from typing import Any

from litestar import Response, Router, get, post

from dispatch.registry.countersigning import set_countersigned
from hotline.errors import Incomplete, NotPermitted
from hotline.people import Actor, Role
from hotline.rulebook import Rulebook, UnitEntry
from web.given import Me, Rules, TheForm, TheOffice, WebRequest, query_of, roles
from web.pickers import chosen
from web.render import page, redirect


@get("/")
async def show_settings(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
    """The own unit and those below it; for the administrator any unit that is named."""
    wanted = chosen(query_of(request).one("unit"), "unit", rulebook)
    return page(
        request,
        "portal/settings",
        units=_units(me, rulebook, wanted),
        wanted=wanted,
        any_unit=me.has(Role.ADMIN),
        rulebook=rulebook,
    )


@post("/", status_code=200)
async def change_settings(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """Switch the head's signature on or off for one unit."""
    unit = rulebook.units_by_code.get(form.one("unit"))
    if unit is None:
        raise Incomplete({"unit": "没有这个单位"})
    if unit not in _units(me, rulebook, unit.code):
        raise NotPermitted("只能设置本单位及下级单位。")
    asked = form.one("countersigned") == "1"
    await set_countersigned(office, unit.id, asked=asked, actor=me)
    told = "今后答复须经负责人审签" if asked else "今后答复不再经负责人审签"
    back = f"/portal/settings?unit={unit.code}" if me.has(Role.ADMIN) else "/portal/settings"
    return redirect(request, back, flash=f"{unit.name}：{told}。")


def _units(me: Actor, rulebook: Rulebook, wanted: str) -> list[UnitEntry]:
    """Units whose switch this person may turn: all below the own, or the one that is named."""
    if me.has(Role.ADMIN):
        named = rulebook.units_by_code.get(wanted)
        return [named] if named else [u for u in rulebook.units.values() if u.countersigned]
    return [
        unit for unit_id in me.unit_ids if (unit := rulebook.units.get(unit_id)) and unit.active
    ]


router = Router(
    "/portal/settings",
    guards=[roles(Role.UNIT_HEAD, Role.ADMIN)],
    route_handlers=[show_settings, change_settings],
)
