"""How texts are found: the tokens they are kept under, and what a typed query asks for.

Chinese is cut into overlapping pairs of characters (停车位 → 停车, 车位), so that any two
neighbouring characters are found through an index, across the borders of words too. Letters
and digits are kept as whole words. The pairs of three or more characters can all occur without
the characters themselves, therefore a query also carries its fragments for a second look.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from operator import add
from typing import Final

from hotline.numbers import WrongNumber, WrongPhone, normalise_phone, parse_case_number
from hotline.wording import Mistyped

MOST_TOKENS: Final = 4_000
LONGEST_WORD: Final = 64
LONGEST_QUERY: Final = 100

_HAN: Final = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS: Final = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")
_FRAGMENTS: Final = re.compile(r"[^\W_]+")
_MARKS: Final = tuple(zip("，：；！？（）", ",:;!?()", strict=True))
_DIGITS: Final = re.compile(r"[0-9]+")
_PHONE_LIKE: Final = re.compile(r"[+\d\s().\-\u2010-\u2015]+")
_DAY: Final = re.compile(r"(?:19|20)\d{2}[-.]\d{1,2}[-.]\d{1,2}")


class WrongQuery(Mistyped):
    """What was typed cannot be searched for."""


class QueryKind(StrEnum):
    NUMBER = "number"
    PHONE = "phone"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for.

    `value` is the case number, the phone in E.164, or the folded words. `tokens` must all be
    among a text's `bigrams`; every one of `fragments` must then stand in its `folded` form.
    Fragments are letters and digits only; `patterns` are the same for LIKE.
    """

    kind: QueryKind
    value: str
    tokens: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()

    @property
    def patterns(self) -> list[str]:
        """One LIKE pattern for each fragment; no fragment holds %, _ or a backslash."""
        return [f"%{fragment}%" for fragment in self.fragments]


def folded(text: str) -> str:
    """The spelling in which texts and queries meet: NFKC, lower case."""
    # Nearly every text is NFKC but for these; without them normalising is seven times cheaper.
    for wide, narrow in _MARKS:
        text = text.replace(wide, narrow)
    return unicodedata.normalize("NFKC", text).lower()


def bigrams(text: str) -> list[str]:
    """The tokens a text is kept under, each once, in order of appearance, MOST_TOKENS at most.

    A Chinese character that stands alone is a token of its own.
    """
    tokens: dict[str, None] = {}
    for han, word in _RUNS.findall(folded(text)):
        if word:
            tokens[word[:LONGEST_WORD]] = None
        elif len(han) == 1:
            tokens[han] = None
        else:
            tokens.update(dict.fromkeys(map(add, han, han[1:])))
        if len(tokens) >= MOST_TOKENS:
            break
    return list(islice(tokens, MOST_TOKENS))


def query_terms(text: str) -> Query:
    """What the typed text asks for; raises WrongQuery with the reason.

    A case number and a phone of seven digits or more are recognised in any spelling. Words
    between blanks or punctuation must all be found.
    """
    typed = text.strip()
    if not typed:
        raise WrongQuery("请输入要查找的工单号、电话或文字。")
    if len(typed) > LONGEST_QUERY:
        raise WrongQuery(f"查找内容最多 {LONGEST_QUERY} 字，现在 {len(typed)} 字。")
    try:
        return Query(QueryKind.NUMBER, parse_case_number(typed))
    except WrongNumber as wrong:
        if query := _by_phone(typed):
            return query
        # Thirteen digits and no phone: a slip of the finger, not words to look for.
        if len(folded(typed)) == 13 and _DIGITS.fullmatch(folded(typed)):
            raise WrongQuery(wrong.message) from None
        return _by_words(typed)


def _by_phone(typed: str) -> Query | None:
    narrow = unicodedata.normalize("NFKC", typed)
    # Service numbers (12345) stand in texts far more often than they call.
    if sum(map(str.isdecimal, narrow)) < 7:
        return None
    if not _PHONE_LIKE.fullmatch(narrow) or _DAY.fullmatch(narrow):
        return None
    try:
        phone = normalise_phone(narrow)
    except WrongPhone:
        return None
    # The same digits may also be written in a text.
    return Query(QueryKind.PHONE, phone, tuple(bigrams(narrow)), _fragments(narrow))


def _by_words(typed: str) -> Query:
    # A lone character is a token only where it stood alone: it can narrow, but not find.
    tokens = tuple(
        token for token in bigrams(typed) if len(token) > 1 or not re.match(f"[{_HAN}]", token)
    )
    if not tokens:
        raise WrongQuery("请至少输入两个字。")
    return Query(QueryKind.WORDS, folded(typed), tokens, _fragments(typed))


def _fragments(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_FRAGMENTS.findall(folded(typed))))
