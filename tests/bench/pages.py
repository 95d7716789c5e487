"""What a page costs: statements, the database's time, the web's CPU, bytes, and its first paint.

Measured on the demonstration with 100,000 cases more. The aims: a list of 50 is under 60 kB of
HTML, and something is seen within 300 ms.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Any

import asyncpg
import httpx
from playwright.async_api import Browser

from dispatch.db import migrate_in_thread
from dispatch.demo import fill
from dispatch.office import Office, clock, open_office
from dispatch.sign_in import digest_of
from hotline.numbers import new_secret_token
from tests.bench.ground import Ground, Web, web
from tests.bench.load import drive, request
from tests.bench.volume import fill_up
from tests.browser.running import DESKTOP, missing, running_browser
from web.app import create_app, furnished
from web.identity import COOKIE

CASES, OPEN = 100_000, 5_000
REPEATS = 15
REQUESTS = 60
PAINTS = 5
LIST_BYTES = 60_000
FIRST_PAINT_MS = 300

# Whose page, what it is, where; the first address that a list's first row leads to, for a case.
PAGES = (
    ("huawu1", "console", "/console"),
    ("paidan1", "desk: to dispatch, 20", "/desk?queue=to_dispatch"),
    ("paidan1", "desk: all open, 50", "/desk?queue=all_open"),
    ("shenhe1", "review, one case", "/desk/review"),
    ("huifang1", "callback, one case", "/desk/callback"),
    ("bench-clerk", "unit's list, 50", "/portal"),
    ("chengguan", "unit's list, demonstration", "/portal"),
    ("duban1", "oversight: overdue, 20", "/oversight?queue=overdue"),
    ("duban1", "figures of all units", "/figures"),
    ("paidan1", "search, two common characters", "/search?q=小区"),
    ("duban1", "ledger, 50", "/ledger/citizen"),
    ("duban1", "a case with its history", ""),
    ("guanli", "administration: catalogue", "/admin/catalogue"),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page."""

    statements: int
    database_ms: float
    html: int
    packed: int


def measure(here: Ground) -> list[str]:
    """A line per page, with what misses an aim marked."""
    return asyncio.run(_measure(here))


async def _measure(here: Ground) -> list[str]:
    url = await _city(here)
    at = here.at(url)
    lines = [
        "| page | statements | database | web CPU | HTML | gzipped | first paint |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    async with AsyncExitStack() as stack:
        # Two connections, because both are listened to.
        office = await stack.enter_async_context(open_office(at.settings, pool_size=2))
        cookies = {who: await _signed_in(office, who) for who in {who for who, _, _ in PAGES}}
        asked = await stack.enter_async_context(_asked(office))
        browser = None if missing() else await stack.enter_async_context(running_browser())
        server = stack.enter_context(web(at, processes=1))
        for who, label, path in PAGES:
            path = path or await _a_case(office)
            cost = await asked(cookies[who], path)
            cpu = await _cpu(server, cookies[who], path)
            paint = await _paint(browser, server, cookies[who], path) if browser else 0.0
            lines.append(
                f"| {who}: {label} | {cost.statements} | {cost.database_ms:.1f} ms | {cpu:.1f} ms"
                f" | {cost.html / 1000:.1f} kB{_missed(cost.html > LIST_BYTES)}"
                f" | {cost.packed / 1000:.1f} kB"
                f" | {paint:.0f} ms{_missed(paint > FIRST_PAINT_MS)} |"
            )
    return lines


def _missed(missed: bool) -> str:
    return " (!)" if missed else ""


async def _city(here: Ground) -> str:
    """The demonstration, and the invented cases of the volume part beside it."""
    connection = await asyncpg.connect(here.database_url)
    await connection.execute("create database pages")
    await connection.close()
    url = here.database_url.rsplit("/", 1)[0] + "/pages"
    await migrate_in_thread(url)
    async with open_office(replace(here.settings, database_url=url)) as office:
        await fill(office, now=clock())
        await fill_up(office.pool, cases=CASES, open_cases=OPEN)
    return url


async def _signed_in(office: Office, sign_in: str) -> str:
    token = new_secret_token()
    await office.pool.execute(
        "insert into session (digest, staff_id, expires_at)"
        " select $1, id, $2 from staff where sign_in = $3",
        digest_of(token),
        clock() + timedelta(hours=1),
        sign_in,
    )
    return token


async def _a_case(office: Office) -> str:
    """The page of the demonstration's case with the longest history."""
    number = await office.pool.fetchval(
        'select c.number from "case" c where c.id = (select case_id from event'
        " group by case_id order by count(*) desc, case_id limit 1)"
    )
    return f"/cases/{number}"


@asynccontextmanager
async def _asked(office: Office) -> AsyncIterator[Any]:
    """Asks the application in this process, and listens to what it asks the database."""
    elapsed: list[float] = []

    def note(query: Any) -> None:
        elapsed.append(query.elapsed * 1000)

    async with office.pool.acquire() as one, office.pool.acquire() as other:
        for connection in (one, other):
            connection.add_query_logger(note)
    application = create_app(office.settings)
    async with (
        furnished(application, office),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=application), base_url="http://bench"
        ) as client,
    ):

        async def ask(cookie: str, path: str) -> Cost:
            times = []
            statements = 0
            for _ in range(REPEATS):
                elapsed.clear()
                answer = await client.get(path, headers={"cookie": f"{COOKIE}={cookie}"})
                if answer.status_code != httpx.codes.OK:
                    raise RuntimeError(f"{path}: {answer.status_code}")
                statements = len(elapsed)
                times.append(sum(elapsed))
            return Cost(
                statements, median(times), len(answer.content), len(gzip.compress(answer.content))
            )

        yield ask


async def _cpu(server: Web, cookie: str, path: str) -> float:
    """CPU milliseconds of the web process for one answer."""
    target = str(httpx.URL(path).raw_path, "ascii")
    sent = request("GET", target, "", Cookie=f"{COOKIE}={cookie}").replace(
        b"Authorization: Bearer \r\n", b""
    )
    left = iter(range(REQUESTS))
    await drive(server.port, lambda: sent, clients=1, seconds=0.5)
    before = server.cpu_seconds()
    load = await drive(
        server.port,
        lambda: sent if next(left, None) is not None else None,
        clients=1,
        seconds=60,
    )
    if load.refused:
        raise RuntimeError(f"{path} was refused")
    return (server.cpu_seconds() - before) / load.answered * 1000


async def _paint(browser: Browser, server: Web, cookie: str, path: str) -> float:
    """Milliseconds until something is seen, with the styles in the browser's cache."""
    address = f"http://127.0.0.1:{server.port}"
    width, height = DESKTOP
    context = await browser.new_context(viewport={"width": width, "height": height})
    await context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
    page = await context.new_page()
    times = []
    for _ in range(PAINTS + 1):
        await page.goto(address + path)
        times.append(await page.evaluate(FIRST_PAINT))
    await context.close()
    return median(times[1:])


FIRST_PAINT = """() => new Promise(told => new PerformanceObserver(seen =>
    seen.getEntriesByName("first-contentful-paint").forEach(one => told(one.startTime))
).observe({type: "paint", buffered: true}))"""
