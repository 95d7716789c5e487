"""Every page with nothing, with much and with too much on it, for every reader and screen.

The layout is judged by a script in the browser (layout.js); what it sees is shown by pages that
are wrong on purpose.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.cities import make_empty, make_extreme, served
from tests.browser.conftest import Open
from tests.browser.running import PASSWORD, Visitor, visit
from tests.browser.test_pages import STAFF, addresses, kind_for
from tests.conftest import NewDatabase
from web import language

LAYOUT = (Path(__file__).parent / "layout.js").read_text()
# Two screens that people have, and the smaller one enlarged to 200 %. Too much content is looked at
# on all of them; where there is less, on those where it is likeliest to be seen.
LARGE, USUAL, ENLARGED = (1920, 1080), (1366, 768), (683, 384)
SIZES = {
    "empty": (USUAL,),
    "normal": (USUAL, ENLARGED),
    "extreme": (LARGE, USUAL, ENLARGED),
    "English": (USUAL, ENLARGED),
}


@dataclass(frozen=True, slots=True)
class City:
    """Where it is served, and pages that no link of the first page leads to."""

    address: str
    paths: tuple[str, ...] = ()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cities(
    new_database: NewDatabase, redis_url: str, program: str
) -> AsyncIterator[dict[str, City]]:
    with tempfile.TemporaryDirectory(prefix="hotline-cities-") as folder, ExitStack() as stack:

        def serve(url: str) -> str:
            return stack.enter_context(served(url, redis_url, Path(folder)))

        async with new_database() as empty, new_database() as extreme:
            await make_empty(empty)
            case = f"/cases/{await make_extreme(extreme)}"
            try:
                yield {
                    "empty": City(await asyncio.to_thread(serve, empty)),
                    "normal": City(program),
                    "extreme": City(await asyncio.to_thread(serve, extreme), (case,)),
                }
            finally:
                await asyncio.to_thread(stack.close)


@pytest.mark.timeout(600)
async def test_pages_hold_their_content(browser: Browser, cities: dict[str, City]) -> None:
    """From everybody's first page on, one of each kind: nothing is wider than the screen, cut off,
    over something else or too small to be hit."""
    problems = await asyncio.gather(
        *(walk(browser, city, name) for name, city in cities.items()),
        walk(browser, cities["extreme"], "English"),
    )
    assert not any(problems), "\n".join(one for many in problems for one in many)


async def walk(browser: Browser, city: City, name: str) -> list[str]:
    """What is wrong with the pages of a city, each kind looked at once."""
    looked_at: set[str] = set()
    problems: list[str] = []
    for person in STAFF:
        visitor = await visit(browser, city.address)
        if name == "English":
            chosen = {"name": language.COOKIE, "value": language.ENGLISH, "url": city.address}
            await visitor.context.add_cookies([chosen])
        # Without looking at the page for it, which many people would do four times.
        await visitor.context.request.post(
            f"{city.address}/login", form={"name": person, "password": PASSWORD}
        )
        waiting = ["/", *STAFF[person], *city.paths]
        while waiting:
            path = waiting.pop(0)
            kind = kind_for(person, path)
            if name in ("empty", "English"):
                # All lists of a page are alike where they have no rows, or the same in other words.
                kind = kind.partition("?")[0]
            if kind in looked_at:
                continue
            looked_at.add(kind)
            problems += [
                f"{name}: {person} {path} {one}" for one in await faults(visitor, path, SIZES[name])
            ]
            waiting += await addresses(visitor.page)
        spoken = await visitor.page.evaluate("document.documentElement.lang")
        assert spoken == ("en" if name == "English" else "zh-CN")
        problems += [f"{name}: {person} {trouble}" for trouble in visitor.troubles]
        await visitor.context.close()
    assert len(looked_at) > 40
    return problems


async def faults(visitor: Visitor, path: str, sizes: tuple[tuple[int, int], ...]) -> list[str]:
    """What layout.js finds on the page at each size."""
    if (status := await visitor.go(path)) not in (200, 404):
        return [f"answers {status}"]
    found = []
    for width, height in sizes:
        await visitor.page.set_viewport_size({"width": width, "height": height})
        found += [f"at {width}: {one}" for one in await visitor.page.evaluate(LAYOUT)]
    return found


WRONG = {
    "the page is": "<p style='width: 3000px'>wide</p>",
    "headings of the first rank": "<h1>one more</h1>",
    "out of the order of the keys": "<button tabindex=3>later</button>",
    "outside of": "<div style='width: 40px'>Pneumonoultramicroscopic</div>",
    "words cut off": "<div style='width: 40px; overflow: hidden'>Pneumonoultramicroscopic</div>",
    "scrolled out of sight": (
        "<nav class=topnav style='width: 60px; overflow-x: auto; flex: none; display: block;"
        " white-space: nowrap'>one and another and more</nav>"
    ),
    "over button": (
        "<button>first</button><button style='margin-left: -20px; position: relative'>second"
    ),
    "and close to": (
        "<button style='width: 12px; height: 12px; padding: 0'></button>"
        "<button style='width: 12px; height: 12px; padding: 0'></button>"
    ),
}


async def test_what_is_wrong_is_seen(browser: Browser) -> None:
    """The script says of each page that is wrong on purpose what is wrong, and only that."""
    page = await (await browser.new_context(viewport={"width": 1366, "height": 768})).new_page()
    await page.set_content("<h1>12345</h1><p>right <button>as it is</button></p>")
    assert await page.evaluate(LAYOUT) == []
    for told, html in WRONG.items():
        await page.set_content(f"<h1>12345</h1>{html}")
        found = await page.evaluate(LAYOUT)
        assert found and all(told in one for one in found), (told, found)
    await page.context.close()


async def test_forms_work_without_scripts(browser: Browser, cities: dict[str, City]) -> None:
    """A call is written down, found, dispatched, signed, answered: plain forms all the way."""
    address = cities["empty"].address
    agent = await visit(browser, address, "huawu1", java_script_enabled=False)
    await agent.go("/console")
    page = agent.page
    await page.get_by_label("来电号码").fill("13800004321")
    await page.get_by_label("诉求类型").select_option(index=1)
    await page.get_by_label("诉求分类").fill("05.01.01")
    await page.get_by_label("事发区域").fill("990101001001")
    await page.get_by_label("标题").fill("工地夜间施工")
    await page.get_by_label("诉求内容").fill("柳浦路工地夜间施工，无法休息。")
    await page.get_by_role("button", name="提交").click()
    number = re.findall(r"\d{13}", await page.locator("main").inner_text())[0]
    steps = (
        ("paidan1", "dispatch", {"lead_unit": "B14"}),
        ("chengguan", "sign", {}),
        ("chengguan", "reply", {"reply": "已责令停工，公示夜间施工许可。"}),
    )
    for person, action, typed in steps:
        visitor = await visit(browser, address, person, java_script_enabled=False)
        await visitor.go(f"/cases/{number}")
        form = visitor.page.locator(f"form[action$='/actions/{action}']")
        await form.evaluate(
            "form => { for (let up = form; up; up = up.parentElement)"
            " if (up.localName === 'details') up.open = true }"
        )
        for name, value in typed.items():
            await form.locator(f"[name={name}]").first.fill(value)
        for choice in await form.locator("select[required]").all():
            await choice.select_option(index=1)
        await form.locator("button[type=submit]").last.click()
        assert visitor.page.url.endswith(number)
        await visitor.context.close()
    await agent.go(f"/cases/{number}")
    assert "待审核" in await agent.page.locator(".case-head").inner_text()
    await agent.context.close()


async def test_the_keys_show_where_they_are(open_window: Open) -> None:
    """Tab goes through a page from its top, and each thing it reaches is visibly marked."""
    for person, path in (("huawu1", "/console"), ("paidan1", "/desk"), ("chengguan", "/portal")):
        for theme in ("light", "dark"):
            visitor = await open_window(person)
            await visitor.page.evaluate(f"localStorage.setItem('theme', '{theme}')")
            await visitor.go(path)
            await visitor.page.evaluate("document.activeElement.blur()")
            for _ in range(24):
                await visitor.page.keyboard.press("Tab")
                if not (where := await visitor.page.evaluate(FOCUS)):
                    break
                assert where["marked"] and where["seen"], (path, theme, where)
            await visitor.context.close()


FOCUS = """() => {
  const here = document.activeElement;
  // Behind the last one the keys leave the page.
  if (here === document.body) return null;
  // What is ticked is drawn by its label.
  const drawn = [here, here.nextElementSibling, here.parentElement].filter(Boolean);
  const marked = drawn.some(one => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 || boxShadow !== "none";
  });
  const { top, bottom } = here.getBoundingClientRect();
  const words = here.outerHTML.slice(0, 90);
  return { marked, seen: bottom > 0 && top < innerHeight, words };
}"""
