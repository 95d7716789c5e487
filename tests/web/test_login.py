"""Signing in and out: who gets in, who waits, and what a forged form meets."""

import time

import httpx
from litestar import Litestar

from dispatch.office import Office
from dispatch.sign_in import LOCK_AFTER, digest_of
from hotline.numbers import new_secret_token
from tests.makers import AGENT, DISPATCHER, REVIEWER
from tests.web.conftest import PASSWORD, ClientAs, csrf_in
from web.identity import COOKIE
from web.login import MISTAKES_AT_ONCE


async def sign_in(
    browser: httpx.AsyncClient, staff_id: int | None, password: str = PASSWORD, next_page: str = ""
) -> httpx.Response:
    form = {"name": f"staff{staff_id}", "password": password, "next": next_page}
    return await browser.post("/login", data=form)


async def test_who_is_not_signed_in_is_sent_to_the_sign_in_page_and_back(
    client_as: ClientAs,
) -> None:
    browser = await client_as()
    answer = await browser.get("/console?phone=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fconsole%3Fphone%3D1"
    page = await browser.get(answer.headers["location"])
    assert 'value="/console?phone=1"' in page.text
    answer = await sign_in(browser, AGENT.staff_id, next_page="/console?phone=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console?phone=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert AGENT.name in (await browser.get("/me")).text


async def test_nobody_is_sent_to_another_site_after_signing_in(client_as: ClientAs) -> None:
    browser = await client_as()
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = await sign_in(browser, AGENT.staff_id, next_page=elsewhere)
        assert answer.headers["location"] == "/"


async def test_the_wrong_password_and_an_unknown_name_read_the_same(client_as: ClientAs) -> None:
    browser = await client_as()
    wrong = await sign_in(browser, AGENT.staff_id, "不对")
    unknown = await sign_in(browser, 999_999, "不对")
    assert wrong.status_code == unknown.status_code == 403
    assert "登录名或密码不正确" in wrong.text
    assert wrong.text.replace(f"staff{AGENT.staff_id}", "staff999999") == unknown.text
    assert COOKIE not in browser.cookies


async def test_five_wrong_passwords_lock_and_the_lock_ends_by_itself(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as()
    for _ in range(LOCK_AFTER):
        await sign_in(browser, REVIEWER.staff_id, "不对")
    assert (await sign_in(browser, REVIEWER.staff_id)).status_code == 403
    await office.pool.execute(
        "update staff set locked_until = now() - interval '1 second' where id = $1",
        REVIEWER.staff_id,
    )
    assert (await sign_in(browser, REVIEWER.staff_id)).status_code == 303


async def test_a_cookie_that_somebody_chose_is_never_adopted(client_as: ClientAs) -> None:
    browser = await client_as()
    browser.cookies.set(COOKIE, "chosen-by-an-attacker")
    await sign_in(browser, AGENT.staff_id)
    assert "chosen-by-an-attacker" not in {
        cookie.value for cookie in browser.cookies.jar if cookie.domain == "hotline.test"
    }


async def test_signing_out_ends_the_session_itself(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    token = browser.cookies[COOKIE]
    assert (await browser.post("/logout")).headers["location"] == "/login"
    browser.cookies.set(COOKIE, token)
    assert (await browser.get("/me")).status_code == 303


async def test_a_form_from_elsewhere_is_refused(client_as: ClientAs) -> None:
    browser = await client_as(AGENT, csrf=False)
    assert (await browser.post("/logout")).status_code == 403
    assert (await browser.post("/logout", data={"_csrf": "0" * 64})).status_code == 403
    token = csrf_in((await browser.get("/me")).text)
    foreign = {"sec-fetch-site": "cross-site"}
    assert (
        await browser.post("/logout", data={"_csrf": token}, headers=foreign)
    ).status_code == 403
    assert (await browser.post("/logout", data={"_csrf": token})).status_code == 303


async def test_an_idle_or_old_session_is_over(client_as: ClientAs, office: Office) -> None:
    for column, moment in (
        ("seen_at", "now() - interval '31 minutes'"),
        ("expires_at", "now() - interval '1 second'"),
    ):
        token = new_secret_token()
        await office.pool.execute(
            "insert into session (digest, staff_id, expires_at)"
            " values ($1, $2, now() + interval '1 hour')",
            digest_of(token),
            DISPATCHER.staff_id,
        )
        await office.pool.execute(
            f"update session set {column} = {moment} where digest = $1", digest_of(token)
        )
        browser = await client_as()
        browser.cookies.set(COOKIE, token)
        assert (await browser.get("/me")).status_code == 303


async def test_a_token_acts_for_its_person_until_it_is_revoked(
    client_as: ClientAs, office: Office
) -> None:
    token = new_secret_token()
    await office.pool.execute(
        "insert into token (digest, staff_id) values ($1, $2)", digest_of(token), AGENT.staff_id
    )
    caller = await client_as()
    caller.headers["authorization"] = f"Bearer {token}"
    assert AGENT.name in (await caller.get("/me")).text
    await office.pool.execute("update token set revoked_at = now()")
    caller.headers["authorization"] = "Bearer unknown"
    assert (await caller.get("/me")).status_code == 303


async def test_a_demonstration_account_needs_a_demonstration(
    client_as: ClientAs, office: Office
) -> None:
    await office.pool.execute("update staff set demo = true where id = $1", DISPATCHER.staff_id)
    browser = await client_as()
    assert office.settings.demo_passwords
    assert (await sign_in(browser, DISPATCHER.staff_id)).status_code == 303
    from dataclasses import replace

    public = replace(office.settings, host="0.0.0.0")
    original, office.settings = office.settings, public
    try:
        assert (await sign_in(browser, DISPATCHER.staff_id)).status_code == 403
    finally:
        office.settings = original


async def test_who_tries_many_names_from_one_address_has_to_wait(
    client_as: ClientAs, app: Litestar
) -> None:
    app.state.pop("sign_in_tries", None)
    try:
        browser = await client_as()
        # Who is right uses nothing up.
        for _ in range(3):
            assert (await sign_in(browser, AGENT.staff_id)).status_code == 303
        tries = app.state.sign_in_tries
        for _ in range(MISTAKES_AT_ONCE):
            tries.take("127.0.0.1", at=time.monotonic())
        refused = await sign_in(browser, AGENT.staff_id)
        assert refused.status_code == 429 and "请稍后再试" in refused.text
        elsewhere = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=("203.0.113.9", 1)),
            base_url="http://hotline.test",
        )
        async with elsewhere:
            assert (await sign_in(elsewhere, AGENT.staff_id)).status_code == 303
    finally:
        app.state.pop("sign_in_tries", None)
