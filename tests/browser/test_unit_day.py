"""A member unit's day: signs many at once, asks a colleague, drafts; its head signs."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.running import Visitor
from tests.browser.test_working_day import Call, act, history, log_call, press, told

UNIT = "B12"
CLERK, HEAD = "shengtai", "shengtaifz"
CALLS = (
    Call("13800138401", "二次供水水箱未清洗", "小区水箱半年没有清洗，水有异味。"),
    Call("13800138402", "水表读数不对", "上月水表读数比实际多了三十吨。"),
)


async def test_a_unit_signs_hands_on_and_answers(open_window: Open) -> None:
    """The dispatcher and the clerk work on lists with keys; the answer leaves with the head."""
    numbers = [await log_call(open_window, call) for call in CALLS]
    await dispatch(await open_window("paidan1"), numbers)

    clerk, head = await open_window(CLERK), await open_window(HEAD)
    await sign(clerk, numbers)
    await head.go("/portal")
    colleague = (await head.page.locator(".usermenu-name").inner_text()).strip()
    await clerk.go(f"/cases/{numbers[0]}")
    await act(clerk, "hand_inside", inside_person=colleague, note="请到现场看看水箱。")

    await open_from(head, "mine", numbers[0])
    await act(head, "report_inside", findings="水箱上次清洗是半年前。")
    await head.go("/portal/settings")
    await head.page.get_by_role("button", name="开启").press("Enter")
    await expect(head.page.get_by_text("须审签", exact=True)).to_be_visible()

    await clerk.go(f"/cases/{numbers[0]}")
    await expect(clerk.page.locator(".reports").first).to_contain_text("水箱上次清洗是半年前。")
    await act(clerk, "contact", contact_way="phone", contact_result="reached", note="约今日到场。")
    await act(clerk, "draft_reply", result="solved", reply="今日已清洗水箱，水质检测合格。")
    await expect(clerk.page.locator(".case-head")).to_contain_text("待负责人审签")

    await open_from(head, "to_countersign", numbers[0])
    await expect(head.page.locator("#do-reply-reply")).to_have_value(
        "今日已清洗水箱，水质检测合格。"
    )
    await told(head, f"“{await press(head, 'reply')}”已完成。")
    labels = [label for label, _ in await history(head.page)]
    assert labels == [
        "登记受理",
        "派单",
        "签收",
        "内部转办",
        "内部反馈",
        "联系诉求人",
        "答复（送负责人审签）",
        "答复",
    ]


async def dispatch(dispatcher: Visitor, numbers: list[str]) -> None:
    """Both to the unit, from the list."""
    for number in numbers:
        await dispatcher.go("/desk?queue=to_dispatch")
        await dispatcher.page.locator(f"#lead-{number}").fill(UNIT)
        await dispatcher.page.get_by_role("button", name=f"派单 {number}").press("Enter")
        await told(dispatcher, "“派单”已完成。")


async def sign(clerk: Visitor, numbers: list[str]) -> None:
    """Ticked with a key each, and signed together."""
    await clerk.go("/portal?queue=to_sign")
    for number in numbers:
        await clerk.page.locator(f"#row-{number} a.row-link").focus()
        await clerk.page.keyboard.press("x")
    await expect(clerk.page.locator("[data-ticked]")).to_have_text("2")
    await clerk.page.get_by_role("button", name="签收勾选的工单").press("Enter")
    await expect(clerk.page.get_by_text("共2件：2件完成")).to_be_visible()


async def open_from(visitor: Visitor, queue: str, number: str) -> None:
    """Find the case in the list, and open it with the key."""
    await visitor.go(f"/portal?queue={queue}")
    await visitor.page.locator(f"#row-{number} a.row-link").press("Enter")
    await expect(visitor.page).to_have_url(re.compile(f"/cases/{number}$"))
