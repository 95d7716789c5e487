"""海关价格质疑和价格磋商: a declared price is doubted, answered, consulted about, determined.

Read beside 价格质疑程序 and 价格磋商程序 of 海关审价办法 44-48 (海关总署令第213号; now called
海关确定进出口货物计税价格办法). The importer (纳税义务人) is no user: an officer enters what comes
in writing, and asks in the importer's name for more time; another officer decides. Silence is an
act of time. Limits without a figure there are the demonstration's own and say so.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hotline.casefile import CaseFile
from hotline.clock_rules import ClockRule, Extension
from hotline.clocks import working_days, working_hours
from hotline.papers.customs import LEDGER
from hotline.people import Role
from hotline.procedure import NEW, Action, Phase, Procedure, Stage
from hotline.procedures.afterwards import archive_where_it_ended, kept
from hotline.procedures.extra_time import decision_clocks, extra_time
from hotline.procedures.time import TIME
from hotline.vocabulary import Input

CUSTOMS = (Role.CUSTOMS,)
RULES = "海关审价办法"

QUERY_GROUNDS = {
    "doubt": "对申报价格的真实性、准确性有疑问",
    "relation": "买卖双方的特殊关系可能影响成交价格",
}
DIRECT_GROUNDS = {
    "no_price": "进口货物没有成交价格",
    "unfit": "申报明显不符合成交价格条件",
}
GOODS = {
    "ordinary": "一般货物",
    "dangerous": "危险品",
    "fresh": "鲜活品",
    "perishable": "易腐品",
    "expiring": "易失效品",
    "waste": "废品",
    "used": "旧品",
}
EXEMPTIONS = {
    "same_contract": "同一合同项下分批进出口，其中一批已经估价",
    "small": "完税价格10万元以下，或者关税及进口环节税总额2万元以下",
    "goods": "危险品、鲜活品、易腐品、易失效品、废品、旧品等",
}
METHODS = {
    "identical": "相同货物成交价格估价方法",
    "similar": "类似货物成交价格估价方法",
    "deductive": "倒扣价格估价方法",
    "computed": "计算价格估价方法",
    "reasonable": "合理方法",
}

# 以下 includes the figure itself (民法典 1259).
SMALL_VALUE = Decimal(100_000)
SMALL_TAX = Decimal(20_000)

AMOUNTS = ("declared_price", "duty_paid_value", "tax_total")
BEFORE_VALUATION = ("registered", "queried", "answered", "consulting")


def is_small(case: CaseFile) -> bool:
    """Whether value or tax is so low that neither query nor consultation is needed."""
    value, tax = (Decimal(str(case.details[name])) for name in ("duty_paid_value", "tax_total"))
    return value <= SMALL_VALUE or tax <= SMALL_TAX


def exemption_by_the_register(case: CaseFile) -> Mapping[str, Any]:
    """The exemption that amounts and goods suggest; none where they suggest none."""
    if is_small(case):
        return {"exemption": "small"}
    return {} if case.details["goods"] == "ordinary" else {"exemption": "goods"}


def exemption_holds(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """What is claimed agrees with the register."""
    claimed = inputs["exemption"]
    if claimed == "small" and not is_small(case):
        value, tax = case.details["duty_paid_value"], case.details["tax_total"]
        return {
            "exemption": f"本件完税价格{value}元、税款总额{tax}元，均超过免予质疑的限额"
            "（10万元、2万元）"
        }
    if claimed == "goods" and case.details["goods"] == "ordinary":
        return {"exemption": "本件登记为一般货物，不属于该情形；登记有误的，请先更正登记"}
    return {}


def something_corrected(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """A correction corrects something."""
    return {} if inputs else {"goods": "请填写要更正的货物类别或者金额"}


STAGES = (
    Stage("registered", "待审核疑点", Phase.INTAKE, "已登记"),
    Stage("queried", "待答复质疑", Phase.HANDLING, "办理中"),
    Stage("answered", "待审核答复", Phase.REVIEW, "办理中"),
    Stage("unanswered", "逾期未答复", Phase.REVIEW, "办理中"),
    Stage("consulting", "待价格磋商", Phase.HANDLING, "办理中"),
    Stage("valuing", "待审定价格", Phase.VERDICT, "办理中"),
    Stage("accepted", "接受申报价格", Phase.CLOSED, "已办结"),
    Stage("determined", "已审定完税价格", Phase.CLOSED, "已办结"),
    Stage("voided", "登记撤销", Phase.CLOSED, "已撤销"),
)

WORDS = (
    Input("declaration_number", "报关单号", "line", max_length=30),
    Input("importer", "纳税义务人", "line", max_length=100),
    Input("goods", "货物类别", "choice", GOODS),
    Input("declared_price", "申报价格（元）", "money"),
    Input("duty_paid_value", "完税价格（元）", "money"),
    Input("tax_total", "关税及进口环节税总额（元）", "money"),
    Input("query_ground", "质疑事由", "choice", QUERY_GROUNDS),
    Input("query_reason", "质疑理由", "text", max_length=4000),
    Input("query_received_on", "质疑通知书收到日期", "day", help="不填即为今天"),
    Input("consultation_received_on", "磋商通知书收到日期", "day", help="不填即为今天"),
    Input("importer_answer", "书面答复及所附资料", "text", max_length=4000),
    Input("direct_ground", "直接磋商事由", "choice", DIRECT_GROUNDS),
    Input("consulted_on", "磋商日期", "day"),
    Input("consultation_record", "磋商记录", "text", max_length=4000),
    Input("exemption", "免予质疑磋商情形", "choice", EXEMPTIONS),
    Input("written_application", "纳税义务人已书面申请", "flag"),
    Input("valuation_method", "估价方法", "choice", METHODS),
    Input("determined_value", "审定完税价格（元）", "money"),
)

CLOCKS = (
    ClockRule(
        "examine", "疑点审核时限", Role.CUSTOMS,
        starts=("register",), ends=("issue_query", "consult_directly", "exempt", "void"),
        limit=working_days(3),
        basis=f"{RULES} 第四十四条：对申报价格有疑问的制发价格质疑通知书；具体时长为演示设定",
    ),
    ClockRule(
        "answer", "质疑答复时限", Role.CUSTOMS,
        starts=("issue_query",), ends=("answer_query", "not_answered", "exempt"),
        limit=working_days(5), since="query_received_on",
        basis=f"{RULES} 第四十四条：自收到价格质疑通知书之日起5个工作日内书面提供资料、证据",
        breach="not_answered",
        extendable=Extension(
            working_days(10), times=1,
            basis=f"{RULES} 第四十四条：期限届满前书面申请延期，除特殊情况外不超过10个工作日",
        ),
    ),
    ClockRule(
        "supplement", "补充资料时限", Role.CUSTOMS,
        starts=("ask_more",), ends=("answer_query", "not_answered", "exempt"),
        limit=working_days(3),
        basis=f"{RULES} 第四十五条：经审核仍有怀疑的进行磋商；磋商前通知补充及其时长为演示设定",
        breach="not_answered",
    ),
    *decision_clocks(
        working_hours(8), falls=("answer_query", "not_answered", "exempt"), what=("extension",),
        owed_by=Role.CUSTOMS, basis=f"{RULES} 第四十四条：向海关申请延期；审批时长为演示设定",
    ),
    ClockRule(
        "review", "答复审核时限", Role.CUSTOMS,
        starts=("answer_query", "not_answered"),
        ends=("accept_price", "ask_more", "notify_consultation", "exempt"),
        limit=working_days(5),
        basis=f"{RULES} 第四十五条：审核所提供的资料、证据；具体时长为演示设定",
    ),
    ClockRule(
        "consult", "价格磋商时限", Role.CUSTOMS,
        starts=("notify_consultation", "consult_directly"),
        ends=("record_consultation", "waived", "exempt"),
        limit=working_days(5), since="consultation_received_on",
        basis=f"{RULES} 第四十七条：自收到通知书之日起5个工作日内磋商，逾期视为放弃价格磋商的权利",
        breach="waived",
    ),
    ClockRule(
        "value", "价格审定时限", Role.CUSTOMS,
        starts=("record_consultation", "waived", "exempt"), ends=("determine",),
        limit=working_days(5),
        basis=f"{RULES} 第四十五条、第四十七条、第四十八条：依法确定完税价格；具体时长为演示设定",
    ),
)  # fmt: skip

ACTIONS = (
    Action(
        "register", "登记价格疑点", when=(NEW,), to="registered", by=CUSTOMS,
        needs=("title", "declaration_number", "importer", "goods", *AMOUNTS, "files?"),
        does=("describe", "detail"), tone="primary",
    ),
    Action(
        "correct", "更正登记", when=("registered",), by=CUSTOMS,
        needs=("goods?", *(f"{name}?" for name in AMOUNTS)), check=something_corrected,
        does=("detail",),
    ),
    Action(
        "issue_query", "制发价格质疑通知书", when=("registered",), to="queried", by=CUSTOMS,
        needs=("query_ground", "query_reason", "document_number", "query_received_on?"),
        does=("past_days", "detail"),
        papers=("price_query",),
        tone="primary",
    ),
    Action(
        "consult_directly", "直接制发价格磋商通知书", when=("registered",), to="consulting",
        by=CUSTOMS, needs=("direct_ground", "document_number", "consultation_received_on?"),
        does=("past_days", "detail"),
        papers=("price_consultation",),
    ),
    Action(
        "answer_query", "登记书面答复", when=("queried",), to="answered", by=CUSTOMS,
        needs=("importer_answer", "files?"), tone="primary",
    ),
    Action(
        "not_answered", "逾期未答复质疑", when=("queried",), to="unanswered", by=(Role.CLOCK,),
        tells=("customs/lapsed",),
    ),
    Action(
        "ask_more", "通知补充资料", when=("answered",), to="queried", by=CUSTOMS,
        needs=("reason",),
    ),
    Action(
        "accept_price", "接受申报价格", when=("answered",), to="accepted", by=CUSTOMS,
        needs=("findings",), tone="primary",
    ),
    Action(
        "notify_consultation", "制发价格磋商通知书", when=("answered", "unanswered"),
        to="consulting", by=CUSTOMS,
        needs=("reason", "document_number", "consultation_received_on?"),
        does=("past_days", "detail"), papers=("price_consultation",), tone="primary",
    ),
    Action(
        "record_consultation", "填制价格磋商记录表", when=("consulting",), to="valuing",
        by=CUSTOMS, needs=("consulted_on", "consultation_record", "files?"),
        does=("detail",), papers=("price_consultation_record",), tone="primary",
    ),
    Action(
        "waived", "逾期未磋商，视为放弃价格磋商的权利", when=("consulting",), to="valuing",
        by=(Role.CLOCK,), tells=("customs/lapsed",),
    ),
    Action(
        "exempt", "不进行质疑和磋商", when=BEFORE_VALUATION, to="valuing", by=CUSTOMS,
        needs=("exemption", "written_application", "note?"), check=exemption_holds,
        begins=exemption_by_the_register, does=("detail",),
    ),
    Action(
        "determine", "审定完税价格", when=("valuing",), to="determined", by=CUSTOMS,
        needs=("valuation_method", "determined_value", "findings", "files?"), does=("detail",),
        tone="primary",
    ),
    Action(
        "void", "撤销登记", when=("registered",), to="voided", by=CUSTOMS, needs=("reason",),
        tone="danger",
    ),
    *extra_time(
        CLOCKS, asked_in=("queried",), open_in=("queried",), asked_by=CUSTOMS,
        decided_by=CUSTOMS, asks="customs/asked",
    ),
    archive_where_it_ended(STAGES, by=CUSTOMS),
    *TIME,
)  # fmt: skip

PRICE_QUERY = Procedure(
    kind="price_query",
    version="2026",
    title="海关价格质疑和磋商程序",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.CUSTOMS, Role.SUPERVISOR, Role.LEADER}),
    matter="价格质疑件",
    retention=kept(10),
    words=WORDS,
    numbered=True,
    ledger=LEDGER,
)
