"""Learns the category of a text from earlier cases: a linear model over weighted pairs of words.

LinearSVC over TF-IDF of our own bigrams, as a library that is well kept has it (scikit-learn). It
is loaded only here, in a process that ends when it has learned. The score that is told is that of
the model as it is stored: by folds, where near-duplicates stand in one fold together.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hotline.categorising import Model, hashed, likelihoods

LEAST_CASES: Final = 1000
"""Fewer cases teach less than the rules know already."""

LEAST_OF_CLASS: Final = 15
"""A category with fewer cases counts as the one above it."""

FOLDS, FEW_FOLDS, MANY_CLASSES = 5, 3, 50
"""Into so many parts the cases are cut; into fewer where each part takes minutes."""

MOST_WORDS: Final = 150_000
MOST_BYTES: Final = 12 * 1024 * 1024
"""Of the stored weights: the words that speak loudest for any category are kept."""

_SEED = 12345
_LEAST_DOCUMENTS = 2
# Documents whose sketches agree in one of so many bands of so many numbers are near-duplicates:
# mostly those with seven tenths of their words in common.
_BANDS, _OF_BAND = 4, 4


@dataclass(slots=True)
class Corpus:
    """Earlier cases as hashed words with their category; no text is kept."""

    documents: list["NDArray[np.uint32]"] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def add(self, words: Iterable[str], label: str) -> None:
        """One more case."""
        self.documents.append(np.array(hashed(words), np.uint32))
        self.labels.append(label)

    def chosen(self, places: Iterable[int]) -> "Corpus":
        """Some of the cases."""
        picked = list(places)
        return Corpus([self.documents[at] for at in picked], [self.labels[at] for at in picked])


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of learning. `macro_f1` is the mean over the categories, from 0 to 1."""

    model: Model
    cases: int
    macro_f1: float
    accuracy: float


class TooLittle(Exception):
    """There are not enough cases to learn from; the message says how many there are."""


def learn(
    corpus: Corpus, *, groups: Sequence[Any] | None = None, least_of_class: int = LEAST_OF_CLASS
) -> Lesson:
    """Evaluate by folds, then learn from everything. Raises TooLittle.

    `groups`: what must stand in one fold together; worked out from the words where not given.
    """
    from sklearn.metrics import accuracy_score, f1_score
    from sklearn.model_selection import StratifiedGroupKFold

    labels = levelled(corpus.labels, least=least_of_class)
    places = [at for at, label in enumerate(labels) if label]
    corpus = Corpus([corpus.documents[at] for at in places], [labels[at] for at in places])
    classes = sorted(set(corpus.labels))
    if len(corpus.labels) < LEAST_CASES or len(classes) < 2:
        raise TooLittle(
            f"可学习的工单{len(corpus.labels)}件、分类{len(classes)}个，"
            f"至少需要{LEAST_CASES}件、2个分类（每类{least_of_class}件以上）"
        )
    together = near_duplicates(corpus.documents) if groups is None else [groups[i] for i in places]
    truth = np.array(corpus.labels)
    margins = np.full((len(truth), len(classes)), -np.inf, np.float32)
    parts = FOLDS if len(classes) <= MANY_CLASSES else FEW_FOLDS
    folds = StratifiedGroupKFold(parts, shuffle=True, random_state=_SEED)
    for known, asked in folds.split(truth, truth, together):
        model = _fit(corpus.chosen(known))
        columns = [classes.index(code) for code in model.classes]
        margins[np.ix_(asked, columns)] = _margins(model, corpus.chosen(asked).documents)
    guessed = np.array(classes)[margins.argmax(axis=1)]
    whole = _fit(corpus)
    model = Model(
        whole.words, whole.rarity, whole.weights, whole.intercepts, whole.classes,
        _temperature(margins, np.searchsorted(classes, truth)),
    )  # fmt: skip
    return Lesson(
        model,
        len(truth),
        float(f1_score(truth, guessed, average="macro")),
        float(accuracy_score(truth, guessed)),
    )


def levelled(labels: Sequence[str], *, least: int) -> list[str]:
    """Each category, or the one above it where it has too few cases; "" where even that has."""
    current = list(labels)
    for depth in range(max((code.count(".") for code in current), default=0), -1, -1):
        many = Counter(current)
        for at, code in enumerate(current):
            if code.count(".") == depth and many[code] < least:
                current[at] = code.rpartition(".")[0]
    return current


