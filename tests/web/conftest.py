"""The application in this process, on a database with the invented people of `tests.makers`."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import httpx
import pytest_asyncio
from litestar import Litestar

from dispatch.office import Office, open_office
from dispatch.sign_in import digest_of, hash_password
from hotline.numbers import new_secret_token
from hotline.people import Actor
from hotline.settings import settings_from
from tests.seeding import seed
from web.app import create_app, furnished
from web.identity import COOKIE

PASSWORD = "云州-12345-测试"

ClientAs = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(database_url: str, redis_url: str) -> AsyncIterator[Office]:
    """An office on this module's empty database; everybody has the same password."""
    settings = replace(settings_from({}), database_url=database_url, redis_url=redis_url)
    async with open_office(settings) as opened:
        await seed(opened.pool)
        await opened.pool.execute("update staff set password_hash = $1", hash_password(PASSWORD))
        opened.reference.forget()
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(office: Office) -> AsyncIterator[Litestar]:
    """The application with that office."""
    application = create_app(office.settings)
    async with furnished(application, office):
        yield application


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client_as(app: Litestar, office: Office) -> AsyncIterator[ClientAs]:
    """`await client_as(AGENT)`: a browser in which this person is signed in; without, nobody is.

    The forms' token goes along by itself, as htmx sends it; `csrf=False` leaves it out.
    """
    opened: list[httpx.AsyncClient] = []

    async def client(actor: Actor | None = None, *, csrf: bool = True) -> httpx.AsyncClient:
        browser = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
            base_url="http://hotline.test",
        )
        opened.append(browser)
        if actor is not None:
            token = new_secret_token()
            await office.pool.execute(
                "insert into session (digest, staff_id, expires_at)"
                " values ($1, $2, now() + interval '1 hour')",
                digest_of(token),
                actor.staff_id,
            )
            browser.cookies.set(COOKIE, token)
            if csrf:
                browser.headers["x-csrf-token"] = csrf_in((await browser.get("/me")).text)
        return browser

    yield client
    for browser in opened:
        await browser.aclose()


def csrf_in(html: str) -> str:
    """The forms' token of a page."""
    found = re.search(r'name="_csrf" value="([0-9a-f]+)"', html)
    assert found, "no form of this page carries a token"
    return found[1]
