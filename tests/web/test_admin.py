"""The administration's pages: who opens which, what a form keeps, what a change shows."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from dispatch.office import Office
from hotline.people import Actor, Role
from tests.makers import AGENT, CENTRE, HEDONG, TRANSPORT, WATER, WATER_CLERK
from tests.web.conftest import PASSWORD, ClientAs

PAGES: dict[str, set[Role]] = {
    "/admin/units": {Role.ADMIN},
    "/admin/units/new": {Role.ADMIN},
    f"/admin/units/{WATER}": {Role.ADMIN},
    "/admin/staff": {Role.ADMIN, Role.SECURITY, Role.AUDIT},
    "/admin/staff/new": {Role.ADMIN},
    f"/admin/staff/{AGENT.staff_id}": {Role.ADMIN, Role.SECURITY, Role.AUDIT},
    "/admin/categories": {Role.ADMIN},
    "/admin/categories/new?parent=01.01": {Role.ADMIN},
    "/admin/categories/01.01": {Role.ADMIN},
    "/admin/places": {Role.ADMIN},
    "/admin/places/new": {Role.ADMIN},
    "/admin/places/990101": {Role.ADMIN},
    "/admin/catalogue": {Role.ADMIN},
    "/admin/catalogue/new": {Role.ADMIN},
    "/admin/catalogue/1": {Role.ADMIN},
    "/admin/calendar": {Role.ADMIN},
    "/admin/calendar/new": {Role.ADMIN},
    "/admin/changes": {Role.ADMIN, Role.SECURITY, Role.AUDIT},
    "/admin/access": {Role.AUDIT},
}


@pytest.fixture(scope="module")
def known() -> dict[Role, Actor]:
    return {}


@pytest.fixture
async def three(office: Office, known: dict[Role, Actor]) -> dict[Role, Actor]:
    """The three administrators of this module's database."""
    for role in (Role.ADMIN, Role.SECURITY, Role.AUDIT):
        if role not in known:
            staff_id = await office.pool.fetchval(
                "insert into staff (sign_in, name, unit_id, roles, password_hash)"
                " select $1, $1, $2, $3, password_hash from staff limit 1 returning id",
                f"the-{role}",
                CENTRE,
                [role],
            )
            known[role] = Actor(f"the-{role}", frozenset({role}), staff_id, CENTRE)
    return known


@pytest.fixture
async def admin(client_as: ClientAs, three: dict[Role, Actor]) -> httpx.AsyncClient:
    return await client_as(three[Role.ADMIN])


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_opens_to_its_administrators_and_to_nobody_else(
    client_as: ClientAs, three: dict[Role, Actor], path: str
) -> None:
    for role, actor in three.items():
        answer = await (await client_as(actor)).get(path)
        assert answer.status_code == (200 if role in PAGES[path] else 403), role
    for stranger in (AGENT, WATER_CLERK):
        assert (await (await client_as(stranger)).get(path)).status_code == 403
    assert (await (await client_as()).get(path)).status_code == 303


async def test_each_administrator_begins_where_the_work_is(
    client_as: ClientAs, three: dict[Role, Actor]
) -> None:
    for role, first in (
        (Role.ADMIN, "/admin/units"),
        (Role.SECURITY, "/admin/staff"),
        (Role.AUDIT, "/admin/staff"),
    ):
        browser = await client_as(three[role])
        assert (await browser.get("/")).headers["location"] == "/admin"
        assert (await browser.get("/admin")).headers["location"] == first


async def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(
    admin: httpx.AsyncClient,
) -> None:
    page = await admin.post(
        "/admin/units",
        data={"name": "云州市气象局<b>", "code": "SWJ", "kind": "department", "parent_id": ""},
    )
    assert page.status_code == 422
    assert "云州市气象局&lt;b&gt;" in page.text and 'id="f-code-wrong"' in page.text


