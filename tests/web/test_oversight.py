"""What supervisors and leaders look at, and what they may do from there."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from dispatch.intake import open_case
from dispatch.office import Office, clock
from hotline.people import Actor, Role
from tests.makers import (
    AGENT,
    CALLBACK,
    DISPATCHER,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.makers import LEADER as MAYOR
from tests.web.conftest import ClientAs
from tests.web.test_desk import act, answered, row_of

LEADER = Actor(name="分管领导", roles=frozenset({Role.LEADER}), staff_id=190002, unit_id=1)


@pytest.fixture
async def leader(office: Office) -> Actor:
    await office.pool.execute(
        "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
        " values ($1, 'leader', $2, 1, array['leader']) on conflict do nothing",
        LEADER.staff_id,
        LEADER.name,
    )
    return LEADER


async def overdue_case(office: Office, **changes: Any) -> str:
    """A case dispatched to the water authority weeks ago, and not signed since."""
    then = clock() - timedelta(days=40)
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=then)
    await act(office, outcome.case.number, "dispatch", DISPATCHER, lead_unit="SWJ")
    return outcome.case.number


@pytest.mark.parametrize("actor", [AGENT, REVIEWER, CALLBACK, WATER_CLERK])
async def test_oversight_is_for_those_who_oversee(client_as: ClientAs, actor: Actor) -> None:
    browser = await client_as(actor)
    assert (await browser.get("/oversight")).status_code == 403
    assert (await browser.get("/figures")).status_code == 403


async def test_what_is_overdue_says_so_in_words(client_as: ClientAs, office: Office) -> None:
    number = await overdue_case(office)
    row = row_of((await (await client_as(SUPERVISOR)).get("/oversight?queue=overdue")).text, number)
    assert "已超期" in row and "市水务局" in row


async def test_a_supervisor_reminds_and_supervises_from_the_row(
    client_as: ClientAs, office: Office
) -> None:
    number = await overdue_case(office)
    browser = await client_as(SUPERVISOR)
    row = row_of((await browser.get("/oversight?queue=overdue")).text, number)
    actions = re.findall(r'formaction="([^"]+)"', row)
    assert actions == [f"/cases/{number}/actions/remind", f"/cases/{number}/actions/supervise"]
    back = "/oversight?queue=overdue"
    for action, version in zip(actions, (2, 3), strict=True):
        answer = await browser.post(
            action, data={"seen_version": str(version), "note": "今日内反馈", "back": back}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, back)
    row = row_of((await browser.get("/oversight?queue=supervised")).text, number)
    assert "督办" in row and "催办1次" in row


async def test_a_supervision_without_a_word_is_refused(client_as: ClientAs, office: Office) -> None:
    number = await overdue_case(office)
    browser = await client_as(SUPERVISOR)
    answer = await browser.post(
        f"/cases/{number}/actions/supervise", data={"seen_version": "2", "note": ""}
    )
    assert answer.status_code == 422 and "请填写“说明”" in answer.text


async def test_a_dispatcher_reminds_and_does_not_supervise(
    client_as: ClientAs, office: Office
) -> None:
    number = await overdue_case(office)
    browser = await client_as(DISPATCHER)
    row = row_of((await browser.get("/oversight?queue=overdue")).text, number)
    assert "/actions/remind" in row and "/actions/supervise" not in row
    assert (await browser.get("/oversight?queue=redone")).status_code == 403
    refused = await browser.post(f"/cases/{number}/actions/supervise", data={"note": "督办"})
    assert refused.status_code == 403


async def test_a_leader_reads_and_changes_nothing(
    client_as: ClientAs, office: Office, leader: Actor
) -> None:
    number = await overdue_case(office)
    browser = await client_as(leader)
    html = (await browser.get("/oversight?queue=overdue")).text
    assert number in html and "/actions/" not in html
    assert (await browser.get("/figures")).status_code == 200
    refused = await browser.post(f"/cases/{number}/actions/remind", data={"note": "请抓紧"})
    assert refused.status_code == 403


async def test_figures_add_up_and_lead_to_the_cases(client_as: ClientAs, office: Office) -> None:
    number = await answered(office)
    await act(office, number, "callback", CALLBACK, attempt="answered", solved="yes", satisfied="4")
    await overdue_case(office)
    html = (await (await client_as(SUPERVISOR)).get("/figures")).text
    line = re.search(r"<tr>\s*<th scope=\"row\"[^>]*><a[^>]*>云州市水务局.*?</tr>", html, re.S)
    assert line
    cells = re.findall(r'<td class="right">(.*?)</td>', line[0])
    assert (cells[5], cells[7], cells[9]) == ("100.0%",) * 3
    address = unescape(re.findall(r'href="([^"]+)"', cells[10])[0])
    assert "5个工作日内" in html and "合计" in html
    listed = (await (await client_as(SUPERVISOR)).get(address)).text
    shown = re.search(r">(\d+)<", cells[10])
    assert shown and listed.count("<tr data-row>") == int(shown[1])


async def test_the_table_is_sorted_by_a_link_and_says_so(
    client_as: ClientAs, office: Office
) -> None:
    await overdue_case(office)
    market = await open_case(
        office, actor=AGENT, inputs={**REQUEST, "category": "02.01.01"}, now=clock()
    )
    await act(office, market.case.number, "dispatch", DISPATCHER, lead_unit="CGJ")
    browser = await client_as(SUPERVISOR)
    down = (await browser.get("/figures?sort=received&order=desc")).text
    up = (await browser.get("/figures?sort=received&order=asc")).text
    units = [re.findall(r'class="unit-cell"><a[^>]*>([^<]+)', html) for html in (down, up)]
    assert units[0] == units[1][::-1] and len(units[0]) > 1
    assert 'aria-sort="descending"' in down and 'aria-sort="ascending"' in up
    assert "sort=received&amp;order=asc" in down


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-13-01", "日期应写作"),
        ("from=2026-03-09&to=2026-03-01", "结束日期不能早于开始日期"),
    ],
)
async def test_a_period_that_is_none_is_refused(
    client_as: ClientAs, query: str, sentence: str
) -> None:
    answer = await (await client_as(SUPERVISOR)).get(f"/figures?{query}")
    assert answer.status_code == 422 and sentence in answer.text


async def test_a_period_without_figures_says_what_to_do(client_as: ClientAs) -> None:
    html = (await (await client_as(SUPERVISOR)).get("/figures?from=2001-01-01&to=2001-01-31")).text
    assert "这段期间没有答复，请换一段期间。" in html


@pytest.mark.parametrize(
    ("actor", "lists"),
    [(MAYOR, ["领导审签中"]), (SUPERVISOR, ["交办待签收", "承办异议待裁", "承办中"])],
)
async def test_instructions_wait_where_a_step_is_the_persons_own(
    client_as: ClientAs, actor: Actor, lists: list[str]
) -> None:
    html = (await (await client_as(actor)).get("/oversight")).text
    nav = html[html.index('<nav class="tabs"') :].split("</nav>")[0]
    assert re.findall(r'queue=leader[^"]*"[^>]*>([^<]+?)(?: <|</a>)', nav) == lists
