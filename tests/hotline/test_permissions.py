"""Who sees which cases, who may do what in which stage, and who may read a requester's number."""

from typing import Any

import msgspec
import pytest

from hotline.people import CLOCK, Actor, Role, citizen, importer
from hotline.permissions import (
    Scope,
    may_reveal,
    requester_open_to,
    roles_text,
    visible_cases,
)
from hotline.transition import open_actions
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    DISPATCHER,
    HEDONG,
    HEDONG_CLERK,
    HEDONG_STREET,
    LEADER,
    MONDAY,
    REVIEWER,
    SECRETARY,
    SUPERVISOR,
    WATER,
    WATER_CLERK,
    Story,
    a_case_in,
    act,
    staff,
)

ADMIN = staff("管理员", Role.ADMIN)
REQUESTER = citizen("+8613800001234")


def test_who_sees_which_cases() -> None:
    everything, nothing = Scope("true"), Scope("false")
    for person in (SUPERVISOR, LEADER, CLOCK):
        assert visible_cases(person) == everything, person.name
    for person in (AGENT, DISPATCHER, REVIEWER, CALLBACK):
        assert visible_cases(person) == Scope("c.kind in ('citizen')"), person.name
    assert visible_cases(SECRETARY) == Scope("c.kind in ('leader')")
    assert visible_cases(importer("市长信箱")) == everything
    for role in (Role.ADMIN, Role.SECURITY, Role.AUDIT):
        assert visible_cases(staff("管理", role)) == nothing
    assert visible_cases(Actor("无单位", frozenset({Role.CLERK}))) == nothing
    assert visible_cases(Actor("无号码", frozenset({Role.CITIZEN}))) == nothing
    assert visible_cases(Actor("无角色", frozenset())) == nothing


def test_a_unit_sees_what_is_assigned_to_it_or_below_it() -> None:
    scope = visible_cases(HEDONG_CLERK, first=4)
    assert scope.values == ([HEDONG, HEDONG_STREET],)
    assert "any($4::bigint[])" in scope.condition
    assert "withdrawn_at is null" in scope.condition
    assert visible_cases(WATER_CLERK).values == ([WATER],)


def test_a_requester_sees_the_cases_of_the_own_number() -> None:
    assert visible_cases(REQUESTER, first=2) == Scope("c.requester_phone = $2", (REQUESTER.phone,))


BY_LADDER = {"remind", "supervise", "report_to_leader"}
# Stage → who is offered what. Whoever is not named is offered nothing.
OFFERED: dict[str, dict[str, set[str]]] = {
    "registered": {
        "agent": {"accept", "refuse", "amend"},
        "dispatcher": {"accept", "refuse", "amend"},
    },
    "accepted": {
        "agent": {"amend", "supplement", "answer_directly", "merge"},
        "dispatcher": {"designate", "amend", "supplement", "answer_directly", "dispatch"},
        "callback": {"supplement"},
        "supervisor": {"designate", "supervise"},
    },
    "dispatched": {
        "agent": {"supplement"},
        "dispatcher": {"designate", "supplement", "redispatch", "remind"},
        "callback": {"supplement"},
        "supervisor": {"designate", "remind", "supervise", "report_to_leader"},
        "water": {"sign", "object"},
        "clock": {"deem_signed", *BY_LADDER},
    },
    "objected": {
        "agent": {"amend", "supplement"},
        "dispatcher": {
            "amend",
            "supplement",
            "uphold_objection",
            "reject_objection",
            "ask_arbitration",
            "remind",
        },
        "callback": {"supplement"},
        "clock": BY_LADDER,
        "supervisor": {"arbitrate", "arbitrate_kept", "remind", "supervise", "report_to_leader"},
    },
    "handling": {
        "agent": {"supplement"},
        "dispatcher": {"designate", "supplement", "redispatch", "remind"},
        "callback": {"supplement"},
        "clock": BY_LADDER,
        "supervisor": {"designate", "remind", "supervise", "report_to_leader"},
        "water": {"object", "contact", "reply", "request_extension", "request_stop"},
    },
    "replied": {
        "agent": {"supplement"},
        "dispatcher": {"supplement"},
        "reviewer": {"approve", "redo"},
        "callback": {"supplement"},
        "supervisor": {"supervise"},
    },
    "answered": {
        "agent": {"supplement"},
        "dispatcher": {"supplement"},
        "callback": {"supplement", "callback"},
        "supervisor": {"supervise"},
        "requester": {"rate"},
        "clock": {"expire_callback", "warn", "breach"},
    },
    "called_back": {
        "agent": {"supplement"},
        "dispatcher": {"supplement", "redo", "close"},
        "callback": {"supplement", "redo"},
        "supervisor": {"supervise", "redo", "close"},
        "requester": {"rate"},
    },
    "closed": {"requester": {"rate"}},
    "refused": {},
}
_TIES = {"merge", "split", "relate"}
_EARLY: dict[str, set[str]] = {
    "agent": {"withdraw"},
    "dispatcher": {*_TIES, "withdraw"},
    "reviewer": {"terminate"},
    "supervisor": {*_TIES, "terminate"},
    "clock": {"absorb", "disjoin"},
}
# What stands behind 更多操作, and what time does along with it.
FURTHER: dict[str, dict[str, set[str]]] = {
    "registered": {"agent": {"withdraw"}, "dispatcher": {"withdraw"}},
    "accepted": _EARLY,
    "dispatched": _EARLY,
    "objected": _EARLY,
    "handling": {**_EARLY, "water": {"request_termination", "hand_inside"}},
    "replied": {
        **_EARLY,
        "dispatcher": {"relate", "withdraw"},
        "supervisor": {"relate", "terminate"},
    },
    "answered": {
        "dispatcher": {"relate"},
        "supervisor": {"relate"},
        "clock": {"absorb", "disjoin"},
    },
    "called_back": {"dispatcher": {"relate"}, "supervisor": {"relate"}},
    "closed": {
        "callback": {"reopen", "reopen_to_dispatch"},
        "dispatcher": {"reopen", "reopen_to_dispatch", "archive"},
        "supervisor": {"reopen", "reopen_to_dispatch", "plan_look_back", "archive"},
    },
    "refused": {"dispatcher": {"archive"}, "supervisor": {"archive"}},
}
PEOPLE: dict[str, Actor] = {
    "agent": AGENT,
    "dispatcher": DISPATCHER,
    "reviewer": REVIEWER,
    "callback": CALLBACK,
    "supervisor": SUPERVISOR,
    "leader": LEADER,
    "admin": ADMIN,
    "water": WATER_CLERK,
    "another unit": CITY_CLERK,
    "requester": REQUESTER,
    "clock": CLOCK,
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("stage", OFFERED)
def test_who_is_offered_what(stage: str, who: str) -> None:
    offered = {action.name for action in open_actions(a_case_in(stage), PEOPLE[who], now=MONDAY)}
    by_time_anywhere = (
        {"warn", "breach", "recalendar", "adjust_limits"}
        if stage not in ("closed", "refused")
        else set()
    )
    expected = OFFERED[stage].get(who, set()) | FURTHER[stage].get(who, set())
    assert offered == (expected | by_time_anywhere if who == "clock" else expected)


def test_a_unit_that_lost_the_case_is_offered_nothing() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ")
    story.does(DISPATCHER, "redispatch", lead_unit="CGJ", reason="属市容问题")
    assert story.can(WATER_CLERK) == set()
    assert story.can(CITY_CLERK) == {"sign", "object"}


def test_a_co_unit_neither_objects_nor_answers_for_the_lead() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["CGJ"])
    assert story.can(CITY_CLERK) == {"co_sign"}
    story.does(WATER_CLERK, "sign")
    story.does(CITY_CLERK, "co_sign")
    assert story.can(CITY_CLERK) == {"co_reply"}


