"""Real public messages, letters and replies, read in place: no row of them is kept here.

`HOTLINE_SHARED_DATA` names their folder; without it `../shared/data` beside the checkout.
"""

import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from dispatch.audit import verify
from dispatch.figures import figures
from dispatch.import_cases import ImportReport, import_cases
from dispatch.import_mapping import read_map
from dispatch.office import Office
from dispatch.queues import queue
from dispatch.search import search
from tests.makers import DISPATCHER, SUPERVISOR

DATA = Path(os.environ.get("HOTLINE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
FILES = {
    "board_labelled": "citizen_messages/labelled.csv",
    "board_messages": "citizen_messages/messages.csv.gz",
    "board_replies": "citizen_messages/replies.csv.gz",
    "mailbox_letters": "mayor_mailbox/letters.csv.gz",
}
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not all((DATA / file).exists() for file in FILES.values()),
        reason=f"no real data in {DATA} (HOTLINE_SHARED_DATA names its folder)",
    ),
]


class Brought(NamedTuple):
    """What became of each file, and why rows were refused."""

    reports: dict[str, ImportReport]
    reasons: Counter[str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def brought(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Brought:
    """All four files, once."""
    rejects = tmp_path_factory.mktemp("rejects") / "letters.csv"
    reports = {
        name: await import_cases(office, DATA / file, read_map(name), rejects=rejects, now=NOW)
        for name, file in FILES.items()
    }
    lines = rejects.read_text("utf-8-sig").splitlines()
    reasons = ("缺少来件时间", "有答复而缺少答复时间", "早于来件时间")
    return Brought(
        reports, Counter(reason for line in lines for reason in reasons if reason in line)
    )


async def test_every_possible_row_comes_in(brought: Brought) -> None:
    reports = brought.reports
    counts = {name: (one.read, one.imported, one.rejected) for name, one in reports.items()}
    assert counts == {
        "board_labelled": (969, 969, 0),
        "board_messages": (4326, 4326, 0),
        "board_replies": (2816, 2816, 0),
        "mailbox_letters": (1179, 1165, 14),
    }
    # Nine without the day of the letter, one without that of the reply, four answered before.
    assert brought.reasons == {"缺少来件时间": 9, "有答复而缺少答复时间": 1, "早于来件时间": 4}


async def test_the_shares_answered_in_5_10_15_working_days_by_our_own_figures(
    office: Office, brought: Brought
) -> None:
    assert brought.reports["board_replies"].units == ["（导入）承办单位未注明"]
    async with office.pool.acquire() as connection:
        found = await figures(
            connection,
            SUPERVISOR,
            rulebook=await office.rulebook(),
            now=NOW,
            from_on=date(2010, 1, 1),
            to_on=date(2026, 3, 9),
            unit_id=await connection.fetchval(
                "select id from unit where name = '（导入）承办单位未注明'"
            ),
        )
    total = found.total
    # Six letters of the mailbox name no unit either.
    assert total.answered == total.closed == 2822
    shares = (total.answered_5_rate, total.answered_10_rate, total.answered_15_rate)
    assert shares == pytest.approx((0.38, 0.62, 0.75), abs=0.01)
    assert total.on_time + total.late == 2822


async def test_departments_are_few_units_with_their_figures(
    office: Office, brought: Brought
) -> None:
    # 193 spellings, of which some name two departments and one none.
    made = brought.reports["mailbox_letters"].units
    assert 120 <= len(made) <= 140
    assert len(set(made)) == len(made)
    async with office.pool.acquire() as connection:
        found = await figures(
            connection,
            SUPERVISOR,
            rulebook=await office.rulebook(),
            now=NOW,
            from_on=date(2010, 1, 1),
            to_on=date(2026, 3, 9),
        )
    assert sum(line.closed for line in found.units) == 2816 + 1165
    assert found.total.opened == 969 + 4326 + 2816 + 1165


async def test_queues_and_search_show_them(office: Office, brought: Brought) -> None:
    async with office.pool.acquire() as connection:
        waiting = await queue(connection, DISPATCHER, "to_dispatch", now=NOW)
        assert len(waiting.rows) == 50
        words = await connection.fetchval(
            "select substring(content from '[一-龥]{6}') from \"case\""
            " where source = '留言板·已答复' and content ~ '[一-龥]{6}' order by id limit 1"
        )
        hits = await search(connection, SUPERVISOR, words)
        assert hits.rows


async def test_a_second_run_finds_everything_there(office: Office, brought: Brought) -> None:
    for name, file in FILES.items():
        report = await import_cases(office, DATA / file, read_map(name), now=NOW)
        assert (report.imported, report.units) == (0, [])
        assert report.already == brought.reports[name].imported


async def test_their_histories_are_chained_and_nobody_was_told(
    office: Office, brought: Brought
) -> None:
    verdict = await verify(office.pool, most=500)
    assert (verdict.cases, verdict.broken) == (500, ())
    assert await office.pool.fetchval("select count(*) from message") == 0
    assert await office.pool.fetchval("select count(*) from clock where ring_at is not null") == 0
