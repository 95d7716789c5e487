"""What the forms of a request must hold together: rules between the inputs of one act."""

from collections.abc import Mapping
from typing import Any

from hotline.casefile import CaseFile
from hotline.vocabulary import ATTEMPTS


def callback_complete(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Who was reached was asked both questions; who was not, none."""
    asked = {"solved": "是否解决", "satisfied": "办理结果满意度"}
    if inputs.get("attempt") == "answered":
        return {
            name: f"已接通，请填写“{label}”" for name, label in asked.items() if name not in inputs
        }
    said, answers = ATTEMPTS[inputs["attempt"]], {**asked, "manner": "服务态度满意度"}
    return {
        name: f"“{said}”时不能填写“{label}”" for name, label in answers.items() if name in inputs
    }


def refusal_complete(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """国办函〔2025〕66号: who is sent to a statutory channel is told which."""
    if inputs.get("refusal_ground") == "statutory_channel" and "statutory_channel" not in inputs:
        return {"statutory_channel": "请选择应告知的法定渠道"}
    return {}


def reachable(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """A requester is anonymous, or can be told the answer."""
    if case.source_id or inputs.get("anonymous") or "requester_phone" in inputs:
        return {}
    return {"requester_phone": "请填写联系电话；诉求人不愿留号码的，请勾选“匿名”"}


def something_amended(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """A correction corrects something."""
    if inputs.keys() - {"note"}:
        return {}
    return {"note": "请填写要更正的诉求类型、分类、区域或地址"}
