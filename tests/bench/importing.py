"""How fast a file of old cases comes in, and what a case costs in CPU."""

import asyncio
import csv
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from dispatch.demo_city import requests
from dispatch.import_cases import import_cases
from dispatch.import_mapping import read_map
from dispatch.office import open_office
from tests.bench.ground import Ground

ROWS = 4000


def measure(here: Ground) -> list[str]:
    """Cases a second with their replies, through the same door as everything else."""
    path = here.settings.data / "cases.csv"
    _write(path)
    return asyncio.run(_imported(here, path))


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["message_id", "user", "title", "content", "received_at", "reply", "replied_at"]
        )
        for number, one in enumerate(requests(3, ROWS)):
            received = datetime(2019, 1, 1, 9) + timedelta(hours=number)
            replied = received + timedelta(days=number % 30)
            rows.writerow([number, "", one.title, one.content, received, one.weak_reply, replied])


async def _imported(here: Ground, path: Path) -> list[str]:
    async with open_office(here.settings) as office:
        began, cpu = time.perf_counter(), os.times()
        report = await import_cases(office, path, read_map("board_replies"))
        seconds, spent = time.perf_counter() - began, os.times()
    used = (spent.user - cpu.user) + (spent.system - cpu.system)
    return [
        "| import | rate | CPU per case |",
        "| --- | --- | --- |",
        f"| {report.imported} cases with replies | {report.imported / seconds:.0f}/s"
        f" | {used / max(report.imported, 1) * 1e6:.0f} µs |",
    ]
