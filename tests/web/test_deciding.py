"""What waits for a decision, several rows at once, and the board of the day, as they are seen."""

import re
from datetime import timedelta

from dispatch.office import Office, clock
from tests.makers import (
    DISPATCHER,
    HEDONG_CLERK,
    LEADER,
    REVIEWER,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs
from tests.web.test_desk import act, opened, row_of, stage


async def asked(office: Office) -> str:
    """A case of the water bureau that asks for five more days."""
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK)
    await act(
        office,
        number,
        "request_extension",
        WATER_CLERK,
        extension_days="5",
        reason="需更换整段管道，已订货。来电13812345678",
    )
    return number


async def test_an_extension_is_decided_beside_its_grounds(
    client_as: ClientAs, office: Office
) -> None:
    number = await asked(office)
    browser = await client_as(DISPATCHER)
    row = row_of((await browser.get("/desk?queue=to_decide")).text, number)
    for words in (
        "申请延期",
        "延长5个工作日",
        "需更换整段管道",
        "已延期0次",
        "最多1次",
        "→ 同意后",
    ):
        assert words in row
    due = re.findall(r"\d{4}-\d\d-\d\d 23:59", row)
    assert len(due) == 2 and due[0] < due[1]
    # Enter in the reason for refusing sends the first button: it must not grant.
    first = re.search(r"<button[^>]*>", row)
    assert first and "formaction" not in first[0]
    version = re.search(r'name="seen_version" value="(\d+)"', row)
    assert version
    answer = await browser.post(
        f"/cases/{number}/actions/grant_extension",
        data={"seen_version": version[1], "reason": "", "back": "/desk?queue=to_decide"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk?queue=to_decide")
    assert number not in (await browser.get("/desk?queue=to_decide")).text


async def test_a_stop_says_what_it_would_do(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK)
    until = (clock() + timedelta(days=4)).date().isoformat()
    await act(
        office,
        number,
        "request_stop",
        WATER_CLERK,
        stop_ground="inspection",
        basis="检测委托书",
        stop_until=until,
        reason="水质送检",
    )
    row = row_of(
        (await (await client_as(SUPERVISOR)).get("/oversight?queue=to_decide")).text, number
    )
    for words in (
        "申请停止计时",
        f"停至{until}",
        "等待检验、检测、鉴定",
        "已停0次",
        "累计最多30个",
    ):
        assert words in row
    assert f"/cases/{number}/actions/grant_stop" in row


async def test_rows_that_failed_stay_ticked(client_as: ClientAs, office: Office) -> None:
    good, vague = await opened(office), await opened(office)
    browser = await client_as(DISPATCHER)
    sent = {"pick": [f"{good}:1:SWJ", f"{vague}:1:"], "idempotency_key": "zweimal-2"}
    answer = await browser.post("/desk/dispatch", data=sent)
    back = re.search(r'href="([^"]+)">返回列表，未办的仍勾选', answer.text)
    assert back and back[1].endswith(f"tick={vague}")
    listed = (await browser.get(back[1].replace("&amp;", "&"))).text
    ticks = re.findall(r'<input type="checkbox" data-tick [^>]*>', listed)
    assert [tick for tick in ticks if " checked " in tick and f"pick-{vague}" in tick]
    assert sum(" checked " in tick for tick in ticks) == 1
    # The same sending once more tells the same and does nothing.
    again = await browser.post("/desk/dispatch", data=sent)
    assert "共2件：1件完成，1件未办" in again.text and "已派给云州市水务局" in again.text
    assert await stage(office, good) == "dispatched"


async def test_the_board_counts_what_its_lists_show(client_as: ClientAs, office: Office) -> None:
    street = await opened(office)
    await act(office, street, "dispatch", DISPATCHER, lead_unit="HDQ01")
    late = await opened(office)
    await act(office, late, "dispatch", DISPATCHER, lead_unit="HDQ")
    soon = await opened(office)
    now = clock()
    for number, due in ((street, now + timedelta(seconds=30)), (late, now - timedelta(hours=1))):
        await office.pool.execute(
            'update "case" set next_due_at = $2 where number = $1', number, due
        )
    await office.pool.execute(
        'update "case" set next_due_at = $2 where number = $1', soon, now + timedelta(hours=23)
    )
    for reader in (DISPATCHER, LEADER):
        browser = await client_as(reader)
        html = (await browser.get("/today")).text
        row = re.search(r'<tr><th scope="row">河东区人民政府</th>(.*?)</tr>', html, re.S)
        assert row, html[html.index("<main") :]
        links = re.findall(r'href="([^"]+)">(\d+)', row[1])
        assert [int(n) for _, n in links][-2:] == [1, 1]
        for address, n in links:
            listed = (await browser.get(address.replace("&amp;", "&"))).text
            assert len(re.findall(r'<tr id="row-', listed)) == int(n), address
    # What no unit has yet stands in a line of its own.
    row = re.search(r'<tr><th scope="row">未派单</th>(.*?)</tr>', html, re.S)
    assert row
    address = re.findall(r'href="([^"]+)">(\d+)', row[1])[-1]
    listed = (await browser.get(address[0].replace("&amp;", "&"))).text
    assert soon in listed and street not in listed


async def test_the_board_is_for_those_who_watch(client_as: ClientAs) -> None:
    for reader in (REVIEWER, HEDONG_CLERK):
        assert (await (await client_as(reader)).get("/today")).status_code == 403
