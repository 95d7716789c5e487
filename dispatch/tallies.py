"""Folding of the figures: many differences of one figure become one row.

Intake only ever inserts (see `hotline.cases.Tally`), so nobody waits; the worker adds the rows
up afterwards. A reader sees the sum before or after a folding, never in between, because rows
leave and their sum arrives in one statement. Rows that name their case leave it in `counted`,
where the cases behind a figure are found.
"""

from dispatch.db import Pool, transaction

# Any number, as long as it is this one: two foldings at once would delete the same rows.
_LOCK = 12_345_001

# A row may be committed after later ones were folded: so far back is looked for those with a case.
_LATE = 10_000

_FOLD = f"""
    with figures as (
      select day, kind, measure, unit_id from tally
      where id > $1 or (id > $1 - {_LATE} and case_id is not null)
      group by day, kind, measure, unit_id
    ), crowded as (
      select t.id from figures f join tally t on t.day = f.day and t.measure = f.measure
        and t.kind = f.kind and t.unit_id is not distinct from f.unit_id
      union all
      select t.id from figures f join tally t on f.day is null and t.day is null
        and t.measure = f.measure and t.kind = f.kind and t.unit_id is not distinct from f.unit_id
    ), folded as (
      delete from tally where id in (select id from crowded)
      returning day, kind, measure, unit_id, case_id, n
    ), behind as (
      insert into counted as k (kind, measure, day, unit_id, case_id, n)
      select kind, measure, day, coalesce(unit_id, 0), case_id, sum(n) from folded
      where case_id is not null group by 1, 2, 3, 4, 5
      on conflict (kind, measure, day, unit_id, case_id) do update set n = k.n + excluded.n
    ), sums as (
      insert into tally (day, kind, measure, unit_id, n)
      select day, kind, measure, unit_id, sum(n) from folded
      group by day, kind, measure, unit_id having sum(n) <> 0
      returning id
    )
    select coalesce((select max(id) from sums), $1)
    """


async def fold(pool: Pool, *, after: int = 0) -> int:
    """Add up every figure that has a row newer than row `after`; 0 takes them all.

    Gives the row after which to begin the next time. A row that was committed late, below that
    mark, is folded with the next one of its figure; sums are right meanwhile. While somebody
    else folds, nothing happens.
    """
    async with transaction(pool) as connection:
        if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK):
            return after
        newest: int | None = await connection.fetchval(
            "select max(id) from tally"
            f" where id > $1 or (id > $1 - {_LATE} and case_id is not null)",
            after,
        )
        if newest is None:
            return after
        mark: int = await connection.fetchval(_FOLD, after)
        return max(mark, newest)
