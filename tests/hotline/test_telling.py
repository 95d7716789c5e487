"""Whom an action tells, and what the words may say."""

import msgspec
import pytest

from hotline.people import CLOCK
from hotline.procedures.citizen import CITIZEN
from hotline.telling import Tell
from hotline.transition import Move
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_MANAGEMENT,
    DISPATCHER,
    HEDONG,
    MONDAY,
    REQUEST,
    REVIEWER,
    WATER,
    WATER_CLERK,
    a_blank,
    a_case_in,
    act,
    later,
)


def told(moved: Move) -> dict[str, Tell]:
    return {f"{tell.template} → {tell.destination}": tell for tell in moved.tells}


def test_a_text_to_the_requester_says_number_state_and_day_and_nothing_else() -> None:
    (accepted,) = act(a_blank(), "open", AGENT, **REQUEST).tells
    assert (accepted.channel, accepted.purpose) == ("sms", "service")
    assert accepted.phone == "+8613800001234"
    assert accepted.params == {
        "number": "2603090000017",
        "lookup_code": "ABCD2345",
        "matter": "诉求",
        "state": "已受理",
        "due_on": "2026-03-23",
        "provisional": False,
    }


def test_no_text_to_a_requester_carries_what_the_case_is_about() -> None:
    secrets = [REQUEST["title"], REQUEST["content"], REQUEST["requester_name"], "抢修", "水务局"]
    moves = [
        act(a_blank(), "open", AGENT, **REQUEST),
        act(a_case_in("accepted"), "answer_directly", AGENT, answer="抢修中，水务局负责。"),
        act(a_case_in("replied"), "approve", REVIEWER, note="抢修"),
        act(a_case_in("registered"), "refuse", AGENT, refusal_ground="explain", reason="抢修"),
    ]
    texts = [tell for moved in moves for tell in moved.tells if tell.channel == "sms"]
    assert len(texts) == 5
    for text in texts:
        said = msgspec.json.encode(text.params).decode()
        assert not [secret for secret in secrets if secret in said], text.template


def test_the_rating_question_is_marked_as_such() -> None:
    moved = act(a_case_in("replied"), "approve", REVIEWER)
    assert {tell.template: tell.purpose for tell in moved.tells} == {
        "citizen/answered": "service",
        "citizen/rating": "rating",
    }
    assert moved.tells[0].params["state"] == "已答复"


def test_a_deadline_beyond_the_published_calendar_is_called_provisional() -> None:
    december = later(days=290)
    (accepted,) = act(a_blank(now=december), "open", AGENT, now=december, **REQUEST).tells
    assert accepted.params["provisional"] is True
    assert accepted.params["due_on"] > "2027"


def test_lead_and_co_units_get_words_of_their_own() -> None:
    moved = act(
        a_case_in("accepted"), "dispatch", DISPATCHER, lead_unit="SWJ", co_units=["CGJ", "HDQ"]
    )
    assert set(told(moved)) == {
        f"unit/dispatched → unit{WATER}",
        f"co/dispatched → unit{CITY_MANAGEMENT}",
        f"co/dispatched → unit{HEDONG}",
    }
    notice = moved.tells[0]
    assert (notice.channel, notice.phone) == ("notice", "")
    assert notice.params["unit"] == "云州市水务局"
    assert notice.params["clock"] == "首次联系时限"
    assert notice.params["due_at"] == "2026-03-10T09:00+08:00"


@pytest.mark.parametrize(
    ("stage", "clock", "destination"),
    [
        ("accepted", "dispatch", "dispatcher"),
        ("handling", "handle", f"unit{WATER}"),
        ("replied", "review", "reviewer"),
        ("answered", "callback", "callback"),
        ("called_back", "verdict", "dispatcher"),
        ("accepted", "whole", "supervisor"),
    ],
)
def test_a_warning_goes_to_whoever_owes_the_act(stage: str, clock: str, destination: str) -> None:
    moved = act(a_case_in(stage), "warn", CLOCK, now=MONDAY, clock=clock, level=1)
    assert list(told(moved)) == [f"owed/warned → {destination}"]
    params = moved.tells[0].params
    assert params["clock"] == CITIZEN.clock(clock).label
    assert params["level"] == 1


def test_a_breach_is_told_to_the_supervisor_too_and_to_nobody_twice() -> None:
    late = act(a_case_in("handling"), "breach", CLOCK, clock="handle", level=3)
    assert list(told(late)) == [f"owed/breached → unit{WATER}", "supervisor/breached → supervisor"]
    whole = act(a_case_in("handling"), "breach", CLOCK, clock="whole", level=3)
    assert list(told(whole)) == ["owed/breached → supervisor"]


def test_nobody_is_told_where_nobody_is_in_charge() -> None:
    assert act(a_case_in("accepted"), "supplement", AGENT, note="又来电").tells == ()
    assert act(a_case_in("answered"), "callback", CALLBACK, attempt="busy").tells == ()


def test_a_contact_is_not_told() -> None:
    contact = {"contact_way": "phone", "contact_result": "reached", "note": "已核实"}
    assert act(a_case_in("handling"), "contact", WATER_CLERK, **contact).tells == ()
