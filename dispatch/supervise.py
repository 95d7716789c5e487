"""`hotline up`: the whole hotline on this machine, watched over, until Ctrl-C.

The servers, the web and the worker are processes of their own. Whichever dies is started again;
nothing that was acknowledged is lost, because PostgreSQL holds it. The listening sockets belong
to this process: while the web starts anew, callers wait instead of being refused.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType

import httpx
import structlog

from dispatch.db import migrate
from dispatch.embedded import Postgres, Server, Valkey
from dispatch.lodging import EmbeddedError
from dispatch.premises import occupied
from dispatch.preparing import prepare, welcome
from hotline.settings import Settings

READY_PATIENCE = 60.0
STOP_PATIENCE = 15.0
# A process that lived so long may start again at once; otherwise the pause doubles.
SETTLED_SECONDS = 10.0
LONGEST_PAUSE = 15.0

log = structlog.get_logger()


def up(settings: Settings) -> None:
    """Run everything until SIGTERM or Ctrl-C. Raises EmbeddedError where it cannot start."""
    with _stopped_by_signals(), occupied(settings.data) as premises:
        listeners = _listeners(settings)
        servers: list[Server] = []
        children: list[Child] = []
        try:
            _say("正在启动……")
            settings = _start_servers(settings, servers)
            assert settings.database_url
            migrate(settings.database_url)
            asyncio.run(prepare(settings, say=_say))
            premises.note(settings)
            environment = _environment(settings)
            children.append(Child("worker", ["worker"], environment))
            children += [
                Child("web", ["web", f"--listener={one.fileno()}"], environment, one.fileno())
                for one in listeners
            ]
            for child in children:
                child.start()
            _wait_until_ready(settings, servers, children)
            _say(asyncio.run(welcome(settings, address=_address(settings))))
            while True:
                _revive(servers, children)
                time.sleep(0.2)
        except KeyboardInterrupt:
            _say("正在停止……")
        finally:
            for child in reversed(children):
                child.tell_to_stop()
            for child in reversed(children):
                child.wait()
            for listener in listeners:
                listener.close()
            for server in reversed(servers):
                server.stop()
        _say("已停止，数据都在。")


@dataclass(slots=True)
class Child:
    """A process of our own program."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    descriptor: int | None = None
    process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _pause: float = 0.1

    def start(self) -> None:
        """Start it; its standard input closes when we are gone, however we go."""
        self._started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dispatch.command", *self.arguments, "--supervised"],
            env=self.environment,
            stdin=subprocess.PIPE,
            pass_fds=() if self.descriptor is None else (self.descriptor,),
            # Ctrl-C is ours alone: children are stopped in order.
            start_new_session=True,
        )

    def revive(self) -> None:
        """Start it again if it died, after a pause that grows while it keeps dying."""
        if self.process is not None and self.process.poll() is None:
            return
        lived = time.monotonic() - self._started
        if lived > SETTLED_SECONDS:
            self._pause = 0.1
        if lived < self._pause:
            return
        code = self.process.returncode if self.process else None
        log.warning("up: a process ended, starting it again", process=self.name, code=code)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._close_input()
        self.start()

    def tell_to_stop(self) -> None:
        """Ask it to finish what it has in hand."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self) -> None:
        """Wait until it has stopped; one that does not is killed, which loses nothing."""
        if self.process is None:
            return
        try:
            self.process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close_input()

    def _close_input(self) -> None:
        if self.process and self.process.stdin:
            self.process.stdin.close()


@dataclass(slots=True)
class _Signals:
    """The first signal stops; later ones must not disturb the stopping."""

    received: bool = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self.received:
            self.received = True
            raise KeyboardInterrupt


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    handler = _Signals()
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        # Under nohup the terminal may go.
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, handler) for number in wanted}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _listeners(settings: Settings) -> list[socket.socket]:
    """A listening socket per web process; the kernel spreads the callers over them."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        # Sharing a port needs a flag on every side, so this one sees whether it is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
            probe.listen(1)
        except OSError as problem:
            raise EmbeddedError(
                f"不能在 {settings.host}:{settings.port} 上监听，端口可能已被别的程序占用。"
                "请停止那个程序，或用 HOTLINE_PORT 换一个端口，如：HOTLINE_PORT=8013 make run。"
                f"(Cannot listen there: {problem}.)"
            ) from problem
    listeners = []
    for _ in range(settings.web_processes):
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if settings.web_processes > 1:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
        listeners.append(listener)
    return listeners


def _start_servers(settings: Settings, servers: list[Server]) -> Settings:
    """Start the embedded servers that are not replaced by real ones."""
    if not settings.database_url:
        servers.append(postgres := Postgres(settings.data))
        postgres.start()
        settings = replace(settings, database_url=postgres.url)
    if not settings.redis_url:
        servers.append(valkey := Valkey(settings.data))
        valkey.start()
        settings = replace(settings, redis_url=valkey.url)
    return settings


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "HOTLINE_DATA": str(settings.data),
        "HOTLINE_DATABASE_URL": settings.database_url or "",
        "HOTLINE_REDIS_URL": settings.redis_url or "",
    }


def _address(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _wait_until_ready(settings: Settings, servers: list[Server], children: list[Child]) -> None:
    deadline = time.monotonic() + READY_PATIENCE
    said = "没有回答"
    while time.monotonic() < deadline:
        try:
            # Never by a proxy of the environment: this is our own machine.
            with httpx.Client(trust_env=False, timeout=5) as client:
                answer = client.get(f"{_address(settings)}/health")
            if answer.status_code == httpx.codes.OK:
                return
            said = f"{answer.status_code} {answer.text[:300]}"
        except httpx.HTTPError as fault:
            said = str(fault)
        _revive(servers, children)
        time.sleep(0.1)
    raise EmbeddedError(
        f"网页服务在 {READY_PATIENCE:.0f} 秒内没有就绪：{said}。请看上面的日志。"
        "(The web did not become ready in time: see the log above.)"
    )


def _revive(servers: list[Server], children: list[Child]) -> None:
    for server in servers:
        if not server.alive():
            log.warning("up: a server ended, starting it again", server=server.name)
            try:
                server.start()
            except EmbeddedError as fault:
                log.error("up: the server did not start", server=server.name, error=str(fault))
                time.sleep(1)
    for child in children:
        child.revive()


def _say(words: str) -> None:
    print(words, flush=True)
