"""Changing one's own password: who may, what is refused beside its field, and what ends with it."""

import httpx
import pytest

from dispatch.office import Office
from dispatch.sign_in import LOCK_AFTER
from tests.makers import AGENT, DISPATCHER, REVIEWER
from tests.web.conftest import PASSWORD, ClientAs

NEW = "Kwmt-Rdxp-4827"


async def change(
    browser: httpx.AsyncClient, old: str = PASSWORD, new: str = NEW, again: str | None = None
) -> httpx.Response:
    form = {"old_password": old, "password": new, "again": new if again is None else again}
    return await browser.post("/me/password", data=form)


async def signs_in(client_as: ClientAs, staff_id: int | None, password: str) -> bool:
    form = {"name": f"staff{staff_id}", "password": password}
    return (await (await client_as()).post("/login", data=form)).status_code == 303


async def test_the_new_one_opens_the_door_and_other_browsers_are_out(
    client_as: ClientAs, office: Office
) -> None:
    here, elsewhere = await client_as(AGENT), await client_as(AGENT)
    assert "修改密码" in (await here.get("/me")).text
    changed = await change(here)
    assert (changed.status_code, changed.headers["location"]) == (303, "/me")
    assert (await here.get("/me")).status_code == 200
    sessions = "select count(*) from session where staff_id = $1"
    assert await office.pool.fetchval(sessions, AGENT.staff_id) == 1
    assert elsewhere is not here
    assert await signs_in(client_as, AGENT.staff_id, NEW)
    assert not await signs_in(client_as, AGENT.staff_id, PASSWORD)
    noted = await office.pool.fetchrow("select action, before, after from admin_change")
    assert noted is not None and tuple(noted) == ("修改本人密码", "", "")


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("", NEW, NEW, "old_password"),
        (PASSWORD, "", "", "password"),
        (PASSWORD, "Kw-4827", "Kw-4827", "password"),
        (PASSWORD, "kwmtrdxp4827", "kwmtrdxp4827", "password"),
        (
            PASSWORD,
            f"A-staff{DISPATCHER.staff_id}-9",
            f"A-staff{DISPATCHER.staff_id}-9",
            "password",
        ),
        (PASSWORD, NEW, "Kwmt-Rdxp-4828", "again"),
        ("Not-The-Old-1", NEW, NEW, "old_password"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_sent_back(
    client_as: ClientAs, old: str, new: str, again: str, field: str
) -> None:
    refused = await change(await client_as(DISPATCHER), old, new, again)
    assert refused.status_code == 422
    assert f'id="{field}-wrong"' in refused.text
    assert not [typed for typed in (old, new, again) if len(typed) > 9 and typed in refused.text]
    assert await signs_in(client_as, DISPATCHER.staff_id, PASSWORD)


async def test_guessing_the_old_one_locks_as_guessing_at_the_door_does(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(REVIEWER)
    for _ in range(LOCK_AFTER):
        assert (await change(browser, old="Wrong-Guess-1")).status_code == 422
    assert (await change(browser)).status_code == 422
    assert not await signs_in(client_as, REVIEWER.staff_id, PASSWORD)
    await office.pool.execute(
        "update staff set locked_until = null where id = $1", REVIEWER.staff_id
    )


async def test_a_demonstration_account_keeps_its_published_password(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(DISPATCHER)
    await office.pool.execute("update staff set demo = true where id = $1", DISPATCHER.staff_id)
    try:
        page = await browser.get("/me/password")
        assert "演示账号" in page.text and 'name="old_password"' not in page.text
        refused = await change(browser)
        assert refused.status_code == 403 and "演示账号" in refused.text
    finally:
        await office.pool.execute(
            "update staff set demo = false where id = $1", DISPATCHER.staff_id
        )


async def test_it_is_for_who_is_signed_in(client_as: ClientAs) -> None:
    answer = await (await client_as()).get("/me/password")
    assert answer.headers["location"] == "/login?next=%2Fme%2Fpassword"
