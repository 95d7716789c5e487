"""Writes that arrive together: each is answered for itself, none twice, none in another's place."""

import asyncio
from typing import Any

import asyncpg
import pytest

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import Outcome, perform
from dispatch.record import new_values
from dispatch.ties import new_file
from hotline.errors import Conflict
from tests.makers import AGENT, DISPATCHER, MONDAY, REQUEST, act


async def opened(office: Office, **changes: Any) -> Outcome:
    return await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=MONDAY)


async def test_a_burst_of_intakes_is_written_once_each(office: Office) -> None:
    outcomes = await asyncio.gather(*(opened(office, title=f"第{n}件") for n in range(40)))
    rows = await office.pool.fetch(
        'select id, number, title from "case" where number = any($1)',
        [outcome.case.number for outcome in outcomes],
    )
    assert {row["number"]: (row["id"], row["title"]) for row in rows} == {
        outcome.case.number: (outcome.case.id, outcome.case.title) for outcome in outcomes
    }
    assert len(rows) == 40


async def test_what_the_database_refuses_takes_nothing_else_with_it(office: Office) -> None:
    blank = new_file("citizen", await office.new_number(MONDAY), now=MONDAY)
    values = new_values([act(blank, "open", AGENT, **REQUEST)])
    first = await office.openings.write(blank.number, values)
    refused, fine = await asyncio.gather(
        office.openings.write(blank.number, values), opened(office), return_exceptions=True
    )
    assert first is not None
    assert isinstance(refused, asyncpg.UniqueViolationError)
    assert isinstance(fine, Outcome)


async def test_actions_on_many_cases_at_once_reach_each_its_own(office: Office) -> None:
    numbers = [(await opened(office)).case.number for _ in range(12)]
    units = ["SWJ", "CGJ", "JTJ"] * 4

    async def sent(number: str, unit: str) -> Outcome:
        inputs = {"lead_unit": unit}
        return await perform(
            office, number, "dispatch", actor=DISPATCHER, inputs=inputs, now=MONDAY, seen_version=1
        )

    tried = [sent(number, unit) for number, unit in zip(numbers, units, strict=True)]
    again = [sent(number, "HDQ") for number in numbers]
    results = await asyncio.gather(*tried, *again, return_exceptions=True)
    won = [result for result in results if isinstance(result, Outcome)]
    assert len(won) == 12
    assert all(isinstance(result, Conflict) for result in results if result not in won)
    rows = await office.pool.fetch(
        "select c.number, a.unit_id from assignment a"
        ' join "case" c on c.id = a.case_id where c.number = any($1)',
        numbers,
    )
    assert sorted((row["number"], row["unit_id"]) for row in rows) == sorted(
        (result.case.number, result.case.lead_unit_id) for result in won
    )


async def test_a_lost_connection_is_reported_and_nothing_is_written_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def lost(self: Any, *_: Any, **__: Any) -> Any:
        nonlocal tries
        tries += 1
        raise asyncpg.ConnectionDoesNotExistError("gone")

    monkeypatch.setattr(asyncpg.Connection, "fetchmany", lost)
    results = await asyncio.gather(*(opened(office) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [asyncpg.ConnectionDoesNotExistError] * 3
    assert tries <= 2
