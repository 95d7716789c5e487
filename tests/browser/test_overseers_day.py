"""The days of those who look after the others: a supervisor, a leader, an administrator."""

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.test_working_day import act, history, told


async def test_a_supervisor_goes_from_a_figure_to_its_cases_and_reminds(open_window: Open) -> None:
    """How many is always which; who is late is told at once."""
    supervisor = await open_window("duban1")
    page = supervisor.page
    await supervisor.go("/figures")
    figure = page.get_by_role("link").filter(has_text="现在办").first
    many = int(re.sub(r"\D", "", await figure.inner_text()))
    await figure.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("现在办")
    shown = await page.locator("[data-row]").count()
    assert shown == min(many, 50)

    await supervisor.go("/oversight?queue=all_open")
    row = page.locator("[data-row]").filter(has=page.locator(".more-act")).first
    number = await row.locator(".row-link").inner_text()
    await row.locator("summary").press("Enter")
    await row.get_by_label(f"说明 {number}").fill("今日内联系诉求人。")
    await row.get_by_role("button", name="催办").press("Enter")
    await told(supervisor, "“催办”已完成。")
    await supervisor.go(f"/cases/{number}")
    assert "催办" in [label for label, _ in await history(page)]


async def test_a_leader_decides_what_waits(open_window: Open) -> None:
    """The own page names what may be decided; the case is decided there and leaves the page."""
    leader = await open_window()
    page = leader.page
    await leader.sign_in("lingdao")
    await expect(page).to_have_url(re.compile("/leader$"))
    waiting = page.locator("tr").filter(has_text="审签同意").locator(".row-link").first
    address = await waiting.get_attribute("href")
    await waiting.press("Enter")
    await expect(page.locator(".case-head")).to_be_visible()
    await act(leader, "approve_report")
    assert "审签同意" in [label for label, _ in await history(page)]
    await leader.go("/leader")
    await expect(page.locator(f"section:first-of-type a[href='{address}']")).to_have_count(0)


async def test_an_administrator_keeps_the_registers(open_window: Open, tmp_path: Path) -> None:
    """A category is renamed, the catalogue tried out, the register taken out and tried in again."""
    administrator = await open_window("guanli")
    page = administrator.page
    await administrator.go("/admin/categories")
    await page.get_by_label("名称或代码").fill("02.06.04")
    await page.get_by_label("名称或代码").press("Enter")
    await page.get_by_role("link", name="井盖缺失损坏").press("Enter")
    name = page.get_by_label("分类名称")
    before = await name.input_value()
    await name.fill(f"{before}（试）")
    await name.press("Control+Enter")
    await expect(page.locator("main")).to_contain_text(f"{before}（试）")
    await administrator.go("/admin/changes")
    await expect(page.locator("main tbody tr").first).to_contain_text(f"{before}（试）")

    await administrator.go("/admin/catalogue")
    await page.get_by_label("内容").fill("柳浦路公交站旁井盖丢了，夜里没有灯。")
    await page.get_by_label("诉求分类", exact=True).select_option("02.06.04")
    await page.get_by_role("button", name="试派").press("Enter")
    await expect(page.locator("#try")).to_contain_text("云州市城市管理局")

    await administrator.go("/admin/exchange")
    async with page.expect_download() as taken:
        await page.get_by_role("link", name="导出诉求分类 CSV").click()
    kept = tmp_path / "categories.csv"
    await (await taken.value).save_as(kept)
    kept.write_text(kept.read_text("utf-8-sig").replace(f"{before}（试）", before), "utf-8")
    await page.get_by_label("导入文件 诉求分类").set_input_files(kept)
    await page.get_by_role("button", name="试算 诉求分类").press("Enter")
    await expect(page.locator("main tbody tr").first).to_contain_text("变更")
    await page.get_by_role("button", name="确认导入").press("Enter")
    await expect(page.locator("#flash")).to_contain_text("变更1条")
