"""The worker: woken by the bell, sure without it, and never stopped by one failing duty."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import redis.asyncio
from arq.connections import RedisSettings, create_pool

from dispatch import clock as clocks
from dispatch import tallies
from dispatch.bell import QUEUE
from dispatch.embedded import Valkey
from dispatch.intake import open_case
from dispatch.office import Office, clock, open_office
from dispatch.worker import Worker, purge
from tests.makers import AGENT, REQUEST


@asynccontextmanager
async def at_work(office: Office) -> AsyncIterator[Worker]:
    worker = Worker(office)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await asyncio.wait_for(task, 15)


async def eventually(fact: Callable[[], Awaitable[object]], *, seconds: float = 10) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await fact():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def an_overdue_case(office: Office) -> str:
    """Opened five days ago: its dispatch limit is long past."""
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=clock() - timedelta(days=5))
    return outcome.case.number


async def was_rung(office: Office, number: str) -> bool:
    return bool(
        await office.pool.fetchval(
            'select exists (select 1 from event e join "case" c on c.id = e.case_id'
            " where c.number = $1 and e.action = 'breach')",
            number,
        )
    )


async def test_it_beats_sweeps_and_folds(office: Office) -> None:
    number = await an_overdue_case(office)

    async def all_done() -> bool:
        beats = await office.pool.fetchval("select count(*) from heartbeat where kind = 'worker'")
        return beats == 1 and await was_rung(office, number)

    async with at_work(office) as worker:
        await eventually(all_done)
        assert worker.folded > 0
    # A worker that left in order is not taken for a living one.
    assert await office.pool.fetchval("select count(*) from heartbeat") == 0


async def test_each_ring_is_taken_from_the_queue_and_leaves_nothing_behind(office: Office) -> None:
    queue = redis.asyncio.Redis.from_url(office.settings.redis_url or "")
    try:
        async with at_work(office):
            for _ in range(3):
                office.bell.ring("0" * 13)
                await asyncio.sleep(0.8)
                # A kept result would refuse the next ring under the same name.
                assert await queue.keys("arq:*wake*") == []
                assert await queue.zcard(QUEUE) == 0
    finally:
        await queue.aclose()


async def test_a_ring_is_acted_on_at_once(office: Office) -> None:
    seen: list[float] = []

    class Listening(Worker):
        __slots__ = ()

        def wake(self) -> None:
            seen.append(asyncio.get_running_loop().time())
            super().wake()

    worker = Listening(office)
    task = asyncio.create_task(worker.run())
    try:
        await asyncio.sleep(1)
        seen.clear()
        rung_at = asyncio.get_running_loop().time()
        office.bell.ring("0" * 13)
        await eventually(lambda: asyncio.sleep(0.02, bool(seen)), seconds=3)
        assert seen[0] >= rung_at
    finally:
        worker.stop()
        await asyncio.wait_for(task, 15)


async def test_one_failing_duty_stops_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object, **__: object) -> int:
        raise RuntimeError("this duty always fails")

    monkeypatch.setattr(tallies, "fold", failing)
    number = await an_overdue_case(office)
    async with at_work(office):
        await eventually(lambda: was_rung(office, number))


async def test_it_works_without_a_queue_and_hears_it_again_when_it_is_back(office: Office) -> None:
    data = Path(tempfile.mkdtemp(prefix="hotline-test-"))
    server = Valkey(data)
    server.start()
    settings = replace(office.settings, redis_url=server.url)
    try:
        async with open_office(settings) as other, at_work(other):
            await asyncio.sleep(0.5)
            server.stop()
            number = await an_overdue_case(other)
            await eventually(lambda: was_rung(other, number))
            await asyncio.to_thread(server.start)
            pool = await create_pool(RedisSettings.from_dsn(server.url))

            async def heard() -> bool:
                other.bell.ring("0" * 13)
                await asyncio.sleep(0.5)
                return await pool.zcard(QUEUE) == 0 and await pool.exists("arq:job:wake") == 0

            try:
                # The job is taken away by somebody who listens.
                await eventually(heard, seconds=15)
            finally:
                await pool.aclose()
    finally:
        server.stop()
        shutil.rmtree(data)


async def test_sessions_that_have_ended_and_silent_processes_are_removed(office: Office) -> None:
    await office.pool.execute(
        "insert into session (digest, staff_id, expires_at) values"
        " ('\\x01', $1, now() - interval '1 minute'), ('\\x02', $1, now() + interval '1 minute')",
        AGENT.staff_id,
    )
    await office.pool.execute(
        "insert into heartbeat (process, kind, at) values"
        " ('gone:1', 'worker', now() - interval '1 day'), ('here:1', 'worker', now())"
    )
    await purge(office)
    assert await office.pool.fetchval("select count(*) from session") == 1
    assert await office.pool.fetchval("select array_agg(process) from heartbeat") == ["here:1"]
    await office.pool.execute("delete from heartbeat")


async def test_a_long_catch_up_goes_on_in_portions(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "BATCH", 2)
    monkeypatch.setattr(clocks, "MOST_CLOCKS", 4)
    numbers = [await an_overdue_case(office) for _ in range(7)]
    assert (await clocks.sweep(office, clock())).more
    async with at_work(office):
        for number in numbers:
            await eventually(partial(was_rung, office, number))
