"""What is particular to petitions (信访事项): their words, and what 信访工作条例 says of them."""

from collections.abc import Mapping
from typing import Any

from hotline.casefile import CaseFile
from hotline.draft import Draft
from hotline.errors import Incomplete
from hotline.paper import LedgerColumn
from hotline.people import Actor
from hotline.vocabulary import LONGEST_TEXT, Input

KINDS = {
    "suggestion": "建议意见",
    "accusation": "检举控告",
    "appeal": "申诉求决",
}
CHANNELS = {
    "visit": "来访",
    "letter": "来信",
    "online": "网上信访",
    "call": "来电",
    "passed_on": "上级转送、交办",
    "leader": "领导批转",
}
TIMES = {"first": "首次", "repeated": "重复"}
EARLIER_STATES = {
    "in_progress": "正在办理",
    "decided": "已出具处理意见",
    "reviewed": "已复查",
    "concluded": "已复核终结",
    "ended": "已告知、导入法定程序或者撤回",
}
REFUSALS = {
    "concluded": "已复核终结，仍以同一事实和理由提出（信访工作条例第36条）",
    "in_progress": "已受理或者正在办理，又向上级提出同一事项（信访工作条例第19条）",
}
TOLD_WAYS = {
    "spot": "当场书面告知",
    "written": "书面告知",
    "system": "信访信息系统告知",
    "unclear": "姓名（名称）、住址不清，无法告知",
}
LEGAL_ROUTES = {
    "litigation": "诉讼程序",
    "arbitration": "仲裁程序",
    "party": "党员申诉、申请复审等党内程序",
    "administrative": "行政复议、裁决、确认、许可、处罚等行政程序",
    "duty": "申请履行法定职责，由有权机关依法履行或者答复",
}
OPINIONS = {
    "support": "支持信访请求",
    "explain": "请求合理但缺乏依据，作出解释",
    "not_support": "不予支持",
}
REVIEW_RESULTS = {"upheld": "维持原处理意见", "changed": "变更原处理意见"}
DELIVERIES = {
    "direct": "直接送达",
    "post": "邮寄送达",
    "system": "信访信息系统送达",
    "left": "留置送达",
}

MOST_REPRESENTATIVES = 5

WORDS = (
    Input("petition_kind", "信访事项类别", "choice", KINDS),
    Input("petition_channel", "信访形式", "choice", CHANNELS),
    Input("petition_received_on", "收到日期", "day", help="不填即为今天"),
    Input("petition_times", "首次或者重复", "choice", TIMES),
    Input("earlier_petition", "前次信访件编号", "case", of="petition",
          help="办理到哪一步由系统读取"),
    Input("earlier_document", "前次文书号", "line", max_length=60,
          help="前次信访不在本系统的，填写其意见书文号"),
    Input("earlier_state", "前次办理到哪一步", "choice", EARLIER_STATES,
          help="前次信访不在本系统的才填写"),
    Input("same_facts", "与前次为同一事实和理由", "flag"),
    Input("group_size", "信访人数", "integer", least=1, most=99_999),
    Input("representatives", "代表人数", "integer", least=1, most=MOST_REPRESENTATIVES,
          help="多人走访的，推选代表不超过5人"),
    Input("petitioner_address", "信访人住址", "line", max_length=200, private=True),
    Input("petition_facts", "事实", "text", max_length=LONGEST_TEXT),
    Input("petition_reasons", "理由", "text", max_length=LONGEST_TEXT),
    Input("accused_unit", "被检举控告单位", "unit"),
    Input("petition_instruction", "信访批示", "text", max_length=4000),
    Input("competent_body", "有权处理的机关、单位", "line", max_length=100),
    Input("told_way", "告知方式", "choice", TOLD_WAYS),
    Input("petition_refusal", "不再受理的理由", "choice", REFUSALS),
    Input("legal_route", "导入的法定程序", "choice", LEGAL_ROUTES),
    Input("opinion", "处理意见", "choice", OPINIONS),
    Input("opinion_facts", "查明的事实", "text", max_length=LONGEST_TEXT),
    Input("opinion_reasons", "认定的理由", "text", max_length=LONGEST_TEXT),
    Input("opinion_basis", "法律法规依据", "text", max_length=4000),
    Input("opinion_text", "处理意见内容", "text", max_length=LONGEST_TEXT),
    Input("opinion_delivered_on", "书面答复送达日期", "day"),
    Input("opinion_delivery", "送达方式", "choice", DELIVERIES),
    Input("review_received_on", "收到申请日期", "day"),
    Input("review_request", "申请的请求和理由", "text", max_length=LONGEST_TEXT),
    Input("review_result", "复查复核结论", "choice", REVIEW_RESULTS),
    Input("review_opinion", "复查复核意见", "text", max_length=LONGEST_TEXT),
)  # fmt: skip

