"""采购方式变更: from open tender (公开招标) to another method, with the proofs of its ground.

Read beside 政府采购法 27, 29-32 and 成都市政府采购货物和服务采购方式变更管理办法 (its articles are
named below), for 竞争性磋商 beside 政府采购竞争性磋商采购方式管理暂行办法 (财库〔2014〕214号) 3;
its fifth ground is for construction works, which are not changed here. Which proofs the grounds of
竞争性磋商 need stands nowhere: they are those of the like grounds of 竞争性谈判. The finance bureau
decides; what comes without its proofs goes back to be completed. Limits without a figure there are
the demonstration's own and say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hotline.casefile import CaseFile
from hotline.clock_rules import ClockRule
from hotline.clocks import working_days
from hotline.people import Actor, Role
from hotline.procedure import NEW, Action, Phase, Procedure, Stage
from hotline.procedures.afterwards import archive_where_it_ended, procurement_file
from hotline.procedures.time import TIME
from hotline.vocabulary import Input

FINANCE = (Role.FINANCE,)
RULES = "采购方式变更管理办法"

METHODS = {
    "invited": "邀请招标",
    "talks": "竞争性谈判",
    "consultation": "竞争性磋商",
    "inquiry": "询价",
    "single": "单一来源采购",
}
PROOFS = {
    "expert_report": "专家论证意见",
    "market_survey": "市场调研报告",
    "tender_notice": "从指定媒体下载的招标公告",
    "tender_review": "评审专家关于招标文件没有不合理条款的论证意见",
    "agency_statement": "代理机构关于招标文件和程序合规、期间没有质疑的声明",
    "failure_record": "没有供应商投标或者没有合格标的的记录",
    "urgency_papers": "属于紧急需要的文件和证明材料",
    "public_notice": "从指定媒体下载的单一来源公示文件",
    "province_rule": "省级以上人民政府有关部门的明确规定",
    "it_letter": "市信息化主管部门的论证函件",
    "emergency_papers": "发生不可预见的紧急情况的证明材料",
    "consistency_papers": "须保证一致性或者服务配套的证明材料",
    "contract_copy": "原采购合同复印件",
    "other_papers": "其他证明材料",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground for one method, where it stands, and its proofs: of each group, one is enough."""

    method: str
    label: str
    article: str
    proofs: tuple[tuple[str, ...], ...]


EXPERT_OR_OTHER = (("expert_report", "other_papers"),)
SURVEY_OR_EXPERT = (("market_survey", "expert_report"),)
GROUNDS = {
    "special": Ground(
        "invited", "具有特殊性，只能从有限范围的供应商处采购", "第七条（一）", (("expert_report",),)
    ),
    "costly": Ground(
        "invited", "公开招标费用占项目总价值的比例过大", "第七条（二）",
        (("market_survey", "other_papers"), ("expert_report", "other_papers")),
    ),
    "failed": Ground(
        "talks", "没有供应商投标、没有合格标的或者重新招标未能成立", "第八条（一）",
        (("tender_notice",), ("tender_review",), ("agency_statement",), ("failure_record",)),
    ),
    "complex": Ground(
        "talks", "技术复杂或者性质特殊，不能确定详细规格", "第八条（二）", EXPERT_OR_OTHER
    ),
    "urgent": Ground(
        "talks", "招标所需时间不能满足紧急需要", "第八条（三）", (("urgency_papers",),)
    ),
    "unpriced": Ground(
        "talks", "不能事先计算出价格总额", "第八条（四）", SURVEY_OR_EXPERT
    ),
    "service": Ground(
        "consultation", "政府购买服务项目", "财库〔2014〕214号 第三条（一）", EXPERT_OR_OTHER
    ),
    "unspecified": Ground(
        "consultation", "技术复杂或者性质特殊，不能确定具体要求", "财库〔2014〕214号 第三条（二）",
        EXPERT_OR_OTHER,
    ),
    "art": Ground(
        "consultation", "因艺术品、专利、专有技术或者服务时间、数量不定，不能事先计算价格总额",
        "财库〔2014〕214号 第三条（三）", SURVEY_OR_EXPERT,
    ),
    "research": Ground(
        "consultation", "市场竞争不充分的科研项目，或者需要扶持的科技成果转化项目",
        "财库〔2014〕214号 第三条（四）", SURVEY_OR_EXPERT,
    ),
    "uniform": Ground(
        "inquiry", "规格、标准统一，现货充足且价格变化幅度小", "第十一条",
        (("market_survey", "expert_report", "other_papers"),),
    ),
    "only_one": Ground(
        "single", "只能从唯一供应商处采购", "第十条（一）", (("public_notice", "province_rule"),)
    ),
    "emergency": Ground(
        "single", "发生不可预见的紧急情况，不能从其他供应商处采购", "第十条（二）",
        (("emergency_papers",),),
    ),
    "addition": Ground(
        "single", "保证一致性或者服务配套，从原供应商处添购", "第十条（三）",
        (("consistency_papers",), ("contract_copy",)),
    ),
}  # fmt: skip
GROUND_LABELS = {
    name: f"{METHODS[ground.method]}：{ground.label}（{ground.article}）"
    for name, ground in GROUNDS.items()
}
INFORMATION_PROJECT = (("it_letter",),)
MOST_ADDED = Decimal("0.10")