def near_duplicates(documents: "Sequence[NDArray[np.uint32]]") -> list[int]:
    """The same number for documents with nearly the same words (sketches of least hashes)."""
    lengths = np.array([max(len(one), 1) for one in documents])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    words = np.concatenate([one if len(one) else np.zeros(1, np.uint32) for one in documents])
    dice = np.random.default_rng(_SEED)
    sketch = np.empty((_BANDS * _OF_BAND, len(documents)), np.uint32)
    for row in range(len(sketch)):
        odd, add = (int(number) for number in dice.integers(1, 2**63, 2))
        mixed = words.astype(np.uint64) * np.uint64(odd | 1) + np.uint64(add)
        sketch[row] = np.minimum.reduceat((mixed >> np.uint64(32)).astype(np.uint32), starts)
    number = list(range(len(documents)))

    def first(at: int) -> int:
        while number[at] != at:
            number[at] = number[number[at]]
            at = number[at]
        return at

    for band in range(_BANDS):
        seen: dict[bytes, int] = {}
        rows = np.ascontiguousarray(sketch[band * _OF_BAND : (band + 1) * _OF_BAND].T)
        for at, row_of in enumerate(rows):
            number[first(at)] = first(seen.setdefault(row_of.tobytes(), at))
    return [first(at) for at in range(len(documents))]


def _fit(corpus: Corpus) -> Model:
    from sklearn.svm import LinearSVC

    words, documents = np.unique(np.concatenate(corpus.documents), return_counts=True)
    often = documents >= _LEAST_DOCUMENTS
    words, documents = words[often], documents[often]
    if len(words) > MOST_WORDS:
        most = np.sort(np.argpartition(-documents, MOST_WORDS)[:MOST_WORDS])
        words, documents = words[most], documents[most]
    rarity = np.log((1 + len(corpus.labels)) / (1 + documents)) + 1
    # A finer tolerance takes twice the time and guesses the same.
    learner = LinearSVC(tol=0.1, random_state=_SEED)
    learner.fit(_matrix(corpus.documents, words, rarity), corpus.labels)
    weights, intercepts = learner.coef_.T, np.atleast_1d(learner.intercept_)
    if weights.shape[1] == 1:
        # Of two classes the library keeps the weights of the second only.
        weights, intercepts = np.hstack((-weights, weights)), np.hstack((-intercepts, intercepts))
    kept = min(len(words), MOST_BYTES // (2 * weights.shape[1]))
    loudest = np.sort(np.argsort(-np.abs(weights).max(axis=1) * rarity, kind="stable")[:kept])
    return Model(
        words[loudest],
        rarity[loudest].astype(np.float32),
        weights[loudest].astype(np.float16),
        intercepts.astype(np.float32),
        tuple(map(str, learner.classes_)),
    )


def _margins(model: Model, documents: "Sequence[NDArray[np.uint32]]") -> Any:
    """As `Model.suggest` has them, for many documents at once: (documents, classes)."""
    rows = _matrix(documents, model.words, model.rarity)
    return rows @ model.weights.astype(np.float32) + model.intercepts


def _matrix(documents: "Sequence[NDArray[np.uint32]]", words: Any, rarity: Any) -> Any:
    """Documents by words: the rarity of each word that occurs, each row of length one."""
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    asked = np.concatenate(documents)
    row = np.repeat(np.arange(len(documents)), [len(one) for one in documents])
    at = np.minimum(np.searchsorted(words, asked), len(words) - 1)
    known = words[at] == asked
    shape = (len(documents), len(words))
    return normalize(csr_matrix((rarity[at[known]], (row[known], at[known])), shape=shape))


def _temperature(margins: Any, truth: Any) -> float:
    """What makes the shares honest: the likeliest truth over all folds."""
    seen = np.where(np.isfinite(margins), margins, margins[np.isfinite(margins)].min())
    rows = np.arange(len(truth))

    def loss(temperature: float) -> float:
        shares = likelihoods(seen, temperature)[rows, truth]
        return float(-np.log(np.maximum(shares, 1e-9)).mean())

    return float(min(np.geomspace(0.05, 2, 24), key=loss))
