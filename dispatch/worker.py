"""The worker: everything that happens without a person, each duty in a loop of its own.

PostgreSQL says what must happen, and the loops look by themselves every few seconds: that is the
guarantee. arq only wakes them sooner. Any number of workers may run; a duty that fails is logged
and tried again with a growing pause, and stops no other.
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import arq
import msgspec
import structlog
from arq.connections import RedisSettings, create_pool
from arq.typing import WorkerCoroutine
from redis.exceptions import RedisError

from dispatch import clock as clocks
from dispatch import recalendar, relimit, tallies
from dispatch.attachments import forget_unused
from dispatch.bell import QUEUE, WAKE
from dispatch.db import DATABASE_GONE
from dispatch.digests import make_digests
from dispatch.drafts import forget_old_drafts
from dispatch.following import follow_answers
from dispatch.inbound import handle_waiting
from dispatch.learn import learn_at_night
from dispatch.missed import settle_those_who_called_again
from dispatch.office import Office, clock, open_office
from dispatch.once import forget_old_forms
from dispatch.outbox import deliver_waiting
from dispatch.presence import forget_the_gone
from dispatch.telephone import close_lost_calls, forget_old_events
from hotline.errors import Unreachable
from hotline.settings import Settings

KIND = "worker"
HEARTBEAT_SECONDS = 5.0
LONGEST_PAUSE = 30.0
# Work in hand at a stop is finished within this time, or rolled back and done by the next worker.
FINISH_SECONDS = 10.0
# Heartbeats of processes that are gone.
FORGET_PROCESS_AFTER = timedelta(hours=1)

log = structlog.get_logger()


@dataclass(slots=True)
class Worker:
    """One worker process. `stop()` lets every duty finish what it has in hand."""

    office: Office
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    folded: int = 0
    _bells: list[asyncio.Event] = field(default_factory=list)

    def stop(self) -> None:
        """Finish and leave."""
        self.stopping.set()
        self.wake()

    def wake(self) -> None:
        """Something was written: look now."""
        for bell in self._bells:
            bell.set()

    async def run(self) -> None:
        """Work until `stop`."""
        process = f"{socket.gethostname()}:{os.getpid()}"
        duties = [
            self._repeat("clocks", 2.0, self._watch_clocks, woken=True),
            self._repeat("outbox", 2.0, self._deliver, woken=True),
            self._repeat("inbound", 2.0, self._handle_inbound, woken=True),
            self._repeat("merged", 2.0, self._follow_answers, woken=True),
            self._repeat("calendar", 2.0, self._move_deadlines, woken=True),
            self._repeat("limits", 2.0, self._follow_limits, woken=True),
            self._repeat("tallies", 5.0, self._fold),
            self._repeat("digests", 60.0, self._make_digests),
            self._repeat("heartbeat", HEARTBEAT_SECONDS, lambda: beat(self.office, process)),
            self._repeat("purge", 3600.0, lambda: purge(self.office)),
            self._repeat("learn", 900.0, self._learn),
        ]
        tasks = [asyncio.create_task(duty) for duty in duties]
        listening = asyncio.create_task(self._listen())
        await self.stopping.wait()
        _, unfinished = await asyncio.wait(tasks, timeout=FINISH_SECONDS)
        for task in (*unfinished, listening):
            task.cancel()
        await asyncio.gather(*tasks, listening, return_exceptions=True)
        with suppress(Exception):
            await self.office.pool.execute("delete from heartbeat where process = $1", process)

    async def _repeat(
        self, name: str, every: float, duty: Callable[[], Awaitable[None]], *, woken: bool = False
    ) -> None:
        """Do the duty again and again: after `every` seconds, or sooner where a bell wakes it."""
        bell = asyncio.Event()
        if woken:
            self._bells.append(bell)
        pause = every
        while not self.stopping.is_set():
            bell.clear()
            try:
                await duty()
                pause = every
            except DATABASE_GONE as fault:
                pause = min(max(pause, 1.0) * 2, LONGEST_PAUSE)
                log.warning(
                    "worker: the database is gone", duty=name, again_in=pause, error=str(fault)
                )
            except Exception as fault:
                pause = min(max(pause, 1.0) * 2, LONGEST_PAUSE)
                log.error("worker: a duty failed", duty=name, again_in=pause, exc_info=fault)
            await self._rest(pause, bell)

    async def _rest(self, seconds: float, bell: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (bell, self.stopping)]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _watch_clocks(self) -> None:
        while (await clocks.sweep(self.office, clock())).more and not self.stopping.is_set():
            pass

    async def _deliver(self) -> None:
        while await deliver_waiting(self.office, clock()) and not self.stopping.is_set():
            pass

    async def _handle_inbound(self) -> None:
        while await handle_waiting(self.office, clock()) and not self.stopping.is_set():
            pass

    async def _follow_answers(self) -> None:
        while (await follow_answers(self.office, clock())).more and not self.stopping.is_set():
            pass

    async def _move_deadlines(self) -> None:
        after = await recalendar.move_next(self.office, clock())
        while after is not None and not self.stopping.is_set():
            after = await recalendar.move_next(self.office, clock(), after)

    async def _follow_limits(self) -> None:
        so_far = await relimit.move_next(self.office, clock())
        while so_far is not None and not self.stopping.is_set():
            so_far = await relimit.move_next(self.office, clock(), so_far)

    async def _make_digests(self) -> None:
        await make_digests(self.office, clock())

    async def _fold(self) -> None:
        self.folded = await tallies.fold(self.office.pool, after=self.folded)

    async def _learn(self) -> None:
        url = self.office.settings.database_url or ""
        await learn_at_night(self.office.pool, url, clock())

    async def _listen(self) -> None:
        """Hear the doorbell; where the queue is gone, knock again until it answers."""
        url = self.office.settings.redis_url
        if not url:
            return
        while True:
            began = time.monotonic()
            try:
                await self._serve_queue(RedisSettings.from_dsn(url))
            except (OSError, RedisError, TimeoutError) as fault:
                log.warning("worker: the queue is gone, looking by clock only", error=str(fault))
            except Exception as fault:
                log.error("worker: the queue failed", exc_info=fault)
            # Whatever was rung meanwhile was not heard.
            self.wake()
            await asyncio.sleep(1.0 if time.monotonic() - began > 5 else 3.0)

    async def _serve_queue(self, settings: RedisSettings) -> None:
        settings.conn_retries, settings.conn_timeout = 0, 2

        async def wake(_context: dict[Any, Any]) -> None:
            self.wake()

        pool = await create_pool(
            settings,
            default_queue_name=QUEUE,
            # The default is pickle, which lets whoever writes to the queue run code here.
            job_serializer=msgspec.msgpack.encode,
            job_deserializer=msgspec.msgpack.decode,
        )
        served = arq.Worker(
            # A kept result would refuse the next ring under the same name.
            functions=[
                arq.func(
                    cast(WorkerCoroutine, wake), name=WAKE, keep_result=0, timeout=5, max_tries=1
                )
            ],
            queue_name=QUEUE,
            redis_pool=pool,
            handle_signals=False,
            keep_result=0,
            job_timeout=5,
            poll_delay=0.25,
            health_check_interval=60,
            job_serializer=msgspec.msgpack.encode,
            job_deserializer=msgspec.msgpack.decode,
            log_results=False,
        )
        self.wake()
        try:
            await served.async_run()
        finally:
            # Not `Worker.close`: it would wait for a queue that may be gone.
            ending = [task for task in (served.main_task, *served.tasks.values()) if task]
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)
            with suppress(OSError, RedisError):
                await pool.aclose(close_connection_pool=True)


async def beat(office: Office, process: str) -> None:
    """Say that this process is alive; `/health` and `hotline doctor` ask for it."""
    await office.pool.execute(
        "insert into heartbeat (process, kind, at) values ($1, $2, $3)"
        " on conflict (process) do update set at = excluded.at",
        process,
        KIND,
        clock(),
    )


async def purge(office: Office) -> None:
    """Remove what has run out: sessions, the heartbeats of processes that are gone, old drafts
    and keys of forms, uploads that no form came for, old events of the telephone; close telephone
    calls whose end was never heard."""
    now = clock()
    await office.pool.execute("delete from session where expires_at < $1", now)
    await office.pool.execute("delete from heartbeat where at < $1", now - FORGET_PROCESS_AFTER)
    await forget_the_gone(office.pool, now=now)
    await forget_old_drafts(office, now)
    await forget_old_forms(office, now)
    await close_lost_calls(office, now)
    await forget_old_events(office, now)
    await settle_those_who_called_again(office, now)
    await forget_unused(office.pool, now)


async def work(settings: Settings) -> None:
    """Run one worker until SIGTERM or Ctrl-C; wait for a database that is not there yet."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)
    pause = 0.5
    while not stopping.is_set():
        try:
            async with open_office(settings, pool_size=settings.pool_size) as office:
                worker = Worker(office)
                watching = asyncio.create_task(_stop_with(worker, stopping))
                log.info("worker: at work")
                await worker.run()
                watching.cancel()
        except Unreachable as fault:
            log.warning("worker: waiting for the database", error=fault.message)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    log.info("worker: stopped")


async def _stop_with(worker: Worker, stopping: asyncio.Event) -> None:
    await stopping.wait()
    worker.stop()
