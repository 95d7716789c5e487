"""The language of a screen: Chinese as everything is written, English by the catalogue.

The source says everything in Chinese. `locale/en/LC_MESSAGES/messages.po` holds the English of each
text, of each notice to colleagues, and of each sentence with numbered places (`没有{0}这一天`, from
an f-string), which is told from its constant parts where it is shown. What people typed, and the
names of units, categories and places, stay as they are; so do texts to citizens and printed papers,
which are official documents.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.pofile import read_po
from litestar.connection import ASGIConnection

from dispatch import texts
from dispatch.notices import Notice

CHINESE = "zh-CN"
ENGLISH = "en"
LANGUAGES = {CHINESE: "中文", ENGLISH: "English"}
COOKIE = "hotline_language"
CATALOGUE = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "messages.po"

PLACE = re.compile(r"\{(\w+)\}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_JOINTS = ((" → ", " → "), ("。", ". "), ("；", "; "), ("：", ": "), ("，", ", "), ("、", ", "))
_COUNTED = re.compile(r"([0-9][0-9-]*) ?(\D+)")
_BRACKETED = re.compile(r"(.+?)（(.+)）", re.DOTALL)
# Fewer constant characters in a row are in too many sentences to tell one by them alone.
_TELLING = 3
# Nothing that we say is longer, and looking for sentences in a longer text takes time.
_LONGEST = 500

_spoken: ContextVar[str] = ContextVar("language", default=CHINESE)


class _Sentence(NamedTuple):
    """A sentence with places: how it is recognised, and its English for one and for many."""

    pattern: re.Pattern[str]
    constants: tuple[str, ...]
    longest: str
    telling: bool
    one: str
    many: str


class _Catalogue(NamedTuple):
    texts: dict[str, tuple[str, str]]
    sentences: tuple[_Sentence, ...]


class Typed(str):
    """What a person typed, on its way to a screen among words of ours: never translated."""

    __slots__ = ()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything that is said inside is said in this language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """The language that is being spoken."""
    return _spoken.get()


def language_of(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    """What was chosen on this browser, or by whoever signed in on it; else what it (or another
    system) asks for; else Chinese."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    # Browsers and libraries name what they like best first.
    for asked in request.headers.get("accept-language", "").lower().split(","):
        match asked.strip()[:2]:
            case "zh":
                return CHINESE
            case "en":
                return ENGLISH
    return CHINESE


def say(text: str) -> str:
    """A text of ours as the catalogue has it, itself where the catalogue has none."""
    if _spoken.get() != ENGLISH:
        return text
    return catalogue().texts.get(text, (text, text))[0]


def told(text: str) -> str:
    """A label or sentence that was put together elsewhere, part by part."""
    if _spoken.get() != ENGLISH or isinstance(text, Typed) or len(text) > _LONGEST:
        return text
    return _in_english(text)


def told_notice(notice: Notice) -> str:
    """A notice to a colleague; in the words of an administrator where one changed them."""
    if _spoken.get() != ENGLISH or notice.wording:
        return notice.text
    # The catalogue has the English of the text itself, placeholders and all.
    english = say(texts.original(notice.template))
    params = {
        name: told(value) if isinstance(value, str) and name != "unit" else value
        for name, value in notice.params.items()
    }
    return texts.render(notice.template, params, body=english)


def catalogue() -> _Catalogue:
    """The English catalogue; read once, by whoever starts the program."""
    return _read()


@cache
def _read() -> _Catalogue:
    texts: dict[str, tuple[str, str]] = {}
    sentences: list[tuple[tuple[bool, bool, int], _Sentence]] = []
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="en"):
            if not message.id or not message.string:
                continue
            source = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else message.string
            if "%(" in source or not PLACE.search(source):
                texts[source] = forms[0], forms[-1]
                continue
            constants = PLACE.split(source)[::2]
            longest = max(constants, key=len)
            pattern = re.compile(_expression(source), re.DOTALL)
            telling = len(longest) >= _TELLING
            # 剩2天3小时 is 剩{0}, not {0}天{1}小时: its beginning tells more than its end.
            order = not telling, not telling and not constants[0], -sum(map(len, constants))
            said = forms[0], forms[-1]
            sentences.append((order, _Sentence(pattern, tuple(constants), longest, telling, *said)))
    ordered = sorted(sentences, key=lambda pair: pair[0])
    return _Catalogue(texts, tuple(sentence for _, sentence in ordered))


