"""What the wording of a text may hold: its own placeholders, no link, no number, no foreign words.

An administrator's wording is data, so of the template language only what the texts themselves
need is understood: a placeholder, a day or a moment, and a part that is left out. Everything else
is refused before it is kept, and nothing refused is ever rendered.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes

from dispatch.texts import original, parsed, render
from hotline.people import ROLE_LABELS
from hotline.sms_parts import Counted, counted
from hotline.wording import Mistyped, clean_text

LONGEST: Final = 500
MOST_PARTS: Final = 2
"""What goes to a requester is read on a telephone: two parts, with the signature."""

AUDIENCES: Final[Mapping[str, str]] = {
    "citizen": "诉求人短信",
    "unit": "承办单位",
    "co": "协办单位",
    "inside": "内部转办单位",
    "former": "原承办单位",
    "owed": "到期责任人",
    **{role.value: label for role, label in ROLE_LABELS.items() if role.value != "citizen"},
}


@dataclass(frozen=True, slots=True)
class Word:
    """A placeholder: its name, what it stands for, an invented value; `filter` writes it out."""

    name: str
    label: str
    sample: Any
    filter: str = ""

    @property
    def written(self) -> str:
        """As it stands in a wording."""
        return "{{ " + self.name + (f" | {self.filter}" if self.filter else "") + " }}"


_NUMBER = Word("number", "工单号", "2603090000017")
_CODE = Word("lookup_code", "查询码", "ABCD2345")
_FOR_CITIZEN = (
    _NUMBER,
    Word("state", "办理状态（对外）", "办理中"),
    Word("matter", "事项名称", "诉求"),
    Word("due_on", "承诺办结日期（可能没有）", "2026-12-31", "day"),
    Word("provisional", "日期是否暂定", True),
)
_ABOUT_A_CLOCK = (
    Word("answer_on", "应答复日期", "2026-12-28", "day"),
    Word("stopped_until", "停止计时至（可能没有）", "2026-11-30", "day"),
)
_RATED = (_NUMBER, Word("level", "评价等级", "非常不满意"))
_ACTION = Word("action", "刚才的操作", "派单")
_FOR_STAFF = (
    _NUMBER,
    _ACTION,
    Word("stage", "现在的环节", "办理中"),
    Word("unit", "主办单位（可能没有）", "云州市城市管理局"),
    Word("clock", "时限名称", "办理时限"),
    Word("due_at", "到期时间（可能没有）", "2026-03-16T23:59+08:00", "moment"),
)
_WARNING = Word("level", "第几次预警（1或2）", 2)


def words_of(template: str) -> tuple[Word, ...]:
    """The placeholders that the text may use: those of its audience, and of its own kind."""
    audience = template.partition("/")[0]
    own = meta.find_undeclared_variables(parsed(original(template)))
    if audience == "citizen":
        if template == "citizen/rated":
            return _RATED
        if not own:
            return ()
        clock = _ABOUT_A_CLOCK if own & {word.name for word in _ABOUT_A_CLOCK} else ()
        # Number and code together open a case: only what gives the code may name it.
        return (*_FOR_CITIZEN, *clock, *((_CODE,) if "lookup_code" in own else ()))
    if audience == "former":
        # They have lost the case, and learn no more about it than they did.
        said = {"number", "action", *own}
        return tuple(word for word in _FOR_STAFF if word.name in said)
    return (*_FOR_STAFF, *((_WARNING,) if "level" in own else ()))


def samples(template: str) -> dict[str, Any]:
    """Invented values for every placeholder of the text."""
    return {word.name: word.sample for word in words_of(template)}


def preview(template: str, *, signature: str, body: str = "") -> str:
    """The text on invented values, as it is sent: to a telephone with the signature."""
    said = render(template, samples(template), body=body)
    return f"【{signature}】{said}" if template.startswith("citizen/") else said


def cost(template: str, text: str) -> Counted | None:
    """The parts of a text for telephones; None for what is read inside the system."""
    return counted(text) if template.startswith("citizen/") else None


def checked(template: str, body: str, *, signature: str) -> str:
    """The wording as it is kept. Raises Mistyped with the sentence that says what is wrong."""
    kept = clean_text(body, field_label="文本", max_length=LONGEST, one_line=True)
    try:
        tree = parsed(kept)
    except TemplateSyntaxError:
        raise Mistyped("占位符没有写完整，应如 {{ number }}；花括号和百分号须成对。") from None
    known = {word.name: word.label for word in words_of(template)}
    _check_made_of(tree, known)
    _check_number(template, tree, known)
    said = [text for node in tree.find_all(nodes.TemplateData) for text in (node.data,)]
    said += [str(node.value) for node in tree.find_all(nodes.Const)]
    for piece in said:
        _check_words(piece)
    for values in _cases(template):
        try:
            text = render(template, values, body=kept)
        except (TemplateError, ValueError, TypeError):
            raise Mistyped("占位符的写法不对：日期用“| day”，时刻用“| moment”。") from None
        if not text:
            raise Mistyped("有的情形下这条文本会是空的，请在条件之外也写上文字。")
    parts = cost(template, preview(template, signature=signature, body=kept))
    if parts and parts.parts > MOST_PARTS:
        raise Mistyped(
            f"连同签名需拆成 {parts.parts} 条短信，最多 {MOST_PARTS} 条，请写短一些"
            f"（现在 {parts.units} 字）。"
        )
    return kept


_MADE_OF = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Getitem,
    nodes.Slice,
    nodes.Neg,
)
_FILTERS = frozenset({"day", "moment", "default"})


def _every(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _every(child)


def _check_made_of(tree: nodes.Template, known: Mapping[str, str]) -> None:
    for node in _every(tree):
        plain = isinstance(node, _MADE_OF)
        if isinstance(node, nodes.Filter):
            plain = node.name in _FILTERS
        if isinstance(node, nodes.Getitem):
            plain = isinstance(node.arg, nodes.Slice) and isinstance(node.node, nodes.Name)
        if not plain:
            raise Mistyped("文本里只能有文字、占位符和“有则写、无则略”的条件，其他写法不接受。")
        if isinstance(node, nodes.Name) and node.name not in known:
            offered = "、".join(known) or "无"
            raise Mistyped(f"这条文本没有占位符“{node.name}”，可用的有：{offered}。")


def _check_number(template: str, tree: nodes.Template, known: Mapping[str, str]) -> None:
    """Who is told must know which case; where only its last digits are said, so they stay."""
    before = parsed(original(template))
    if "number" in known and "number" in meta.find_undeclared_variables(before):
        if "number" not in meta.find_undeclared_variables(tree):
            raise Mistyped("文本须写明工单号，否则收到的人不知道说的是哪一件。")
        if not _says_all(before) and _says_all(tree):
            raise Mistyped("这条短信只写工单尾号（{{ number[-4:] }}），不得写出完整的工单号。")


def _says_all(tree: nodes.Template) -> bool:
    cut = {
        id(node.node) for node in tree.find_all(nodes.Getitem) if isinstance(node.arg, nodes.Slice)
    }
    return any(node.name == "number" and id(node) not in cut for node in tree.find_all(nodes.Name))


_LINK = re.compile(r"https?:|www\.|[a-z0-9-]+\.[a-z]{2,}|[a-z0-9]\.[a-z0-9.]*/", re.I)
_DIGITS = re.compile(r"[0-9０-９][0-9０-９ -]{5,}[0-9０-９]")
# What frauds write in the name of a government: no text of the hotline asks for any of it.
_FORBIDDEN = (
    "点击", "链接", "网址", "二维码", "扫码", "微信", "QQ", "加群", "转账", "汇款", "付款",
    "缴费", "验证码", "密码", "银行卡", "身份证", "中奖", "领奖", "红包", "退款", "下载",
)  # fmt: skip


def _check_words(piece: str) -> None:
    if _LINK.search(piece):
        raise Mistyped("文本里不得有网址：冒充政府的诈骗短信都带链接，请让群众拨打12345。")
    if _DIGITS.search(piece):
        raise Mistyped("文本里不得写电话或其他号码，只能写12345。")
    if bad := next((word for word in _FORBIDDEN if word.lower() in piece.lower()), None):
        raise Mistyped(f"文本里不得有“{bad}”一类的字样。")
    if re.search(r"[【】]", piece):
        raise Mistyped("【】留给短信签名，系统会自动加上，文本里不要再写。")


def _cases(template: str) -> Iterator[dict[str, Any]]:
    """Everything known, and everything that may be missing missing."""
    full = samples(template)
    yield full
    yield {name: _empty(template, name, full) for name in full}


def _empty(template: str, name: str, full: dict[str, Any]) -> Any:
    """The value that stands for nothing, where the text as it was written does without it too."""
    if name not in _MAY_BE_MISSING:
        return full[name]
    nothing = _MAY_BE_MISSING[name]
    try:
        render(template, {**full, name: nothing})
    except (TemplateError, ValueError, TypeError):
        return full[name]
    return nothing


_MAY_BE_MISSING: Mapping[str, Any] = {
    "due_on": "",
    "provisional": False,
    "stopped_until": "",
    "unit": "",
    "due_at": "",
}
