"""协议供货承诺违约: a supplier's commitment is watched, its breach stated, judged and sanctioned.

Read beside 成都市政府采购协议供货承诺书 (its articles are named below): prices follow the media
within two working days (五), sanctions up to the misconduct list (八), seven days of silence accept
a longer validity (十). Limits without a figure there are the demonstration's own and say so.
"""

from collections.abc import Mapping
from typing import Any

from hotline.casefile import CaseFile
from hotline.clock_rules import ClockRule
from hotline.clocks import calendar_days, working_days
from hotline.people import Role
from hotline.procedure import NEW, Action, Phase, Procedure, Stage
from hotline.procedures.afterwards import archive_where_it_ended, procurement_file
from hotline.procedures.time import TIME
from hotline.vocabulary import Input

CENTRE = (Role.PROCUREMENT,)
FINANCE = (Role.FINANCE,)
RULES = "协议供货承诺书"

PROMISES = {
    "quality": "一：合格产品",
    "service": "一：不低于国家标准、招标文件和官网标准的服务",
    "discount": "二：按中标优惠价格及时供货",
    "extra_terms": "二：不在合同之外提出附加条款",
    "contract": "三：按规定签订、保管并报送合同",
    "replacement": "四：替换产品一对一，配置和优惠率不低于原产品",
    "price": "五：媒体价调整后两个工作日内同步调价并书面报送",
    "scope": "七：只供应中标产品",
    "rights": "九：不侵犯第三方知识产权",
}
REFERRALS = {
    "stop": "停止协议供货资格",
    "listed": "列入政府采购不良供应商名单",
}