@pytest.mark.parametrize(
    ("person", "open_to_all", "confidential"),
    [
        (AGENT, True, True),
        (CALLBACK, True, True),
        (DISPATCHER, True, False),
        (SUPERVISOR, True, False),
        (REVIEWER, False, False),
        (LEADER, False, False),
        (WATER_CLERK, False, False),
        (ADMIN, False, False),
    ],
)
def test_to_whom_a_requester_is_shown(person: Actor, open_to_all: bool, confidential: bool) -> None:
    case = a_case_in("handling")
    assert requester_open_to(person, case) is open_to_all
    hidden = msgspec.structs.replace(case, confidential=True)
    assert requester_open_to(person, hidden) is confidential


@pytest.mark.parametrize(
    ("changes", "revealed"),
    [
        ({}, True),
        ({"confidential": True}, False),
        ({"anonymous": True}, False),
        ({"request_type": "report"}, False),
    ],
)
def test_the_unit_in_charge_may_ask_for_the_number(changes: dict[str, Any], revealed: bool) -> None:
    case = msgspec.structs.replace(a_case_in("handling"), **changes)
    assert may_reveal(WATER_CLERK, case) is revealed
    assert not may_reveal(CITY_CLERK, case)


def test_the_number_is_revealed_after_signing_and_not_to_a_co_unit_or_after_closing() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="HDQ01", co_units=["HDQ", "CGJ"])
    assert not may_reveal(HEDONG_CLERK, story.case)
    story.does(CITY_CLERK, "co_sign")
    story.does(HEDONG_CLERK, "sign")
    assert may_reveal(HEDONG_CLERK, story.case)
    assert not may_reveal(CITY_CLERK, story.case)
    assert not may_reveal(WATER_CLERK, a_case_in("closed"))


def test_recusal_follows_the_person_and_not_the_role() -> None:
    case = a_case_in("handling")
    replied = act(case, "reply", WATER_CLERK, result="solved", reply="已恢复。").after
    assert replied.handlers == (WATER_CLERK.staff_id,)
    judge = Actor("同一人", frozenset({Role.REVIEWER}), staff_id=WATER_CLERK.staff_id)
    assert "approve" not in {action.name for action in open_actions(replied, judge, now=MONDAY)}
    assert "approve" in {action.name for action in open_actions(replied, REVIEWER, now=MONDAY)}


def test_roles_of_a_newer_version_are_left_out() -> None:
    assert roles_text(["agent", "oracle", "clerk"]) == [Role.AGENT, Role.CLERK]
