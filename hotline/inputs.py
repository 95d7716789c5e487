"""The closed vocabulary of what an action may ask for, and the one place where it is checked.

Forms, the JSON API, texts and imports all hand in raw values; `accept` answers with clean ones
or refuses with a sentence beside each input (`Incomplete`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hotline.calls import STATUTORY_CHANNELS
from hotline.errors import Incomplete
from hotline.instructions import (
    DISPATCH_MODES,
    GRADES,
    ITEM_KINDS,
    LOOK_BACKS,
    PRIORITIES,
    SECRECY,
)
from hotline.numbers import normalise_phone
from hotline.rulebook import Rulebook
from hotline.wording import Mistyped, clean_text

REQUEST_TYPES = {
    "inquiry": "咨询",
    "help": "求助",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "建议",
    "praise": "表扬",
}
URGENCIES = {
    "normal": "一般",
    "complex": "疑难复杂",
    "utility": "民生应急（水电气热）",
    "danger": "紧急（危及生命财产）",
}
CHANNELS = {
    "phone": "电话",
    "web": "网站",
    "letter": "信件",
    "app": "移动端",
    "sms": "短信",
    "import": "历史数据",
    "open311": "开放接口",
}
LEVELS = {"5": "非常满意", "4": "满意", "3": "基本满意", "2": "不满意", "1": "非常不满意"}
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
RESULTS = {
    "solved": "已办理解决",
    "partly": "部分解决，余项有计划",
    "explained": "依法依规解释说明",
    "planned": "受客观条件限制，已列入计划",
    "untrue": "经查反映情况不实",
}
REDO_REASONS = {
    "incomplete": "答复不完整",
    "no_result": "无具体结果",
    "wrong_basis": "依据错误",
    "no_contact": "未联系诉求人",
    "not_addressed": "答非所问",
    "unsolved": "诉求人反映未解决",
    "dissatisfied": "诉求人不满意",
    "false_report": "办理情况不实",
}
OBJECTION_GROUNDS = {
    "not_duty": "不属于本单位职责",
    "not_area": "不属于本单位辖区",
    "other_law": "法律法规规定由其他单位办理",
    "unclear": "诉求要素不清，无法确定承办单位",
}
CONTACT_WAYS = {"phone": "电话", "visit": "上门", "site": "现场", "message": "短信或微信"}
CONTACT_RESULTS = {"reached": "已联系上", "not_reached": "未联系上", "refused": "拒绝沟通"}
ATTEMPTS = {
    "answered": "接通并回访",
    "no_answer": "无人接听",
    "busy": "占线或关机",
    "wrong_number": "号码有误",
    "refused": "拒绝评价",
}
REFUSAL_GROUNDS = {
    "emergency": "紧急事项，应由110、119、120、122等处置",
    "statutory_channel": "应通过法定渠道办理",
    "in_progress": "在办或已办结，无新的事实",
    "explain": "不属于受理范围，解释说明",
}
CLOSE_REASONS = {
    "done": "已依法依规办理，诉求超出政策规定",
    "unreasonable": "诉求不合理，已充分解释",
    "solved_later": "经跟进已解决",
}
STOP_GROUNDS = {
    "inspection": "等待检验、检测、鉴定",
    "supplement": "等待诉求人补正材料",
    "expert": "专家论证、评审或者听证",
    "other_authority": "等待其他机关的裁决或者认定",
    "force_majeure": "不可抗力",
}

# What citizens and units really write reaches 8,000 characters.
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that may be asked: its type tells forms how to draw it and `accept` how to read it.

    Types: line, text, choice, choices, flag, unit, units, category, place, phone, integer, day
    (kept as "2026-03-20").
    A `private` input tells who the requester is: it is never shown in the history.
    """

    name: str
    label: str
    type: str
    choices: Mapping[str, str] = field(default_factory=dict)
    max_length: int = 0
    private: bool = False
    help: str = ""


