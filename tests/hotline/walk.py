"""One case of any kind, walked by anybody in any way, and what holds wherever it goes."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import ClassVar

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatch.demo_city.plays import Scene, scenes
from dispatch.demo_scenes import FAR, Plan, live_all, played
from hotline.calendar import (
    FIRST_IN_FILE,
    HORIZON_OF_FILE,
    REST,
    WorkingCalendar,
    in_shanghai,
    overrides_in_file,
)
from hotline.casefile import CaseFile
from hotline.clocks import Limit
from hotline.entries import EventEntry, chained
from hotline.errors import Incomplete, NotAvailable, NotPermitted, Secret
from hotline.extra_time import EXTRA_TIME
from hotline.inputs import INPUTS
from hotline.inside import Colleague
from hotline.limit_changes import NewLimit
from hotline.people import CENTRE_ROLES, CLOCK, UNIT_ROLES, Actor, Role, citizen
from hotline.procedure import Action, Phase, Procedure
from hotline.ringing import due_to_ring, rings
from hotline.rings import BREACHED, held
from hotline.rulebook import Rulebook
from hotline.ties import TIED
from hotline.transition import Move, move, offered, open_actions
from hotline.winding import recomputed
from tests.demo_cast import demo_cast
from tests.hotline.forms import OTHER, filled_in
from tests.makers import MONDAY, a_blank

CAST = demo_cast()
RULEBOOK = CAST.rulebook
# Two of each role: whoever handled a case leaves its judgement to a colleague.
CENTRE = (
    *(one for role in sorted(CENTRE_ROLES | {Role.ADMIN}) for one in CAST.centre[role][:2]),
    CLOCK,
    citizen("+8613800001234"),
)
SCENES: dict[str, list[Scene]] = {}
OTHERS: dict[str, CaseFile] = {}
for _life in live_all(scenes(), CAST, now=MONDAY, rng=Random(1), serials=count(1)):
    SCENES.setdefault(_life.scene.kind, []).append(_life.scene)
    OTHERS.setdefault(f"{_life.scene.kind}:{_life.scene.at}", _life.case)
# An act that the rules of the moment refuse is no step.
REFUSED = (Incomplete, NotAvailable, Secret)
# What may move the deadline of a clock that runs on.
EXTRA_TIME_NAMES = {effect.__name__ for effect in EXTRA_TIME}
ABOUT_TIME = EXTRA_TIME_NAMES | {"recalendar", "adjust_limits"}
PAUSES = (0.02, 1, 9, 30, 90, 500)
BY_ID = {one.staff_id: one for several in CAST.centre.values() for one in several}
SEEDS = st.integers(0, 2**20)  # Below the size at which small ones are drawn more often.


def clerk_of(unit_id: int) -> Actor:
    """The clerk of the unit itself, even where the one of the unit above does its work."""
    above = CAST.clerk(unit_id)
    if above.unit_id == unit_id:
        return above
    own = RULEBOOK.subtree(unit_id)
    return replace(above, staff_id=9000 + unit_id, unit_id=unit_id, unit_ids=own)


def head_of(unit_id: int) -> Actor:
    """Who signs for the unit."""
    clerk = clerk_of(unit_id)
    return replace(clerk, staff_id=7000 + unit_id, roles=frozenset({Role.UNIT_HEAD}))


def colleague_of(person: Actor) -> Colleague:
    """Somebody else of the unit."""
    return Colleague(8000 + (person.unit_id or 0), "同事小武", person.unit_id or 0)


def concerns_few(action: Action) -> bool:
    """Whether a walk would rarely take it: about time, by or for a co-unit or inside the lead."""
    return bool(
        EXTRA_TIME_NAMES & set(action.does)
        or action.part in ("co", "inside")
        or action.name.endswith(("_inside", "_co"))
    )


def a_later_notice() -> Rulebook:
    """The rulebook after a notice that made two working days of this spring rest days."""
    rows = [*overrides_in_file(), *((date(2026, 3, day), REST, "临时放假") for day in (12, 25))]
    calendar = WorkingCalendar.from_rows(rows, first=FIRST_IN_FILE, horizon=HORIZON_OF_FILE)
    return replace(RULEBOOK, calendar=calendar, version="later")


LATER = a_later_notice()


class Walk(RuleBasedStateMachine):
    """One case of the kind, from its opening on."""

    kind: ClassVar[Procedure]
    seen: ClassVar[set[str]]
    taken: ClassVar[set[str]]

    @initialize(seed=SEEDS)
    def opens(self, seed: int) -> None:
        """By anybody's form, or as a scene of the demonstration is told up to somewhere."""
        self.now, self.rulebook = MONDAY, RULEBOOK
        self.moves: list[Move] = []
        self.case = a_blank(kind=self.kind.kind)
        chance = Random(seed)
        told = SCENES.get(self.kind.kind, [])
        if told and chance.random() < 0.8:
            self.follows(chance.choice(told), chance)
        for _ in range(0 if self.moves else 60):
            action = chance.choice(self.kind.openings)
            able = [one for one in CENTRE if one.has(*action.roles_in(""))]
            if self.tries(chance.choice(able), action, chance):
                return
        if not self.moves:
            # Its forms speak of other cases, or of what no chance hits upon.
            assert told, (
                f"no chance opens such a case, and there is no scenes/{self.kind.kind}.toml"
            )
            self.follows(chance.choice(told), chance)

    def follows(self, scene: Scene, chance: Random) -> None:
        steps = scene.step[: max(chance.randint(1, len(scene.step)) for _ in "12")]
        scene = msgspec.structs.replace(scene, step=steps)
        # By night as by day: so no limit in hours runs out before office hours come.
        one = Plan(scene, "", MONDAY, by_day=False, seed=0)
        life = played(
            one, CAST, now=MONDAY + FAR, number=self.case.number, others=OTHERS, endless=True
        )
        self.case = life.moves[0].before
        self.now = life.at
        for moved in life.moves:
            self.keeps(BY_ID.get(moved.event.actor_id, CLOCK), moved)

    @property
    def people(self) -> list[Actor]:
        """The centre, and the units that the case has been with, and one that it has not."""
        units = {part.unit_id for part in self.case.assignments}
        clerks = [clerk_of(unit_id) for unit_id in sorted(units)]
        # Work may be handed to a colleague.
        clerks += [replace(one, staff_id=colleague_of(one).id) for one in clerks]
        # Some units have their head sign what a clerk answers (负责人审签).
        clerks += [replace(one, countersigned=frozenset(one.unit_ids)) for one in clerks]
        heads = [head_of(unit_id) for unit_id in sorted(units)]
        stranger = CAST.clerk(RULEBOOK.units_by_code["B23"].id)
        return list(dict.fromkeys([*CENTRE, *clerks, *heads, stranger]))

    @rule(seed=SEEDS, hours=st.sampled_from(PAUSES))
    def time_passes(self, seed: int, hours: float) -> None:
        """And rings what has come due, as the sweep does."""
        self.now += timedelta(hours=hours)
        waiting: set[str] = set()
        for _ in range(100):
            clock = due_to_ring(self.case, now=self.now, besides=waiting)
            if clock is None:
                break
            acts = rings(self.case, clock, now=self.now, rulebook=self.rulebook)
            for moved in acts:
                self.keeps(CLOCK, moved)
            if not acts:
                # Only a step of the ladder waits: for office hours, or as it stands already.
                assert clock.rung >= BREACHED, f"{clock.name} asks for the sweep in vain"
                waiting.add(clock.name)
        else:
            pytest.fail("time never comes to rest")
        for clock in self.case.open_clocks:
            assert clock.stop is None or clock.stop.rest.over_at >= self.now, "a stop has no end"

    @rule(seed=SEEDS)
    def somebody_does_what_is_offered(self, seed: int) -> None:
        self.anybody(self.choices(), Random(seed))

    @rule(seed=SEEDS, acts=st.integers(1, 6))
    @precondition(lambda self: self.case.phase != Phase.CLOSED)
    def the_case_goes_on(self, seed: int, acts: int) -> None:
        """Mostly to where it has not been yet, and to its end only now and again."""
        chance = Random(seed)
        for _ in range(acts):
            onward = [pair for pair in self.choices() if pair[1].to is not None]
            # Half of the time the usual way, so that long procedures come to their end.
            usual = [pair for pair in onward if pair[1].tone == "primary"]
            if usual and chance.random() < 0.5:
                onward = usual
            fresh = [pair for pair in onward if self.leads_on(pair[1])]
            if not self.anybody(fresh if fresh and chance.random() < 0.8 else onward, chance):
                self.time_passes(seed, chance.choice(PAUSES))
            self.now += timedelta(hours=chance.choice(PAUSES[:3]))

    def leads_on(self, action: Action) -> bool:
        been = {moved.after.stage for moved in self.moves}
        targets = set(self.kind.targets_of(action))
        return any(self.kind.stage(name).phase != Phase.CLOSED for name in targets - been)

    @rule(seed=SEEDS)
    @precondition(lambda self: self.case.open_clocks and self.rulebook.version != LATER.version)
    def a_notice_moves_the_calendar(self, seed: int) -> None:
        self.rulebook = replace(self.rulebook, calendar=LATER.calendar, version=LATER.version)
        action = self.kind.action("recalendar")
        assert action is not None
        assert self.tries(CLOCK, action, Random(seed))

    @rule(seed=SEEDS)
    @precondition(lambda self: self.case.open_clocks and not self.rulebook.limit_changes)
    def the_city_changes_a_limit(self, seed: int) -> None:
        """From today on, for open cases, too: stopped, extended and warned ones alike."""
        chance = Random(seed)
        clock = chance.choice(self.case.open_clocks)
        limit = Limit.parse(clock.limit)
        changed = replace(
            limit, amount=max(1, chance.choice([limit.amount // 2, limit.amount * 2]))
        )
        change = NewLimit(
            1, self.kind.kind, clock.name, "", changed.code, in_shanghai(self.now).date(),
            "市政府令（演示）", follows=True,
        )  # fmt: skip
        self.rulebook = replace(self.rulebook, limit_changes=(change,))
        inputs = {"limit_change": change.id, "basis": change.basis}
        self.keeps(CLOCK, move(
            self.case, "adjust_limits", actor=CLOCK, inputs=inputs, now=self.now,
            rulebook=self.rulebook,
        ))  # fmt: skip

    @rule(seed=SEEDS, hours=st.sampled_from(PAUSES[:3]))
    def what_few_may_do_is_done(self, seed: int, hours: float) -> None:
        """More time, the co-units, those inside the lead, what another case brings: twice."""
        chance = Random(seed)
        for _ in range(2):
            few = [pair for pair in self.choices() if concerns_few(pair[1])]
            self.anybody([*few, *self.brought()], chance)
            self.now += timedelta(hours=hours)

    def brought(self) -> list[tuple[Actor, Action]]:
        """What is done to a case because of another one (`Action.tie`), in the name of time."""
        return [
            (CLOCK, action)
            for action in open_actions(self.case, CLOCK, now=self.now)
            if {"other_case", "main_case"} & {name for name, _ in action.inputs}
        ]

    @rule(seed=SEEDS)
    def what_is_not_offered_is_refused(self, seed: int) -> None:
        """Buttons and guard are one: nobody takes what is not on the page, with any form."""
        chance = Random(seed)
        person = chance.choice(self.people)
        reasons = dict(offered(self.case, person, now=self.now))
        for action in chance.sample(self.kind.actions, min(6, len(self.kind.actions))):
            if reasons.get(action, "not shown") is not None:
                with pytest.raises((NotAvailable, NotPermitted)):
                    self.moved(person, action, chance)
            elif any(required for _, required in action.inputs):
                with pytest.raises(REFUSED):
                    move(
                        self.case, action.name, actor=person, inputs={}, now=self.now,
                        rulebook=self.rulebook,
                    )  # fmt: skip

    def choices(self) -> list[tuple[Actor, Action]]:
        """Who may do what now; what time does, it does by itself."""
        return [
            (person, action)
            for person in self.people
            if person is not CLOCK
            for action, why_not in offered(self.case, person, now=self.now)
            if why_not is None
        ]

    def anybody(self, choices: list[tuple[Actor, Action]], chance: Random) -> bool:
        """As many chances for each act, however many people may take it; a few forms each."""
        names = sorted({action.name for _, action in choices})
        done = {moved.event.action for moved in self.moves}
        fresh = [name for name in names if name not in done]
        for _ in range(6 if names else 0):
            name = chance.choice(fresh if fresh and chance.random() < 0.6 else names)
            person, action = chance.choice([pair for pair in choices if pair[1].name == name])
            if self.tries(person, action, chance):
                return True
        return False

    def tries(self, person: Actor, action: Action, chance: Random) -> bool:
        """Take the action with inputs that may do; what is refused changes nothing."""
        before = msgspec.json.encode(self.case)
        try:
            moved = self.moved(person, action, chance, as_proposed=chance.random() < 0.6)
        except REFUSED:
            assert msgspec.json.encode(self.case) == before
            return False
        assert msgspec.json.encode(moved.before) == before
        self.keeps(person, moved)
        return True

    def moved(
        self, person: Actor, action: Action, chance: Random, *, as_proposed: bool = False
    ) -> Move:
        inputs = filled_in(action, chance, case=self.case, now=self.now)
        if as_proposed and action.begins:
            proposed = action.begins(self.case)
            inputs |= {name: proposed[name] for name in inputs if name in proposed}
        return move(
            self.case,
            action.name,
            actor=person,
            inputs=inputs,
            now=self.now,
            rulebook=self.rulebook,
            # A case of another kind that the door would find.
            found={
                name: a_blank(kind=INPUTS[name].of, number="2603090000025")
                for name, _ in action.inputs
                if INPUTS[name].of
            }
            | dict.fromkeys(("other_case", "main_case", TIED), OTHER)
            | {"precedents": 2, "inside_person": colleague_of(person)},
        )

    def keeps(self, person: Actor, moved: Move) -> None:
        """What is true of each act."""
        before, after = moved.before, moved.after
        action = self.kind.action(moved.event.action)
        assert action is not None and before is self.case
        assert moved.event.hash == chained(before.last_hash, after.number, stored(moved.event))
        assert (moved.event.stage_before, moved.event.stage_after) == (before.stage, after.stage)
        # What stays may always stay; whoever moves on goes where the procedure says.
        assert after.stage in (*self.kind.targets_of(action, before.stage), before.stage)
        if isinstance(action.to, str):
            assert after.stage == action.to
        assert after.round >= before.round
        self.acts_for_the_own_unit(person, action, moved)
        if not ABOUT_TIME & set(action.does):
            for clock in before.open_clocks:
                now = after.clock(clock.name)
                law = self.kind.clock(clock.name)
                anew = now is None or action.name in law.starts or law.after
                assert anew or now is None or now.due_at == clock.due_at, (
                    f"{action.name}: {clock.name}"
                )
        for told in moved.tells:
            assert told.phone or told.unit_id or told.role
            assert "content" not in told.params
        self.moves.append(moved)
        self.case = after
        self.seen.add(after.stage)
        self.taken.add(action.name)

    def acts_for_the_own_unit(self, person: Actor, action: Action, moved: Move) -> None:
        if not person.roles <= UNIT_ROLES:
            return
        assert moved.before.part_of(person.unit_ids) or not action.part
        if action.part:
            own = moved.before.part_of(person.unit_ids, action.part)
            assert own and own.unit_id in person.unit_ids
        old_ones = {id(part): part for part in moved.before.assignments}
        for old, new in zip(old_ones.values(), moved.after.assignments, strict=False):
            if (old.signed_at, old.replied_at) != (new.signed_at, new.replied_at):
                assert new.unit_id in person.unit_ids, "nobody signs or answers for another unit"

    @invariant()
    def it_stands_in_one_stage_of_one_phase(self) -> None:
        case = self.case
        assert self.kind.stage(case.stage).phase == case.phase
        assert (case.phase == Phase.CLOSED) == (case.closed_at is not None)
        leads = [part for part in case.parts if part.part == "lead"]
        assert [part.unit_id for part in leads] in ([], [case.lead_unit_id])
        assert all(part.round == case.round for part in case.parts)
        assert case.details.keys() <= INPUTS.keys()

    @invariant()
    def somebody_owes_the_next_step_until_it_is_closed(self) -> None:
        case = self.case
        names = [clock.name for clock in case.open_clocks]
        assert len(names) == len(set(names))
        assert all(clock.ring_at is None for clock in case.clocks if not clock.open)
        if case.closed_at:
            assert (names, case.parts, case.next_due_at) == ([], (), None)
        elif case.phase != Phase.INTAKE:
            assert names, f"nobody owes the next step in {case.stage}"

    @invariant()
    def a_deadline_is_what_its_facts_make_it(self) -> None:
        for clock in self.case.open_clocks:
            rules = self.kind.clock(clock.name)
            assert not clock.stops or rules.stoppable
            assert len(clock.extensions) <= (rules.extendable.times if rules.extendable else 0)
            if clock.stop:
                assert clock.ring_at == clock.stop.rest.over_at
            if clock.calendar_version == self.rulebook.calendar.version and not rules.until:
                waits = held(self.case, rules)
                again = recomputed(clock, rules, self.rulebook, held=waits)
                assert again.due_at == clock.due_at

    @invariant()
    def the_figures_say_where_it_stands(self) -> None:
        sums: dict[tuple[str, int | None], int] = {}
        for one in (one for moved in self.moves for one in moved.counts):
            figure = (one.measure, one.unit_id)
            sums[figure] = sums.get(figure, 0) + one.n
        stages = {key: n for key, n in sums.items() if key[0].startswith("stage:") and n}
        assert stages == {(f"stage:{self.case.stage}", self.case.lead_unit_id): 1}
        assert sums["opened", None] == 1
        closed = sum(n for (measure, _), n in sums.items() if measure == "closed")
        assert closed == (self.case.closed_at is not None)

    def teardown(self) -> None:
        """The history is complete and chained, from the opening to where the case stands."""
        previous, stage = bytes(32), ""
        for seq, moved in enumerate(self.moves, 1):
            event = stored(moved.event)
            assert (event.seq, event.stage_before) == (seq, stage)
            assert event.hash == chained(previous, self.case.number, event)
            previous, stage = event.hash, event.stage_after
        if self.moves:
            assert (self.case.last_hash, self.case.stage) == (previous, stage)
            assert self.case.version == len(self.moves)


def stored(event: EventEntry) -> EventEntry:
    """The event as it comes back from a JSON column."""
    return msgspec.json.decode(msgspec.json.encode(event), type=EventEntry)
