"""Every procedure, walked by anybody in any way: what holds for cases of whatever kind."""

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from hotline.calendar import in_shanghai
from hotline.errors import Incomplete, NotAvailable, NotPermitted, Secret
from hotline.inputs import INPUTS
from hotline.people import CENTRE_ROLES, CLOCK, ROLE_LABELS, Actor, Role, citizen
from hotline.procedure import Action, Phase, Procedure
from hotline.procedures import PROCEDURES
from hotline.transition import Move, chained, open_actions
from hotline.vocabulary import Input
from tests.makers import (
    CITY_CLERK,
    HEDONG_CLERK,
    MONDAY,
    RULEBOOK,
    UNITS,
    WATER_CLERK,
    a_blank,
    act,
    staff,
)

PEOPLE = (
    *(staff(ROLE_LABELS[role], role) for role in sorted(CENTRE_ROLES)),
    staff("管理员", Role.ADMIN),
    WATER_CLERK,
    CITY_CLERK,
    HEDONG_CLERK,
    CLOCK,
    citizen("+8613800001234"),
)
MEMBERS = sorted(unit.code for unit in UNITS.values() if unit.kind != "centre")
STEPS = 40
# An act that the rules of the moment refuse is no step.
REFUSED = (Incomplete, NotAvailable, Secret)


class Walk:
    """One case of the kind, from its opening on."""

    def __init__(self, rules: Procedure, chance: Random) -> None:
        self.rules, self.chance = rules, chance
        self.now = MONDAY
        self.moves: list[Move] = []
        self.case = a_blank(kind=rules.kind)

    def goes(self) -> None:
        """Open the case, then let anybody do anything that is offered, now and again."""
        while not self.moves:
            action = self.chance.choice(self.rules.openings)
            able = [one for one in PEOPLE if one.has(*action.roles_in(""))]
            self.tries(self.chance.choice(able), action)
        for _ in range(STEPS):
            self.now += timedelta(hours=self.chance.choice([0.01, 1, 9, 30, 90]))
            offered = [(one, action) for one in PEOPLE for action in open_actions(self.case, one)]
            self.refuses_what_is_not_offered(offered)
            # As many chances for each act, however many people may take it.
            names = sorted({action.name for _, action in offered})
            if not names:
                return
            name = self.chance.choice(names)
            self.tries(*self.chance.choice([pair for pair in offered if pair[1].name == name]))

    def tries(self, person: Actor, action: Action) -> None:
        """Take the action with inputs that may do; what is refused changes nothing."""
        before = msgspec.json.encode(self.case)
        try:
            moved = act(self.case, action.name, person, now=self.now, **self.inputs(action))
        except REFUSED:
            assert msgspec.json.encode(self.case) == before
            return
        assert msgspec.json.encode(moved.before) == before
        self.moves.append(moved)
        self.case = moved.after
        self.holds()

    def refuses_what_is_not_offered(self, offered: list[tuple[Actor, Action]]) -> None:
        person = self.chance.choice(PEOPLE)
        action = self.chance.choice(self.rules.actions)
        if (person, action) not in offered:
            with pytest.raises((NotAvailable, NotPermitted)):
                act(self.case, action.name, person, now=self.now, **self.inputs(action))

    def inputs(self, action: Action) -> dict[str, Any]:
        """Valid values, most of the time."""
        given = {
            name: self.value(INPUTS[name])
            for name, required in action.inputs
            if required or self.chance.random() < 0.5
        }
        if "clock" in given and self.case.open_clocks:
            clock = self.chance.choice(self.case.open_clocks)
            given |= {"clock": clock.name, "level": min(clock.rung + 1, 3)}
        if action.name == "release_co":
            cos = [RULEBOOK.units[p.unit_id].code for p in self.case.parts if p.part == "co"]
            given["co_units"] = cos[:1]
        return given

    def value(self, entry: Input) -> Any:
        """A value of the input's type."""
        if entry.type in ("choice", "choices"):
            one = self.chance.choice(sorted(entry.choices))
            return [one] if entry.type == "choices" else one
        if entry.type == "day":
            on = in_shanghai(self.now).date() + timedelta(days=self.chance.randint(-3, 9))
            return on.isoformat()
        known = {
            "unit": MEMBERS,
            "category": sorted(RULEBOOK.categories),
            "place": sorted(RULEBOOK.places),
            "phone": ["13800001234"],
            "integer": [1, 2, 5],
            "money": ["800.00", "90000", "1200000.50"],
            "flag": [True, ""],
            "case": [self.case.number],
        }
        if entry.type == "units":
            return self.chance.sample(MEMBERS, self.chance.randint(0, 2))
        return self.chance.choice(known.get(entry.type, ["已核实。", "请抓紧办理"]))

    def holds(self) -> None:
        """What is true of every case after every act."""
        case = self.case
        assert self.rules.stage(case.stage).phase == case.phase
        assert (case.phase == Phase.CLOSED) == (case.closed_at is not None)
        names = [clock.name for clock in case.open_clocks]
        assert len(names) == len(set(names))
        if case.closed_at:
            assert (names, case.parts, case.next_due_at) == ([], (), None)
        elif case.phase != Phase.INTAKE:
            assert names, f"nobody owes the next step in {case.stage}"
        leads = [part for part in case.parts if part.part == "lead"]
        assert [part.unit_id for part in leads] in ([], [case.lead_unit_id])
        assert all(part.round == case.round for part in case.parts)
        assert case.details.keys() <= INPUTS.keys()
        self._history_holds()
        self._figures_hold()

    def _history_holds(self) -> None:
        last, before = self.moves[-1].event, self.moves[-1].before
        assert (last.seq, last.stage_before) == (len(self.moves), before.stage)
        assert last.hash == chained(before.last_hash, self.case.number, last)
        assert (self.case.last_hash, self.case.version) == (last.hash, len(self.moves))

    def _figures_hold(self) -> None:
        sums: dict[tuple[str, int | None], int] = {}
        for count in (count for moved in self.moves for count in moved.counts):
            sums[count.measure, count.unit_id] = (
                sums.get((count.measure, count.unit_id), 0) + count.n
            )
        stages = {key: n for key, n in sums.items() if key[0].startswith("stage:") and n}
        assert stages == {(f"stage:{self.case.stage}", self.case.lead_unit_id): 1}
        assert sums["opened", None] == 1
        closed = sum(n for (measure, _), n in sums.items() if measure == "closed")
        assert closed == (self.case.closed_at is not None)


@pytest.mark.parametrize("rules", PROCEDURES.values(), ids=[*PROCEDURES])
def test_whatever_happens_to_a_case_these_hold(rules: Procedure) -> None:
    seen: set[str] = set()
    for seed in range(200):
        walk = Walk(rules, Random(seed))
        walk.goes()
        seen |= {moved.after.stage for moved in walk.moves}
    assert len(seen) >= 0.8 * len(rules.stages), f"the walk came to {sorted(seen)} only"
