"""Choosing out of long lists by typing: units, categories and places as suggestions of a browser.

A suggestion reads "SWJ 云州市水务局"; what is sent back may be that, a code, or part of a name.
With scripts the list comes by itself, once a version, with the initials of its pinyin.
"""

import asyncio
import gzip
from collections.abc import Iterator, Mapping

import msgspec
from markupsafe import Markup

from dispatch.spelling import initials_of
from hotline.rulebook import Entry, Rulebook

KINDS = {"unit": "units", "units": "units", "category": "categories", "place": "places"}
LISTS = ("units", "categories", "places")
# A longer list is not written into every page: without scripts a code or a name is typed.
MOST_WRITTEN = 200


_written: dict[str, tuple[str, Markup]] = {}


def options(kind: str, rulebook: Rulebook) -> Markup:
    """The `<option>`s of a datalist, "units", "categories" or "places"; made once a version."""
    version, markup = _written.get(kind, ("", Markup()))
    if not version or version != rulebook.version:
        option = Markup('<option value="{}"></option>')
        choices = list(_choices(rulebook, kind))
        markup = Markup().join(option.format(f"{code} {name}") for code, name in choices)
        _written[kind] = rulebook.version, markup if len(choices) <= MOST_WRITTEN else Markup()
        return _written[kind][1]
    return markup


_packed: dict[str, tuple[str, bytes, bytes]] = {}
_packing = asyncio.Lock()


async def packed_choices(kind: str, rulebook: Rulebook) -> tuple[bytes, bytes]:
    """The list with its initials as JSON, plain and by gzip; made once a version, in a thread."""
    async with _packing:
        if kind not in _packed or _packed[kind][0] != rulebook.version:
            plain = await asyncio.to_thread(_with_initials, kind, rulebook)
            _packed[kind] = rulebook.version, plain, gzip.compress(plain, mtime=0)
    return _packed[kind][1:]


def _with_initials(kind: str, rulebook: Rulebook) -> bytes:
    """Initials of each name of the path, parted by "/"; of a unit's name and short name by " "."""
    if kind == "units":
        units = [unit for unit in rulebook.units.values() if unit.active]
        spelt = initials_of(name for unit in units for name in (unit.name, unit.short_name))
        rows = [
            (f"{unit.code} {unit.name}", f"{spelt[unit.name]} {spelt.get(unit.short_name, '')}")
            for unit in units
        ]
    else:
        path = rulebook.category_path if kind == "categories" else rulebook.place_path
        paths = {code: path(code, "/").split("/") for code, _ in _choices(rulebook, kind)}
        spelt = initials_of(name for names in paths.values() for name in names)
        rows = [
            (f"{code} {name}", "/".join(spelt[one] for one in paths[code]))
            for code, name in _choices(rulebook, kind)
        ]
    return msgspec.json.encode(rows)


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
