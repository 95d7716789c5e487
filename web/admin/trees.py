"""The two coded trees, shown alike: the classification of requests, and the places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.registry import categories, places
from hotline.errors import NotFound
from hotline.people import Actor, Role
from hotline.rulebook import Entry, Rulebook
from web.admin.frame import KEPT_FROM_WRITING, Filled, admin_page, refused, typed, words
from web.given import Me, Rules, TheForm, TheOffice, WebRequest, query_of, roles
from web.refusals import status_of
from web.render import redirect


@dataclass(frozen=True, slots=True)
class Tree:
    """What differs between the two, in words for the pages."""

    path: str
    title: str
    one: str
    code_help: str
    closes: bool


CATEGORIES = Tree(
    "/admin/categories",
    "诉求分类",
    "分类",
    "两位数字一级，以点分开，最多三级，如 03.02.05；上级由代码决定。",
    closes=True,
)
PLACES = Tree(
    "/admin/places",
    "行政区划",
    "区划",
    "区县 6 位、街道 9 位、社区 12 位数字；上级由代码决定。",
    closes=False,
)


@dataclass(frozen=True, slots=True)
class Node:
    """An entry where it stands; `below` counts everything under it."""

    entry: Entry
    depth: int
    below: int


@get("/")
async def list_categories(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
    """The classification."""
    return _list_page(request, me, CATEGORIES, rulebook.categories)


@get("/new")
async def new_category(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
    """An empty form with the next free code below the line that was chosen."""
    parent = words(query_of(request), "parent")
    code = categories.next_code(rulebook, parent if parent in rulebook.categories else "")
    return _node_page(request, me, CATEGORIES, rulebook, None, Filled({"code": code}))


@post("/", status_code=200)
async def create_category(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """A new line of the classification."""
    try:
        code = await categories.add_category(office, typed(form), actor=me)
    except KEPT_FROM_WRITING as refusal:
        filled = refused(form, refusal)
        return _node_page(request, me, CATEGORIES, rulebook, None, filled)
    return redirect(request, f"/admin/categories/{code}", flash="已新增分类。")


@get("/{code:str}")
async def show_category(
    request: WebRequest, me: Me, rulebook: Rules, code: FromPath[str]
) -> Response[Any]:
    """One line of the classification."""
    entry = _entry(rulebook.categories, code)
    return _node_page(request, me, CATEGORIES, rulebook, entry, Filled({"name": entry.name}))


@post("/{code:str}", status_code=200)
async def rename_category(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    code: FromPath[str],
) -> Response[Any]:
    """Another name."""
    try:
        await categories.rename_category(office, code, typed(form), actor=me)
    except KEPT_FROM_WRITING as refusal:
        entry = _entry(rulebook.categories, code)
        return _node_page(request, me, CATEGORIES, rulebook, entry, refused(form, refusal))
    return redirect(request, f"/admin/categories/{code}", flash="已保存。")


@post("/{code:str}/active", status_code=200)
async def set_category_active(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    code: FromPath[str],
) -> Response[Any]:
    """Out of use, or into it again."""
    active = form.one("active") == "1"
    try:
        await categories.set_category_active(office, code, active=active, actor=me)
    except KEPT_FROM_WRITING as refusal:
        entry = _entry(rulebook.categories, code)
        filled = Filled({"name": entry.name}, said=refusal.message, status=status_of(refusal))
        return _node_page(request, me, CATEGORIES, rulebook, entry, filled)
    flash = "已启用。" if active else "已停用。"
    return redirect(request, f"/admin/categories/{code}", flash=flash)


@get("/")
async def list_places(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
    """The places."""
    return _list_page(request, me, PLACES, rulebook.places)


@get("/new")
async def new_place(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
    """An empty form; a place below another begins with its code."""
    parent = words(query_of(request), "parent")
    return _node_page(request, me, PLACES, rulebook, None, Filled({"code": parent}))


@post("/", status_code=200)
async def create_place(
    request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, form: TheForm
) -> Response[Any]:
    """A new place."""
    try:
        code = await places.add_place(office, typed(form), actor=me)
    except KEPT_FROM_WRITING as refusal:
        return _node_page(request, me, PLACES, rulebook, None, refused(form, refusal))
    return redirect(request, f"/admin/places/{code}", flash="已新增区划。")


@get("/{code:str}")
async def show_place(
    request: WebRequest, me: Me, rulebook: Rules, code: FromPath[str]
) -> Response[Any]:
    """One place."""
    entry = _entry(rulebook.places, code)
    return _node_page(request, me, PLACES, rulebook, entry, Filled({"name": entry.name}))


@post("/{code:str}", status_code=200)
async def rename_place(
    request: WebRequest,
    me: Me,
    office: TheOffice,
    rulebook: Rules,
    form: TheForm,
    code: FromPath[str],
) -> Response[Any]:
    """Another name."""
    try:
        await places.rename_place(office, code, typed(form), actor=me)
    except KEPT_FROM_WRITING as refusal:
        entry = _entry(rulebook.places, code)
        return _node_page(request, me, PLACES, rulebook, entry, refused(form, refusal))
    return redirect(request, f"/admin/places/{code}", flash="已保存。")


categories_router = Router(
    "/categories",
    guards=[roles(Role.ADMIN)],
    route_handlers=[
        list_categories,
        new_category,
        create_category,
        show_category,
        rename_category,
        set_category_active,
    ],
)
places_router = Router(
    "/places",
    guards=[roles(Role.ADMIN)],
    route_handlers=[list_places, new_place, create_place, show_place, rename_place],
)


def nodes(tree: Mapping[str, Entry], *, wanted: str = "") -> Iterator[Node]:
    """Every entry behind the one above it; searching keeps what leads to a match."""
    children: dict[str, list[Entry]] = {}
    for entry in tree.values():
        children.setdefault(entry.parent, []).append(entry)

    def below(parent: str, depth: int) -> Iterator[Node]:
        for entry in sorted(children.get(parent, ()), key=lambda entry: entry.code):
            lower = list(below(entry.code, depth + 1))
            if lower or wanted in f"{entry.code} {entry.name}":
                yield Node(entry, depth, len(lower))
                yield from lower

    return below("", 0)


def _entry(tree: Mapping[str, Entry], code: str) -> Entry:
    entry = tree.get(code)
    if entry is None:
        raise NotFound("没有这一项。")
    return entry


def _list_page(
    request: WebRequest, me: Actor, tree: Tree, entries: Mapping[str, Entry]
) -> Response[Any]:
    wanted = words(query_of(request), "q")
    branches: list[list[Node]] = []
    for node in nodes(entries, wanted=wanted):
        if node.depth == 0:
            branches.append([])
        branches[-1].append(node)
    return admin_page(
        request, me, "tree", tree=tree, branches=branches, total=len(entries), wanted=wanted
    )


def _node_page(
    request: WebRequest,
    me: Actor,
    tree: Tree,
    rulebook: Rulebook,
    entry: Entry | None,
    filled: Filled,
) -> Response[Any]:
    entries = rulebook.categories if tree is CATEGORIES else rulebook.places
    path = rulebook.category_path if tree is CATEGORIES else rulebook.place_path
    return admin_page(
        request,
        me,
        "tree_node",
        filled=filled,
        tree=tree,
        entry=entry,
        path=path(entry.code, " / ") if entry else "",
        children=[child for child in entries.values() if entry and child.parent == entry.code],
    )
