"""A whole hotline as `make run` starts it, whose processes may be killed."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest


@dataclass
class Town:
    """A running hotline: its process, its address, and tokens to act with."""

    process: asyncio.subprocess.Process
    address: str
    data: Path
    environment: dict[str, str]
    log: Path
    agent: str = ""
    dispatcher: str = ""

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Run another `hotline` command beside it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dispatch.command", *arguments,
            env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, wrong = await process.communicate()
        lines = (out or wrong).decode().splitlines()
        return process.returncode or 0, lines[0] if lines else ""

    async def healthy(self) -> bool:
        """Whether database, queue and worker are there."""
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient(trust_env=False, timeout=3) as client:
                return (await client.get(f"{self.address}/health")).status_code == httpx.codes.OK
        return False

    def kill(self, words: str) -> int:
        """kill -9 every child whose command line has the words; gives how many there were."""
        victims = [
            child
            for child in psutil.Process(self.process.pid).children()
            if words in " ".join(child.cmdline())
        ]
        for victim in victims:
            victim.send_signal(signal.SIGKILL)
        return len(victims)

    def urls(self) -> dict[str, str]:
        """Where its servers are."""
        found: dict[str, str] = json.loads((self.data / "up.json").read_text())
        return found


async def until(fact: "Town", *, seconds: float) -> bool:
    """Wait until the town is healthy."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if await fact.healthy():
            return True
        await asyncio.sleep(0.2)
    return False


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    # Not below pytest's own folder, which the account of the servers cannot enter.
    data = Path(tempfile.mkdtemp(prefix="hotline-test-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if "HOTLINE" not in name} | {
        "HOTLINE_DATA": str(data),
        "HOTLINE_PORT": str(port),
        "HOTLINE_WEB_PROCESSES": "2",
    }
    log = data / "up.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dispatch.command", "up", env=environment, stdout=out, stderr=out
        )
    running = Town(process, f"http://127.0.0.1:{port}", data, environment, log)
    try:
        assert await until(running, seconds=60), log.read_text()
        made = await asyncio.gather(
            *(
                running.command("token", "create", "--staff", sign_in)
                for sign_in in ("huawu1", "paidan1")
            )
        )
        assert [code for code, _ in made] == [0, 0], made
        running.agent, running.dispatcher = (token for _, token in made)
        yield running
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()
        shutil.rmtree(data, ignore_errors=True)
