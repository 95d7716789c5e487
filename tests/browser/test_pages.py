"""Every page of everybody lies well on the screens people have, and can be used by all of them."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Open
from tests.browser.pages import ENLARGED, PUBLIC, STAFF, TELEPHONE, USUAL, faults, walk

AXE = (Path(__file__).parents[2] / "static/node_modules/axe-core/axe.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# What a reader finds its way by, beyond the letter of the criteria.
WAYS = ("heading-order", "landmark-one-main", "landmark-unique", "page-has-heading-one", "region")
# What depends on colours: judged once more in the dark.
COLOURS = ("color-contrast", "link-in-text-block")
# At once: what changes its colour slowly would be judged on the way.
DARK = """() => {
  document.documentElement.dataset.bsTheme = "dark";
  document.getAnimations().forEach(one => one.finish());
}"""
# Of rows and points that are alike the first few are enough.
FEW = """() => {
  const alike = "tbody tr:nth-child(n + 7), li:nth-child(n + 13), datalist option";
  for (const one of document.querySelectorAll(alike)) one.remove();
}"""


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """The kinds of page that were judged for somebody."""
    return set()


@pytest.mark.parametrize("person", STAFF)
async def test_pages_of_staff(open_window: Open, seen: set[str], person: str) -> None:
    """From the first page on, one of every kind that nobody before had."""
    visitor = await open_window(person)
    problems = [
        f"{path}: {one}"
        async for path in walk(visitor, person, seen)
        for one in await judged(visitor.page, USUAL, ENLARGED)
    ]
    assert not problems


async def test_public_pages_on_a_telephone(open_window: Open) -> None:
    """Citizens come with what is in their hand."""
    visitor = await open_window(size=TELEPHONE, has_touch=True, is_mobile=True)
    problems = []
    for path in PUBLIC:
        assert await visitor.go(path) == 200
        problems += [f"{path}: {one}" for one in await judged(visitor.page, TELEPHONE)]
    assert not problems


async def judged(page: Page, *sizes: tuple[int, int]) -> list[str]:
    """What is wrong with the open page, for eyes at each size and for readers in light and dark."""
    lies = await faults(page, *sizes)
    await page.evaluate(FEW)
    await page.evaluate(AXE)
    found = await violations(page, {"type": "tag", "values": WCAG}, WAYS)
    await page.evaluate(DARK)
    dark = await violations(page, {"type": "rule", "values": list(COLOURS)})
    return [*lies, *found, *(f"in the dark: {one}" for one in dark)]


async def violations(page: Page, rules: dict[str, Any], more: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds against these rules, with the elements."""
    found: list[dict[str, Any]] = await page.evaluate(
        """async ([only, more]) => (await axe.run(document, {
            runOnly: only, rules: Object.fromEntries(more.map(name => [name, {enabled: true}])),
            resultTypes: ["violations"],
        })).violations""",
        [rules, more],
    )
    return [
        f"{one['id']} ({one['help']}): {[node['html'][:160] for node in one['nodes'][:4]]}"
        for one in found
    ]
