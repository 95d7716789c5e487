"""The agent's screen: the caller's history, the call written down, and bad input kept on it."""

import re

import pytest

from dispatch.office import Office
from tests.makers import AGENT, DISPATCHER, REQUEST
from tests.web.conftest import ClientAs

FORM = {name: str(value) for name, value in REQUEST.items()}


async def test_a_call_becomes_a_case_and_the_agent_reads_its_number_aloud(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(AGENT)
    page = await browser.get("/console")
    assert "接听登记" in page.text and 'data-shortcut="Alt+1"' in page.text
    # As a person fills it in: suggestions are chosen whole, the number typed with spaces.
    form = FORM | {
        "disposition": "case",
        "category": "01.01.01 市政公用 / 供水 / 停水",
        "place": "柳桥街道",
        "requester_phone": "１３８ 0000 1234",
    }
    done = await browser.post("/console/calls", data=form)
    assert done.status_code == 200 and "已立单受理" in done.text
    row = await office.pool.fetchrow(
        'select c.number, c.lookup_code, c.category, c.place, c.requester_phone from "case" c'
        " order by id desc limit 1"
    )
    assert row is not None
    assert (row["category"], row["place"], row["requester_phone"]) == (
        "01.01.01",
        "990101001",
        "+8613800001234",
    )
    assert f"/cases/{row['number']}" in done.text
    assert row["lookup_code"][:4] in done.text and "您的诉求已受理" in done.text


async def test_an_emergency_names_where_it_was_passed_on(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(AGENT)
    form = {"disposition": "emergency", "title": "有人落水"}
    asked = await browser.post("/console/calls", data=form)
    assert asked.status_code == 422 and "转接至" in asked.text
    done = await browser.post("/console/calls", data=form | {"ground_emergency": "119"})
    assert done.status_code == 200 and "紧急事项" in done.text
    row = await office.pool.fetchrow("select ground, subject from call order by id desc limit 1")
    assert row is not None and tuple(row) == ("119", "有人落水")


async def test_bad_input_keeps_everything_that_was_typed(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(AGENT)
    before = await office.pool.fetchval("select count(*) from call")
    form = FORM | {
        "disposition": "case",
        "title": "",
        "category": "没有这一类",
        "confidential": "1",
    }
    answer = await browser.post("/console/calls", data=form)
    assert answer.status_code == 422
    assert "“诉求分类”：没有这一项" in answer.text and "请填写“标题”" in answer.text
    for typed in (FORM["content"], FORM["address"], "没有这一类", "13800001234"):
        assert typed in answer.text
    assert re.search(r'name="confidential" value="1" checked', answer.text)
    assert await office.pool.fetchval("select count(*) from call") == before


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "长" * 101, "最多 100 字"),
        ("content", "看不见\u202e的字", "不可见的控制字符"),
        ("requester_phone", "12", "电话号码"),
        ("urgency", "very", "没有这个选项"),
        ("disposition", "nonsense", "请选择来电处理方式"),
    ],
)
async def test_each_mistake_has_its_sentence(
    client_as: ClientAs, field: str, value: str, sentence: str
) -> None:
    browser = await client_as(AGENT)
    answer = await browser.post("/console/calls", data=FORM | {"disposition": "case", field: value})
    assert answer.status_code == 422 and sentence in answer.text


async def test_a_call_in_progress_needs_a_real_case_number(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    form = {"disposition": "in_progress", "title": "问进度", "case_number": "2603090000018"}
    answer = await browser.post("/console/calls", data=form)
    assert answer.status_code == 422 and 'id="call-case_number-wrong"' in answer.text


async def test_the_history_of_a_number_appears_and_keeps_out_of_addresses(
    client_as: ClientAs,
) -> None:
    browser = await client_as(AGENT)
    await browser.post(
        "/console/calls",
        data=FORM | {"disposition": "case", "requester_phone": "13900005678"},
    )
    htmx = {"hx-request": "true"}
    fragment = await browser.post(
        "/console/caller", data={"requester_phone": "139-0000-5678"}, headers=htmx
    )
    assert fragment.text.lstrip().startswith("<section") and FORM["title"] in fragment.text
    new = await browser.post(
        "/console/caller", data={"requester_phone": "13900009999"}, headers=htmx
    )
    assert "第一次来电" in new.text
    # Without scripts the same button gives the whole page, with what was typed.
    whole = await browser.post(
        "/console/caller", data=FORM | {"disposition": "case", "requester_phone": "13900005678"}
    )
    assert "<html" in whole.text and FORM["content"] in whole.text


async def test_the_unit_is_suggested_with_its_reason(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    answer = await browser.post(
        "/console/suggest",
        data={"category": "02.01.01", "place": "990101001"},
        headers={"hx-request": "true"},
    )
    assert "河东区人民政府" in answer.text and "派单目录" in answer.text


async def test_the_same_form_twice_is_one_call(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(AGENT)
    form = FORM | {"disposition": "case", "idempotency_key": "console-once"}
    first = await browser.post("/console/calls", data=form)
    again = await browser.post("/console/calls", data=form)
    numbers = [re.findall(r"/cases/(\d{13})", page.text)[0] for page in (first, again)]
    assert numbers[0] == numbers[1]
    counted = await office.pool.fetchval(
        "select count(*) from call where idempotency_key = 'console-once'"
    )
    assert counted == 1


async def test_only_agents_answer_calls(client_as: ClientAs) -> None:
    browser = await client_as(DISPATCHER)
    answer = await browser.get("/console")
    assert answer.status_code == 403 and "不在您的职责范围内" in answer.text
