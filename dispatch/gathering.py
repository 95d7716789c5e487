"""Writes that arrive together go together: one exchange with the database, one commit.

Nobody waits for company. A write that finds nothing under way leaves at once; those that come
while it is away are gathered and leave when it is back. It is what a database does with its log
(group commit), one step earlier, and what a burst of calls gains most from.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from dispatch.db import DATABASE_GONE, Pool

# So many leave at once at most: whoever is in it waits for all of them.
_MOST = 16


@dataclass(slots=True)
class Gathered:
    """One of the two statements of the door (`dispatch.record`), for writes of single cases.

    Each is answered after its commit, and fails by itself: a write that the database refuses
    takes no other with it.
    """

    pool: Pool
    statement: str
    _waiting: list["_Write"] = field(default_factory=list)
    _leaving: asyncio.Task[None] | None = None

    async def write(self, number: str, values: tuple[Any, ...]) -> int | None:
        """The key of the case, or None where the statement wrote nothing."""
        this = _Write(number, values, asyncio.get_running_loop().create_future())
        self._waiting.append(this)
        if self._leaving is None or self._leaving.done():
            self._leaving = asyncio.create_task(self._leave())
        return await this.written

    async def _leave(self) -> None:
        while batch := self._next():
            await self._together(batch)

    def _next(self) -> list["_Write"]:
        """The next to leave, by number so that no two batches wait for each other's rows.

        A case is in a batch once: which of two had written it could not be told apart.
        """
        batch: dict[str, _Write] = {}
        later: list[_Write] = []
        for one in self._waiting:
            if len(batch) < _MOST and one.number not in batch:
                batch[one.number] = one
            else:
                later.append(one)
        self._waiting = later
        return [batch[number] for number in sorted(batch)]

    async def _together(self, batch: list["_Write"]) -> None:
        try:
            async with self.pool.acquire() as connection:
                rows = await connection.fetchmany(self.statement, [one.values for one in batch])
        except DATABASE_GONE as fault:
            # It may have committed: nothing is written a second time.
            for one in batch:
                one.fail(fault)
        except asyncpg.PostgresError as fault:
            if len(batch) == 1:
                batch[0].fail(fault)
            for one in batch if len(batch) > 1 else ():
                await self._together([one])
        except Exception as fault:
            for one in batch:
                one.fail(fault)
        else:
            keys = {row["number"]: row["id"] for row in rows}
            for one in batch:
                one.answer(keys.get(one.number))


@dataclass(slots=True)
class _Write:
    number: str
    values: tuple[Any, ...]
    written: asyncio.Future[int | None]

    def answer(self, key: int | None) -> None:
        # Whoever asked may have gone meanwhile.
        if not self.written.done():
            self.written.set_result(key)

    def fail(self, fault: Exception) -> None:
        if not self.written.done():
            self.written.set_exception(fault)
