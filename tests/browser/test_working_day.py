"""A working day, seen by the people of it: from the call to the closed case."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.running import Visitor

PHONE = "13800138321"
MANHOLE = "02.06.04 市政公用 / 市政道路 / 井盖缺失损坏"
STREET = "990101001"


class Call(NamedTuple):
    """What a caller says."""

    phone: str
    title: str
    content: str


async def test_a_call_becomes_a_case_is_done_again_and_closes(open_window: Open) -> None:
    """Five people and the caller's phone; each sees what the one before has done."""
    dispatcher = await open_window("paidan1")
    await dispatcher.go("/desk?queue=to_dispatch")

    agent = await open_window("huawu1")
    call = Call(PHONE, "柳浦路井盖缺失", "柳浦路公交站旁井盖丢了三天，夜里没有灯，怕老人摔倒。")
    number = await log_by_keyboard(agent, call)

    citizen = await open_window()
    await citizen.go(f"/phone?number={PHONE}")
    texts = citizen.page.locator("#phone-texts")
    await expect(texts).to_contain_text(f"您的诉求已受理，工单号{number}")

    # The list renews itself: nobody reloads it.
    await expect(dispatcher.page.locator(f"#row-{number}")).to_contain_text(call.title)
    lead = dispatcher.page.locator(f"#lead-{number}")
    await expect(lead).to_have_value("B14 云州市城市管理局")
    await dispatcher.page.get_by_role("button", name=f"派单 {number}").click()
    await told(dispatcher, "“派单”已完成。")
    await expect(dispatcher.page.locator(f"#row-{number}")).to_have_count(0)

    clerk = await open_window("chengguan")
    await clerk.go("/portal?queue=to_sign")
    await clerk.page.get_by_role("link", name=number, exact=True).click()
    await expect(clerk.page.locator("main")).not_to_contain_text(PHONE)
    await act(clerk, "sign")
    promised = await citizen_clock(clerk.page)
    await act(
        clerk,
        "contact",
        contact_way="phone",
        contact_result="reached",
        note="已电话联系，约定今日到场。",
    )
    await act(clerk, "reply", result="planned", reply="已列入维修计划。")

    reviewer = await open_window("shenhe1")
    await reviewer.go(f"/desk/review?number={number}")
    await expect(reviewer.page.locator("#review")).to_contain_text("已列入维修计划。")
    redo = reviewer.page.locator("#do-redo")
    await redo.get_by_label("无具体结果").check()
    await redo.get_by_label("说明").fill("请写明何时更换、由谁更换。")
    await redo.get_by_role("button", name="退回重办").click()
    await told(reviewer, "“退回重办”已完成。")

    await clerk.go("/portal")
    await clerk.page.get_by_role("link", name=number, exact=True).click()
    await expect(clerk.page.locator(".timeline")).to_contain_text("请写明何时更换、由谁更换。")
    await expect(clerk.page.locator(".case-head")).to_contain_text("第2轮")
    assert await citizen_clock(clerk.page) == promised
    await act(clerk, "reply", result="solved", reply="今日16时已换上新井盖并加装警示灯。")
    await approve(reviewer, number)

    await expect(texts).to_contain_text(f"您的诉求（工单号{number}）已有答复")
    await expect(texts).to_contain_text(f"请评价尾号{number[-4:]}工单的办理结果")
    await citizen.page.get_by_label("短信内容").fill(number)
    await citizen.page.keyboard.press("Enter")
    await expect(texts).to_contain_text(f"尾号{number[-4:]}工单：已答复，承诺办结日期")
    await expect(texts).not_to_contain_text("井盖")

    caller = await open_window("huifang1")
    await call_back(caller, number, solved="未解决", satisfied="不满意", note="新井盖松动。")
    await caller.go(f"/cases/{number}")
    await expect(caller.page.locator(".case-head")).to_contain_text("待定重办")
    await tick(caller, "redo", "诉求人反映未解决")
    await act(caller, "redo", note="井盖松动，请重新固定。")

    await clerk.go(f"/cases/{number}")
    assert await citizen_clock(clerk.page) == promised
    await act(clerk, "reply", result="solved", reply="已重新固定，现场试压无松动。")
    await approve(reviewer, number)
    await call_back(caller, number, solved="已解决", satisfied="非常满意")

    await caller.go(f"/cases/{number}")
    page = caller.page
    await expect(page.locator(".case-head")).to_contain_text("已办结")
    await expect(page.get_by_text("没有在计的时限。")).to_be_visible()
    assert await history(page) == [
        ("登记受理", "张志远"),
        ("派单", "杨德胜"),
        ("签收", "马梦瑶"),
        ("联系诉求人", "马梦瑶"),
        ("答复", "马梦瑶"),
        ("退回重办", "于月华"),
        ("答复", "马梦瑶"),
        ("审核通过", "于月华"),
        ("回访", "邵宏达"),
        ("退回重办", "邵宏达"),
        ("答复", "马梦瑶"),
        ("审核通过", "于月华"),
        ("回访", "邵宏达"),
    ]
    # What is over may only live again.
    await expect(page.get_by_text("更多操作")).to_be_visible()


