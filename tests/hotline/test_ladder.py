"""催办 → 督办 → 报领导: by time, in working time, each once, and not what a person has done."""

from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.demo_city.plays import scenes
from dispatch.demo_scenes import live_all
from hotline.calendar import SHANGHAI
from hotline.casefile import CaseFile
from hotline.errors import Incomplete, NotAvailable
from hotline.people import CLOCK, Role
from hotline.procedure import Phase, Procedure
from hotline.procedures import PROCEDURES
from hotline.procedures.ladder import LADDER
from hotline.ringing import due_to_ring, rings
from hotline.rings import BREACHED
from hotline.rulebook import Rulebook
from hotline.transition import Move, open_actions
from tests.demo_cast import demo_cast
from tests.makers import (
    CITY_CLERK,
    DISPATCHER,
    MONDAY,
    REVIEWER,
    RULEBOOK,
    SUPERVISOR,
    WATER_CLERK,
    a_case_in,
    act,
    later,
)

STEPS = tuple(rung.act for rung in LADDER)
REPLY = {"result": "solved", "reply": "已恢复供水。"}


def at(day: int, hour: int, minute: int = 1, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def swept(case: CaseFile, now: datetime, rulebook: Rulebook = RULEBOOK) -> list[Move]:
    """What one sweep does with the case."""
    moves: list[Move] = []
    waiting: set[str] = set()
    while clock := due_to_ring(case, now=now, besides=waiting):
        done = rings(case, clock, now=now, rulebook=rulebook)
        waiting |= set() if done else {clock.name}
        moves += done
        case = moves[-1].after if done else case
    return moves


def steps(moves: list[Move]) -> list[tuple[str, str]]:
    """(action, moment) of the steps that were taken."""
    return [
        (move.event.action, f"{move.event.at.astimezone(SHANGHAI):%m-%d %H:%M}")
        for move in moves
        if move.event.action in STEPS
    ]


def swept_by_the_hour(
    case: CaseFile, *, first: datetime, hours: int, rulebook: Rulebook = RULEBOOK
) -> list[Move]:
    moves: list[Move] = []
    for n in range(hours):
        moves += swept(moves[-1].after if moves else case, first + timedelta(hours=n), rulebook)
    return moves


def test_a_late_unit_is_reminded_then_supervised_then_reported_in_working_time() -> None:
    # The five working days end with Monday the 16th; half a day of work later it is 14:00.
    done = swept_by_the_hour(a_case_in("handling"), first=at(16, 23), hours=24 * 9)
    assert steps(done) == [
        ("remind", "03-17 14:01"),
        ("supervise", "03-18 09:01"),
        ("report_to_leader", "03-20 09:01"),
    ]
    case = done[-1].after
    assert (case.reminders, case.supervised) == (1, True)
    told = [told.template for move in done if move.event.action in STEPS for told in move.tells]
    assert told == ["unit/reminded", "unit/supervised", "leader/overdue", "unit/reported_up"]
    assert "4个工作小时" in next(m for m in done if m.event.action == "remind").event.inputs["note"]


def test_after_a_day_without_the_sweep_the_highest_step_is_taken_alone() -> None:
    done = swept(a_case_in("handling"), at(18, 15))
    about_handling = [
        move.event.action
        for move in done
        if move.event.action in STEPS or move.event.inputs.get("clock") == "handle"
    ]
    assert about_handling == ["supervise"]
    overdue = [count.n for move in done for count in move.counts if count.measure == "overdue"]
    assert overdue == [1]


def test_an_outage_that_ends_at_night_wakes_nobody() -> None:
    night = swept(a_case_in("handling"), at(19, 2))
    assert steps(night) == []
    assert "breach" in [move.event.action for move in night]
    assert steps(swept(night[-1].after, at(19, 2, 5))) == []
    assert steps(swept(night[-1].after, at(19, 8, 31))) == [("supervise", "03-19 08:31")]


def test_a_rest_day_takes_no_step() -> None:
    # Handed out on 26 March: the limit ends with Thursday 2 April, Qingming is 4 to 6 April.
    case = a_case_in("handling", now=at(26, 9))
    done = swept_by_the_hour(case, first=at(2, 23, month=4), hours=24 * 8)
    assert [day[:5] for _, day in steps(done)] == ["04-03", "04-07", "04-09"]


def test_what_a_person_did_after_the_limit_is_not_repeated() -> None:
    case = swept(a_case_in("handling"), at(17, 0))[-1].after
    reminded = act(case, "remind", DISPATCHER, now=at(17, 9)).after
    assert steps(swept_by_the_hour(reminded, first=at(17, 9), hours=26)) == [
        ("supervise", "03-18 09:01")
    ]
    supervised = act(case, "supervise", SUPERVISOR, now=at(17, 9), note="请抓紧").after
    assert steps(swept_by_the_hour(supervised, first=at(17, 9), hours=48)) == []


def test_a_reminder_before_the_limit_does_not_stand_for_the_one_after_it() -> None:
    early = act(a_case_in("handling"), "remind", DISPATCHER, now=later(days=1)).after
    assert steps(swept(early, at(17, 14))) == [("remind", "03-17 14:01")]


def test_what_is_supervised_already_is_reminded_and_reported_but_not_supervised_again() -> None:
    case = act(a_case_in("handling"), "supervise", SUPERVISOR, note="领导关注").after
    done = swept_by_the_hour(case, first=at(16, 23), hours=24 * 9)
    assert [action for action, _ in steps(done)] == ["remind", "report_to_leader"]


def test_an_answer_ends_the_ladder() -> None:
    case = swept(a_case_in("handling"), at(17, 15))[-1].after
    replied = act(case, "reply", WATER_CLERK, now=at(17, 16), **REPLY).after
    assert steps(swept_by_the_hour(replied, first=at(17, 17), hours=96)) == []


def test_a_stopped_clock_climbs_nothing_and_a_new_round_begins_below() -> None:
    stop = {"stop_ground": "expert", "basis": "检验", "stop_until": "2026-03-20", "reason": "送检"}
    asked = act(a_case_in("handling"), "request_stop", WATER_CLERK, **stop).after
    stopped = act(asked, "grant_stop", DISPATCHER).after
    assert steps(swept(stopped, at(18, 15))) == []
    late = swept(a_case_in("handling"), at(23, 15))[-1].after
    replied = act(late, "reply", WATER_CLERK, now=at(23, 16), **REPLY).after
    redo = {"redo_reasons": ["incomplete"], "note": "请补充"}
    again = act(replied, "redo", REVIEWER, now=at(24, 9), **redo).after
    done = swept_by_the_hour(again, first=at(31, 23), hours=48)
    assert [action for action, _ in steps(done)][:1] == ["remind"]


def test_time_cannot_take_a_step_that_is_not_due_or_was_taken() -> None:
    case = a_case_in("handling")
    for moment in (later(hours=1), at(17, 13), at(17, 22)):
        with pytest.raises(NotAvailable):
            act(case, "remind", CLOCK, now=moment)
    reminded = act(case, "remind", CLOCK, now=at(17, 14)).after
    with pytest.raises(NotAvailable):
        act(reminded, "remind", CLOCK, now=at(17, 15))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), pauses=st.lists(st.floats(0.05, 40), min_size=20, max_size=60))
