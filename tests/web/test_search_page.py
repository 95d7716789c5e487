"""Finding cases on the screen: by number, by telephone, by words, within what one may see."""

import pytest

from dispatch.office import Office
from hotline.people import Actor, Role
from tests.makers import AGENT, CITY_CLERK, DISPATCHER, REVIEWER, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs
from tests.web.test_desk import act, opened

ADMIN = Actor(name="管理员小郭", roles=frozenset({Role.ADMIN}), staff_id=190003, unit_id=1)


@pytest.mark.parametrize("actor", [AGENT, DISPATCHER, REVIEWER, SUPERVISOR])
async def test_the_centre_finds_by_two_characters(
    client_as: ClientAs, office: Office, actor: Actor
) -> None:
    number = await opened(office, title="锦帆桥栏杆松动")
    html = (await (await client_as(actor)).get("/search?q=栏杆")).text
    assert f'id="row-{number}"' in html and "锦帆桥栏杆松动" in html


async def test_the_number_of_a_case_leads_to_it(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    for typed in (number, f"工单号{number[:6]} {number[6:]}"):
        answer = await browser.get("/search", params={"q": typed})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{number}")


async def test_a_foreign_number_is_not_found_and_not_told(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    assert (await (await client_as(WATER_CLERK)).get(f"/search?q={number}")).status_code == 303
    foreign = await (await client_as(CITY_CLERK)).get(f"/search?q={number}")
    assert foreign.status_code == 200 and f"没有找到“{number}”" in foreign.text
    assert "只能找到本单位承办的工单" in foreign.text


async def test_a_number_with_a_wrong_digit_says_so(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    answer = await (await client_as(DISPATCHER)).get(f"/search?q={wrong}")
    assert answer.status_code == 422 and "校验位不符" in answer.text


async def test_a_telephone_is_found_however_it_is_typed(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office, requester_phone="13911112222")
    browser = await client_as(AGENT)
    for typed in ("139 1111 2222", "+86-13911112222", "１３９１１１１２２２２"):
        assert number in (await browser.get("/search", params={"q": typed})).text


async def test_a_query_that_cannot_be_answered_says_why(client_as: ClientAs) -> None:
    answer = await (await client_as(DISPATCHER)).get("/search?q=水")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text and "search-q-wrong" in answer.text


async def test_nothing_found_says_what_else_to_try(client_as: ClientAs) -> None:
    html = (await (await client_as(AGENT)).get("/search?q=海市蜃楼奇观")).text
    assert "没有找到“海市蜃楼奇观”" in html and "换个说法" in html


async def test_without_words_the_newest_come_first(client_as: ClientAs, office: Office) -> None:
    older, newer = await opened(office), await opened(office)
    html = (await (await client_as(DISPATCHER)).get("/search")).text
    assert html.index(f'id="row-{newer}"') < html.index(f'id="row-{older}"')


async def test_what_was_typed_is_shown_as_text(client_as: ClientAs) -> None:
    html = (await (await client_as(AGENT)).get("/search", params={"q": "<b>楼道</b>"})).text
    assert "<b>楼道</b>" not in html and "&lt;b&gt;楼道&lt;/b&gt;" in html


async def test_an_administrator_finds_no_cases(client_as: ClientAs, office: Office) -> None:
    await office.pool.execute(
        "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
        " values ($1, 'guo', $2, 1, array['admin'])",
        ADMIN.staff_id,
        ADMIN.name,
    )
    assert (await (await client_as(ADMIN)).get("/search?q=停水")).status_code == 403
