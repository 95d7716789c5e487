"""考核异议: a contractor of a public service disputes a rating, and the purchaser answers.

Read beside 成都市政府购买服务工作规程 27: in writing, with evidence; verified and answered within
five working days; corrected where it was wrong. The purchasing centre keeps the register, the
purchaser (购买主体) is the unit that verifies. Limits without a figure there are the
demonstration's own and say so.
"""

from collections.abc import Mapping
from typing import Any

from hotline.casefile import CaseFile
from hotline.clock_rules import ClockRule
from hotline.clocks import working_days, working_hours
from hotline.people import Actor, Role
from hotline.procedure import NEW, Action, Phase, Procedure, Stage, leads_to
from hotline.procedures.afterwards import archive_where_it_ended, procurement_file
from hotline.procedures.countersigned import countersigned
from hotline.procedures.inside import INSIDE_CLOCK, inside
from hotline.procedures.ladder import ladder, rungs
from hotline.procedures.parts import UNITS
from hotline.procedures.returns import RETURNS
from hotline.procedures.time import TIME
from hotline.vocabulary import Input

CENTRE = (Role.PROCUREMENT,)
OVERSEERS = (Role.PROCUREMENT, Role.SUPERVISOR)
RULES = "政府购买服务工作规程 第二十七条"

RESULTS = {
    "corrected": "异议成立，予以修正",
    "adjusted": "异议部分成立，调整考核结果",
    "kept": "异议不成立，维持原考核结果",
}


def unsigned(case: CaseFile, actor: Actor) -> str | None:
    """The purchaser signs once a round; verifying without it is no fault."""
    return "本单位已签收" if case.lead and case.lead.signed_at else None


def evidence_given(case: CaseFile, actor: Actor) -> str | None:
    """An objection comes with its evidence."""
    if case.details.get("dispute_evidence"):
        return None
    return "承接主体未提供相应证据，请先告知补充"


