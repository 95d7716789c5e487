"""Learning categories: from real words by folds, and what a small invented city teaches."""

import csv
import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline.categorising import Model, joined, words_of
from hotline.learning import LEAST_CASES, Corpus, TooLittle, learn, levelled, near_duplicates

DATA = Path(os.environ.get("HOTLINE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
FILE = DATA / "citizen_messages" / "labelled_tokens.csv.gz"

WORDS = {
    "01.02.04": ("电梯停运", "电梯困人", "电梯异响", "轿厢抖动"),
    "01.02.03": ("停车收费", "占用车位", "道闸损坏", "地下车库"),
    "05.01": ("油烟扰民", "施工噪音", "黑烟污染", "河道发臭"),
}


def invented(many: int) -> Corpus:
    """Cases of three categories, each told with words of its own and words of all."""
    rng = random.Random(5)
    corpus = Corpus()
    for at in range(many):
        label = list(WORDS)[at % len(WORDS)]
        told = "，".join(rng.sample(WORDS[label], 2))
        place = "".join(chr(rng.randrange(0x4E00, 0x5E00)) for _ in range(12))
        corpus.add(words_of(told, f"诉求人反映{place}小区{told}，请尽快处理。"), label)
    return corpus


@pytest.mark.timeout(300)
@pytest.mark.skipif(not FILE.exists(), reason=f"no {FILE} (HOTLINE_SHARED_DATA names its folder)")
def test_real_messages_are_told_apart(record_property: Callable[[str, object], None]) -> None:
    corpus, groups = Corpus(), []
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            corpus.add(words_of("", row["tokens"].replace(" ", "")), row["category"])
            groups.append(row["near_duplicate_group"])
    lesson = learn(corpus, groups=groups)
    record_property("macro_f1", lesson.macro_f1)
    print(f"macro-F1 {lesson.macro_f1:.4f}, accuracy {lesson.accuracy:.4f}, {lesson.cases} cases")
    assert (lesson.cases, len(lesson.model.classes)) == (6448, 7)
    assert lesson.macro_f1 >= 0.88


def test_what_was_learned_is_told_with_its_words() -> None:
    lesson = learn(invented(LEAST_CASES + 20))
    assert lesson.macro_f1 > 0.95
    words = words_of("电梯困人", "诉求人反映某小区电梯困人，请尽快处理。")
    first = lesson.model.suggest(words)[0]
    assert first.code == "01.02.04" and first.share is not None and first.share > 0.5
    assert "电梯" in first.reason and "尽快" not in first.reason


def test_a_model_is_the_same_after_it_was_stored() -> None:
    model = learn(invented(LEAST_CASES + 20)).model
    again = Model.of_parts(model.parts(), model.classes, model.temperature)
    words = words_of("地下车库道闸损坏", "")
    assert again.suggest(words) == model.suggest(words)
    assert model.suggest([]) == [] == model.suggest(["魑魅"])


def test_too_few_cases_teach_nothing() -> None:
    with pytest.raises(TooLittle, match="至少需要1000件"):
        learn(invented(90))


def test_a_category_with_few_cases_counts_as_the_one_above() -> None:
    labels = ["01.01.01"] * 3 + ["01.01.02"] * 20 + ["01.02"] * 2 + ["02"] * 4
    found = levelled(labels, least=5)
    assert found == ["01"] * 3 + ["01.01.02"] * 20 + ["01"] * 2 + [""] * 4
    assert levelled(["01.01.01"] * 3 + ["01.01.02"] * 3, least=5) == ["01.01"] * 6


def test_near_duplicates_are_found() -> None:
    corpus = Corpus()
    text = "昨夜十一点以后东门外空地仍在施工，搅拌机和车辆噪音很大，影响周边居民休息，望查处"
    for told in (text, text + "。", "再次反映：" + text, "公园里的路灯已经坏了半个月没有人来修理"):
        corpus.add(words_of("", told), "01")
    groups = near_duplicates(corpus.documents)
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_neighbouring_pairs_are_read_as_one_word() -> None:
    words = words_of("小区停车位不足", "")
    assert words == ["小区", "区停", "停车", "车位", "位不", "不足"]
    assert joined(words, [3, 0, 2]) == ["停车位", "小区"]
