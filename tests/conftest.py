"""Throw-away servers for the tests that need them, and a fresh database for each module.

`HOTLINE_TEST_DATABASE_URL` and `HOTLINE_TEST_REDIS_URL` name servers to use instead; the account
must be allowed to create databases, and a template database is left there for the next run.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
import redis
import structlog

from dispatch.embedded import Postgres, Valkey
from dispatch.serving import log_lines

# Nothing here must survive a power cut; tests of durability start servers of their own.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "200",
}

TEMPLATE = "hotline_test_template"


class Servers(NamedTuple):
    """Where they are; `database_url` is for making databases, not for working in."""

    database_url: str
    redis_url: str


NewDatabase = Callable[[], AbstractAsyncContextManager[str]]

_running = pytest.StashKey[tuple[Servers, ExitStack]]()


def _servers(config: pytest.Config) -> Servers:
    """Start once for this run, in the process that also stops them."""
    if _running not in config.stash:
        with ExitStack() as stack:
            found = Servers(
                os.environ.get("HOTLINE_TEST_DATABASE_URL") or _started(stack, Postgres),
                os.environ.get("HOTLINE_TEST_REDIS_URL") or _started(stack, Valkey),
            )
            config.stash[_running] = found, stack.pop_all()
    return config.stash[_running][0]


def _started(stack: ExitStack, kind: type[Postgres] | type[Valkey]) -> str:
    data = Path(tempfile.mkdtemp(prefix="hotline-test-"))
    stack.callback(shutil.rmtree, data, ignore_errors=True)
    server = Postgres(data, options=FAST) if kind is Postgres else kind(data)
    stack.callback(server.stop)
    server.start()
    return server.url


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist: the workers share the servers of the process that leads them."""
    node.workerinput["servers"] = tuple(_servers(node.config))


def pytest_configure() -> None:
    structlog.configure(processors=log_lines(colours=False))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _running in config.stash:
        config.stash[_running][1].close()


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    led = getattr(pytestconfig, "workerinput", None)
    return Servers(*led["servers"]) if led else _servers(pytestconfig)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def new_database(servers: Servers, testrun_uid: str, worker_id: str) -> NewDatabase:
    """Makes one more migrated, empty database: `async with new_database() as url`."""
    await _prepare_template(servers.database_url, run=testrun_uid)
    numbers = itertools.count(1)

    @asynccontextmanager
    async def copied() -> AsyncIterator[str]:
        name = f"hotline_test_{testrun_uid[:8]}_{worker_id}_{next(numbers)}"
        await _execute(servers.database_url, f"create database {name} template {TEMPLATE}")
        try:
            yield _named(servers.database_url, name)
        finally:
            await _execute(servers.database_url, f"drop database {name} with (force)")

    return copied


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(new_database: NewDatabase) -> AsyncIterator[str]:
    """A migrated, empty database of this module alone."""
    async with new_database() as url:
        yield url


@pytest.fixture(scope="module")
def redis_url(servers: Servers, worker_id: str) -> str:
    """An empty Valkey database of this module alone, among sixteen workers at most."""
    number = int(worker_id.removeprefix("gw")) % 16 if worker_id.startswith("gw") else 0
    url = urlsplit(servers.redis_url)._replace(path=f"/{number}").geturl()
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


async def _prepare_template(url: str, *, run: str) -> None:
    """Migrate the template once a run, whichever worker comes first."""
    from dispatch.db import migrate  # only tests that want a database need it

    connection = await asyncpg.connect(url)
    try:
        await connection.execute("select pg_advisory_lock(12345)")
        made_by = await connection.fetchval(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = $1",
            TEMPLATE,
        )
        if made_by == run:
            return
        await connection.execute(f"drop database if exists {TEMPLATE} with (force)")
        await connection.execute(f"create database {TEMPLATE}")
        # Alembic runs a loop of its own.
        await asyncio.to_thread(migrate, _named(url, TEMPLATE))
        await connection.execute(f"comment on database {TEMPLATE} is '{run}'")
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
