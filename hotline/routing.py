"""Which unit a case belongs to, and why: category × place → unit, by the dispatch catalogue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from hotline.rulebook import Entry, Line, Rulebook


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit with the reason that a dispatcher reads before choosing it."""

    unit_id: int
    unit_code: str
    unit_name: str
    reason: str
    basis: str


def suggest(
    rulebook: Rulebook, *, category: str, place: str, on: date, most: int = 3
) -> list[Suggestion]:
    """The units that the catalogue names, the most particular line first.

    A line for the very category goes before one for a category above it; within the same
    category a line for the very place goes before one for the place above it, and that before
    one for the whole city. Lines not in force on the day do not count.
    """
    found: dict[int, Suggestion] = {}
    for category_code in _upwards(rulebook.categories, category):
        lines = [
            line for line in rulebook.lines_by_category.get(category_code, ()) if line.valid_on(on)
        ]
        for place_code in (*_upwards(rulebook.places, place), ""):
            for line in lines:
                unit = rulebook.units.get(line.unit_id)
                if line.place == place_code and unit and unit.active and unit.id not in found:
                    found[unit.id] = Suggestion(
                        unit.id, unit.code, unit.name, _reason(rulebook, line), line.basis
                    )
    return list(found.values())[:most]


def _upwards(tree: Mapping[str, Entry], code: str) -> Iterator[str]:
    for _ in range(8):
        if not code:
            return
        yield code
        entry = tree.get(code)
        code = entry.parent if entry else ""


def _reason(rulebook: Rulebook, line: Line) -> str:
    where = rulebook.place_path(line.place) if line.place else "全市"
    until = f"至{line.valid_until:%Y-%m-%d}" if line.valid_until else "起"
    return (
        f"派单目录：{rulebook.category_path(line.category)}，{where}"
        f"（{line.valid_from:%Y-%m-%d}{until}有效）"
    )
