"""Judging by keys, two people before one list and one case, and a list that renews itself."""

from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.test_working_day import told

_NOTE_SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.shifts.push(one.value);
  }).observe({type: "layout-shift", buffered: false});
}"""

_FOCUS = """() => {
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


async def test_a_reviewer_judges_with_one_key_each(open_window: Open) -> None:
    """On the smallest screen both decisions are in sight; letters that are typed decide nothing."""
    reviewer = await open_window("shenhe1")
    page = reviewer.page
    await reviewer.go("/desk/review")
    for button in ("#do-approve button", "#do-redo button"):
        box = await page.locator(button).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 768
    first = await number_of(page)
    await page.keyboard.press("j")
    await page.wait_for_url("**/desk/review?after=*")
    assert await number_of(page) != first
    await page.keyboard.press("k")
    await page.wait_for_url(f"**/desk/review?number={first}")

    await page.keyboard.press("2")
    await expect(page.get_by_label("无具体结果")).to_be_checked()
    await page.locator("#do-redo-note").press_sequentially("a 请写明 r j")
    assert await number_of(page) == first
    await page.locator("h1").click()
    await page.keyboard.press("r")
    await told(reviewer, "“退回重办”已完成。")
    following = await number_of(page)
    assert following != first
    await page.keyboard.press("a")
    await told(reviewer, "“审核通过”已完成。")


async def test_the_outcome_of_a_call_in_four_keys(open_window: Open) -> None:
    caller = await open_window("huifang1")
    page = caller.page
    await caller.go("/desk/callback")
    number = await number_of(page)
    for key in "1155":
        await page.keyboard.press(key)
    await expect(page.get_by_role("button", name="记录回访")).to_be_focused()
    await page.keyboard.press("Enter")
    await told(caller, "“回访”已完成。")
    assert await number_of(page) != number
    await caller.go(f"/cases/{number}")
    await expect(page.locator(".case-head")).to_contain_text("已办结")


async def test_a_list_renews_itself_and_nothing_jumps(open_window: Open) -> None:
    """What the second has typed and ticked stays while the first takes a row away."""
    first, second = await open_window("paidan1"), await open_window("paidan2")
    for one in (first, second):
        await one.go("/desk?queue=to_dispatch")
    badge = second.page.locator(".tabs a[aria-current] .count")
    before = int((await badge.inner_text()).splitlines()[0])
    row = first.page.locator("[data-row]").last
    number = await row.locator(".row-link").inner_text()
    tick = second.page.locator("[data-tick]").first
    typed = second.page.locator(".act input[name=lead_unit]").first
    await tick.check()
    # The stream of a page is open a moment after the page; and what was typed is a draft by then,
    # which the renewed list knows of.
    async with second.page.expect_response("**/drafts"):
        await typed.fill("B14")
    await second.page.evaluate(_NOTE_SHIFTS)

    await row.locator("input[name=lead_unit]").fill("B14 云州市城市管理局")
    await first.page.get_by_role("button", name=f"派单 {number}").dblclick()
    await told(first, "“派单”已完成。")
    await expect(second.page.locator(f"#row-{number}")).to_have_count(0)
    await expect(badge).to_contain_text(str(before - 1))
    await expect(tick).to_be_checked()
    await expect(typed).to_have_value("B14")
    assert await second.page.evaluate("window.shifts") == []

    await first.go(f"/cases/{number}")
    await first.page.wait_for_timeout(500)
    await second.go(f"/cases/{number}")
    people = second.page.locator(".people")
    await expect(people).to_contain_text("杨德胜也打开着本件")


async def test_a_double_click_sends_once(open_window: Open) -> None:
    dispatcher = await open_window("paidan1")
    page = dispatcher.page
    await dispatcher.go("/desk?queue=to_dispatch")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    button = page.locator(".act:has(input[name=lead_unit]:not([value=''])) > button").first
    await button.evaluate("button => { button.click(); button.click(); }")
    await told(dispatcher, "“派单”已完成。")
    assert len(sent) == 1


async def test_the_keys_show_where_they_are(open_window: Open) -> None:
    """Tab goes through a page from its top, and each thing it reaches is visibly marked."""
    for person, path in (("huawu1", "/console"), ("paidan1", "/desk"), ("chengguan", "/portal")):
        # Without the slow scrolling, which would be looked at on the way.
        visitor = await open_window(person, reduced_motion="reduce")
        for theme in ("light", "dark"):
            await visitor.go(path)
            await visitor.page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
            await visitor.page.evaluate("document.activeElement.blur()")
            for _ in range(24):
                await visitor.page.keyboard.press("Tab")
                if not (where := await visitor.page.evaluate(_FOCUS)):
                    break
                assert where["marked"] and where["seen"], (path, theme, where)


async def number_of(page: Any) -> str:
    """The case that is shown."""
    return str(await page.locator(".work-head .number").inner_text())
