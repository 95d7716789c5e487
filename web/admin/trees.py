"""The two coded trees, shown alike: the classification of requests, and the places."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.registry import trees
from hotline.errors import NotFound
from hotline.people import Actor, Role
from hotline.rulebook import Entry, Rulebook
from web.admin.frame import Done, Filled, admin_page, submitted, typed, words
from web.given import Me, Rules, TheForm, TheOffice, WebRequest, query_of, roles


@dataclass(frozen=True, slots=True)
class TreePage:
    """What differs between the pages of the two; `next_code` is offered for a new entry."""

    tree: trees.Tree
    path: str
    title: str
    code_help: str
    entries: Callable[[Rulebook], Mapping[str, Entry]]
    path_of: Callable[[Rulebook, str], str]
    next_code: Callable[[Rulebook, str], str]


CATEGORIES = TreePage(
    trees.CATEGORIES,
    "/admin/categories",
    "诉求分类",
    "两位数字一级，以点分开，最多三级，如 03.02.05；上级由代码决定。",
    entries=lambda rulebook: rulebook.categories,
    path_of=lambda rulebook, code: rulebook.category_path(code, " / "),
    next_code=lambda rulebook, parent: trees.next_code(
        rulebook, parent if parent in rulebook.categories else ""
    ),
)
PLACES = TreePage(
    trees.PLACES,
    "/admin/places",
    "行政区划",
    "区县 6 位、街道 9 位、社区 12 位数字；上级由代码决定。",
    entries=lambda rulebook: rulebook.places,
    path_of=lambda rulebook, code: rulebook.place_path(code, " / "),
    # A place below another begins with its code.
    next_code=lambda rulebook, parent: parent,
)


@dataclass(frozen=True, slots=True)
class Node:
    """An entry where it stands; `below` counts everything under it."""

    entry: Entry
    depth: int
    below: int


def tree_router(shown: TreePage) -> Router:
    """The list of a tree, a new entry, one entry; and its end where the tree closes."""
    tree = shown.tree

    @get("/")
    async def list_entries(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
        wanted = words(query_of(request), "q")
        entries = shown.entries(rulebook)
        branches: list[list[Node]] = []
        for node in nodes(entries, wanted=wanted):
            if node.depth == 0:
                branches.append([])
            branches[-1].append(node)
        return admin_page(
            request, me, "tree", tree=shown, branches=branches, total=len(entries), wanted=wanted
        )

    @get("/new")
    async def new_entry(request: WebRequest, me: Me, rulebook: Rules) -> Response[Any]:
        code = shown.next_code(rulebook, words(query_of(request), "parent"))
        return await _node_page(request, me, shown, rulebook, None, Filled({"code": code}))

    @post("/", status_code=200)
    async def create_entry(
        request: WebRequest, me: Me, office: TheOffice, rulebook: Rules, form: TheForm
    ) -> Response[Any]:
        return await submitted(
            request,
            form,
            lambda: trees.add_entry(office, tree, typed(form), actor=me),
            then=lambda code: Done(f"{shown.path}/{code}", "已新增。"),
            again=lambda filled: _node_page(request, me, shown, rulebook, None, filled),
        )

    @get("/{code:str}")
    async def show_entry(
        request: WebRequest, me: Me, rulebook: Rules, code: FromPath[str]
    ) -> Response[Any]:
        entry = _entry(shown, rulebook, code)
        return await _node_page(request, me, shown, rulebook, entry, Filled({"name": entry.name}))

    @post("/{code:str}", status_code=200)
    async def rename_entry(
        request: WebRequest,
        me: Me,
        office: TheOffice,
        rulebook: Rules,
        form: TheForm,
        code: FromPath[str],
    ) -> Response[Any]:
        entry = _entry(shown, rulebook, code)
        return await submitted(
            request,
            form,
            lambda: trees.rename_entry(office, tree, code, typed(form), actor=me),
            then=lambda _: Done(f"{shown.path}/{code}", "已保存。"),
            again=lambda filled: _node_page(request, me, shown, rulebook, entry, filled),
        )

    @post("/{code:str}/active", status_code=200)
    async def set_entry_active(
        request: WebRequest,
        me: Me,
        office: TheOffice,
        rulebook: Rules,
        form: TheForm,
        code: FromPath[str],
    ) -> Response[Any]:
        active = form.one("active") == "1"
        entry = _entry(shown, rulebook, code)
        return await submitted(
            request,
            form,
            lambda: trees.set_category_active(office, code, active=active, actor=me),
            then=lambda _: Done(f"{shown.path}/{code}", "已启用。" if active else "已停用。"),
            again=lambda filled: _node_page(
                request, me, shown, rulebook, entry, replace(filled, values={"name": entry.name})
            ),
        )

    handlers = [list_entries, new_entry, create_entry, show_entry, rename_entry]
    return Router(
        shown.path.removeprefix("/admin"),
        guards=[roles(Role.ADMIN)],
        route_handlers=[*handlers, *([set_entry_active] if tree.closes else [])],
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


def _entry(shown: TreePage, rulebook: Rulebook, code: str) -> Entry:
    entry = shown.entries(rulebook).get(code)
    if entry is None:
        raise NotFound("没有这一项。")
    return entry


async def _node_page(
    request: WebRequest,
    me: Actor,
    shown: TreePage,
    rulebook: Rulebook,
    entry: Entry | None,
    filled: Filled,
) -> Response[Any]:
    below = [one for one in shown.entries(rulebook).values() if entry and one.parent == entry.code]
    return admin_page(
        request,
        me,
        "tree_node",
        filled=filled,
        tree=shown,
        entry=entry,
        path=shown.path_of(rulebook, entry.code) if entry else "",
        children=below,
    )
