"""The console of the browser tells of nothing that the content security policy refused."""

import re

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Open

_OBSERVED = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(`${event.effectiveDirective} ${event.sourceFile}:${event.lineNumber}`));
"""
_OPENED = "() => document.querySelectorAll('details').forEach((one) => one.open = true)"
# What a person does who draws a field larger by its corner, and what scripts of ours may do.
_ENLARGE = "() => document.querySelectorAll('textarea').forEach((one) => one.style.height = '9rem')"


async def swapped(page: Page, press: str, *, answers: str) -> None:
    """Press, and wait until the part that comes back stands on the page."""
    async with page.expect_response(re.compile(answers)):
        await page.locator(press).first.click()
    await page.wait_for_timeout(500)


async def refused(page: Page) -> list[str]:
    told: list[str] = await page.evaluate("window.refused")
    return told


async def test_a_refused_call_comes_back_without_an_inline_style(open_window: Open) -> None:
    visitor = await open_window("huawu3")
    page = visitor.page
    await page.add_init_script(_OBSERVED)
    await visitor.go("/console")
    await page.fill("#call-content", "路灯不亮")
    await page.evaluate(_ENLARGE)
    await swapped(page, "#call-form [data-default]", answers="/console/calls")
    assert await page.locator("#call-title[aria-invalid=true]").count() == 1
    await swapped(page, "#own-state button[aria-pressed=false]", answers="/console/state")
    assert await refused(page) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [("paidan1", "/desk"), ("shenhe1", "/desk"), ("duban1", "/oversight"), ("duban1", "/wall")],
)
async def test_lists_and_cases_of_the_centre(open_window: Open, name: str, path: str) -> None:
    visitor = await open_window(name)
    page = visitor.page
    await page.add_init_script(_OBSERVED)
    await visitor.go(path)
    await page.wait_for_timeout(500)
    assert await refused(page) == []
    case = page.locator("main a[href^='/cases/']").first
    if await case.count():
        await visitor.go(str(await case.get_attribute("href")))
        await page.evaluate(_OPENED)
        await page.evaluate(_ENLARGE)
        await page.wait_for_timeout(500)
        assert await refused(page) == []


async def test_a_unit_sends_an_empty_form_on_its_case(open_window: Open) -> None:
    visitor = await open_window("chengguan")
    page = visitor.page
    await page.add_init_script(_OBSERVED)
    await visitor.go("/portal")
    await visitor.go(str(await page.locator("main a[href^='/cases/']").first.get_attribute("href")))
    await page.evaluate(_OPENED)
    await page.evaluate(_ENLARGE)
    # Only one action is open at a time: the form is sent as it stands.
    form = page.locator("form[action*='/actions/']:has(textarea)").first
    async with page.expect_response(re.compile("/actions/")):
        await form.evaluate("(one) => { one.noValidate = true; one.requestSubmit(); }")
    await page.wait_for_timeout(500)
    assert await refused(page) == []
