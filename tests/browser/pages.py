"""Which pages there are: found by the links that people see, each kind of page once."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Page

from hotline.settings import settings_from
from tests.browser.running import Visitor
from web.app import create_app

# One of each kind of person; pages that their links don't lead to stand beside them.
STAFF: dict[str, tuple[str, ...]] = {
    "huawu1": (),
    "paidan1": ("/search?q=路面",),
    "shenhe1": (),
    "huifang1": (),
    "chengguanfz": (),
    "chengguan": (),
    "duban1": (),
    "ducha1": (),
    "xinfang1": (),
    "caigou1": (),
    "caizheng1": (),
    "haiguan1": (),
    "chuangkou1": (),
    "lingdao": (),
    "guanli": (),
    "anquan": (),
    "shenji": (),
}
PUBLIC = ("/login", "/phone", "/phone/call", "/deadlines", "/status")

LAYOUT = (Path(__file__).parent / "layout.js").read_text()
LARGE, USUAL = (1920, 1080), (1366, 768)
# The usual screen at 200 %.
ENLARGED = (683, 384)
# What a citizen has in hand.
TELEPHONE = (390, 844)

_ROUTES = sorted(
    {route.path_format for route in create_app(settings_from({})).routes},
    key=lambda path: path.count("{"),
)
_PATTERNS = [(path, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))) for path in _ROUTES]


async def walk(
    visitor: Visitor, person: str, seen: set[str], more: tuple[str, ...] = ()
) -> AsyncIterator[str]:
    """Opens, from the first page on, one of every kind that is not in `seen`; gives its address.

    Lists with the same columns are one kind. The visitor stands before the page that is given.
    `more`: addresses to look at besides, where this person may.
    """
    waiting = ["/", *STAFF[person], *more]
    while waiting:
        path = waiting.pop(0)
        if (address := _address_kind(path, person)) in seen:
            continue
        seen.add(address)
        status = await visitor.go(path)
        if status == 404 and path in more:
            seen.discard(address)
            continue
        assert status == 200, f"{person} {path}: {status}"
        # The first page is one of the others.
        seen.add(_address_kind(visitor.page.url.removeprefix(visitor.address), person))
        waiting += await _addresses(visitor.page)
        if (kind := await _page_kind(visitor, person)) not in seen:
            seen.add(kind)
            yield path


def _address_kind(address: str, person: str) -> str:
    """The same for addresses that differ only in which case, unit or person they name."""
    path, _, query = address.partition("?")
    queue = re.search(r"(?:^|&)queue=(\w+)", query)
    return f"{_route(path, person)} {queue[1] if queue else ''}"


async def _page_kind(visitor: Visitor, person: str) -> str:
    """The route, and the columns of what it shows."""
    heads = await visitor.page.locator("main thead tr").all_text_contents()
    path = visitor.page.url.removeprefix(visitor.address).partition("?")[0]
    return f"page {_route(path, person)} {heads}"


def _route(path: str, person: str) -> str:
    """Everybody begins elsewhere, and what a case offers depends on who looks."""
    route = next((route for route, pattern in _PATTERNS if pattern.fullmatch(path)), path)
    return f"{route} of {person}" if route in ("/", "/cases/{number}") else route


async def _addresses(page: Page) -> list[str]:
    """Where the links of the page lead inside the program, each once, in their order."""
    found: list[str] = await page.locator("a[href^='/']:not([download])").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return list(dict.fromkeys(found))


async def faults(page: Page, *sizes: tuple[int, int]) -> list[str]:
    """What is wrong with how the open page lies on screens of these sizes (layout.js)."""
    found = []
    for width, height in sizes:
        await page.set_viewport_size({"width": width, "height": height})
        found += [f"at {width}: {one}" for one in await page.evaluate(LAYOUT)]
    return found