def test_no_step_is_taken_twice_in_a_round_and_none_outside_working_time(
    seed: int, pauses: list[float]
) -> None:
    chance = Random(seed)
    case, now = a_case_in("handling"), MONDAY
    moves: list[Move] = []
    for pause in pauses:
        now += timedelta(hours=pause)
        for _ in range(chance.randint(0, 2)):
            done = swept(case, now)
            moves += done
            case = moves[-1].after if moves else case
        if chance.random() < 0.3 and case.phase != Phase.CLOSED:
            moves += somebody_acts(case, now, chance)
            case = moves[-1].after if moves else case
    taken = [m for m in moves if m.event.actor_name == CLOCK.name and m.event.action in STEPS]
    of_round = Counter((m.event.action, m.before.round, m.before.lead_unit_id) for m in taken)
    assert all(n == 1 for n in of_round.values()), of_round
    for move in taken:
        assert RULEBOOK.calendar.in_office_hours(move.event.at)
        handle = move.before.clock("handle")
        assert handle is not None
        assert handle.stop is None
        assert handle.due_at < move.event.at


def somebody_acts(case: CaseFile, now: datetime, chance: Random) -> list[Move]:
    """One of the acts that touch the unit's clock, where it is open to them."""
    redo = {"redo_reasons": ["incomplete"], "note": "请补充"}
    stop = {"stop_ground": "expert", "basis": "检验", "reason": "送检",
            "stop_until": f"{now + timedelta(days=3):%Y-%m-%d}"}  # fmt: skip
    wishes = [
        (DISPATCHER, "remind", {}), (SUPERVISOR, "supervise", {"note": "请抓紧"}),
        (SUPERVISOR, "report_to_leader", {"note": "久拖未办"}),
        (WATER_CLERK, "reply", REPLY), (CITY_CLERK, "reply", REPLY), (REVIEWER, "redo", redo),
        (WATER_CLERK, "request_stop", stop), (DISPATCHER, "grant_stop", {}),
        (WATER_CLERK, "request_extension", {"extension_days": 3, "reason": "须外购配件"}),
        (DISPATCHER, "grant_extension", {}), (DISPATCHER, "deny_extension", {"reason": "可按期"}),
    ]  # fmt: skip
    able = [w for w in wishes if w[1] in {one.name for one in open_actions(case, w[0], now=now)}]
    if not able:
        return []
    actor, action, inputs = chance.choice(able)
    try:
        return [act(case, action, actor, now=now, **inputs)]
    except (Incomplete, NotAvailable):
        # Too late for a stop or an extension.
        return []


