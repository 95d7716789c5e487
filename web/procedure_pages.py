"""The procedures in force, drawn and listed: for whoever answers for them, to check and not change.

The administration has them under its tabs, supervisors, leaders and registers in their own bar.
"""

from typing import Any, TypeVar, cast

import msgspec
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
from web.language import language_of, speaking
from web.language import told as in_words
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
    with speaking(language_of(request)):
        # Made by us from escaped words. What is drawn must be measured in its own language.
        drawing = Markup(drawn(_in_words(told)).svg)
    return _page(
        request,
        me,
        "show",
        told=told,
        kinds=PROCEDURES.values(),
        drawing=drawing,
        stages={stage.name: stage.label for stage in told.stages},
        actions={action.name: action.label for action in told.actions},
        clocks={clock.name: clock.label for clock in told.clocks},
        who={action.name: _who(action, told) for action in told.actions},
        acting=[role for role in Role if role in _acting(told)],
        role_labels=ROLE_LABELS,
    )


# Codes, and the names of regulations, are the same in every language.
_THE_SAME = frozenset({"name", "kind", "basis", "version", "on"})
Said = TypeVar("Said")


def _in_words(value: Said) -> Said:
    """The procedure with every text of ours in the language that is spoken."""
    said: Any = value
    if isinstance(value, str):
        said = in_words(value)
    elif isinstance(value, list | tuple):
        said = type(value)(_in_words(one) for one in value)
    elif isinstance(value, msgspec.Struct):
        names = [name for name in value.__struct_fields__ if name not in _THE_SAME]
        said = msgspec.structs.replace(
            value, **{name: _in_words(getattr(value, name)) for name in names}
        )
    return cast(Said, said)


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
