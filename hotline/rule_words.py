"""What rules that are written as functions say of themselves, for whoever reads a procedure.

A guard and a check answer with the sentence that a person reads when they refuse: those
sentences are their description, taken from their own source so that nothing is written twice.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

EFFECT_WORDS = {
    "describe": "记录登记内容",
    "amend": "更正诉求要素",
    "accept": "受理",
    "assign": "确定主办、协办单位",
    "withdraw": "收回原承办单位的承办",
    "release": "解除协办",
    "sign": "签收",
    "deem": "视为签收",
    "designate": "指定办理",
    "co_reply": "协办单位反馈",
    "reply": "主办单位答复，计入按期率",
    "answered": "计入答复时长",
    "new_round": "开始新一轮办理",
    "callback": "记录回访结果",
    "rate": "记录评价",
    "unrated": "记为未评价",
    "remind": "催办次数加一",
    "supervise": "列入督办",
    "ring": "记录预警、超期",
    "recalendar": "按新日历重算期限",
    "adjust_limits": "按调整后的期限重算",
    "detail": "记录本类事项的要素",
    "quote": "以批示内容为正文",
    "restrict": "工作秘密按保密件管理",
    "seal": "只留存根",
    "file_away": "归档，记录档案保存至何日",
    "request_extension": "登记延期申请",
    "grant_extension": "延长时限",
    "deny_extension": "驳回延期申请",
    "request_stop": "登记停止计时申请",
    "grant_stop": "停止计时",
    "deny_stop": "驳回停止计时申请",
    "resume": "恢复计时",
    "co_punctual": "协办单位按期与否单独计入",
    "continue_whole": "全程时限自原件受理之日连续计算",
    "same_unit": "由原单位开始新一轮办理",
    "no_unit": "开始新一轮办理，重新派单",
    "round_together": "开始新一轮办理，协办单位不变",
    "follow": "以主件的答复为答复",
    "merge": "并入主件，等候主件答复",
    "absorb": "并入的件数加一",
    "disjoin": "并入的件数减一",
    "live_again": "恢复在办，原时限继续计算",
    "take_back": "单位退回，收回承办",
    "next_instance": "由上一级机关复查、复核",
    "step_by_step": "来访逐级提出，街道、乡镇的事项转送其上一级机关",
    "by_petitions_office": "信访批示件交信访局，特殊情况除外",
    "hand_on": "由主办单位向责任单位交办",
    "past_days": "所填日期不得晚于当日",
    "coming_days": "所填日期不得早于当日",
    "bind": "指定办理，不得再提异议",
    "hand_in": "主办单位办结本环节，计入按期率",
    "returned": "退回次数加一，达到次数的提级督办",
    "accept_on_receipt": "自收到之日受理",
    "stop_for_correction": "补正期间停止计时",
    "report_to_leader": "呈报领导，列入督办",
    "protect": "检举控告件按保密件管理",
    "hand_inside": "转给下级单位或者同事办理",
    "report_inside": "向主办单位内部反馈",
    "take_back_inside": "收回内部转办",
    "draft_reply": "拟写答复，待负责人审签",
    "return_draft": "退回拟稿",
    "spare_accused": "不得转给被检举控告的单位及其下级",
}

_CHINESE = re.compile("[\u4e00-\u9fff]")


def sentences(rule: Callable[..., Any]) -> tuple[str, ...]:
    """The Chinese sentences with which a rule refuses; "…" stands for what it fills in."""
    return _sentences(_plain(rule))


def may_stay(choose: Callable[..., Any]) -> bool:
    """Whether a function that chooses the next stage may choose none."""
    tree = _source(_plain(choose))
    if tree is None:
        return True
    return any(
        isinstance(node, ast.Constant) and node.value is None
        for answer in _answers(tree)
        for node in ast.walk(answer)
    )


def _plain(rule: Callable[..., Any]) -> Callable[..., Any]:
    return rule.func if isinstance(rule, partial) else rule


@cache
def _sentences(rule: Callable[..., Any]) -> tuple[str, ...]:
    tree = _source(rule)
    if tree is None:
        return ()
    found = [text for answer in _answers(tree) for text in _texts(answer)]
    return tuple(dict.fromkeys(text for text in found if _CHINESE.search(text)))


@cache
def _source(rule: Callable[..., Any]) -> ast.AST | None:
    """The syntax of the function; None where only its code is installed, or it is a lambda."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(rule)))
    except (OSError, TypeError, SyntaxError):
        return None


def _answers(tree: ast.AST) -> Iterator[ast.expr]:
    """What the function returns, or raises as a refusal."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and node.value:
            yield node.value
        elif isinstance(node, ast.Raise) and node.exc:
            yield node.exc


def _texts(answer: ast.AST) -> Iterator[str]:
    """Every text of an expression in the order of writing, each f-string as one."""
    if isinstance(answer, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "…" for part in answer.values
        )
    elif isinstance(answer, ast.Constant):
        if isinstance(answer.value, str):
            yield answer.value
    elif isinstance(answer, ast.Dict):
        # A check answers with a sentence per input: the keys are names.
        for value in answer.values:
            yield from _texts(value)
    else:
        for part in ast.iter_child_nodes(answer):
            yield from _texts(part)
