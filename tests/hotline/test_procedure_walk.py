"""Anybody does anything at any time to one case: what must hold whatever way it goes."""

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.entries import EventEntry, chained
from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.extra_time import EXTRA_TIME
from hotline.inputs import INPUTS
from hotline.people import CLOCK, Actor, Role, citizen
from hotline.procedure import Action, Phase
from hotline.procedures.citizen import CITIZEN
from hotline.procedures.returns import RETURNS
from hotline.rings import BREACHED, held
from hotline.stops import days_stopped
from hotline.ties import TIED
from hotline.transition import Move, offered, open_actions
from hotline.vocabulary import URGENCIES
from hotline.winding import recomputed
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    DISPATCHER,
    HEDONG_CLERK,
    HEDONG_STREET,
    MONDAY,
    REQUEST,
    REVIEWER,
    RULEBOOK,
    SUPERVISOR,
    UNITS,
    WATER,
    WATER_CLERK,
    WAYS,
    a_blank,
    a_case_in,
    act,
    staff,
)

PEOPLE = (
    AGENT,
    DISPATCHER,
    REVIEWER,
    CALLBACK,
    SUPERVISOR,
    WATER_CLERK,
    CITY_CLERK,
    HEDONG_CLERK,
    staff("柳桥街道小蒋", Role.UNIT_HEAD, unit=HEDONG_STREET),
    staff("兼职小冯", Role.CLERK, Role.REVIEWER, Role.CALLBACK, Role.DISPATCHER, unit=WATER),
    staff("市领导", Role.LEADER),
    staff("管理员", Role.ADMIN),
    CLOCK,
    citizen("+8613800001234"),
)
AFTER_OPENING = [action for action in CITIZEN.actions if "" not in action.when]
LADDER_ACTS = frozenset(rung.act for rule in CITIZEN.clocks for rung in rule.ladder)
ABOUT_TIME = {
    action.name
    for action in CITIZEN.actions
    if set(action.does) & {effect.__name__ for effect in EXTRA_TIME}
}
# Another request on the same matter, and the actions that make a closed case live again.
PARTNER = msgspec.structs.replace(a_case_in("handling"), number="2603090000025")
LIVING_AGAIN = {action.name for action in CITIZEN.actions if "live_again" in action.does}
FOUND = {"main_case": PARTNER, "other_case": PARTNER, TIED: PARTNER}
MEMBERS = sorted(unit.code for unit in UNITS.values() if unit.kind != "centre")
CODES = {
    "unit": MEMBERS,
    "units": MEMBERS,
    "category": sorted(RULEBOOK.categories),
    "place": sorted(RULEBOOK.places),
}


# Who gets what is handed down, and until when, has to fit the unit: see `below`.
INSIDE = ("inside_unit", "inside_person", "inside_by")


def below(case: CaseFile) -> str:
    """A unit under the lead, as a code; empty where it has none."""
    lead = case.lead_unit_id
    units = RULEBOOK.subtree(lead) if lead else ()
    return next((RULEBOOK.units[one].code for one in units if one != lead), "")


def value_of(name: str) -> st.SearchStrategy[Any]:
    """A valid value of an input."""
    entry = INPUTS[name]
    if entry.type in ("line", "text"):
        return st.sampled_from(["已核实。", "诉求人补充：夜间更甚。\n请尽快处理", "x"])
    if entry.type == "choice":
        return st.sampled_from(sorted(entry.choices))
    if entry.type == "choices":
        return st.lists(st.sampled_from(sorted(entry.choices)), min_size=1, max_size=3)
    if entry.type == "units":
        return st.lists(st.sampled_from(CODES["units"]), max_size=3)
    if entry.type == "flag":
        return st.sampled_from([True, False, "on", ""])
    if entry.type == "integer":
        return st.integers(1, 5)
    if entry.type == "case":
        return st.just(PARTNER.number)
    if entry.type == "files":
        return st.just([])
    return st.sampled_from(CODES[entry.type])


