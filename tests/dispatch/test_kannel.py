"""A real Kannel between us and a pretended operator: Chinese out, a look-up in, receipts back.

Needs `bearerbox`, `smsbox` and `fakesmsc` (Debian: kannel, kannel-extras).
"""

import asyncio
import re
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote_to_bytes

import pytest
import pytest_asyncio
import uvicorn

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.outbox import deliver_waiting
from dispatch.sms import open_provider
from dispatch.sms.provider import Accepted, OutSms, Rejected
from hotline.settings import Settings
from tests.makers import AGENT, REQUEST
from web.app import create_app, furnished

FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
SECRET = "a-secret-for-kannel-only"
OWNER = REQUEST["requester_phone"]

pytestmark = pytest.mark.skipif(
    not (shutil.which("bearerbox") and shutil.which("smsbox") and FAKESMSC.exists()),
    reason="Kannel is not installed (Debian: apt install kannel kannel-extras)",
)

CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = unused
admin-deny-ip = "*.*.*.*"
smsbox-port = {smsbox}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = localhost
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {smsbox}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = 12345
mo-recode = true

group = sendsms-user
username = hotline
password = open-sesame
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1"
concatenation = true
max-messages = 4

group = sms-service
keyword = default
catch-all = true
omit-empty = true
max-messages = 0
get-url = "http://127.0.0.1:{web}/gateway/sms/kannel/{secret}?from=%p&to=%P&text=%a&ts=%T&id=%I"
"""


@dataclass(frozen=True)
class Kannel:
    """Running boxes; `run` starts one more program, ended with them."""

    ports: dict[str, int]
    run: Callable[..., Path]


@pytest.fixture(scope="module")
def kannel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kannel]:
    folder = tmp_path_factory.mktemp("kannel")
    ports = dict(zip(("admin", "smsbox", "smsc", "sendsms", "web"), free_ports(5), strict=True))
    configuration = folder / "kannel.conf"
    configuration.write_text(CONFIGURATION.format(secret=SECRET, **ports))
    started: list[tuple[subprocess.Popen[bytes], IO[bytes]]] = []

    def run(*command: str) -> Path:
        output = folder / f"{Path(command[0]).name}-{len(started)}.log"
        log = output.open("wb")
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        started.append((process, log))
        return output

    try:
        run("bearerbox", "-v", "1", str(configuration))
        wait_for_port(ports["smsbox"])
        run("smsbox", "-v", "1", str(configuration))
        wait_for_port(ports["sendsms"])
        yield Kannel(ports, run)
    finally:
        for process, log in reversed(started):
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for_port(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def behind_kannel(office: Office, kannel: Kannel) -> AsyncIterator[Office]:
    """An office whose provider is that Kannel, with its web listening for it."""
    settings: Settings = replace(
        office.settings,
        sms_provider="kannel",
        kannel_url=f"http://127.0.0.1:{kannel.ports['sendsms']}/cgi-bin/sendsms",
        kannel_user="hotline",
        kannel_password="open-sesame",
        gateway_secrets=(SECRET,),
        port=kannel.ports["web"],
    )
    mine = replace(office, settings=settings)
    app = create_app(settings)
    async with furnished(app, mine):
        server = uvicorn.Server(
            uvicorn.Config(app, port=settings.port, log_level="warning", lifespan="off")
        )
        serving = asyncio.create_task(server.serve())

        async def listening() -> bool:
            return server.started

        await until_true(listening)
        yield mine
        server.should_exit = True
        await serving


async def until_true(happened: Callable[[], Awaitable[bool]], *, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not await happened():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.1)


def words_in(output: Path) -> str:
    """What the pretended telephone got: fakesmsc prints UCS-2, percent-encoded."""
    lines = output.read_text(errors="replace").splitlines()
    shown = (re.search(r"(?:ucs-2|data) (\S+)>$", line) for line in lines)
    return "".join(
        unquote_to_bytes(found[1].replace("+", " ")).decode("utf-16-be") for found in shown if found
    )


async def test_a_look_up_from_the_street_is_answered_in_chinese(
    behind_kannel: Office, kannel: Kannel
) -> None:
    office = behind_kannel
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=datetime.now(UTC))).case
    asked = quote(f"查询 {case.number}".encode("utf-16-be"))
    telephone = kannel.run(
        str(FAKESMSC), "-H", "127.0.0.1", "-r", str(kannel.ports["smsc"]), "-i", "1", "-m", "1",
        f"{OWNER} 12345 ucs2 {asked}",
    )  # fmt: skip

    async def understood() -> bool:
        return bool(await office.pool.fetchval("select max(understood) from inbound_message"))

    await until_true(understood)
    assert await deliver_waiting(office, datetime.now(UTC)) == 2

    async def arrived() -> bool:
        words = words_in(telephone)
        return f"工单号{case.number}" in words and f"尾号{case.number[-4:]}工单：已受理" in words

    async def receipted() -> bool:
        states = await office.pool.fetch("select state from message where channel = 'sms'")
        return {row["state"] for row in states} == {"delivered"}

    await until_true(arrived)
    await until_true(receipted)
    assert "?" not in words_in(telephone)


async def test_kannel_says_why_it_does_not_take_a_text(behind_kannel: Office) -> None:
    text = OutSms(1, "+8613800001234", "【云州12345】您好")
    given = behind_kannel.settings
    async with open_provider(replace(given, kannel_password="forgotten")) as provider:
        refused = await provider.send(text)
    assert isinstance(refused, Rejected) and not refused.permanent and "403" in refused.why
    async with open_provider(replace(given, kannel_url="http://127.0.0.1:9/")) as provider:
        down = await provider.send(text)
    assert isinstance(down, Rejected) and not down.permanent
    async with open_provider(given) as provider:
        assert await provider.send(text) == Accepted()
