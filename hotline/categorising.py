"""Which category a text may belong to, and why: learned from earlier cases, or by rules alone.

A model is a weight per word and category (made by `hotline.learning`). Before anything was
learned, the words of the classification itself and of the dispatch catalogue are looked for. What
is found is offered, three at most, with the words that spoke for it: a person chooses.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import log
from typing import TYPE_CHECKING, Any, Final

from hotline.rulebook import Rulebook
from hotline.search_terms import bigrams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_SUGGESTED: Final = 3
LEAST_SHARE: Final = 0.05
"""What the model holds for less likely than this is not offered (演示设定)."""

# How much of a category's name must stand in the text, and how much its surroundings add.
_LEAST_NAME = 0.25
_PARENT, _UNIT = 0.3, 0.4
_WORDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SuggestedCategory:
    """A category with the reason that an agent reads before choosing it.

    `share` is how likely the model holds it to be (0 to 1), None where rules found it.
    """

    code: str
    reason: str
    share: float | None = None


def words_of(title: str, content: str) -> list[str]:
    """What a matter is judged by."""
    return bigrams(f"{title}\n{content}")


def hashed(words: Iterable[str]) -> list[int]:
    """Words as numbers of 32 bits; two words with one number do no harm."""
    return [zlib.crc32(word.encode()) for word in words]


@dataclass(frozen=True)
class Model:
    """What was learned: the weight of each word for each category.

    words        (n,) uint32, ascending: the hashed words
    rarity       (n,) float32: inverse document frequency
    weights      (n, k) float16
    intercepts   (k,) float32
    classes      k category codes
    temperature  what margins are divided by to become shares
    """

    words: "NDArray[np.uint32]"
    rarity: "NDArray[np.float32]"
    weights: "NDArray[np.float16]"
    intercepts: "NDArray[np.float32]"
    classes: tuple[str, ...]
    temperature: float = 1.0

    def parts(self) -> dict[str, bytes]:
        """The arrays as bytes (little-endian, row by row)."""
        return {
            "words": self.words.astype("<u4").tobytes(),
            "rarity": self.rarity.astype("<f4").tobytes(),
            "weights": self.weights.astype("<f2").tobytes(),
            "intercepts": self.intercepts.astype("<f4").tobytes(),
        }

    @classmethod
    def of_parts(
        cls, parts: Mapping[str, bytes], classes: Sequence[str], temperature: float
    ) -> "Model":
        """The model out of `parts()`; nothing is copied."""
        # Only who has a model needs the library.
        import numpy as np

        return cls(
            np.frombuffer(parts["words"], "<u4"),
            np.frombuffer(parts["rarity"], "<f4"),
            np.frombuffer(parts["weights"], "<f2").reshape(-1, len(classes)),
            np.frombuffer(parts["intercepts"], "<f4"),
            tuple(classes),
            temperature,
        )

    def suggest(
        self, words: Sequence[str], *, most: int = MOST_SUGGESTED
    ) -> list[SuggestedCategory]:
        """The likeliest categories, with the words that spoke loudest for each."""
        import numpy as np

        asked = np.array(hashed(words), np.uint32)
        if not len(asked) or not len(self.words):
            return []
        at = np.minimum(np.searchsorted(self.words, asked), len(self.words) - 1)
        known = np.flatnonzero(self.words[at] == asked)
        if not len(known):
            return []
        rarity = self.rarity[at[known]]
        spoke = self.weights[at[known]].astype(np.float32)
        spoke *= (rarity / np.linalg.norm(rarity))[:, None]
        shares = likelihoods(spoke.sum(axis=0) + self.intercepts, self.temperature)
        found: list[SuggestedCategory] = []
        for chosen in np.argsort(-shares)[:most]:
            if shares[chosen] < LEAST_SHARE and found:
                break
            loudest = [one for one in np.argsort(-spoke[:, chosen])[:8] if spoke[one, chosen] > 0]
            reasons = joined(words, [int(known[one]) for one in loudest])
            reason = f"用词：{'、'.join(reasons)}" if reasons else ""
            found.append(SuggestedCategory(self.classes[chosen], reason, float(shares[chosen])))
        return found


def likelihoods(margins: Any, temperature: float) -> Any:
    """Margins (…, k) as shares that add up to one."""
    import numpy as np

    raised = margins / temperature
    raised = np.exp(raised - raised.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def joined(words: Sequence[str], chosen: Sequence[int]) -> list[str]:
    """The chosen pairs as people read them: 停车 and 车位, neighbours in the text, are 停车位.

    `chosen` are places in `words`, the loudest first; at most `_WORDS_SHOWN` words come back.
    """
    left, found = set(chosen), []
    for place in chosen:
        if place not in left:
            continue
        left.discard(place)
        text, before, after = words[place], place, place
        while after + 1 in left and words[after + 1][0] == text[-1] and len(text) < 6:
            after += 1
            left.discard(after)
            text += words[after][1:]
        while before - 1 in left and words[before - 1][-1] == text[0] and len(text) < 6:
            before -= 1
            left.discard(before)
            text = words[before][:-1] + text
        found.append(text)
    return found[:_WORDS_SHOWN]


class NamedCategories:
    """The words of the classification and of the catalogue in force on a day, as an index."""

    def __init__(self, rulebook: Rulebook, *, on: date) -> None:
        self.rulebook, self.on = rulebook, on

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return {
            code: tuple(word for word in bigrams(entry.name) if len(word) > 1)
            for code, entry in self.rulebook.categories.items()
            if entry.active
        }

    @cached_property
    def _units(self) -> dict[str, set[str]]:
        """By category the words of the units that the catalogue names for it."""
        found: dict[str, set[str]] = defaultdict(set)
        for line in self.rulebook.catalogue:
            unit = self.rulebook.units.get(line.unit_id)
            if unit and unit.active and line.valid_on(self.on):
                found[line.category].update(bigrams(unit.label))
        return found

    @cached_property
    def _rarity(self) -> dict[str, float]:
        count: dict[str, int] = defaultdict(int)
        for words in self._names.values():
            for word in words:
                count[word] += 1
        return {word: log(1 + len(self._names) / many) for word, many in count.items()}

    @cached_property
    def _holding(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for code, words in self._names.items():
            for word in words:
                found[word].append(code)
        return found

    def suggest(
        self, words: Sequence[str], *, most: int = MOST_SUGGESTED
    ) -> list[SuggestedCategory]:
        """Categories whose name stands in the text, enough of it; the surest first."""
        said = set(words)
        near = {code for word in said for code in self._holding.get(word, ())}
        judged = [(score, code) for code in near if (score := self._score(code, said)) > 0]
        judged.sort(key=lambda one: (-one[0], one[1]))
        return [
            SuggestedCategory(code, f"分类名称：{'、'.join(self._spoken(code, words))}")
            for _, code in judged[:most]
        ]

    def _score(self, code: str, said: set[str]) -> float:
        own = self._share(code, said)
        if own < _LEAST_NAME:
            return 0.0
        parent = self.rulebook.categories[code].parent
        units = self._units.get(code) or self._units.get(parent) or set()
        score = own + _PARENT * self._share(parent, said)
        # The more particular class is the more useful one.
        score += 0.1 * code.count(".")
        return score + (_UNIT * len(units & said) / len(units) if units else 0.0)

    def _share(self, code: str, said: set[str]) -> float:
        words = self._names.get(code, ())
        whole = sum(self._rarity[word] for word in words)
        return sum(self._rarity[word] for word in words if word in said) / whole if whole else 0.0

    def _spoken(self, code: str, words: Sequence[str]) -> list[str]:
        own = set(self._names[code])
        return joined(words, [place for place, word in enumerate(words) if word in own])


def suggest_categories(
    words: Sequence[str], rules: NamedCategories, model: Model | None
) -> list[SuggestedCategory]:
    """At most three: what was learned first, then what the rules find besides."""
    known = rules.rulebook.categories
    found: dict[str, SuggestedCategory] = {}
    for one in (*(model.suggest(words) if model else ()), *rules.suggest(words)):
        # A category that was put out of use since is offered no more.
        if one.code in known and known[one.code].active:
            found.setdefault(one.code, one)
    return list(found.values())[:MOST_SUGGESTED]
