"""The procedures in force, drawn and listed: for whoever answers for them, to check and not change.

The administration has them under its tabs, supervisors, leaders and registers in their own bar.
"""

from typing import Any

from litestar import Response, Router, get
from litestar.params import FromPath
from markupsafe import Markup

from hotline.calendar import in_shanghai
from hotline.describing import ActionText, ProcedureText, Word, described
from hotline.people import REGISTER_ROLES, ROLE_LABELS, Role
from hotline.procedures import PROCEDURES, procedure
from web.admin.frame import Filled, tabs_for
from web.diagram import drawn
from web.given import Me, Now, Rules, WebRequest, roles
from web.render import render

READERS = frozenset({Role.SUPERVISOR, Role.LEADER}) | REGISTER_ROLES


@get("/")
async def list_procedures(request: WebRequest, me: Me) -> Response[str]:
    """Every kind, with how much there is to it."""
    return _page(request, me, "list", kinds=PROCEDURES.values())


@get("/{kind:str}")
async def show_procedure(
    request: WebRequest, kind: FromPath[str], me: Me, now: Now, rulebook: Rules
) -> Response[str]:
    """One kind: the drawing, then stages, actions and clocks as tables."""
    told = described(procedure(kind), rulebook, on=in_shanghai(now).date())
    return _page(
        request,
        me,
        "show",
        told=told,
        kinds=PROCEDURES.values(),
        # Made by us from escaped words.
        drawing=Markup(drawn(told).svg),
        stages={stage.name: stage.label for stage in told.stages},
        actions={action.name: action.label for action in told.actions},
        clocks={clock.name: clock.label for clock in told.clocks},
        who={action.name: _who(action, told) for action in told.actions},
        acting=[role for role in Role if role in _acting(told)],
        role_labels=ROLE_LABELS,
    )


def _who(action: ActionText, told: ProcedureText) -> list[tuple[list[str], list[Word]]]:
    """The stages in which the same people may take the action, in words, and those people."""
    labels = {"": "新件"} | {stage.name: stage.label for stage in told.stages}
    groups: list[tuple[list[str], list[Word]]] = []
    for one in action.from_:
        places = next((places for places, roles in groups if roles == one.roles), None)
        if places is None:
            groups.append(([labels[one.stage]], one.roles))
        else:
            places.append(labels[one.stage])
    return groups


def _acting(told: ProcedureText) -> set[str]:
    return {role.name for action in told.actions for one in action.from_ for role in one.roles}


def _page(request: WebRequest, me: Any, name: str, **context: Any) -> Response[str]:
    administration = request.url.path.startswith("/admin/")
    return render(
        request,
        f"procedures/{name}.html",
        frame="admin/frame.html" if administration else "procedures/frame.html",
        root="/admin/procedures" if administration else "/procedures",
        tabs=tabs_for(me),
        form=Filled(),
        **context,
    )


router = Router(
    "/procedures", guards=[roles(*READERS)], route_handlers=[list_procedures, show_procedure]
)
admin_router = Router(
    "/procedures", guards=[roles(Role.ADMIN)], route_handlers=[list_procedures, show_procedure]
)
