"""What a text costs is known before it is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.sms_parts import MOST_PARTS, TooLong, counted, parts


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 612, 4),
        ("字" * 70, 1),
        ("字" * 71, 2),
        ("字" * 134, 2),
        ("字" * 135, 3),
        ("字" * 268, 4),
        ("a" * 69 + "，", 1),
        ("a" * 70 + "，", 2),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("`" * 71, 2),
    ],
)
def test_parts_are_70_alone_and_67_each(text: str, cost: int) -> None:
    assert parts(text) == cost


@pytest.mark.parametrize("text", ["字" * 269, "a" * 613, "👍" * 135])
def test_more_than_four_parts_are_refused(text: str) -> None:
    with pytest.raises(TooLong) as refused:
        parts(text)
    assert "需拆成 5 条，最多 4 条" in refused.value.message
    assert counted(text).parts == 5


@given(st.text(max_size=400))
def test_units_are_those_that_go_over_the_air(text: str) -> None:
    count = counted(text)
    if count.wide:
        assert count.units == len(text.encode("utf-16-le")) // 2
    else:
        assert count.units >= len(text)
    assert (count.parts == 0) == (text == "")
    assert count.parts <= MOST_PARTS or count.units > MOST_PARTS * (67 if count.wide else 153)


@given(st.text(max_size=200), st.characters(codec="utf-8"))
def test_more_text_never_costs_less(text: str, more: str) -> None:
    assert counted(text + more).parts >= counted(text).parts