async def test_a_unit_is_added_changed_and_taken_out_of_use(
    admin: httpx.AsyncClient, office: Office
) -> None:
    typed = {"name": "云州市档案馆", "code": "DAG", "kind": "department", "parent_id": ""}
    added = await admin.post("/admin/units", data=typed)
    assert added.status_code == 303
    path = added.headers["location"]
    page = await admin.get(path)
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page.text)
    assert seen and "已新增单位" in page.text
    changed = {**typed, "short_name": "档案馆", "seen": seen[1]}
    assert (await admin.post(path, data=changed)).status_code == 303
    late = await admin.post(path, data={**typed, "short_name": "旧", "seen": seen[1]})
    assert late.status_code == 409
    assert "有人修改了这条记录" in late.text and 'value="旧"' in late.text
    assert (await admin.post(f"{path}/active", data={"active": "0"})).status_code == 303
    found = await admin.get("/admin/units", params={"q": "档案"})
    assert "停用" in found.text and "水务局" not in found.text
    busy = await admin.post(f"/admin/units/{HEDONG}/active", data={"active": "0"})
    assert busy.status_code == 409 and "下级单位" in busy.text


async def test_searching_the_tree_keeps_the_way_down(admin: httpx.AsyncClient) -> None:
    page = await admin.get("/admin/units", params={"q": "柳桥"})
    assert "河东区人民政府" in page.text and "共 1 个" in page.text


PERSON: dict[str, Any] = {
    "name": "小马",
    "sign_in": "xiaoma",
    "unit_id": str(WATER),
    "job_title": "",
    "roles": ["clerk"],
    "password": "",
}


async def test_a_made_password_is_shown_once_and_opens_the_door(
    admin: httpx.AsyncClient, client_as: ClientAs
) -> None:
    page = await admin.post("/admin/staff", data=PERSON)
    made = re.search(r'id="password">([^<]+)<', page.text)
    link = re.search(r'href="(/admin/staff/\d+)">已记下', page.text)
    assert page.status_code == 200 and made and link
    assert page.headers["cache-control"] == "no-store"
    assert made[1] not in (await admin.get(link[1])).text
    browser = await client_as()
    signed_in = await browser.post("/login", data={"name": "xiaoma", "password": made[1]})
    assert signed_in.status_code == 303
    again = await admin.post("/admin/staff", data=PERSON)
    assert again.status_code == 422 and 'id="f-sign_in-wrong"' in again.text


async def test_a_password_that_was_typed_does_not_come_back(admin: httpx.AsyncClient) -> None:
    page = await admin.post(
        "/admin/staff", data={**PERSON, "sign_in": "", "password": "Geheim-2026!"}
    )
    assert page.status_code == 422 and "Geheim-2026!" not in page.text
    assert re.search(r'value="clerk" checked', page.text)


async def test_closing_an_account_shuts_its_open_browser(
    admin: httpx.AsyncClient, client_as: ClientAs, app: Litestar, office: Office
) -> None:
    added = await admin.post(
        "/admin/staff", data={**PERSON, "sign_in": "likai", "password": "Likai-gone-26"}
    )
    assert added.status_code == 422 and "登录名" in added.text
    added = await admin.post(
        "/admin/staff", data={**PERSON, "sign_in": "likai", "password": "Shuiwu-2026!"}
    )
    path = added.headers["location"]
    browser = await client_as()
    await browser.post("/login", data={"name": "likai", "password": "Shuiwu-2026!"})
    assert (await browser.get("/me")).status_code == 200
    assert (await admin.post(f"{path}/active", data={"active": "0"})).status_code == 303
    # A process believes what it read for a few seconds.
    app.state.entrance._known.clear()
    assert (await browser.get("/me")).status_code == 303
    refused = await browser.post("/login", data={"name": "likai", "password": "Shuiwu-2026!"})
    assert refused.status_code == 403


