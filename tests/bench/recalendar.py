"""How long a notice of holidays takes, and a tightened limit: preview, and open deadlines moved.

Twenty cases, opened on the last days of 2026, are multiplied by the server to 50,000, of which
each has two clocks that the notice of 2027 moves. The notice is invented.
"""

import asyncio
import os
import time
from datetime import datetime, timedelta

from dispatch import relimit
from dispatch.holidays import current_calendar, load, preview
from dispatch.intake import open_case
from dispatch.office import Office, open_office
from dispatch.perform import perform
from dispatch.recalendar import move_all
from dispatch.registry.limits import change_limit, the_change
from hotline.calendar import SHANGHAI
from hotline.holiday_notice import read_notice
from hotline.people import Actor, Role
from tests.bench.ground import Ground
from tests.hotline.test_holiday_notice import NOTICE_2027
from tests.makers import AGENT, DISPATCHER, REQUEST, WATER_CLERK

CASES = 50_000
KINDS = 20
NOW = datetime(2026, 12, 28, 17, 0, tzinfo=SHANGHAI)
TIGHTENED = {
    "kind": "citizen", "clock": "whole", "amount": "9", "unit": "wd", "valid_from": "2026-12-28",
    "basis": "示例", "follows": "1",
}  # fmt: skip
ADMIN = Actor("系统管理员", frozenset({Role.ADMIN}))


def measure(here: Ground) -> list[str]:
    """Seconds and rates of the preview and of the moving."""
    return asyncio.run(_measure(here))


async def _measure(here: Ground) -> list[str]:
    async with open_office(here.settings) as office:
        await _fill(office)
        calendar = await current_calendar(office)
        notice = read_notice(NOTICE_2027, year="2027", title="示例", calendar=calendar)
        began = time.perf_counter()
        found = await preview(office, notice, calendar=calendar)
        previewed = time.perf_counter() - began
        await load(office, notice, actor=ADMIN, now=NOW)
        began, cpu = time.perf_counter(), os.times()
        cases = await move_all(office, NOW)
        moved, spent = time.perf_counter() - began, os.times()
        used = (spent.user - cpu.user) + (spent.system - cpu.system)
        left = await office.pool.fetchval("select count(*) from clock where provisional")
        events = await office.pool.fetchval(
            "select count(*) from event where action = 'recalendar'"
        )
        if (cases, events, left) != (CASES, CASES, 0):
            raise RuntimeError(f"{cases} cases moved, {events} events, {left} still provisional")
        tightened = await _tightened(office)
    return [
        "| notice of holidays | deadlines | seconds | rate | CPU of the worker |",
        "| --- | --- | --- | --- | --- |",
        f"| preview | {found.moved} | {previewed:.1f} | {found.moved / previewed:.0f}/s | |",
        f"| moved, {cases} cases with an event each | {found.moved} | {moved:.1f}"
        f" | {found.moved / moved:.0f}/s | {used:.1f} s |",
        tightened,
    ]


async def _tightened(office: Office) -> str:
    """The limit of the whole case shortened by a day, and every open case told to follow."""
    change_id = await change_limit(office, TIGHTENED, actor=ADMIN, now=NOW)
    began, cpu = time.perf_counter(), os.times()
    await relimit.move_all(office, NOW)
    took, spent = time.perf_counter() - began, os.times()
    used = (spent.user - cpu.user) + (spent.system - cpu.system)
    followed = (await the_change(office.pool, change_id)).moved
    if followed != CASES:
        raise RuntimeError(f"{followed} of {CASES} cases follow the limit")
    return (
        f"| a limit tightened, {CASES} cases follow with an event each | {followed} | {took:.1f}"
        f" | {followed / took:.0f}/s | {used:.1f} s |"
    )


async def _fill(office: Office) -> None:
    for number in range(KINDS):
        now = NOW - timedelta(days=number % 4, hours=number % 7)
        inputs = {**REQUEST, "urgency": ("normal", "complex")[number % 2]}
        case = (await open_case(office, actor=AGENT, inputs=inputs, now=now)).case
        for action, actor, more in (
            ("dispatch", DISPATCHER, {"lead_unit": "SWJ"}),
            ("sign", WATER_CLERK, {}),
        ):
            await perform(office, case.number, action, actor=actor, inputs=more, now=now)
    async with office.pool.acquire() as connection:
        columns = {
            table: ", ".join(
                f'"{row["column_name"]}"'
                for row in await connection.fetch(
                    "select column_name from information_schema.columns"
                    " where table_name = $1 and column_name <> all($2::text[])",
                    table,
                    ["id", "case_id", "number"],
                )
            )
            for table in ("case", "clock", "assignment")
        }
        copies = CASES // KINDS - 1
        await connection.execute(
            f"""
            create temp table copied as
              select nextval(pg_get_serial_sequence('"case"', 'id')) as id, c.id as of, n
              from "case" c, generate_series(1, {copies}) n;
            insert into "case" (id, number, {columns["case"]}) overriding system value
              select k.id, '9' || lpad(k.id::text, 12, '0'), {columns["case"]}
              from copied k join (select id as of, {columns["case"]} from "case") c using (of);
            insert into clock (case_id, {columns["clock"]})
              select k.id, {columns["clock"]} from copied k
              join (select case_id as of, {columns["clock"]} from clock) c using (of);
            insert into assignment (case_id, {columns["assignment"]})
              select k.id, {columns["assignment"]} from copied k
              join (select case_id as of, {columns["assignment"]} from assignment) c using (of);
            """,
            timeout=300,
        )
        await connection.execute("vacuum analyze", timeout=300)