@st.composite
def valid_inputs(draw: st.DrawFn, action: Action, machine: "Walk") -> dict[str, Any]:
    """Inputs that the action accepts on the case as it stands."""
    case = machine.case
    given = {
        name: draw(value_of(name))
        for name, required in action.inputs
        if name not in ("clock", "level", "since", "stop_until", *INSIDE)
        and (required or draw(st.booleans()))
    }
    if "clock" in action.needs:
        name, level, highest = draw(st.sampled_from(machine.ringing()))
        given |= {"clock": name, "level": draw(st.integers(level, highest))}
    if "stop_until" in action.needs:
        day = in_shanghai(machine.now).date() + timedelta(days=draw(st.integers(1, 9)))
        given["stop_until"] = day.isoformat()
    if action.name == "hand_inside":
        given |= {
            "inside_unit": below(case),
            "inside_by": in_shanghai(machine.now).date().isoformat(),
        }
    if action.name == "release_co":
        codes = [RULEBOOK.units[part.unit_id].code for part in case.parts if part.part == "co"]
        given["co_units"] = draw(st.lists(st.sampled_from(codes or ["CGJ"]), min_size=1))
    if "lead_unit" in given:
        lead = RULEBOOK.units[case.lead_unit_id].code if case.lead_unit_id else ""
        given["lead_unit"] = draw(st.sampled_from([code for code in MEMBERS if code != lead]))
        cos = given.get("co_units", [])
        given["co_units"] = [code for code in cos if code != given["lead_unit"]]
    if action.name == "callback" and given["attempt"] != "answered":
        given = {"attempt": given["attempt"]}
    elif action.name == "callback":
        given |= {"solved": draw(value_of("solved")), "satisfied": draw(value_of("satisfied"))}
    if given.get("refusal_ground") == "statutory_channel":
        given["statutory_channel"] = "litigation"
    if given.get("termination_ground") == "statutory_channel":
        given["statutory_channel"] = "litigation"
    if given.get("look_back") == "none":
        given["look_back"] = "month"
    if action.name == "amend":
        given["address"] = "柳桥路9号院"
    return given


def stored(event: EventEntry) -> EventEntry:
    """The event as it comes back from a JSON column."""
    return msgspec.json.decode(msgspec.json.encode(event), type=EventEntry)


