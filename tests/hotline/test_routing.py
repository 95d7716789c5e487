"""The dispatch catalogue (派单目录): which unit is suggested, in which order, and why."""

from dataclasses import replace
from datetime import date

from hotline.routing import lost, suggest
from hotline.rulebook import Entry, Line, Rulebook
from tests.makers import CITY_MANAGEMENT, HEDONG, RULEBOOK, TRANSPORT, UNITS, WATER

TODAY = date(2026, 3, 9)
FIRST = date(2025, 1, 1)


def units(rules: Rulebook, category: str, place: str = "", *, on: date = TODAY) -> list[int]:
    return [found.unit_id for found in suggest(rules, category=category, place=place, on=on)]


def catalogue(*lines: Line) -> Rulebook:
    return replace(RULEBOOK, catalogue=lines)


def test_a_category_without_a_line_takes_the_one_above() -> None:
    assert units(RULEBOOK, "01.01.01") == [WATER]


def test_the_line_of_the_place_goes_before_the_line_of_the_city() -> None:
    assert units(RULEBOOK, "02.01.01", "990101001") == [HEDONG, CITY_MANAGEMENT]
    assert units(RULEBOOK, "02.01.01") == [CITY_MANAGEMENT]


def test_the_category_weighs_more_than_the_place() -> None:
    rules = catalogue(
        Line("02", "990101001", HEDONG, FIRST, None, ""),
        Line("02.01.01", "", CITY_MANAGEMENT, FIRST, None, ""),
    )
    assert units(rules, "02.01.01", "990101001") == [CITY_MANAGEMENT, HEDONG]


def test_lines_count_from_their_first_to_their_last_day() -> None:
    rules = catalogue(Line("01", "", WATER, TODAY, date(2026, 3, 10), ""))
    in_force = [day for day in (8, 9, 10, 11) if units(rules, "01", on=date(2026, 3, day))]
    assert in_force == [9, 10]


def test_a_unit_is_named_once_and_one_out_of_use_never() -> None:
    rules = catalogue(
        Line("01.01.01", "", WATER, FIRST, None, "first"),
        Line("01", "", WATER, FIRST, None, "second"),
        Line("01", "", TRANSPORT, FIRST, None, ""),
        Line("01", "", 99, FIRST, None, "a unit that is gone"),
    )
    found = suggest(rules, category="01.01.01", place="", on=TODAY)
    assert [(one.unit_id, one.basis) for one in found] == [(WATER, "first"), (TRANSPORT, "")]
    closed = replace(rules, units={**UNITS, WATER: replace(UNITS[WATER], active=False)})
    assert units(closed, "01.01.01") == [TRANSPORT]


def test_at_most_three_are_suggested() -> None:
    rules = catalogue(*(Line("01", "", unit_id, FIRST, None, "") for unit_id in UNITS))
    assert len(units(rules, "01")) == 3


def test_the_reason_names_category_place_and_time() -> None:
    (first, second) = suggest(RULEBOOK, category="02.01.01", place="990101001", on=TODAY)
    assert first.reason == "派单目录：城市管理 / 市容环境，河东区（2025-01-01起有效）"
    assert (first.unit_code, first.unit_name) == ("HDQ", "河东区人民政府")
    assert first.basis == "属地管理（演示）"
    assert "全市" in second.reason
    ending = catalogue(Line("01", "", WATER, FIRST, date(2026, 12, 31), ""))
    (only,) = suggest(ending, category="01", place="", on=TODAY)
    assert only.reason.endswith("（2025-01-01至2026-12-31有效）")


def test_an_unknown_category_and_a_circle_of_categories_suggest_nothing() -> None:
    assert units(RULEBOOK, "99") == []
    assert units(RULEBOOK, "") == []
    circle = {"a": Entry("a", "b", "甲"), "b": Entry("b", "a", "乙")}
    assert units(replace(RULEBOOK, categories=circle), "a") == []


def test_a_circle_of_units_ends() -> None:
    units_in_circle = {
        WATER: replace(UNITS[WATER], parent_id=TRANSPORT),
        TRANSPORT: replace(UNITS[TRANSPORT], parent_id=WATER),
    }
    rules = replace(RULEBOOK, units=units_in_circle)
    assert rules.subtree(WATER) == (WATER, TRANSPORT)
    assert RULEBOOK.subtree(HEDONG)[0] == HEDONG


def test_lines_that_lose_say_why() -> None:
    rules = catalogue(
        Line("02.01.01", "990101", HEDONG, FIRST, None, ""),
        Line("02.01.01", "", CITY_MANAGEMENT, FIRST, None, ""),
        Line("02.01", "990101001", CITY_MANAGEMENT, FIRST, None, ""),
        Line("02.01.01", "990101001", WATER, FIRST, date(2025, 12, 31), ""),
        Line("02.01.01", "990101001", TRANSPORT, date(2026, 4, 1), None, ""),
        Line("02.01.01", "990102", TRANSPORT, FIRST, None, ""),
        Line("02.01.01", "990101", CITY_MANAGEMENT, FIRST, None, ""),
        Line("02.01.01", "990101001", 99, FIRST, None, ""),
    )
    found = lost(rules, category="02.01.01", place="990101001", on=TODAY)
    assert [one.why for one in found] == [
        "2025-12-31已终止",
        "2026-04-01起才生效",
        "单位已停用",
        "与首选同等具体，排在后面，由派单员选择",
        "同一分类下有更具体区域的一项在先",
        "有更具体分类的一项在先",
        "只管990102，事发地不在那里",
    ]
    assert units(rules, "02.01.01", "990101001")[0] == HEDONG
