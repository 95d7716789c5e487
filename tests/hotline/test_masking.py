"""Nobody is told more about a requester than they need."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.masking import masked_name, masked_phone, masked_text, requester_view

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
landlines = st.from_regex(r"0[1-9][0-9]{1,2}[-  ]?[2-9][0-9]{6,7}", fullmatch=True)
identities = st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True)
# Around a number stands anything but what would be read as a part of it.
words = st.text(alphabet="我的电话号是，。：请回拨王小明家住三号楼A b\n", max_size=20)
gaps = st.sampled_from(["", " ", "-", " - ", ".", "\u2014", "\u3000", "－"])


def bare(text: str) -> str:
    """Only the digits, narrow, as somebody would read them out of a text."""
    return "".join(str(int(letter)) for letter in text if letter.isdecimal())


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王**"),
        ("王明", "王*"),
        ("欧阳小明", "欧***"),
        ("某某某某有限公司", "某***"),
        ("王", "*"),
        (" 王芳 ", "王*"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_first_character(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+8613800138000", "138****8000"),
        ("138 0013 8000", "138****8000"),
        ("+865998881234", "0599****34"),
        ("+861012345678", "0101****78"),
        ("+864001234567", "400****67"),
        ("+868881234", "8****34"),
        ("+85223456789", "852****6789"),
        ("12345", "12345"),
        ("", ""),
        ("不详", "****"),
    ],
)
def test_a_phone_keeps_its_ends(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_four_digits_of_a_phone_are_always_hidden(phone: str) -> None:
    masked = masked_phone(phone)
    if "*" not in masked:  # +86 and a service number
        assert re.fullmatch(r"\+86[0-9]{1,6}", phone)
    else:
        country = "86" if phone.startswith("+86") else ""
        national = phone[1 + len(country) :]
        assert len(bare(masked.removeprefix("0"))) <= len(national) - 4
        assert bare(phone) not in masked


@given(words, mobiles, gaps, gaps, words)
def test_no_mobile_is_left_in_a_text(
    before: str, mobile: str, gap: str, other: str, after: str
) -> None:
    typed = f"{mobile[:3]}{gap}{mobile[3:7]}{other}{mobile[7:]}"
    for spelt in (
        typed,
        f"+86 {typed}",
        typed.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ):
        masked = masked_text(before + spelt + after)
        assert masked == f"{before}{mobile[:3]}****{mobile[7:]}{after}"


@given(words, landlines, words)
def test_no_landline_is_left_in_a_text(before: str, landline: str, after: str) -> None:
    masked = masked_text(before + landline + after)
    assert bare(landline) not in bare(masked)
    assert "****" in masked
    assert len(bare(masked)) <= len(bare(before + landline + after)) - 4


@given(words, identities, words)
def test_no_identity_number_is_left_in_a_text(before: str, identity: str, after: str) -> None:
    masked = masked_text(before + identity + after)
    assert identity not in masked
    assert identity[6:14] not in masked
    for grouped in (f"{identity[:6]} {identity[6:14]} {identity[14:]}",):
        assert identity[14:] not in masked_text(before + grouped + after)


@given(st.text(alphabet=st.sampled_from("0123456789０５ -—.()（）是a，\n"), max_size=60))
def test_no_eleven_digits_in_a_row_are_left(text: str) -> None:
    for run in re.findall(r"\d{11,}", masked_text(text)):
        assert re.fullmatch(r"\d{2}(0[1-9]|1[0-2])\d{9}", run)  # a case number only


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("邮箱abc.d+1@mail.example.com，请回复", "邮箱a***@***，请回复"),
        ("手机号邮箱13800138000@example.com", "手机号邮箱1***@***"),
        ("闽H·A1234占道", "闽H*****占道"),
        ("闽hd12345和沪Ａ１２３４挂", "闽h*****和沪A*****"),
        ("一三八零零一三八零零零", "一******"),
        ("卡号 6222 0212 3456 7890 123", "卡号 622****0123"),
        ("QQ 123456789", "QQ 123****89"),
        ("拨 +1 205 555 2671", "拨 120****2671"),
        ("拨400-123-4567", "拨400****67"),
        ("外地拨013800138000", "外地拨138****8000"),
        ("拨8881234元旦前", "拨8****34元旦前"),
        ("本地8881234", "本地8****34"),
        ("两个：13800138000、13900139000", "两个：138****8000、139****9000"),
        ("2024-3-15 13800138000", "2024-3-15 138****8000"),
    ],
)
def test_what_names_a_person_is_hidden(text: str, masked: str) -> None:
    assert masked_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月15日10:30，12345热线，3号楼102室",
        "20240315 与 2024-03-15，2023-2024学年",
        "工程款1500000元，利息1234567.89 元未付",
        "工单2611230000170未办结",
        "乘G1234次列车，K12路公交，拨打110",
        "全角，标点。不变！",
        "",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert masked_text(text) == text


@given(st.text(max_size=200))
def test_masking_a_second_time_changes_nothing(text: str) -> None:
    assert masked_text(masked_text(text)) == masked_text(text)


def test_what_a_reader_sees_of_a_requester() -> None:
    def view(**known: bool) -> tuple[str, str, bool]:
        flags = {"anonymous": False, "confidential": False, "reveal": False} | known
        seen = requester_view(name="王小明", phone="+8613800138000", **flags)
        return seen.name, seen.phone, seen.revealed

    assert view() == ("王**", "138****8000", False)
    assert view(reveal=True) == ("王小明", "+8613800138000", True)
    assert view(confidential=True) == ("保密诉求人", "", False)
    assert view(confidential=True, reveal=True) == ("王小明", "+8613800138000", True)
    assert view(anonymous=True) == ("匿名", "", False)
    assert view(anonymous=True, confidential=True) == ("匿名", "", False)
    assert view(anonymous=True, reveal=True) == ("匿名", "+8613800138000", True)