class Walk(RuleBasedStateMachine):
    """One case from its opening on."""

    @initialize(
        first=st.sampled_from(["open", "register"]),
        urgency=st.sampled_from(sorted(URGENCIES)),
        stage=st.sampled_from(["", *WAYS, "handling", "handling"]),
        co_units=st.sampled_from([["CGJ"], ["HDQ", "HDQ01"], []]),
    )
    def opens(self, first: str, urgency: str, stage: str, co_units: list[str]) -> None:
        self.now = MONDAY
        moved = act(a_blank(), first, AGENT, **{**REQUEST, "urgency": urgency})
        self.moves: list[Move] = [moved]
        self.case = moved.after
        if first == "open":
            for action, actor, inputs in WAYS.get(stage, ()):
                # A lead whose co-units have not reported comes no further than handling.
                with_cos = action == "dispatch" and stage in ("dispatched", "objected", "handling")
                more = {"co_units": co_units} if with_cos else {}
                self.moves.append(act(self.case, action, actor, **inputs, **more))
                self.case = self.moves[-1].after

    @rule(hours=st.sampled_from([0.01, 1, 5, 24, 80, 400]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule(chance=st.randoms(), data=st.data())
    @precondition(lambda self: sum(move.event.action == "rate" for move in self.moves) < 4)
    def somebody_does_what_is_offered(self, chance: Random, data: st.DataObject) -> None:
        self.one_of(self.choices(), chance, data)

    @rule(chance=st.randoms(), data=st.data())
    @precondition(lambda self: self.case.phase != Phase.CLOSED)
    def the_case_goes_on(self, chance: Random, data: st.DataObject) -> None:
        onward = [(person, action) for person, action in self.choices() if action.to is not None]
        names = sorted({action.name for _, action in onward})
        name = chance.choice(names)
        self.one_of([pair for pair in onward if pair[1].name == name], chance, data)

    @rule(person=st.sampled_from(PEOPLE), action=st.sampled_from(AFTER_OPENING), data=st.data())
    def somebody_tries_anything(self, person: Actor, action: Action, data: st.DataObject) -> None:
        if action in open_actions(self.case, person, now=self.now):
            return
        if not self.can_be_filled(action):
            return
        inputs = data.draw(valid_inputs(action, self))
        with pytest.raises((NotAvailable, NotPermitted)):
            act(self.case, action.name, person, now=self.now, **inputs)

    @rule(chance=st.randoms(), data=st.data())
    @precondition(lambda self: any(part.part == "co" for part in self.case.parts))
    def a_co_unit_goes_on(self, chance: Random, data: st.DataObject) -> None:
        self.one_of([pair for pair in self.choices() if pair[1].part == "co"], chance, data)

    @rule(chance=st.randoms(), data=st.data(), hours=st.sampled_from([0, 1, 20, 70]))
    @precondition(lambda self: self.case.clock("handle") is not None)
    def more_time_is_asked_for_and_decided(
        self, chance: Random, data: st.DataObject, hours: int
    ) -> None:
        for _ in range(2):
            choices = [pair for pair in self.choices() if pair[1].name in ABOUT_TIME]
            self.one_of(choices, chance, data)
            self.now += timedelta(hours=hours)

    @rule(person=st.sampled_from(PEOPLE))
    @precondition(lambda self: self.case.phase != Phase.CLOSED)
    def somebody_submits_an_empty_form(self, person: Actor) -> None:
        for action in open_actions(self.case, person, now=self.now):
            if any(required for _, required in action.inputs):
                with pytest.raises(Incomplete):
                    act(self.case, action.name, person, now=self.now)

    def choices(self) -> list[tuple[Actor, Action]]:
        """Who could do what now."""
        return [
            (person, action)
            for person in PEOPLE
            for action in open_actions(self.case, person, now=self.now)
            if self.can_be_filled(action)
            # Time climbs its ladder when a step is due: tests/hotline/test_ladder.py.
            and not (person is CLOCK and action.name in LADDER_ACTS)
        ]

    def one_of(
        self, choices: list[tuple[Actor, Action]], chance: Random, data: st.DataObject
    ) -> None:
        if choices:
            person, action = chance.choice(choices)
            self.takes(person, action, data.draw(valid_inputs(action, self)))

    def can_be_filled(self, action: Action) -> bool:
        """Time rings what runs and was not rung to the end; nobody asks when it is too late."""
        if "clock" in action.needs:
            return bool(self.ringing())
        if action.name == "hand_inside":
            return bool(below(self.case))
        if action.name in ("request_extension", "request_stop"):
            handle = self.case.clock("handle")
            if handle is None or handle.due_at <= self.now or handle.rung == BREACHED:
                return False
            return days_stopped("working_day", handle.rests, RULEBOOK.calendar) < 20
        return True

    def ringing(self) -> list[tuple[str, int, int]]:
        """(clock, lowest level, highest level) of what may ring."""
        rings = []
        for clock in self.case.open_clocks:
            highest = 2 if held(self.case, CITIZEN.clock(clock.name)) else BREACHED
            if clock.stop is None and clock.rung < highest:
                rings.append((clock.name, clock.rung + 1, highest))
        return rings

    def takes(self, person: Actor, action: Action, inputs: dict[str, Any]) -> None:
        before = self.case
        copy = msgspec.json.encode(before)
        moved = act(before, action.name, person, now=self.now, found=FOUND, **inputs)
        assert msgspec.json.encode(before) == copy, "a move never changes the file it was given"
        assert moved.before is before
        self.moves.append(moved)
        self.case = moved.after
        if before.phase == Phase.CLOSED and action.name not in LIVING_AGAIN:
            assert moved.after.closed_at == before.closed_at
            assert moved.after.phase == before.phase
        if action.part:
            self.acted_within_the_own_unit(person, moved)
        for told in moved.tells:
            assert told.template in (*action.tells, *RETURNS.tells)
            assert told.phone or told.unit_id or told.role
            assert "content" not in told.params

    def acted_within_the_own_unit(self, person: Actor, moved: Move) -> None:
        for old, new in zip(moved.before.assignments, moved.after.assignments, strict=True):
            if (old.signed_at, old.replied_at) != (new.signed_at, new.replied_at):
                assert new.unit_id in person.unit_ids

    @invariant()
    def it_stands_in_one_stage(self) -> None:
        assert CITIZEN.stage(self.case.stage).phase == self.case.phase
        closed = self.case.phase == Phase.CLOSED
        assert closed == (self.case.closed_at is not None)
        if closed:
            assert self.case.open_clocks == ()
            assert self.case.parts == ()
            assert self.case.next_due_at is None
            assert all(clock.ring_at is None for clock in self.case.clocks)
        elif self.case.accepted_at:
            assert self.case.next_due_at == min(clock.due_at for clock in self.case.open_clocks)

    @invariant()
    def somebody_owes_the_next_step(self) -> None:
        if self.case.accepted_at and self.case.phase != Phase.CLOSED:
            # A merged case owes the answer in time; after a look-back nothing is owed.
            alone = self.case.stage in ("merged", "looking_back")
            assert len(self.case.open_clocks) >= 2 - alone, "the whole, and the step that is due"
            names = [clock.name for clock in self.case.open_clocks]
            assert len(names) == len(set(names))

    @invariant()
    def the_history_is_complete_and_chained(self) -> None:
        assert self.case.version == len(self.moves)
        previous, stage = bytes(32), ""
        for seq, moved in enumerate(self.moves, 1):
            event = stored(moved.event)
            assert (event.seq, event.stage_before) == (seq, stage)
            assert event.hash == chained(previous, self.case.number, event)
            previous, stage = event.hash, event.stage_after
        assert (self.case.last_hash, self.case.stage) == (previous, stage)

    @invariant()
    def the_citizen_clock_is_never_reset(self) -> None:
        whole = [clock for clock in self.case.clocks if clock.name == "whole"]
        reopened = [m.after for m in self.moves if m.event.action.startswith("reopen")]
        assert len(whole) == (1 if self.case.accepted_at else 0) + len(reopened)
        begun = [m.after for m in self.moves if m.after.clock("whole")][:1] + reopened
        for clock, case in zip(whole, begun, strict=True):
            first = case.clock("whole")
            assert first is not None
            assert (clock.started_at, clock.due_at) == (first.started_at, first.due_at)

    @invariant()
    def a_deadline_is_what_its_facts_make_it(self) -> None:
        for clock in self.case.open_clocks:
            rule = CITIZEN.clock(clock.name)
            waits = held(self.case, rule)
            assert recomputed(clock, rule, RULEBOOK, held=waits) == clock
            assert not clock.stops or rule.stoppable
            assert len(clock.extensions) <= (rule.extendable.times if rule.extendable else 0)
            for stop in clock.rests:
                assert not stop.from_at <= clock.due_at < stop.over_at
                assert clock.ring_at is None or not stop.from_at < clock.ring_at < stop.over_at
            if clock.stop:
                assert clock.ring_at == clock.stop.rest.over_at

    @invariant()
    def what_is_asked_waits_for_somebody_who_owes_the_decision(self) -> None:
        pending = self.case.pending
        for asked, decides in (
            (pending.extension, "decide_extension"),
            (pending.stop, "decide_stop"),
        ):
            assert (asked is not None) == (self.case.clock(decides) is not None)

    @invariant()
    def the_parts_are_of_this_round_and_have_one_lead(self) -> None:
        leads = [part for part in self.case.parts if part.part == "lead"]
        assert len(leads) <= 1
        assert all(part.round == self.case.round for part in self.case.parts)
        if leads:
            assert leads[0].unit_id == self.case.lead_unit_id
        for unit_id in {part.unit_id for part in self.case.assignments}:
            own = [part for part in self.case.assignments if part.unit_id == unit_id]
            lost = own[-1].withdrawn_at is not None
            assert not lost or all(part.withdrawn_at for part in own), "access ends with the case"

    @invariant()
    def the_figures_add_up_to_what_the_file_says(self) -> None:
        sums: dict[tuple[str, int | None], int] = {}
        for count in (count for moved in self.moves for count in moved.counts):
            figure = (count.measure, count.unit_id)
            sums[figure] = sums.get(figure, 0) + count.n
            assert (count.day is None) == count.measure.startswith("stage:")
        stages = {figure: n for figure, n in sums.items() if figure[0].startswith("stage:") and n}
        assert stages == {(f"stage:{self.case.stage}", self.case.lead_unit_id): 1}

        def total(measure: str) -> int:
            return sum(n for (name, _), n in sums.items() if name == measure)

        done = [moved.event.action for moved in self.moves]
        assert total("opened") == 1
        assert total("closed") == (self.case.closed_at is not None)
        assert total("redo") == self.case.round - 1
        assert total("on_time") + total("late") == done.count("reply")
        assert total("answered") == (self.case.answered_at is not None)
        assert 0 <= total("satisfied") <= total("rated") <= self.case.round
        assert 0 <= total("solved") <= total("called_back") <= total("rated")
        assert total("answered") >= total("answered_15") >= total("answered_10")
        for unit_id in UNITS:
            held = sums.get(("received", unit_id), 0) - sums.get(("withdrawn", unit_id), 0)
            assert held == (self.case.lead_unit_id == unit_id)

    @invariant()
    def what_is_offered_carries_its_reason_when_it_must_wait(self) -> None:
        for person in PEOPLE:
            told = offered(self.case, person, now=self.now)
            assert all(why_not != "" for _, why_not in told)
            assert open_actions(self.case, person, now=self.now) == [
                action for action, why_not in told if why_not is None
            ]


Walk.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True, database=None
)
TestWalk = Walk.TestCase