def _may_be(sentence: _Sentence, text: str) -> bool:
    """Whether the constant parts stand in the text in their order.

    Found in one pass: of a text in which they don't, the pattern would try every way to part it.
    """
    first, *between, last = sentence.constants
    at = len(first)
    for constant in between:
        at = text.find(constant, at)
        if at < 0:
            return False
        at += len(constant)
    return text.startswith(first) and text.endswith(last) and at <= len(text) - len(last)


def _expression(source: str) -> str:
    """The regular expression of a sentence; a place that comes twice holds the same both times."""
    parts = PLACE.split(source)
    seen: set[str] = set()
    written = re.escape(parts[0])
    for name, constant in zip(parts[1::2], parts[2::2], strict=True):
        # What stands in quotation marks ends with them.
        any_text = "[^“”]*" if constant.startswith("”") else ".*?"
        written += f"(?P=p{name})" if name in seen else f"(?P<p{name}>{any_text})"
        written += re.escape(constant)
        seen.add(name)
    return written


# Sentences name cases and people; no more of them are kept than a screen or two.
@lru_cache(maxsize=2000)
def _in_english(text: str) -> str:
    known = catalogue()
    if text in known.texts:
        return known.texts[text][0]
    if not _HAN.search(text):
        return text
    if (counted := _COUNTED.fullmatch(text)) and counted[2] in known.texts:
        one, many = known.texts[counted[2]]
        return f"{counted[1]} {(one if counted[1] == '1' else many).strip()}"
    for sentence in known.sentences:
        if not (sentence.longest in text and _may_be(sentence, text)):
            continue
        if match := sentence.pattern.fullmatch(text):
            said = {name[1:]: _in_english(value) for name, value in match.groupdict().items()}
            # A short constant part is no proof: then what stands around it must be ours as well.
            if sentence.telling or not any(_HAN.search(value) for value in said.values()):
                return _filled(sentence.one if "1" in said.values() else sentence.many, said)
    return _after_its_beginning(text) or _part_by_part(text)


def _filled(form: str, said: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: said[place[1]], form)


def _after_its_beginning(text: str) -> str:
    """A text that begins with one of ours (a label with its figure); empty if it does not."""
    known = catalogue().texts
    for end in range(len(text) - 1, 1, -1):
        if text[:end] in known:
            begun, rest = known[text[:end]][0], _in_english(text[end:].lstrip())
            # Half a name is no name: 热线中心 begins the names of units as well.
            if not _HAN.search(rest) or text[:end].endswith("："):
                joined = begun.endswith(" ") or rest[:1] in ",;:"
                return begun + rest if joined else f"{begun} {rest}"
    return ""


def _part_by_part(text: str) -> str:
    """A list, a label with its value, something quoted or in brackets; itself if none is ours."""
    if text[:1] == "“" and text.find("”") == len(text) - 1:
        return f"“{_in_english(text[1:-1])}”"
    for mark, english in _JOINTS:
        parts = [part for part in text.split(mark) if part]
        if len(parts) > 1:
            said = [_in_english(part) for part in parts]
            if said != parts:
                return english.join(said)
    if bracketed := _BRACKETED.fullmatch(text):
        before, inside = (_in_english(part) for part in bracketed.groups())
        if known := catalogue().texts.get(f"（{bracketed[2]}）"):
            inside = known[0].strip(" ()")
        if (before, inside) != bracketed.groups():
            return f"{before} ({inside})"
    return text
