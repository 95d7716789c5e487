"""The database: one pool, the only place that begins and commits, and the migrations.

Statements are SQL as text on asyncpg. A statement outside `transaction` is a transaction of its
own; what belongs together goes into one `transaction`, committed once, at the edge.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TypeAlias

import asyncpg
import msgspec
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from asyncpg.pool import PoolConnectionProxy

from hotline.errors import Unreachable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
# What a single statement can be asked of: a connection within a transaction, or any of the pool's.
Database: TypeAlias = "Connection | Pool"

# Faults that say nothing about the work in hand: it can be done when the server is back.
DATABASE_GONE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
)

# The first byte of a jsonb value on the wire is the version of its format.
_JSONB = b"\x01"


async def open_pool(url: str, *, size: int = 8) -> Pool:
    """A pool of at most `size` connections. Raises Unreachable where no server answers."""
    try:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            init=_prepare,
            reset=_leave_as_it_is,
            command_timeout=30,
        )
    except (OSError, asyncpg.PostgresError) as fault:
        raise Unreachable(f"数据库连接不上：{fault}") from fault


async def _leave_as_it_is(connection: Connection) -> None:
    """Between two uses nothing needs resetting: no session state is set on pooled connections.

    The driver's own reset is one more round trip for every use.
    """


async def _prepare(connection: Connection) -> None:
    """JSON as the faster binary form, read and written by msgspec."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: _JSONB + msgspec.json.encode(value),
        decoder=lambda value: msgspec.json.decode(value[1:]),
        format="binary",
    )


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection whose statements take effect together at the end, or not at all.

    Within `whole` they are a part of that, which is undone by itself where it fails.
    """
    under_way = _UNDER_WAY.get()
    if under_way is not None:
        async with savepoint(under_way):
            yield under_way
        return
    async with pool.acquire() as connection, connection.transaction():
        yield connection


@asynccontextmanager
async def whole(pool: Pool) -> AsyncIterator[Connection]:
    """A transaction that takes in every one that is begun within it: all of them stand, or none."""
    async with transaction(pool) as connection:
        outer = _UNDER_WAY.set(connection)
        try:
            yield connection
        finally:
            _UNDER_WAY.reset(outer)


_UNDER_WAY: ContextVar["Connection | None"] = ContextVar("whole", default=None)


@asynccontextmanager
async def savepoint(connection: Connection) -> AsyncIterator[None]:
    """Within a transaction: statements that are undone together where they fail."""
    async with connection.transaction():
        yield


def migrate(url: str) -> None:
    """Bring the schema to the newest revision (synchronous: it runs its own event loop).

    Raises Unreachable where a newer program has been at work on the database.
    """
    try:
        command.upgrade(alembic_config(url), "head")
    except CommandError as fault:
        raise Unreachable(
            f"数据库的结构与本程序不符（{fault}）。数据库可能已由更新的版本升级过："
            "请改用新版程序，或换一个数据库。"
        ) from fault


async def migrate_in_thread(url: str) -> None:
    """`migrate` from within a running event loop."""
    await asyncio.to_thread(migrate, url)


def alembic_config(url: str) -> Config:
    """Where the migrations are, and the database that they are for."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "hotline/migrations"))
    config.attributes["url"] = url
    return config


def affected(status: str) -> int:
    """How many rows a command's status ("UPDATE 3") speaks of."""
    word = status.rsplit(" ", 1)[-1]
    return int(word) if word.isdigit() else 0
