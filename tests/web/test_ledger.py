"""The registers: whose they are, what stands in them, and the spreadsheet that is taken away."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from dispatch.intake import open_case
from dispatch.ledger import Period, ledger
from dispatch.office import Office, clock
from hotline.calendar import in_shanghai
from hotline.ledgers import KEPT_BACK
from hotline.people import Actor
from hotline.procedures.citizen import CITIZEN
from tests.makers import (
    AGENT,
    CITY_CLERK,
    INSTRUCTION,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs
from tests.web.test_desk import act
from tests.web.test_papers import dispatched
from tests.web.test_register import STUB, registered

BOOK = [
    "顺序号",
    "批示时间",
    "内容",
    "来文单位",
    "标题",
    "文号",
    "转何单位办理",
    "转办日期",
    "报告结果日期",
]


async def assigned(client_as: ClientAs, office: Office, **changes: Any) -> str:
    """The number of an instruction with the water bureau."""
    number = await registered(client_as, **changes)
    await act(office, number, "propose", SECRETARY, item_kind="action", dispatch_mode="original")
    await act(office, number, "assign", SECRETARY, lead_unit="SWJ", co_units=["CGJ"])
    return number


async def sheet_for(client_as: ClientAs, actor: Actor, address: str) -> list[list[str]]:
    """The cells of the spreadsheet, as text."""
    answer = await (await client_as(actor)).get(address)
    assert answer.status_code == 200, answer.text
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


async def test_the_register_has_the_columns_of_the_book(
    client_as: ClientAs, office: Office
) -> None:
    number = await assigned(client_as, office)
    rows = await sheet_for(client_as, SECRETARY, "/ledger/leader/export.xlsx")
    assert rows[1][: len(BOOK)] == BOOK
    serial = await office.pool.fetchval(
        "select details->>'serial' from \"case\" where number = $1", number
    )
    entry = next(row for row in rows if row[0] == serial)
    today = f"{in_shanghai(clock()):%Y-%m-%d}"
    assert entry[:8] == [
        serial, "2026-03-09", INSTRUCTION["instruction"], "河东区人民政府", INSTRUCTION["title"],
        "河东政〔2026〕8号", "云州市水务局、云州市城市管理局", today,
    ]  # fmt: skip
    html = (await (await client_as(SECRETARY)).get("/ledger/leader")).text
    assert serial in html and 'href="/ledger/leader/export.xlsx?' in html


async def test_a_unit_sees_and_takes_away_only_its_own(client_as: ClientAs, office: Office) -> None:
    number = await dispatched(office)
    for actor, its in ((WATER_CLERK, True), (CITY_CLERK, False)):
        rows = await sheet_for(client_as, actor, "/ledger/citizen/export.xlsx")
        assert any(number in row for row in rows) is its
        assert (number in (await (await client_as(actor)).get("/ledger/citizen")).text) is its
        assert "王女士" not in str(rows) and "13800001234" not in str(rows)


async def test_a_register_of_others_is_refused(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    assert (await browser.get("/ledger/leader")).status_code == 403
    assert (await browser.get("/ledger/leader/export.xlsx")).status_code == 403
    assert (await browser.get("/ledger/nothing")).status_code == 404
    assert (await browser.get("/ledger")).headers["location"] == "/ledger/citizen"
    assert (
        (await (await client_as()).get("/ledger/citizen")).headers["location"].startswith("/login")
    )


async def test_an_export_is_written_down(client_as: ClientAs, office: Office) -> None:
    await sheet_for(client_as, SUPERVISOR, "/ledger/citizen/export.xlsx?state=open")
    reason = await office.pool.fetchval(
        "select reason from access where staff_id = $1 and what = 'export_ledger'"
        " order by id desc limit 1",
        SUPERVISOR.staff_id,
    )
    assert reason.startswith("诉求 ") and "在办" in reason


@pytest.mark.parametrize("first", "=+-@")
async def test_no_cell_is_a_formula(client_as: ClientAs, office: Office, first: str) -> None:
    title = f"{first}HYPERLINK(1)停水"
    await open_case(
        office, actor=AGENT, inputs={
            "request_type": "help", "urgency": "normal", "title": title, "content": title,
            "requester_phone": "13800001234",
        }, now=clock(),
    )  # fmt: skip
    answer = await (await client_as(SUPERVISOR)).get("/ledger/citizen/export.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if title in str(cell.value or "")]
    assert cells
    assert all(cell.data_type != "f" and str(cell.value).startswith("'") for cell in cells)


async def test_a_register_is_narrowed_by_period_and_state(
    client_as: ClientAs, office: Office
) -> None:
    number = await dispatched(office)
    browser = await client_as(SUPERVISOR)
    today = in_shanghai(clock()).date()
    before = today - timedelta(days=1)
    assert number in (await browser.get(f"/ledger/citizen?from={today}&to={today}")).text
    html = (await browser.get(f"/ledger/citizen?from={before}&to={before}")).text
    assert number not in html and "没有登记" in html
    assert number not in (await browser.get("/ledger/citizen?state=closed")).text
    for wrong in ("from=x", f"from={today}&to={before}", "state=lost", "after=!"):
        assert (await browser.get(f"/ledger/citizen?{wrong}")).status_code == 422


@pytest.mark.parametrize("actor", [SUPERVISOR, WATER_CLERK])
async def test_the_pages_of_a_register_show_every_entry_once(
    client_as: ClientAs, office: Office, actor: Actor
) -> None:
    for _ in range(3):
        await dispatched(office)
    today = in_shanghai(clock()).date()
    period = Period(from_on=today - timedelta(days=1), to_on=today)
    seen: list[str] = []
    after: str | None = None
    async with office.pool.acquire() as connection:
        whole, _ = await ledger(connection, actor, CITIZEN, period, limit=500)
        while True:
            rows, after = await ledger(connection, actor, CITIZEN, period, after=after, limit=2)
            seen += [row.number for row in rows]
            if after is None:
                break
    assert len(seen) >= 3
    assert seen == [row.number for row in whole]


async def test_what_is_confidential_keeps_its_words_and_a_state_secret_has_none(
    client_as: ClientAs, office: Office
) -> None:
    await registered(client_as, secrecy="work_secret", title="不宜公开的事项")
    form = {"leader_grade": "mayor", "instructed_on": "2026-03-09", "priority": "normal"}
    await (await client_as(SECRETARY)).post(STUB, data=form)
    text = str(await sheet_for(client_as, SECRETARY, "/ledger/leader/export.xlsx"))
    assert KEPT_BACK in text and "不宜公开的事项" not in text
    assert "涉密批示件（线下办理）" in text
