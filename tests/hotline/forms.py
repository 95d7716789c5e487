"""Forms of any action, filled in at random: valid most of the time."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.inputs import INPUTS
from hotline.procedure import Action
from hotline.vocabulary import Input
from tests.demo_cast import demo_cast
from tests.makers import a_case_in

RULEBOOK = demo_cast().rulebook
UNITS = ("B14", "B15", "B16", "B28", "990101", "990101003")
# The case that an act speaks of, or that takes this one along.
OTHER = msgspec.structs.replace(a_case_in("handling"), number="2603090000025")


def filled_in(action: Action, chance: Random, *, case: CaseFile, now: datetime) -> dict[str, Any]:
    """Valid values, most of the time."""
    given = {
        name: value(INPUTS[name], chance, now=now)
        for name, required in action.inputs
        if required or chance.random() < 0.5
    }
    if "inside_by" in given:
        # To a unit below, or where there is none, to a colleague.
        given = {"inside_by": in_shanghai(now).date().isoformat()}
        below = RULEBOOK.subtree(case.lead_unit_id or 0)[1:]
        if below:
            given["inside_unit"] = RULEBOOK.units[below[0]].code
        else:
            given["inside_person"] = "同事小武"
    if "clock" in given and case.open_clocks:
        clock = chance.choice(case.open_clocks)
        given |= {"clock": clock.name, "level": min(clock.rung + 1, 3)}
    if "release" in action.does:
        cos = [RULEBOOK.units[p.unit_id].code for p in case.parts if p.part == "co"]
        given["co_units"] = cos[:1]
    return given


def value(entry: Input, chance: Random, *, now: datetime) -> Any:
    """A value of the input's type."""
    if entry.type in ("choice", "choices"):
        # Often the usual way, which stands first, and everything that a list asks for.
        usual = chance.random() < 0.35
        one = next(iter(entry.choices)) if usual else chance.choice(sorted(entry.choices))
        if entry.type == "choices":
            return [*entry.choices] if usual else [one]
        return one
    if entry.type == "day":
        on = in_shanghai(now).date() + timedelta(days=chance.randint(-3, 9))
        return on.isoformat()
    if entry.type == "units":
        return chance.sample(UNITS, k=chance.randint(0, 2))
    if entry.type == "integer":
        least = 1 if entry.least is None else entry.least
        return min(chance.choice([least, least + 1, least + 4]), entry.most or 1_000_000)
    known = {
        "unit": UNITS,
        "category": sorted(RULEBOOK.categories),
        "place": sorted(RULEBOOK.places),
        "phone": ["13800001234"],
        "money": ["800.00", "90000", "1200000.50"],
        "flag": [True, ""],
        "case": [OTHER.number],
        "files": [[]],
    }
    return chance.choice(known.get(entry.type, ["已核实。", "请抓紧办理"]))
