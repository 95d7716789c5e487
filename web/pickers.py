"""Choosing out of long lists by typing: units, categories and places as suggestions of a browser.

A suggestion reads "SWJ 云州市水务局"; what is sent back may be that, a code, or part of a name.
"""

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from hotline.rulebook import Entry, Rulebook

KINDS = {"unit": "units", "units": "units", "category": "categories", "place": "places"}


_written: dict[str, tuple[str, Markup]] = {}


def options(kind: str, rulebook: Rulebook) -> Markup:
    """The `<option>`s of a datalist, "units", "categories" or "places"; made once a version."""
    version, markup = _written.get(kind, ("", Markup()))
    if not version or version != rulebook.version:
        option = Markup('<option value="{}"></option>')
        markup = Markup().join(
            option.format(f"{code} {name}") for code, name in _choices(rulebook, kind)
        )
        _written[kind] = rulebook.version, markup
    return markup


def _choices(rulebook: Rulebook, kind: str) -> Iterator[tuple[str, str]]:
    if kind == "units":
        for unit in rulebook.units.values():
            if unit.active:
                yield unit.code, unit.name
        return
    tree = rulebook.categories if kind == "categories" else rulebook.places
    path = rulebook.category_path if kind == "categories" else rulebook.place_path
    for entry in tree.values():
        if entry.active:
            yield entry.code, path(entry.code)


def written(kind: str, code: str, rulebook: Rulebook) -> str:
    """A chosen code as the suggestion reads, for a form that is shown again."""
    if kind == "units":
        unit = rulebook.units_by_code.get(code)
        return f"{unit.code} {unit.name}" if unit else code
    tree = rulebook.categories if kind == "categories" else rulebook.places
    path = rulebook.category_path if kind == "categories" else rulebook.place_path
    return f"{code} {path(code)}" if code in tree else code


def chosen(typed: str, input_type: str, rulebook: Rulebook) -> str:
    """The code that was meant; other texts, and what is not clear, stay as they were typed."""
    kind = KINDS.get(input_type)
    typed_text = typed.strip()
    if kind is None or not typed_text:
        return typed
    codes: dict[str, str] = (
        {unit.code: unit.name for unit in rulebook.units.values()}
        if kind == "units"
        else _names(rulebook.categories if kind == "categories" else rulebook.places)
    )
    first = typed_text.split(" ", 1)[0]
    if first in codes:
        return first
    same = [code for code, name in codes.items() if name == typed_text]
    alike = same or [code for code, name in codes.items() if typed_text in name]
    return alike[0] if len(alike) == 1 else typed_text


def _names(tree: Mapping[str, Entry]) -> dict[str, str]:
    return {code: entry.name for code, entry in tree.items()}
