"""Folding keeps every sum exact, whoever reads or writes meanwhile."""

import asyncio
from datetime import date
from typing import Any

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.tallies import fold
from tests.makers import AGENT, MONDAY, REQUEST

DAY = date(2026, 3, 9)


async def add(office: Office, n: int, *, day: date | None = DAY, measure: str = "opened") -> None:
    await office.pool.execute(
        "insert into tally (day, kind, measure, unit_id, n) values ($1, 'citizen', $2, 2, $3)",
        day,
        measure,
        n,
    )


async def sums(office: Office) -> dict[tuple[Any, ...], int]:
    rows = await office.pool.fetch(
        "select day, measure, unit_id, sum(n)::int as n from tally group by 1, 2, 3"
    )
    return {(row["day"], row["measure"], row["unit_id"]): row["n"] for row in rows if row["n"]}


async def rows(office: Office) -> int:
    return int(await office.pool.fetchval("select count(*) from tally"))


async def test_many_differences_become_one_row_with_their_sum(office: Office) -> None:
    for n in (1, 1, 1, -1):
        await add(office, n)
        await add(office, n, day=None, measure="stage:accepted")
    before = await sums(office)
    await fold(office.pool)
    assert await sums(office) == before
    assert await rows(office) == len(before)


async def test_what_adds_up_to_nothing_leaves_no_row(office: Office) -> None:
    await add(office, 1, measure="stage:objected", day=None)
    await add(office, -1, measure="stage:objected", day=None)
    await fold(office.pool)
    left = await office.pool.fetchval("select count(*) from tally where measure = 'stage:objected'")
    assert left == 0


async def test_from_a_mark_on_only_figures_with_news_are_touched(office: Office) -> None:
    mark = await fold(office.pool)
    untouched = await office.pool.fetch("select id from tally where measure = 'stage:accepted'")
    await add(office, 1)
    await add(office, 1)
    assert await fold(office.pool, after=mark) > mark
    again = await office.pool.fetch("select id from tally where measure = 'stage:accepted'")
    assert again == untouched
    assert await rows(office) == len(await sums(office))


async def test_foldings_and_intakes_at_once_lose_nothing(office: Office) -> None:
    before = (await sums(office)).get((DAY, "opened", 2), 0)
    seen: list[int] = []

    async def read() -> None:
        for _ in range(20):
            seen.append((await sums(office)).get((DAY, "opened", 2), 0))

    async def write() -> None:
        for _ in range(25):
            await add(office, 1)

    await asyncio.gather(write(), write(), read(), *(fold(office.pool) for _ in range(10)))
    await fold(office.pool)
    assert (await sums(office))[(DAY, "opened", 2)] == before + 50
    # A reader never saw a row twice or a sum without its rows: the figure only grew.
    assert seen == sorted(seen)


async def test_a_row_leaves_its_case_behind_the_figure(office: Office) -> None:
    mark = await fold(office.pool)
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)).case
    case_id = await office.pool.fetchval('select id from "case" where number = $1', case.number)
    for n in (1, 1, -1):
        await office.pool.execute(
            "insert into tally (day, kind, measure, unit_id, case_id, n)"
            " values ($1, 'citizen', 'received', 2, $2, $3)",
            DAY,
            case_id,
            n,
        )
    await fold(office.pool, after=mark)
    behind = await office.pool.fetch(
        "select n from counted where measure = 'received' and day = $1 and case_id = $2",
        DAY,
        case_id,
    )
    assert [row["n"] for row in behind] == [1]
    assert not await office.pool.fetchval("select exists (select 1 from tally where case_id > 0)")
