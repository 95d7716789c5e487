"""Every procedure, walked by anybody in any way: what holds for cases of whatever kind.

`test_procedure_walk` asks more of requests; here is what is true of all kinds alike, of a kind
that is written tomorrow, too.
"""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Phases
from hypothesis.stateful import run_state_machine_as_test

from hotline.casefile import CaseFile
from hotline.people import CLOCK, Actor
from hotline.procedure import Action, Procedure
from hotline.procedures import PROCEDURES
from hotline.rulebook import Rulebook
from hotline.transition import Move, open_actions
from tests.hotline.walk import PAUSES, RULEBOOK, Walk

# Many times what the longest procedure needs.
MOST_STEPS = 6000
# So often something rings, and the case is where it was.
MOST_RINGS = 30
EVERY_KIND = pytest.mark.parametrize("rules", PROCEDURES.values(), ids=[*PROCEDURES])


@EVERY_KIND
def test_whatever_happens_to_a_case_these_hold(rules: Procedure) -> None:
    run_state_machine_as_test(
        walk_of(rules),
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            # What fails is read as it happened: to make it shorter takes minutes.
            phases=(Phases.generate,),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def walk_of(rules: Procedure) -> type[Walk]:
    """The machine of the kind; it notes where it has been and what was done."""
    return type(f"Walk of {rules.kind}", (Walk,), {"kind": rules, "seen": set(), "taken": set()})


@EVERY_KIND
def test_somebody_comes_to_every_stage_and_takes_every_act(rules: Procedure) -> None:
    search = Search(rules)
    for _ in range(MOST_STEPS):
        if not search.left:
            return
        search.goes_on()
    pytest.fail(f"nobody ever came to, or took, {sorted(search.left)}")


class Place(NamedTuple):
    """What tells one situation from another: the stage, what may be done, what runs."""

    stage: str
    acts: frozenset[str]
    clocks: frozenset[str]
    has_unit: bool


class Situation(NamedTuple):
    """Where a walk stands, to which others come back, and who may do what there."""

    case: CaseFile
    now: datetime
    rulebook: Rulebook
    moves: list[Move]
    choices: list[tuple[Actor, Action]]


class Search:
    """Walks that begin where an earlier one stood, best where something new is on offer.

    No chance decides here but one that is told beforehand: what it finds depends on the
    procedure alone.
    """

    def __init__(self, rules: Procedure) -> None:
        self.rules = rules
        self.walk_of_kind = walk_of(rules)
        self.chance = Random(rules.kind)
        self.near = {one.name: {one.name, *rules.targets_of(one)} for one in rules.actions}
        self.far = {
            name: {one.name for one in rules.actions if near & set(one.when)}
            for name, near in self.near.items()
        }
        self.situations: dict[Place, Situation] = {}
        self.visits: Counter[Place] = Counter()

    @property
    def left(self) -> set[str]:
        """Acts that nobody has taken yet, and stages where no case has stood."""
        acts = {action.name for action in self.rules.actions} - self.walk_of_kind.taken
        return acts | {stage.name for stage in self.rules.stages} - self.walk_of_kind.seen

    def goes_on(self) -> None:
        """One more case, or a step of one that stood somewhere."""
        walk = self.walk_of_kind()
        if not self.situations or self.chance.random() < 0.2:
            walk.opens(seed=self.chance.randrange(2**20))
        else:
            self.steps(walk, self.comes_back())
        for one in walk.invariants:
            one.function(walk)
        self.keeps(walk)

    def comes_back(self) -> Place:
        """Where the search has been least often, or rather, where something new may be done."""
        places = list(self.situations)
        if self.chance.random() < 0.6:
            near, far = ([one for one in places if one.acts & acts] for acts in self.leading())
            places = near or far or places
        place = min(places, key=lambda one: (self.visits[one], self.chance.random()))
        self.visits[place] += 1
        return place

    def leading(self) -> tuple[set[str], set[str]]:
        """Acts that are new or lead to a new stage, and acts that lead to where a new one is."""
        near, far = (
            {name for name, ends in reach.items() if ends & self.left}
            for reach in (self.near, self.far)
        )
        return near, far

    def steps(self, walk: Walk, place: Place) -> None:
        """Somebody acts, or nobody does until time has done something, or a law changes."""
        walk.case, walk.now, walk.rulebook, moves, choices = self.situations[place]
        walk.moves = moves.copy()
        near, far = (place.acts & acts for acts in self.leading())
        what = self.chance.random()
        if what < (0.5 if by_time(walk) & (near or far) else 0.3):
            self.waits(walk)
            return
        if what > 0.94 and walk.case.open_clocks and walk.rulebook is RULEBOOK:
            law = walk.a_notice_moves_the_calendar, walk.the_city_changes_a_limit
            self.chance.choice(law)(seed=0)
            return
        new = [pair for pair in choices if pair[1].name in (near or far)]
        if walk.anybody(new or choices, self.chance):
            walk.now += timedelta(hours=self.chance.choice(PAUSES[:3]))

    def waits(self, walk: Walk) -> None:
        """Until the case stands elsewhere, or time has done what it never did before."""
        stage, left = walk.case.stage, self.left
        for _ in range(MOST_RINGS):
            moments = [one.ring_at for one in walk.case.open_clocks if one.ring_at]
            if not moments:
                break
            walk.now = max(walk.now, min(moments))
            walk.time_passes(seed=0, hours=PAUSES[0])
            if (walk.case.stage, self.left) != (stage, left):
                break

    def keeps(self, walk: Walk) -> None:
        """What it came to, if nobody stood there before with the same things to do."""
        choices = [*walk.choices(), *walk.brought()]
        place = Place(
            walk.case.stage,
            by_time(walk) | {action.name for _, action in choices},
            frozenset(clock.name for clock in walk.case.open_clocks),
            walk.case.lead_unit_id is not None,
        )
        # Now and then in place of the one before: what was decided on the way differs.
        if place not in self.situations or self.chance.random() < 0.3:
            walk.teardown()
            self.situations[place] = Situation(
                walk.case, walk.now, walk.rulebook, walk.moves, choices
            )


def by_time(walk: Walk) -> frozenset[str]:
    """What time may do to the case as it stands, sooner or later."""
    return frozenset(one.name for one in open_actions(walk.case, CLOCK, now=walk.now))
