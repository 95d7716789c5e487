"""Where an embedded server keeps its files, and under which account it runs.

PostgreSQL refuses to run as root. Then the servers run as `nobody`, who must be able to reach
both the data and the programs; rights of folders that are not ours to open stay as they are.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"

# For root only: data and programs whose own place is closed to the account.
ELSEWHERE = Path("/var/lib/hotline")


class EmbeddedError(RuntimeError):
    """An embedded server cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged account to which root hands a server."""

    uid: int
    gid: int

    @classmethod
    def of_owner(cls, files: Path) -> "Account | None":
        """Who owns `files` already, else `nobody`; None when we are not root and run it ourselves.

        The account needs its line in passwd: initdb looks it up.
        """
        if os.geteuid() != 0:
            return None
        try:
            known = pwd.getpwuid(files.stat().st_uid) if files.exists() else None
            known = known if known and known.pw_uid else pwd.getpwnam(UNPRIVILEGED)
        except KeyError as missing:
            raise EmbeddedError(
                f"以 root 启动需要系统账号 {UNPRIVILEGED}，请建立它，或改用普通用户启动。"
                f"(Started as root, an account is missing: {missing}.)"
            ) from missing
        return cls(known.pw_uid, known.pw_gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether every folder down to `folder` may be traversed."""
        return all(self._has(step, 0o1) for step in (folder, *folder.parents))

    def can_run(self, program: Path) -> bool:
        return self.can_enter(program.parent) and self._has(program, 0o5)

    def _has(self, path: Path, rights: int) -> bool:
        facts = path.stat()
        shift = 6 if facts.st_uid == self.uid else 3 if facts.st_gid == self.gid else 0
        return (facts.st_mode >> shift) & rights == rights


@dataclass(frozen=True, slots=True)
class Lodging:
    """The folder of one server: `home` is ours, `files` in it belongs to the server's account."""

    home: Path
    account: Account | None

    @classmethod
    def of(cls, data: Path, *, name: str) -> "Lodging":
        """The folder of server `name` for this data folder, made when missing."""
        data = data.resolve()
        try:
            data.mkdir(parents=True, exist_ok=True)
            home = data / name if os.geteuid() != 0 else _home_for_root(data, name=name)
            home.mkdir(parents=True, exist_ok=True)
            home.chmod(0o711)
        except OSError as problem:
            raise EmbeddedError(
                f"数据目录 {data} 不可用，请用 HOTLINE_DATA 指定可写的目录。"
                f"(The data folder cannot be used: {problem}.)"
            ) from problem
        lodging = cls(home, Account.of_owner(home / "files"))
        if lodging.account is None and not os.access(home, os.W_OK):
            raise _not_ours(home)
        if lodging.account is None and lodging.files.exists():
            owner = lodging.files.stat().st_uid
            if owner != os.geteuid():
                raise _not_ours(home)
        return lodging

    @property
    def files(self) -> Path:
        return self.home / "files"

    @property
    def log(self) -> Path:
        return self.home / "log"

    def give(self, path: Path) -> Path:
        """Hand a file or folder to the account, closed to everybody else."""
        path.chmod(0o700 if path.is_dir() else 0o600)
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def new_folder(self, name: str) -> Path:
        """An empty folder for the account; what an interrupted start left there is removed."""
        folder = self.home / name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        return self.give(folder)

    def popen_arguments(self) -> dict[str, Any]:
        """How `subprocess` starts a program here: account, environment, no terminal signals.

        Without a session of its own, Ctrl-C would reach the server before those who use it.
        """
        arguments: dict[str, Any] = {
            "cwd": "/",
            "env": {
                "PATH": "/usr/bin:/bin",
                "HOME": str(self.files),
                "LC_ALL": "C.UTF-8",
                "TZ": "UTC",
            },
            "umask": 0o077,
            "start_new_session": True,
        }
        if self.account:
            arguments |= {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        return arguments

    def program(self, package: str, pattern: str) -> Path:
        """Path of a program in the wheel of `package`, where the account can run it."""
        spec = importlib.util.find_spec(package)
        places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
        found = next((path for place in places for path in place.glob(pattern)), None)
        if found is None:
            raise EmbeddedError(
                f"本机没有 {package} 的程序包，请设置 HOTLINE_DATABASE_URL 和 HOTLINE_REDIS_URL。"
                f"(No wheel of {package} is installed for this machine.)"
            )
        if self.account is None or self.account.can_run(found):
            return found
        site = places[0].parent
        return _copied(site, package=package) / found.relative_to(site)


def _home_for_root(data: Path, *, name: str) -> Path:
    """Beside our data when the account can come there, or else a place of its own."""
    here = data / name
    there = ELSEWHERE / hashlib.sha256(os.fsencode(data)).hexdigest()[:8] / name
    account = Account.of_owner(here / "files")
    assert account is not None
    facts = data.stat()
    if facts.st_uid == 0 and not facts.st_mode & stat.S_IXOTH:
        data.chmod(stat.S_IMODE(facts.st_mode) | stat.S_IXOTH)
    if there.exists() and not here.exists():
        return there
    if account.can_enter(data):
        return here
    if here.exists():
        raise EmbeddedError(
            f"系统账号进不了 {data}，请放开它的上级目录（chmod o+x）。"
            f"(The account of the servers cannot enter {data}: a folder above it was closed.)"
        )
    there.parent.mkdir(parents=True, exist_ok=True)
    for folder in (ELSEWHERE, there.parent):
        folder.chmod(0o711)
    _announce(data, there.parent)
    return there


@cache
def _announce(data: Path, there: Path) -> None:
    print(
        f"{UNPRIVILEGED} 进不了 {data}，数据库文件放在 {there}。(Database files are in {there}.)",
        file=sys.stderr,
        flush=True,
    )


def _copied(site: Path, *, package: str) -> Path:
    """A copy of a wheel's files that every account can run, made once for each version."""
    copy = ELSEWHERE / f"{package}-{importlib.metadata.version(package)}"
    if copy.exists():
        return copy
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    ELSEWHERE.chmod(0o711)
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    # The programs look for their libraries in the second folder, relative to themselves.
    for folder in (package, f"{package}.libs"):
        if (site / folder).exists():
            shutil.copytree(site / folder, unfinished / folder, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:
        # Somebody else was faster, with the same files.
        shutil.rmtree(unfinished)
    return copy


def _not_ours(home: Path) -> EmbeddedError:
    return EmbeddedError(
        f"{home} 属于另一个账号，请用原来的账号启动，或用 HOTLINE_DATA 指定别的目录。"
        f"({home} belongs to another account: start as that one, or set HOTLINE_DATA.)"
    )
