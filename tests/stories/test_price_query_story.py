"""海关价格质疑和磋商, told in its own words: doubted, answered or not, consulted, determined."""

from typing import Any

import pytest

from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import CLOCK
from hotline.procedures.price_query import PRICE_QUERY
from tests.makers import AGENT, CUSTOMS, CUSTOMS_CHIEF, SUPERVISOR, Story

DOUBT: dict[str, Any] = {
    "title": "进口数控磨床两台",
    "declaration_number": "990120261000004321",
    "importer": "云州精工设备有限公司",
    "goods": "ordinary",
    "declared_price": "1860000",
    "duty_paid_value": "1,860,000.00",
    "tax_total": "335000",
}
QUERY = {
    "query_ground": "doubt",
    "query_reason": "申报单价明显低于同期同型号货物的成交价格。",
    "document_number": "云关价质〔2026〕7号",
}
CONSULT = {"reason": "所附资料不能证明申报价格真实。", "document_number": "云关价磋〔2026〕3号"}
RECORD = {
    "consulted_on": "2026-03-17",
    "consultation_record": "双方交换了同期类似货物价格资料，企业对每台98万元无异议。",
}
VALUE = {
    "valuation_method": "similar",
    "determined_value": "1960000",
    "findings": "按类似货物成交价格估价方法审定。",
}
ANSWER = {"importer_answer": "提交合同、发票、付汇凭证和厂商价格说明共4份。"}


def doubted(**changes: Any) -> Story:
    """A doubt in the register."""
    return Story(
        kind="price_query", opening="register", opened_by=CUSTOMS, form={**DOUBT, **changes}
    )


def queried(**changes: Any) -> Story:
    """A notice of query that the importer has received."""
    story = doubted(**changes)
    story.does(CUSTOMS, "issue_query", **QUERY)
    return story


def consulting() -> Story:
    """An answer that did not convince, and a notice of consultation."""
    story = queried()
    story.does(CUSTOMS, "answer_query", **ANSWER)
    story.does(CUSTOMS, "notify_consultation", **CONSULT)
    return story


def test_from_the_doubt_to_the_value_that_is_determined() -> None:
    story = doubted()
    assert (story.case.stage, story.due("examine")) == ("registered", "03-12 23:59")
    assert story.case.details["duty_paid_value"] == "1860000.00"
    story.does(CUSTOMS, "issue_query", **QUERY)
    assert (story.case.stage, story.due("answer")) == ("queried", "03-16 23:59")
    story.waits(days=2)
    story.does(CUSTOMS, "answer_query", **ANSWER)
    assert (story.case.stage, story.due("answer"), story.due("review")) == (
        "answered", "", "03-18 23:59",
    )  # fmt: skip
    story.does(CUSTOMS, "notify_consultation", **CONSULT)
    assert (story.case.stage, story.due("consult")) == ("consulting", "03-18 23:59")
    story.waits(days=6)
    story.does(CUSTOMS, "record_consultation", **RECORD)
    story.does(CUSTOMS, "determine", **VALUE)
    assert (story.case.stage, story.case.outcome) == ("determined", "determine")
    assert story.case.details["determined_value"] == "1960000.00"
    assert story.case.open_clocks == ()


def test_the_papers_have_their_names() -> None:
    labels = {action.label for action in PRICE_QUERY.actions}
    assert {"制发价格质疑通知书", "制发价格磋商通知书", "填制价格磋商记录表"} <= labels


def test_an_answer_that_convinces_ends_the_matter() -> None:
    story = queried()
    story.does(CUSTOMS, "answer_query", **ANSWER)
    story.does(CUSTOMS, "accept_price", findings="付汇金额与申报一致，接受申报价格。")
    assert (story.case.stage, story.case.open_clocks) == ("accepted", ())


def test_a_thin_answer_is_sent_back_for_more_and_that_round_is_not_extended() -> None:
    story = queried()
    story.does(CUSTOMS, "answer_query", importer_answer="价格真实。")
    story.does(CUSTOMS, "ask_more", reason="未附付汇凭证。")
    assert (story.case.stage, story.due("supplement"), story.due("answer")) == (
        "queried", "03-12 23:59", "",
    )  # fmt: skip
    assert "request_extension" not in story.can(CUSTOMS)
    story.does(CUSTOMS, "answer_query", **ANSWER)
    assert story.case.stage == "answered"


def test_more_time_is_asked_in_writing_before_expiry_and_another_officer_decides() -> None:
    story = queried()
    story.waits(days=3)
    asked = {"extension_days": 10, "reason": "境外厂商资料须公证（企业书面申请）。"}
    with pytest.raises(Incomplete, match="最多可以延长10个工作日"):
        story.does(CUSTOMS, "request_extension", **{**asked, "extension_days": 11})
    story.does(CUSTOMS, "request_extension", **asked)
    assert story.told() == ["customs/asked → customs"]
    assert story.due("decide_extension") == "03-13 09:00"
    with pytest.raises(NotAvailable, match="须由他人审批"):
        story.does(CUSTOMS, "grant_extension")
    with pytest.raises(NotPermitted):
        story.does(SUPERVISOR, "grant_extension")
    story.does(CUSTOMS_CHIEF, "grant_extension")
    assert story.due("answer") == "03-30 23:59"
    with pytest.raises(NotAvailable, match="已延期1次"):
        story.does(CUSTOMS, "request_extension", **asked)


def test_a_request_after_expiry_is_refused_and_a_refused_one_leaves_the_limit() -> None:
    late = queried()
    late.waits(days=8)
    with pytest.raises(NotAvailable, match="届满"):
        late.does(CUSTOMS, "request_extension", extension_days=5, reason="资料未到")
    story = queried()
    story.does(CUSTOMS, "request_extension", extension_days=5, reason="资料未到")
    story.does(CUSTOMS_CHIEF, "deny_extension", reason="理由不正当。")
    assert story.due("answer") == "03-16 23:59"


