"""The people and the rulebook of the demonstration city, without a database."""

from functools import cache

from dispatch.demo_city import city
from dispatch.demo_life import Cast
from hotline.calendar import calendar_in_file
from hotline.people import Actor, Role
from hotline.rulebook import Entry, Line, Rulebook, UnitEntry


@cache
def demo_cast() -> Cast:
    """The people of the demonstration city, numbered as they stand in its files."""
    town = city()
    ids = {unit.code: at for at, unit in enumerate(town.units, 1)}
    rulebook = Rulebook(
        calendar=calendar_in_file(),
        units={
            ids[one.code]: UnitEntry(
                ids[one.code], one.code, one.name, one.short_name, one.kind,
                ids.get(one.parent_code), True,
            )
            for one in town.units
        },
        categories={
            one.code: Entry(one.code, one.parent_code, one.name) for one in town.categories
        },
        places={one.code: Entry(one.code, one.parent_code, one.name) for one in town.places},
        catalogue=tuple(
            Line(one.category_code, one.place_code, ids[one.unit_code], one.valid_from,
                 one.valid_until, one.basis)
            for one in town.responsibilities
        ),
        version="test",
    )  # fmt: skip
    people = [
        Actor(
            name=one.name,
            roles=frozenset(Role(role) for role in one.roles),
            staff_id=at,
            unit_id=ids[one.unit_code],
            unit_ids=rulebook.subtree(ids[one.unit_code]),
        )
        for at, one in enumerate(town.staff, 1)
    ]
    return Cast(
        {role: tuple(one for one in people if one.has(role)) for role in Role},
        {one.unit_id: one for one in people if one.has(Role.CLERK) and one.unit_id},
        town.remarks,
        rulebook,
    )
