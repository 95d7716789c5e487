"""The command line: each sentence says what is wrong and what to do; nothing is done by halves."""

import asyncio
import os
import re
import socket
import sys
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from dispatch.office import Office, clock
from dispatch.premises import occupied
from dispatch.sign_in import Entrance
from hotline.settings import settings_from
from tests.conftest import NewDatabase


class Said(NamedTuple):
    code: int
    out: str
    err: str


async def hotline(*arguments: str, put_in: str = "", **variables: str) -> Said:
    """Run the command in a process of its own; `variables` are HOTLINE_*."""
    environment = {name: value for name, value in os.environ.items() if "HOTLINE" not in name}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dispatch.command", *arguments,
        env=environment | {f"HOTLINE_{name.upper()}": value for name, value in variables.items()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(put_in.encode()), 60)
    assert process.returncode is not None
    return Said(process.returncode, out.decode(), err.decode())


async def test_the_help_names_every_command() -> None:
    said = await hotline("--help")
    assert said.code == 0
    commands = {"up", "web", "worker", "migrate", "demo", "import", "token", "doctor", "passwd"}
    named = set(re.findall(r"^ {4}([a-z]+) ", said.out, re.MULTILINE))
    assert commands | {"calendar"} <= named
    for readme in ("README.md", "README.zh-CN.md"):
        text = (Path(__file__).parents[2] / readme).read_text("utf-8")
        assert [command for command in named if f"`{command}`" not in text] == []


@pytest.mark.parametrize("command", [(), ("token",)])
async def test_without_a_command_the_help_says_which_there_are(command: tuple[str, ...]) -> None:
    said = await hotline(*command)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("usage: hotline") and "token" in said.err


@pytest.mark.parametrize("command", ["up", "doctor", "web"])
async def test_a_setting_that_cannot_be_used_is_named(command: str) -> None:
    said = await hotline(command, port="八千")
    assert said.code == 2
    assert "HOTLINE_PORT" in said.err and "Traceback" not in said.err


@pytest.mark.parametrize("command", ["web", "worker"])
async def test_a_single_process_wants_a_database(command: str, tmp_path: Path) -> None:
    said = await hotline(command, data=str(tmp_path))
    assert said.code == 2
    assert "HOTLINE_DATABASE_URL" in said.err


async def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = str(taken.getsockname()[1])
        said = await hotline("up", data=str(tmp_path), port=port)
    assert said.code == 2
    assert port in said.err and "HOTLINE_PORT" in said.err
    assert not (tmp_path / "postgres").exists()


async def test_a_second_hotline_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with occupied(tmp_path):
        said = await hotline("up", data=str(tmp_path))
        asked = await hotline("audit", data=str(tmp_path))
    assert said.code == 2
    assert "HOTLINE_DATA" in said.err
    assert (asked.code, "稍候" in asked.err) == (2, True)


async def test_a_running_hotline_lends_its_database_to_other_commands(
    tmp_path: Path, office: Office
) -> None:
    settings = settings_from({"HOTLINE_DATABASE_URL": office.settings.database_url or ""})
    with occupied(tmp_path) as premises:
        premises.note(settings)
        assert (tmp_path / "up.json").stat().st_mode & 0o077 == 0
        said = await hotline("audit", data=str(tmp_path))
    assert (said.code, said.err) == (0, "")
    assert not (tmp_path / "up.json").exists()


async def test_a_token_is_made_listed_and_revoked(office: Office) -> None:
    url = office.settings.database_url or ""
    sign_in = await office.pool.fetchval("select sign_in from staff order by id limit 1")
    made = await hotline("token", "create", "--staff", sign_in, "--name", "网格", database_url=url)
    assert made.code == 0
    token = made.out.strip()
    presence = await Entrance(office).by_token(token)
    assert presence is not None
    listed = await hotline("token", "list", database_url=url)
    assert sign_in in listed.out and "网格" in listed.out and token not in listed.out
    assert (await hotline("token", "revoke", listed.out.split()[0], database_url=url)).code == 0
    assert await Entrance(office).by_token(token) is None
    unknown = await hotline("token", "create", "--staff", "没有此人", database_url=url)
    assert (unknown.code, unknown.out) == (2, "")
    assert "没有此人" in unknown.err


async def test_a_password_is_set_and_old_sessions_end(office: Office) -> None:
    url = office.settings.database_url or ""
    row = await office.pool.fetchrow("select id, sign_in from staff order by id desc limit 1")
    assert row is not None
    await office.pool.execute(
        "insert into session (digest, staff_id, expires_at)"
        " values ('\\x01', $1, now() + interval '1 hour')",
        row["id"],
    )
    name = row["sign_in"]
    short = await hotline("passwd", name, "--stdin", put_in="123\n", database_url=url)
    assert (short.code, "10" in short.err) == (2, True)
    known = await hotline("passwd", name, "--stdin", put_in="demo-12345\n", database_url=url)
    assert (known.code, "演示密码" in known.err) == (2, True)
    said = await hotline("passwd", name, "--stdin", put_in="云州-2026-热线办\n", database_url=url)
    assert said.code == 0
    assert await Entrance(office).sign_in(name, "云州-2026-热线办", now=clock())
    old = await office.pool.fetchval("select count(*) from session where digest = '\\x01'")
    assert old == 0
    nobody = await hotline("passwd", "没有此人", "--stdin", put_in="x" * 12, database_url=url)
    assert (nobody.code, "没有此人" in nobody.err) == (2, True)


async def test_an_empty_hotline_gets_its_calendar_and_its_first_administrator(
    new_database: NewDatabase,
) -> None:
    async with new_database() as url:
        assert (await hotline("migrate", database_url=url)).code == 0
        said = await hotline("passwd", "admin", "--stdin", put_in="x" * 12, database_url=url)
        assert said.code == 0, said.err
        connection = await asyncpg.connect(url)
        try:
            days = await connection.fetchval("select count(*) from calendar_day")
            roles = await connection.fetchval("select roles from staff where sign_in = 'admin'")
        finally:
            await connection.close()
    assert days > 500
    assert roles == ["admin"]


async def test_the_demonstration_fills_an_empty_hotline_only(
    new_database: NewDatabase, office: Office
) -> None:
    used = await hotline("demo", database_url=office.settings.database_url or "")
    assert (used.code, "空库" in used.err) == (1, True)
    async with new_database() as url:
        assert (await hotline("demo", database_url=url)).code == 0


async def test_the_doctor_ends_with_1_where_something_is_wrong(office: Office) -> None:
    said = await hotline("doctor", database_url=office.settings.database_url or "")
    assert said.code == 1
    assert "[异常] 后台进程" in said.out and "hotline worker" in said.out


async def test_the_audit_ends_with_1_where_the_history_was_changed(office: Office) -> None:
    url = office.settings.database_url or ""
    assert (await hotline("audit", "0000000000000", database_url=url)).code == 1
    whole = await hotline("audit", database_url=url)
    assert (whole.code, whole.err) == (0, "") and "没有改动" in whole.out