def test_whoever_does_not_answer_in_time_is_called_to_consult() -> None:
    story = queried()
    story.waits(days=8)
    story.does(CLOCK, "breach", clock="answer", level=3)
    assert story.told()[0] == "owed/breached → customs"
    story.does(CLOCK, "not_answered")
    assert (story.case.stage, story.told()) == ("unanswered", ["customs/lapsed → customs"])
    with pytest.raises(NotAvailable):
        story.does(CUSTOMS, "accept_price", findings="接受")
    story.does(CUSTOMS, "notify_consultation", **CONSULT)
    assert story.case.stage == "consulting"


def test_silence_waives_the_right_to_be_consulted() -> None:
    story = consulting()
    story.waits(days=8)
    story.does(CLOCK, "waived")
    assert (story.case.stage, story.told()) == ("valuing", ["customs/lapsed → customs"])
    assert PRICE_QUERY.clock("consult").breach == "waived"
    with pytest.raises(NotAvailable):
        story.does(CUSTOMS, "record_consultation", **RECORD)
    story.does(CUSTOMS, "determine", **VALUE)
    assert story.case.stage == "determined"


def test_without_a_transaction_price_there_is_no_query() -> None:
    story = doubted()
    story.does(
        CUSTOMS, "consult_directly", direct_ground="no_price", document_number="云关价磋〔2026〕4号"
    )
    assert (story.case.stage, story.due("consult")) == ("consulting", "03-16 23:59")


def _proposed(story: Story) -> dict[str, Any]:
    exempt = PRICE_QUERY.action("exempt")
    assert exempt is not None and exempt.begins is not None
    return dict(exempt.begins(story.case))


@pytest.mark.parametrize(
    ("value", "tax", "small"),
    [
        ("100000", "30000", True),
        ("100000.01", "20000", True),
        ("100000.01", "20000.01", False),
        ("5000000", "19999", True),
    ],
)
def test_small_amounts_propose_the_exemption(value: str, tax: str, small: bool) -> None:
    """以下 includes the figure (民法典 1259); either of the two is enough."""
    story = doubted(duty_paid_value=value, tax_total=tax)
    assert _proposed(story) == ({"exemption": "small"} if small else {})
    claim = {"exemption": "small", "written_application": True}
    if small:
        story.does(CUSTOMS, "exempt", **claim)
        assert story.case.stage == "valuing"
    else:
        with pytest.raises(Incomplete, match="均超过免予质疑的限额"):
            story.does(CUSTOMS, "exempt", **claim)


def test_goods_that_do_not_keep_are_exempt_and_only_on_written_application() -> None:
    story = doubted(goods="fresh")
    assert _proposed(story) == {"exemption": "goods"}
    with pytest.raises(Incomplete, match="请填写“纳税义务人已书面申请”"):
        story.does(CUSTOMS, "exempt", exemption="goods")
    with pytest.raises(Incomplete, match="登记为一般货物"):
        doubted().does(CUSTOMS, "exempt", exemption="goods", written_application=True)
    story.does(CUSTOMS, "exempt", exemption="goods", written_application=True)
    assert (story.case.stage, story.due("value")) == ("valuing", "03-16 23:59")


def test_an_exemption_ends_what_was_asked_of_the_importer() -> None:
    story = queried(tax_total="18000")
    story.does(CUSTOMS, "request_extension", extension_days=5, reason="资料未到")
    story.does(CUSTOMS, "exempt", exemption="small", written_application=True)
    assert [clock.name for clock in story.case.open_clocks] == ["value"]
    assert story.case.pending.extension is None


def test_five_days_run_from_the_receipt_of_either_notice() -> None:
    """第四十四条、第四十七条: 自收到通知书之日起; nothing entered is today, nothing is later."""
    story = queried(title="按邮寄回执登记")
    assert story.due("answer") == "03-16 23:59"
    story = doubted()
    story.waits(days=2)
    with pytest.raises(Incomplete, match="不能晚于今天"):
        story.does(CUSTOMS, "issue_query", **QUERY, query_received_on="2026-03-12")
    story.does(CUSTOMS, "issue_query", **QUERY, query_received_on="2026-03-10")
    assert story.due("answer") == "03-17 23:59"
    story.does(CUSTOMS, "answer_query", **ANSWER)
    story.does(CUSTOMS, "notify_consultation", **CONSULT, consultation_received_on="2026-03-09")
    assert story.due("consult") == "03-16 23:59"


def test_an_overdue_valuation_is_noted() -> None:
    story = consulting()
    story.does(CUSTOMS, "record_consultation", **RECORD)
    story.waits(days=9)
    story.does(CLOCK, "breach", clock="value", level=3)
    assert story.told() == ["owed/breached → customs", "supervisor/breached → supervisor"]


def test_a_wrong_entry_is_corrected_or_taken_back() -> None:
    story = doubted()
    with pytest.raises(Incomplete, match="请填写要更正"):
        story.does(CUSTOMS, "correct")
    story.does(CUSTOMS, "correct", tax_total="15000")
    assert _proposed(story) == {"exemption": "small"}
    story.does(CUSTOMS, "void", reason="与前一报关单重复登记。")
    assert (story.case.stage, story.case.open_clocks) == ("voided", ())


def test_the_hotline_has_no_part_in_it() -> None:
    story = queried()
    assert story.can(AGENT) == set()
    assert story.can(SUPERVISOR) == set()
