"""What the console offers while a call is typed: repeats to merge into, a category, an answer."""

import re

from dispatch.articles import save_article
from dispatch.intake import open_case
from dispatch.office import Office, clock
from tests.makers import AGENT, DISPATCHER, REQUEST, WATER, WATER_HEAD
from tests.web.conftest import ClientAs

HTMX = {"hx-request": "true"}
FORM = {name: str(value) for name, value in REQUEST.items()}


async def earlier(office: Office, **given: object) -> str:
    case = (await open_case(office, actor=AGENT, inputs={**REQUEST, **given}, now=clock())).case
    return case.number


async def test_repeats_are_listed_with_why_and_a_button(
    client_as: ClientAs, office: Office
) -> None:
    number = await earlier(office)
    browser = await client_as(AGENT)
    page = await browser.get("/console")
    assert "这里显示类似的工单" in page.text and 'id="category-suggestions"' in page.text
    said = {"title": "柳桥路8号院停水", "requester_phone": "138 0000 1234"}
    shown = (await browser.post("/console/help", data=said, headers=HTMX)).text
    assert "近7天类似工单" in shown and f'value="{number}"' in shown
    assert "同一来电号码；文字相近" in shown and "并入该件" in shown
    whole = await browser.post("/console/help", data=said)
    assert "<html" in whole.text and number in whole.text
    nothing = (await browser.post("/console/help", data={"title": ""}, headers=HTMX)).text
    assert "这里显示类似的工单" in nothing


async def test_a_call_is_merged_as_it_is_written_down(client_as: ClientAs, office: Office) -> None:
    number = await earlier(office, title="望江路公厕关闭", content="望江路公厕关闭一周。")
    browser = await client_as(AGENT)
    form = FORM | {"disposition": "answered", "merge_into": number, "idempotency_key": "merge-1"}
    done = await browser.post("/console/calls", data=form)
    assert done.status_code == 200 and "已立单受理" in done.text
    assert "已并案" in done.text and f"/cases/{number}" in done.text
    row = await office.pool.fetchrow(
        'select c.stage, m.number from "case" c join case_link l on l.case_id = c.id'
        ' join "case" m on m.id = l.other_id order by c.id desc limit 1'
    )
    assert row is not None and tuple(row) == ("merged", number)


async def test_what_cannot_be_merged_keeps_what_was_typed(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(AGENT)
    form = FORM | {"disposition": "case", "merge_into": "2603090000019"}
    answer = await browser.post("/console/calls", data=form)
    assert answer.status_code == 422 and FORM["content"] in answer.text
    assert re.search(r'id="similar-cases".*role="alert"', answer.text, re.DOTALL)


async def test_categories_are_suggested_by_the_words_of_the_classification(
    client_as: ClientAs,
) -> None:
    browser = await client_as(AGENT)
    shown = (
        await browser.post("/console/help", data={"title": "门口摊贩占道经营"}, headers=HTMX)
    ).text
    assert 'data-value="02.01.01 ' in shown and "分类名称：占道经营" in shown
    # What was chosen already is offered no more.
    chosen = {"title": "门口摊贩占道经营", "category": "02.01.01"}
    again = (await browser.post("/console/help", data=chosen, headers=HTMX)).text
    assert 'data-value="02.01.01 ' not in again


async def test_an_article_can_be_quoted_and_is_escaped(client_as: ClientAs, office: Office) -> None:
    await save_article(
        office,
        None,
        {
            "title": "停水了怎么办",
            "body": "计划停水会公告。\n<b>没有公告</b>的请登记。",
            "keywords": "没水 来水",
            "unit_id": str(WATER),
            "valid_from": "2025-01-01",
            "review_on": "2027-01-01",
            "state": "published",
        },
        actor=WATER_HEAD,
        now=clock(),
    )
    browser = await client_as(AGENT)
    shown = (await browser.post("/console/help", data={"title": "家里停水"}, headers=HTMX)).text
    assert "停水了怎么办" in shown and 'data-fill="#call-answer"' in shown
    assert "&lt;b&gt;没有公告&lt;/b&gt;" in shown and "<b>没有" not in shown
    other = (await browser.post("/console/help", data={"title": "噪音扰民"}, headers=HTMX)).text
    assert "停水了怎么办" not in other and "没有对应的知识" in other


async def test_a_dispatcher_sees_likely_repeats_beside_the_case(
    client_as: ClientAs, office: Office
) -> None:
    first = await earlier(office, title="北门天桥扶手松动", content="北门天桥扶手松动。")
    second = await earlier(office, title="北门天桥扶手松动了", content="北门天桥扶手松动。")
    browser = await client_as(DISPATCHER)
    page = await browser.get(f"/cases/{second}")
    assert "近7天类似工单" in page.text and f'name="main_case" value="{first}"' in page.text
    version = re.findall(r'name="seen_version" value="(\d+)"', page.text)[0]
    merged = await browser.post(
        f"/cases/{second}/actions/merge", data={"main_case": first, "seen_version": version}
    )
    assert merged.status_code == 303
    stage = await office.pool.fetchval('select stage from "case" where number = $1', second)
    assert stage == "merged"
