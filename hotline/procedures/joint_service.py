"""联办件: one window takes an application in, several units approve it at the same time.

“一门受理，抄告相关，同步审批，限时办结”, then “统一发照”, as the government service centres
describe it; beside it 行政许可法 32 (complete within five days or told once), 42 (joint
handling 45 days, 15 more by leave of the government's head), 44 (delivered within ten days), 45
(what a stop leaves out), 82 (days are working days). The promise to the applicant is shorter by
forty per cent. Limits without a figure there are the demonstration's own and say so.
"""

from collections.abc import Mapping
from typing import Any

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.clock_rules import ClockRule, Extension, Stoppable
from hotline.clocks import working_days, working_hours
from hotline.draft import Draft
from hotline.people import Role
from hotline.procedure import NEW, Action, Phase, Procedure, Stage, leads_to
from hotline.procedures.afterwards import archive_where_it_ended, kept
from hotline.procedures.countersigned import countersigned
from hotline.procedures.extra_time import decision_clocks, extensions, stops
from hotline.procedures.inside import INSIDE_CLOCK, inside
from hotline.procedures.ladder import ladder, rungs
from hotline.procedures.parts import UNITS, co_open, co_sign, co_units_done, release_co
from hotline.procedures.returns import RETURNS
from hotline.procedures.time import TIME
from hotline.vocabulary import Input

WINDOW = (Role.WINDOW,)
OVERSEERS = (Role.WINDOW, Role.SUPERVISOR)
WITH_UNITS = ("notified", "approving")
LAW = "行政许可法"
PLAN = "联合审批优化方案（演示）"

OPINIONS = {
    "agreed": "同意",
    "agreed_if": "同意，附条件",
    "refused": "不同意",
}
RESULTS = {
    "granted": "准予",
    "refused": "不予",
}
DELIVERIES = {
    "window": "窗口领取",
    "mail": "邮寄送达",
    "electronic": "电子证照",
}


