"""A file that was chosen is kept at once, comes back with the draft, and goes with the call."""

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.test_working_day import number_of_done
from tests.hotline.test_files import PNG

PHOTO = {"name": "井盖.png", "mimeType": "image/png", "buffer": PNG}
SHEET = {"name": "位置.txt", "mimeType": "text/plain", "buffer": "柳浦路公交站旁".encode()}
PROGRAM = {"name": "程序.png", "mimeType": "image/png", "buffer": b"MZ\x90\x00" + bytes(80)}


async def test_a_chosen_file_survives_the_page_and_goes_with_the_call(open_window: Open) -> None:
    agent = await open_window("huawu1")
    page = agent.page
    await agent.go("/console")
    kept = page.locator("#call-form .kept-files li")
    await page.get_by_label("来电号码").fill("13800138775")
    await page.get_by_label("标题").fill("柳浦路井盖缺失（有照片）")
    await page.keyboard.press("Alt+f")
    await expect(page.locator("#call-files")).to_be_focused()
    await page.set_input_files("#call-files", [PHOTO])
    await expect(kept).to_have_text(["井盖.png"])
    await expect(page.locator("#call-files")).to_be_focused()
    # What else was typed stands; another file comes beside the first, an unfit one is told.
    await expect(page.get_by_label("标题")).to_have_value("柳浦路井盖缺失（有照片）")
    await page.set_input_files("#call-files", [SHEET, PROGRAM])
    await expect(kept).to_have_text(["井盖.png", "位置.txt"])
    await expect(page.locator("#call-files-wrong")).to_contain_text("不是可以上传的类型")
    # One that is not wanted is unticked: the draft forgets it.
    async with page.expect_response("**/drafts"):
        await kept.filter(has_text="位置").get_by_role("checkbox").uncheck()
    await agent.go("/console")
    await expect(kept).to_have_text(["井盖.png"])

    await page.get_by_label("诉求类型").select_option("complaint")
    await page.get_by_label("紧急程度").select_option("normal")
    await page.get_by_label("诉求内容").fill("井盖丢了三天，夜里没有灯，见照片。")
    await page.keyboard.press("Control+Enter")
    number = await number_of_done(agent)
    await agent.go(f"/cases/{number}")
    await expect(page.locator(f"#case-{number}-files")).to_contain_text("井盖.png")
