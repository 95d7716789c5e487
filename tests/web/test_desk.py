"""The desk of dispatchers, reviewers and callback agents, as they see it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from dispatch.counts import counts
from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    DISPATCHER,
    INSTRUCTION,
    REQUEST,
    REVIEWER,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs
from web.lists import SHORT_PAGE

FRAGMENT = {"hx-request": "true"}


async def opened(office: Office, **changes: Any) -> str:
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=clock())
    return outcome.case.number


async def act(office: Office, number: str, action: str, actor: Actor, **inputs: Any) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=clock())


async def replied(office: Office, **changes: Any) -> str:
    number = await opened(office, **changes)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK)
    await act(office, number, "reply", WATER_CLERK, result="solved", reply="抢修完成，已恢复供水。")
    return number


async def answered(office: Office, **changes: Any) -> str:
    number = await replied(office, **changes)
    await act(office, number, "approve", REVIEWER)
    return number


async def stage(office: Office, number: str) -> str:
    found: str = await office.pool.fetchval('select stage from "case" where number = $1', number)
    return found


def row_of(html: str, number: str) -> str:
    """The row of the case, up to the next one."""
    found = re.search(rf'<tr id="row-{number}".*?(?=<tr id="row-|</tbody>)', html, re.S)
    assert found, f"no row of {number}"
    return found[0]


@pytest.mark.parametrize(
    ("actor", "lists"),
    [
        (
            DISPATCHER,
            [
                "三次退回",
                "待派单",
                "异议待裁",
                "待批申请",
                "待受理",
                "待定重办",
                "并案办理",
                "今日到期",
                "已超期",
                "临期",
                "全部在办",
                "待归档（诉求）",
            ],
        ),
        (REVIEWER, ["待审核", "终止待审"]),
        (CALLBACK, ["待回访", "待定重办"]),
    ],
)
async def test_everybody_at_the_desk_has_the_lists_of_their_role(
    client_as: ClientAs, actor: Actor, lists: list[str]
) -> None:
    html = (await (await client_as(actor)).get("/desk")).text
    nav = html[html.index('<nav class="tabs"') :].split("</nav>")[0]
    assert re.findall(r"<a [^>]*>([^<]+?)(?: <|</a>)", nav) == lists


@pytest.mark.parametrize("actor", [AGENT, WATER_CLERK, SUPERVISOR])
async def test_the_desk_is_for_its_three_roles(client_as: ClientAs, actor: Actor) -> None:
    browser = await client_as(actor)
    for path in ("/desk", "/desk/review", "/desk/callback"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post("/desk/dispatch", data={})).status_code == 403


async def test_a_list_of_another_role_is_refused(client_as: ClientAs) -> None:
    reviewer = await client_as(REVIEWER)
    assert (await reviewer.get("/desk?queue=to_dispatch")).status_code == 403
    assert (await reviewer.get("/desk?queue=nonsense")).status_code == 422
    assert (await reviewer.get("/desk/callback")).status_code == 403


async def test_the_row_to_be_dispatched_proposes_a_unit_and_says_why(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    row = row_of((await (await client_as(DISPATCHER)).get("/desk")).text, number)
    assert 'value="SWJ 云州市水务局"' in row
    assert "派单目录：市政公用 / 供水，全市" in row
    assert f'action="/cases/{number}/actions/dispatch"' in row


async def test_dispatching_from_the_row_comes_back_to_the_list(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    answer = await browser.post(
        f"/cases/{number}/actions/dispatch",
        data={
            "lead_unit": "SWJ 云州市水务局",
            "seen_version": "1",
            "back": "/desk?queue=to_dispatch",
        },
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk?queue=to_dispatch")
    assert await stage(office, number) == "dispatched"
    listed = await browser.get("/desk?queue=to_dispatch")
    assert "“派单”已完成" in listed.text and number not in listed.text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_a_form_cannot_lead_to_another_site(
    client_as: ClientAs, office: Office, back: str
) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    answer = await browser.post(
        f"/cases/{number}/actions/dispatch",
        data={"lead_unit": "SWJ", "seen_version": "1", "back": back},
    )
    assert answer.headers["location"] == f"/cases/{number}"


async def test_each_ticked_case_has_its_own_answer(client_as: ClientAs, office: Office) -> None:
    """One is dispatched as proposed, one has moved on, one has no unit: none stops another."""
    good, stale, vague = await opened(office), await opened(office), await opened(office)
    await act(office, stale, "supplement", AGENT, note="今天仍未来水")
    browser = await client_as(DISPATCHER)
    answer = await browser.post(
        "/desk/dispatch",
        data={"pick": [f"{good}:1:SWJ", f"{stale}:1:SWJ", f"{vague}:1:"]},
    )
    assert answer.status_code == 200
    assert "共3件：1件完成，2件未办" in answer.text
    assert "已派给云州市水务局" in answer.text
    assert "话务员小林已“补充诉求”" in answer.text
    assert "请填写“主办单位”" in answer.text
    assert [await stage(office, n) for n in (good, stale, vague)] == [
        "dispatched",
        "accepted",
        "accepted",
    ]


async def test_the_ticked_cases_may_all_go_to_one_unit(client_as: ClientAs, office: Office) -> None:
    numbers = [await opened(office), await opened(office)]
    browser = await client_as(DISPATCHER)
    answer = await browser.post(
        "/desk/dispatch",
        data={"pick": [f"{n}:1:SWJ" for n in numbers], "lead_unit": "云州市城市管理局"},
    )
    assert answer.text.count("已派给云州市城市管理局") == 2
    listed = await (await client_as(CITY_CLERK)).get("/portal")
    assert all(number in listed.text for number in numbers)


@pytest.mark.parametrize("picks", [[], ["2603090000017"], ["abc:1:SWJ"], ["2603090000017:x"]])
async def test_ticks_that_make_no_sense_are_refused(client_as: ClientAs, picks: list[str]) -> None:
    browser = await client_as(DISPATCHER)
    answer = await browser.post("/desk/dispatch", data={"pick": picks})
    assert answer.status_code == 422
    assert "勾选" in answer.text


async def test_an_objection_stands_beside_the_decision(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(
        office,
        number,
        "object",
        WATER_CLERK,
        objection_ground="not_duty",
        proposed_unit="CGJ",
        note="停水因小区内部管道，非市政管网",
    )
    row = row_of((await (await client_as(DISPATCHER)).get("/desk?queue=objections")).text, number)
    for words in ("不属于本单位职责", "云州市城市管理局", "停水因小区内部管道"):
        assert words in row
    assert f"/cases/{number}/actions/uphold_objection" in row
    assert f"/cases/{number}/actions/reject_objection" in row
    assert 'value="CGJ 云州市城市管理局"' in row


async def test_filters_narrow_the_list_and_stay_in_its_address(
    client_as: ClientAs, office: Office
) -> None:
    water, market = await opened(office), await opened(office, category="02.01.01")
    browser = await client_as(DISPATCHER)
    html = (await browser.get("/desk?queue=to_dispatch&category=02 城市管理")).text
    assert market in html and water not in html
    assert 'hx-get="/desk?queue=to_dispatch&amp;category=02"' in html
    nothing = await browser.get("/desk?queue=to_dispatch&urgency=danger")
    assert "没有符合筛选条件的工单" in nothing.text and "清除筛选" in nothing.text


async def test_a_long_list_goes_on_where_the_page_ended(
    client_as: ClientAs, office: Office
) -> None:
    for _ in range(SHORT_PAGE + 2):
        await opened(office, category="02.01.01", title="占道经营影响通行")
    browser = await client_as(DISPATCHER)
    first = (await browser.get("/desk?queue=to_dispatch&category=02")).text
    forward = re.search(r'href="(/desk\?[^"]*after=[^"]+)" rel="next"', first)
    assert forward
    second = (await browser.get(forward[1].replace("&amp;", "&"))).text
    seen = [set(re.findall(r'<tr id="row-(\d{13})"', html)) for html in (first, second)]
    assert len(seen[0]) == SHORT_PAGE and seen[1] and not seen[0] & seen[1]


async def test_htmx_gets_the_list_and_a_browser_the_page(client_as: ClientAs) -> None:
    browser = await client_as(DISPATCHER)
    whole = await browser.get("/desk")
    part = await browser.get("/desk", headers=FRAGMENT)
    assert "<html" in whole.text and "<html" not in part.text
    assert part.text.strip().startswith('<section id="list"')
    assert part.text.strip() in re.sub(r"\n\s*\n", "\n\n", whole.text) or 'id="list"' in whole.text


async def test_an_empty_list_says_what_comes_here(client_as: ClientAs) -> None:
    html = (await (await client_as(CALLBACK)).get("/desk?queue=verdicts")).text
    assert "没有待定重办的工单" in html
    assert "回访不满意或未解决的工单会出现在这里" in html


async def test_the_reviewer_reads_request_and_answer_side_by_side_and_goes_on(
    client_as: ClientAs, office: Office
) -> None:
    number = await replied(office, title="审核用：停水两天")
    browser = await client_as(REVIEWER)
    html = (await browser.get(f"/desk/review?number={number}")).text
    for words in ("审核用：停水两天", "抢修完成，已恢复供水。", "已办理解决", "重办原因"):
        assert words in html
    answer = await browser.post(
        f"/cases/{number}/actions/approve",
        data={"seen_version": "4", "back": "/desk/review"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/review")
    assert await stage(office, number) == "answered"
    after = (await browser.get(f"/desk/review?number={number}")).text
    assert "本件现为“待回访”" in after and "do-approve" not in after


async def test_skipping_shows_the_case_behind_until_nothing_is_left(
    client_as: ClientAs, office: Office
) -> None:
    for _ in range(2):
        await replied(office)
    browser = await client_as(REVIEWER)
    seen, address = [], "/desk/review"
    for _ in range(20):
        html = (await browser.get(address)).text
        if "前面还有跳过的" in html:
            break
        seen.append(re.search(r'href="/cases/(\d{13})"', html)[1])  # type: ignore[index]
        address = re.search(r'href="(/desk/review\?after=[^"]+)"', html)[1]  # type: ignore[index]
    else:
        pytest.fail("the list has no end")
    assert len(seen) == len(set(seen)) >= 2


async def test_who_handled_a_case_does_not_review_it(client_as: ClientAs, office: Office) -> None:
    number = await replied(office)
    await office.pool.execute(
        'update "case" set handlers = handlers || $2::bigint where number = $1',
        number,
        REVIEWER.staff_id,
    )
    browser = await client_as(REVIEWER)
    assert number not in (await browser.get("/desk?queue=to_review")).text
    html = (await browser.get(f"/desk/review?number={number}")).text
    assert "您经办过本件，应当回避" in html and "do-approve" not in html


async def test_the_callback_agent_has_number_script_and_attempts(
    client_as: ClientAs, office: Office
) -> None:
    number = await answered(office, requester_phone="13912345678")
    await act(office, number, "callback", CALLBACK, attempt="no_answer", note="响铃无人接")
    browser = await client_as(CALLBACK)
    html = (await browser.get(f"/desk/callback?number={number}")).text
    for words in ("139 1234 5678", "先确认接听的是诉求人本人", "第2次回访", "响铃无人接"):
        assert words in html
    answer = await browser.post(
        f"/cases/{number}/actions/callback",
        data={
            "attempt": "answered",
            "solved": "yes",
            "satisfied": "5",
            "seen_version": "6",
            "back": "/desk/callback",
        },
    )
    assert answer.headers["location"] == "/desk/callback"
    assert await stage(office, number) == "closed"


async def test_the_number_is_shown_only_while_the_callback_is_due(
    client_as: ClientAs, office: Office
) -> None:
    number = await answered(office, requester_phone="13912345679")
    reviewer = await client_as(REVIEWER)
    assert "13912345679" not in re.sub(r"\s", "", (await reviewer.get(f"/cases/{number}")).text)
    assert (await reviewer.get(f"/desk/callback?number={number}")).status_code == 403


async def test_looking_at_a_confidential_case_is_written_down(
    client_as: ClientAs, office: Office
) -> None:
    number = await answered(office, confidential="1")
    await (await client_as(CALLBACK)).get(f"/desk/callback?number={number}")
    noted = await office.pool.fetchval(
        'select count(*) from access a join "case" c on c.id = a.case_id'
        " where c.number = $1 and a.staff_id = $2 and a.what = 'read_confidential'",
        number,
        CALLBACK.staff_id,
    )
    assert noted == 1


async def test_a_case_that_is_none_is_not_found(client_as: ClientAs) -> None:
    browser = await client_as(REVIEWER)
    assert (await browser.get("/desk/review?number=2603090000017")).status_code == 404


async def test_the_office_of_instructions_has_a_list_for_each_of_their_stages(
    client_as: ClientAs,
) -> None:
    html = (await (await client_as(SECRETARY)).get("/desk")).text
    nav = html[html.index('<nav class="tabs"') :].split("</nav>")[0]
    assert re.findall(r"<a [^>]*>([^<]+?)(?: <|</a>)", nav) == [
        "待拟办", "待交办", "阅件传阅", "线下办理", "交办待签收", "承办异议待裁", "承办中",
        "反馈待审核", "待报专报", "领导审签中", "待销号", "已销号待归档",
        "待批申请", "今日到期", "已超期", "临期", "全部在办",
    ]  # fmt: skip


async def test_a_dispatcher_neither_lists_nor_counts_what_another_office_watches(
    client_as: ClientAs, office: Office
) -> None:
    async def overdue(actor: Actor) -> int:
        async with office.pool.acquire() as connection:
            return (await counts(connection, actor, now=clock()))["overdue"]

    before = await overdue(DISPATCHER)
    long_ago = clock() - timedelta(days=30)
    late = await open_case(office, actor=SECRETARY, inputs=INSTRUCTION, now=long_ago, kind="leader")
    assert await overdue(SECRETARY) >= 1
    assert await overdue(DISPATCHER) == before
    html = (await (await client_as(DISPATCHER)).get("/desk?queue=overdue")).text
    assert late.case.number not in html


async def test_the_desk_opens_with_what_waits_and_lists_what_came_back_three_times(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office, title="三次退回的路灯")
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    for unit in ("CGJ", "JTJ", "SWJ"):
        await act(office, number, "redispatch", DISPATCHER, lead_unit=unit, reason="派错")
    browser = await client_as(DISPATCHER)
    await opened(office)
    desk = (await browser.get("/desk")).text
    assert "批量派单" in desk
    often = (await browser.get("/desk?queue=returned_often")).text
    assert "三次退回的路灯" in often
    assert "退回3次" in often
    assert "督办" in often