_ALL = (
    Input("request_type", "诉求类型", "choice", REQUEST_TYPES),
    Input("category", "诉求分类", "category"),
    Input("place", "事发区域", "place"),
    Input("address", "详细地址", "line", max_length=200),
    Input("urgency", "紧急程度", "choice", URGENCIES),
    Input("title", "标题", "line", max_length=100),
    Input("content", "诉求内容", "text", max_length=LONGEST_TEXT),
    Input("channel", "来源", "choice", CHANNELS),
    Input("requester_name", "诉求人", "line", max_length=50, private=True),
    Input("requester_phone", "联系电话", "phone", private=True),
    Input("anonymous", "匿名", "flag"),
    Input("confidential", "要求保密", "flag"),
    Input("lead_unit", "主办单位", "unit"),
    Input("co_units", "协办单位", "units"),
    Input("designate", "指定办理（不得再提异议）", "flag"),
    Input("note", "说明", "text", max_length=2000),
    Input("reason", "理由", "text", max_length=500),
    Input("objection_ground", "异议理由", "choice", OBJECTION_GROUNDS),
    Input("proposed_unit", "建议承办单位", "unit"),
    Input("contact_way", "联系方式", "choice", CONTACT_WAYS),
    Input("contact_result", "联系结果", "choice", CONTACT_RESULTS),
    Input("result", "办理结果", "choice", RESULTS),
    Input("reply", "答复内容", "text", max_length=LONGEST_TEXT),
    Input("answer", "答复内容", "text", max_length=4000),
    Input("redo_reasons", "重办原因", "choices", REDO_REASONS),
    Input("attempt", "回访情况", "choice", ATTEMPTS),
    Input("solved", "是否解决", "choice", SOLVED),
    Input("satisfied", "办理结果满意度", "choice", LEVELS),
    Input("manner", "服务态度满意度", "choice", LEVELS),
    Input("rating", "评价", "choice", LEVELS),
    Input("close_reason", "办结理由", "choice", CLOSE_REASONS),
    Input("refusal_ground", "不予受理理由", "choice", REFUSAL_GROUNDS),
    Input("statutory_channel", "告知渠道", "choice", STATUTORY_CHANNELS),
    Input("extension_days", "延长天数", "integer"),
    Input("stop_ground", "停止计时事由", "choice", STOP_GROUNDS),
    Input("basis", "依据", "line", max_length=200),
    Input("stop_until", "停止计时至", "day"),
    Input("clock", "时限", "line", max_length=30),
    Input("level", "级别", "integer"),
    Input("since", "起于", "line", max_length=40),
    Input("notice", "放假通知", "line", max_length=100),
    Input("calendar", "日历版本", "line", max_length=64),
    # Leaders' instructions (批示登记簿).
    Input("leader_grade", "批示领导级别", "choice", GRADES),
    Input("leader", "批示领导", "line", max_length=50),
    Input("instructed_on", "批示时间", "day"),
    Input("instruction", "批示内容", "text", max_length=4000),
    Input("oral", "口头批示", "flag"),
    Input("sender", "来文单位", "line", max_length=100),
    Input("document_number", "文号", "line", max_length=60),
    Input("secrecy", "密级", "choice", SECRECY),
    Input("priority", "缓急", "choice", PRIORITIES),
    Input("petition_matter", "信访批示件", "flag"),
    Input("item_kind", "件别", "choice", ITEM_KINDS),
    Input("dispatch_mode", "转办方式", "choice", DISPATCH_MODES),
    Input("proposal", "拟办意见", "text", max_length=4000),
    Input("progress", "进展情况", "text", max_length=4000),
    Input("findings", "办理情况", "text", max_length=LONGEST_TEXT),
    Input("special_report", "专报内容", "text", max_length=LONGEST_TEXT),
    Input("look_back", "回头看", "choice", LOOK_BACKS),
    Input("finished_on", "办结日期", "day"),
)
INPUTS: dict[str, Input] = {entry.name: entry for entry in _ALL}

_TRUE = frozenset({"1", "true", "on", "yes", "是"})
_FALSE = frozenset({"", "0", "false", "off", "no", "否"})
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_DAY = re.compile(r"(?:199[0-9]|20[0-9]{2})-[0-9]{2}-[0-9]{2}")


def accept(
    needs: Iterable[tuple[str, bool]], raw: Mapping[str, Any], *, rulebook: Rulebook
) -> dict[str, Any]:
    """Clean values for the (name, required) pairs; what was not asked for is left aside.

    Optional inputs that were left empty are absent from the answer. Units, categories and
    places are checked against the rulebook and kept as codes. Raises Incomplete with a sentence
    per input.
    """
    clean: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, required in needs:
        entry = INPUTS[name]
        try:
            value = _READERS[entry.type](entry, raw.get(name), rulebook)
        except Mistyped as refusal:
            wrong[name] = refusal.message
            continue
        except ValueError as refusal:
            wrong[name] = refusal.args[0] if refusal.args else f"“{entry.label}”填写有误"
            continue
        if value in (None, "", (), []):
            if required:
                wrong[name] = f"请填写“{entry.label}”"
        else:
            clean[name] = value
    if wrong:
        raise Incomplete(wrong)
    return clean


