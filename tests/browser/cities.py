"""Two cities beside the demonstration: one where nothing has happened, one where too much has.

Both have the demonstration's people, so that the same names sign in everywhere.
"""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dispatch.db import Connection, transaction
from dispatch.demo import fill, write_city
from dispatch.intake import open_case
from dispatch.office import Office, clock, open_office
from dispatch.perform import perform
from dispatch.sign_in import actor_of
from hotline.inputs import INPUTS
from hotline.people import Actor, Role
from hotline.settings import settings_from
from hotline.vocabulary import REDO_REASONS
from tests.browser.running import free_port, wait_until_healthy

# What people paste, and what wraps nowhere: Chinese without a stop, an address of the web, letters.
LINK = "https://www.yunzhou.gov.cn/zwfw/" + "hotline/case-detail/" * 14 + "?id=1234567890"
UNBROKEN = ("连续施工噪声扰民诉求人要求明确答复" * 60)[:900] + LINK
UNBROKEN += ("Pneumonoultramicroscopicsilicovolcanoconiosis" * 40)[: 2000 - len(UNBROKEN)]
TITLE = ("ConstructionNoiseAtNight" * 5)[
    :60
] + "工地连续三个晚上十一点以后还在浇筑混凝土家里有高考的孩子无法休息请核实许可"
OFFICE = "暨政务服务便民热线诉求办理与督查督办工作领导小组办公室"
LATIN_NAME = "Alexandrina-Wilhelmina van Hohenzollern-Sigmaringen"

OPEN_IN_ONE_UNIT = 500
ROUNDS = 30
FILES = 20
# A unit that has much of everything, with the people who look at its pages.
UNIT = "B14"
CO_UNITS = ("B01", "B02", "B03", "B05", "B06", "B07", "B08", "B09", "B10", "B11", "B12", "B13")


