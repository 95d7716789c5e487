"""The demonstration's scenes (`dispatch.demo_city.plays`), played through the real moves.

A scene begins earlier than it says where holidays would push its last step into the future, and
a step waits where what it waits for has not come yet. What time does needs no step.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Any

import msgspec

from dispatch.db import Connection
from dispatch.demo_city.plays import Scene, SceneFault, Step, scenes
from dispatch.demo_life import Cast, Life, Over
from dispatch.serials import next_serial
from dispatch.ties import new_file
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.errors import Refusal
from hotline.numbers import case_number, register_number
from hotline.people import UNIT_ROLES, Actor, Role, citizen
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.ties import inputs_of_other
from hotline.transition import Move, move, open_actions

FAR = timedelta(days=4000)
# Tried one after the other: so many hours have passed since the stage was reached,
WAITED = (0.4, 2, 5, 14, 26, 50, 80, 120, 240)
# and so many days earlier than it says begins a scene that would not be over yet.
EARLIER = (0, 1, 2, 4, 7, 11, 16, 30)
LONGEST_HOLIDAY = timedelta(days=12)

_DAY = re.compile(r"today([+-]\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Plan:
    """A case that is to be: its play, where it stands now ("" at the end), when it begins."""

    scene: Scene
    halt: str
    opened_at: datetime
    by_day: bool
    seed: int


@dataclass(slots=True)
class Played(Life):
    """One case of a scene, told until `now` or the stage `halt`; `by_day` in office hours only.

    An `endless` one knows no present, and ends with its last step or where it reaches the stage.
    """

    scene: Scene = field(kw_only=True)
    by_day: bool = field(kw_only=True)
    endless: bool = field(kw_only=True)
    others: Mapping[str, CaseFile] = field(kw_only=True)
    done: int = 0

    def live(self) -> list[Move]:
        """Tell what happened, the opening first. Raises SceneFault."""
        try:
            for at, step in enumerate(self.scene.step):
                self._wait_for(step)
                self._play(at, step)
                self.done = at + 1
            if not self.halt:
                self.reached_at = self.at
            elif self.endless:
                self.ring_until(self.now)
        except Over:
            pass
        if not self.endless:
            self._ring_until_now()
        return self.moves

    def _ring_until_now(self) -> None:
        with suppress(Over):
            self.ring_until(self.now)
        # Once more where time has brought the case to the stage only now.
        self.ring_until(self.now)

    def keep(self, moved: Move, at: datetime) -> None:
        """What has happened; raises Over where the case comes to stand where it is to stand."""
        Life.keep(self, moved, at)
        if self.halt and self.reached_at is None and self.case.stage == self.halt:
            self.reached_at = at
            raise Over

    def _wait_for(self, step: Step) -> None:
        plain = self.at + timedelta(hours=step.after)
        calendar = self.cast.rulebook.calendar
        at = plain
        if self.by_day and not calendar.in_office_hours(plain):
            at = calendar.add_working_hours(plain, self.rng.uniform(0.1, 1.5))
        # What is to stand somewhere now gets there, even if somebody works at night.
        self.at = plain if self.halt and at >= self.now else at
        self.ring_until(min(self.at, self.now))
        if self.at >= self.now:
            raise Over

    def _play(self, at: int, step: Step) -> None:
        inputs = {name: self._said(value) for name, value in step.inputs.items()}
        if not self.moves:
            opening = procedure(self.scene.kind).action(step.action)
            if opening and "title" in opening.needs:
                inputs.setdefault("title", self.scene.title)
        tried_at, first = self.at, None
        while True:
            try:
                return self._try(at, step, inputs)
            except Refusal as refusal:
                fields = getattr(refusal, "fields", "")
                first = first or self.scene.fault(at, f"{refusal.message} {fields or ''}".strip())
            # With a holiday in between, what the step waits for may not have come to its end yet.
            if self.at - tried_at > LONGEST_HOLIDAY or not self._time_does_something():
                raise first

    def _try(self, at: int, step: Step, inputs: Mapping[str, Any]) -> None:
        before = self.case if self.moves else self._blank()
        people = self._people(before, step)
        if not people:
            raise self.scene.fault(at, f"no {step.role} of the unit")
        able = [
            one
            for one in people
            if step.action in {a.name for a in open_actions(before, one, now=self.at)}
        ]
        # Where nobody can, the refusal of the first says why.
        person = self.rng.choice(able or people[:1])
        found = {
            name: self.others[value.removeprefix("case:")]
            for name, value in step.inputs.items()
            if isinstance(value, str) and value.removeprefix("case:") in self.others
        }
        self.take(before, step.action, person, inputs, found=found)

    def _time_does_something(self) -> bool:
        """Go on to the next moment at which a clock rings; False where none will any more."""
        if not self.moves:
            return False
        ringing = [clock.ring_at for clock in self.case.open_clocks if clock.ring_at]
        if not ringing:
            return False
        self.at = max(self.at, min(ringing) + timedelta(minutes=5))
        self.ring_until(min(self.at, self.now))
        if self.at >= self.now:
            raise Over
        return True

    def _blank(self) -> CaseFile:
        return new_file(self.scene.kind, self.number, now=self.opened_at)

    def _people(self, case: CaseFile, step: Step) -> Sequence[Actor]:
        if step.role is Role.CITIZEN:
            return (citizen(case.requester_phone),)
        if step.role not in UNIT_ROLES:
            return self.cast.centre[step.role]
        if step.unit:
            units = [self.cast.rulebook.units_by_code[step.unit].id]
        elif step.co:
            units = [part.unit_id for part in case.parts if part.part == "co"]
        else:
            units = [case.lead_unit_id] if case.lead_unit_id else []
        own = [one for one in self.cast.centre[step.role] if one.unit_id in units]
        return own or [one for one in self.cast.centre[Role.CLERK] if one.unit_id in units]

    def _said(self, value: Any) -> Any:
        """A value of the file, with the row, the days and the year of this moment."""
        if isinstance(value, list):
            return [said for one in value if (said := self._said(one))]
        if not isinstance(value, str):
            return value
        today = in_shanghai(self.at).date()
        if found := _DAY.fullmatch(value):
            return (today + timedelta(days=int(found.group(1) or 0))).isoformat()
        if value.startswith("case:"):
            other = self.others.get(value.removeprefix("case:"))
            return other.number if other else _a_number(self.at)
        for name, words in self.scene.row.items():
            value = value.replace(f"{{{name}}}", words)
        return value.replace("{year}", str(today.year))


async def scene_lives(
    connection: Connection, cast: Cast, *, now: datetime, rng: random.Random
) -> list[list[Move]]:
    """The moves of every case of every scene, numbered in their registers. Raises SceneFault."""
    told = list(scenes())
    rows = await connection.fetch(
        "select nextval('case_serial') as serial from generate_series(1, $1)",
        sum(len(scene.halts) for scene in told),
    )
    serials = (row["serial"] for row in rows)
    lives = [life.moves for life in live_all(told, cast, now=now, rng=rng, serials=serials)]
    take_part(lives, cast)
    await enter_in_registers(connection, lives, cast.rulebook)
    return lives


def live_all(
    told: Iterable[Scene],
    cast: Cast,
    *,
    now: datetime,
    rng: random.Random,
    serials: Iterator[int],
) -> list[Played]:
    """Every case of the scenes, the oldest first; those that speak of other cases come last."""
    lives, others = list[Played](), dict[str, CaseFile]()
    in_order = sorted(told, key=lambda scene: scene.reads)
    for _, several in groupby(in_order, key=lambda scene: scene.reads):
        plans = [
            plan(scene, halt, cast, now=now, seed=rng.getrandbits(32), others=others)
            for scene in several
            for halt in scene.halts
        ]
        for one in sorted(plans, key=lambda one: one.opened_at):
            number = case_number(in_shanghai(one.opened_at).date(), next(serials))
            life = played(one, cast, now=now, number=number, others=others)
            lives.append(life)
            if not one.halt:
                others[f"{one.scene.kind}:{one.scene.at}"] = life.case
    return lives


def take_part(lives: list[list[Move]], cast: Cast) -> None:
    """What other cases do with those that name them (`Action.tie`): 并案 has two sides."""
    by_number = {moves[0].after.number: moves for moves in lives}
    people = {one.staff_id: one for several in cast.centre.values() for one in several}
    standing: dict[tuple[str, str], str] = {}
    for moved in [moved for moves in lives for moved in moves]:
        standing |= {(one.number, one.relation): one.other for one in moved.links}
        action = procedure(moved.after.kind).action(moved.event.action)
        tie = action.tie if action else None
        number = standing.get((moved.after.number, tie.relation)) if tie and tie.other else None
        other = by_number.get(number) if number else None
        if tie and other:
            person = people[moved.event.actor_id]
            partner = move(
                other[-1].after,
                tie.other,
                actor=replace(person, roles=person.roles | {Role.CLOCK}),
                inputs=inputs_of_other(moved.after, tie),
                now=max(moved.event.at, other[-1].event.at),
                rulebook=cast.rulebook,
                found={"other_case": moved.after},
            )
            other.append(partner)


def plan(
    scene: Scene,
    halt: str,
    cast: Cast,
    *,
    now: datetime,
    seed: int,
    others: Mapping[str, CaseFile] = MappingProxyType({}),
) -> Plan:
    """When the scene begins, so that it is over now, or stands in `halt`. Raises SceneFault."""
    first: SceneFault | None = None
    for by_day in (True, False):
        told = Plan(scene, halt, now - timedelta(days=scene.opened), by_day, seed)
        try:
            whole = played(told, cast, now=now + FAR, others=others, endless=True)
            for opened_at in _beginnings(whole, now):
                tried = replace(told, opened_at=opened_at)
                if _stands(played(tried, cast, now=now, others=others)):
                    return tried
        except SceneFault as fault:
            first = first or fault
    raise first or SceneFault(f"{scene.name}: does not come to stand in {halt or 'its end'} now")


def _beginnings(whole: Played, now: datetime) -> Iterator[datetime]:
    """Moments at which the play may begin, the likeliest first."""
    if whole.reached_at is None:
        raise SceneFault(f"{whole.scene.name}: never stands in {whole.halt}")
    taken = whole.reached_at - whole.opened_at
    if not whole.halt:
        latest = min(whole.opened_at, now - taken - timedelta(hours=1))
        yield from (latest - timedelta(days=days) for days in EARLIER)
        return
    following = whole.scene.step[whole.done + 1 : whole.done + 2]
    plausible = min(following[0].after / 2, 72) if following else 2
    yield from (now - timedelta(hours=hours) - taken for hours in (plausible, *WAITED))


def _stands(life: Played) -> bool:
    """Whether the case came where it was to come, and is there still."""
    return life.reached_at is not None and life.halt in ("", life.case.stage)


def played(
    one: Plan,
    cast: Cast,
    *,
    now: datetime,
    number: str = "",
    others: Mapping[str, CaseFile] = MappingProxyType({}),
    endless: bool = False,
) -> Played:
    """The case, lived. Raises SceneFault."""
    life = Played(
        cast,
        random.Random(one.seed),
        one.opened_at,
        now,
        number or _a_number(one.opened_at),
        one.halt,
        scene=one.scene,
        by_day=one.by_day,
        endless=endless,
        others=others,
    )
    life.live()
    return life


def _a_number(at: datetime) -> str:
    """Any number of a case of the day."""
    return case_number(in_shanghai(at).date(), 0)


async def enter_in_registers(
    connection: Connection, lives: list[list[Move]], rulebook: Rulebook
) -> None:
    """Each entry of a numbered kind gets the next number (顺序号) of the office that made it."""
    given: Counter[tuple[str, int, int]] = Counter()
    for moves in lives:
        rules, unit_id = procedure(moves[0].after.kind), moves[0].event.unit_id
        if not rules.numbered or unit_id is None:
            continue
        case, year = moves[-1].after, in_shanghai(moves[0].event.at).year
        given[rules.kind, unit_id, year] += 1
        register = rulebook.units[unit_id].label + rules.matter
        serial = register_number(register, year, given[rules.kind, unit_id, year])
        numbered = msgspec.structs.replace(case, details={**case.details, "serial": serial})
        moves[-1] = replace(moves[-1], after=numbered)
    for (kind, unit_id, year), many in given.items():
        await next_serial(connection, kind=kind, unit_id=unit_id, year=year, many=many)
