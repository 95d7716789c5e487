"""An office with its database, and the invented people of `tests.makers` in it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from dispatch.office import Office, open_office
from hotline.settings import settings_from
from tests.seeding import seed


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(database_url: str, redis_url: str) -> AsyncIterator[Office]:
    """An office on this module's empty database, seeded with units, people and the catalogue."""
    settings = replace(settings_from({}), database_url=database_url, redis_url=redis_url)
    async with open_office(settings) as opened:
        await seed(opened.pool)
        opened.reference.forget()
        yield opened
