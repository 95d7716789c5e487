"""Likely repeats: which earlier cases may be about the matter that is told just now, and why.

Phone, place, category and words speak for a repeat; a rare word speaks louder than a common one.
What is found here is shown to a person with its reasons: nothing is ever merged by itself.
"""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from hotline.search_terms import bigrams

MOST_SHOWN: Final = 5
ALIKE: Final = 0.3
"""From so much likeness of the words on they alone are a reason (演示设定)."""

SOME_LIKENESS: Final = 0.12
"""Less than this, and not even the same number or place speaks for the same matter."""

SAME_NUMBER, SAME_PLACE, SAME_WORDS = "同一来电号码", "同一地点、同类", "文字相近"

# How many words are looked up in the index, none more common than this, and how many are compared
# afterwards.
LOOKED_UP: Final = 20
FEW_WORDS: Final = 8
COMMON: Final = 0.05
COMPARED_WORDS: Final = 160
# How much the title counts beside the whole text.
_TITLE = 0.6
_NUMBER_WEIGHT, _PLACE_WEIGHT = 0.4, 0.2
# Of a word that no statistics know; and how much rarer than the rarest known one it is taken to be.
_UNKNOWN_SHARE = 0.001
_RARER = 0.5


@dataclass(frozen=True)
class Shares:
    """In which share of all cases a word stands (0 to 1), for the common words.

    The words that are not there are rarer than all of these.
    """

    known: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _rarest(self) -> float:
        return min(self.known.values(), default=_UNKNOWN_SHARE / _RARER) * _RARER

    def of(self, word: str) -> float:
        """The share of a word; 0 where it is not known."""
        return self.known.get(word, 0.0)

    def weight(self, word: str) -> float:
        """How much a shared word says: the negative logarithm of its share."""
        known = self._weights.get(word)
        return self._unknown if known is None else known

    @cached_property
    def _weights(self) -> dict[str, float]:
        return {word: -math.log(max(share, 1e-9)) for word, share in self.known.items()}

    @cached_property
    def _unknown(self) -> float:
        return -math.log(max(self._rarest, 1e-9))


@dataclass(frozen=True)
class Told:
    """What is known so far of the matter; everything may be empty. `phone` is E.164."""

    title: str = ""
    content: str = ""
    address: str = ""
    phone: str = ""
    place: str = ""
    category: str = ""

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The title's bigrams."""
        return frozenset(bigrams(self.title))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What is compared: title and address before the content, `COMPARED_WORDS` at most."""
        # A sign between the parts, so that no pair runs over their borders.
        return tuple(bigrams(f"{self.title}\n{self.address}\n{self.content}")[:COMPARED_WORDS])

    def lookups(self, shares: Shares) -> list[list[str]]:
        """What is looked up: of each list a text must hold a word, `LOOKED_UP` words at most.

        The name of a street stands in many texts, and so does a word for a nuisance, but few hold
        both. What is told is therefore cut in two halves, and a word of each must be there.
        Title and address go before the content: they name what it is about.
        """
        named = bigrams(f"{self.title}\n{self.address}")
        rest = [word for word in self.words if word not in set(named)]
        telling = [
            word
            for word in named + rest[: max(0, FEW_WORDS - len(named))]
            # A character that stands alone is found only where it stood alone.
            if len(word) > 1 and shares.of(word) <= COMMON
        ]
        telling = telling[:LOOKED_UP]
        if len(telling) < FEW_WORDS // 2:
            return [telling] if telling else []
        half = len(telling) // 2
        return [telling[:half], telling[half:]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier case as far as it is compared. `shared` are those of the told words in its text.

    `phone` is empty where the reader may not know the requester.
    """

    title: str
    place: str
    category: str
    phone: str
    shared: Set[str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a case is (more is liker), and why, in words."""

    score: float
    reasons: tuple[str, ...]


def likeness(told: Told, case: Candidate, shares: Shares) -> Likeness | None:
    """What speaks for the same matter; None where too little does."""
    alike = _alike(told, case, shares)
    reasons: list[str] = []
    score = alike
    if told.phone and case.phone == told.phone and alike >= SOME_LIKENESS:
        reasons.append(SAME_NUMBER)
        score += _NUMBER_WEIGHT
    if (
        told.place
        and case.place == told.place
        and same_class(told.category, case.category)
        and alike >= SOME_LIKENESS
    ):
        reasons.append(SAME_PLACE)
        score += _PLACE_WEIGHT
    if alike >= ALIKE:
        reasons.append(SAME_WORDS)
    return Likeness(score, tuple(reasons)) if reasons else None


def same_class(one: str, other: str) -> bool:
    """Whether two category codes name the same matter: equal, or below one second level."""
    if not one or not other:
        return False
    return one == other or _second(one) == _second(other) != ""


def _second(code: str) -> str:
    parts = code.split(".")
    return ".".join(parts[:2]) if len(parts) > 1 else ""


def _alike(told: Told, case: Candidate, shares: Shares) -> float:
    """0 nothing in common … 1 the same words; of a title only and of the whole text together."""
    text = _share(case.shared, told.words, shares)
    if not told.title_words:
        return text
    own, others = told.title_words, frozenset(bigrams(case.title))
    both = _weight(own, shares) + _weight(others, shares)
    title = 2 * _weight(own & others, shares) / both if both else 0.0
    if len(told.words) <= len(own):
        # Nothing but a title yet: also one that stands in the other's text counts.
        return max(title, _TITLE * title + (1 - _TITLE) * text)
    return _TITLE * title + (1 - _TITLE) * text


def _share(shared: Set[str], asked: Sequence[str], shares: Shares) -> float:
    whole = _weight(asked, shares)
    return _weight([word for word in asked if word in shared], shares) / whole if whole else 0.0


def _weight(words: Sequence[str] | Set[str], shares: Shares) -> float:
    return sum(map(shares.weight, words))
