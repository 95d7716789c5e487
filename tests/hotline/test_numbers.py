"""Case numbers survive slips of the finger; a caller has one number however it is typed."""

from datetime import date

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hotline.numbers import (
    LOOKUP_LETTERS,
    WrongNumber,
    WrongPhone,
    case_number,
    is_case_number,
    is_mobile,
    new_lookup_code,
    new_secret_token,
    normalise_lookup_code,
    normalise_phone,
    parse_case_number,
    spoken_phone,
)

MONDAY = date(2026, 11, 23)
# The tables of numbers are read at the first use, which takes longer than any example.
unhurried = settings(deadline=None)

numbers = st.builds(
    case_number,
    st.dates(date(2007, 1, 1), date(2099, 12, 31)),
    st.integers(min_value=0, max_value=10**9),
)
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
wide_digits = str.maketrans("0123456789-() ", "０１２３４５６７８９－（）\u3000")


def test_a_case_number_is_the_day_the_serial_and_a_check_digit() -> None:
    number = case_number(MONDAY, 17)
    assert len(number) == 13
    assert number.startswith("261123000017")
    assert case_number(MONDAY, 1_000_017) == number


@given(numbers)
def test_every_wrong_digit_is_caught(number: str) -> None:
    for place, right in enumerate(number):
        for wrong in "0123456789":
            if wrong != right:
                assert not is_case_number(number[:place] + wrong + number[place + 1 :])


@given(numbers)
def test_every_swap_of_neighbours_is_caught(number: str) -> None:
    for place in range(12):
        left, right = number[place], number[place + 1]
        if left != right:
            assert not is_case_number(number[:place] + right + left + number[place + 2 :])


@given(numbers)
def test_a_case_number_is_read_in_every_spelling(number: str) -> None:
    for typed in (
        f" {number} ",
        f"{number[:6]}-{number[6:]}",
        " ".join(number),
        number.translate(wide_digits),
        f"查询{number}",
        f"查询 工单号：{number}。",
        f"我的工单编号是 {number}",
        f"No. {number}",
    ):
        assert parse_case_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "请输入 13 位"),
        ("查询", "请输入 13 位"),
        ("停车难", "请输入 13 位"),
        ("261123000017", "应为 13 位，现在 12 位"),
        ("26112300001700", "现在 14 位"),
        ("2611230000171", "校验位不符，请核对是否输错或颠倒"),
        ("1" * 500, "现在 500 位"),
        ("2611230000170" + " " * 60 + "x", "请输入 13 位"),
    ],
)
def test_what_is_no_case_number_is_told_apart(typed: str, says: str) -> None:
    with pytest.raises(WrongNumber, match=says):
        parse_case_number(typed)


@given(mobiles)
def test_a_phone_with_its_country_is_never_a_case_number(mobile: str) -> None:
    assert not is_case_number("86" + mobile)


@given(mobiles)
def test_a_mobile_has_one_value_in_every_spelling(mobile: str) -> None:
    first, middle, last = mobile[:3], mobile[3:7], mobile[7:]
    for typed in (
        mobile,
        f"+86{mobile}",
        f"0086{mobile}",
        f"86 {mobile}",
        f"0{mobile}",
        f"+86 {first} {middle} {last}",
        f"(+86){first}-{middle}-{last}",
        f"{first}\u2014{middle}\u2014{last}",
        f"\u202d{mobile}\u202c",
        f"{first} {middle} {last}".translate(wide_digits),
        " ".join(mobile),
    ):
        assert normalise_phone(typed) == "+86" + mobile
    assert is_mobile("+86" + mobile)
    assert spoken_phone("+86" + mobile) == f"{first} {middle} {last}"