def result_complete(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """A rating that was wrong is replaced by another; one that stands is not."""
    kept = inputs["assessment_result"] == "kept"
    if not kept and "new_rating" not in inputs:
        return {"new_rating": "请填写修正后的考核结果"}
    if kept and "new_rating" in inputs:
        return {"new_rating": "维持原考核结果的，不填写修正后的结果"}
    return {}


@leads_to("upheld", "adjusted", "rejected")
def as_the_purchaser_found(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """The answer closes the matter as the purchaser found."""
    found = case.details.get("assessment_result")
    if found == "corrected":
        return "upheld"
    return "adjusted" if found == "adjusted" else "rejected"


STAGES = (
    Stage("registered", "待转核实", Phase.ASSIGNMENT, "已登记"),
    Stage("awaiting", "待补充证据", Phase.ASSIGNMENT, "办理中"),
    Stage("verifying", "购买主体核实", Phase.HANDLING, "办理中"),
    Stage("replied", "待送达回复", Phase.REVIEW, "办理中"),
    Stage("upheld", "异议成立已修正", Phase.CLOSED, "已办结"),
    Stage("adjusted", "部分成立已调整", Phase.CLOSED, "已办结"),
    Stage("rejected", "异议不成立", Phase.CLOSED, "已办结"),
    Stage("refused", "不予受理", Phase.CLOSED, "已告知不予受理"),
    Stage("withdrawn", "异议撤回", Phase.CLOSED, "已撤销"),
)

WORDS = (
    Input("contractor", "承接主体", "line", max_length=100),
    Input("service_contract", "服务合同及编号", "line", max_length=200),
    Input("contract_years", "服务期限（年）", "integer", least=1, most=3, help="不超过三年"),
    Input("told_on", "考核结果告知日期", "day"),
    Input("disputed_rating", "有异议的考核结果", "line", max_length=200),
    Input("dispute", "异议内容", "text", max_length=4000),
    Input("dispute_evidence", "提供的证据", "text", max_length=2000),
    Input("assessment_result", "核实结论", "choice", RESULTS),
    Input("new_rating", "修正后的考核结果", "line", max_length=200),
)

ANSWERED = ("deliver", "refuse", "withdraw")
CLOCKS = (
    ClockRule(
        "respond", "异议回复时限", Role.PROCUREMENT,
        starts=("register", "add_evidence"), ends=("ask_evidence", *ANSWERED),
        limit=working_days(5),
        basis=f"{RULES}：购买主体应当核实并在5个工作日内回复；证据补齐后起算为演示设定",
    ),
    ClockRule(
        "forward", "转核实时限", Role.PROCUREMENT,
        starts=("register", "add_evidence"), ends=("forward", "ask_evidence", *ANSWERED),
        limit=working_hours(8),
        basis=f"{RULES}：为核实留出时间，8个工作小时内转交为演示设定",
    ),
    ClockRule(
        "evidence", "补充证据时限", Role.PROCUREMENT,
        starts=("ask_evidence",), ends=("add_evidence", "lapse", *ANSWERED),
        limit=working_days(5),
        basis=f"{RULES}：书面提出异议并提供相应证据；补充时长为演示设定，逾期视为撤回",
        breach="lapse",
    ),
    ClockRule(
        "handle", "核实时限", Role.CLERK,
        starts=("forward", "redo"), ends=("verify", "withdraw"),
        limit=working_days(3),
        basis=f"{RULES}：5个工作日内回复；为审核送达留出时间，3个工作日为演示设定",
        ladder=rungs(f"{RULES}：按时核实回复，逾期催办督办为演示设定"),
    ),
    INSIDE_CLOCK,
)  # fmt: skip

ACTIONS = (
    Action(
        "register", "登记考核异议", when=(NEW,), to="registered", by=CENTRE,
        needs=(
            "title", "contractor", "service_contract", "contract_years?", "told_on",
            "disputed_rating", "dispute", "dispute_evidence?", "files?",
        ),
        does=("describe", "detail"), tone="primary",
    ),
    Action(
        "ask_evidence", "告知补充证据", when=("registered",), to="awaiting", by=CENTRE,
        needs=("reason",),
    ),
    Action(
        "add_evidence", "登记补充的证据", when=("awaiting",), to="registered", by=CENTRE,
        needs=("dispute_evidence", "files?"), does=("detail",), tone="primary",
    ),
    Action(
        "lapse", "逾期未补充，视为撤回", when=("awaiting",), to="withdrawn", by=(Role.CLOCK,),
        tells=("procurement/lapsed",),
    ),
    Action(
        "refuse", "不予受理", when=("registered",), to="refused", by=CENTRE, needs=("reason",),
        tone="danger",
    ),
    Action(
        "forward", "转购买主体核实", when=("registered",), to="verifying", by=CENTRE,
        needs=("lead_unit", "note?"), does=("assign",), unless=(evidence_given,),
        tells=("unit/dispatched",), papers=("assessment_forwarding",), tone="primary",
    ),
    Action(
        "sign", "签收", when=("verifying",), by=UNITS, part="lead", does=("sign",),
        only=(unsigned,),
    ),
    *countersigned(Action(
        "verify", "核实并拟回复", when=("verifying",), to="replied", by=UNITS, part="lead",
        needs=("assessment_result", "new_rating?", "findings", "files?"), check=result_complete,
        does=("detail", "reply"), handles=True, tells=("procurement/replied",), tone="primary",
    )),
    *inside(handed_in=("verifying",), open_in=("verifying",)),
    Action(
        "redo", "退回重新核实", when=("replied",), to="verifying", by=CENTRE, needs=("reason",),
        does=("new_round", "returned"), recused=True, tells=("unit/redo",), tone="danger",
    ),
    Action(
        "deliver", "送达书面回复", when=("replied",), to=as_the_purchaser_found, by=CENTRE,
        needs=("note?", "files?"), recused=True, tone="primary",
    ),
    Action(
        "withdraw", "承接主体撤回异议", when=("registered", "awaiting", "verifying"),
        to="withdrawn", by=CENTRE, needs=("reason",), tells=("former/applicant_withdrew",),
    ),
    *ladder(
        reminded_in=("verifying",), reminded_by=OVERSEERS,
        supervised_in=("verifying",), supervised_by=OVERSEERS, paper="assessment_supervision",
    ),
    archive_where_it_ended(STAGES, by=CENTRE),
    *TIME,
)  # fmt: skip

ASSESSMENT = Procedure(
    kind="assessment",
    version="2026",
    title="政府购买服务考核异议处理",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.PROCUREMENT, Role.SUPERVISOR, Role.LEADER}),
    matter="考核异议件",
    retention=procurement_file(),
    words=WORDS,
    numbered=True,
    returns=RETURNS,
)
