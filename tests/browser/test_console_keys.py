"""A call taken with the keys alone, from the ring to the case; and nothing of it can be lost."""

import re
import time

from playwright.async_api import expect

from hotline.numbers import spoken_phone
from tests.browser.conftest import Open
from tests.browser.running import Visitor, visit
from tests.browser.test_working_day import number_of_done

CALLER = "13800138771"
TITLE = "柳浦路井盖缺失"
CONTENT = "柳浦路公交站旁井盖丢了三天，夜里没有灯，怕老人摔倒。"
MANHOLE = "02.06.04 市政公用 / 市政道路 / 井盖缺失损坏"
# Measured: what a practised hand presses besides the words themselves.
MOST_KEYS = 9
MOST_STEPS = 7


class Hand:
    """Types words, and counts the keys that only lead from one place to the next."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page
        self.pressed: list[str] = []
        self.steps = 0

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed.append(key)
            await self.page.keyboard.press(key)

    async def fill(self, key: str, words: str) -> None:
        """Go to the field and write."""
        self.steps += 1
        await self.press(key)
        await self.page.keyboard.type(words)

    async def pick(self, key: str, words: str, expected: str) -> None:
        """Go to the field, write a few letters, and take the first that is offered."""
        self.steps += 1
        await self.press(key)
        await self.page.keyboard.type(words)
        first = self.page.locator("#picker-list [aria-selected=true]")
        await expect(first).to_have_text(expected)
        await self.press("Tab")


async def ring(caller: Visitor, phone: str, agent: str) -> None:
    """Play the caller; with keys, too."""
    await caller.go("/phone/call")
    await expect(caller.page.get_by_label("来电号码")).to_be_focused()
    await caller.page.keyboard.type(phone)
    await caller.page.get_by_label("接听的话务员").select_option(label=agent)
    await caller.page.get_by_role("button", name="拨打").press("Enter")
    await expect(caller.page.locator("#phone-lines")).to_contain_text("振铃")


async def hang_up(caller: Visitor, phone: str) -> None:
    """Whoever calls from the number hangs up."""
    line = caller.page.locator("#phone-lines li").filter(has_text=spoken_phone(f"+86{phone}"))
    await line.get_by_role("button", name="挂断").press("Enter")
    await expect(line.get_by_role("button")).to_have_count(0)


async def saved(agent: Visitor) -> None:
    """What was typed last has reached the server."""
    await expect(agent.page.locator(".draft-state")).to_contain_text("草稿已保存")


async def test_from_the_ring_to_the_case_with_keys_only(open_window: Open) -> None:
    """The telephone rings, the screen opens by itself, and a case stands nine keys later."""
    agent, caller = await open_window("huawu1"), await open_window()
    await agent.go("/console")
    await expect(agent.page.locator("#call-form")).to_be_visible()
    # An idle screen opens by itself.
    await ring(caller, CALLER, "8001 张志远")
    await expect(agent.page).to_have_url(re.compile(r"/console\?call=\d+$"))
    await expect(agent.page.get_by_label("来电号码")).to_have_value("138 0013 8771")
    await expect(agent.page.locator("#caller")).to_contain_text("该号码第一次来电。")

    hand = Hand(agent)
    began = time.monotonic()
    # 投诉 is the third; its digit chooses it.
    await hand.fill("Alt+t", "3")
    await hand.pick("Alt+c", "jgqssh", MANHOLE)
    await hand.pick("Alt+p", "lpjd", await the_place(agent))
    await expect(agent.page.locator("#suggestion")).to_contain_text("云州市城市管理局")
    await hand.fill("Alt+u", "1")
    await hand.fill("Alt+s", TITLE)
    await hand.fill("Alt+m", CONTENT)
    await expect(agent.page.get_by_label("诉求类型")).to_have_value("complaint")
    await expect(agent.page.get_by_label("诉求分类")).to_have_value(MANHOLE)
    hand.steps += 1
    await hand.press("Control+Enter")
    number = await number_of_done(agent)
    took = time.monotonic() - began

    assert len(hand.pressed) <= MOST_KEYS, hand.pressed
    assert hand.steps <= MOST_STEPS
    assert took < 60
    # The draft went with the call, and the next call finds an empty screen.
    hand.steps += 1
    await hand.press("Alt+n")
    await expect(agent.page.get_by_label("标题")).to_have_value("")
    await expect(agent.page.get_by_text("未提交的内容")).to_have_count(0)
    await expect(agent.page.locator("aside")).to_contain_text(number)
    await hang_up(caller, CALLER)


async def the_place(agent: Visitor) -> str:
    """柳浦街道 as the list writes it."""
    rows: list[list[str]] = await agent.page.evaluate(
        "fetch(document.getElementById('places').dataset.choices).then(answer => answer.json())"
    )
    return next(text for text, letters in rows if letters.split("/")[-1] == "lpjd")


async def test_a_reload_a_killed_page_and_another_machine_lose_nothing(open_window: Open) -> None:
    """The draft is of the person and the call, not of the window."""
    agent, caller = await open_window("huawu2"), await open_window()
    await agent.go("/console")
    await ring(caller, "13800138772", "8002 毛丽娟")
    await expect(agent.page).to_have_url(re.compile(r"/console\?call=\d+$"))
    address = agent.page.url
    hand = Hand(agent)
    await hand.pick("Alt+c", "jgqssh", MANHOLE)
    await hand.fill("Alt+s", TITLE)
    await saved(agent)

    await agent.page.reload()
    await expect(agent.page.get_by_label("标题")).to_have_value(TITLE)
    await expect(agent.page.get_by_label("诉求分类")).to_have_value(MANHOLE)
    await expect(agent.page.get_by_text(re.compile("已恢复 .* 未提交的内容"))).to_be_visible()
    # At once, before the pause in which it would be kept.
    await hand.fill("Alt+m", CONTENT)
    await agent.page.reload()
    await expect(agent.page.get_by_label("诉求内容")).to_have_value(CONTENT)

    # The caller hangs up and the page dies, with no chance to say a word.
    await hang_up(caller, "13800138772")
    await hand.press("Alt+m", "Control+End")
    await agent.page.keyboard.type("请尽快。")
    await saved(agent)
    await agent.page.close(run_before_unload=False)
    browser = agent.context.browser
    assert browser is not None
    elsewhere = await visit(browser, agent.address, "huawu2")
    await elsewhere.go("/console/handover")
    await elsewhere.page.get_by_role("link", name="来电登记").press("Enter")
    await expect(elsewhere.page).to_have_url(address)
    await expect(elsewhere.page.get_by_label("诉求内容")).to_have_value(f"{CONTENT}请尽快。")
    await expect(elsewhere.page.get_by_label("标题")).to_have_value(TITLE)
    await elsewhere.page.get_by_role("button", name="放弃").press("Enter")
    await expect(elsewhere.page.get_by_label("标题")).to_have_value("")
    await elsewhere.context.close()


async def test_who_hung_up_is_called_back_with_keys(open_window: Open) -> None:
    """Missed, claimed, reached, and written down."""
    caller = await open_window()
    await ring(caller, "13800138773", "8003 黎晓芸")
    await hang_up(caller, "13800138773")
    agent = await open_window("huawu4")
    await agent.go("/console/missed")
    row = agent.page.locator("tr").filter(has_text="138 0013 8773")
    await expect(row).to_contain_text("1次")
    await row.get_by_role("button", name="认领").press("Enter")
    await expect(agent.page.get_by_label("正在回拨")).to_contain_text("138 0013 8773")
    await agent.page.keyboard.press("Alt+1")
    await expect(agent.page.get_by_label("来电号码")).to_have_value("138 0013 8773")
    await agent.go("/console/missed")
    await expect(agent.page.locator("#missed")).not_to_contain_text("138 0013 8773")


async def test_a_ring_does_not_take_away_what_is_being_typed(open_window: Open) -> None:
    """A busy screen only says so; the key leads there, and what was typed stays kept."""
    agent, caller = await open_window("huawu5"), await open_window()
    await agent.go("/console")
    hand = Hand(agent)
    await hand.fill("Alt+s", "上一通还没写完")
    await ring(caller, "13800138774", "8005 何思妍")
    banner = agent.page.locator("#ringing")
    await expect(banner).to_contain_text("138 0013 8774")
    await expect(agent.page.get_by_label("标题")).to_have_value("上一通还没写完")
    await saved(agent)
    await hand.press("Alt+r")
    await expect(agent.page.get_by_label("来电号码")).to_have_value("138 0013 8774")
    await hang_up(caller, "13800138774")
    await agent.go("/console")
    await expect(agent.page.get_by_label("标题")).to_have_value("上一通还没写完")
    await hand.press("Alt+n")
    await expect(agent.page.get_by_label("标题")).to_have_value("")


async def test_the_sheet_names_every_shortcut_of_the_page(open_window: Open) -> None:
    """F1 anywhere; "?" outside a field; Escape leads back to where one was."""
    agent = await open_window("huawu6")
    await agent.go("/console")
    await agent.page.keyboard.press("F1")
    sheet = agent.page.get_by_role("dialog", name="本页快捷键")
    for line in ("诉求分类", "直接答复", "未接来电", "交接班", "提交正在填写的表单"):
        await expect(sheet).to_contain_text(line)
    await agent.page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(agent.page.get_by_label("来电号码")).to_be_focused()
    await agent.go("/console/missed")
    await agent.page.keyboard.press("?")
    await expect(agent.page.get_by_role("dialog", name="本页快捷键")).to_contain_text("回到接听")


async def test_the_sheet_gives_back_a_page_that_had_not_begun(open_window: Open) -> None:
    """F1 while the cursor is nowhere yet: then Escape leads to where the page begins."""
    agent = await open_window("huawu6")
    await agent.go("/console")
    await agent.page.evaluate("document.activeElement.blur()")
    await agent.page.keyboard.press("F1")
    sheet = agent.page.get_by_role("dialog", name="本页快捷键")
    await expect(sheet).to_be_visible()
    await agent.page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(agent.page.get_by_label("来电号码")).to_be_focused()