def shown(name: str, value: Any, *, rulebook: Rulebook) -> str:
    """A clean value in the words that people read."""
    entry = INPUTS.get(name)
    if entry is None:
        return str(value)
    if entry.type == "flag":
        return "是" if value else "否"
    if entry.type == "unit":
        unit = rulebook.units_by_code.get(value)
        return unit.name if unit else str(value)
    if entry.type == "units":
        return "、".join(shown("lead_unit", code, rulebook=rulebook) for code in value)
    if entry.type == "category":
        return rulebook.category_path(value)
    if entry.type == "place":
        return rulebook.place_path(value)
    if entry.type == "choices":
        return "、".join(entry.choices.get(one, one) for one in value)
    return entry.choices.get(str(value), str(value))


def details_shown(
    details: Mapping[str, Any], *, rulebook: Rulebook, text: Callable[[str], str]
) -> list[tuple[str, str]]:
    """What only one kind of case has, as (label, words), in the order of the vocabulary.

    `text` makes free text fit for the reader. The number in the register (顺序号) comes first.
    """
    lines = [("顺序号", str(details["serial"]))] if "serial" in details else []
    for name, entry in INPUTS.items():
        if name in details:
            words = shown(name, details[name], rulebook=rulebook)
            lines.append((entry.label, text(words) if entry.type in ("text", "line") else words))
    return lines


def _text(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise ValueError(f"“{entry.label}”应为文字")
    return clean_text(
        raw,
        field_label=entry.label,
        max_length=entry.max_length,
        required=False,
        one_line=entry.type == "line",
    )


def _choice(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None or raw == "":
        return ""
    level = isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 9
    chosen = str(raw) if isinstance(raw, str) or level else ""
    if chosen not in entry.choices:
        raise ValueError(f"“{entry.label}”没有这个选项，可选：{'、'.join(entry.choices.values())}")
    return chosen


def _many(raw: Any, entry: Input) -> list[str]:
    values = [raw] if isinstance(raw, str) else ([] if raw is None else raw)
    if not isinstance(values, list | tuple) or not all(isinstance(one, str) for one in values):
        raise ValueError(f"“{entry.label}”应为选项列表")
    return [one for one in dict.fromkeys(values) if one]


def _choices(entry: Input, raw: Any, rulebook: Rulebook) -> list[str]:
    return [_choice(entry, one, rulebook) for one in _many(raw, entry)]


def _flag(entry: Input, raw: Any, rulebook: Rulebook) -> bool | None:
    if raw is None or (isinstance(raw, int) and raw in (0, 1)):
        return bool(raw) or None
    word = raw.strip().lower() if isinstance(raw, str) else "?"
    if word in _TRUE:
        return True
    if word in _FALSE:
        return None
    raise ValueError(f"“{entry.label}”应为是或否")


def _unit(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None or raw == "":
        return ""
    unit = rulebook.units_by_code.get(raw) if isinstance(raw, str) else None
    if unit is None:
        raise ValueError(f"“{entry.label}”：没有这个单位")
    if not unit.active:
        raise ValueError(f"“{entry.label}”：{unit.name}已停用")
    return unit.code


def _units(entry: Input, raw: Any, rulebook: Rulebook) -> list[str]:
    return [_unit(entry, one, rulebook) for one in _many(raw, entry)]


def _coded(tree_name: str) -> Any:
    def read(entry: Input, raw: Any, rulebook: Rulebook) -> str:
        if raw is None or raw == "":
            return ""
        tree = getattr(rulebook, tree_name)
        found = tree.get(raw) if isinstance(raw, str) else None
        if found is None or not found.active:
            raise ValueError(f"“{entry.label}”：没有这一项")
        return str(found.code)

    return read


def _phone(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None or raw == "":
        return ""
    if not isinstance(raw, str):
        raise ValueError(f"“{entry.label}”应为号码文字")
    return normalise_phone(raw)


def _integer(entry: Input, raw: Any, rulebook: Rulebook) -> int | None:
    if raw is None or raw == "":
        return None
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    if isinstance(raw, str) and _INTEGER.fullmatch(raw):
        number = int(raw)
    if number is None or abs(number) >= 1_000_000_000:
        raise ValueError(f"“{entry.label}”应为整数")
    return number


def _day(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    word = "" if raw is None else raw
    if isinstance(word, str):
        word = word.strip()
        if not word:
            return ""
        if _DAY.fullmatch(word):
            try:
                return date.fromisoformat(word).isoformat()
            except ValueError:
                raise ValueError(f"“{entry.label}”：没有{word}这一天") from None
    raise ValueError(f"“{entry.label}”应为日期，如 2026-03-20")


_READERS: dict[str, Any] = {
    "line": _text,
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "flag": _flag,
    "unit": _unit,
    "units": _units,
    "category": _coded("categories"),
    "place": _coded("places"),
    "phone": _phone,
    "integer": _integer,
    "day": _day,
}