@contextmanager
def served(database_url: str, redis_url: str, folder: Path) -> Iterator[str]:
    """`hotline web` on that database; gives its address."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")
    }
    environment |= {
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": redis_url,
        "HOTLINE_DATA": str(folder),
        "HOTLINE_PORT": str(port),
        "HOTLINE_DEMO_PASSWORDS": "1",
    }
    log = folder / f"web-{port}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "dispatch.command", "web"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        # Without a worker no program is healthy, but its pages are the same.
        wait_until_healthy(process, address, log, path="/login")
        yield address
    finally:
        process.terminate()
        process.wait(30)


async def make_empty(database_url: str) -> None:
    """Units, people and rules; no call, no case."""
    settings = replace(settings_from({}), database_url=database_url)
    async with open_office(settings) as office, transaction(office.pool) as connection:
        await write_city(connection)


async def make_extreme(database_url: str) -> str:
    """The demonstration, and of everything more than anybody should have; gives a case's number.

    The case went through 30 rounds, with twelve co-units and twenty files.
    """
    settings = replace(settings_from({}), database_url=database_url)
    async with open_office(settings) as office:
        now = clock()
        await fill(office, now=now)
        async with office.pool.acquire() as connection:
            for statement in _LONG_NAMES:
                await connection.execute(*statement)
        office.reference.forget()
        number = await _long_life(office, now)
        async with office.pool.acquire() as connection:
            await connection.execute("set session_replication_role = replica")
            await _lengthen(connection)
            await _multiply(connection, office, now)
            await connection.execute(_COUNTS)
            await connection.execute(_FILES, number, FILES)
            await connection.execute("reset session_replication_role")
        return number


async def _long_life(office: Office, now: datetime) -> str:
    """One case, answered and done again thirty times."""
    rulebook = await office.rulebook()
    rows = await office.pool.fetch("select * from staff")
    people = {row["sign_in"]: actor_of(row, rulebook) for row in rows}
    at = now - timedelta(days=40)
    agent, chief, clerk = people["huawu1"], people["paidan1"], people["chengguan"]
    form = await office.pool.fetchrow(
        "select request_type, category, place from \"case\" where kind = 'citizen' limit 1"
    )
    opened = await open_case(
        office,
        actor=agent,
        inputs={
            **dict(form or {}),
            "title": TITLE,
            "content": UNBROKEN,
            "address": LINK[:200],
            "urgency": "complex",
            "requester_name": LATIN_NAME[:50],
            "requester_phone": "13800001234",
        },
        now=at,
    )
    number = opened.case.number
    steps = itertools.count(1)

    async def does(who: Actor, action: str, **inputs: Any) -> None:
        moment = at + timedelta(minutes=30 * next(steps))
        await perform(office, number, action, actor=who, inputs=inputs, now=moment)

    await does(chief, "dispatch", lead_unit=UNIT, co_units=list(CO_UNITS), note=UNBROKEN[:500])
    await does(clerk, "sign")
    for co_unit in CO_UNITS:
        helper = next(
            one
            for name, one in people.items()
            if one.unit_id == rulebook.units_by_code[co_unit].id and one.has(Role.CLERK)
        )
        await does(helper, "co_sign")
        await does(helper, "co_reply", reply=UNBROKEN[:300])
    for _ in range(ROUNDS - 1):
        await does(clerk, "contact", contact_way="phone", contact_result="reached", note="已联系。")
        await does(clerk, "reply", result="solved", reply=UNBROKEN)
        await does(
            people["shenhe1"], "redo", redo_reasons=[next(iter(REDO_REASONS))], note=UNBROKEN[:300]
        )
    await does(clerk, "reply", result="solved", reply=UNBROKEN)
    return number


async def _lengthen(connection: Connection) -> None:
    """Every text of every case as long as its input takes."""
    longest = {
        name: (UNBROKEN if entry.type == "text" else TITLE * 2)[: entry.max_length]
        for name, entry in INPUTS.items()
        if entry.type in ("text", "line")
    }
    # What the system itself notes (which clock rang) is no writing of people.
    for table, column, written in (
        ("event", "inputs", "actor_id is not null"),
        ('"case"', "details", "true"),
    ):
        await connection.execute(
            f"update {table} set {column} = (select jsonb_object_agg(name, case when $1 ? name"
            f" then $1 -> name else value end) from jsonb_each({column}) as given (name, value))"
            f" where {column} ?| $2 and {written}",
            longest,
            list(longest),
        )
    await connection.execute(
        'update "case" set title = $1, content = $2, address = $3, requester_name = $4',
        TITLE,
        UNBROKEN,
        LINK[:200],
        LATIN_NAME[:50],
    )


async def _multiply(connection: Connection, office: Office, now: datetime) -> None:
    """Of one case in each stage many more, all of them the unit's where they are any unit's."""
    unit_id = await connection.fetchval("select id from unit where code = $1", UNIT)
    models = await connection.fetch(
        "select distinct on (stage) id, stage from \"case\" where kind = 'citizen'"
        " and closed_at is null and (lead_unit_id is null or lead_unit_id = $1)"
        " order by stage, round, id",
        unit_id,
    )
    for model in models:
        many = OPEN_IN_ONE_UNIT if model["stage"] == "handling" else 120
        numbers = [await office.new_number(now) for _ in range(many)]
        columns = await _columns(connection, "case", {"id", "number", "source_id", "next_due_at"})
        made = await connection.fetch(
            f'insert into "case" (number, next_due_at, {columns})'
            f" select n.number, next_due_at + n.at * interval '7 minutes', {columns}"
            ' from "case", unnest($2::text[]) with ordinality n (number, at) where id = $1'
            " returning id",
            model["id"],
            numbers,
        )
        for table in ("assignment", "clock", "event", "case_words"):
            columns = await _columns(connection, table, {"id", "case_id", "idempotency_key"})
            await connection.execute(
                f"insert into {table} (case_id, {columns}) select new.id, {columns}"
                f" from {table}, unnest($2::bigint[]) new (id) where case_id = $1",
                model["id"],
                [row["id"] for row in made],
            )


async def _columns(connection: Connection, table: str, without: set[str]) -> str:
    rows = await connection.fetch(
        "select column_name from information_schema.columns"
        " where table_name = $1 and table_schema = 'public' and column_name <> all($2)",
        table,
        list(without),
    )
    return ", ".join(f'"{row["column_name"]}"' for row in rows)


_LONG_NAMES = (
    ("update unit set name = left(name || $1, 25), short_name = left(name || $1, 25)", OFFICE),
    ("update staff set name = $1 where id % 3 = 0", LATIN_NAME[:50]),
    ("update staff set job_title = left(job_title || $1, 30)", OFFICE),
    ("update category set name = left(name || $1, 25)", OFFICE),
    ("update place set name = left(name || $1, 25)", OFFICE),
)

# Five digits wherever anything is counted.
_COUNTS = """
insert into tally (day, kind, measure, unit_id, n)
select day, kind, measure, unit_id, 54321 from tally group by day, kind, measure, unit_id
"""

_FILES = """
with kept as (
  insert into file_content (sha256, content) values (sha256('x'), 'x') returning sha256
)
insert into attachment (file_key, case_id, seq, sha256, name, kind, size, at)
select 'extreme-' || n, c.id, 1, kept.sha256, left(n || c.title, 116) || '.pdf', 'pdf', 5242880,
  now()
from "case" c, kept, generate_series(1, $2) n where c.number = $1
"""
