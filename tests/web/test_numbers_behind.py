"""Every number of the figures leads to the cases that it counts: exactly those."""

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from dispatch.tallies import fold
from hotline.calendar import in_shanghai
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    DISPATCHER,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs

LINK = re.compile(r'<a[^>]*href="(/figures/cases\?[^"]+)"[^>]*>(.*?)</a>', re.S)


async def played(office: Office, *, unit: str, days_ago: float, upto: list[str]) -> str:
    """A case of that unit that went so far; a late answer where it was opened long ago."""
    clerk = {"SWJ": WATER_CLERK, "CGJ": CITY_CLERK}[unit]
    now = clock()
    then = now - timedelta(days=days_ago)
    number = (await open_case(office, actor=AGENT, inputs=REQUEST, now=then)).case.number
    steps = {
        "dispatch": (DISPATCHER, {"lead_unit": unit}, then),
        "sign": (clerk, {}, then),
        "stop": (
            clerk,
            {
                "stop_ground": "force_majeure", "basis": "办理规程", "reason": "连日暴雨",
                "stop_until": (in_shanghai(now) + timedelta(days=9)).date().isoformat(),
            },
            now,
        ),
        "grant": (DISPATCHER, {}, now),
        "reply": (clerk, {"result": "solved", "reply": "已恢复供水。"}, now),
        "approve": (REVIEWER, {}, now),
        "redo": (REVIEWER, {"redo_reasons": ["no_result"], "note": "缺结果"}, now),
        "good": (CALLBACK, {"attempt": "answered", "solved": "yes", "satisfied": "5"}, now),
        "bad": (CALLBACK, {"attempt": "answered", "solved": "no", "satisfied": "1"}, now),
    }  # fmt: skip
    names = {"good": "callback", "bad": "callback", "stop": "request_stop", "grant": "grant_stop"}
    for step in upto:
        actor, inputs, at = steps[step]
        await perform(office, number, names.get(step, step), actor=actor, inputs=inputs, now=at)
    return number


@pytest.fixture(scope="module")
async def city(office: Office) -> Office:
    done = ["dispatch", "sign", "reply", "approve"]
    await played(office, unit="SWJ", days_ago=0, upto=[])
    await played(office, unit="SWJ", days_ago=0, upto=[*done, "good"])
    await played(office, unit="SWJ", days_ago=40, upto=[*done, "bad"])
    await played(office, unit="SWJ", days_ago=0, upto=["dispatch", "sign", "reply", "redo"])
    twice = ["dispatch", "sign", "reply", "redo", "reply", "approve", "good"]
    await played(office, unit="SWJ", days_ago=0, upto=twice)
    await played(office, unit="CGJ", days_ago=40, upto=["dispatch", "sign"])
    await played(office, unit="CGJ", days_ago=0, upto=["dispatch", "sign", "stop", "grant"])
    await fold(office.pool)
    return office


def numbers(html: str) -> list[tuple[str, int]]:
    """(address, number) of every number that leads to its cases."""
    found = []
    for address, inside in LINK.findall(html):
        words = re.sub(r'<span class="(visually-hidden|figure-label)">.*?</span>', "", inside)
        found.append((unescape(address), int(re.sub(r"<[^>]+>", "", words))))
    return found


async def rows_behind(browser: httpx.AsyncClient, address: str) -> int:
    answer = await browser.get(address)
    assert answer.status_code == 200
    again = sum(int(times) - 1 for times in re.findall(r"计(\d+)次", answer.text))
    return answer.text.count("<tr data-row>") + again


def long_period() -> str:
    today = in_shanghai(clock()).date()
    return f"from={today - timedelta(days=60)}&to={today}"


@pytest.mark.parametrize("unit", ["", "&unit=SWJ"])
async def test_every_number_has_its_cases_behind_it(
    city: Office, client_as: ClientAs, unit: str
) -> None:
    browser = await client_as(SUPERVISOR)
    html = (await browser.get(f"/figures?{long_period()}{unit}")).text
    found = numbers(html)
    measures = {re.findall(r"measure=(\w+)", address)[0] for address, _ in found}
    wanted = {"received", "closed", "on_time", "late", "redo", "dissatisfied", "open_now"}
    assert measures >= wanted | (
        {"opened", "overdue", "overdue_now", "stopped"}
        - ({"opened", "overdue_now", "stopped"} if unit else set())
    )
    for address, number in found:
        assert await rows_behind(browser, address) == number, address


async def test_clock_stops_are_a_figure_of_their_own(city: Office, client_as: ClientAs) -> None:
    html = (await (await client_as(SUPERVISOR)).get(f"/figures?{long_period()}")).text
    line = re.search(r"<tr>\s*<th scope=\"row\"[^>]*><a[^>]*>云州市城市管理局.*?</tr>", html, re.S)
    assert line
    cells = re.findall(r'<td class="right">(.*?)</td>', line[0], re.S)
    assert "measure=stopped" in cells[-2] and int(cells[-1]) >= 5
    assert "停表件" in html


async def test_twelve_weeks_are_drawn_and_can_be_read(city: Office, client_as: ClientAs) -> None:
    html = (await (await client_as(SUPERVISOR)).get("/figures")).text
    assert html.count('class="week-received"') == 12 and 'role="img"' in html
    table = re.search(r'<table class="grid weeks-table">.*?</table>', html, re.S)
    assert table and table[0].count("<tr>") == 13
    received = re.findall(r'<th scope="row"[^>]*>[^<]*</th><td class="right">(\d+)', table[0])
    assert sum(map(int, received)) == 6


@pytest.mark.parametrize(
    "queue", ["overdue", "stopped", "dissatisfied", "returned_often", "redone"]
)
async def test_a_list_has_as_many_cases_as_stand_beside_its_name(
    city: Office, client_as: ClientAs, queue: str
) -> None:
    browser = await client_as(SUPERVISOR)
    html = (await browser.get(f"/oversight?queue={queue}")).text
    tab = re.search(
        r'aria-current="page">[^<]*(?:<span class="count">(\d+))?', html.split("tabs")[1]
    )
    assert tab
    assert html.count('<tr id="row-') == int(tab[1] or 0)
    assert queue == "returned_often" or tab[1]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("measure=everything", "没有这个统计项目"),
        ("measure=received&unit=NONE", "没有这个单位"),
        ("measure=received&from=2026-13-01", "日期应写作"),
    ],
)
async def test_what_is_no_figure_is_refused(client_as: ClientAs, query: str, sentence: str) -> None:
    answer = await (await client_as(SUPERVISOR)).get(f"/figures/cases?{query}")
    assert answer.status_code == 422 and sentence in answer.text


@pytest.mark.parametrize("actor", [AGENT, REVIEWER, WATER_CLERK])
async def test_the_cases_behind_are_for_those_who_oversee(
    client_as: ClientAs, actor: Actor
) -> None:
    answer = await (await client_as(actor)).get("/figures/cases?measure=received")
    assert answer.status_code == 403


async def test_a_second_page_goes_on_where_the_first_ended(
    city: Office, client_as: ClientAs
) -> None:
    for _ in range(52):
        await played(city, unit="SWJ", days_ago=0, upto=["dispatch"])
    await fold(city.pool)
    browser = await client_as(SUPERVISOR)
    address = "/figures/cases?measure=received"
    seen: list[str] = []
    while address:
        html = (await browser.get(address)).text
        seen += re.findall(r'class="row-link number" href="/cases/(\d+)"', html)
        more = re.search(r'href="([^"]+)" rel="next"', html)
        address = unescape(more[1]) if more else ""
    assert len(seen) == len(set(seen)) > 52
