"""What a member unit sees and does: its own cases, and nobody else's."""

import re
from typing import Any

import pytest

from dispatch.office import Office
from hotline.people import Actor, Role
from tests.makers import (
    AGENT,
    CITY_CLERK,
    DISPATCHER,
    HEDONG_CLERK,
    REVIEWER,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs
from tests.web.test_desk import act, opened, replied, row_of, stage


async def dispatched(office: Office, unit: str = "SWJ", *co: str, **changes: Any) -> str:
    number = await opened(office, **changes)
    await act(office, number, "dispatch", DISPATCHER, lead_unit=unit, co_units=list(co))
    return number


async def listed(client_as: ClientAs, actor: Actor, queue: str) -> str:
    return (await (await client_as(actor)).get(f"/portal?queue={queue}")).text


@pytest.mark.parametrize("actor", [AGENT, DISPATCHER, REVIEWER, SUPERVISOR])
async def test_the_portal_is_for_units(client_as: ClientAs, actor: Actor) -> None:
    browser = await client_as(actor)
    assert (await browser.get("/portal")).status_code == 403
    assert (await browser.post("/portal/sign", data={})).status_code == 403


async def test_a_unit_never_sees_a_foreign_case(client_as: ClientAs, office: Office) -> None:
    number = await dispatched(office)
    assert f'id="row-{number}"' in await listed(client_as, WATER_CLERK, "mine")
    for queue in ("mine", "to_sign", "in_hand", "assisting", "unit_sent", "unit_closed"):
        assert number not in await listed(client_as, CITY_CLERK, queue)
    assert number not in (await (await client_as(CITY_CLERK)).get("/search?q=停水两天")).text
    unit_filter = await (await client_as(CITY_CLERK)).get("/portal?queue=unit_all&unit=SWJ")
    assert number not in unit_filter.text


async def test_the_list_of_another_role_is_no_list_of_a_unit(client_as: ClientAs) -> None:
    browser = await client_as(WATER_CLERK)
    for name in ("to_dispatch", "all", "nonsense"):
        assert (await browser.get(f"/portal?queue={name}")).status_code == 422


async def test_a_case_goes_through_the_tabs_of_its_unit(
    client_as: ClientAs, office: Office
) -> None:
    number = await dispatched(office)
    assert number in await listed(client_as, WATER_CLERK, "to_sign")
    await act(office, number, "sign", WATER_CLERK)
    assert f'id="row-{number}"' not in await listed(client_as, WATER_CLERK, "to_sign")
    assert f'id="row-{number}"' in await listed(client_as, WATER_CLERK, "in_hand")
    await act(office, number, "reply", WATER_CLERK, result="solved", reply="已恢复供水。")
    assert f'id="row-{number}"' in await listed(client_as, WATER_CLERK, "unit_sent")


async def test_ticked_cases_are_signed_each_for_itself(client_as: ClientAs, office: Office) -> None:
    """As lead, as co-unit, and one that had been signed already."""
    lead = await dispatched(office)
    helping = await dispatched(office, "CGJ", "SWJ")
    signed = await dispatched(office)
    await act(office, signed, "sign", WATER_CLERK)
    browser = await client_as(WATER_CLERK)
    html = (await browser.get("/portal")).text
    assert 'value="' + f'{lead}:2:sign"' in row_of(html, lead)
    assert f'{helping}:2:co_sign"' in row_of(html, helping)
    assert "data-tick" not in row_of(html, signed)
    answer = await browser.post(
        "/portal/sign",
        data={"pick": [f"{lead}:2:sign", f"{helping}:2:co_sign", f"{signed}:3:sign"]},
    )
    assert "共3件：2件完成，1件未办" in answer.text
    assert "本件现为“办理中”，不能“签收”" in answer.text
    assert await stage(office, lead) == "handling"


async def test_nobody_signs_for_another_unit(client_as: ClientAs, office: Office) -> None:
    number = await dispatched(office)
    browser = await client_as(CITY_CLERK)
    answer = await browser.post("/portal/sign", data={"pick": [f"{number}:2:sign"]})
    assert "没有找到，或者您无权查看" in answer.text
    assert await stage(office, number) == "dispatched"


async def test_a_unit_that_lost_the_case_loses_its_notices(
    client_as: ClientAs, office: Office
) -> None:
    number = await dispatched(office)
    assert f"{number} 已派给本单位主办" in await listed(client_as, WATER_CLERK, "mine")
    await act(office, number, "redispatch", DISPATCHER, lead_unit="CGJ", reason="属市容问题")
    after = await listed(client_as, WATER_CLERK, "mine")
    assert f"{number} 已派给本单位主办" not in after and f"/cases/{number}" not in after
    assert f"{number} 已派给本单位主办" in await listed(client_as, CITY_CLERK, "mine")


async def test_a_reminder_stands_out_among_the_notices(client_as: ClientAs, office: Office) -> None:
    number = await dispatched(office)
    await act(office, number, "remind", SUPERVISOR, note="请今日签收")
    html = await listed(client_as, WATER_CLERK, "mine")
    notice = re.search(rf"<li>((?:(?!</li>).)*{number} 被催办.*?)</li>", html, re.S)
    assert notice and "要紧" in notice[1]
    assert "催办1次" in row_of(html, number)


async def test_numbers_in_a_title_are_hidden_from_the_unit(
    client_as: ClientAs, office: Office
) -> None:
    number = await dispatched(office, title="请回电13812345678说明停水原因")
    row = row_of(await listed(client_as, WATER_CLERK, "mine"), number)
    assert "13812345678" not in row and "138****5678" in row
    desk = await (await client_as(SUPERVISOR)).get("/oversight?queue=all")
    assert "13812345678" in row_of(desk.text, number)


async def test_the_months_figures_are_those_of_the_unit(
    client_as: ClientAs, office: Office
) -> None:
    def figure(html: str, label: str) -> str:
        found = re.search(rf'figure-value">([^<]*)</span><span class="figure-label">{label}', html)
        assert found
        return found[1]

    before = await listed(client_as, HEDONG_CLERK, "mine")
    await dispatched(office, "HDQ01")
    after = await listed(client_as, HEDONG_CLERK, "mine")
    assert int(figure(after, "本月收到")) == int(figure(before, "本月收到")) + 1
    assert int(figure(after, "在办")) == int(figure(before, "在办")) + 1


async def test_an_empty_portal_says_what_comes_here(client_as: ClientAs, office: Office) -> None:
    unit = await office.pool.fetchval("select id from unit where code = 'JTJ'")
    actor = Actor(name="交通局小杜", roles=frozenset({Role.UNIT_HEAD}), staff_id=190001)
    await office.pool.execute(
        "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
        " values ($1, 'du', $2, $3, array['unit_head'])",
        actor.staff_id,
        actor.name,
        unit,
    )
    html = await listed(client_as, actor, "mine")
    assert "没有待办的工单" in html and "派给本单位的工单会自动出现在这里" in html
    assert "还没有通知" in html


async def test_htmx_gets_the_list_only(client_as: ClientAs, office: Office) -> None:
    await replied(office)
    browser = await client_as(WATER_CLERK)
    part = (await browser.get("/portal?queue=unit_sent", headers={"hx-request": "true"})).text
    assert part.strip().startswith('<section id="list"') and "<html" not in part
