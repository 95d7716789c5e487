"""Extension and stop on the screens: asked by the unit, seen and decided by the desk, explained."""

import re
from datetime import datetime, timedelta
from typing import Any

from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from hotline.calendar import SHANGHAI
from tests.makers import AGENT, DISPATCHER, REQUEST, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs


async def in_hand(office: Office) -> str:
    now = clock()
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=now)
    number = outcome.case.number
    for actor, action, inputs in (
        (DISPATCHER, "dispatch", {"lead_unit": "SWJ"}),
        (WATER_CLERK, "sign", {}),
    ):
        await perform(office, number, action, actor=actor, inputs=inputs, now=now)
    return number


def in_days(days: int) -> str:
    return (datetime.now(SHANGHAI) + timedelta(days=days)).date().isoformat()


async def test_a_unit_asks_and_the_desk_decides(client_as: ClientAs, office: Office) -> None:
    number = await in_hand(office)
    unit, desk = await client_as(WATER_CLERK), await client_as(DISPATCHER)
    form = (await unit.get(f"/cases/{number}")).text
    assert re.search(r'name="extension_days"[^>]*inputmode="numeric"', form)
    late = await unit.post(
        f"/cases/{number}/actions/request_extension", data={"extension_days": "9", "reason": "备件"}
    )
    assert late.status_code == 422 and "最多可以延长5个工作日" in late.text

    asked: dict[str, Any] = {"extension_days": "3", "reason": "定制阀门，厂家13800001234三日后发货"}
    await unit.post(f"/cases/{number}/actions/request_extension", data=asked)
    waiting = (await unit.get(f"/cases/{number}")).text
    assert "延期申请正在等待审批" in waiting
    assert "13800001234" not in waiting
    assert number in (await desk.get("/desk", params={"queue": "to_decide"})).text

    page = (await desk.get(f"/cases/{number}")).text
    assert "申请办理时限延期3个工作日：定制阀门" in page
    await desk.post(f"/cases/{number}/actions/grant_extension", data={})
    page = (await desk.get(f"/cases/{number}")).text
    assert "5个工作日，延期3个工作日" in page
    assert re.search(r"办理时限 \d\d-\d\d → \d\d-\d\d", page)
    assert "延期告知短信" in page
    assert number not in (await desk.get("/desk", params={"queue": "to_decide"})).text


async def test_a_stop_is_shown_with_its_end_and_explained(
    client_as: ClientAs, office: Office
) -> None:
    number = await in_hand(office)
    unit, overseer = await client_as(WATER_CLERK), await client_as(SUPERVISOR)
    form = (await unit.get(f"/cases/{number}")).text
    assert re.search(r'name="stop_until" type="date"[^>]* required', form)
    asked = {
        "stop_ground": "inspection", "basis": "行政许可法 第45条", "stop_until": in_days(4),
        "reason": "水样送检",
    }  # fmt: skip
    await unit.post(f"/cases/{number}/actions/request_stop", data=asked)
    assert number in (await overseer.get("/oversight", params={"queue": "to_decide"})).text
    await overseer.post(f"/cases/{number}/actions/grant_stop", data={})
    page = (await unit.get(f"/cases/{number}")).text
    assert f"停止计时至{in_days(4)} 23:59" in page
    assert "时限怎么算的" in page and 'actions/resume"' in page

    handle = await office.pool.fetchval(
        'select k.id from clock k join "case" c on c.id = k.case_id'
        " where c.number = $1 and k.name = 'handle'",
        number,
    )
    days = (await unit.get(f"/cases/{number}/clocks/{handle}")).text
    assert days.count("停止计时：等待检验、检测、鉴定") == 4
    assert "行政许可法 第45条" in days
    back = await unit.post(f"/cases/{number}/actions/resume", data={}, follow_redirects=True)
    assert "停止计时至" not in back.text.split("办理过程")[0]


async def test_whoever_only_reads_sees_what_was_asked_and_no_button(
    client_as: ClientAs, office: Office
) -> None:
    number = await in_hand(office)
    await perform(
        office, number, "request_extension", actor=WATER_CLERK, now=clock(),
        inputs={"extension_days": 1, "reason": "备件"},
    )  # fmt: skip
    page = (await (await client_as(AGENT)).get(f"/cases/{number}")).text
    assert "申请办理时限延期1个工作日：备件" in page
    assert "actions/grant_extension" not in page
