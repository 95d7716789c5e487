"""Petitions through the real door: the register, the desk, the page, and who sees what."""

import re
from typing import Any

import pytest

from dispatch.office import Office
from hotline.people import Actor
from tests.makers import (
    AGENT,
    HEDONG_CLERK,
    LEADER,
    PETITION,
    PETITIONS,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs

FORM = "/register/petition/register"
ADDRESS = str(PETITION["petitioner_address"])


async def registered(client_as: ClientAs, **changes: Any) -> str:
    """The number of a new petition."""
    browser = await client_as(PETITIONS)
    answer = await browser.post(FORM, data={**PETITION, **changes})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).rpartition("/")[2]


async def acted(client_as: ClientAs, who: Actor, number: str, action: str, **inputs: Any) -> None:
    """The person takes the action on the page of the petition."""
    browser = await client_as(who)
    answer = await browser.post(f"/cases/{number}/actions/{action}", data=inputs)
    assert answer.status_code in (200, 303), answer.text


async def test_the_form_asks_for_what_the_law_asks(client_as: ClientAs) -> None:
    browser = await client_as(PETITIONS)
    html = (await browser.get(FORM)).text
    for label in (
        "信访人住址",
        "首次或者重复",
        "信访人数",
        "代表人数",
        "事实",
        "理由",
        "前次信访件编号",
    ):
        assert label in html
    answer = await browser.post(FORM, data={**PETITION, "group_size": "8", "representatives": "6"})
    assert answer.status_code == 422
    assert "不能大于5" in answer.text
    assert str(PETITION["petition_facts"]) in answer.text, "what was typed is kept"


async def test_the_office_finds_it_at_its_desk_under_a_number_of_its_own(
    client_as: ClientAs, office: Office
) -> None:
    number = await registered(client_as)
    browser = await client_as(PETITIONS)
    desk = (await browser.get("/desk?queue=petition:registered")).text
    assert f"/cases/{number}" in desk
    html = (await browser.get(f"/cases/{number}")).text
    assert re.search(r"热线中心信访件〔20\d\d〕\d+号", html)
    assert "<h2>信访件</h2>" in html and ADDRESS in html
    assert "转送交办时限" in html


@pytest.mark.parametrize(
    ("actor", "status"),
    [(AGENT, 404), (SECRETARY, 404), (WATER_CLERK, 404), (SUPERVISOR, 200), (LEADER, 200)],
)
async def test_who_sees_a_petition(client_as: ClientAs, actor: Actor, status: int) -> None:
    number = await registered(client_as)
    browser = await client_as(actor)
    assert (await browser.get(f"/cases/{number}")).status_code == status


async def test_a_unit_works_on_it_without_knowing_where_the_petitioner_lives(
    client_as: ClientAs,
) -> None:
    number = await registered(client_as)
    await acted(client_as, PETITIONS, number, "forward", lead_unit="SWJ")
    clerk = await client_as(WATER_CLERK)
    html = (await clerk.get(f"/cases/{number}")).text
    assert "受理告知时限" in html and "提出异议" in html
    details = (await clerk.get(f"/api/v1/cases/{number}")).json()["details"]
    assert details["petition_kind"] == "appeal"
    for said in (html, str(details)):
        assert ADDRESS not in said and "3号楼" not in said
    office_sees = (await (await client_as(PETITIONS)).get(f"/api/v1/cases/{number}")).json()
    assert office_sees["details"]["petitioner_address"] == ADDRESS


async def test_an_accusation_is_kept_from_the_accused_and_its_author_from_the_unit(
    client_as: ClientAs,
) -> None:
    number = await registered(client_as, petition_kind="accusation", accused_unit="HDQ")
    browser = await client_as(PETITIONS)
    answer = await browser.post(f"/cases/{number}/actions/forward", data={"lead_unit": "HDQ01"})
    assert answer.status_code == 422
    assert "不得转给被检举控告的单位" in answer.text
    await acted(client_as, PETITIONS, number, "forward", lead_unit="SWJ")
    await acted(client_as, WATER_CLERK, number, "accept", told_way="written")
    accused = await client_as(HEDONG_CLERK)
    assert (await accused.get(f"/cases/{number}")).status_code == 404
    clerk = await client_as(WATER_CLERK)
    html = (await clerk.get(f"/cases/{number}")).text
    assert "童先生" not in html and "13800005678" not in html and ADDRESS not in html
    revealed = await clerk.post(f"/cases/{number}/reveal", data={"reason": "联系信访人"})
    assert "13800005678" not in revealed.text
