"""What the law of government procurement disputes asks for, as pure rules over dates and facts.

政府采购法 52-58, 政府采购法实施条例 52-58 and 政府采购质疑和投诉办法 (财政部令第94号): when a
challenge (质疑) or a complaint (投诉) is in time, what its letter must hold, who may bring it,
and what an answer must not give away. What is found here is proposed; a person confirms it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from hotline.calendar import SHANGHAI, WorkingCalendar
from hotline.clocks import Limit, due, working_days
from hotline.vocabulary import Input

FILING = working_days(7)
"""提出质疑的期限: 政府采购法 52."""

KEPT_YEARS = 15
"""政府采购法 42: papers are kept so long from the end of the procurement."""

STARTS = {
    "documents": "采购文件：收到采购文件之日或者公告期限届满之日",
    "process": "采购过程：各采购程序环节结束之日",
    "result": "中标或者成交结果：结果公告期限届满之日",
}
PARTICIPANTS = {
    "participant": "参与了所质疑项目的采购活动",
    "documents_only": "依法获取了可质疑的采购文件的潜在供应商",
    "outsider": "未参与采购活动",
}
ADDRESSEES = {
    "right": "质疑对象为本采购人、采购代理机构",
    "outside_mandate": "超出委托授权范围，应向采购人提出",
    "wrong": "质疑对象错误",
}
TIMELY = {"yes": "在法定期限内", "no": "超过法定期限"}
LETTER_ITEMS = {
    "parties": "供应商的姓名或者名称、地址、邮编、联系人及联系电话",
    "project": "质疑项目的名称、编号",
    "matters": "具体、明确的质疑事项和与质疑事项相关的请求",
    "facts": "事实依据",
    "law": "必要的法律依据",
    "dated": "提出质疑的日期",
    "signed": "签字或者盖章，单位的加盖公章",
    "evidence": "必要的证明材料",
}
COMPLAINT_ITEMS = {
    "both_parties": "投诉人和被投诉人的姓名或者名称、通讯地址、邮编、联系人及联系电话",
    "history": "质疑和质疑答复情况说明及相关证明材料",
    "requests": "具体、明确的投诉事项和与投诉事项相关的投诉请求",
    "grounds": "事实依据",
    "statutes": "法律依据",
    "date": "提起投诉的日期",
    "seal": "签字或者盖章，单位的加盖公章",
    "copies": "按被投诉人和有关供应商数量提供的副本",
}
CHALLENGE_REFUSALS = {
    "outsider": "供应商未参与所质疑项目的采购活动",
    "wrong_addressee": "质疑对象错误或者超出委托授权范围",
    "late": "超过法定质疑期限",
    "not_corrected": "逾期未修改或者修改后仍不符合规定",
    "repeated": "未在法定质疑期内一次性提出针对同一采购程序环节的质疑",
    "no_lead": "无事实依据，属于猜测推断且无可查线索",
    "unlawful_source": "证据来源不合法",
}
CHALLENGE_RESULTS = {
    "not_upheld": "质疑不成立",
    "no_effect": "质疑成立，未对中标、成交结果构成影响",
    "effect": "质疑成立，影响或者可能影响中标、成交结果",
}
CHALLENGE_CONSEQUENCES = {
    "amend": "澄清或者修改采购文件后继续开展采购活动",
    "restart": "重新开展采购活动",
    "next_candidate": "从合格的中标、成交候选人中另行确定中标、成交供应商",
}
DELIVERIES = {
    "direct": "直接送达",
    "post": "邮寄送达",
    "system": "政府采购系统送达",
    "public": "公告送达",
}

RECEIVED_WORDS = (
    Input("supplier", "供应商", "line", max_length=100),
    Input("credit_code", "统一社会信用代码", "line", max_length=18),
    Input("postcode", "邮编", "line", max_length=10),
    Input("project_name", "采购项目名称", "line", max_length=150),
    Input("project_number", "采购项目编号", "line", max_length=60),
    Input("received_on", "收到日期", "day"),
    Input("posted_on", "交邮日期（邮寄的填寄出邮戳日）", "day"),
    Input("in_time", "期限审查", "choice", TIMELY),
    Input("correct_by", "补正期限", "day"),
    Input("delivery", "送达方式", "choice", DELIVERIES),
    Input("delivered_on", "送达日期", "day"),
    Input("withdrawn_on", "书面撤回日期", "day"),
)
"""Words that a challenge and a complaint share."""

FOUND_WORDS = (
    Input("timeliness", "期限计算", "line", max_length=300),
    Input("missing", "缺少的内容", "line", max_length=500),
    Input("keep_until", "档案保存至", "day"),
)
"""What is worked out for both."""


@dataclass(frozen=True, slots=True)
class Filing:
    """Whether something was brought in time, the last day for it, and the reason in a sentence."""

    in_time: bool
    last_day: date
    reason: str


def filing(
    known_on: date, received_on: date, calendar: WorkingCalendar, *, posted_on: date | None = None
) -> Filing:
    """A challenge: 7 working days from the day on which the damage was or should be known.

    令94 42: the first day is not counted, and the time that a letter travels is not: what was
    posted in time is in time.
    """
    start = datetime.combine(known_on, time.min, SHANGHAI)
    last_day = due(FILING, start, calendar).due_at.date()
    filed, how = _filed(received_on, posted_on)
    if filed < known_on:
        return Filing(False, last_day, f"{how}早于知道或者应当知道之日{known_on}，请核对日期")
    in_time = filed <= last_day
    counted = f"自{known_on}（当日不计）起{FILING.text}，{last_day}届满"
    return Filing(in_time, last_day, f"{counted}；{how}，{_verdict(in_time)}")


def complaint_filing(
    begins: date,
    last_day: date,
    received_on: date,
    *,
    answered: bool,
    posted_on: date | None = None,
) -> Filing:
    """A complaint: from the expiry of the answer period until the end of the window.

    Before the expiry it is open to whoever has the answer already; without one the period for
    answering must have expired (政府采购法 55).
    """
    filed, how = _filed(received_on, posted_on)
    if filed <= begins and not answered:
        return Filing(False, last_day, f"质疑答复期限{begins}届满前尚未答复；{how}，尚不能投诉")
    in_time = filed <= last_day
    counted = f"质疑答复期限{begins}届满，投诉期限至{last_day}"
    return Filing(in_time, last_day, f"{counted}；{how}，{_verdict(in_time)}")


def _filed(received_on: date, posted_on: date | None) -> tuple[date, str]:
    """The day that counts, and how it is said."""
    if posted_on and posted_on <= received_on:
        return posted_on, f"{posted_on}交邮（在途时间不计）"
    return received_on, f"{received_on}收到"


def _verdict(in_time: bool) -> str:
    return "在期限内" if in_time else "已超过期限"


def missing(items: Mapping[str, str], given: Iterable[str]) -> list[str]:
    """The items that the letter does not hold, in the order of the law."""
    there = set(given)
    return [name for name in items if name not in there]


def refusal_of(details: Mapping[str, Any]) -> str | None:
    """The ground on which a challenge is not acceptable as it is registered; None where none is.

    令94 11: who only got the documents may challenge those documents and nothing else.
    """
    participant, start = details.get("participant"), details.get("challenge_start")
    if participant == "outsider" or (participant == "documents_only" and start != "documents"):
        return "outsider"
    if details.get("addressee", "right") != "right":
        return "wrong_addressee"
    return "late" if details.get("in_time") == "no" else None


# Words near which an answer tends to give away what belongs to another bidder (令94 15: 不得涉及
# 商业秘密). A hint only: the person who sends the answer confirms that it gives nothing away.
SECRET_WORDS = (
    "商业秘密", "报价明细", "分项报价", "成本构成", "成本价", "底价", "利润率", "配方", "图纸",
    "工艺流程", "源代码", "技术方案", "客户名单", "进货渠道", "供货价", "社保缴纳", "身份证",
    "银行账号", "评审专家姓名", "评委姓名",
)  # fmt: skip


def secret_hints(text: str) -> tuple[str, ...]:
    """The suspicious words that stand in the text."""
    return tuple(word for word in SECRET_WORDS if word in text)


UNFOUNDED = 3
"""Complaints without facts within twelve months after which the list is proposed."""

UNFOUNDED_MONTHS = 12


def misconduct(unfounded: int, *, wilful: bool) -> str | None:
    """Why the complainant is proposed for the misconduct list (不良行为记录名单), or None.

    `unfounded` counts the complaints rejected within twelve months, this one included; `wilful`
    is a fabricated fact, false material or unlawful evidence (令94 37; 实施条例 73).
    """
    if wilful:
        return "捏造事实、提供虚假材料或者以非法手段取得证明材料，建议列入不良行为记录名单"
    if unfounded >= UNFOUNDED:
        return f"{UNFOUNDED_MONTHS}个月内{unfounded}次投诉查无实据，建议列入不良行为记录名单"
    return None


def day(details: Mapping[str, Any], name: str) -> date | None:
    """The day that stands among the details."""
    value = details.get(name)
    return date.fromisoformat(str(value)) if value else None


SUSPENSION = Limit(30, "calendar_day", roll=False)
"""暂停采购活动 at most: a limit of the authority, so its last day does not roll (政府采购法 57)."""

AUTHORITIES = {
    "ours": "本级财政部门管辖",
    "other": "不属于本级财政部门管辖",
}
SCOPES = {
    "within": "未超出已质疑事项的范围，或者基于质疑答复内容提出",
    "beyond": "未经质疑或者超出已质疑事项的范围",
}
PROCUREMENT_STAGES = {
    "no_winner": "尚未确定中标、成交供应商",
    "winner": "已确定中标、成交供应商，尚未签订合同",
    "unperformed": "合同已签订，尚未履行",
    "performed": "合同已履行",
}
COMPLAINT_REFUSALS = {
    "late": "超过法定投诉期限",
    "wrong_authority": "不属于本部门管辖",
    "not_challenged": "未依法质疑或者超出已质疑事项的范围",
    "uncorrected": "逾期未补正或者补正后仍不符合规定",
    "handled": "同一投诉事项已经财政部门投诉处理",
    "other_condition": "不符合规定的其他投诉条件",
}
COMPLAINT_RESULTS = {
    "rejected": "驳回投诉",
    "no_effect": "投诉成立，未影响采购结果",
    "effect": "投诉成立，影响或者可能影响采购结果",
}
REJECTIONS = {
    "not_admissible": "受理后发现不符合法定受理条件",
    "no_facts": "投诉事项缺乏事实依据，投诉事项不成立",
    "fabricated": "捏造事实或者提供虚假材料",
    "unlawful_evidence": "以非法手段取得证明材料",
}
UNFOUNDED_GROUNDS = ("no_facts", "fabricated", "unlawful_evidence")
WILFUL_GROUNDS = ("fabricated", "unlawful_evidence")
COMPLAINT_CONSEQUENCES = {
    "redo": "责令重新开展采购活动",
    "void_result": "认定中标、成交结果无效，重新确定或者重新采购",
    "cancel_contract": "撤销合同，重新确定或者重新采购",
    "damages": "由责任方承担赔偿责任",
}
CONSEQUENCE_OF = {
    "no_winner": "redo",
    "winner": "void_result",
    "unperformed": "cancel_contract",
    "performed": "damages",
}
"""What follows from a complaint that is upheld with effect, by the stage of the procurement."""


def complaint_refusal_of(details: Mapping[str, Any]) -> str | None:
    """The ground on which a complaint is not acceptable as it is registered (令94 19-21)."""
    if details.get("authority", "ours") != "ours":
        return "wrong_authority"
    if details.get("scope") == "beyond":
        return "not_challenged"
    return "late" if details.get("in_time") == "no" else None
