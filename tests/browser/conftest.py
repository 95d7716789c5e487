"""One program and one browser for all of them; each test opens windows of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.running import Visitor, missing, running_browser, running_program, visit

Open = Callable[..., Awaitable[Visitor]]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = missing()
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def program() -> Iterator[str]:
    """The address of the running program."""
    with running_program() as address:
        yield address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def open_window(browser: Browser, program: str) -> AsyncIterator[Open]:
    """`await open_window("paidan1")`: that person's own browser; without a name, nobody's.

    No window may have seen an error of a script or of the console.
    """
    opened: list[Visitor] = []

    async def new(name: str = "", **given: Any) -> Visitor:
        visitor = await visit(browser, program, name, **given)
        opened.append(visitor)
        return visitor

    yield new
    troubles = [trouble for visitor in opened for trouble in visitor.troubles]
    for visitor in opened:
        await visitor.context.close()
    assert not troubles
