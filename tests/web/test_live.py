"""Live updates: the stream says that something changed, to whoever should look again."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from litestar.response import ServerSentEventMessage
from structlog.testing import capture_logs

from dispatch.hub import Hub, Listener, open_hub
from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from tests.makers import AGENT, CITY_CLERK, REQUEST
from tests.web.conftest import ClientAs
from web import live


@pytest_asyncio.fixture(loop_scope="session")
async def hub(office: Office) -> AsyncIterator[Hub]:
    async with open_hub(office.settings.database_url or "") as opened:
        async with opened.listener() as first:
            # Connected: everybody is told to look.
            assert await first.changed(within=5)
        yield opened


async def test_a_case_that_changes_is_heard_by_its_page_and_by_the_lists(
    hub: Hub, office: Office
) -> None:
    number = (await open_case(office, actor=AGENT, inputs=REQUEST, now=clock())).case.number
    async with hub.listener() as lists, hub.listener("2603090000017") as another:
        # The opening itself was rung too.
        assert await lists.changed(within=5)
        async with hub.listener(number) as page:
            await perform(
                office,
                number,
                "supplement",
                actor=AGENT,
                inputs={"note": "又来电"},
                now=clock(),
            )
            assert await page.changed(within=5)
            assert await lists.changed(within=5)
        assert not await another.changed(within=0.1)


async def test_who_is_busy_hears_once_of_many_changes() -> None:
    listener = Listener(None)
    for _ in range(1000):
        listener.tell(frozenset({"2603090000017"}))
    assert await listener.changed(within=0.1)
    assert not await listener.changed(within=0.05)


async def test_a_lost_connection_is_made_again_and_everybody_looks(
    hub: Hub, office: Office
) -> None:
    async with hub.listener("2603090000017") as listener:
        await office.pool.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query ilike 'listen%' and pid <> pg_backend_pid()"
        )
        assert await listener.changed(within=5)


async def test_a_database_that_stays_away_is_said_once_and_so_is_its_return(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.hub.AGAIN_SECONDS", (0.0, 0.0))
    away, tries, connect = True, 0, asyncpg.connect

    async def connect_or_not(url: str) -> asyncpg.Connection:
        nonlocal tries
        tries += 1
        if away:
            raise ConnectionRefusedError
        return await connect(url)

    monkeypatch.setattr("dispatch.hub.asyncpg.connect", connect_or_not)
    with capture_logs() as said:
        async with open_hub(office.settings.database_url or "") as hub, hub.listener() as screen:
            assert not await screen.changed(within=0.1)
            assert tries > 5
            away = False
            assert await screen.changed(within=5)
    events = [line["event"] for line in said]
    assert events == ["hub: lost the database", "hub: the database is back"]


async def test_the_stream_pings_while_nothing_happens_and_tells_what_does(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PING_SECONDS", 0.05)
    monkeypatch.setattr(live, "CALM_SECONDS", 0.0)
    monkeypatch.setattr(live, "STREAM_SECONDS", 0.6)
    seen: list[ServerSentEventMessage] = []
    async for message in live._changes(hub, "2603090000017"):
        seen.append(message)
        if len(seen) == 2:
            hub._tell(frozenset({"2603090000017"}))
        await asyncio.sleep(0)
    assert seen[0].comment == "open"
    assert [m.event for m in seen if m.event] == ["case"]
    assert sum(m.comment == "ping" for m in seen) >= 3


async def test_the_stream_is_for_who_is_signed_in(client_as: ClientAs) -> None:
    browser = await client_as()
    answer = await browser.get("/live")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Flive")


async def test_nobody_hears_that_a_foreign_case_moves(client_as: ClientAs, office: Office) -> None:
    number = (await open_case(office, actor=AGENT, inputs=REQUEST, now=clock())).case.number
    browser = await client_as(CITY_CLERK)
    for watched in (number, "2603090000017"):
        assert (await browser.get(f"/live?case={watched}")).status_code == 404