RESULTS = (Input("review_body", "有权复查、复核的机关", "unit"),)
"""What is worked out."""

# 来信来访登记簿.
LEDGER = (
    LedgerColumn("顺序号", "serial", 26),
    LedgerColumn("收到日期", "petition_received_on"),
    LedgerColumn("信访人", "requester"),
    LedgerColumn("信访形式", "petition_channel"),
    LedgerColumn("首次或者重复", "petition_times"),
    LedgerColumn("人数", "group_size", 9),
    LedgerColumn("类别", "petition_kind"),
    LedgerColumn("标题", "title", 36),
    LedgerColumn("内容", "content", 40),
    LedgerColumn("转何单位办理", "units", 30),
    LedgerColumn("转送交办日期", "on:forward,assign,reassign"),
    LedgerColumn("受理日期", "on:accept"),
    LedgerColumn("处理意见", "opinion", 22),
    LedgerColumn("送达日期", "opinion_delivered_on"),
    LedgerColumn("办理环节", "stage"),
    LedgerColumn("办结日期", "closed"),
    LedgerColumn("归档日期", "on:archive"),
    LedgerColumn("档案保存至", "keep_until"),
)


def registered_in_full(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """信访工作条例 19, 20: who, where, how many; the earlier petition where there was one."""
    wrong: dict[str, str] = {}
    if not inputs.get("anonymous"):
        if "requester_name" not in inputs:
            wrong["requester_name"] = "请填写信访人的姓名（名称）；不愿留名的，请勾选“匿名”"
        if "petitioner_address" not in inputs:
            wrong["petitioner_address"] = "请填写信访人住址"
    people, speaking = inputs["group_size"], inputs.get("representatives")
    if speaking and speaking > people:
        wrong["representatives"] = "代表人数不能多于信访人数"
    if people > 1 and inputs["petition_channel"] == "visit" and not speaking:
        wrong["representatives"] = "多人走访的，请填写推选的代表人数（不超过5人）"
    wrong |= _earlier_named(inputs)
    if "accused_unit" in inputs and inputs["petition_kind"] != "accusation":
        wrong["accused_unit"] = "只有检举控告才填写被检举控告单位"
    return wrong


def _earlier_named(inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """The earlier petition: by its number here, or by the paper of another register."""
    wrong: dict[str, str] = {}
    numbered, on_paper = "earlier_petition" in inputs, "earlier_document" in inputs
    told = on_paper or "earlier_state" in inputs
    again = bool(inputs.get("same_facts")) or numbered or told
    if again and not numbered and not on_paper:
        wrong["earlier_petition"] = "请填写前次信访件编号；不在本系统的，请填写前次文书号"
    if numbered and told:
        wrong["earlier_state"] = "前次信访件在本系统的，办理到哪一步由系统读取，不必填写"
    if on_paper and not numbered and "earlier_state" not in inputs:
        wrong["earlier_state"] = "请选择前次办理到哪一步"
    if again and inputs["petition_times"] == "first":
        wrong["petition_times"] = "有前次信访件的，应为重复信访"
    return wrong


def state_of_earlier(draft: Draft) -> Mapping[str, Any]:
    """How far the named petition has come, read from its file and not from what is told of it."""
    earlier: CaseFile | None = draft.found.get("earlier_petition")
    return {} if earlier is None else {"earlier_state": _state_of(earlier)}


def _state_of(earlier: CaseFile) -> str:
    """One of `EARLIER_STATES`. What was refused as concluded stays concluded."""
    if earlier.stage == "concluded" or earlier.details.get("petition_refusal") == "concluded":
        return "concluded"
    if earlier.stage in ("settled", "decided", "delivered", "reviewed"):
        return "reviewed" if "review_result" in earlier.details else "decided"
    return "in_progress" if earlier.closed_at is None else "ended"


def refusal_agrees(draft: Draft) -> Mapping[str, Any]:
    """Nobody is told that a matter was concluded, or is in progress, when it is not."""
    read = state_of_earlier(draft)
    state = read.get("earlier_state", draft.case.details.get("earlier_state"))
    claimed = draft.inputs["petition_refusal"]
    if state is not None and state != claimed:
        raise Incomplete({"petition_refusal": f"前次信访件{EARLIER_STATES[state]}，与该理由不符"})
    return read


def may_be_accepted(case: CaseFile, actor: Actor) -> str | None:
    """信访工作条例 19, 36: the same matter, in progress or concluded, is not accepted again."""
    state = _barred_by(case)
    return f"{REFUSALS[state]}，应告知不再受理" if state else None


def refusal_proposed(case: CaseFile) -> Mapping[str, Any]:
    """What the register says of the earlier petition."""
    state = _barred_by(case)
    earlier = case.details.get("earlier_petition")
    return {
        **({"petition_refusal": state} if state else {}),
        **({"earlier_petition": earlier} if earlier else {}),
    }


def refusal_grounded(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Who is told that nothing more follows is told what went before."""
    known = {"earlier_petition", "earlier_document"}
    if "earlier_petition" in inputs or known & case.details.keys():
        return {}
    return {"earlier_petition": "请填写前次信访件编号"}


def _barred_by(case: CaseFile) -> str:
    state = str(case.details.get("earlier_state", ""))
    return state if case.details.get("same_facts") and state in REFUSALS else ""


def report_proposed(case: CaseFile) -> Mapping[str, Any]:
    """The day that the leader named, where one was."""
    named = case.details.get("report_by")
    return {"report_by": named} if named else {}


def somebody_to_tell(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """信访工作条例 23: only whose name or address is not clear is not told."""
    if inputs["told_way"] == "unclear" and not case.anonymous:
        return {"told_way": "信访人的姓名（名称）、住址清楚的，应当告知"}
    return {}


def body_above(draft: Draft) -> Mapping[str, Any]:
    """信访工作条例 35, 36: which body looks at the opinion, if somebody asks; None is outside."""
    decided = draft.case.lead_unit_id
    above = draft.rulebook.superior(decided) if decided is not None else None
    return {"review_body": above.code if above else None}


def review_proposed(case: CaseFile) -> Mapping[str, Any]:
    """The body one level above."""
    body = case.details.get("review_body")
    return {"lead_unit": body} if body else {}


def reviewed_at_the_top(case: CaseFile, actor: Actor) -> str | None:
    """Whose superior is no unit here: the city's government has reviewed it."""
    body = case.details.get("review_body")
    return "由本系统内的上一级机关复核" if body else None


def only_appeals(case: CaseFile, actor: Actor) -> str | None:
    """信访工作条例 31, 32: an opinion is given on what somebody appeals for (申诉求决)."""
    appeal = case.details.get("petition_kind") == "appeal"
    return None if appeal else "申诉求决类事项才出具处理意见书"


def only_others(case: CaseFile, actor: Actor) -> str | None:
    """信访工作条例 29, 30: suggestions are studied, accusations investigated, and answered."""
    appeal = case.details.get("petition_kind") == "appeal"
    return "申诉求决类事项应当出具处理意见书" if appeal else None


def reason_untold(case: CaseFile, actor: Actor) -> str | None:
    """信访工作条例 34: the petitioner is told why it takes longer."""
    return None if case.clock("tell_reason") else "没有待告知的延期理由"
