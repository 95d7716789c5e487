"""Dispatching from the agent's screen: only by who may dispatch, and only without a doubt."""

import re

import pytest

from dispatch.office import Office
from tests.makers import AGENT, DISPATCHER, REQUEST
from tests.web.conftest import ClientAs

FORM = {name: str(value) for name, value in REQUEST.items()} | {
    "disposition": "case",
    "category": "02.01.01",
    "place": "990101001",
    "then": "dispatch",
}
HTMX = {"hx-request": "true"}


async def standing(office: Office, html: str) -> tuple[str, str | None]:
    """The stage of the case on the page, and the unit that has it."""
    number = re.findall(r"/cases/(\d{13})", html)[0]
    row = await office.pool.fetchrow(
        'select c.stage, u.code from "case" c left join unit u on u.id = c.lead_unit_id'
        " where c.number = $1",
        number,
    )
    assert row is not None
    return tuple(row)


@pytest.fixture
async def both(office: Office) -> None:
    """The dispatcher takes calls, too."""
    await office.pool.execute(
        "update staff set roles = '{agent,dispatcher}' where id = $1", DISPATCHER.staff_id
    )


async def test_who_may_dispatch_does_both_at_once(
    client_as: ClientAs, office: Office, both: None
) -> None:
    browser = await client_as(DISPATCHER)
    offered = await browser.post("/console/suggest", data=FORM, headers=HTMX)
    assert 'value="dispatch"' in offered.text and "Alt+d" in offered.text
    key = {"idempotency_key": "both-at-once"}
    for _ in range(2):
        done = await browser.post("/console/calls", data=FORM | key)
        assert "已派单" in done.text and "河东区人民政府" in done.text
        assert await standing(office, done.text) == ("dispatched", "HDQ")


async def test_an_agent_alone_leaves_it_to_the_dispatcher(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(AGENT)
    offered = await browser.post("/console/suggest", data=FORM, headers=HTMX)
    assert "河东区人民政府" in offered.text and 'value="dispatch"' not in offered.text
    done = await browser.post("/console/calls", data=FORM)
    assert "已派单" not in done.text and "由派单员派单" in done.text
    assert await standing(office, done.text) == ("accepted", None)


async def test_in_doubt_the_case_waits(client_as: ClientAs, office: Office, both: None) -> None:
    unit = await office.pool.fetchval("select id from unit where code = 'JTJ'")
    await office.pool.execute(
        "insert into responsibility (category, place, unit_id, valid_from, basis)"
        " values ('02.01', '990101', $1, '2025-01-01', '')",
        unit,
    )
    await office.pool.execute("update published set value = 'doubt' where name = 'reference'")
    office.reference.forget()
    browser = await client_as(DISPATCHER)
    offered = await browser.post("/console/suggest", data=FORM, headers=HTMX)
    assert 'value="dispatch"' not in offered.text
    done = await browser.post("/console/calls", data=FORM)
    assert "没有唯一对应的单位" in done.text
    assert await standing(office, done.text) == ("accepted", None)