async def test_administrators_roles_are_given_by_the_security_administrator_alone(
    client_as: ClientAs, three: dict[Role, Actor], admin: httpx.AsyncClient
) -> None:
    added = await admin.post(
        "/admin/staff",
        data={**PERSON, "sign_in": "beiren", "unit_id": str(CENTRE), "roles": [],
              "password": "Zhongxin-2026"},
    )  # fmt: skip
    path = added.headers["location"]
    assert 'value="security"' not in (await admin.get(path)).text
    assert (await admin.post(f"{path}/roles", data={"roles": "audit"})).status_code == 403
    security = await client_as(three[Role.SECURITY])
    both = await security.post(f"{path}/roles", data={"roles": ["admin", "audit"]})
    assert both.status_code == 422 and "三员分立" in both.text
    assert (await security.post(f"{path}/roles", data={"roles": "audit"})).status_code == 303
    page = await admin.get(path)
    assert "这个账号由安全管理员管理" in page.text and "重置密码" not in page.text
    own = f"/admin/staff/{three[Role.ADMIN].staff_id}"
    assert "这是您自己的账号" in (await admin.get(own)).text
    assert (await admin.post(f"{own}/roles", data={"roles": "agent"})).status_code == 403


async def test_a_category_is_added_under_the_next_code(admin: httpx.AsyncClient) -> None:
    form = await admin.get("/admin/categories/new", params={"parent": "01.01"})
    assert 'value="01.01.02"' in form.text
    added = await admin.post("/admin/categories", data={"code": "01.01.02", "name": "水压不足"})
    assert added.headers["location"] == "/admin/categories/01.01.02"
    assert (
        await admin.post("/admin/categories/01.01.02", data={"name": "水压低"})
    ).status_code == 303
    refused = await admin.post("/admin/categories/01.01/active", data={"active": "0"})
    assert refused.status_code == 409 and "下级分类" in refused.text
    assert "水压低" in (await admin.get("/admin/categories", params={"q": "水压"})).text
    assert (await admin.get("/admin/categories/77.77")).status_code == 404


async def test_the_try_out_says_what_a_dispatcher_would_be_told(admin: httpx.AsyncClient) -> None:
    query = {"try_category": "02.01.01", "try_place": "990101001", "try_on": "2026-03-09"}
    page = await admin.get("/admin/catalogue", params=query)
    suggested = re.findall(r"<li><strong>([^<]+)</strong>", page.text)
    assert suggested == ["河东区人民政府", "云州市城市管理局"]
    assert "属地管理（演示）" in page.text
    nothing = await admin.get("/admin/catalogue", params={**query, "try_on": "2020-01-01"})
    assert "没有在这一天有效" in nothing.text
    mistyped = await admin.get("/admin/catalogue", params={**query, "try_on": "明天"})
    assert mistyped.status_code == 200 and "按今天试算" in mistyped.text


async def test_a_line_is_added_and_ended(admin: httpx.AsyncClient) -> None:
    typed = {
        "category": "01.01.01",
        "place": "990101",
        "unit_id": str(TRANSPORT),
        "valid_from": "2026-01-01",
        "valid_until": "",
        "basis": "会议纪要（演示）",
    }
    added = await admin.post("/admin/catalogue", data=typed)
    path = added.headers["location"]
    twice = await admin.post("/admin/catalogue", data=typed)
    assert twice.status_code == 422 and "重复" in twice.text and "会议纪要（演示）" in twice.text
    early = await admin.post(f"{path}/end", data={"valid_until": "2025-01-01"})
    assert early.status_code == 422 and 'id="f-valid_until-wrong"' in early.text
    assert (await admin.post(f"{path}/end", data={"valid_until": "2026-01-31"})).status_code == 303
    assert "已终止" in (await admin.get(path)).text
    listed = {"category": "01", "unit_id": str(TRANSPORT)}
    assert "会议纪要" not in (await admin.get("/admin/catalogue", params=listed)).text
    everything = await admin.get("/admin/catalogue", params={**listed, "all": "1"})
    assert "会议纪要" in everything.text


