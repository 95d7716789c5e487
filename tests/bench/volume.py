"""What pages, counts and searches cost with 1,000,000 cases beside what they cost with 10,000.

Both databases have 62 units with more open cases each than a page shows (50,000 open of
1,000,000, and 5,000 open of 10,000), so that the same page is compared.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import asyncpg

from dispatch.counts import counts
from dispatch.db import Connection, Pool, migrate_in_thread, open_pool
from dispatch.demo_city import requests
from dispatch.queues import queue
from dispatch.search import search
from hotline.people import Actor, Role
from hotline.search_terms import bigrams
from tests.bench.ground import Ground, web
from tests.bench.load import drive, request
from tests.seeding import seed

UNITS = 62
SIZES = {"10,000": (10_000, 5_000), "1,000,000": (1_000_000, 50_000)}
REPEATS = 200
PAGE_REQUESTS = 200

NOW = datetime.now(UTC)
CLERK = Actor("经办人", frozenset({Role.CLERK}), staff_id=300001, unit_id=2001, unit_ids=(2001,))
CHIEF = Actor("派单员", frozenset({Role.DISPATCHER}), staff_id=300002, unit_id=1, unit_ids=(1,))

Read = Callable[[Connection], Awaitable[Any]]

READS: dict[str, Read] = {
    "unit's queue, first page of 50": lambda c: queue(c, CLERK, "mine", now=NOW, limit=50),
    "dispatcher's queue, first page of 50": lambda c: queue(
        c, CHIEF, "to_dispatch", now=NOW, limit=50
    ),
    "dispatcher's counts": lambda c: counts(c, CHIEF, now=NOW),
    "search, two common characters": lambda c: search(c, CHIEF, "小区", limit=50),
    "search, two rare characters": lambda c: search(c, CHIEF, "蝾螈", limit=50),
    "search within a unit, common characters": lambda c: search(c, CLERK, "小区", limit=50),
}


def measure(here: Ground) -> list[str]:
    """A line per read: statements, milliseconds, the ratio of the large to the small city."""
    return asyncio.run(_measure(here))


async def _measure(here: Ground) -> list[str]:
    found: dict[str, dict[str, tuple[int, float]]] = {}
    pages: dict[str, tuple[float, float]] = {}
    for label, (cases, open_cases) in SIZES.items():
        url = await _city(here, f"city_{cases}", cases=cases, open_cases=open_cases)
        pool = await open_pool(url, size=2)
        try:
            async with pool.acquire() as connection:
                found[label] = {
                    name: await _timed(connection, read) for name, read in READS.items()
                }
            pages[label] = await _page(here, url, pool)
        finally:
            await pool.close()
    small, large = (found[label] for label in SIZES)
    lines = ["| read | statements | 10,000 cases | 1,000,000 cases | ratio |",
             "| --- | --- | --- | --- | --- |"]  # fmt: skip
    for name in READS:
        lines.append(
            f"| {name} | {large[name][0]} | {small[name][1]:.2f} ms | {large[name][1]:.2f} ms"
            f" | {large[name][1] / small[name][1]:.2f} |"
        )
    (few_cpu, few_bytes), (many_cpu, many_bytes) = (pages[label] for label in SIZES)
    lines += [
        f"| unit's page over HTTP: web CPU | | {few_cpu:.2f} ms | {many_cpu:.2f} ms"
        f" | {many_cpu / few_cpu:.2f} |",
        f"| unit's page over HTTP: size | | {few_bytes / 1000:.1f} kB | {many_bytes / 1000:.1f} kB"
        f" | {many_bytes / few_bytes:.2f} |",
    ]
    return lines


async def _timed(connection: Connection, read: Read) -> tuple[int, float]:
    """How many statements, and the median of the time until the database had answered them."""
    statements: list[float] = []
    times: list[float] = []

    def note(query: Any) -> None:
        statements.append(query.elapsed * 1000)

    await read(connection)
    with connection.query_logger(note):  # type: ignore[union-attr]
        for _ in range(REPEATS):
            statements.clear()
            await read(connection)
            times.append(sum(statements))
    return len(statements), median(times)


async def _page(here: Ground, url: str, pool: Any) -> tuple[float, float]:
    """CPU milliseconds of the web process for one list page of a clerk, and its bytes."""
    cookie = secrets.token_urlsafe(32)
    await pool.execute(
        "insert into session (digest, staff_id, expires_at) values ($1, $2, $3)",
        hashlib.sha256(cookie.encode()).digest(),
        CLERK.staff_id,
        NOW + timedelta(hours=1),
    )
    sent = request("GET", "/portal", "", Cookie=f"hotline_session={cookie}").replace(
        b"Authorization: Bearer \r\n", b""
    )
    left = iter(range(PAGE_REQUESTS))
    with web(here.at(url), processes=1) as server:
        await drive(server.port, lambda: sent, clients=1, seconds=1)
        before = server.cpu_seconds()
        load = await drive(
            server.port,
            lambda: sent if next(left, None) is not None else None,
            clients=1,
            seconds=60,
        )
        cpu = (server.cpu_seconds() - before) / max(load.answered, 1) * 1000
    if load.refused:
        raise RuntimeError("the unit's page was refused")
    return cpu, load.bytes / load.answered


async def _city(here: Ground, name: str, *, cases: int, open_cases: int) -> str:
    """A database with that many cases, made by the server itself from invented texts."""
    connection = await asyncpg.connect(here.database_url)
    await connection.execute(f"create database {name}")
    await connection.close()
    url = here.database_url.rsplit("/", 1)[0] + f"/{name}"
    await migrate_in_thread(url)
    pool = await open_pool(url, size=1)
    try:
        await seed(pool)
        await fill_up(pool, cases=cases, open_cases=open_cases)
    finally:
        await pool.close()
    return url


async def fill_up(pool: Pool, *, cases: int, open_cases: int) -> None:
    """So many cases of 62 more units, and two people who look at them."""
    began = time.perf_counter()
    async with pool.acquire() as connection:
        await connection.execute(_PEOPLE)
        await connection.execute(
            "create table template (id int primary key, title text, content text, address text,"
            " type text, words text[])"
        )
        await connection.copy_records_to_table("template", records=_templates())
        await connection.execute("drop index case_words_found")
        for statement in _FILL.split(";;"):
            await connection.execute(
                statement.format(cases=cases, every=cases // open_cases, units=UNITS),
                timeout=900,
            )
    print(f"  {cases:,} cases made in {time.perf_counter() - began:.0f} s", flush=True)


def _templates() -> list[tuple[Any, ...]]:
    """Three thousand invented requests; one in a thousand speaks of something rare."""
    rows = []
    for number, one in enumerate(requests(7, 3000)):
        content = one.content + ("诉求人称水池里有蝾螈。" if number % 1000 == 0 else "")
        words = bigrams(f"{one.title}\n{content}\n{one.address}")
        rows.append((number, one.title, content, one.address, one.request_type, words))
    return rows


_PEOPLE = f"""
insert into unit (id, code, name, short_name, kind) overriding system value
  select 2000 + n, 'BU' || n, '成员单位' || n, '单位' || n, 'department'
  from generate_series(1, {UNITS}) n;