async def test_two_dispatchers_on_one_case(open_window: Open) -> None:
    """The slower one is told what changed, keeps what was typed, and then gets it done."""
    number = await log_call(open_window, Call("13800138322", "路面塌了一块", "人行道塌了一块。"))
    first, second = await open_window("paidan1"), await open_window("paidan2")
    await first.go(f"/cases/{number}")
    await second.go(f"/cases/{number}")
    await fill(second, "supplement", {"note": "来电人补充：旁边还有裂缝。"})

    await act(first, "dispatch")
    changed = second.page.locator(f"#case-{number}-changed")
    await expect(changed).to_contain_text("本件已有变动：杨德胜已“派单”")

    await press(second, "supplement")
    await expect(second.page.get_by_role("alert")).to_contain_text("派单")
    note = second.page.locator("#do-supplement-note")
    await expect(note).to_have_value("来电人补充：旁边还有裂缝。")
    await press(second, "supplement")
    await told(second, "“补充诉求”已完成。")
    assert await history(second.page) == [
        ("登记受理", "张志远"),
        ("派单", "杨德胜"),
        ("补充诉求", "杜丽娟"),
    ]


async def test_what_was_typed_for_an_act_that_is_gone_can_still_be_read(open_window: Open) -> None:
    """Both dispatch: the second can't any more, and sees the note that was written for it."""
    number = await log_call(open_window, Call("13800138323", "路灯不亮", "整条街路灯不亮。"))
    first, second = await open_window("paidan1"), await open_window("paidan2")
    await first.go(f"/cases/{number}")
    await second.go(f"/cases/{number}")
    await fill(second, "dispatch", {"note": "请会同供电公司一并查看。"})
    await act(first, "dispatch")
    await press(second, "dispatch")
    await expect(second.page.get_by_role("alert")).to_contain_text("派单")
    await expect(second.page.locator(".actions")).to_contain_text("请会同供电公司一并查看。")
    assert [label for label, _ in await history(second.page)] == ["登记受理", "派单"]


async def test_a_double_click_does_one_thing(open_window: Open) -> None:
    """On the case page and in a list."""
    number = await log_call(open_window, Call("13800138324", "下水道堵塞", "下水道堵了。"))
    dispatcher = await open_window("paidan1")
    await dispatcher.go(f"/cases/{number}")
    await fill(dispatcher, "supplement", {"note": "来电人补充：已漫到人行道。"})
    await dispatcher.page.locator("#do-supplement button[type=submit]").dblclick()
    await told(dispatcher, "“补充诉求”已完成。")

    await dispatcher.go("/desk?queue=to_dispatch")
    await dispatcher.page.get_by_role("button", name=f"派单 {number}").dblclick()
    await told(dispatcher, "“派单”已完成。")
    await dispatcher.go(f"/cases/{number}")
    done = [label for label, _ in await history(dispatcher.page)]
    assert done == ["登记受理", "补充诉求", "派单"]


async def test_without_scripts_a_dispatcher_dispatches(open_window: Open) -> None:
    """Plain forms and links lead all the way."""
    number = await log_call(open_window, Call("13800138325", "井盖异响", "车一过井盖就响。"))
    dispatcher = await open_window(java_script_enabled=False)
    await dispatcher.sign_in("paidan1")
    await dispatcher.go("/desk")
    await dispatcher.page.get_by_role("link", name=number, exact=True).click()
    unit = dispatcher.page.locator("#do-dispatch-lead_unit")
    await unit.fill("云州市城市管理局")
    await dispatcher.page.locator("#do-dispatch button").click()
    await told(dispatcher, "“派单”已完成。")
    await expect(dispatcher.page.locator(".case-head")).to_contain_text("待签收")


