"""The case page: what each reader sees, the buttons each may press, and what a refusal keeps."""

import re
from typing import Any

from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from hotline.people import CLOCK, Actor
from tests.makers import (
    AGENT,
    CITY_CLERK,
    DISPATCHER,
    HEDONG_CLERK,
    REQUEST,
    REVIEWER,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs

PHONE_TEXT = {"content": "诉求人王女士（13800001234）反映柳桥路8号院停水两天。"}


async def opened(office: Office, **changes: Any) -> str:
    inputs = {**REQUEST, **changes}
    return (await open_case(office, actor=AGENT, inputs=inputs, now=clock())).case.number


async def act(office: Office, number: str, action: str, actor: Actor, **inputs: Any) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=clock())


def actions_on(html: str) -> set[str]:
    """The actions whose forms stand on the page."""
    return set(re.findall(r'<form[^>]* action="/cases/\d+/actions/(\w+)"', html))


async def test_each_sees_the_buttons_that_they_can_use(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    agent = await (await client_as(AGENT)).get(f"/cases/{number}")
    dispatcher = await (await client_as(DISPATCHER)).get(f"/cases/{number}")
    assert actions_on(agent.text) == {
        "amend", "supplement", "answer_directly", "merge", "withdraw",
    }  # fmt: skip
    assert "dispatch" in actions_on(dispatcher.text)
    assert (await (await client_as(WATER_CLERK)).get(f"/cases/{number}")).status_code == 404


async def test_a_form_moves_the_case_and_htmx_gets_the_case_anew(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    form = {"seen_version": "1", "lead_unit": "SWJ 云州市水务局", "co_units": ["CGJ", ""]}
    answer = await browser.post(f"/cases/{number}/actions/dispatch", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{number}")
    page = await browser.get(f"/cases/{number}")
    assert "“派单”已完成" in page.text and "待签收" in page.text and "云州市城市管理局" in page.text
    assert "“派单”已完成" not in (await browser.get(f"/cases/{number}")).text
    unit = await client_as(WATER_CLERK)
    fragment = await unit.post(
        f"/cases/{number}/actions/sign", data={}, headers={"hx-request": "true"}
    )
    assert fragment.status_code == 200
    assert fragment.text.lstrip().startswith(f'<article id="case-{number}"')
    assert "hx-swap-oob" in fragment.text and "“签收”已完成" in fragment.text


async def test_what_a_clock_did_stands_in_the_history_in_words(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    for action, level, since in (("warn", 1, "03-09T12:00:00"), ("breach", 3, "03-10T23:59:59")):
        moment = f"2026-{since}+08:00"
        await act(office, number, action, CLOCK, clock="whole", level=level, since=moment)
    page = await (await client_as(DISPATCHER)).get(f"/cases/{number}")
    assert "全程时限第一次预警，自2026-03-09 12:00起" in page.text
    assert "全程时限超期，自2026-03-10 23:59起" in page.text
    assert "+08:00</dd>" not in page.text and "<dd>whole</dd>" not in page.text


async def test_what_was_typed_stays_beside_what_is_wrong_with_it(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    answer = await browser.post(
        f"/cases/{number}/actions/dispatch",
        data={"seen_version": "1", "lead_unit": "没有的单位", "note": "请尽快办理"},
    )
    assert answer.status_code == 422
    assert "没有这个单位" in answer.text
    assert "没有的单位" in answer.text and "请尽快办理" in answer.text


async def test_a_stale_page_tells_what_changed_and_can_be_sent_again(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    await act(office, number, "supplement", AGENT, note="又来电补充")
    browser = await client_as(DISPATCHER)
    form = {"seen_version": "1", "lead_unit": "SWJ", "note": "按职责办理"}
    answer = await browser.post(f"/cases/{number}/actions/dispatch", data=form)
    assert answer.status_code == 409
    assert "话务员小林已“补充诉求”" in answer.text and "按职责办理" in answer.text
    assert 'name="seen_version" value="2"' in answer.text
    again = await browser.post(
        f"/cases/{number}/actions/dispatch", data=form | {"seen_version": "2"}
    )
    assert again.status_code == 303


async def test_what_was_chosen_for_an_act_that_is_over_stays_in_words(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="CGJ")
    typed = {"seen_version": "1", "lead_unit": "SWJ", "designate": "1", "note": "按职责办理"}
    browser = await client_as(DISPATCHER)
    answer = await browser.post(f"/cases/{number}/actions/dispatch", data=typed)
    assert answer.status_code == 409 and "您填写的内容已保留" in answer.text
    for kept in ("SWJ 云州市水务局", "是", "按职责办理"):
        assert f"<dd>{kept}</dd>" in answer.text


async def test_a_unit_reads_no_number_until_it_gives_a_reason(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office, **PHONE_TEXT)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK)
    browser = await client_as(WATER_CLERK)
    page = (await browser.get(f"/cases/{number}")).text
    assert "138****1234" in page and "13800001234" not in page and "138 0000 1234" not in page
    assert "王**" in page and "王女士" not in page
    refused = await browser.post(f"/cases/{number}/reveal", data={"reason": " "})
    assert refused.status_code == 422 and "查看理由" in refused.text
    shown = await browser.post(f"/cases/{number}/reveal", data={"reason": "约定上门时间"})
    assert "138 0000 1234" in shown.text
    row = await office.pool.fetchrow("select what, reason, staff_id from access order by id desc")
    assert row is not None
    assert tuple(row) == ("reveal_phone", "约定上门时间", WATER_CLERK.staff_id)


async def test_nobody_reveals_who_reports_wrongdoing(client_as: ClientAs, office: Office) -> None:
    number = await opened(office, request_type="report")
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK)
    browser = await client_as(WATER_CLERK)
    page = (await browser.get(f"/cases/{number}")).text
    told = (await browser.get(f"/api/v1/cases/{number}")).json()["requester"]
    assert "/reveal" not in page
    # Not even a surname and four digits: the unit may be the one accused.
    assert not any(word in page for word in ("王**", "1234<", "138****"))
    assert (told["name"], told["phone"]) == ("保密诉求人", "")
    answer = await browser.post(f"/cases/{number}/reveal", data={"reason": "想知道是谁"})
    assert answer.status_code == 409 and "0000 1234" not in answer.text


async def test_reading_a_confidential_case_is_written_down(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office, confidential=True)
    page = await (await client_as(REVIEWER)).get(f"/cases/{number}")
    assert "保密诉求人" in page.text and "138" not in page.text.split("</header>")[-1]
    noted = await office.pool.fetchval(
        'select count(*) from access a join "case" c on c.id = a.case_id'
        " where c.number = $1 and a.what = 'read_confidential' and a.staff_id = $2",
        number,
        REVIEWER.staff_id,
    )
    assert noted == 1


async def test_the_lookup_code_is_the_agents(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    code = await office.pool.fetchval('select lookup_code from "case" where number = $1', number)
    assert code in (await (await client_as(AGENT)).get(f"/cases/{number}")).text
    assert code not in (await (await client_as(DISPATCHER)).get(f"/cases/{number}")).text


async def test_a_foreign_case_is_not_found_and_not_moved(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ", co_units=["CGJ"])
    foreign = await client_as(HEDONG_CLERK)
    assert (await foreign.get(f"/cases/{number}")).status_code == 404
    assert (await foreign.post(f"/cases/{number}/actions/sign")).status_code == 404
    co_unit = await client_as(CITY_CLERK)
    assert (await co_unit.post(f"/cases/{number}/actions/sign")).status_code == 403


async def test_what_must_wait_says_why(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ", co_units=["CGJ"])
    await act(office, number, "sign", WATER_CLERK)
    page = (await (await client_as(WATER_CLERK)).get(f"/cases/{number}")).text
    assert "还有1个协办单位未反馈" in page and "reply" not in actions_on(page)


async def test_a_deadline_explains_every_day(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    page = (await browser.get(f"/cases/{number}")).text
    link = re.findall(rf"/cases/{number}/clocks/\d+", page)
    assert link
    days = [await browser.get(one) for one in dict.fromkeys(link)]
    assert any("第10日" in day.text and "不计" in day.text for day in days)


async def test_an_open_page_hears_of_a_change(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    assert "已有变动" not in (await browser.get(f"/cases/{number}/changed?seen=1")).text
    await act(office, number, "supplement", AGENT, note="又来电")
    changed = await browser.get(f"/cases/{number}/changed?seen=1")
    assert "已有变动" in changed.text and "补充诉求" in changed.text
