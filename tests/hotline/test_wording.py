"""Texts are kept as they were written, or refused with the reason."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.wording import BadWording, clean_text, without_invisible


def clean(
    text: str, *, max_length: int = 100, required: bool = True, one_line: bool = False
) -> str:
    return clean_text(
        text,
        field_label="诉求内容",
        max_length=max_length,
        required=required,
        one_line=one_line,
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  停车难\u3000", "停车难"),
        ("一\r\n二\r三\u2028四\x0b五", "一\n二\n三\n四\n五"),
        ("表\t格", "表\t格"),
        ("cafe\u0301", "café"),
        ("ＡＢＣ，１２３①", "ＡＢＣ，１２３①"),
        ("葛\U000e0100城区", "葛\U000e0100城区"),
        ("谢谢❤\ufe0f👩\u200d⚕\ufe0f👍🏽", "谢谢❤\ufe0f👩\u200d⚕\ufe0f👍🏽"),
    ],
)
def test_a_text_is_kept_as_it_was_written(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_a_title_stays_on_one_line() -> None:
    assert clean(" 小区\r\n\n停车 \t难 ", one_line=True) == "小区 停车 难"


@pytest.mark.parametrize("typed", ["", "  \r\n\u3000 ", "\t"])
def test_an_empty_text_is_refused_only_where_one_is_needed(typed: str) -> None:
    with pytest.raises(BadWording, match="“诉求内容”不能为空"):
        clean(typed)
    assert clean(typed, required=False) == ""


def test_length_is_counted_in_characters_after_trimming() -> None:
    assert clean(" " * 500 + "字" * 100 + "\n" * 500) == "字" * 100
    assert clean("𠮷" * 100) == "𠮷" * 100
    assert clean("e\u0301" * 100) == "é" * 100
    for length in (101, 134, 250_000):
        with pytest.raises(BadWording, match=f"“诉求内容”最多 100 字，现在 {length} 字"):
            clean("字" * length)


@pytest.mark.parametrize(
    "unseen",
    [
        *"\x00\x07\x08\x1b\x7f\x80\x9f",
        *"\u061c\u200e\u200f\u202a\u202e\u2066\u2069",
        *"\u00ad\u200b\u200c\u200d\u2060\ufeff\u3164\u2800",
        *"\ud800\udfff\ufffe\U000e0041",
    ],
)
def test_what_nobody_can_see_is_refused_with_its_place(unseen: str) -> None:
    with pytest.raises(BadWording) as refused:
        clean(f"  小区停车{unseen}难")
    assert refused.value.message == (
        "“诉求内容”含有不可见的控制字符（第 5 个字符），请删去后再提交。"
    )
    assert clean(without_invisible(f"小区停车{unseen}难")) == "小区停车难"


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_any_text_is_kept_visibly_or_refused(typed: str) -> None:
    try:
        kept = clean(typed, max_length=40)
    except BadWording:
        return
    assert 0 < len(kept) <= 40
    assert clean(kept, max_length=40) == kept
    assert kept == unicodedata.normalize("NFC", kept).strip()
    assert "\r" not in kept
    kept.encode("utf-8")


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_an_imported_text_without_the_invisible_is_accepted(typed: str) -> None:
    clean(without_invisible(typed), max_length=300, required=False)
