"""When to call back: what was asked, what was heard, and the next try."""

from datetime import datetime

import pytest

from hotline.calendar import SHANGHAI
from hotline.calling import (
    AFTERNOON,
    EVENING,
    MORNING,
    NOON,
    Heard,
    Slot,
    asked_slot,
    best_slot,
    next_attempt,
)


def at(clock: str, day: int = 9) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 3, day, int(hour), int(minute), tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("texts", "slot"),
    [
        (["晚上再打"], EVENING),
        (["正在开会，请下午回电"], AFTERNOON),
        (["19点以后方便接电话"], EVENING),
        (["中午有空"], NOON),
        (["上午10点来电"], MORNING),
        # The words of the matter itself ask for no call.
        (["每天晚上施工噪声扰民"], None),
        (["昨日上午停水，请核实"], None),
        # The newest text counts.
        (["改为下午回访", "晚上再打"], AFTERNOON),
        ([], None),
    ],
)
def test_what_was_asked_for(texts: list[str], slot: Slot | None) -> None:
    assert asked_slot(texts) == slot


def test_where_somebody_spoke_most_is_proposed() -> None:
    heard = [Heard(at("19:00"), True), Heard(at("18:30", 8), True), Heard(at("10:00"), False)]
    assert best_slot(heard).slot is EVENING
    assert best_slot(heard, asked=MORNING).slot is MORNING


def test_where_nobody_answered_another_time_is_proposed() -> None:
    best = best_slot([Heard(at("10:00"), False), Heard(at("11:00", 8), False)])
    assert best.slot is None and best.why == "上午未接通过，可换个时段"
    assert best_slot([]).why == "没有可参考的通话记录"


@pytest.mark.parametrize(
    ("tried", "attempt", "slot", "again"),
    [
        ("10:00", "answered", None, None),
        ("10:00", "refused", None, None),
        ("10:00", "no_answer", None, at("12:00")),
        ("10:00", "busy", None, at("10:30")),
        ("10:00", "wrong_number", None, at("9:00", 10)),
        # Never at night.
        ("18:30", "no_answer", None, at("9:00", 10)),
        ("23:00", "no_answer", None, at("9:00", 10)),
        ("6:00", "busy", None, at("9:00")),
        ("10:00", "no_answer", EVENING, at("18:00")),
        ("14:30", "no_answer", MORNING, at("9:00", 10)),
        ("12:10", "busy", NOON, at("12:40")),
    ],
)
def test_the_next_try(tried: str, attempt: str, slot: Slot | None, again: datetime | None) -> None:
    assert next_attempt(at(tried), attempt, slot=slot) == again
