"""The board in the hall, and the leader's own page."""

import re
from typing import Any

import pytest

from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from hotline.people import Actor
from hotline.procedures.leader import LEADER as LEADER_RULES
from tests.makers import (
    AGENT,
    FINANCE,
    INSTRUCTION,
    LEADER,
    REQUEST,
    REVIEWER,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.stories.procurement import COMPLAINT_LETTER
from tests.web.conftest import ClientAs
from tests.web.test_procurement_pages import registered as challenge_registered


def figure(html: str, label: str) -> str:
    found = re.search(rf"<dt>{label}</dt><dd>([^<]*)</dd>", html)
    assert found, label
    return found[1]


async def test_the_board_tells_today_without_a_word_of_any_case(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(SUPERVISOR)
    before = (await browser.get("/wall")).text
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=clock())).case
    html = (await browser.get("/wall/board")).text
    assert int(figure(html, "新登记")) == int(figure(before, "新登记")) + 1
    assert int(figure(html, "待派单")) == int(figure(before, "待派单")) + 1
    assert case.number in html and 'hx-trigger="sse:case, every 15s"' in html
    for private in ("title", "content", "address", "requester_name", "requester_phone"):
        assert REQUEST[private] not in html
    assert "派单签收" in html and "<html" not in html


@pytest.mark.parametrize("actor", [AGENT, REVIEWER, WATER_CLERK])
async def test_the_board_is_opened_by_those_who_oversee(client_as: ClientAs, actor: Actor) -> None:
    browser = await client_as(actor)
    assert (await browser.get("/wall")).status_code == 403
    assert (await browser.get("/leader")).status_code == 403


async def a_report(office: Office, **changes: Any) -> str:
    """An instruction whose report waits for the leader."""
    now = clock()
    inputs = {**INSTRUCTION, **changes}
    opened = await open_case(
        office, kind=LEADER_RULES.kind, action="register", actor=SECRETARY, inputs=inputs, now=now
    )
    number = opened.case.number
    for action, actor, given in (
        ("propose", SECRETARY, {"item_kind": "action", "dispatch_mode": "original"}),
        ("assign", SECRETARY, {"lead_unit": "SWJ"}),
        ("sign", WATER_CLERK, {}),
        ("feed_back", WATER_CLERK, {"findings": "已制定改造计划。"}),
        ("approve_feedback", SECRETARY, {}),
        ("submit_report", SECRETARY, {"special_report": "专报如下。"}),
    ):
        await perform(office, number, action, actor=actor, inputs=given, now=now)
    return number


async def test_what_waits_for_the_leader_stands_first_with_what_may_be_decided(
    client_as: ClientAs, office: Office
) -> None:
    await office.pool.execute(
        "update staff set name = '许志远', job_title = '副市长' where id = $1", LEADER.staff_id
    )
    waiting = await a_report(office)
    mayors = await a_report(office, leader_grade="mayor", leader="市长")
    html = (await (await client_as(LEADER)).get("/leader")).text
    first, _, rest = html.partition("办理中的批示（")
    assert waiting in first and mayors in first
    assert "审签同意" in first and "批示继续办理" in first
    own = re.findall(r"/cases/(\d+)", rest)
    assert own == [waiting] and "领导审签中" in rest and "由市水务局办理" in rest


async def test_what_only_might_be_asked_of_the_leader_does_not_wait(client_as: ClientAs) -> None:
    typed = {**COMPLAINT_LETTER, "challenge": await challenge_registered(client_as)}
    answer = await (await client_as(FINANCE)).post("/register/complaint/register", data=typed)
    number = str(answer.headers["location"]).rpartition("/")[2]
    html = (await (await client_as(LEADER)).get("/leader")).text
    assert number not in html and "恢复计时" not in html
