"""Which servers a command works with: those named, those of a running `hotline up`, or its own.

`hotline up` holds a lock on the data folder and leaves a note there of where its servers are.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dispatch.db import migrate
from dispatch.embedded import Postgres
from dispatch.lodging import EmbeddedError
from hotline.settings import Settings


@dataclass(frozen=True, slots=True)
class Premises:
    """A data folder that this process alone runs a hotline in."""

    data: Path

    def note(self, settings: Settings) -> None:
        """Leave word for other commands where the servers are; for our own account only."""
        new = self.data / "up.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        facts = {
            "pid": os.getpid(),
            "database_url": settings.database_url,
            "redis_url": settings.redis_url,
        }
        new.write_text(json.dumps(facts))
        new.replace(self.data / "up.json")


@contextmanager
def occupied(data: Path) -> Iterator[Premises]:
    """The data folder, for as long as `hotline up` runs. Raises EmbeddedError where it is taken."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "up.lock").open("ab")
    except OSError as problem:
        raise EmbeddedError(
            f"数据目录 {data} 不可用，请用 HOTLINE_DATA 指定可写的目录。"
            f"(The data folder cannot be used: {problem}.)"
        ) from problem
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(
                f"这个数据目录里已经有一个热线在运行：{data}。请先停止它（Ctrl-C），"
                "或用 HOTLINE_DATA 和 HOTLINE_PORT 指定别的目录和端口。"
                "(A hotline already runs in this data folder.)"
            ) from None
        (data / "up.json").unlink(missing_ok=True)
        try:
            yield Premises(data)
        finally:
            (data / "up.json").unlink(missing_ok=True)


@contextmanager
def reached(settings: Settings) -> Iterator[Settings]:
    """The settings with a database that answers: an embedded one runs for as long as needed.

    Raises EmbeddedError.
    """
    if settings.database_url:
        yield settings
        return
    if noted := _note_of_running(settings.data):
        yield replace(
            settings,
            database_url=noted["database_url"],
            redis_url=settings.redis_url or noted["redis_url"],
        )
        return
    server = Postgres(settings.data)
    server.start()
    try:
        migrate(server.url)
        yield replace(settings, database_url=server.url)
    finally:
        server.stop()


def _note_of_running(data: Path) -> dict[str, str] | None:
    """The note of the hotline that runs here now, or None where none does."""
    try:
        lock = (data / "up.lock").open("rb")
    except FileNotFoundError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return None
    try:
        note: dict[str, str] = json.loads((data / "up.json").read_text())
    except FileNotFoundError:
        raise EmbeddedError(
            "热线正在启动或停止，请稍候再试。(The hotline is starting or stopping: try again.)"
        ) from None
    return note
