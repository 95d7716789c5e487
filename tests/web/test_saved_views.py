"""Saved views, and who else has a case open, as people see them."""

import re

import pytest

from dispatch.office import Office, clock
from dispatch.presence import look_in
from hotline.calendar import in_shanghai
from hotline.desk_tables import MOST_VIEWS
from tests.makers import CITY_CLERK, DISPATCHER, REVIEWER, SECRETARY, SUPERVISOR
from tests.web.conftest import ClientAs
from tests.web.test_desk import opened


async def test_a_view_is_a_tab_and_may_open_the_page(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(DISPATCHER)
    narrowed = "/desk?queue=at_risk&unit=CGJ"
    saved = await browser.post(
        "/views", data={"address": f"{narrowed}&after=abc&tick=1", "name": "城管局临期"}
    )
    assert (saved.status_code, saved.headers["location"]) == (303, narrowed)
    html = (await browser.get(narrowed)).text
    assert re.search(
        r'<a href="/desk\?queue=at_risk&amp;unit=CGJ" aria-current="page">城管局临期', html
    )
    assert (await browser.get("/desk")).status_code == 200

    view = re.search(r'action="/views/(\d+)/opens"', html)
    assert view
    await browser.post(f"/views/{view[1]}/opens")
    start = await browser.get("/desk")
    assert (start.status_code, start.headers["location"]) == (303, narrowed)
    # What was asked for, and a list that renews itself, is what it is.
    assert (await browser.get("/desk?queue=to_dispatch")).status_code == 200
    assert (await browser.get("/desk", headers={"hx-request": "true"})).status_code == 200

    # Nobody else has it, changes it or removes it.
    other = await client_as(SUPERVISOR)
    assert ">城管局临期" not in (await other.get("/oversight")).text
    assert (await other.post(f"/views/{view[1]}/remove")).status_code == 404
    assert (await other.post(f"/views/{view[1]}/opens")).status_code == 404
    assert (await browser.post(f"/views/{view[1]}/remove")).status_code == 303
    assert (await browser.get("/desk")).status_code == 200


async def test_the_same_name_takes_the_old_ones_place(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(REVIEWER)
    for queue in ("to_review", "to_end"):
        await browser.post("/views", data={"address": f"/desk?queue={queue}", "name": "每日先看"})
    html = (await browser.get("/desk?queue=to_end")).text
    assert (
        html.count(">每日先看") == 1
        and 'href="/desk?queue=to_end" aria-current="page">每日先看' in html
    )


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/admin", "管理"),
        ("//evil.example/desk", "外站"),
        ("https://evil.example/desk", "外站"),
        ("/desk?queue=to_review", ""),
        ("/desk?queue=to_review", "字" * 21),
        # Nobody's number is kept in a view.
        ("/search?q=13812345678", "某人"),
        (f"/search?q={'长' * 200}", "太长"),
    ],
)
async def test_what_is_no_view_is_refused(client_as: ClientAs, address: str, name: str) -> None:
    browser = await client_as(REVIEWER)
    assert (
        await browser.post("/views", data={"address": address, "name": name})
    ).status_code == 422


async def test_nobody_keeps_more_than_twenty(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(SUPERVISOR)
    for n in range(MOST_VIEWS):
        answer = await browser.post(
            "/views", data={"address": f"/oversight?queue=at_risk&q={n}", "name": f"视图{n}"}
        )
        assert answer.status_code == 303
    full = await browser.post("/views", data={"address": "/oversight?queue=all", "name": "再一个"})
    assert full.status_code == 422 and "最多保存20个视图" in full.text
    again = await browser.post("/views", data={"address": "/oversight?queue=all", "name": "视图3"})
    assert again.status_code == 303


async def test_the_page_says_who_else_has_the_case_open(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    await look_in(office.pool, DISPATCHER, number, now=clock())
    path = f"/cases/{number}/people"
    assert "派单员老周也打开着本件（刚刚）" in (await (await client_as(REVIEWER)).get(path)).text
    assert "派单员老周" not in (await (await client_as(DISPATCHER)).get(path)).text
    assert "派单员老周" not in (await (await client_as(CITY_CLERK)).get(path)).text
    assert f'hx-get="{path}"' in (await (await client_as(REVIEWER)).get(f"/cases/{number}")).text


async def test_a_unit_and_a_register_have_views_of_their_own(client_as: ClientAs) -> None:
    clerk = await client_as(CITY_CLERK)
    saved = await clerk.post(
        "/views", data={"address": "/portal?queue=in_hand&urgency=danger", "name": "在办紧急"}
    )
    there = saved.headers["location"]
    assert 'aria-current="page">在办紧急' in (await clerk.get(there)).text

    browser = await client_as(SECRETARY)
    today = in_shanghai(clock()).date()
    usual = f"from={today.year}-01-01&to={today}"
    shown = (await browser.get(f"/ledger/leader?{usual}&state=open")).text
    # Of this year up to today: tomorrow it reaches to tomorrow.
    address = re.search(r'name="address" value="([^"]+)"', shown)
    assert address and address[1] == "/ledger/leader?state=open"
    data = {"address": address[1], "name": "天天看", "opens": "1"}
    assert (await browser.post("/views", data=data)).status_code == 303
    start = await browser.get("/ledger/leader")
    assert (start.status_code, start.headers["location"]) == (303, address[1])
    assert 'aria-current="page">天天看' in (await browser.get(address[1])).text
    # Each register has its own, and days that were asked for stay.
    assert ">天天看" not in (await browser.get("/ledger/citizen?state=open")).text
    dated = (await browser.get("/ledger/leader?from=2026-03-01&to=2026-03-09")).text
    assert "/ledger/leader?from=2026-03-01&amp;to=2026-03-09" in dated
    view = re.search(r'action="/views/(\d+)/opens"', (await browser.get(address[1])).text)
    assert view
    await browser.post(f"/views/{view[1]}/opens", data={"opens": "0"})
    assert (await browser.get("/ledger/leader")).status_code == 200
