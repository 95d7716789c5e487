"""Knowledge articles (知识条目): their states, who may write them, and which one answers a text."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date
from typing import Final

from hotline.people import CENTRE_ROLES, UNIT_ROLES, Actor, Role
from hotline.search_terms import bigrams

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"
STATES: Final[Mapping[str, str]] = {DRAFT: "草稿", PUBLISHED: "已发布", WITHDRAWN: "已撤下"}

READERS: Final = frozenset({*CENTRE_ROLES, *UNIT_ROLES, Role.ADMIN})
WRITERS: Final = frozenset({Role.ADMIN, Role.UNIT_HEAD})

LONGEST_BODY: Final = 4000
MOST_SHOWN: Final = 3
LEAST_LIKE: Final = 0.3
"""So much of its title and keywords must stand in the text for an article to be offered."""

_BODY = 0.5


def may_write(actor: Actor, unit_id: int) -> bool:
    """The administrator writes every article, the head of a unit those of the own units."""
    return actor.has(Role.ADMIN) or (actor.has(Role.UNIT_HEAD) and unit_id in actor.unit_ids)


def words_of(title: str, keywords: str, body: str) -> list[str]:
    """What an article is found by."""
    return bigrams(f"{title}\n{keywords}\n{body}")


def in_force(state: str, valid_from: date, valid_until: date | None, *, on: date) -> bool:
    """Whether the article may be quoted on the day (both ends included)."""
    return state == PUBLISHED and valid_from <= on and (valid_until is None or on <= valid_until)


def ranked(
    asked: Sequence[str], articles: Mapping[int, tuple[Set[str], Collection[str]]]
) -> list[tuple[int, float]]:
    """Articles by how well they answer, the best first: (key, 0 … 1.5).

    `articles`: by key the asked words that stand anywhere in it, and the words of its title and
    keywords. A word that few of the articles hold says more.
    """
    many = Counter(word for found, _ in articles.values() for word in found)
    weight = {word: math.log(1 + len(articles) / count) for word, count in many.items()}
    said, scores = set(asked), []
    rarest = math.log(1 + max(len(articles), 1))
    whole = sum(weight.get(word, 0.0) for word in said) or 1.0
    for article, (found, named) in articles.items():
        in_name = sum(weight.get(word, rarest) for word in named if word in said)
        of_name = sum(weight.get(word, rarest) for word in named) or 1.0
        of_text = sum(weight[word] for word in found)
        # A short question is covered by the article; of a long text the name is covered.
        name = max(in_name / of_name, _BODY * in_name / whole)
        scores.append((article, name + _BODY * of_text / whole))
    return sorted(scores, key=lambda one: (-one[1], one[0]))
