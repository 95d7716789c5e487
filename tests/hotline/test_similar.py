"""What speaks for a repeat, and how loudly."""

from hotline.similar import (
    SAME_NUMBER,
    SAME_PLACE,
    SAME_WORDS,
    Candidate,
    Shares,
    Told,
    likeness,
    same_class,
)

SHARES = Shares({"反映": 0.6, "小区": 0.4, "停水": 0.01, "柳桥": 0.002})
TOLD = Told(
    title="柳桥路8号院停水",
    content="诉求人反映小区停水",
    phone="+8613800001234",
    place="990101001",
    category="01.01.01",
)


def case(title: str, **given: str) -> Candidate:
    said = {"place": "", "category": "", "phone": ""} | given
    return Candidate(title, shared=set(TOLD.words) & set(Told(title=title).words), **said)


def test_rare_words_say_more_than_common_ones() -> None:
    assert SHARES.weight("柳桥") > SHARES.weight("停水") > SHARES.weight("小区")
    # A word that the statistics do not know is rarer than all that they know.
    assert SHARES.weight("蝾螈") > SHARES.weight("柳桥")


def test_each_reason_is_told() -> None:
    alike = likeness(
        TOLD,
        case("柳桥路8号院停水两天", phone=TOLD.phone, place=TOLD.place, category="01.01.02"),
        SHARES,
    )
    assert alike is not None and alike.reasons == (SAME_NUMBER, SAME_PLACE, SAME_WORDS)
    words_only = likeness(TOLD, case("柳桥路8号院停水两天"), SHARES)
    assert words_only is not None and words_only.reasons == (SAME_WORDS,)
    assert alike.score > words_only.score


def test_the_same_caller_with_another_matter_is_no_repeat() -> None:
    other = case("咨询公积金贷款额度", phone=TOLD.phone, place=TOLD.place, category="01.01.01")
    assert likeness(TOLD, other, SHARES) is None


def test_classes_are_the_same_below_one_second_level() -> None:
    assert same_class("01.02.03", "01.02.05") and same_class("01", "01")
    assert not same_class("01.02.03", "01.03.03") and not same_class("", "")
    assert not same_class("01", "02")


def test_a_word_of_each_half_is_looked_up_and_none_that_is_everywhere() -> None:
    place, matter = Told(title="柳桥小区人行道井盖破损").lookups(SHARES)
    assert "柳桥" in place and "井盖" in matter and "小区" not in place + matter
    assert Told(title="停水").lookups(SHARES) == [["停水"]]
    assert Told().lookups(SHARES) == []