def missing_proofs(known: Mapping[str, Any]) -> str:
    """The proofs that are still wanting, in a sentence; empty where all are there."""
    ground = GROUNDS[known["change_ground"]]
    wanted = ground.proofs
    if known["change_ground"] == "only_one" and known.get("information_project"):
        wanted = (*wanted, *INFORMATION_PROJECT)
    handed_in = set(known.get("proofs", ()))
    missing = [group for group in wanted if handed_in.isdisjoint(group)]
    if not missing:
        return ""
    named = "；".join("或者".join(PROOFS[one] for one in group) for group in missing)
    return f"按{ground.article}，还缺：{named}。"


def application_holds(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """The ground belongs to the method, and an addition is at most a tenth of the contract."""
    ground = GROUNDS[inputs["change_ground"]]
    if ground.method != inputs["target_method"]:
        method = METHODS[inputs["target_method"]]
        return {"change_ground": f"该理由适用于{METHODS[ground.method]}，不适用于{method}"}
    if inputs["change_ground"] != "addition":
        return {}
    amounts = {"contract_amount": "原合同金额", "added_amount": "添购资金总额"}
    if blank := {
        name: f"从原供应商处添购的，请填写“{label}”"
        for name, label in amounts.items()
        if name not in inputs
    }:
        return blank
    contract, added = (Decimal(inputs[name]) for name in amounts)
    most = contract * MOST_ADDED
    if added > most:
        return {
            "added_amount": f"添购资金总额{added}元超过原合同金额的百分之十（{most:.2f}元），"
            "不能按第十条（三）申请"
        }
    return {}


def completion_holds(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """What was missing has come; the list is the whole one, with what had been handed in."""
    missing = missing_proofs({**case.details, **inputs})
    return {"proofs": missing} if missing else {}


def proofs_complete(case: CaseFile, actor: Actor) -> str | None:
    """Nothing is approved without its proofs."""
    return missing_proofs(case.details) or None


def what_is_missing(case: CaseFile) -> Mapping[str, Any]:
    """The reason for which it goes back, as far as the proofs tell."""
    missing = missing_proofs(case.details)
    return {"reason": f"{missing}请补正后重新提交。"} if missing else {}


def all_proofs(case: CaseFile) -> Mapping[str, Any]:
    """The form of a completion begins with what had been handed in."""
    return {"proofs": case.details.get("proofs", [])}


STAGES = (
    Stage("submitted", "待审批", Phase.REVIEW, "办理中"),
    Stage("returned", "待补正", Phase.HANDLING, "办理中"),
    Stage("approved", "已批复同意", Phase.CLOSED, "已办结"),
    Stage("refused", "不予批准", Phase.CLOSED, "已办结"),
    Stage("withdrawn", "已撤回", Phase.CLOSED, "已撤销"),
)

WORDS = (
    Input("change_applicant", "采购人", "line", max_length=100),
    Input("by_way_of", "转报的区（市）县财政部门", "line", max_length=100),
    Input("purchase_budget", "采购预算（元）", "money"),
    Input("target_method", "拟采用的采购方式", "choice", METHODS),
    Input("change_ground", "变更理由", "choice", GROUND_LABELS),
    Input("proofs", "已提交的证明材料", "choices", PROOFS),
    Input("information_project", "市级信息化采购项目", "flag"),
    Input("contract_amount", "原合同金额（元）", "money", help="仅添购填写"),
    Input("added_amount", "添购资金总额（元）", "money", help="仅添购填写"),
    Input("approval_opinion", "批复意见", "text", max_length=4000),
)

CLOCKS = (
    ClockRule(
        "decide", "变更审批时限", Role.FINANCE,
        starts=("submit", "complete"),
        ends=("approve", "refuse", "return_for_completion", "withdraw"),
        limit=working_days(5),
        basis=f"{RULES} 第十五条：审批时间不超过五个工作日；补正后重新计算为演示设定",
    ),
    ClockRule(
        "completion", "补正时限", Role.FINANCE,
        starts=("return_for_completion",), ends=("complete", "lapse", "withdraw"),
        limit=working_days(10),
        basis=f"{RULES} 第六条：报送申请及相关证明材料；补正时长为演示设定，逾期视为撤回",
        breach="lapse",
    ),
)  # fmt: skip

ACTIONS = (
    Action(
        "submit", "登记变更申请", when=(NEW,), to="submitted", by=FINANCE,
        needs=(
            "title", "change_applicant", "by_way_of?", "purchase_budget", "target_method",
            "change_ground", "proofs?", "information_project?", "contract_amount?",
            "added_amount?", "files?",
        ),
        check=application_holds, does=("describe", "detail"), tone="primary",
    ),
    Action(
        "approve", "批复同意变更", when=("submitted",), to="approved", by=FINANCE,
        needs=("document_number", "approval_opinion?", "files?"), does=("detail",),
        unless=(proofs_complete,), tone="primary",
    ),
    Action(
        "return_for_completion", "退回补正", when=("submitted",), to="returned", by=FINANCE,
        needs=("reason",), begins=what_is_missing,
    ),
    Action(
        "refuse", "不予批准", when=("submitted",), to="refused", by=FINANCE,
        needs=("reason", "document_number?", "files?"), tone="danger",
    ),
    Action(
        "complete", "补正后重新提交", when=("returned",), to="submitted", by=FINANCE,
        needs=("proofs", "files?"), check=completion_holds, begins=all_proofs, does=("detail",),
        tone="primary",
    ),
    Action(
        "lapse", "逾期未补正，视为撤回", when=("returned",), to="withdrawn", by=(Role.CLOCK,),
        tells=("finance/lapsed",),
    ),
    Action(
        "withdraw", "采购人撤回申请", when=("submitted", "returned"), to="withdrawn",
        by=FINANCE, needs=("reason",),
    ),
    archive_where_it_ended(STAGES, by=FINANCE),
    *TIME,
)  # fmt: skip

METHOD_CHANGE = Procedure(
    kind="method_change",
    version="2026",
    title="政府采购方式变更审批",
    stages=STAGES,
    clocks=CLOCKS,
    actions=ACTIONS,
    seen_by=frozenset({Role.FINANCE, Role.SUPERVISOR, Role.LEADER}),
    matter="采购方式变更件",
    retention=procurement_file(),
    words=WORDS,
    numbered=True,
)
