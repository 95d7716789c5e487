"""Every page of everybody: it fits the screens people have, and can be used by all of them."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Open
from tests.browser.running import DESKTOP, Visitor

AXE = (Path(__file__).parents[2] / "static/node_modules/axe-core/axe.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
LARGE = (1920, 1080)
SMALL = (390, 844)

# One of each kind; what they don't find by links stands beside them.
STAFF = {
    "huawu1": (),
    "paidan1": ("/search?q=路面",),
    "shenhe1": (),
    "huifang1": (),
    "chengguanfz": (),
    "duban1": (),
    "ducha1": (),
    "lingdao": (),
    "guanli": (),
    "anquan": (),
    "shenji": (),
}
PUBLIC = ("/login", "/phone", "/phone/call", "/deadlines", "/status")


@pytest.fixture(scope="module")
def judged() -> set[str]:
    """The kinds of page that axe-core has judged, which takes a second each."""
    return set()


@pytest.mark.parametrize("name", STAFF)
async def test_pages_of_staff(open_window: Open, judged: set[str], name: str) -> None:
    """From the first page on, one link of every kind that it and the pages behind it show."""
    visitor = await open_window(name)
    waiting = ["/", *STAFF[name]]
    known = {kind_of(path) for path in waiting}
    problems: list[str] = []
    while waiting:
        path = waiting.pop(0)
        problems += await problems_of(visitor, path, [LARGE, DESKTOP])
        for found in await addresses(visitor.page):
            if kind_of(found) not in known:
                known.add(kind_of(found))
                waiting.append(found)
        # Which acts a case offers depends on who looks.
        kind = kind_of(path).replace("/cases/N", f"/cases/N for {name}")
        if kind not in judged:
            judged.add(kind)
            problems += [f"{path}: {one}" for one in await violations(visitor.page)]
    assert not problems


def kind_of(address: str) -> str:
    """The same for addresses that differ only in which case, unit or person they name."""
    path, _, query = address.partition("?")
    queue = re.search(r"(?:^|&)(queue=\w+)", query)
    return re.sub(r"\d[\d.]*", "N", path) + (f"?{queue[1]}" if queue else "")


async def test_public_pages_on_a_telephone(open_window: Open) -> None:
    """Citizens come with what is in their hand."""
    visitor = await open_window(size=SMALL, has_touch=True, is_mobile=True)
    problems = []
    for path in PUBLIC:
        problems += await problems_of(visitor, path, [SMALL])
        problems += [f"{path}: {one}" for one in await violations(visitor.page)]
    assert not problems


async def test_pages_in_the_dark(open_window: Open) -> None:
    """The dark theme has its own colours, which must be told apart too."""
    visitor = await open_window("paidan1")
    await visitor.page.evaluate("localStorage.setItem('theme', 'dark')")
    await visitor.go("/desk?queue=all_open")
    assert await visitor.page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    case = await visitor.page.locator("a.row-link").first.get_attribute("href")
    problems = []
    for path in ("/desk?queue=to_dispatch", "/figures", case or ""):
        await visitor.go(path)
        problems += [f"{path}: {one}" for one in await violations(visitor.page)]
    assert not problems


async def addresses(page: Page) -> list[str]:
    """Where the links of the page lead inside the program, each once, in their order."""
    found: list[str] = await page.locator("a[href^='/']:not([download])").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return list(dict.fromkeys(found))


async def problems_of(visitor: Visitor, path: str, sizes: list[tuple[int, int]]) -> list[str]:
    """Whether the page opens, and where it is wider than the screen."""
    if (status := await visitor.go(path)) != 200:
        return [f"{path}: {status}"]
    problems = []
    for width, height in sizes:
        await visitor.page.set_viewport_size({"width": width, "height": height})
        wide: int = await visitor.page.evaluate("document.scrollingElement.scrollWidth")
        if wide > width:
            problems.append(f"{path}: {wide} pixels wide on a screen of {width}")
    return problems


async def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.1 A and AA, with the elements.

    Of rows that are alike it sees the first few, which saves most of its time.
    """
    await page.evaluate(
        """document.querySelectorAll("tbody tr:nth-child(n + 7), li:nth-child(n + 13), option")
            .forEach(one => one.closest("select") || one.remove())"""
    )
    await page.evaluate(AXE)
    found: list[dict[str, Any]] = await page.evaluate(
        """async rules => (await axe.run(document, {
            runOnly: {type: "tag", values: rules}, resultTypes: ["violations"],
        })).violations""",
        WCAG,
    )
    return [
        f"{one['id']} ({one['help']}): {[node['html'][:160] for node in one['nodes'][:4]]}"
        for one in found
    ]
