"""The administration's routes, gathered under their guards."""

from typing import Any

from litestar import Response, Router, get

from hotline.people import ADMIN_ROLES
from web.admin.calendar import router as calendar
from web.admin.catalogue import router as catalogue
from web.admin.exchange import router as exchange
from web.admin.frame import tabs_for
from web.admin.history import router as history
from web.admin.limits import router as limits
from web.admin.staff import router as staff
from web.admin.texts import router as texts
from web.admin.trees import CATEGORIES, PLACES, tree_router
from web.admin.units import router as units
from web.given import Me, WebRequest, roles
from web.procedure_pages import admin_router as procedures
from web.render import redirect


@get("/")
async def show_admin(request: WebRequest, me: Me) -> Response[Any]:
    """The first page that this administrator may open."""
    return redirect(request, tabs_for(me)[0].path)


router = Router(
    "/admin",
    guards=[roles(*ADMIN_ROLES)],
    route_handlers=[
        show_admin,
        units,
        staff,
        tree_router(CATEGORIES),
        tree_router(PLACES),
        catalogue,
        calendar,
        limits,
        texts,
        exchange,
        procedures,
        history,
    ],
)
