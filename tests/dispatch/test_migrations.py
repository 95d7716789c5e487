"""The schema's way from revision to revision, with rows in the tables."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from alembic import command

from dispatch import record
from dispatch.db import alembic_config, migrate, open_pool
from hotline.casefile import NOTHING_PENDING
from hotline.errors import Unreachable
from tests.conftest import NewDatabase, Servers
from tests.makers import DISPATCHER, MONDAY

NAME = "hotline_test_migrations"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bare_database(servers: Servers, testrun_uid: str) -> AsyncIterator[str]:
    """A database without any table."""
    name = f"{NAME}_{testrun_uid[:8]}"
    connection = await asyncpg.connect(servers.database_url)
    try:
        await connection.execute(f"create database {name}")
        yield urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


async def alembic(act: Any, url: str, *words: str) -> None:
    """Alembic runs a loop of its own."""
    await asyncio.to_thread(act, alembic_config(url), *words)


async def test_cases_of_the_first_revision_are_read_and_queued_after_the_second(
    bare_database: str,
) -> None:
    await alembic(command.upgrade, bare_database, "0001")
    connection = await asyncpg.connect(bare_database)
    try:
        case_id = await connection.fetchval(
            """
            insert into "case" (number, lookup_code, kind, procedure_version, stage, phase,
              version, title, content, opened_at, last_hash)
            values ('2603090000017', 'ABCD2345', 'citizen', '2026', 'accepted', 'assignment',
              1, '停水', '停水两天', $1, $2) returning id
            """,
            MONDAY,
            bytes(32),
        )
        await connection.execute(
            """
            insert into clock (case_id, round, name, owed_by, "limit", basis, started_at, due_at,
              raw_due_on, calendar_version)
            values ($1, 1, 'whole', 'supervisor', '10wd', '规程', $2, $2, '2026-03-23', 'v')
            """,
            case_id,
            MONDAY,
        )
        await alembic(command.upgrade, bare_database, "head")
        to_decide = "select count(*) from \"case\" where closed_at is null and pending <> '{}'"
        assert await connection.fetchval(to_decide) == 0
    finally:
        await connection.close()
    pool = await open_pool(bare_database, size=1)
    async with pool.acquire() as pooled:
        case = await record.load(pooled, "2603090000017", DISPATCHER)
    await pool.close()
    assert case is not None
    assert case.pending == NOTHING_PENDING
    assert [(clock.name, clock.extensions, clock.stops) for clock in case.clocks] == [
        ("whole", (), ())
    ]


async def test_the_revisions_make_the_tables_that_the_classes_describe(bare_database: str) -> None:
    """`alembic check` raises where a column, an index or a key differs."""
    await alembic(command.upgrade, bare_database, "head")
    await alembic(command.check, bare_database)


async def test_the_way_back_is_open(bare_database: str) -> None:
    await alembic(command.downgrade, bare_database, "0001")
    await alembic(command.upgrade, bare_database, "head")


async def test_a_database_of_a_newer_program_is_refused_with_a_sentence(
    new_database: NewDatabase,
) -> None:
    async with new_database() as url:
        connection = await asyncpg.connect(url)
        await connection.execute("update alembic_version set version_num = '9999'")
        await connection.close()
        with pytest.raises(Unreachable, match="更新的版本"):
            await asyncio.to_thread(migrate, url)
