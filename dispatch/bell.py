"""The doorbell after a commit: NOTIFY for the screens, arq for the worker.

Nothing depends on it. PostgreSQL holds what must happen and the worker looks by itself every
few seconds; a bell that nobody hears costs seconds, not data. Rings are gathered for a moment,
so that a burst of intakes rings once: NOTIFY takes a lock that all commits share.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import msgspec
import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from dispatch.background import going_on
from dispatch.db import Pool

CHANNEL = "case_changed"
PHONE_CHANNEL = "phone_changed"
WAKE = "wake"
QUEUE = "hotline:queue"

_GATHER_SECONDS = 0.05
# A NOTIFY carries less than 8000 bytes; with more numbers than this, everybody looks again.
_MOST_NUMBERS = 400

log = structlog.get_logger()


@asynccontextmanager
async def open_bell(pool: Pool, redis_url: str | None) -> AsyncIterator["Bell"]:
    """A bell that is heard until left."""
    bell = Bell(pool, redis_url)
    try:
        async with going_on(bell.pass_on(), name="bell"):
            yield bell
    finally:
        await bell.close()


class Bell:
    """Gathers rings and passes them on from a task of its own."""

    def __init__(self, pool: Pool, redis_url: str | None) -> None:
        self._pool = pool
        self._redis_url = redis_url
        self._redis: ArqRedis | None = None
        self._waiting: set[str] = set()
        self._rung = asyncio.Event()

    def ring(self, number: str) -> None:
        """A case has changed. Costs nothing here; call it after the commit."""
        self._waiting.add(number)
        self._rung.set()

    def wake(self) -> None:
        """Something waits for the worker although no case has changed."""
        self._rung.set()

    async def pass_on(self) -> None:
        """Pass on what is rung, without end."""
        while True:
            await self._rung.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            self._rung.clear()
            await self._flush()

    async def close(self) -> None:
        """Pass on what is left."""
        if self._waiting:
            await self._flush()
        if self._redis:
            await self._redis.aclose()

    async def _flush(self) -> None:
        numbers, self._waiting = self._waiting, set()
        if numbers:
            await self._tell_screens(numbers)
        await self._wake_worker()

    async def _tell_screens(self, numbers: set[str]) -> None:
        told = sorted(numbers) if len(numbers) <= _MOST_NUMBERS else []
        try:
            async with self._pool.acquire() as connection:
                await connection.execute(
                    "select pg_notify($1, $2)", CHANNEL, msgspec.json.encode(told).decode()
                )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
            log.warning("bell: database did not hear", error=str(fault))

    async def _wake_worker(self) -> None:
        if not self._redis_url:
            return
        try:
            if self._redis is None:
                settings = RedisSettings.from_dsn(self._redis_url)
                settings.conn_retries, settings.conn_timeout = 0, 1
                self._redis = await create_pool(
                    settings,
                    default_queue_name=QUEUE,
                    job_serializer=msgspec.msgpack.encode,
                    job_deserializer=msgspec.msgpack.decode,
                )
            await self._redis.enqueue_job(WAKE, _job_id=WAKE)
        except (OSError, RedisError) as fault:
            lost, self._redis = self._redis, None
            if lost:
                with suppress(OSError, RedisError):
                    await lost.aclose(close_connection_pool=True)
            log.warning("bell: queue did not hear; the sweep will see it", error=str(fault))
