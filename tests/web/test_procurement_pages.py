"""The registers of challenges and complaints on the screen."""

import re

from tests.makers import FINANCE, PROCUREMENT
from tests.stories.procurement import CHALLENGE_LETTER, COMPLAINT_LETTER
from tests.web.conftest import ClientAs


async def registered(client_as: ClientAs) -> str:
    """The number of a challenge that was registered on the page."""
    section = await client_as(PROCUREMENT)
    answer = await section.post("/register/challenge/register", data=CHALLENGE_LETTER)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).rpartition("/")[2]


async def test_a_letter_is_registered_and_judged_on_its_page(client_as: ClientAs) -> None:
    section = await client_as(PROCUREMENT)
    form = (await section.get("/register/challenge/register")).text
    for label in ("质疑起算情形", "知道或者应当知道之日", "质疑函具备的内容", "收到日期"):
        assert label in form
    number = await registered(client_as)
    page = (await section.get(f"/cases/{number}")).text
    assert "<dt>期限计算</dt>" in page
    assert "2026-03-17届满；2026-03-09收到，在期限内" in page
    # What the dates give is proposed, and a person confirms it.
    assert re.search(r'<option value="yes" selected>在法定期限内</option>', page)
    assert "质疑答复期限" in page and "投诉期限" in page
    clocks = re.findall(rf"/cases/{number}/clocks/\d+", page)
    told = [(await section.get(clock)).text for clock in dict.fromkeys(clocks)]
    assert any("质疑答复期限届满之日，不计" in text for text in told)


async def test_a_complaint_shows_the_challenge_that_it_is_about(client_as: ClientAs) -> None:
    number = await registered(client_as)
    finance = await client_as(FINANCE)
    form = (await finance.get("/register/complaint/register")).text
    assert "质疑件编号" in form
    typed = {**COMPLAINT_LETTER, "challenge": number}
    answer = await finance.post("/register/complaint/register", data=typed)
    assert answer.status_code == 303, answer.text
    page = (await finance.get(answer.headers["location"])).text
    assert f'href="/cases/{number}"' in page
    refused = await finance.post(
        "/register/complaint/register", data={**typed, "challenge": "2603090000017"}
    )
    assert refused.status_code == 422
    assert "没有这个编号" in refused.text
