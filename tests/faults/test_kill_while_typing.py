"""kill -9 of PostgreSQL while somebody types: what the page called kept is there afterwards, and it
says so while nothing can be kept."""

import asyncio
import re

import asyncpg
import pytest
from playwright.async_api import expect

from tests.browser.running import missing, running_browser, visit
from tests.faults.conftest import Town, until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(150),
    pytest.mark.skipif(bool(missing()), reason=missing() or "Chromium is there"),
]

DATABASE = "bin/postgres -D"
KEPT, NOT_KEPT = "草稿已保存", "草稿没有保存上"


async def kept_in(town: Town) -> str:
    """The note of the draft as the database has it."""
    connection = await asyncpg.connect(town.urls()["database_url"])
    try:
        found: str | None = await connection.fetchval(
            "select payload -> 'note' ->> 0 from draft where subject = 'handover'"
        )
    finally:
        await connection.close()
    return found or ""


async def test_what_was_called_kept_is_there_and_what_was_not_is_said(town: Town) -> None:
    async with running_browser() as browser:
        agent = await visit(browser, town.address, "huawu1")
        await agent.go("/console/handover")
        note, state = agent.page.locator("#handover-text"), agent.page.locator(".draft-state")
        await note.press_sequentially("陈女士会再来电", delay=20)
        await expect(state).to_contain_text(KEPT, timeout=10_000)

        over = asyncio.Event()
        killing = asyncio.create_task(kill_again_and_again(town, over))
        await asyncio.sleep(0.2)
        await note.press_sequentially("，请转柳桥街道", delay=20)
        # As an alert, for who does not look there.
        await expect(agent.page.locator(".draft-state[role=alert]")).to_contain_text(
            NOT_KEPT, timeout=20_000
        )
        over.set()
        assert await killing >= 1
        assert await until(town, seconds=20), town.log.read_text()[-3000:]
        # What was acknowledged before the first kill has survived it.
        assert (await kept_in(town)).startswith("陈女士会再来电")

        # The page tries again by itself and says when it has succeeded.
        await expect(state).to_have_text(re.compile(KEPT), timeout=30_000)
        await expect(agent.page.locator(".draft-state[role=alert]")).to_have_count(0)
        assert await kept_in(town) == "陈女士会再来电，请转柳桥街道"
        town.kill(DATABASE)
        assert await until(town, seconds=20), town.log.read_text()[-3000:]
        elsewhere = await visit(browser, town.address, "huawu1")
        await elsewhere.go("/console/handover")
        await expect(elsewhere.page.locator("#handover-text")).to_have_value(
            "陈女士会再来电，请转柳桥街道"
        )


async def kill_again_and_again(town: Town, over: asyncio.Event) -> int:
    """Leave no database standing for long; gives how often one was killed."""
    killed = 0
    while not over.is_set():
        killed += town.kill(DATABASE)
        await asyncio.sleep(0.1)
    return killed
