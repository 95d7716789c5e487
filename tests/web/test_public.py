"""What anybody may see without signing in: the state of a case, and how a deadline is counted."""

import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import RequestFactory

from dispatch.intake import open_case
from dispatch.office import Office
from hotline.numbers import case_number
from tests.makers import AGENT, MONDAY, REQUEST
from tests.web.conftest import ClientAs
from web.given import caller_address


@pytest.fixture(autouse=True)
def patience(app: Litestar) -> None:
    """Each test begins with all its tries."""
    app.state.pop("status_tries", None)


async def a_case(office: Office) -> Any:
    return (await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)).case


async def test_a_citizen_reads_state_and_promised_day_and_nothing_else(
    client_as: ClientAs, office: Office
) -> None:
    case = await a_case(office)
    browser = await client_as()
    assert (await browser.get("/status")).status_code == 200
    page = await browser.post("/status", data={"number": case.number, "code": case.lookup_code})
    assert page.status_code == 200
    assert "已受理" in page.text and "2026-03-23" in page.text
    told = (REQUEST["title"], REQUEST["content"], "王女士", "13800001234", "水务局")
    assert not [word for word in told if word in page.text]
    # The code opens the case: it goes into no address, and not back into the page.
    assert case.lookup_code not in page.text


async def test_a_wrong_code_and_no_case_read_the_same(client_as: ClientAs, office: Office) -> None:
    case = await a_case(office)
    wrong = "AAAAAAAA" if case.lookup_code != "AAAAAAAA" else "BBBBBBBB"
    none_such = case_number(MONDAY.date(), 987_654)
    browser = await client_as()
    first = await browser.post("/status", data={"number": case.number, "code": wrong})
    second = await browser.post("/status", data={"number": none_such, "code": wrong})
    assert first.status_code == second.status_code == 404
    assert first.text.replace(case.number, "") == second.text.replace(none_such, "")


async def test_a_mistyped_number_is_said_beside_it_and_what_was_typed_stays(
    client_as: ClientAs,
) -> None:
    browser = await client_as()
    page = await browser.post("/status", data={"number": "2603090000018", "code": "abcd2345"})
    assert page.status_code == 422
    assert 'id="number-wrong"' in page.text and 'value="abcd2345"' in page.text
    empty = await browser.post("/status")
    assert empty.status_code == 422


async def test_guessing_is_slowed_down(client_as: ClientAs) -> None:
    browser = await client_as()
    number = case_number(MONDAY.date(), 987_654)
    answers = [
        await browser.post("/status", data={"number": number, "code": "AAAAAAAA"})
        for _ in range(21)
    ]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "秒后再试" in answers[-1].text


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("2001:db8::7", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::9", "2001:db8::/64"),
        ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("203.0.113.9", "203.0.113.9"),
    ],
)
def test_one_address_of_a_household_is_counted_as_the_household(host: str, counted: str) -> None:
    request = RequestFactory().get()
    request.scope["client"] = (host, 1)
    assert caller_address(request) == counted


async def test_a_deadline_shows_each_day_with_its_reason(client_as: ClientAs) -> None:
    browser = await client_as()
    page = await browser.get("/deadlines?start=2026-02-12T10:00&limit=5&unit=working_day")
    assert page.status_code == 200
    # Before the Spring Festival of 2026: 14 February works, 15 to 23 February rest.
    rows = re.findall(r"<tr class=\"(\w+)[^>]*>(.*?)</tr>", page.text, re.S)
    said = {re.search(r"\d{4}-\d\d-\d\d", row)[0]: (kind, row) for kind, row in rows}  # type: ignore[index]
    assert said["2026-02-14"][0] == "counted" and "调休上班" in said["2026-02-14"][1]
    assert said["2026-02-17"][0] == "skipped" and "春节" in said["2026-02-17"][1]
    assert "2026-02-26（周四）到期" in page.text


async def test_a_deadline_beyond_the_published_calendar_is_provisional(
    client_as: ClientAs,
) -> None:
    browser = await client_as()
    page = await browser.get("/deadlines?start=2026-12-28&limit=10&unit=working_day")
    assert "暂定" in page.text
    before = await browser.get("/deadlines?start=2026-03-09&limit=10&unit=working_day")
    assert "暂定" not in before.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("start=soon&limit=5&unit=working_day", "start"),
        ("start=1900-01-01&limit=5&unit=working_day", "start"),
        ("start=9999-12-31&limit=5&unit=working_day", "start"),
        ("start=2026-03-09&limit=&unit=working_day", "limit"),
        ("start=2026-03-09&limit=many&unit=working_day", "limit"),
        ("start=2026-03-09&limit=0&unit=working_day", "limit"),
        ("start=2026-03-09&limit=1.5&unit=working_day", "limit"),
        ("start=2026-03-09&limit=-3&unit=working_day", "limit"),
        ("start=2026-03-09&limit=999999999&unit=hour", "limit"),
        ("start=2026-03-09&limit=400&unit=calendar_day", "limit"),
        ("start=2026-03-09&limit=%EF%BC%95&unit=calendar_day", "limit"),
        ("start=2026-03-09&limit=5&unit=year", "unit"),
    ],
)
async def test_what_cannot_be_counted_gets_a_sentence(
    client_as: ClientAs, query: str, field: str
) -> None:
    browser = await client_as()
    page = await browser.get(f"/deadlines?{query}")
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text
