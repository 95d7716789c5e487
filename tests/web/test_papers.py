"""Papers of a case: who is offered them, who gets them, and what is written down."""

import zipfile
from io import BytesIO

import pytest

from dispatch.intake import open_case
from dispatch.office import Office, clock
from hotline.people import Actor
from tests.makers import AGENT, CITY_CLERK, DISPATCHER, REQUEST, SECRETARY, WATER_CLERK
from tests.web.conftest import ClientAs
from tests.web.test_desk import act
from tests.web.test_register import STUB, registered


async def dispatched(office: Office, **changes: object) -> str:
    """The number of a case with the water bureau."""
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=clock())
    await act(office, outcome.case.number, "dispatch", DISPATCHER, lead_unit="SWJ")
    return outcome.case.number


def words_in(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return parts.read("word/document.xml").decode()


async def noted(office: Office, number: str, actor: Actor) -> list[str]:
    """What was written down about this person and the case."""
    rows = await office.pool.fetch(
        'select a.what from access a join "case" c on c.id = a.case_id'
        " where c.number = $1 and a.staff_id = $2 order by a.id",
        number,
        actor.staff_id,
    )
    return [row["what"] for row in rows]


async def test_the_case_page_offers_what_can_be_printed(
    client_as: ClientAs, office: Office
) -> None:
    number = await dispatched(office)
    browser = await client_as(DISPATCHER)
    html = (await browser.get(f"/cases/{number}")).text
    assert f'href="/cases/{number}/papers/work_order.docx"' in html
    assert "supervision_notice" not in html
    answer = await browser.get(f"/cases/{number}/papers/work_order.docx")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert "filename*=UTF-8''12345" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    text = words_in(answer.content)
    assert "王女士" in text and "云州市水务局" in text and number in text
    assert await noted(office, number, DISPATCHER) == ["print_paper"]


async def test_a_unit_prints_its_order_without_the_requester(
    client_as: ClientAs, office: Office
) -> None:
    number = await dispatched(office)
    answer = await (await client_as(WATER_CLERK)).get(f"/cases/{number}/papers/work_order.docx")
    text = words_in(answer.content)
    assert "王**" in text and "王女士" not in text and "13800001234" not in text
    assert await noted(office, number, WATER_CLERK) == []


@pytest.mark.parametrize("paper", ["supervision_notice", "secret_stub", "nothing"])
async def test_what_was_not_printed_is_not_found(
    client_as: ClientAs, office: Office, paper: str
) -> None:
    number = await dispatched(office)
    browser = await client_as(DISPATCHER)
    assert (await browser.get(f"/cases/{number}/papers/{paper}.docx")).status_code == 404


async def test_papers_of_a_case_that_one_may_not_see_are_not_found(
    client_as: ClientAs, office: Office
) -> None:
    number = await dispatched(office)
    browser = await client_as(CITY_CLERK)
    assert (await browser.get(f"/cases/{number}/papers/work_order.docx")).status_code == 404
    assert (await (await client_as()).get(f"/cases/{number}/papers/work_order.docx")).is_redirect


async def test_a_confidential_requester_is_on_no_unit_paper_and_the_print_is_written_down(
    client_as: ClientAs, office: Office
) -> None:
    number = await dispatched(office, confidential="1")
    for actor in (AGENT, DISPATCHER):
        browser = await client_as(actor)
        answer = await browser.get(f"/cases/{number}/papers/work_order.docx")
        assert "王女士" not in words_in(answer.content)
        assert "保密诉求人" in words_in(answer.content)
        assert "print_paper" in await noted(office, number, actor)


async def test_the_stub_of_a_state_secret_bears_its_number_in_the_register(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(SECRETARY)
    form = {"leader_grade": "mayor", "instructed_on": "2026-03-09", "priority": "normal"}
    moved = await browser.post(STUB, data=form)
    number = moved.headers["location"].rpartition("/")[2]
    text = words_in((await browser.get(f"/cases/{number}/papers/secret_stub.docx")).content)
    serial = await office.pool.fetchval(
        "select details->>'serial' from \"case\" where number = $1", number
    )
    assert serial in text
    assert "print_paper" in await noted(office, number, SECRETARY)


async def test_an_instruction_prints_its_sheet_only_once_it_is_assigned(
    client_as: ClientAs, office: Office
) -> None:
    number = await registered(client_as)
    browser = await client_as(SECRETARY)
    assert "文书" not in (await browser.get(f"/cases/{number}")).text
    await act(office, number, "propose", SECRETARY, item_kind="action", dispatch_mode="copy_notice")
    await act(office, number, "assign", SECRETARY, lead_unit="SWJ")
    text = words_in((await browser.get(f"/cases/{number}/papers/instruction_sheet.docx")).content)
    assert "云州市水务局" in text and "许副市长" in text
    assert await noted(office, number, SECRETARY) == []
