"""A procedure drawn and listed: no box or word covers another, every action and basis is there."""

import re
from datetime import date
from html import unescape
from itertools import combinations, pairwise

import pytest

from dispatch.office import Office
from hotline.describing import described
from hotline.people import Actor, Role
from hotline.procedures import PROCEDURES
from tests.makers import (
    AGENT,
    CENTRE,
    DISPATCHER,
    LEADER,
    RULEBOOK,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs
from web.diagram import drawn
from web.language import speaking

EVERY_KIND = pytest.mark.parametrize("kind", PROCEDURES)
TODAY = date(2026, 3, 9)
_RECT = re.compile(r'<rect class="([\w -]+)" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"')
_TEXT = re.compile(r'<text class="([\w-]+)" x="(\d+)" y="(\d+)">([^<]*)</text>')


@EVERY_KIND
def test_boxes_and_words_have_places_of_their_own(kind: str) -> None:
    picture = drawn(described(PROCEDURES[kind], RULEBOOK, on=TODAY))
    boxes = [tuple(map(int, found[1:])) for found in _RECT.findall(picture.svg)]
    assert len(boxes) >= len(PROCEDURES[kind].stages) + len(PROCEDURES[kind].clocks)
    for (x, y, width, height), (x2, y2, width2, height2) in combinations(boxes, 2):
        apart = x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
        assert apart
    for x, y, width, height in boxes:
        assert x >= 0 and y >= 0 and x + width <= picture.width and y + height <= picture.height
    lines = {(x, y) for _, x, y, _ in _TEXT.findall(picture.svg)}
    assert len(lines) == len(_TEXT.findall(picture.svg)), "two texts begin at one place"


@EVERY_KIND
def test_where_an_action_leads_stands_after_its_name_in_english_too(kind: str) -> None:
    with speaking("en"):
        texts = _TEXT.findall(drawn(described(PROCEDURES[kind], RULEBOOK, on=TODAY)).svg)
    pairs = [
        (action, target)
        for action, target in pairwise(texts)
        if (action[0], target[0]) == ("flow-action", "flow-target")
    ]
    assert pairs
    for (_, x, _, name), (_, x2, _, _) in pairs:
        # A bold letter of 13 pixels is 8 wide on the average.
        assert int(x) + 8 * len(unescape(name)) <= int(x2), name


@EVERY_KIND
def test_lines_that_lead_to_different_stages_never_run_over_each_other(kind: str) -> None:
    picture = drawn(described(PROCEDURES[kind], RULEBOOK, on=TODAY))
    spans = [
        (lane, arrow.target, *sorted((
            picture.layers[arrow.source].top + arrow.row, picture.layers[arrow.target].top
        )))
        for arrow, lane in picture.lanes
    ]  # fmt: skip
    for (lane, target, low, high), (lane2, target2, low2, high2) in combinations(spans, 2):
        assert lane != lane2 or target == target2 or high < low2 or high2 < low
    rows = [(arrow.source, arrow.row) for arrow, _ in picture.lanes]
    assert len(rows) == len(set(rows)), "an action has a line of its own"


@EVERY_KIND
def test_the_same_procedure_gives_the_same_drawing_with_every_way_in_it(kind: str) -> None:
    told = described(PROCEDURES[kind], RULEBOOK, on=TODAY)
    picture = drawn(told)
    assert picture == drawn(told)
    assert "style=" not in picture.svg
    drawn_ways = {(arrow.action.name, arrow.source, arrow.target) for arrow, _ in picture.lanes}
    number = {"": 0} | {stage.name: n for n, stage in enumerate(told.stages, 1)}
    assert drawn_ways == {
        (action.name, number[one.stage], number[target])
        for action in told.actions
        if not action.anywhere
        for one in action.from_
        for target in one.to
    }
    for clock in told.clocks:
        assert f"◷ {clock.label}" in picture.svg


@EVERY_KIND
async def test_the_page_lists_everything_that_is_drawn(
    client_as: ClientAs, office: Office, kind: str
) -> None:
    browser = await client_as(SUPERVISOR)
    answer = await browser.get(f"/procedures/{kind}")
    assert answer.status_code == 200
    assert "style=" not in answer.text
    rules = PROCEDURES[kind]
    for words in (
        *(stage.label for stage in rules.stages),
        *(action.label for action in rules.actions),
        *(clock.basis for clock in rules.clocks),
    ):
        assert words.replace("“", "“") in answer.text
    assert "由系统到期自动办理" in answer.text


async def test_an_unknown_kind_is_not_found(client_as: ClientAs) -> None:
    assert (await (await client_as(SUPERVISOR)).get("/procedures/nonsense")).status_code == 404


@pytest.mark.parametrize("reader", [SUPERVISOR, LEADER, SECRETARY])
async def test_who_answers_for_procedures_reads_them(
    client_as: ClientAs, office: Office, reader: Actor
) -> None:
    await office.pool.execute(
        "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
        " values ($1, $2, $3, $4, $5) on conflict do nothing",
        reader.staff_id, f"reads-{reader.staff_id}", reader.name, CENTRE, sorted(reader.roles),
    )  # fmt: skip
    browser = await client_as(reader)
    page = await browser.get("/procedures")
    assert page.status_code == 200
    for rules in PROCEDURES.values():
        assert rules.title in page.text
    assert 'href="/procedures"' in (await browser.get("/me")).text
    assert (await browser.get("/admin/procedures")).status_code == 403


@pytest.mark.parametrize("stranger", [AGENT, DISPATCHER, WATER_CLERK])
async def test_others_do_not(client_as: ClientAs, stranger: Actor) -> None:
    browser = await client_as(stranger)
    for path in ("/procedures", "/procedures/citizen", "/admin/procedures"):
        assert (await browser.get(path)).status_code == 403


async def test_the_administrator_has_them_under_the_tabs(
    client_as: ClientAs, office: Office
) -> None:
    staff_id = await office.pool.fetchval(
        "insert into staff (sign_in, name, unit_id, roles) values ('pages-admin', '管理员', $1, $2)"
        " returning id",
        CENTRE,
        [Role.ADMIN],
    )
    browser = await client_as(Actor("管理员", frozenset({Role.ADMIN}), staff_id, CENTRE))
    page = (await browser.get("/admin/procedures/citizen")).text
    assert 'href="/admin/procedures" aria-current="page"' in page
    assert 'href="/admin/limits"' in page
    assert "admin.css" in page and "procedures.css" in page