async def test_the_history_tells_what_was_before_and_after(
    admin: httpx.AsyncClient, client_as: ClientAs, three: dict[Role, Actor]
) -> None:
    await admin.post("/admin/places/990101001", data={"name": "柳桥新街道"})
    auditor = await client_as(three[Role.AUDIT])
    page = await auditor.get("/admin/changes", params={"subject": "区划"})
    assert "<del>柳桥街道</del>" in page.text and "<ins>柳桥新街道</ins>" in page.text
    assert "单位 DAG" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "/admin/staff?q=%E2%80%AE&after=x&unit_id=x&role=king",
        "/admin/units?q=%E2%80%AE&kind=ministry",
        "/admin/catalogue?category=%01&unit_id=99999999999999999999&after=||x&place=%27",
        "/admin/changes?before=-1&subject=x",
        "/admin/categories/new?parent=%01",
    ],
)
async def test_nonsense_in_the_address_breaks_no_page(admin: httpx.AsyncClient, query: str) -> None:
    assert (await admin.get(query)).status_code == 200


async def test_a_form_without_its_token_changes_nothing(
    client_as: ClientAs, three: dict[Role, Actor], office: Office
) -> None:
    browser = await client_as(three[Role.ADMIN], csrf=False)
    answer = await browser.post("/admin/categories", data={"code": "09", "name": "外来"})
    assert answer.status_code == 403
    assert "09" not in (await office.rulebook()).categories
    assert PASSWORD not in answer.text


TWICE: dict[str, dict[str, Any]] = {
    "units": {"name": "云州市测绘院", "code": "CHY", "kind": "department", "parent_id": ""},
    "staff": {**PERSON, "name": "小测", "sign_in": "xiaoce", "password": "Yunzhou-2026!"},
    "categories": {"code": "02.07", "name": "测绘"},
    "places": {"code": "990107", "name": "测绘区"},
    "catalogue": {
        "category": "01.01.01",
        "place": "990101001",
        "unit_id": str(TRANSPORT),
        "valid_from": "2026-02-01",
        "basis": "双击（演示）",
    },
    "knowledge": {
        "title": "测绘怎么办",
        "body": "到窗口。",
        "unit_id": str(WATER),
        "valid_from": "2026-02-01",
        "review_on": "2026-08-01",
        "state": "draft",
    },
}


@pytest.mark.parametrize("register", TWICE)
async def test_a_form_that_is_sent_twice_is_done_once_and_answered_alike(
    admin: httpx.AsyncClient, office: Office, register: str
) -> None:
    form = await admin.get(f"/admin/{register}/new")
    key = re.search(r'name="idempotency_key" value="([^"]+)"', form.text)
    assert key
    before = await office.pool.fetchval("select max(id) from admin_change") or 0
    typed = {**TWICE[register], "idempotency_key": key[1]}
    pressed = (admin.post(f"/admin/{register}", data=typed) for _ in range(3))
    answers = await asyncio.gather(*pressed)
    assert [answer.status_code for answer in answers] == [303] * 3
    assert len({answer.headers["location"] for answer in answers}) == 1
    done = await office.pool.fetchval("select count(*) from admin_change where id > $1", before)
    assert done == 1
    other = await admin.post(f"/admin/{register}", data={**typed, "name": "别的", "title": "别的"})
    assert other.status_code == 409 and "已经提交过" in other.text


async def test_a_password_is_made_once_however_often_the_form_is_sent(
    admin: httpx.AsyncClient, client_as: ClientAs
) -> None:
    typed = {**PERSON, "sign_in": "xiaoma2", "idempotency_key": "made-once"}
    page = await admin.post("/admin/staff", data=typed)
    made = re.search(r'id="password">([^<]+)<', page.text)
    again = await admin.post("/admin/staff", data=typed)
    assert made and again.status_code == 303
    assert "只显示一次" in (await admin.get(again.headers["location"])).text
    browser = await client_as()
    signed_in = await browser.post("/login", data={"name": "xiaoma2", "password": made[1]})
    assert signed_in.headers["location"] == "/"


async def test_a_form_that_was_refused_may_be_sent_again_under_its_key(
    admin: httpx.AsyncClient,
) -> None:
    typed = {"name": "", "code": "QXJ2", "kind": "department", "idempotency_key": "refused-first"}
    assert (await admin.post("/admin/units", data=typed)).status_code == 422
    added = await admin.post("/admin/units", data={**typed, "name": "云州市气象台"})
    assert added.status_code == 303