@pytest.mark.parametrize("rules", PROCEDURES.values(), ids=[*PROCEDURES])
def test_a_ladder_goes_up_in_working_hours_by_acts_that_time_may_take(rules: Procedure) -> None:
    for clock in rules.clocks:
        if not clock.ladder:
            continue
        assert clock.breach is None, "what time ends itself needs no ladder"
        assert {rung.after.unit for rung in clock.ladder} == {"working_hour"}
        amounts = [rung.after.amount for rung in clock.ladder]
        assert amounts == sorted(set(amounts))
        for rung in clock.ladder:
            action = rules.action(rung.act)
            assert action is not None
            assert rung.act in action.does
            assert all(
                Role.CLOCK in action.roles_in(stage) for stage in _owed_in(rules, clock.name)
            )
            assert rung.basis
    assert BREACHED + max((len(clock.ladder) for clock in rules.clocks), default=0) <= 9


def _owed_in(rules: Procedure, clock: str) -> list[str]:
    """The stages in which the unit owes the act: from which one of the clock's ends is taken."""
    ends = rules.clock(clock).ends
    return [
        stage
        for action in rules.actions
        if action.name in ends and action.part == "lead"
        for stage in action.when
    ]


LADDERED = [
    (rules.kind, clock.name)
    for rules in PROCEDURES.values()
    for clock in rules.clocks
    if clock.ladder
]


@cache
def lives() -> tuple[list[Move], ...]:
    """The cases of the demonstration, told as they went."""
    told = live_all(scenes(), demo_cast(), now=MONDAY, rng=Random(1), serials=count(1))
    return tuple(life.moves for life in told)


@pytest.mark.parametrize(("kind", "name"), LADDERED, ids=[f"{k}-{n}" for k, n in LADDERED])
def test_whoever_owes_something_in_whatever_kind_is_pressed_step_by_step(
    kind: str, name: str
) -> None:
    running = (
        move.after
        for moves in lives()
        for move in moves
        if move.after.kind == kind
        and (clock := move.after.clock(name))
        and clock.rung == 0
        and not move.after.supervised
    )
    case = next(running, None)
    assert case is not None, f"no scene of {kind} comes to {name}"
    clock, label = case.clock(name), PROCEDURES[kind].clock(name).label
    assert clock is not None
    hours = round((clock.due_at - clock.started_at).total_seconds() / 3600) + 24 * 21
    done = swept_by_the_hour(
        case, first=clock.started_at, hours=hours, rulebook=demo_cast().rulebook
    )
    # Other clocks of the case may press, too.
    own = [one for one in done if str(one.event.inputs.get("note", "")).startswith(label)]
    taken = [move.event.action for move in own]
    assert taken in ([*STEPS], [step for step in STEPS if step != "supervise"])
    assert done[-1].after.supervised
    assert {"unit/reminded", "leader/overdue"} <= {t.template for one in own for t in one.tells}
