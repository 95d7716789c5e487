"""The life of one invented case, told through the real moves: nothing is written past the rules.

People act after plausible pauses; between their acts time rings the clocks exactly as the sweep
would have done, so that the history, the deadlines and the figures agree with each other.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.people import Actor, Role
from hotline.procedure import Phase
from hotline.ringing import due_to_ring, rings
from hotline.rulebook import Rulebook
from hotline.transition import Move, move, open_actions

# How fast everything goes: an emergency is handled in minutes, a hard case in weeks.
PACE = {"danger": 0.04, "utility": 0.2, "normal": 1.0, "complex": 2.2}
DAY = (time(7, 40), time(21, 30))
# The sweep comes every two seconds.
SWEEP = timedelta(seconds=2)


class Over(Exception):
    """The story has come to the present, or to the stage where it is to stop."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts, by role and by unit, and the sentences they use."""

    centre: Mapping[Role, tuple[Actor, ...]]
    clerks: Mapping[int, Actor]
    remarks: Mapping[str, tuple[str, ...]]
    rulebook: Rulebook

    def clerk(self, unit_id: int | None) -> Actor:
        """Who acts for the unit: its own clerk, or that of the unit above."""
        while unit_id is not None and unit_id not in self.clerks:
            unit_id = self.rulebook.units[unit_id].parent_id
        assert unit_id is not None
        return self.clerks[unit_id]


@dataclass(slots=True)
class Life:
    """One case from its opening to `now`, or to the stage `halt`; `moves` is what happened."""

    cast: Cast
    rng: random.Random
    opened_at: datetime
    now: datetime
    number: str
    halt: str = ""
    moves: list[Move] = field(default_factory=list)
    at: datetime = field(init=False)
    reached_at: datetime | None = None

    def __post_init__(self) -> None:
        self.at = self.opened_at

    @property
    def urgency(self) -> str:
        """How fast people go about it."""
        return "normal"

    @property
    def case(self) -> CaseFile:
        """The case as it stands."""
        return self.moves[-1].after

    @property
    def clerk(self) -> Actor:
        """Who acts for the lead unit."""
        return self.cast.clerk(self.case.lead_unit_id)

    def somebody(self, role: Role) -> Actor:
        """Anybody of the role at the centre."""
        return self.rng.choice(self.cast.centre[role])

    def remark(self, step: str) -> str:
        """A sentence that people write at this step."""
        return self.rng.choice(self.cast.remarks[step])

    def act(self, name: str, who: Role | Actor, pause: tuple[float, float], **inputs: Any) -> None:
        """Somebody acts after a pause (hours at a normal pace); raises Over at the present."""
        self.wait(pause)
        people = self.cast.centre[who] if isinstance(who, Role) else (who,)
        able = [
            one
            for one in people
            if name in {a.name for a in open_actions(self.case, one, now=self.at)}
        ]
        if not able:
            # Time was faster, or nobody is free of bias: the story goes on without this act.
            return
        self.take(self.case, name, self.rng.choice(able), inputs)
        self.stop_at_halt()

    def wait(self, pause: tuple[float, float]) -> None:
        """Let hours (at a normal pace) pass; raises Over at the present, or when time closed it."""
        hours = self.rng.uniform(*pause) * PACE[self.urgency]
        plain = self.at + timedelta(hours=hours)
        by_day = _by_day(plain, self.rng, self.urgency)
        # A case that is to stand somewhere now gets there, even if somebody works at night.
        self.at = plain if self.halt and by_day >= self.now else by_day
        self.ring_until(min(self.at, self.now))
        if self.at >= self.now or self.case.phase == Phase.CLOSED:
            raise Over

    def stop_at_halt(self) -> None:
        """Raise Over where the case stands where it is to stand."""
        if not self.halt or self.case.stage != self.halt:
            return
        last = self.moves[-1].event.action
        if self.halt == "handling" and last == "sign" and self.rng.random() < 0.75:
            # Most units have called the requester by the time somebody looks.
            return
        self.reached_at = self.at
        raise Over

    def ring_until(self, moment: datetime) -> None:
        """What the sweep did meanwhile."""
        if not self.moves:
            return
        waiting: set[str] = set()
        while clock := due_to_ring(self.case, now=moment, besides=waiting):
            assert clock.ring_at is not None
            swept_at = max(min(clock.ring_at + SWEEP, moment), self.moves[-1].event.at)
            acts = rings(self.case, clock, now=swept_at, rulebook=self.cast.rulebook)
            for rung in acts:
                self.keep(rung, swept_at)
            if not acts:
                # The office is closed, or what would be done stands already.
                waiting.add(clock.name)

    def take(
        self,
        case: CaseFile,
        name: str,
        actor: Actor,
        inputs: Mapping[str, Any],
        *,
        at: datetime | None = None,
        found: Mapping[str, Any] | None = None,
    ) -> None:
        """One move, by the rules of the day."""
        moment = at or self.at
        moved = move(
            case,
            name,
            actor=actor,
            inputs=inputs,
            now=moment,
            rulebook=self.cast.rulebook,
            found=found,
        )
        self.keep(moved, moment)

    def keep(self, moved: Move, at: datetime) -> None:
        """What has happened at the moment."""
        self.moves.append(moved)


def _by_day(at: datetime, rng: random.Random, urgency: str) -> datetime:
    """The moment itself by day or in an emergency, otherwise the next morning."""
    here = in_shanghai(at)
    if urgency == "danger" or DAY[0] <= here.time() <= DAY[1]:
        return at
    days = 1 if here.time() > DAY[1] else 0
    morning = datetime.combine(here.date() + timedelta(days=days), DAY[0], here.tzinfo)
    return morning + timedelta(minutes=rng.uniform(0, 120))
