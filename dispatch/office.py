"""What one process works with: the pool, the rulebook, the bell, and case numbers in stock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dispatch import record
from dispatch.advice import Advice
from dispatch.bell import Bell, open_bell
from dispatch.db import Pool, open_pool
from dispatch.gathering import Gathered
from dispatch.reference import Reference
from hotline.calendar import in_shanghai
from hotline.numbers import case_number
from hotline.rulebook import Rulebook
from hotline.settings import Settings

_SERIALS_AT_ONCE = 50


def clock() -> datetime:
    """Now, with its zone: the one place where the program asks the time of an act."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Office:
    """Made once per process by `open_office`."""

    settings: Settings
    pool: Pool
    reference: Reference
    advice: Advice
    bell: Bell
    openings: Gathered
    changes: Gathered
    _serials: list[int] = field(default_factory=list)
    _taking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def rulebook(self) -> Rulebook:
        """The rules as they stand."""
        return await self.reference.rulebook()

    async def worker_seen(self, *, within: float) -> bool:
        """Whether a worker has given a sign of life in so many seconds."""
        seen: bool = await self.pool.fetchval(
            "select exists (select 1 from heartbeat where kind = 'worker'"
            " and at > now() - make_interval(secs => $1))",
            within,
        )
        return seen

    async def new_number(self, now: datetime) -> str:
        """A case number that nobody else gets; intakes never wait for each other.

        Serials come from a sequence, a block at a time; a block lost with its process is a gap.
        """
        while not self._serials:
            async with self._taking:
                if not self._serials:
                    rows = await self.pool.fetch(
                        "select nextval('case_serial') as serial from generate_series(1, $1)",
                        _SERIALS_AT_ONCE,
                    )
                    self._serials = [row["serial"] for row in reversed(rows)]
        return case_number(in_shanghai(now).date(), self._serials.pop())


@asynccontextmanager
async def open_office(settings: Settings, *, pool_size: int | None = None) -> AsyncIterator[Office]:
    """Everything that a process needs, closed again in order. Raises Unreachable."""
    if not settings.database_url:
        raise ValueError("HOTLINE_DATABASE_URL")
    pool = await open_pool(settings.database_url, size=pool_size or settings.pool_size)
    try:
        async with open_bell(pool, settings.redis_url) as bell:
            yield Office(
                settings,
                pool,
                Reference(pool),
                Advice(pool),
                bell,
                openings=Gathered(pool, record.OPEN),
                changes=Gathered(pool, record.CHANGE),
            )
    finally:
        await pool.close()