def opinion_complete(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Whoever does not simply agree says why."""
    if inputs["joint_approval"] != "agreed" and "reason" not in inputs:
        return {"reason": "不同意或者附条件的，请写明理由和依据"}
    return {}


def received_today(draft: Draft) -> Mapping[str, Any]:
    """行政许可法 32: whoever is told nothing within five days is accepted from this day on."""
    return {"received_on": in_shanghai(draft.now).date().isoformat()}


def accepted_today(draft: Draft) -> Mapping[str, Any]:
    """The days of the law and of the promise run from acceptance."""
    return {"accepted_since": in_shanghai(draft.now).date().isoformat()}


def accepted_on_receipt(draft: Draft) -> Mapping[str, Any]:
    """行政许可法 32: the window's silence costs the applicant no day."""
    return {"accepted_since": draft.case.details["received_on"]}


@leads_to("granted", "declined")
def as_decided(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """What is handed over at the window is the permit, or the refusal in writing."""
    return "granted" if case.details.get("joint_result") == "granted" else "declined"


STAGES = (
    Stage("received", "待受理审查", Phase.INTAKE, "已登记"),
    Stage("correcting", "待补正材料", Phase.ASSIGNMENT, "待补正材料"),
    Stage("accepted", "待抄告", Phase.ASSIGNMENT, "已受理"),
    Stage("notified", "抄告待签收", Phase.ASSIGNMENT, "办理中"),
    Stage("approving", "同步审批", Phase.HANDLING, "办理中"),
    Stage("concluded", "待审核发照", Phase.REVIEW, "办理中"),
    Stage("ready", "待送达结果", Phase.VERDICT, "已办好待领取"),
    Stage("granted", "准予并已送达", Phase.CLOSED, "已办结"),
    Stage("declined", "不予并已送达", Phase.CLOSED, "已办结"),
    Stage("refused", "不予受理", Phase.CLOSED, "已告知不予受理"),
    Stage("withdrawn", "申请撤回", Phase.CLOSED, "已撤销"),
)

WORDS = (
    Input("joint_item", "联办事项", "line", max_length=100),
    Input("joint_materials", "收件清单", "text", max_length=4000),
    Input("joint_missing", "需补正的全部内容", "text", max_length=4000),
    Input("joint_approval", "审批意见", "choice", OPINIONS),
    Input("joint_result", "审批决定", "choice", RESULTS),
    Input("joint_delivery", "送达方式", "choice", DELIVERIES),
)

WORKED_OUT = (
    Input("received_on", "收到日期", "day"),
    Input("accepted_since", "受理之日", "day"),
)

STOPPABLE = Stoppable(
    working_days(40),
    f"{LAW} 第45条：检验、检测、鉴定、专家评审等时间不计入，并书面告知申请人；累计上限为演示设定",
)
ACCEPTED = ("accept_at_once", "accept", "deem_accepted")
LEAVES = ("refuse", "withdraw")

CLOCKS = (
    ClockRule(
        "legal", "联合办理法定时限", Role.WINDOW,
        starts=ACCEPTED, ends=("issue", *LEAVES),
        limit=working_days(45), since="accepted_since",
        basis=f"{LAW} 第42条第2款、第82条：联合办理不得超过45日，按工作日计算",
        extendable=Extension(
            working_days(15), times=1,
            basis=f"{LAW} 第42条第2款：经本级人民政府负责人批准，可以延长15日并告知理由",
        ),
        stoppable=STOPPABLE,
    ),
    ClockRule(
        "whole", "承诺办结时限", Role.WINDOW,
        starts=ACCEPTED, ends=("issue", *LEAVES),
        limit=working_days(27), since="accepted_since",
        basis=f"{PLAN}：压缩审批时限40%，45个工作日压缩为27个工作日",
        stoppable=STOPPABLE,
    ),
    ClockRule(
        "accept", "受理审查时限", Role.WINDOW,
        starts=("receive", "correct"), ends=("accept", "deem_accepted", "ask_correction", *LEAVES),
        limit=working_days(5),
        basis=f"{LAW} 第32条：材料不齐全的当场或者五日内一次告知，逾期不告知的自收到材料之日起受理",
        breach="deem_accepted",
    ),
    ClockRule(
        "correction", "补正时限", Role.WINDOW,
        starts=("ask_correction",), ends=("correct", "lapse", *LEAVES),
        limit=working_days(15),
        basis=f"{LAW} 第32条：一次告知需要补正的全部内容；补正时长为演示设定，逾期视为撤回",
        breach="lapse",
    ),
    ClockRule(
        "notify", "抄告时限", Role.WINDOW,
        starts=ACCEPTED, ends=("notify", "withdraw"),
        limit=working_hours(8),
        basis=f"{PLAN}：一门受理、抄告相关；8个工作小时内抄告为演示设定",
    ),
    ClockRule(
        "sign_in", "签收时限", Role.CLERK,
        starts=("notify",), ends=("sign", "deem_signed", "withdraw"),
        limit=working_days(1),
        basis=f"{PLAN}：1个工作日内签收，逾期视为签收",
        breach="deem_signed",
    ),
    ClockRule(
        "handle", "同步审批时限", Role.CLERK,
        starts=("notify", "redo"), ends=("conclude", "withdraw"),
        limit=working_days(20),
        basis=f"{PLAN}：同步审批、限时办结；为抄告和发照留出时间，20个工作日为演示设定",
        ladder=rungs(f"{PLAN}：限时办结，逾期催办督办；具体时长为演示设定"),
        stoppable=STOPPABLE,
    ),
    *decision_clocks(
        working_hours(16), falls=("conclude", "withdraw"), what=("extension",),
        owed_by=Role.LEADER, basis=f"{LAW} 第42条第2款；审批时长为演示设定",
    ),
    *decision_clocks(
        working_hours(8), falls=("conclude", "withdraw"), what=("stop",),
        owed_by=Role.WINDOW, basis=f"{LAW} 第45条；停止计时审批时长为演示设定",
    ),
    INSIDE_CLOCK,
    ClockRule(
        "issue", "审核发照时限", Role.WINDOW,
        starts=("conclude",), ends=("issue", "redo", "withdraw"),
        limit=working_days(2),
        basis=f"{PLAN}：统一发照；具体时长为演示设定",
    ),
    ClockRule(
        "deliver", "送达时限", Role.WINDOW,
        starts=("issue",), ends=("deliver",),
        limit=working_days(10),
        basis=f"{LAW} 第44条：自作出决定之日起十日内颁发、送达",
    ),
)  # fmt: skip

FORM = (
    "joint_item", "title", "joint_materials", "requester_name", "requester_phone", "address?",
    "files?",
)  # fmt: skip
ACTIONS = (
    Action(
        "accept_at_once", "一窗受理（材料齐全）", when=(NEW,), to="accepted", by=WINDOW,
        needs=FORM, does=("describe", "detail", "accept"), derives=accepted_today,
        tells=("citizen/joint_accepted",), tone="primary",
    ),
    Action(
        "receive", "收件待审查", when=(NEW,), to="received", by=WINDOW, needs=FORM,
        does=("describe", "detail"), derives=received_today,
    ),
    Action(
        "accept", "受理", when=("received",), to="accepted", by=WINDOW, does=("accept",),
        derives=accepted_today, tells=("citizen/joint_accepted",), tone="primary",
    ),
    Action(
        "deem_accepted", "逾期未告知，视为受理", when=("received",), to="accepted",
        by=(Role.CLOCK,), does=("accept_on_receipt",), derives=accepted_on_receipt,
        tells=("citizen/joint_accepted", "window/lapsed"),
    ),
    Action(
        "ask_correction", "一次告知补正", when=("received",), to="correcting", by=WINDOW,
        needs=("joint_missing",), does=("detail",), tells=("citizen/joint_correction",),
    ),
    Action(
        "correct", "收到补正材料", when=("correcting",), to="received", by=WINDOW,
        needs=("joint_materials", "files?"), does=("detail",), derives=received_today,
        tone="primary",
    ),
    Action(
        "lapse", "逾期未补正，视为撤回", when=("correcting",), to="withdrawn", by=(Role.CLOCK,),
        tells=("window/lapsed",),
    ),
    Action(
        "refuse", "不予受理", when=("received", "correcting"), to="refused", by=WINDOW,
        needs=("reason",), tells=("citizen/refused",), tone="danger",
    ),
    Action(
        "notify", "抄告相关单位", when=("accepted",), to="notified", by=WINDOW,
        needs=("lead_unit", "co_units", "note?"), does=("assign",),
        tells=("unit/dispatched", "co/dispatched"), tone="primary",
    ),
    Action(
        "sign", "签收", when=("notified",), to="approving", by=UNITS, part="lead",
        does=("sign",), tone="primary",
    ),
    Action(
        "deem_signed", "视为签收", when=("notified",), to="approving", by=(Role.CLOCK,),
        does=("deem",), tells=("unit/deemed",),
    ),
    co_sign(WITH_UNITS),
    Action(
        "co_approve", "出具审批意见", when=WITH_UNITS, by=UNITS, part="co",
        needs=("joint_approval", "reason?", "findings", "files?"), check=opinion_complete,
        does=("co_punctual", "co_reply"), unless=(co_open,), handles=True,
        tells=("unit/co_replied",), tone="primary",
    ),
    release_co(WITH_UNITS, by=WINDOW),
    *countersigned(Action(
        "conclude", "汇总审批决定", when=("approving",), to="concluded", by=UNITS, part="lead",
        needs=("joint_result", "findings", "files?"), does=("detail", "reply"),
        unless=(co_units_done,), handles=True, tells=("window/concluded",), tone="primary",
    )),
    *inside(handed_in=("approving",), open_in=("approving",)),
    Action(
        "redo", "退回重新审批", when=("concluded",), to="approving", by=WINDOW,
        needs=("reason",), does=("new_round", "returned"), recused=True, tells=("unit/redo",),
        tone="danger",
    ),
    Action(
        "issue", "统一发照（出具决定）", when=("concluded",), to="ready", by=WINDOW,
        needs=("document_number", "files?"), does=("detail",), recused=True,
        tells=("citizen/joint_ready",), tone="primary",
    ),
    Action(
        "deliver", "窗口送达结果", when=("ready",), to=as_decided, by=WINDOW,
        needs=("joint_delivery", "note?", "files?"), does=("detail",), tone="primary",
    ),
    Action(
        "withdraw", "申请人撤回", when=("received", "correcting", "accepted", *WITH_UNITS),
        to="withdrawn", by=WINDOW, needs=("reason",), tells=("former/applicant_withdrew",),
    ),
    *ladder(
        reminded_in=WITH_UNITS, reminded_by=OVERSEERS,
        supervised_in=WITH_UNITS, supervised_by=OVERSEERS, paper="joint_supervision",
    ),
    *extensions(
        CLOCKS, asked_in=("approving",), open_in=WITH_UNITS, decided_by=(Role.LEADER,),
        asks="leader/asked",
    ),
    *stops(
        CLOCKS, asked_in=("approving",), open_in=WITH_UNITS, decided_by=WINDOW,
        asks="window/asked",
    ),
    archive_where_it_ended(STAGES, by=WINDOW),
    *TIME,
)  # fmt: skip

JOINT_SERVICE = Procedure(
    kind="joint_service",
    version="2026",
    title="联合办理事项办理规程",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.WINDOW, Role.SUPERVISOR, Role.LEADER}),
    matter="联办件",
    retention=kept(10),
    words=WORDS,
    results=WORKED_OUT,
    numbered=True,
    returns=RETURNS,
)
