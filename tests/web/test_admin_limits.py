"""期限调整 on the screen: listed, typed, previewed, confirmed, taken back."""

import re
from datetime import timedelta

import httpx
import pytest

from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from dispatch.registry import limits
from hotline.calendar import in_shanghai
from hotline.people import Actor, Role
from hotline.procedures import PROCEDURES
from tests.makers import AGENT, CENTRE, DISPATCHER, REQUEST, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs

BASIS = "云州市人民政府令第12号 第三条（演示）"


def form(days: int = 0, **changes: str) -> dict[str, str]:
    on = in_shanghai(clock()).date() + timedelta(days=days)
    return {
        "kind": "citizen", "clock": "handle", "branch": "urgency=normal", "amount": "9",
        "unit": "wd", "valid_from": on.isoformat(), "basis": BASIS, **changes,
    }  # fmt: skip


@pytest.fixture
async def admin(office: Office, client_as: ClientAs) -> httpx.AsyncClient:
    staff_id = await office.pool.fetchval(
        "insert into staff (sign_in, name, unit_id, roles) values ($1, '管理员老吴', $2, $3)"
        " on conflict (sign_in) do update set active = true returning id",
        "limits-admin",
        CENTRE,
        [Role.ADMIN],
    )
    return await client_as(Actor("管理员老吴", frozenset({Role.ADMIN}), staff_id, CENTRE))


async def handled(office: Office) -> str:
    now = clock()
    number = (await open_case(office, actor=AGENT, inputs=REQUEST, now=now)).case.number
    await perform(
        office, number, "dispatch", actor=DISPATCHER, inputs={"lead_unit": "SWJ"}, now=now
    )
    return number


@pytest.mark.parametrize("kind", PROCEDURES)
async def test_every_clock_of_every_kind_stands_with_its_limit_and_basis(
    admin: httpx.AsyncClient, kind: str
) -> None:
    page = (await admin.get(f"/admin/limits?kind={kind}")).text
    for rule in PROCEDURES[kind].clocks:
        assert rule.label in page
    for path in re.findall(r'href="(/admin/limits/new\?[^"]+)"', page):
        answer = await admin.get(path.replace("&amp;", "&"))
        assert (answer.status_code, "新的期限" in answer.text) == (200, True)


async def test_the_form_begins_with_the_unit_of_its_branch(admin: httpx.AsyncClient) -> None:
    for branch, unit in (("normal", "wd"), ("danger", "h")):
        page = await admin.get(
            f"/admin/limits/new?kind=citizen&clock=handle&branch=urgency%3D{branch}"
        )
        assert re.search(rf'<option value="{unit}" selected>', page.text)


@pytest.mark.parametrize("query", ["", "?kind=nonsense", "?kind=citizen&clock=nonsense&branch=x"])
async def test_an_address_that_names_nothing_gives_a_form_to_choose_from(
    admin: httpx.AsyncClient, query: str
) -> None:
    answer = await admin.get(f"/admin/limits/new{query}")
    assert (answer.status_code, 'name="clock"' in answer.text) == (200, True)


@pytest.mark.parametrize("actor", [AGENT, DISPATCHER, SUPERVISOR, WATER_CLERK])
async def test_nobody_but_the_administrator_comes_near_it(
    client_as: ClientAs, office: Office, actor: Actor
) -> None:
    browser = await client_as(actor)
    for path in ("/admin/limits", "/admin/limits/new"):
        assert (await browser.get(path)).status_code == 403
    for path in ("/admin/limits", "/admin/limits/preview", "/admin/limits/1/take-back"):
        assert (await browser.post(path, data=form())).status_code == 403
    assert await limits.changes(office.pool) == []


async def test_wrong_input_comes_back_beside_what_was_typed(admin: httpx.AsyncClient) -> None:
    wrong = form(-1, amount="0", basis="")
    for path in ("/admin/limits/preview", "/admin/limits"):
        answer = await admin.post(path, data=wrong)
        assert answer.status_code == 422
        for sentence in ("应大于 0", "不能早于今天", "“依据”不能为空"):
            assert sentence in answer.text
        assert f'value="{wrong["valid_from"]}"' in answer.text


async def test_a_change_is_previewed_confirmed_announced_and_taken_back(
    admin: httpx.AsyncClient, client_as: ClientAs, office: Office
) -> None:
    number = await handled(office)
    filled = form(3, follows="1")
    preview = await admin.post("/admin/limits/preview", data=filled)
    assert preview.status_code == 200
    assert number in preview.text
    assert "还没有写入任何内容" in preview.text
    assert await limits.changes(office.pool) == []
    back = await admin.post("/admin/limits/preview", data={**filled, "back": "1"})
    assert 'value="9"' in back.text
    assert re.search(r'name="follows" value="1" checked', back.text)

    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', preview.text))
    assert {name: hidden[name] for name in filled} == filled
    answer = await admin.post("/admin/limits", data=filled)
    assert answer.headers["location"] == "/admin/limits?kind=citizen"
    page = (await admin.get("/admin/limits?kind=citizen")).text
    assert "9个工作日" in page
    assert f"自{filled['valid_from']}起" in page
    assert "施行当日变更" in page
    twin = await admin.post("/admin/limits", data=filled)
    assert (twin.status_code, "重复" in twin.text) == (422, True)

    # Who owes the clock reads what is to come beside what is in force.
    clerk = await client_as(WATER_CLERK)
    case = (await clerk.get(f"/cases/{number}")).text
    paths = re.findall(rf'href="(/cases/{number}/clocks/\d+)"', case)
    told = "".join([(await clerk.get(path)).text for path in paths])
    assert "5个工作日" in told
    assert "9个工作日" in told
    assert BASIS in told

    (change,) = await limits.changes(office.pool)
    answer = await admin.post(f"/admin/limits/{change.id}/take-back")
    assert answer.status_code == 303
    page = (await admin.get("/admin/limits?kind=citizen")).text
    assert "已撤回" in page
    again = await admin.post(f"/admin/limits/{change.id}/take-back")
    assert (again.status_code, "已经撤回" in again.text) == (409, True)
    assert "期限调整" in (await admin.get("/admin/changes?subject=期限调整")).text