async def log_by_keyboard(agent: Visitor, call: Call) -> str:
    """Take a call without the mouse; gives the number of the case."""
    await agent.go("/console")
    keyboard = agent.page.keyboard
    await expect(agent.page.get_by_label("来电号码")).to_be_focused()
    await keyboard.type(call.phone)
    await keyboard.press("Tab")
    await keyboard.type("陈女士")
    await expect(agent.page.locator("#caller")).to_contain_text("该号码第一次来电。")
    # 匿名, 要求保密, 处理方式 stay as they are.
    for _ in range(4):
        await keyboard.press("Tab")
    await expect(agent.page.get_by_label("诉求类型")).to_be_focused()
    for _ in range(3):
        await keyboard.press("ArrowDown")
    for words in ("", MANHOLE, "", STREET, "柳浦路公交站旁", call.title, call.content):
        if words:
            await keyboard.type(words)
        if words == STREET:
            await keyboard.press("Escape")
        if words != call.content:
            await keyboard.press("Tab")
        if words == "柳浦路公交站旁":
            await expect(agent.page.locator("#suggestion")).to_contain_text("云州市城市管理局")
    await expect(agent.page.get_by_label("诉求类型")).to_have_value("complaint")
    await keyboard.press("Control+Enter")
    return await number_of_done(agent)


async def log_call(open_window: Open, call: Call) -> str:
    """A case of the city's streets, quickly."""
    agent = await open_window("huawu1")
    await agent.go(f"/console?phone={call.phone}")
    await agent.page.get_by_label("诉求类型").select_option("complaint")
    await agent.page.get_by_label("诉求分类").fill(MANHOLE)
    await agent.page.get_by_label("标题").fill(call.title)
    await agent.page.get_by_label("诉求内容").fill(call.content)
    await agent.page.get_by_role("button", name="提交").click()
    return await number_of_done(agent)


async def number_of_done(agent: Visitor) -> str:
    """The number on the page that follows a call."""
    await expect(agent.page.get_by_role("heading", name="已立单受理")).to_be_visible()
    number = re.sub(r"\D", "", await agent.page.locator(".done-number").inner_text())
    assert len(number) == 13
    return number


async def act(visitor: Visitor, action: str, **inputs: str) -> None:
    """Take the action on the case page that is open, and see that it was taken."""
    await fill(visitor, action, inputs)
    label = await press(visitor, action)
    await told(visitor, f"“{label}”已完成。")


async def fill(visitor: Visitor, action: str, inputs: Mapping[str, str]) -> None:
    """Open the form of the action, and write into it."""
    await unfold(visitor, action)
    for name, value in inputs.items():
        field = visitor.page.locator(f"#do-{action}-{name}")
        if await field.evaluate("element => element.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)


async def tick(visitor: Visitor, action: str, *labels: str) -> None:
    """Tick boxes in the form of the action."""
    await unfold(visitor, action)
    for label in labels:
        await visitor.page.locator(f"#do-{action}").get_by_label(label).check()


async def unfold(visitor: Visitor, action: str) -> None:
    """Open the form of the action where it is folded."""
    form = visitor.page.locator(f"#do-{action}")
    if not await form.is_visible():
        await form.wait_for(state="attached")
        folded = visitor.page.locator("details.action").filter(has=form)
        await folded.locator("summary").first.click()


async def press(visitor: Visitor, action: str) -> str:
    """Send the form of the action; gives what its button says."""
    button = visitor.page.locator(f"#do-{action} button[type=submit]")
    label = await button.inner_text()
    await button.click()
    return label


async def told(visitor: Visitor, sentence: str) -> None:
    """What the program says above the page."""
    await expect(visitor.page.locator("#flash")).to_contain_text(sentence)


async def approve(reviewer: Visitor, number: str) -> None:
    """Approve the answer of the case."""
    await reviewer.go(f"/desk/review?number={number}")
    await reviewer.page.locator("#do-approve button[type=submit]").click()
    await told(reviewer, "“审核通过”已完成。")


async def call_back(
    caller: Visitor, number: str, *, solved: str, satisfied: str, note: str = ""
) -> None:
    """Reach the requester, and ask both questions."""
    await caller.go(f"/desk/callback?number={number}")
    form = caller.page.locator("#do-callback")
    await form.get_by_label("接通并回访").check()
    await form.get_by_label(solved, exact=True).check()
    result = form.get_by_role("group", name="办理结果满意度")
    await result.get_by_label(satisfied, exact=True).check()
    await form.get_by_label("说明").fill(note)
    await form.get_by_role("button", name="记录回访").click()
    await told(caller, "“回访”已完成。")


async def citizen_clock(page: Page) -> str:
    """When the whole case is due, as the page says it."""
    clock = page.locator(".clock").filter(has_text="全程时限")
    found = re.search(r"至 (\d{4}-\d\d-\d\d \d\d:\d\d)", await clock.inner_text())
    assert found
    return found[1]


async def history(page: Page) -> list[tuple[str, str]]:
    """Who did what, oldest first."""
    lines = page.locator(".timeline > li")
    labels = await lines.locator(".timeline-head > strong").all_inner_texts()
    people = await lines.locator(".timeline-who").all_inner_texts()
    names = [re.split(r"[（ ·]", person)[0] for person in people]
    return list(reversed(list(zip(labels, names, strict=True))))
