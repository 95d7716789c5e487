"""What forms, the API, texts and imports may hand in: clean values, or a sentence beside each."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.errors import Incomplete
from hotline.inputs import INPUTS, accept, shown
from hotline.procedures.citizen import CITIZEN
from hotline.vocabulary import LEVELS
from tests.makers import (
    AGENT,
    CALLBACK,
    DISPATCHER,
    REQUEST,
    REVIEWER,
    RULEBOOK,
    UNITS,
    WATER,
    a_blank,
    a_case_in,
    act,
)

LONGEST = INPUTS["content"].max_length
CHINESE = range(0x4E00, 0x9FFF)


def briefly(value: Any) -> str:
    """What a test is called by: a number of 5000 digits is no name."""
    return ascii(value)[:24] if isinstance(value, str) else type(value).__name__


def read(name: str, raw: Any, *, required: bool = True) -> Any:
    return accept([(name, required)], {name: raw}, rulebook=RULEBOOK).get(name)


def refused(name: str, raw: Any, *, required: bool = True) -> str:
    with pytest.raises(Incomplete) as refusal:
        read(name, raw, required=required)
    assert set(refusal.value.fields) == {name}
    sentence = refusal.value.fields[name]
    assert any(ord(letter) in CHINESE for letter in sentence), sentence
    assert sentence in refusal.value.message
    return sentence


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("title", "", "请填写“标题”"),
        ("title", " \t\n ", "请填写“标题”"),
        ("title", None, "请填写“标题”"),
        ("title", "停" * 101, "最多 100 字，现在 101 字"),
        ("content", "停" * (LONGEST + 1), f"最多 {LONGEST} 字，现在 {LONGEST + 1} 字"),
        ("content", "停" * 2_000_000, f"最多 {LONGEST} 字"),
        ("content", "停\x00水", "控制字符"),
        ("content", "停\x1b[31m水", "控制字符"),
        ("content", "\u202e水停", "控制字符"),
        ("content", "停\u2066水", "控制字符"),
        ("title", "\u200b", "控制字符"),
        ("title", "半个\ud83d字", "控制字符"),
        ("title", True, "应为文字"),
        ("title", 5, "应为文字"),
        ("content", ["停水"], "应为文字"),
        ("content", {"a": 1}, "应为文字"),
        ("urgency", "urgent", "没有这个选项，可选：一般、疑难复杂"),
        ("urgency", " normal", "没有这个选项"),
        ("urgency", ["normal"], "没有这个选项"),
        ("urgency", "", "请填写“紧急程度”"),
        ("urgency", {}, "没有这个选项"),
        ("satisfied", True, "没有这个选项"),
        ("satisfied", 6, "没有这个选项"),
        ("satisfied", 0, "没有这个选项"),
        ("satisfied", 4.0, "没有这个选项"),
        ("satisfied", 10**5000, "没有这个选项"),
        ("satisfied", "５", "没有这个选项"),
        ("redo_reasons", "好", "没有这个选项"),
        ("redo_reasons", [], "请填写“重办原因”"),
        ("redo_reasons", [""], "请填写“重办原因”"),
        ("redo_reasons", ["no_result", 1], "应为选项列表"),
        ("redo_reasons", ["no_result", "x"], "没有这个选项"),
        ("redo_reasons", {"no_result": True}, "应为选项列表"),
        ("redo_reasons", 7, "应为选项列表"),
        ("anonymous", "maybe", "应为是或否"),
        ("anonymous", 2, "应为是或否"),
        ("anonymous", [True], "应为是或否"),
        ("lead_unit", "没有这个单位", "没有这个单位"),
        ("lead_unit", WATER, "没有这个单位"),
        ("lead_unit", ["SWJ"], "没有这个单位"),
        ("lead_unit", "swj", "没有这个单位"),
        ("co_units", ["SWJ", "XXX"], "没有这个单位"),
        ("co_units", [["SWJ"]], "应为选项列表"),
        ("category", "99.99", "没有这一项"),
        ("category", 1, "没有这一项"),
        ("category", ["01.01.01"], "没有这一项"),
        ("place", "河东区", "没有这一项"),
        ("requester_phone", "12", "太短"),
        ("requester_phone", "1380000123a", "只能有数字"),
        ("requester_phone", 13800001234, "应为号码文字"),
        ("requester_phone", "1" * 500, "太长"),
        ("level", "三", "应为整数"),
        ("level", "--5", "应为整数"),
        ("stop_until", "", "请填写“停止计时至”"),
        ("stop_until", "2026-02-30", "没有2026-02-30这一天"),
        ("stop_until", "20260320", "应为日期，如 2026-03-20"),
        ("stop_until", "2026-W12-5", "应为日期"),
        ("stop_until", "9999-12-31", "应为日期"),
        ("stop_until", "２０２６-03-20", "应为日期"),
        ("stop_until", 20260320, "应为日期"),
        ("level", True, "应为整数"),
        ("level", 1.5, "应为整数"),
        ("level", [1], "应为整数"),
        ("level", 10**5000, "应为整数"),
    ],
    ids=briefly,
)
def test_what_cannot_be_kept_gets_its_sentence(name: str, raw: Any, words: str) -> None:
    assert words in refused(name, raw)


@pytest.mark.parametrize(
    ("name", "raw", "kept"),
    [
        ("title", "  柳桥路\n8号院  停水 ", "柳桥路 8号院 停水"),
        ("content", " 停水\r\n已两天 ", "停水\n已两天"),
        ("content", "停" * LONGEST, "停" * LONGEST),
        ("satisfied", 5, "5"),
        ("satisfied", "5", "5"),
        ("redo_reasons", "no_result", ["no_result"]),
        ("redo_reasons", ["no_result", "no_result", ""], ["no_result"]),
        ("redo_reasons", ("no_result",), ["no_result"]),
        ("anonymous", "on", True),
        ("anonymous", "是", True),
        ("anonymous", True, True),
        ("anonymous", 1, True),
        ("lead_unit", "SWJ", "SWJ"),
        ("category", "01.01.01", "01.01.01"),
        ("requester_phone", "138 0000 1234", "+8613800001234"),
        ("requester_phone", "＋86１３８００００１２３４", "+8613800001234"),
        ("level", "3", 3),
        ("stop_until", " 2026-03-20 ", "2026-03-20"),
        ("level", 3, 3),
    ],
    ids=briefly,
)
def test_what_is_kept_has_one_spelling(name: str, raw: Any, kept: Any) -> None:
    assert read(name, raw) == kept


@pytest.mark.parametrize("name", sorted(INPUTS))
@pytest.mark.parametrize("empty", [None, ""])
def test_optional_inputs_left_empty_are_absent(name: str, empty: Any) -> None:
    assert accept([(name, False)], {name: empty}, rulebook=RULEBOOK) == {}
    assert "请填写" in refused(name, empty)


@pytest.mark.parametrize("raw", [False, "0", "off", "否", 0])
def test_a_flag_that_is_off_is_absent(raw: Any) -> None:
    assert accept([("anonymous", False)], {"anonymous": raw}, rulebook=RULEBOOK) == {}


def test_every_wrong_input_is_named_at_once() -> None:
    with pytest.raises(Incomplete) as refusal:
        act(a_blank(), "open", AGENT, **{**REQUEST, "title": "", "urgency": "x", "place": "x"})
    assert set(refusal.value.fields) == {"title", "urgency", "place"}


def test_what_was_not_asked_for_is_left_aside() -> None:
    moved = act(a_case_in("accepted"), "dispatch", DISPATCHER, lead_unit="SWJ", stage="closed")
    assert moved.event.inputs == {"lead_unit": "SWJ"}
    assert moved.after.stage == "dispatched"


def test_a_unit_or_category_out_of_use_is_refused() -> None:
    units = {**UNITS, WATER: replace(UNITS[WATER], active=False)}
    categories = dict(RULEBOOK.categories)
    categories["01.01.01"] = replace(categories["01.01.01"], active=False)
    rules = replace(RULEBOOK, units=units, categories=categories)
    with pytest.raises(Incomplete) as refusal:
        accept(
            [("lead_unit", True), ("category", True)],
            {"lead_unit": "SWJ", "category": "01.01.01"},
            rulebook=rules,
        )
    assert refusal.value.fields == {
        "lead_unit": "“主办单位”：云州市水务局已停用",
        "category": "“诉求分类”：没有这一项",
    }


@pytest.mark.parametrize(
    ("inputs", "wrong"),
    [
        ({"attempt": "answered"}, {"solved", "satisfied"}),
        ({"attempt": "answered", "solved": "yes"}, {"satisfied"}),
        ({"attempt": "no_answer", "solved": "yes"}, {"solved"}),
        ({"attempt": "refused", "satisfied": "5", "manner": "5"}, {"satisfied", "manner"}),
        ({"solved": "yes"}, {"attempt"}),
    ],
)
def test_a_callback_is_complete(inputs: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(Incomplete) as refusal:
        act(a_case_in("answered"), "callback", CALLBACK, **inputs)
    assert set(refusal.value.fields) == wrong


def test_a_refusal_needs_its_channel_only_where_there_is_one() -> None:
    case = a_case_in("registered")
    for ground in ("emergency", "in_progress", "explain"):
        act(case, "refuse", AGENT, refusal_ground=ground, reason="已说明")
    with pytest.raises(Incomplete) as refusal:
        act(case, "refuse", AGENT, refusal_ground="statutory_channel", reason="已说明")
    assert set(refusal.value.fields) == {"statutory_channel"}


@pytest.mark.parametrize(
    ("who", "wrong"),
    [
        ({}, {"requester_phone"}),
        ({"requester_name": "王女士"}, {"requester_phone"}),
        ({"anonymous": "0"}, {"requester_phone"}),
        ({"anonymous": "1"}, set()),
        ({"requester_phone": "0531-88881234"}, set()),
    ],
)
def test_a_requester_can_be_told_the_answer_or_is_anonymous(
    who: dict[str, str], wrong: set[str]
) -> None:
    form = {name: value for name, value in REQUEST.items() if not name.startswith("requester")}
    if not wrong:
        assert act(a_blank(), "open", AGENT, **form, **who).after.stage == "accepted"
        return
    with pytest.raises(Incomplete) as refusal:
        act(a_blank(), "open", AGENT, **form, **who)
    assert set(refusal.value.fields) == wrong


def test_a_correction_corrects_something() -> None:
    with pytest.raises(Incomplete):
        act(a_case_in("accepted"), "amend", AGENT, note="改一下")
    moved = act(a_case_in("accepted"), "amend", AGENT, category="02.01.01")
    assert moved.event.changes == {"category": ["01.01.01", "02.01.01"]}


@pytest.mark.parametrize(
    ("inputs", "wrong"),
    [
        ({"lead_unit": "SWJ", "co_units": ["SWJ"]}, {"co_units"}),
        ({"lead_unit": "12345"}, {"lead_unit"}),
        ({"lead_unit": "SWJ", "co_units": ["CGJ", "12345"]}, {"co_units"}),
    ],
)
def test_lead_and_co_units_are_different_member_units(
    inputs: dict[str, Any], wrong: set[str]
) -> None:
    with pytest.raises(Incomplete) as refusal:
        act(a_case_in("accepted"), "dispatch", DISPATCHER, **inputs)
    assert set(refusal.value.fields) == wrong


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(sorted(INPUTS)), raw=JUNK)
@settings(max_examples=400, deadline=None)
def test_whatever_is_handed_in_is_kept_clean_or_refused_with_a_sentence(
    name: str, raw: Any
) -> None:
    wrong: dict[str, str] = {}
    clean: dict[str, Any] = {}
    try:
        clean = accept([(name, True)], {name: raw}, rulebook=RULEBOOK)
    except Incomplete as refusal:
        wrong = refusal.fields
    if wrong:
        assert set(wrong) == {name}
        assert any(ord(letter) in CHINESE for letter in wrong[name])
    else:
        assert accept([(name, True)], clean, rulebook=RULEBOOK) == clean, "clean stays clean"


@given(raw=st.dictionaries(st.sampled_from(["redo_reasons", "note"]), JUNK))
@settings(max_examples=100, deadline=None)
def test_junk_never_moves_a_case(raw: dict[str, Any]) -> None:
    try:
        moved = act(a_case_in("replied"), "redo", REVIEWER, **raw)
    except Incomplete:
        return
    assert moved.event.inputs["redo_reasons"]
    assert moved.event.inputs["note"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("urgency", "danger", "紧急（危及生命财产）"),
        ("satisfied", "5", LEVELS["5"]),
        ("redo_reasons", ["no_result", "incomplete"], "无具体结果、答复不完整"),
        ("lead_unit", "SWJ", "云州市水务局"),
        ("co_units", ["SWJ", "CGJ"], "云州市水务局、云州市城市管理局"),
        ("category", "01.01.01", "市政公用 / 供水 / 停水"),
        ("place", "990101001", "河东区柳桥街道"),
        ("anonymous", True, "是"),
        ("note", "已核实", "已核实"),
        ("lead_unit", "OLD", "OLD"),
        ("no_such_input", 7, "7"),
    ],
)
def test_history_is_shown_in_words(name: str, value: Any, words: str) -> None:
    assert shown(name, value, rulebook=RULEBOOK) == words


def test_what_tells_who_the_requester_is_is_marked_private() -> None:
    assert {name for name, entry in INPUTS.items() if entry.private} == {
        "requester_name",
        "requester_phone",
        "petitioner_address",
    }
    for action in CITIZEN.actions:
        asked = {name for name, _ in action.inputs}
        assert "requester_phone" not in asked or "" in action.when, "asked at the opening only"


def test_a_choice_may_be_named_by_its_label() -> None:
    """The refusal names the labels; what it tells to write is taken."""
    assert read("urgency", " 一般") == "normal"
    assert read("request_type", "投诉") == "complaint"
