"""The register of leaders' instructions: who opens it, what it keeps, and what it must not keep."""

import asyncio
import re
from typing import Any

import pytest

from dispatch.office import Office
from hotline.people import Actor
from tests.makers import (
    AGENT,
    DISPATCHER,
    INSTRUCTION,
    LEADER,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs

FORM = "/register/leader/register"
STUB = "/register/leader/register_stub"


async def registered(client_as: ClientAs, **changes: Any) -> str:
    """The number of a new entry."""
    secretary = await client_as(SECRETARY)
    answer = await secretary.post(FORM, data={**INSTRUCTION, **changes})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).rpartition("/")[2]


async def test_the_office_registers_an_instruction_and_finds_it_at_its_desk(
    client_as: ClientAs,
) -> None:
    number = await registered(client_as)
    secretary = await client_as(SECRETARY)
    html = (await secretary.get(f"/cases/{number}")).text
    assert "<h2>批示件</h2>" in html
    assert INSTRUCTION["instruction"] in html
    for label, text in (("批示领导", "许副市长"), ("文号", "河东政〔2026〕8号"), ("密级", "普通")):
        assert f"<dt>{label}</dt><dd>{text}</dd>" in html
    assert "诉求人" not in html and "紧急程度" not in html
    desk = (await secretary.get("/desk?queue=leader:received")).text
    assert f"/cases/{number}" in desk
    assert "登记" in desk.split("</nav>")[0]
    # 请…核查…报我 is for action: the form says so, and a person confirms.
    assert re.search(r'<option value="action" selected>办件</option>', html)


async def test_the_entries_of_a_register_are_numbered_without_gaps(
    client_as: ClientAs, office: Office
) -> None:
    async def serial(number: str) -> str:
        found: str = await office.pool.fetchval(
            "select details->>'serial' from \"case\" where number = $1", number
        )
        return found

    first = await serial(await registered(client_as))
    secretary = await client_as(SECRETARY)
    assert (await secretary.post(FORM, data={**INSTRUCTION, "title": ""})).status_code == 422
    second = await serial(await registered(client_as))
    given = re.fullmatch(r"热线中心批示件〔20\d\d〕(\d+)号", first)
    assert given
    assert second == first.replace(f"〕{given[1]}号", f"〕{int(given[1]) + 1}号")


async def test_the_same_submit_registers_once(client_as: ClientAs, office: Office) -> None:
    numbers = {await registered(client_as, idempotency_key="twice") for _ in range(2)}
    assert len(numbers) == 1


async def test_a_state_secret_is_neither_kept_nor_shown_again(
    client_as: ClientAs, office: Office
) -> None:
    secretary = await client_as(SECRETARY)
    secret = {**INSTRUCTION, "secrecy": "state_secret", "title": "某涉密事项", "sender": "某部"}
    answer = await secretary.post(FORM, data=secret)
    assert answer.status_code == 422
    assert "国家秘密不得录入本系统" in answer.text
    assert "某涉密事项" not in answer.text and "某部" not in answer.text
    assert not await office.pool.fetchval(
        "select exists (select 1 from \"case\" where title = '某涉密事项')"
    )
    answer = await secretary.post(STUB, data=secret)
    html = (await secretary.get(answer.headers["location"])).text
    assert "涉密批示件（线下办理）" in html
    assert "某涉密事项" not in html and "某部" not in html


@pytest.mark.parametrize("actor", [AGENT, DISPATCHER, SUPERVISOR, LEADER, WATER_CLERK])
async def test_nobody_else_registers(client_as: ClientAs, actor: Actor) -> None:
    browser = await client_as(actor)
    for path in ("/register", FORM):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post(FORM, data=INSTRUCTION)).status_code == 403


@pytest.mark.parametrize(
    ("actor", "status"),
    [(AGENT, 404), (DISPATCHER, 404), (WATER_CLERK, 404), (SUPERVISOR, 200), (LEADER, 200)],
)
async def test_who_sees_an_instruction(client_as: ClientAs, actor: Actor, status: int) -> None:
    number = await registered(client_as)
    browser = await client_as(actor)
    assert (await browser.get(f"/cases/{number}")).status_code == status
    found = (await browser.get("/search?q=供水管网老化")).text
    assert (f"/cases/{number}" in found) == (status == 200)


async def test_an_unknown_form_is_not_found(client_as: ClientAs) -> None:
    secretary = await client_as(SECRETARY)
    for path in ("/register/citizen/open", "/register/leader/propose", "/register/nonsense/open"):
        assert (await secretary.get(path)).status_code == 404


async def test_the_api_tells_the_details(client_as: ClientAs) -> None:
    number = await registered(client_as, oral="1")
    secretary = await client_as(SECRETARY)
    details = (await secretary.get(f"/api/v1/cases/{number}")).json()["details"]
    assert (details["leader_grade"], details["oral"]) == ("vice_mayor", True)
    assert "instruction" not in details


async def test_entries_at_the_same_moment_get_numbers_of_their_own(
    client_as: ClientAs, office: Office
) -> None:
    numbers = await asyncio.gather(*(registered(client_as) for _ in range(5)))
    serials = await office.pool.fetch(
        "select details->>'serial' as serial from \"case\" where number = any($1)", numbers
    )
    assert len({row["serial"] for row in serials}) == 5