@pytest.mark.parametrize(
    ("typed", "kept", "spoken"),
    [
        ("0599-8881234", "+865998881234", "0599 888 1234"),
        ("（０５９９）８８８１２３４", "+865998881234", "0599 888 1234"),
        ("+86 (0)599 8881234", "+865998881234", "0599 888 1234"),
        ("0599-00001234", "+8659900001234", "0599 0000 1234"),
        ("010 1234 5678", "+861012345678", "010 1234 5678"),
        ("400-123-4567", "+864001234567", "400 123 4567"),
        ("8881234", "+868881234", "888 1234"),
        ("00852 2345 6789", "+85223456789", "+852 2345 6789"),
        ("+1 205 555 2671", "+12055552671", "+1 205-555-2671"),
        ("12345", "12345", "12345"),
        ("+8612345", "12345", "12345"),
        ("１１０", "110", "110"),
        ("955 98", "95598", "95598"),
    ],
)
def test_other_numbers_have_one_value_too(typed: str, kept: str, spoken: str) -> None:
    assert normalise_phone(typed) == kept
    assert spoken_phone(kept) == spoken
    assert not is_mobile(kept)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (" ", "请填写电话号码"),
        ("12", "太短（2 位）"),
        ("+86", "太短"),
        ("1" * 21, "太长"),
        ("1" * 5000, "太长"),
        ("12345678901234567890", "不像是完整的电话号码"),
        ("000000000000", "不像是完整的电话号码"),
        ("1380013800a", "只能有数字"),
        ("0599-8881234转801", "分机号请写在备注里"),
        ("13800138000/13900139000", "只能有数字"),
        ("+", "只能有数字"),
        ("138+00138000", "只能有数字"),
    ],
)
def test_what_is_no_phone_is_refused_with_the_reason(typed: str, says: str) -> None:
    with pytest.raises(WrongPhone) as refused:
        normalise_phone(typed)
    assert says in refused.value.message


@unhurried
@given(st.from_regex(r"\+?[0-9]{3,16}", fullmatch=True))
@example("+4300000")
def test_a_normalised_phone_stays_as_it_is(typed: str) -> None:
    try:
        kept = normalise_phone(typed)
    except WrongPhone:
        assume(False)
    assert normalise_phone(kept) == kept
    assert len(kept) <= 20
    assert spoken_phone(kept)


@unhurried
@given(st.text(alphabet=st.sampled_from("0123456789+- ()８转a\n"), max_size=80))
def test_any_text_is_a_phone_or_a_refusal(typed: str) -> None:
    try:
        kept = normalise_phone(typed)
    except WrongPhone:
        return
    assert kept.lstrip("+").isascii()
    assert kept.lstrip("+").isdigit()


def test_a_lookup_code_has_no_letter_that_sounds_or_looks_like_another() -> None:
    codes = {new_lookup_code() for _ in range(500)}
    assert len(codes) == 500
    assert len(LOOKUP_LETTERS) == 31
    for code in codes:
        assert len(code) == 8
        assert not set(code) & set("0O1IL")
        assert normalise_lookup_code(f" {code[:4].lower()}-{code[4:]} ") == code


def test_no_lookup_code_is_likelier_than_another(monkeypatch: pytest.MonkeyPatch) -> None:
    last = len(LOOKUP_LETTERS) ** 8 - 1
    draws = iter([last + 1, 2**40 - 1, last, 0])
    monkeypatch.setattr(
        "hotline.numbers.secrets.token_bytes", lambda size: next(draws).to_bytes(size, "big")
    )
    # What is too large is drawn anew: taken modulo, it would come round to the first codes again.
    assert (new_lookup_code(), new_lookup_code()) == ("9" * 8, "A" * 8)


@pytest.mark.parametrize("typed", ["", "ABCD234", "ABCD23456", "ABCD2340", "ABCD234I", "查询码"])
def test_a_wrong_lookup_code_is_refused(typed: str) -> None:
    with pytest.raises(WrongNumber, match="查询码为 8 位"):
        normalise_lookup_code(typed)


def test_a_secret_token_is_long_and_new_each_time() -> None:
    assert len({new_secret_token() for _ in range(100)}) == 100
    assert len(new_secret_token()) >= 43
