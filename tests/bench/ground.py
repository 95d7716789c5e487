"""What is measured on: a durable PostgreSQL, a Valkey, and the real processes of the program."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psutil

from dispatch.db import migrate, open_pool
from dispatch.embedded import Postgres, Valkey
from dispatch.tokens import create_token
from hotline.settings import Settings, settings_from
from tests.makers import AGENT, DISPATCHER, WATER_CLERK
from tests.seeding import seed


@dataclass(frozen=True)
class Ground:
    """Servers with a seeded database, and the settings that lead to it."""

    settings: Settings
    tokens: dict[str, str]

    @property
    def database_url(self) -> str:
        return self.settings.database_url or ""

    def at(self, database_url: str) -> "Ground":
        """The same servers, another database."""
        return replace(self, settings=replace(self.settings, database_url=database_url))


@contextmanager
def ground() -> Iterator[Ground]:
    """A durable PostgreSQL (fsync on) and a Valkey, thrown away afterwards."""
    data = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    postgres, valkey = Postgres(data), Valkey(data)
    try:
        postgres.start()
        valkey.start()
        migrate(postgres.url)
        settings = replace(
            settings_from({}), database_url=postgres.url, redis_url=valkey.url, data=data
        )
        yield Ground(settings, asyncio.run(_seeded(postgres.url)))
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(data, ignore_errors=True)


async def _seeded(url: str) -> dict[str, str]:
    pool = await open_pool(url, size=2)
    try:
        await seed(pool)
        return {
            person.name: await create_token(pool, f"staff{person.staff_id}", "bench")
            for person in (AGENT, DISPATCHER, WATER_CLERK)
        }
    finally:
        await pool.close()


@dataclass(frozen=True)
class Web:
    """A running web server and its processes."""

    port: int
    pid: int

    def workers(self) -> list[psutil.Process]:
        """The processes that serve, without the one that only watches them."""
        parent = psutil.Process(self.pid)
        family = [parent, *parent.children(recursive=True)]
        return [one for one in family if one.memory_info().rss > 60_000_000]

    def cpu_seconds(self) -> float:
        """CPU time that all of its processes have used until now."""
        return sum(sum(one.cpu_times()[:2]) for one in self.workers())

    def memory_megabytes(self) -> float:
        """The largest resident set among the processes."""
        return max(one.memory_info().rss for one in self.workers()) / 1e6


@contextmanager
def web(here: Ground, *, processes: int) -> Iterator[Web]:
    """`hotline web` with that many processes, until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = _started(here, "web", HOTLINE_PORT=str(port), HOTLINE_WEB_PROCESSES=str(processes))
    try:
        _wait_until_answers(f"http://127.0.0.1:{port}/login")
        yield Web(port, process.pid)
    finally:
        _end(process)


@contextmanager
def worker(here: Ground) -> Iterator[psutil.Process]:
    """`hotline worker`, given a moment to come up."""
    process = _started(here, "worker")
    try:
        time.sleep(5)
        yield psutil.Process(process.pid)
    finally:
        _end(process)


def _started(here: Ground, command: str, **variables: str) -> "subprocess.Popen[bytes]":
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE" and not name.startswith("HOTLINE_")
    }
    environment |= {
        "HOTLINE_DATABASE_URL": here.database_url,
        "HOTLINE_REDIS_URL": here.settings.redis_url or "",
        "HOTLINE_DATA": str(here.settings.data),
        "HOTLINE_LOG": "warning",
        **variables,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "dispatch.command", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_until_answers(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(url).status_code < 500:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers at {url}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
