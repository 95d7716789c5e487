"""The plays of the demonstration, as they stand in `scenes/<kind>.toml`:

    [[scene]]
    title = "…"                   # of the case, where the opening asks for one and gives none
    opened = 12.5                 # how many days ago it begins, at least
    upto = ["review", "working"]  # one more case for each, which stands there now
    [[scene.step]]
    action = "register"           # the first one opens the case
    role = "petitions"            # who; of a unit role, somebody of the lead unit
    co = true                     # … of a co-unit
    unit = "B16"                  # … of this unit
    after = 2.5                   # hours since the step before
    [scene.step.inputs]
    received_on = "today-3"       # a day, counted from that of the step; "{year}" is its year
    earlier = "case:challenge:2"  # the number of the case that the second scene of the kind tells

A scene may be told once for each row of a CSV file beside it: `rows = "leader.csv"`. It takes the
rows whose column `play` says what its own `play` says; "{column}" stands for what the row has
there, and a step with `given = "column"` happens only where the row has something. A row's case
stands in the row's `stage`, if `upto` names it, and otherwise where the scene ends.
"""

import csv
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import msgspec

from hotline.people import Role
from hotline.procedures import PROCEDURES, procedure


class SceneFault(Exception):
    """A scene cannot be played as it is written: says which file, scene, step, and why."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody does, `after` so many hours."""

    action: str
    role: Role
    after: float = 0
    co: bool = False
    unit: str = ""
    given: str = ""
    inputs: dict[str, Any] = {}


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The play of one case. `kind`, `at`, `name` (for messages) and `row` come with its file."""

    title: str
    opened: float
    step: tuple[Step, ...]
    upto: tuple[str, ...] = ()
    rows: str = ""
    play: str = ""
    kind: str = ""
    at: int = 0
    name: str = ""
    row: dict[str, str] = {}

    @property
    def halts(self) -> tuple[str, ...]:
        """Where each of its cases stands now; "" is the end of the scene."""
        if not self.row:
            return ("", *self.upto)
        return (self.row["stage"] if self.row["stage"] in self.upto else "",)

    @property
    def reads(self) -> bool:
        """Whether it speaks of another case."""
        values = (value for step in self.step for value in step.inputs.values())
        return any(isinstance(value, str) and value.startswith("case:") for value in values)

    def fault(self, at: int, why: object) -> SceneFault:
        """What is wrong with the step of that index."""
        return SceneFault(f"{self.name}, step {at + 1} ({self.step[at].action}): {why}")


def scenes() -> Iterator[Scene]:
    """Every scene of every file, in order. Raises SceneFault."""
    for file in sorted((files(__package__) / "scenes").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            yield from scenes_of(file.name.removesuffix(".toml"), file.read_text("utf-8"))


def scenes_of(kind: str, text: str) -> Iterator[Scene]:
    """The scenes of one file. Raises SceneFault."""
    name = f"scenes/{kind}.toml"
    if kind not in PROCEDURES:
        raise SceneFault(f"{name}: there is no procedure {kind!r}")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise SceneFault(f"{name}: {wrong}") from wrong
    if not tables.get("scene") or set(tables) != {"scene"}:
        raise SceneFault(f"{name}: has [[scene]] tables and nothing else, not {list(tables)}")
    for at, table in enumerate(tables["scene"], 1):
        called = f"{name}, scene {at} “{table.get('title', '')}”"
        scene = _checked({**table, "kind": kind, "at": at, "name": called}, kind, called)
        if scene.rows:
            yield from _of_rows(scene)
        else:
            yield scene


def _of_rows(scene: Scene) -> Iterator[Scene]:
    file = files(__package__) / "scenes" / scene.rows
    if not file.is_file():
        raise SceneFault(f"{scene.name}: there is no {scene.rows}")
    for at, row in enumerate(csv.DictReader(file.read_text("utf-8").splitlines()), 2):
        if row["play"] == scene.play:
            steps = tuple(step for step in scene.step if not step.given or row.get(step.given))
            name = f"{scene.name}, line {at} of {scene.rows}"
            yield msgspec.structs.replace(scene, name=name, row=row, step=steps)


def _checked(table: dict[str, Any], kind: str, name: str) -> Scene:
    rules = procedure(kind)
    try:
        scene = msgspec.convert(table, Scene)
    except msgspec.ValidationError as wrong:
        raise SceneFault(f"{name}: {wrong}") from wrong
    if unknown := set(scene.upto) - {stage.name for stage in rules.stages}:
        raise SceneFault(f"{name}: there is no stage {', '.join(sorted(unknown))}")
    if not scene.step:
        raise SceneFault(f"{name}: nothing happens")
    for at, step in enumerate(scene.step):
        action = rules.action(step.action)
        if action is None:
            raise scene.fault(at, "there is no such action")
        if (action in rules.openings) != (at == 0):
            raise scene.fault(at, "the first step, and no other, opens the case")
        known = {name for name, _ in action.inputs}
        if other := set(step.inputs) - known:
            raise scene.fault(at, f"does not ask for {', '.join(sorted(other))}")
    return scene