def listed_only_if_serious(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """承诺书 八: only what is serious leads to the list."""
    if inputs["referral"] == "listed" and not inputs.get("serious"):
        return {"serious": "只有情节严重的才列入不良供应商名单，请确认“情节严重”并说明事实"}
    return {}


STAGES = (
    Stage("watching", "待同步调价", Phase.INTAKE, "已登记"),
    Stage("reported", "待通知供应商", Phase.ASSIGNMENT, "已登记"),
    Stage("stating", "待供应商陈述", Phase.HANDLING, "办理中"),
    Stage("judging", "待认定处理", Phase.REVIEW, "办理中"),
    Stage("rectifying", "限期改正", Phase.HANDLING, "办理中"),
    Stage("referred", "待财政部门决定", Phase.VERDICT, "办理中"),
    Stage("extending", "待供应商回复延期", Phase.HANDLING, "办理中"),
    Stage("followed", "已同步调价", Phase.CLOSED, "已办结"),
    Stage("dismissed", "违约不成立", Phase.CLOSED, "已办结"),
    Stage("rectified", "已改正", Phase.CLOSED, "已办结"),
    Stage("sanctioned", "已处理", Phase.CLOSED, "已办结"),
    Stage("extended", "有效期已延长", Phase.CLOSED, "已办结"),
    Stage("declined", "供应商不接受延长", Phase.CLOSED, "已办结"),
)

WORDS = (
    Input("agreed_supplier", "协议供货商", "line", max_length=100),
    Input("agreement", "协议项目及招标编号", "line", max_length=200),
    Input("promise", "所涉承诺", "choice", PROMISES),
    Input("breach_reporter", "反映单位", "line", max_length=100),
    Input("breach_facts", "反映的情况", "text", max_length=4000),
    Input("media_price", "媒体价调整内容", "text", max_length=2000),
    Input("published_on", "调整通知或者广告发布日期", "day"),
    Input("supplier_statement", "供应商陈述", "text", max_length=4000),
    Input("rectification", "改正要求", "text", max_length=2000),
    Input("sanction", "处罚内容", "text", max_length=2000),
    Input("referral", "报请事项", "choice", REFERRALS),
    Input("serious", "情节严重", "flag"),
    Input("valid_until", "有效期延长至", "day"),
)
WHOM = ("title", "agreed_supplier", "agreement")

CLOCKS = (
    ClockRule(
        "price", "同步调价时限", Role.PROCUREMENT,
        starts=("watch_price",), ends=("follow_price", "not_followed"),
        limit=working_days(2), since="published_on",
        basis=f"{RULES} 第五条：自发布调整通知或者媒体广告起不超过两个工作日",
        breach="not_followed",
    ),
    ClockRule(
        "notify", "通知供应商时限", Role.PROCUREMENT,
        starts=("report", "not_followed"), ends=("notify_supplier", "dismiss"),
        limit=working_days(2),
        basis=f"{RULES} 第八条：发现违反承诺的有权处罚；先通知陈述及其时长为演示设定",
    ),
    ClockRule(
        "statement", "供应商陈述时限", Role.PROCUREMENT,
        starts=("notify_supplier",), ends=("state", "no_statement"),
        limit=working_days(5),
        basis=f"{RULES} 第八条；陈述时长为演示设定，逾期视为放弃陈述",
        breach="no_statement",
    ),
    ClockRule(
        "judge", "认定处理时限", Role.PROCUREMENT,
        starts=("state", "no_statement", "not_rectified", "return_referral"),
        ends=("order_rectification", "sanction", "refer", "dismiss"),
        limit=working_days(5),
        basis=f"{RULES} 第八条：根据相关条款进行处罚；具体时长为演示设定",
    ),
    ClockRule(
        "rectify", "改正时限", Role.PROCUREMENT,
        starts=("order_rectification",), ends=("confirm_rectified", "not_rectified"),
        limit=working_days(5),
        basis=f"{RULES} 第一条、第八条；改正时长为演示设定",
        breach="not_rectified",
    ),
    ClockRule(
        "decide", "报请事项决定时限", Role.FINANCE,
        starts=("refer",), ends=("decide_referral", "return_referral"),
        limit=working_days(10),
        basis=f"{RULES} 第八条：报请政府采购监管部门；具体时长为演示设定",
    ),
    ClockRule(
        "consent", "延长异议时限", Role.PROCUREMENT,
        starts=("notify_extension",), ends=("object_extension", "deem_consent"),
        limit=calendar_days(7),
        basis=f"{RULES} 第十条：七日内没有提出书面异议，即为接受招标人的要求",
        breach="deem_consent",
    ),
)  # fmt: skip

ACTIONS = (
    Action(
        "report", "登记违约反映", when=(NEW,), to="reported", by=CENTRE,
        needs=(*WHOM, "promise", "breach_reporter?", "breach_facts", "files?"),
        does=("describe", "detail"), tone="primary",
    ),
    Action(
        "watch_price", "登记媒体价调整", when=(NEW,), to="watching", by=CENTRE,
        needs=(*WHOM, "media_price", "published_on", "files?"), does=("describe", "detail"),
    ),
    Action(
        "notify_extension", "通知延长协议供货有效期", when=(NEW,), to="extending", by=CENTRE,
        needs=(*WHOM, "valid_until", "document_number", "files?"), does=("describe", "detail"),
    ),
    Action(
        "follow_price", "已同步调价并报送", when=("watching",), to="followed", by=CENTRE,
        needs=("note", "files?"), tone="primary",
    ),
    Action(
        "not_followed", "逾期未同步调价", when=("watching",), to="reported", by=(Role.CLOCK,),
        tells=("procurement/lapsed",),
    ),
    Action(
        "notify_supplier", "通知供应商陈述", when=("reported",), to="stating", by=CENTRE,
        needs=("document_number", "files?"), does=("detail",), tone="primary",
    ),
    Action(
        "state", "登记供应商陈述", when=("stating",), to="judging", by=CENTRE,
        needs=("supplier_statement", "files?"), does=("detail",), tone="primary",
    ),
    Action(
        "no_statement", "逾期未陈述", when=("stating",), to="judging", by=(Role.CLOCK,),
        tells=("procurement/lapsed",),
    ),
    Action(
        "dismiss", "认定违约不成立", when=("reported", "judging"), to="dismissed", by=CENTRE,
        needs=("reason",),
    ),
    Action(
        "order_rectification", "责令限期改正", when=("judging",), to="rectifying", by=CENTRE,
        needs=("rectification",), does=("detail",), tone="primary",
    ),
    Action(
        "confirm_rectified", "确认已改正", when=("rectifying",), to="rectified", by=CENTRE,
        needs=("findings", "files?"), tone="primary",
    ),
    Action(
        "not_rectified", "逾期未改正", when=("rectifying",), to="judging", by=(Role.CLOCK,),
        tells=("procurement/lapsed",),
    ),
    Action(
        "sanction", "按条款处罚", when=("judging",), to="sanctioned", by=CENTRE,
        needs=("sanction", "files?"), does=("detail",), tone="danger",
    ),
    Action(
        "refer", "报请监管部门处理", when=("judging",), to="referred", by=CENTRE,
        needs=("referral", "serious?", "findings", "files?"), check=listed_only_if_serious,
        does=("detail",), tells=("finance/referred",), tone="danger",
    ),
    Action(
        "decide_referral", "同意报请事项", when=("referred",), to="sanctioned", by=FINANCE,
        needs=("document_number", "note?", "files?"), does=("detail",),
        tells=("procurement/referral_decided",), tone="primary",
    ),
    Action(
        "return_referral", "退回报请事项", when=("referred",), to="judging", by=FINANCE,
        needs=("reason",), tells=("procurement/referral_decided",), tone="danger",
    ),
    Action(
        "object_extension", "登记书面异议", when=("extending",), to="declined", by=CENTRE,
        needs=("supplier_statement", "files?"), does=("detail",),
    ),
    Action(
        "deem_consent", "七日内未提异议，视为接受延长", when=("extending",), to="extended",
        by=(Role.CLOCK,), tells=("procurement/lapsed",),
    ),
    archive_where_it_ended(STAGES, by=CENTRE),
    *TIME,
)  # fmt: skip

SUPPLY_BREACH = Procedure(
    kind="supply_breach",
    version="2026",
    title="协议供货承诺履行监督",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.PROCUREMENT, Role.FINANCE, Role.SUPERVISOR, Role.LEADER}),
    matter="协议供货件",
    retention=procurement_file(),
    words=WORDS,
    numbered=True,
)
