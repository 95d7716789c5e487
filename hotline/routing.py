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
    for line in _by_rank(rulebook, category=category, place=place):
        unit = rulebook.units.get(line.unit_id)
        if line.valid_on(on) and unit and unit.active and unit.id not in found:
            found[unit.id] = Suggestion(
                unit.id, unit.code, unit.name, _reason(rulebook, line), line.basis
            )
    return list(found.values())[:most]


@dataclass(frozen=True, slots=True)
class Lost:
    """A line of the catalogue for the category that is not the first suggestion, and why."""

    line: Line
    unit_name: str
    reason: str
    why: str


def lost(rulebook: Rulebook, *, category: str, place: str, on: date) -> list[Lost]:
    """Every line for the category or one above it that did not win, the nearest first."""
    above = list(_upwards(rulebook.categories, category))
    ranked = list(_by_rank(rulebook, category=category, place=place))
    others = [
        line
        for code in above
        for line in rulebook.lines_by_category.get(code, ())
        if line not in ranked
    ]
    winner: Line | None = None
    found: list[Lost] = []
    for line in (*ranked, *others):
        why = _against(rulebook, line, winner, fits=line in ranked, on=on)
        if not why:
            winner = line
            continue
        name = rulebook.unit_name(line.unit_id) or "（已不存在的单位）"
        found.append(Lost(line, name, _reason(rulebook, line), why))
    return found


def _against(rulebook: Rulebook, line: Line, winner: Line | None, *, fits: bool, on: date) -> str:
    """Why the line does not win; empty for the one that does."""
    unit = rulebook.units.get(line.unit_id)
    if not fits:
        return f"只管{rulebook.place_path(line.place)}，事发地不在那里"
    if line.valid_until is not None and line.valid_until < line.valid_from:
        return "从未生效"
    if line.valid_from > on:
        return f"{line.valid_from:%Y-%m-%d}起才生效"
    if not line.valid_on(on):
        return f"{line.valid_until:%Y-%m-%d}已终止"
    if unit is None or not unit.active:
        return "单位已停用"
    if winner is None:
        return ""
    if line.category != winner.category:
        return "有更具体分类的一项在先"
    if line.place != winner.place:
        return "同一分类下有更具体区域的一项在先"
    return "与首选同等具体，排在后面，由派单员选择"


def _by_rank(rulebook: Rulebook, *, category: str, place: str) -> Iterator[Line]:
    """The lines that fit, in the order in which they go before each other."""
    places = (*_upwards(rulebook.places, place), "")
    for category_code in _upwards(rulebook.categories, category):
        lines = rulebook.lines_by_category.get(category_code, ())
        for place_code in places:
            yield from (line for line in lines if line.place == place_code)


def certain(rulebook: Rulebook, *, category: str, place: str, on: date) -> Suggestion | None:
    """The unit that the catalogue leaves no doubt about: the only one that its most particular
    lines in force name, those of the nearest category and of the nearest place."""
    for category_code in _upwards(rulebook.categories, category):
        lines = [
            line for line in rulebook.lines_by_category.get(category_code, ()) if line.valid_on(on)
        ]
        for place_code in (*_upwards(rulebook.places, place), ""):
            here = [line for line in lines if line.place == place_code]
            if not here:
                continue
            unit = rulebook.units.get(here[0].unit_id)
            if unit is None or not unit.active or len({line.unit_id for line in here}) > 1:
                return None
            reason = _reason(rulebook, here[0])
            return Suggestion(unit.id, unit.code, unit.name, reason, here[0].basis)
    return None


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
