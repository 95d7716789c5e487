"""Learns categories from the deployment's own cases, off every request's path.

A process of its own does it (`hotline learn`): the worker starts one each night, and the memory
and the processor time that learning takes are gone with it. What was learned is stored as bytes;
each web process takes it from there.
"""

import asyncio
import os
import resource
import sys
from datetime import datetime, timedelta
from typing import Final

import structlog

from dispatch.db import Connection, Pool
from hotline.calendar import in_shanghai
from hotline.categorising import Model, words_of

MOST_CASES: Final = 20_000
"""The newest so many are learned from: what people ask changes."""

KEPT_MODELS: Final = 5
NIGHT: Final = range(1, 5)
"""The hours in which a worker has it done, in Shanghai."""

AGAIN_AFTER: Final = timedelta(hours=20)
PATIENCE_SECONDS: Final = 3600.0
MOST_MEMORY: Final = 3 * 1024**3

_CHUNK = 1000
# One process at a time; any number that nothing else takes.
_LOCK = 12_345_010

# The libraries below would otherwise take every processor, and memory for each.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

log = structlog.get_logger()


async def learn_now(pool: Pool, *, now: datetime) -> str:
    """Learn from the newest cases that were dispatched or closed, and store it; what came of it."""
    async with pool.acquire() as connection:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            return "另一个进程正在学习，本次不重复。"
        try:
            return await _learn(connection, now)
        finally:
            await connection.execute("select pg_advisory_unlock($1)", _LOCK)


async def _learn(connection: Connection, now: datetime) -> str:
    # The library takes a second and 100 MB: only this process loads it.
    from hotline.learning import Corpus, TooLittle, learn

    corpus, below = Corpus(), 2**62
    while len(corpus.labels) < MOST_CASES:
        rows = await connection.fetch(
            """
            select id, title, content, category from "case"
            where id < $1 and kind = 'citizen' and category <> '' and content <> ''
              and (lead_unit_id is not null or closed_at is not null)
            order by id desc limit $2
            """,
            below,
            min(_CHUNK, MOST_CASES - len(corpus.labels)),
        )
        if not rows:
            break
        below = rows[-1]["id"]
        for row in rows:
            corpus.add(words_of(row["title"], row["content"]), row["category"])
    try:
        lesson = await asyncio.to_thread(learn, corpus)
    except TooLittle as reason:
        await _store(connection, now, cases=len(corpus.labels), note=str(reason))
        return f"没有学习：{reason}。分类建议继续按规则给出。"
    await _store(
        connection,
        now,
        cases=lesson.cases,
        model=lesson.model,
        macro_f1=lesson.macro_f1,
        accuracy=lesson.accuracy,
    )
    return (
        f"已从{lesson.cases}件工单学习{len(lesson.model.classes)}个分类："
        f"交叉验证macro-F1 {lesson.macro_f1:.3f}，准确率{lesson.accuracy:.1%}。"
    )


async def _store(
    connection: Connection,
    now: datetime,
    *,
    cases: int,
    model: Model | None = None,
    macro_f1: float | None = None,
    accuracy: float | None = None,
    note: str = "",
) -> None:
    parts = model.parts() if model else {}
    await connection.execute(
        "insert into learned_model"
        " (made_at, cases, classes, macro_f1, accuracy, temperature, note, sizes, parts)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        now,
        cases,
        list(model.classes) if model else [],
        macro_f1,
        accuracy,
        model.temperature if model else 1.0,
        note[:200],
        {name: len(part) for name, part in parts.items()},
        b"".join(parts.values()),
    )
    await connection.execute(
        "delete from learned_model where id not in"
        " (select id from learned_model order by id desc limit $1)"
        " and id <> (select max(id) from learned_model where macro_f1 is not null)",
        KEPT_MODELS,
    )


async def newest_key(connection: Connection) -> int | None:
    """The key of the newest model that can be used."""
    key: int | None = await connection.fetchval(
        "select max(id) from learned_model where macro_f1 is not null"
    )
    return key


async def read_model(connection: Connection, key: int) -> Model | None:
    """The model of that key."""
    row = await connection.fetchrow(
        "select classes, temperature, sizes, parts from learned_model where id = $1", key
    )
    if row is None:
        return None
    parts, begins = {}, 0
    for name in ("words", "rarity", "weights", "intercepts"):
        parts[name] = row["parts"][begins : begins + row["sizes"][name]]
        begins += row["sizes"][name]
    return Model.of_parts(parts, row["classes"], row["temperature"])


async def learn_at_night(pool: Pool, database_url: str, now: datetime) -> None:
    """Once a night, in a process of its own that is ended where it takes too long."""
    if in_shanghai(now).hour not in NIGHT:
        return
    last = await pool.fetchval("select max(made_at) from learned_model")
    if last and now - last < AGAIN_AFTER:
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dispatch.command",
        "learn",
        "--quietly",
        env={**os.environ, "HOTLINE_DATABASE_URL": database_url, **_ONE_THREAD},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        code = await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
        log.info("worker: categories learned", exit_code=code)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def keep_quiet() -> None:
    """Take no more of the machine than it has to spare: for a process that learns at night."""
    os.nice(15)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
