"""Pages with nothing, with too much and in English on them; and what the script judges them by.

The layout is judged by layout.js in the browser; what it sees is shown by pages that are wrong on
purpose. Pages with the usual content: test_pages.py.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.cities import make_empty, make_extreme, served
from tests.browser.pages import LARGE, LAYOUT, STAFF, USUAL, faults, walk
from tests.browser.running import visit
from tests.conftest import NewDatabase
from web import language

Serve = Callable[[str], Awaitable[str]]

# Stands for the worst case.
CASE = ""

# The main pages of the day; English words are longer.
MAIN = {
    "huawu1": ("/console",),
    "paidan1": ("/desk?queue=to_dispatch", "/desk?queue=objections", CASE),
    "shenhe1": ("/desk/review",),
    "huifang1": ("/desk/callback",),
    "chengguanfz": ("/portal", CASE),
    "duban1": ("/oversight", "/figures", "/wall"),
    "lingdao": ("/leader",),
    "guanli": ("/admin/catalogue", "/admin/limits"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def serve(redis_url: str) -> AsyncIterator[Serve]:
    """The web before a database; gives its address."""
    with tempfile.TemporaryDirectory(prefix="hotline-cities-") as folder, ExitStack() as stack:

        async def served_on(url: str) -> str:
            return await asyncio.to_thread(
                stack.enter_context, served(url, redis_url, Path(folder))
            )

        yield served_on
        await asyncio.to_thread(stack.close)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def empty(new_database: NewDatabase, serve: Serve) -> AsyncIterator[str]:
    """The address of a city where nothing has happened."""
    async with new_database() as url:
        await make_empty(url)
        yield await serve(url)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def extreme(new_database: NewDatabase, serve: Serve) -> AsyncIterator[tuple[str, str]]:
    """The address of a city where too much has, and of its worst case there."""
    async with new_database() as url:
        case = f"/cases/{await make_extreme(url)}"
        yield await serve(url), case


@pytest.mark.timeout(300)
async def test_pages_with_nothing_on_them(browser: Browser, empty: str) -> None:
    problems = await walked(browser, empty, (), USUAL)
    assert not problems, "\n".join(problems)


@pytest.mark.timeout(300)
async def test_pages_with_too_much_on_them(browser: Browser, extreme: tuple[str, str]) -> None:
    """Names of 25 characters, texts of 2,000 that wrap nowhere, 500 open cases in one unit."""
    address, case = extreme
    problems = await walked(browser, address, (case,), USUAL, LARGE)
    assert not problems, "\n".join(problems)


async def walked(
    browser: Browser, address: str, more: tuple[str, ...], *sizes: tuple[int, int]
) -> list[str]:
    """What is wrong with the pages of a city, one of each kind."""
    seen: set[str] = set()
    problems: list[str] = []
    for person in STAFF:
        visitor = await visit(browser, address, person)
        async for path in walk(visitor, person, seen, more):
            problems += [f"{person} {path} {one}" for one in await faults(visitor.page, *sizes)]
        problems += [f"{person} {trouble}" for trouble in visitor.troubles]
        await visitor.context.close()
    assert len(seen) > 40
    return problems


async def test_pages_in_english(browser: Browser, extreme: tuple[str, str]) -> None:
    """The same too much, among English words."""
    address, case = extreme
    problems: list[str] = []
    for person, paths in MAIN.items():
        visitor = await visit(browser, address, person)
        chosen = {"name": language.COOKIE, "value": language.ENGLISH, "url": address}
        await visitor.context.add_cookies([chosen])
        for path in (case if path == CASE else path for path in paths):
            assert await visitor.go(path) == 200
            assert await visitor.page.evaluate("document.documentElement.lang") == "en"
            problems += [f"{person} {path} {one}" for one in await faults(visitor.page, USUAL)]
        await visitor.context.close()
    assert not problems, "\n".join(problems)


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


async def test_forms_work_without_scripts(browser: Browser, empty: str) -> None:
    """A call is written down, found, dispatched, signed, answered: plain forms all the way."""
    agent = await visit(browser, empty, "huawu1", java_script_enabled=False)
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
        visitor = await visit(browser, empty, person, java_script_enabled=False)
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
