"""The embedded servers keep what was written, whatever is killed, and open nothing to others."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis

from dispatch import lodging
from dispatch.embedded import Postgres, Server, Valkey
from dispatch.lodging import EmbeddedError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands servers to an account")


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder beside others in the system's own: pytest's folders are closed to `nobody`."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-test-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def postgres(data: Path) -> Iterator[Postgres]:
    server = Postgres(data, options={"shared_buffers": "32MB"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey(data: Path) -> Iterator[Valkey]:
    server = Valkey(data)
    server.start()
    yield server
    server.stop()


def kill(server: Server) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    while server.alive():
        pass


async def write(url: str, word: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("create table if not exists kept (word text)")
    await connection.execute("insert into kept values ($1)", word)
    await connection.close()


async def words(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("select word from kept")
    await connection.close()
    return [row["word"] for row in rows]


async def test_a_committed_row_survives_the_killing_of_postgresql(postgres: Postgres):
    url = postgres.url
    await write(url, "云州")
    kill(postgres)
    postgres.start()
    assert postgres.url == url
    assert await words(url) == ["云州"]


async def test_a_committed_row_survives_stop_and_start_by_another_process(data, postgres):
    await write(postgres.url, "云州")
    postgres.stop()
    later = Postgres(data)
    later.start()
    try:
        assert later.url == postgres.url
        assert await words(later.url) == ["云州"]
    finally:
        later.stop()


@pytest.mark.parametrize("kind", ["Postgres", "Valkey"])
def test_a_server_whose_starter_was_killed_is_replaced(data: Path, kind: str):
    code = f"""
import os, signal, sys
from pathlib import Path
from dispatch.embedded import {kind}
server = {kind}(Path(sys.argv[1]))
server.start()
print(server.pid, server.url, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code, data], capture_output=True, text=True)
    pid, url = done.stdout.split()
    assert psutil.pid_exists(int(pid))
    later = {"Postgres": Postgres, "Valkey": Valkey}[kind](data)
    later.start()
    try:
        assert later.url == url
        assert later.pid != int(pid)
        assert not psutil.pid_exists(int(pid))
    finally:
        later.stop()


def test_what_was_queued_survives_the_killing_of_valkey(valkey: Valkey):
    url = valkey.url
    with redis.Redis.from_url(url) as client:
        client.set("job", "waiting")
    kill(valkey)
    valkey.start()
    assert valkey.url == url
    with redis.Redis.from_url(url) as client:
        assert client.get("job") == b"waiting"
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_two_cannot_use_one_folder(data: Path, valkey: Valkey):
    second = Valkey(data)
    with pytest.raises(EmbeddedError, match="正在使用"):
        second.start()
    second.stop()
    assert valkey.alive()


def test_a_port_that_was_taken_meanwhile_is_replaced(data: Path, valkey: Valkey):
    old = valkey.url
    valkey.stop()
    with socket.create_server(("127.0.0.1", int(old.rsplit(":", 1)[1].removesuffix("/0")))):
        valkey.start()
        assert valkey.url != old


async def test_nobody_comes_in_without_the_password(postgres: Postgres, valkey: Valkey):
    stranger = postgres.url.replace(postgres.url.split(":")[2].split("@")[0], "guess")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stranger)
    with (
        redis.Redis.from_url("redis://" + valkey.url.split("@")[1]) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_the_password_shows_neither_in_the_process_list_nor_to_other_accounts(data, postgres):
    secret = postgres.url.split(":")[2].split("@")[0]
    assert secret not in " ".join(psutil.Process(postgres.pid).cmdline())
    holders = [p for p in data.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
    assert [p.name for p in holders] == ["address.json"]
    assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600


def test_a_program_that_cannot_start_shows_its_own_words(data: Path):
    server = Postgres(data, options={"shared_buffers": "a lot"})
    with pytest.raises(EmbeddedError, match="shared_buffers"):
        server.start()
    assert not server.alive()


@as_root
def test_root_hands_the_server_to_an_account_and_opens_only_its_own_folder(data, postgres):
    assert psutil.Process(postgres.pid).username() == lodging.UNPRIVILEGED
    assert stat.S_IMODE(data.stat().st_mode) == 0o701
    assert stat.S_IMODE((data / "postgres" / "files").stat().st_mode) == 0o700


@as_root
def test_below_a_closed_folder_the_files_lie_elsewhere(data: Path, monkeypatch, capsys):
    (data / "elsewhere").mkdir()
    data.chmod(0o711)
    monkeypatch.setattr(lodging, "ELSEWHERE", data / "elsewhere")
    closed = data / "home"
    closed.mkdir(mode=0o700)
    server = Valkey(closed / "hotline" / "var")
    server.start()
    server.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not (closed / "hotline" / "var" / "valkey").exists()
    [place] = (data / "elsewhere").iterdir()
    assert (place / "valkey" / "files").exists()
    assert str(place) in capsys.readouterr().err
    # Opened later, the folder does not hide the data that is already elsewhere.
    closed.chmod(0o755)
    assert lodging.Lodging.of(closed / "hotline" / "var", name="valkey").home.parent == place


@as_root
@pytest.mark.parametrize("kind", [Postgres, Valkey])
def test_a_closed_program_is_copied_to_where_the_account_can_run_it(data, kind, monkeypatch):
    monkeypatch.setattr(lodging, "ELSEWHERE", data / "elsewhere")
    monkeypatch.setattr(lodging.Account, "can_run", lambda self, program: False)
    server = kind(data)
    server.start()
    try:
        assert Path(psutil.Process(server.pid).exe()).is_relative_to(data / "elsewhere")
    finally:
        server.stop()
