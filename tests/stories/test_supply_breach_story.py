"""协议供货承诺, told in its own words: prices that follow, breaches, sanctions, consent."""

from datetime import datetime
from typing import Any

import pytest

from hotline.calendar import SHANGHAI
from hotline.errors import Incomplete, NotPermitted
from hotline.people import CLOCK
from hotline.procedures.supply_breach import SUPPLY_BREACH
from tests.makers import DISPATCHER, FINANCE, PROCUREMENT, Story

WHOM: dict[str, Any] = {
    "title": "台式计算机协议供货",
    "agreed_supplier": "云州启明信息有限公司",
    "agreement": "办公设备协议供货 YZXY-2026-03",
}
REPORT = {
    **WHOM,
    "promise": "replacement",
    "breach_reporter": "市教育局",
    "breach_facts": "原型号停产后供应的替换型号内存减半，价格未降。",
}
STATEMENT = {"supplier_statement": "系发货有误，愿更换。"}


def reported(**changes: Any) -> Story:
    """A report of a breach."""
    return Story(
        kind="supply_breach",
        opening="report",
        opened_by=PROCUREMENT,
        form={**REPORT, **changes},
    )


def judging() -> Story:
    """A breach about which the supplier was heard."""
    story = reported()
    story.does(PROCUREMENT, "notify_supplier", document_number="云采函〔2026〕5号")
    story.does(PROCUREMENT, "state", **STATEMENT)
    return story


def referred(referral: str = "stop", **inputs: Any) -> Story:
    """A breach that lies before the finance bureau."""
    story = judging()
    story.does(PROCUREMENT, "refer", referral=referral, findings="一年内第三次以次充好。", **inputs)
    return story


def test_a_breach_is_stated_judged_and_fined() -> None:
    story = reported()
    assert (story.case.stage, story.due("notify")) == ("reported", "03-11 23:59")
    story.does(PROCUREMENT, "notify_supplier", document_number="云采函〔2026〕5号")
    assert (story.case.stage, story.due("statement")) == ("stating", "03-16 23:59")
    story.waits(days=2)
    story.does(PROCUREMENT, "state", **STATEMENT)
    assert (story.case.stage, story.due("judge")) == ("judging", "03-18 23:59")
    story.does(PROCUREMENT, "sanction", sanction="扣除履约保证金2万元。")
    assert (story.case.stage, story.case.open_clocks) == ("sanctioned", ())


def test_what_is_no_breach_is_dismissed() -> None:
    story = judging()
    story.does(PROCUREMENT, "dismiss", reason="替换型号配置不低于原型号。")
    assert story.case.stage == "dismissed"


def test_a_supplier_that_says_nothing_is_judged_all_the_same() -> None:
    story = reported()
    story.does(PROCUREMENT, "notify_supplier", document_number="云采函〔2026〕5号")
    story.waits(days=8)
    story.does(CLOCK, "no_statement")
    assert (story.case.stage, story.told()) == ("judging", ["procurement/lapsed → procurement"])


def test_it_may_be_put_right_and_comes_back_where_it_is_not() -> None:
    story = judging()
    story.does(PROCUREMENT, "order_rectification", rectification="五日内更换全部30台。")
    assert (story.case.stage, story.due("rectify")) == ("rectifying", "03-16 23:59")
    story.waits(days=8)
    story.does(CLOCK, "not_rectified")
    assert story.case.stage == "judging"
    story.does(PROCUREMENT, "order_rectification", rectification="三日内更换。")
    story.does(PROCUREMENT, "confirm_rectified", findings="已全部更换并验收。")
    assert story.case.stage == "rectified"


def test_what_is_grave_is_referred_and_the_bureau_decides() -> None:
    story = referred()
    assert (story.case.stage, story.told()) == ("referred", ["finance/referred → finance"])
    assert story.due("decide") == "03-23 23:59"
    with pytest.raises(NotPermitted):
        story.does(PROCUREMENT, "decide_referral", document_number="x")
    story.does(FINANCE, "return_referral", reason="补充前两次的处理记录。")
    assert (story.case.stage, story.due("judge")) == ("judging", "03-16 23:59")
    story.does(PROCUREMENT, "refer", referral="stop", findings="附前两次处理记录。")
    story.does(FINANCE, "decide_referral", document_number="云财采〔2026〕21号")
    assert story.told() == ["procurement/referral_decided → procurement"]
    assert (story.case.stage, story.case.open_clocks) == ("sanctioned", ())


def test_only_what_is_serious_leads_to_the_list() -> None:
    with pytest.raises(Incomplete, match="情节严重"):
        referred("listed")
    assert referred("listed", serious=True).case.details["serious"] is True


def test_a_price_follows_the_media_within_two_working_days() -> None:
    story = Story(
        kind="supply_breach",
        opening="watch_price",
        opened_by=PROCUREMENT,
        form={**WHOM, "media_price": "X7型下调300元", "published_on": "2026-03-06"},
    )
    # Counted from the Friday on which it was published, not from the entry.
    assert (story.case.stage, story.due("price")) == ("watching", "03-10 23:59")
    story.does(PROCUREMENT, "follow_price", note="10日书面报送并附电子文档。")
    assert story.case.stage == "followed"


def test_a_price_that_does_not_follow_is_a_breach() -> None:
    story = Story(
        kind="supply_breach",
        opening="watch_price",
        opened_by=PROCUREMENT,
        form={**WHOM, "media_price": "X7型下调300元", "published_on": "2026-03-09"},
    )
    assert SUPPLY_BREACH.clock("price").breach == "not_followed"
    story.waits(days=3)
    story.does(CLOCK, "not_followed")
    assert (story.case.stage, story.due("notify")) == ("reported", "03-16 23:59")


def extending(**changes: Any) -> Story:
    """A notice of a longer validity."""
    return Story(
        kind="supply_breach",
        opening="notify_extension",
        opened_by=PROCUREMENT,
        form={**WHOM, "valid_until": "2027-04-17", "document_number": "云采函〔2026〕9号"},
        **changes,
    )


def test_seven_days_of_silence_consent_to_a_longer_validity() -> None:
    story = extending()
    assert (story.case.stage, story.due("consent")) == ("extending", "03-16 23:59")
    story.waits(days=8)
    story.does(CLOCK, "deem_consent")
    assert (story.case.stage, story.case.outcome) == ("extended", "deem_consent")
    assert SUPPLY_BREACH.clock("consent").breach == "deem_consent"


def test_seven_days_that_end_on_a_holiday_end_after_it() -> None:
    story = extending(at=datetime(2026, 9, 25, 9, tzinfo=SHANGHAI))
    assert story.due("consent") == "10-08 23:59"


def test_an_objection_in_time_leaves_the_validity() -> None:
    story = extending()
    story.does(PROCUREMENT, "object_extension", supplier_statement="产品已停产，不同意延长。")
    assert story.case.stage == "declined"


def test_an_overdue_judgement_is_noted_and_the_hotline_sees_nothing_to_do() -> None:
    story = judging()
    story.waits(days=9)
    story.does(CLOCK, "breach", clock="judge", level=3)
    assert story.told() == ["owed/breached → procurement", "supervisor/breached → supervisor"]
    assert story.can(DISPATCHER) == set()
