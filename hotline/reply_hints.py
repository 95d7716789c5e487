"""What a reviewer may look for in a reply (答复质量提示): read off the words, never a verdict.

A good reply names who was spoken to, what came of it, on what basis, by which day, and answers
each point (国办发〔2020〕53号 规范答复；济南市12345市民服务热线条例 27 逐条审核). Words say only
whether such a thing is written, not whether it is true: the reviewer decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.search_terms import bigrams, folded

SHORT = 40
"""Characters: a reply below this length rarely names a result and a basis."""

_LONGEST_POINT = 400
_MOST_POINTS = 30
_EXCERPT = 24


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to look for. `seen` is the place in the reply where it stands, or "" for none."""

    name: str
    label: str
    found: bool
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the request, and how the reply comes back to it: the index of its passage."""

    text: str
    asks: bool
    answered_in: int | None


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A request and its reply, cut into points and passages, with what may be looked for."""

    points: tuple[Point, ...]
    passages: tuple[str, ...]
    hints: tuple[Hint, ...]


_NUMBERED = re.compile(
    r"(?:(?<=^)|(?<=[。；;\n\s：:，,]))"
    r"(?=(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,2}[）)]"
    r"|第[一二三四五六七八九十]{1,2}[，,、]|[①-⑳]|\d{1,2}[、.．)）](?!\d)))"
)
_SENTENCE = re.compile(r"(?<=[。！？!?；;])")
_ASKS = re.compile(
    r"请|要求|希望|建议|诉求|盼|尽快|能否|是否|何时|什么时候|多久|为什么|为何|怎么|如何|哪里|谁来|吗|[?？]"
)
_CONTACT = re.compile(
    r"(?:联系|致电|电话(?:告知|沟通|回复|联系)|回电|上门|当面|面谈|见面|短信告知|与诉求人|向诉求人|"
    r"与来电人|告知来电人|走访)[^。；\n]{0,16}"
)
_RESULT = re.compile(
    r"[^。；，,\n]{0,10}(?:已于|已经|已完成|完成|修复|恢复|更换|清理|拆除|整改|处罚|立案|退还|退款|"
    r"解决|安装|疏通|办结|发放|支付|垫付|补发|责令|下达|移送|约谈|拆封|通车|通水|通电|消除|"
    r"经查|经核实|不属于|不符合|无法|列入|计划|预计|将于|拟于)[^。；，,\n]{0,12}"
)
_BASIS = re.compile(
    r"《[^》\n]{2,40}》[^。；，,\n]{0,10}|第[一二三四五六七八九十百零\d]{1,6}条"
    r"|(?:根据|依据|按照|依照)[^。；，,\n]{2,20}"
)
_DATE = re.compile(
    r"(?:\d{4}[年\-./])?\d{1,2}[月\-./]\d{1,2}日?|\d{1,2}月(?:底|初|中旬|上旬|下旬)"
    r"|(?<![\d.])\d{1,3}个?(?:工作日|日内|天内|小时内)"
    r"|(?:今|明|昨|前|当|次)[日天](?:上午|下午|晚)?|(?:本|下|上)(?:周|月)[一二三四五六日底内末初]?|年底前"
)
# Pairs that every request and every reply holds tell nothing about its matter.
_PLAIN = frozenset(
    bigrams(
        "诉求人反映来电人市民您好情况问题要求希望建议尽快处理解决请相关部门单位工作人员现场核实已经"
        "进行目前我们关于以及由于因为所以但是没有可以需要表示告知答复办理"
    )
)


def side_by_side(
    *, content: str, reply: str, contacted: bool = False, contact: str = ""
) -> SideBySide:
    """The request against the reply. `contacted`: a contact that reached the requester is noted.

    `contact` says so in words, as it stands in the history.
    """
    asked, passages = points_of(content), points_of(reply)
    places = [_tokens(passage) for passage in passages]
    points = tuple(Point(text, bool(_ASKS.search(text)), _nearest(text, places)) for text in asked)
    hints = (
        _contact_hint(reply, contacted=contacted, contact=contact),
        _word_hint("result", "说明结果", _RESULT, reply, "没有看到办理结果"),
        _word_hint("basis", "写明依据", _BASIS, reply, "没有看到法规、政策或规定的名称"),
        _word_hint("date", "写明日期", _DATE, reply, "没有看到日期或期限"),
        _points_hint(points),
        _length_hint(reply),
    )
    return SideBySide(points, passages, hints)


def points_of(text: str) -> tuple[str, ...]:
    """The points of a text in order: its numbered points, else its lines, else its sentences."""
    text = text.strip()
    if not text:
        return ()
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    numbered = [part.strip() for line in lines for part in _NUMBERED.split(line) if part.strip()]
    if len(numbered) > 1:
        parts = numbered
    else:
        parts = [one.strip() for one in _SENTENCE.split(text) if one.strip()]
    return tuple(_bounded(parts))


def _bounded(parts: Sequence[str]) -> list[str]:
    """At most so many: what is beyond stands together in the last one."""
    if len(parts) > _MOST_POINTS:
        return [*parts[: _MOST_POINTS - 1], "\n".join(parts[_MOST_POINTS - 1 :])]
    return list(parts)


def _tokens(text: str) -> frozenset[str]:
    return frozenset(bigrams(text[:_LONGEST_POINT])) - _PLAIN


def _nearest(point: str, places: Sequence[frozenset[str]]) -> int | None:
    """The passage that shares most words with the point; None where none shares two."""
    own = _tokens(point)
    need = 1 if len(own) < 4 else 2
    best = max(range(len(places)), key=lambda at: len(own & places[at]), default=None)
    return best if best is not None and len(own & places[best]) >= need else None


def _contact_hint(reply: str, *, contacted: bool, contact: str) -> Hint:
    if contacted:
        return Hint("contact", "联系诉求人", True, contact or "有联系记录")
    seen = _CONTACT.search(reply)
    if seen:
        return Hint("contact", "联系诉求人", True, f"答复中写有“{_cut(seen[0])}”，没有联系记录")
    return Hint("contact", "联系诉求人", False, "没有联系上诉求人的记录")


def _word_hint(name: str, label: str, words: re.Pattern[str], reply: str, missing: str) -> Hint:
    seen = words.search(reply)
    return Hint(name, label, bool(seen), f"“{_cut(seen[0])}”" if seen else missing)


def _points_hint(points: Sequence[Point]) -> Hint:
    asking = [point for point in points if point.asks] or list(points)
    open_points = [point for point in asking if point.answered_in is None]
    if not open_points:
        return Hint("points", "逐点答复", True, f"要求办理的{len(asking)}点有相近的字句")
    first = _cut(open_points[0].text)
    more = f"等{len(open_points)}点" if len(open_points) > 1 else ""
    return Hint("points", "逐点答复", False, f"没有看到相近的字句：“{first}”{more}")


def _length_hint(reply: str) -> Hint:
    length = len(re.sub(r"\s", "", folded(reply)))
    enough = length >= SHORT
    return Hint("length", "篇幅", enough, f"{length}字" if enough else f"只有{length}字")


def _cut(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
