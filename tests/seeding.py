"""Puts the people and rules of `tests.makers` into a database."""

from datetime import date

from dispatch.db import Pool, transaction
from dispatch.reference import publish
from hotline.calendar import HORIZON_OF_FILE, overrides_in_file
from hotline.people import Actor
from tests import makers

PEOPLE: tuple[Actor, ...] = tuple(
    value for value in vars(makers).values() if isinstance(value, Actor) and value.staff_id
)


async def seed(pool: Pool) -> None:
    """Units, staff, categories, places, catalogue and calendar, under the makers' own keys."""
    rules = makers.RULEBOOK
    async with transaction(pool) as connection:
        await connection.executemany(
            "insert into unit (id, code, name, short_name, kind, parent_id)"
            " overriding system value values ($1, $2, $3, $4, $5, $6)",
            [
                (u.id, u.code, u.name, u.short_name, u.kind, u.parent_id)
                for u in rules.units.values()
            ],
        )
        await connection.execute("select setval(pg_get_serial_sequence('unit', 'id'), 1000)")
        await connection.executemany(
            "insert into staff (id, sign_in, name, unit_id, roles)"
            " overriding system value values ($1, $2, $3, $4, $5)",
            [
                (p.staff_id, f"staff{p.staff_id}", p.name, p.unit_id, sorted(p.roles))
                for p in PEOPLE
            ],
        )
        await connection.execute("select setval(pg_get_serial_sequence('staff', 'id'), 200000)")
        await connection.executemany(
            "insert into category (code, parent, name) values ($1, $2, $3)",
            [(e.code, e.parent, e.name) for e in rules.categories.values()],
        )
        await connection.executemany(
            "insert into place (code, parent, name) values ($1, $2, $3)",
            [(e.code, e.parent, e.name) for e in rules.places.values()],
        )
        await connection.executemany(
            "insert into responsibility (category, place, unit_id, valid_from, valid_until, basis)"
            " values ($1, $2, $3, $4, $5, $6)",
            [
                (r.category, r.place, r.unit_id, r.valid_from, r.valid_until, r.basis)
                for r in rules.catalogue
            ],
        )
        await connection.executemany(
            "insert into calendar_day (day, day_kind, name) values ($1, $2, $3)",
            [tuple(day) for day in overrides_in_file()],
        )
        await publish(connection, "calendar_horizon", date.isoformat(HORIZON_OF_FILE))
        await publish(connection)