insert into staff (id, sign_in, name, unit_id, roles) overriding system value values
  (300001, 'bench-clerk', '经办人', 2001, array['clerk']),
  (300002, 'bench-chief', '派单员', 1, array['dispatcher'])
"""

# One case in {every} is open; of the open ones a tenth waits for dispatch. Their numbers begin with
# zeros, so that a city that has cases already keeps them as they are.
_FILL = """
insert into "case" (number, lookup_code, kind, procedure_version, stage, phase, title, content,
  request_type, category, place, address, requester_phone, opened_at, accepted_at, closed_at,
  next_due_at, lead_unit_id, returns, merged, last_hash)
select lpad(n::text, 13, '0'), 'ABCD2345', 'citizen', '2026',
  case when n % {every} <> 0 then 'closed' when n / {every} % 10 = 0 then 'accepted'
    else 'handling' end,
  case when n % {every} <> 0 then 'closed' when n / {every} % 10 = 0 then 'assignment'
    else 'handling' end,
  t.title, t.content, t.type, '01.01.01', '990101001', t.address,
  '+8613800' || lpad((n % 100000)::text, 6, '0'), now() - n * interval '40 seconds',
  now() - n * interval '40 seconds', case when n % {every} <> 0 then now() end,
  case when n % {every} = 0 then now() + (n % 1000 - 100) * interval '1 hour' end,
  case when n % {every} <> 0 or n / {every} % 10 <> 0 then 2001 + n / {every} % {units} end, 0, 0,
  sha256(n::text::bytea)
from generate_series(1, {cases}) n join template t on t.id = n % 3000;;
insert into assignment (case_id, round, unit_id, part, sent_at, signed_at, due_at, replied_at,
  ended_at)
select id, 1, lead_unit_id, 'lead', opened_at, opened_at, next_due_at, closed_at, closed_at
from "case" where lead_unit_id is not null and number like '000000%';;
insert into clock (case_id, round, name, owed_by, unit_id, "limit", basis, started_at, due_at,
  raw_due_on, calendar_version, rung, ended_at)
select id, 1, 'handle', 'clerk', lead_unit_id, '5wd', '演示', opened_at,
  coalesce(next_due_at, opened_at + interval '7 days'), current_date, 'x', 0, closed_at
from "case" where lead_unit_id is not null and number like '000000%';;
insert into case_words (case_id, words)
select c.id, array_to_tsvector(t.words)
from "case" c join template t on t.id = c.number::bigint % 3000 where c.number like '000000%';;
create index case_words_found on case_words using gin (
  (words || array_to_tsvector(array['#' || (case_id / 2048)::text])));;
insert into tally (kind, measure, unit_id, n)
select kind, 'stage:' || stage, lead_unit_id, count(*) from "case"
where number like '000000%' group by 1, 2, 3;;
vacuum analyze;;
checkpoint
"""
