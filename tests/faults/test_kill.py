"""kill -9 under load: what was acknowledged is there, once, and no text leaves twice.

Real processes as `make run` starts them, with a PostgreSQL that forces every commit to disk.
"""

import asyncio
import re
import signal
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
import httpx
import pytest
import redis.asyncio

from dispatch.bell import QUEUE
from tests.faults.conftest import Town, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(150)]

CLIENTS = 6
BETWEEN_KILLS = 1.5
# Whom to kill, by what stands in the command line.
VICTIMS = ("dispatch.command web", "dispatch.command worker", "valkey-server", "bin/postgres -D")

REQUEST = {
    "request_type": "help",
    "urgency": "normal",
    "title": "小区停水两天",
    "content": "诉求人反映小区自前天上午起停水，至今未恢复，未见通知。",
    "requester_name": "王女士",
    "requester_phone": "13800001234",
}


@dataclass
class Acknowledged:
    """What the clients were told had happened: idempotency key by case and action."""

    cases: dict[str, str] = field(default_factory=dict)
    dispatches: dict[str, str] = field(default_factory=dict)
    troubles: int = 0


async def test_kill_9_under_load_loses_nothing_and_says_nothing_twice(town: Town) -> None:
    done = Acknowledged()
    over = asyncio.Event()
    load = [asyncio.create_task(keep_working(town, done, over)) for _ in range(CLIENTS)]
    await asyncio.sleep(1)
    for words in VICTIMS:
        assert town.kill(words) >= 1, words
        await asyncio.sleep(BETWEEN_KILLS)
        before = len(done.cases)
        assert await until(town, seconds=20), town.log.read_text()[-3000:]
        # Work goes on afterwards, without anybody's help.
        await asyncio.sleep(1)
        assert len(done.cases) > before, words
    over.set()
    await asyncio.gather(*load)

    assert len(done.cases) > 50
    await everything_acknowledged_is_there_once(town, done)
    await no_text_left_twice(town)
    code, said = await town.command("audit")
    assert code == 0, said
    await the_queue_works_again(town)

    town.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(town.process.wait(), 30) == 0
    assert re.search("已停止", town.log.read_text())


async def keep_working(town: Town, done: Acknowledged, over: asyncio.Event) -> None:
    """Open a case and dispatch it, again and again; what fails is asked again with its key."""
    async with httpx.AsyncClient(base_url=town.address, trust_env=False, timeout=4) as client:
        while not over.is_set():
            opening = str(uuid.uuid4())
            answer = await insist(
                client, done, over, "/api/v1/cases", REQUEST, key=opening, token=town.agent
            )
            if answer is None:
                return
            assert answer.status_code == httpx.codes.CREATED, answer.text
            number = answer.json()["number"]
            assert number not in done.cases
            done.cases[number] = opening
            sending = str(uuid.uuid4())
            answer = await insist(
                client, done, over, f"/api/v1/cases/{number}/actions/dispatch",
                {"lead_unit": "E01"}, key=sending, token=town.dispatcher,
            )  # fmt: skip
            if answer is None:
                return
            assert answer.status_code == httpx.codes.OK, answer.text
            done.dispatches[number] = sending


async def insist(
    client: httpx.AsyncClient,
    done: Acknowledged,
    over: asyncio.Event,
    path: str,
    body: dict[str, str],
    *,
    key: str,
    token: str,
) -> httpx.Response | None:
    """Ask until there is an answer; None where it is over before."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    while not over.is_set():
        with suppress(httpx.HTTPError):
            answer = await client.post(path, json=body, headers=headers)
            if not answer.is_server_error:
                return answer
        done.troubles += 1
        await asyncio.sleep(0.1)
    return None


async def everything_acknowledged_is_there_once(town: Town, done: Acknowledged) -> None:
    connection = await asyncpg.connect(town.urls()["database_url"])
    try:
        rows = await connection.fetch(
            'select c.number, e.action, e.idempotency_key from event e join "case" c'
            " on c.id = e.case_id where e.idempotency_key is not null"
        )
    finally:
        await connection.close()
    found = [(row["number"], row["action"], row["idempotency_key"]) for row in rows]
    promised = {(number, "open", key) for number, key in done.cases.items()}
    promised |= {(number, "dispatch", key) for number, key in done.dispatches.items()}
    assert promised - set(found) == set()
    assert len(found) == len(set(found))
    # One request makes one case, however often it was sent.
    openings = [key for _, action, key in found if action == "open"]
    assert len(openings) == len(set(openings))


async def no_text_left_twice(town: Town) -> None:
    connection = await asyncpg.connect(town.urls()["database_url"])
    try:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            waiting = await connection.fetchval(
                "select count(*) from message where channel = 'sms' and state = 'queued'"
            )
            if not waiting:
                break
            await asyncio.sleep(0.2)
        assert waiting == 0
        # A text whose carrying was cut off is `sending` or `unknown`: it is left to a person.
        again = await connection.fetchval(
            "select count(*) from message where channel = 'sms' and attempts > 1"
        )
        twice = await connection.fetchval(
            "select count(*) from (select 1 from message where channel = 'sms' and case_id in"
            " (select case_id from event where idempotency_key is not null)"
            " group by case_id, template, phone having count(*) > 1) repeated"
        )
        states = await connection.fetch(
            "select distinct state from message where channel = 'sms' order by state"
        )
    finally:
        await connection.close()
    assert (again, twice) == (0, 0)
    known = {"accepted", "delivered", "sending", "unknown", "suppressed"}
    assert {row["state"] for row in states} <= known


async def the_queue_works_again(town: Town) -> None:
    """A ring is taken from the queue, once what the load has left there is done."""
    queue = redis.asyncio.Redis.from_url(town.urls()["redis_url"])
    try:
        async with httpx.AsyncClient(base_url=town.address, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {town.agent}"}
            answer = await client.post("/api/v1/cases", json=REQUEST, headers=headers)
            assert answer.status_code == httpx.codes.CREATED
        for _ in range(300):
            await asyncio.sleep(0.1)
            if await queue.zcard(QUEUE) == 0:
                break
        assert await queue.zcard(QUEUE) == 0
    finally:
        await queue.aclose()
