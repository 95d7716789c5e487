"""Any two Chinese characters that stand together are found, and nothing that does not match."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hotline.numbers import case_number
from hotline.search_terms import (
    LONGEST_WORD,
    MOST_TOKENS,
    QueryKind,
    WrongQuery,
    bigrams,
    folded,
    query_terms,
)

MONDAY = date(2026, 11, 23)
wide_digits = str.maketrans("0123456789", "０１２３４５６７８９")
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
han = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30)
texts = st.text(alphabet="小区停车收费难，。 \nABcd１２34々㐀𠮷", max_size=60)


def found(query: str, text: str) -> bool:
    """What the database does: all tokens, then all fragments."""
    terms = query_terms(query)
    within = folded(text)
    return set(terms.tokens) <= set(bigrams(text)) and all(
        fragment in within for fragment in terms.fragments
    )


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("停车位", ["停车", "车位"]),
        ("停车，停车", ["停车"]),
        ("A栋", ["a", "栋"]),
        ("３号楼Ａ１２室", ["3", "号楼", "a12", "室"]),
        ("电话13800138000", ["电话", "13800138000"]),
        ("𠮷野家", ["𠮷野", "野家"]),
        ("snake_case", ["snake", "case"]),
        ("，。！", []),
        ("", []),
    ],
)
def test_the_tokens_of_a_text(text: str, tokens: list[str]) -> None:
    assert bigrams(text) == tokens


@given(han, st.data())
def test_every_part_of_a_text_is_found(text: str, data: st.DataObject) -> None:
    assume(len(text) >= 2)
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert set(bigrams(text[start:end])) <= set(bigrams(text))
    assert found(text[start:end], f"昨日，{text}。Tel")


@given(texts, han)
def test_only_texts_that_hold_the_words_are_found(text: str, query: str) -> None:
    assume(len(query) >= 2)
    assert found(query, text) == (query in text)


@given(texts)
def test_tokens_are_distinct_and_fit_a_tsvector(text: str) -> None:
    tokens = bigrams(text * 3)
    assert len(tokens) == len(set(tokens))
    assert all(0 < len(token) <= LONGEST_WORD for token in tokens)


def test_a_huge_text_has_bounded_tokens() -> None:
    many = "".join(chr(0x4E00 + serial * 7 % 20_000) for serial in range(30_000))
    assert len(bigrams(many)) == MOST_TOKENS
    assert bigrams("x" * 100_000) == ["x" * LONGEST_WORD]


def test_words_apart_must_all_be_found() -> None:
    assert found("停车 收费", "小区收费贵，停车难")
    assert not found("停车 收费", "小区停车难")
    assert not found("停车收费", "停车，车收，收费")
    assert found("ＧＢ 停车", "按gb标准停车")


def test_a_lone_character_narrows_but_does_not_find() -> None:
    assert found("王 停车", "王某停车")
    assert found("A栋", "a栋楼")
    for typed in ("王", " 王 李 ", "，", "%"):
        with pytest.raises(WrongQuery, match="请至少输入两个字"):
            query_terms(typed)


@pytest.mark.parametrize(
    ("typed", "says"), [("  ", "请输入要查找的"), ("字" * 101, "最多 100 字，现在 101 字")]
)
def test_empty_and_endless_queries_are_refused(typed: str, says: str) -> None:
    with pytest.raises(WrongQuery, match=says):
        query_terms(typed)


@given(st.integers(0, 999_999))
def test_a_case_number_is_recognised(serial: int) -> None:
    number = case_number(MONDAY, serial)
    for typed in (number, f"工单号：{number}", " ".join(number), number.translate(wide_digits)):
        query = query_terms(typed)
        assert (query.kind, query.value) == (QueryKind.NUMBER, number)


def test_a_mistyped_case_number_is_told_rather_than_sought() -> None:
    with pytest.raises(WrongQuery, match="校验位不符"):
        query_terms("2611230000171")


@given(mobiles)
def test_a_phone_is_recognised_as_it_is_typed(mobile: str) -> None:
    for typed in (mobile, f"+86 {mobile[:3]} {mobile[3:7]} {mobile[7:]}", f"0086{mobile}"):
        query = query_terms(typed.translate(wide_digits))
        assert (query.kind, query.value) == (QueryKind.PHONE, "+86" + mobile)


@pytest.mark.parametrize("typed", ["2024-03-15", "12345", "3号楼102", "13800138000 停车"])
def test_other_digits_are_words(typed: str) -> None:
    assert query_terms(typed).kind is QueryKind.WORDS


@given(st.text(alphabet=st.sampled_from("停车收费难%_\\ aB１"), max_size=100))
def test_no_pattern_holds_more_than_letters_and_digits(typed: str) -> None:
    try:
        query = query_terms(typed)
    except WrongQuery:
        return
    for pattern in query.patterns:
        assert pattern[0] == pattern[-1] == "%"
        assert not set(pattern[1:-1]) & set("%_\\")
