"""What the forms of 领导批示件 ask for, propose and refuse.

Several leaders may write on one paper: 宁波规程 一（三）: the lead office merges what they wrote,
and each of them gets the report and signs it.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from hotline.casefile import CaseFile
from hotline.draft import Draft
from hotline.errors import Secret
from hotline.instructions import (
    DISPATCH_MODES,
    DISPUTE_GROUNDS,
    GRADES,
    HANDLING_GRADES,
    ITEM_KINDS,
    SECRECY,
    proposed_item,
)
from hotline.people import Actor
from hotline.procedure import leads_to
from hotline.vocabulary import LONGEST_TEXT, Input

WORDS = (
    Input("leader_grade", "批示领导级别", "choice", GRADES),
    Input("leader", "批示领导", "line", max_length=50),
    Input("instructed_on", "批示时间", "day"),
    Input("instruction", "批示内容", "text", max_length=4000),
    Input("oral", "口头批示", "flag"),
    Input("sender", "来文单位", "line", max_length=100),
    Input("secrecy", "密级", "choice", SECRECY),
    Input("petition_matter", "信访批示件", "flag"),
    Input("item_kind", "件别", "choice", ITEM_KINDS),
    Input("dispatch_mode", "转办方式", "choice", DISPATCH_MODES),
    Input("proposal", "拟办意见", "text", max_length=4000),
    Input("special_report", "专报内容", "text", max_length=LONGEST_TEXT),
    Input("handling_grade", "办理等级", "choice", HANDLING_GRADES),
    Input("circulating_paper", "轮阅文件上的批示", "flag"),
    Input("dispute_ground", "承办异议事由", "choice", DISPUTE_GROUNDS),
    Input("agreed_by", "商定的承办期限", "day"),
    Input("further_leader", "另一批示领导", "line", max_length=50),
    Input("further_instruction", "另一领导的批示内容", "text", max_length=4000),
    Input(
        "special_case",
        "不经信访局的特殊情况",
        "line",
        max_length=200,
        help="信访批示件由信访局主办；因特殊情况交其他单位主办的，在此写明。其他批示件不填。",
    ),
    Input("approving_leader", "审签领导", "line", max_length=50),
)

RESULTS = (
    Input("leaders", "批示领导（全部）", "line", max_length=500),
    Input("further_instructions", "其他领导批示", "text", max_length=LONGEST_TEXT),
    Input("signed_leaders", "已审签领导", "line", max_length=500),
)

REGISTER = (
    "leader_grade", "leader", "instructed_on", "instruction", "oral?", "title", "sender?",
    "document_number?", "secrecy", "priority", "petition_matter?", "report_by?",
    "circulating_paper?", "files?",
)  # fmt: skip
STUB = ("leader_grade", "instructed_on", "priority", "oral?")


def no_state_secret(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """保守国家秘密法 31: a non-classified system neither stores nor processes a state secret."""
    if inputs["secrecy"] == "state_secret":
        raise Secret(
            "国家秘密不得录入本系统，您填写的内容没有保存。请按保密规定线下办理，"
            "并用“登记涉密件存根”只登记编号和日期。"
        )
    return {}


@leads_to("drafted", "circulating")
def after_proposal(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """办件 are assigned to units; 阅件 circulate and are archived."""
    return "drafted" if inputs["item_kind"] == "action" else "circulating"


def item_by_its_words(case: CaseFile) -> Mapping[str, Any]:
    """办件 or 阅件, proposed from what the leader wrote."""
    return {"item_kind": proposed_item(case.content)}


def about_petition(case: CaseFile, actor: Actor) -> str | None:
    """宁波规程 四（一）: on what somebody petitioned for."""
    return None if case.details.get("petition_matter") else "本件不是信访批示件"


def to_be_copied(case: CaseFile, actor: Actor) -> str | None:
    """The paper circulates, and what was written on it was not copied yet."""
    return None if case.clock("copy") else "本件不需要复印处理，或者已经复印"


def copied_first(case: CaseFile, actor: Actor) -> str | None:
    """宁波规程 五（二）: copied at once, so that the paper goes on circulating."""
    return "请先复印处理，原件继续流转" if case.clock("copy") else None


class Instructed(Protocol):
    """A case, or its entry in the register."""

    @property
    def details(self) -> Mapping[str, Any]: ...


def leaders_of(case: Instructed) -> list[str]:
    """Everybody who wrote on the paper, the first one first."""
    named = case.details.get("leaders") or case.details.get("leader") or ""
    return str(named).split("、")


def _signed(case: CaseFile) -> list[str]:
    return [name for name in str(case.details.get("signed_leaders", "")).split("、") if name]


def _unsigned(case: CaseFile) -> list[str]:
    return [name for name in leaders_of(case) if name not in _signed(case)]


def another_leader(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Each leader is recorded once, under one name."""
    name = inputs["further_leader"]
    if "、" in name:
        return {"further_leader": "请逐位登记"}
    return {"further_leader": f"{name}的批示已登记"} if name in leaders_of(case) else {}


def merged(draft: Draft) -> Mapping[str, Any]:
    """What one more leader wrote, beside what was written before."""
    name, words = draft.inputs["further_leader"], draft.inputs["further_instruction"]
    before = draft.case.details.get("further_instructions")
    lines = [str(before)] if before else []
    return {
        "leaders": "、".join([*leaders_of(draft.case), name]),
        "further_instructions": "\n".join([*lines, f"{name}：{words}"]),
    }


def next_to_sign(case: CaseFile) -> Mapping[str, Any]:
    """Whose signature is noted next, where there are several."""
    waiting = _unsigned(case)
    return {"approving_leader": waiting[0]} if len(leaders_of(case)) > 1 and waiting else {}


def signed_by_one(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Where several wrote, it is said who of them has signed, and each signs once."""
    if len(leaders_of(case)) == 1 or inputs.get("approving_leader") in _unsigned(case):
        return {}
    return {"approving_leader": f"请填写审签的领导：{'、'.join(_unsigned(case))}"}


@leads_to("approved")
def after_signature(case: CaseFile, inputs: Mapping[str, Any]) -> str | None:
    """Approved once everybody who wrote has signed."""
    if len(leaders_of(case)) == 1:
        return "approved"
    return None if set(_unsigned(case)) - {inputs["approving_leader"]} else "approved"


def signature(draft: Draft) -> Mapping[str, Any]:
    """Who has signed by now."""
    if len(leaders_of(draft.case)) == 1:
        return {}
    return {"signed_leaders": "、".join([*_signed(draft.case), draft.inputs["approving_leader"]])}


def unsigned_again(draft: Draft) -> Mapping[str, Any]:
    """A report that goes out anew is signed anew by everybody."""
    return {"signed_leaders": None}


def limit_anew(draft: Draft) -> Mapping[str, Any]:
    """What was agreed about the limit held for that unit and that round."""
    return {"agreed_by": None}
