"""The pictures of the README, taken from the running program.

`python -m tests.browser.screenshots [FOLDER]`: the main screens on demonstration data, as PNG.
"""

import asyncio
import re
import sys
from pathlib import Path

from playwright.async_api import Browser

from tests.browser.running import Visitor, missing, running_browser, running_program, visit

FOLDER = Path(__file__).parents[2] / "static" / "screenshots"


def main() -> None:
    """Take them all; the exit code is 2 where there is no browser or no Chinese font."""
    if reason := missing():
        sys.exit(reason)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with running_program() as address:
        asyncio.run(_take(address, folder))
    for picture in sorted(folder.glob("*.png")):
        print(f"{picture} {picture.stat().st_size // 1024} kB")


async def _take(address: str, folder: Path) -> None:
    async with running_browser() as browser:
        for name, take in PICTURES.items():
            visitor = await take(browser, address)
            await visitor.page.screenshot(path=folder / f"{name}.png")
            await visitor.context.close()


async def _case(browser: Browser, address: str) -> Visitor:
    """A case that was sent back and is with its unit again, as a supervisor sees it."""
    visitor = await visit(browser, address, "duban1")
    await visitor.go("/oversight?queue=redone")
    rows = visitor.page.locator("tr[data-row]")
    handling = rows.filter(has_text="办理中")
    row = handling if await handling.count() else rows
    await row.first.locator("a.row-link").click()
    await visitor.page.wait_for_selector(".case-head")
    return visitor


async def _console(browser: Browser, address: str) -> Visitor:
    """A call in the middle of being written down, the caller known from before."""
    visitor = await visit(browser, address, "huawu1")
    await visitor.go("/console")
    page = visitor.page
    link = page.locator("aside a.number").first
    await link.click()
    await page.wait_for_selector(".case-head")
    phone = await page.locator(".requester .phone").first.inner_text()
    await visitor.go("/console")
    await page.get_by_label("来电号码").fill(phone)
    await page.get_by_label("来电号码").press("Tab")
    await page.get_by_label("诉求类型").select_option("complaint")
    await page.get_by_label("诉求分类").fill("05.01.01 环境保护 / 噪声污染 / 建筑施工噪声")
    await page.get_by_label("事发区域").fill("990101001001 云津区柳浦街道柳浦一社区")
    await page.get_by_label("详细地址").fill("柳浦路与河滨路口工地")
    await page.get_by_label("标题").fill("工地夜间十一点后还在浇筑混凝土")
    await page.get_by_label("诉求内容").fill(
        "连续三个晚上，柳浦路与河滨路口的工地十一点以后还在浇筑混凝土，家里有高考的孩子，"
        "无法休息。请核实有没有夜间施工许可，并请施工单位公示时间。"
    )
    await page.wait_for_selector("#caller li")
    await page.wait_for_selector("#suggestion strong")
    return visitor


async def _desk(browser: Browser, address: str) -> Visitor:
    visitor = await visit(browser, address, "paidan1")
    await visitor.go("/desk?queue=to_dispatch")
    return visitor


async def _portal(browser: Browser, address: str) -> Visitor:
    visitor = await visit(browser, address, "chengguan")
    await visitor.go("/portal")
    return visitor


async def _oversight(browser: Browser, address: str) -> Visitor:
    visitor = await visit(browser, address, "duban1")
    await visitor.go("/figures")
    return visitor


async def _phone(browser: Browser, address: str) -> Visitor:
    """The phone that lately got a text, asking how its case stands."""
    visitor = await visit(browser, address)
    await visitor.go("/phone")
    texts = visitor.page.locator("#phone-texts")
    number = re.findall(r"\d{13}", await texts.inner_text())[-1]
    await visitor.page.get_by_label("短信内容").fill(number)
    await visitor.page.keyboard.press("Enter")
    await texts.get_by_text(f"尾号{number[-4:]}工单：").last.wait_for()
    return visitor


PICTURES = {
    "case": _case,
    "console": _console,
    "desk": _desk,
    "portal": _portal,
    "oversight": _oversight,
    "phone": _phone,
}

if __name__ == "__main__":
    main()
