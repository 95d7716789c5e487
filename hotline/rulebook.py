"""What the rules are read with: days, units, classification, places, catalogue, changed limits.

A `Rulebook` is an immutable value, built by `dispatch.reference` from the tables and passed in
wherever a rule is applied, so that a rule never asks the database or the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from hotline.calendar import WorkingCalendar
from hotline.limit_changes import NewLimit

GOVERNMENT = "government"
"""The kind of unit that acts for the city's government (本级人民政府)."""


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit as the rules need it."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    parent_id: int | None
    active: bool
    countersigned: bool = False

    @property
    def label(self) -> str:
        """The name for narrow places."""
        return self.short_name or self.name


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the dispatch catalogue."""

    category: str
    place: str
    unit_id: int
    valid_from: date
    valid_until: date | None
    basis: str

    def valid_on(self, day: date) -> bool:
        """Whether the line is in force on the day (both ends included)."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Entry:
    """A node of a coded tree: a category or a place."""

    code: str
    parent: str
    name: str
    active: bool = True


@dataclass(frozen=True)
class Rulebook:
    """Everything that the rules read besides the case itself."""

    calendar: WorkingCalendar
    units: Mapping[int, UnitEntry] = field(default_factory=dict)
    categories: Mapping[str, Entry] = field(default_factory=dict)
    places: Mapping[str, Entry] = field(default_factory=dict)
    catalogue: tuple[Line, ...] = ()
    limit_changes: tuple[NewLimit, ...] = ()
    version: str = ""

    @cached_property
    def units_by_code(self) -> dict[str, UnitEntry]:
        """Units by the code that forms and the API use."""
        return {unit.code: unit for unit in self.units.values()}

    @cached_property
    def lines_by_category(self) -> dict[str, tuple[Line, ...]]:
        """The catalogue's lines by category code."""
        found: dict[str, list[Line]] = {}
        for line in self.catalogue:
            found.setdefault(line.category, []).append(line)
        return {category: tuple(lines) for category, lines in found.items()}

    def limit_changes_of(self, kind: str, clock: str) -> tuple[NewLimit, ...]:
        """The changes (期限调整) of a clock's limit, those of days to come, too."""
        return self._limit_changes.get((kind, clock), ())

    def limit_change(self, change_id: int) -> NewLimit | None:
        """The change of that key."""
        return next((one for one in self.limit_changes if one.id == change_id), None)

    @cached_property
    def _limit_changes(self) -> dict[tuple[str, str], tuple[NewLimit, ...]]:
        found: dict[tuple[str, str], list[NewLimit]] = {}
        for change in self.limit_changes:
            found.setdefault((change.kind, change.clock), []).append(change)
        return {name: tuple(changes) for name, changes in found.items()}

    @cached_property
    def _children(self) -> dict[int | None, list[int]]:
        children: dict[int | None, list[int]] = {}
        for unit in self.units.values():
            children.setdefault(unit.parent_id, []).append(unit.id)
        return children

    def subtree(self, unit_id: int) -> tuple[int, ...]:
        """The unit itself, then every unit below it."""
        found = {unit_id: None}
        waiting = [unit_id]
        for above in waiting:
            below = [unit for unit in self._children.get(above, ()) if unit not in found]
            found.update(dict.fromkeys(below))
            waiting.extend(below)
        return tuple(found)

    def superior(self, unit_id: int) -> UnitEntry | None:
        """上一级机关: the unit above; over those on top, the city's government.

        None where it is no unit of this system, as it is for the government itself.
        """
        unit = self.units[unit_id]
        if unit.parent_id is not None:
            return self.units.get(unit.parent_id)
        governments = (one for one in self.units.values() if one.kind == GOVERNMENT and one.active)
        above = next(governments, None)
        return above if above is not unit else None

    @cached_property
    def countersigned(self) -> frozenset[int]:
        """The units whose head signs what a clerk answers (负责人审签)."""
        return frozenset(unit.id for unit in self.units.values() if unit.countersigned)

    def unit_name(self, unit_id: int | None) -> str:
        """The full name, or an empty string for none."""
        unit = self.units.get(unit_id) if unit_id is not None else None
        return unit.name if unit else ""

    def category_path(self, code: str, separator: str = " / ") -> str:
        """城乡建设 / 物业管理 / 电梯故障; the code itself where it is unknown."""
        return separator.join(_names_up(self.categories, code)) or code

    def place_path(self, code: str, separator: str = "") -> str:
        """District, street and community written one after the other."""
        return separator.join(_names_up(self.places, code)) or code


def _names_up(tree: Mapping[str, Entry], code: str) -> list[str]:
    names: list[str] = []
    while code and (entry := tree.get(code)) and len(names) < 8:
        names.append(entry.name)
        code = entry.parent
    return names[::-1]
