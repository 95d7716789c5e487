"""Whoever changes the history is found out, even with all rights on the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from dispatch.audit import verify
from dispatch.db import Connection
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from tests.makers import AGENT, DISPATCHER, MONDAY, REQUEST, WATER_CLERK


async def a_history(office: Office) -> str:
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    number = outcome.case.number
    steps: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        ("dispatch", DISPATCHER, {"lead_unit": "SWJ"}),
        ("sign", WATER_CLERK, {}),
        ("reply", WATER_CLERK, {"result": "solved", "reply": "已恢复供水。"}),
    )
    for action, actor, inputs in steps:
        await perform(office, number, action, actor=actor, inputs=inputs, now=MONDAY)
    return number


@asynccontextmanager
async def tampering(office: Office) -> AsyncIterator[Connection]:
    """The guard of the history is lifted, as only the owner of the database can."""
    async with office.pool.acquire() as connection:
        await connection.execute("alter table event disable trigger event_append_only")
        try:
            yield connection
        finally:
            await connection.execute("alter table event enable trigger event_append_only")


async def test_an_untouched_history_holds(office: Office) -> None:
    for _ in range(3):
        await a_history(office)
    verdict = await verify(office.pool)
    assert verdict.broken == ()
    assert verdict.cases == await office.pool.fetchval('select count(*) from "case"')
    assert verdict.events == await office.pool.fetchval("select count(*) from event")


async def test_a_single_case_and_the_newest_can_be_asked_for(office: Office) -> None:
    number = await a_history(office)
    assert (await verify(office.pool, number=number)).events == 4
    assert (await verify(office.pool, most=2)).cases == 2
    assert (await verify(office.pool, number="0000000000000")).cases == 0


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("update event set actor_name = '别人' where case_id = $1 and seq = 3", 3, "改动"),
        ("update event set at = at + interval '1 day' where case_id = $1 and seq = 2", 2, "改动"),
        (
            "update event set inputs = jsonb_set(inputs, '{lead_unit}', '\"CGJ\"')"
            " where case_id = $1 and seq = 2",
            2,
            "改动",
        ),
        ("delete from event where case_id = $1 and seq = 2", 2, "缺少"),
        ("delete from event where case_id = $1 and seq = 4", 4, "末尾"),
        ("delete from event where case_id = $1", 0, "没有"),
    ],
)
async def test_tampering_is_found_where_it_begins(
    office: Office, statement: str, seq: int, why: str
) -> None:
    number = await a_history(office)
    key = await office.pool.fetchval('select id from "case" where number = $1', number)
    async with tampering(office) as connection:
        await connection.execute(statement, key)
    verdict = await verify(office.pool, number=number)
    assert [(broken.number, broken.seq) for broken in verdict.broken] == [(number, seq)]
    assert why in verdict.broken[0].why


async def test_an_event_forged_with_the_hash_of_its_neighbour_is_found(office: Office) -> None:
    number = await a_history(office)
    key = await office.pool.fetchval('select id from "case" where number = $1', number)
    async with tampering(office) as connection:
        await connection.execute(
            """
            insert into event (case_id, seq, action, round, stage_before, stage_after, actor_name,
              inputs, changes, at, hash)
            select case_id, 5, 'remind', round, stage_after, stage_after, '别人', '{}', '{}', at,
              hash
            from event where case_id = $1 and seq = 4
            """,
            key,
        )
    assert (await verify(office.pool, number=number)).broken
