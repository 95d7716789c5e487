"""The demonstration city as a newcomer finds it: every stage there, and nothing out of joint."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest_asyncio

from dispatch import demo
from dispatch.audit import verify
from dispatch.clock import sweep
from dispatch.db import transaction
from dispatch.office import Office, clock, open_office
from dispatch.preparing import load_calendar
from dispatch.sign_in import DEMO_PASSWORD, Entrance
from hotline.calendar import SHANGHAI
from hotline.people import STAFF_ROLES
from hotline.procedures import PROCEDURES
from hotline.procedures.citizen import CITIZEN
from hotline.settings import settings_from

# A working afternoon: what the city shows depends on the moment at which it is filled alone.
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=SHANGHAI)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def city(database_url: str) -> AsyncIterator[Office]:
    settings = replace(settings_from({}), database_url=database_url, redis_url=None)
    async with open_office(settings) as office:
        async with transaction(office.pool) as connection:
            assert await load_calendar(connection)
        assert await demo.fill(office, now=NOW)
        yield office


async def test_every_kind_has_cases_in_every_stage_closed_ones_too(city: Office) -> None:
    rows = await city.pool.fetch('select kind, stage, count(*) as n from "case" group by 1, 2')
    counts = {(row["kind"], row["stage"]): row["n"] for row in rows}
    wanted = {(rules.kind, stage.name) for rules in PROCEDURES.values() for stage in rules.stages}
    missing = sorted(wanted - counts.keys())
    assert not missing, f"no case stands there in the demonstration: {missing}"
    assert min(counts[CITIZEN.kind, stage] for stage in demo.WAITING) >= 4


async def test_a_joint_meeting_was_held_and_its_decisions_are_dispatches(city: Office) -> None:
    decided = await city.pool.fetch(
        "select d.action, d.refusal, c.designated from meeting_decision d"
        ' join "case" c on c.id = d.case_id'
    )
    assert {row["action"] for row in decided} == {"designate", "arbitrate_kept"}
    assert all(row["designated"] and not row["refusal"] for row in decided)


async def test_what_is_merged_is_tied_on_both_sides(city: Office) -> None:
    rows = await city.pool.fetch(
        """
        select l.relation, c.stage, o.merged from case_link l
        join "case" c on c.id = l.case_id join "case" o on o.id = l.other_id
        where l.relation = 'merged' and l.ended_at is null
        """
    )
    assert [(row["stage"], row["merged"]) for row in rows] == [("merged", 1)]


async def test_what_a_demonstration_wants_to_show_is_there(city: Office) -> None:
    row = await city.pool.fetchrow(
        """
        select count(*) filter (where round > 1) as redone,
          count(*) filter (where supervised) as supervised,
          count(*) filter (where reminders > 0) as reminded,
          count(*) filter (where satisfied is not null) as rated,
          count(*) filter (where outcome = 'unrated') as unrated,
          count(*) filter (where anonymous) as anonymous,
          count(*) filter (where confidential) as confidential,
          count(*) filter (where closed_at is null and next_due_at < $1) as overdue,
          (select count(*) from assignment where part = 'co') as co,
          (select count(*) from assignment where deemed) as deemed,
          (select count(*) from event where action = 'object') as objected,
          (select count(*) from event where action = 'grant_stop') as stopped,
          (select count(*) from event where action = 'grant_extension') as extended,
          (select count(*) from clock where ended_at is null and rung between 1 and 2) as warned
        from "case"
        """,
        NOW,
    )
    assert row is not None
    assert {name: n for name, n in row.items() if n < 2} == {}


async def test_nothing_happened_in_the_future_and_every_chain_holds(city: Office) -> None:
    assert await city.pool.fetchval("select max(at) from event") <= NOW
    assert await city.pool.fetchval("select max(at) from call") <= NOW
    verdict = await verify(city.pool)
    assert verdict.cases == await city.pool.fetchval('select count(*) from "case"')
    assert verdict.broken == ()


async def test_no_clock_rings_and_no_text_leaves_because_of_the_past(city: Office) -> None:
    report = await sweep(city, NOW)
    assert (report.rung, report.faults) == (0, 0)
    waiting = await city.pool.fetchval("select count(*) from message where next_at is not null")
    assert waiting == 0
    rows = await city.pool.fetch(
        "select distinct body like '【%】%' as signed, parts > 0 as counted, state from message"
        " where channel = 'sms'"
    )
    assert [tuple(row) for row in rows] == [(True, True, "delivered")]


async def test_the_figures_agree_with_the_cases(city: Office) -> None:
    counted = await city.pool.fetch(
        "select measure, sum(n)::int as n from tally where day is null"
        " group by 1 having sum(n) <> 0"
    )
    cases = await city.pool.fetch('select stage, count(*)::int as n from "case" group by 1')
    assert {row["measure"]: row["n"] for row in counted} == {
        f"stage:{row['stage']}": row["n"] for row in cases
    }
    closed = await city.pool.fetchval("select sum(n) from tally where measure = 'closed'")
    assert closed == await city.pool.fetchval(
        'select count(*) from "case" where closed_at is not null'
    )


async def test_registers_are_numbered_without_gaps(city: Office) -> None:
    numbered = [rules.kind for rules in PROCEDURES.values() if rules.numbered]
    rows = await city.pool.fetch(
        "select kind, details->>'serial' as serial from \"case\" where kind = any($1) order by id",
        numbered,
    )
    registers: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        register, number = re.fullmatch(r"(.*)〕(\d+)号", row["serial"]).groups()  # type: ignore[union-attr]
        registers.setdefault((row["kind"], register), []).append(int(number))
    for numbers in registers.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert await city.pool.fetchval("select sum(last) from register_number") == len(rows)


async def test_each_call_that_opened_a_case_knows_it(city: Office) -> None:
    rows = await city.pool.fetch(
        "select disposition, count(*) as n, count(case_id) as known from call group by 1"
    )
    by_ending = {row["disposition"]: (row["n"], row["known"]) for row in rows}
    of_cases, known = by_ending.pop("case")
    assert of_cases == known > 300
    assert {"answered", "emergency", "statutory_channel", "explained"} <= set(by_ending)


async def test_someone_of_every_role_can_sign_in(city: Office) -> None:
    rows = await city.pool.fetch("select sign_in, roles from staff where demo")
    assert {role for row in rows for role in row["roles"]} == {str(role) for role in STAFF_ROLES}
    entrance = Entrance(city)
    assert await entrance.sign_in(rows[0]["sign_in"], DEMO_PASSWORD, now=clock())


async def test_a_second_filling_changes_nothing(city: Office) -> None:
    before = await city.pool.fetchval("select count(*) from event")
    assert not await demo.fill(city, now=NOW + timedelta(hours=1))
    assert await city.pool.fetchval("select count(*) from event") == before
