"""One case after the other: the reviewer and the callback agent, as they see it."""

import re

from dispatch.office import Office, clock
from dispatch.perform import perform
from tests.makers import AGENT, CALLBACK, DISPATCHER, REVIEWER, WATER_CLERK
from tests.web.conftest import ClientAs
from tests.web.test_desk import act, answered, opened, replied, stage

POINTS = "1、柳桥路停水两天，要求恢复供水。2、物业乱收停车费，请核查。"


async def handled(office: Office, content: str, reply: str) -> str:
    number = await opened(office, content=content)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK)
    await act(office, number, "reply", WATER_CLERK, result="solved", reply=reply)
    return number


async def test_the_reply_stands_beside_the_points_of_the_request(
    client_as: ClientAs, office: Office
) -> None:
    number = await handled(office, POINTS, "柳桥路已于3月9日恢复供水。来电13912340000可查。")
    html = (await (await client_as(REVIEWER)).get(f"/desk/review?number={number}")).text
    assert "相近：答复第1段" in html and "答复中没有看到相近的字句" in html
    assert re.search(r"hint-open.*?逐点答复", html, re.S) and "只看字面，由您判断" in html
    # The reviewer does not know the requester, and so sees no number in a text either.
    assert "13912340000" not in html


async def test_a_refused_verdict_keeps_what_was_typed(client_as: ClientAs, office: Office) -> None:
    number = await replied(office)
    browser = await client_as(REVIEWER)
    path = f"/desk/review/{number}/redo"
    answer = await browser.post(path, data={"note": "请写明何时修好", "seen_version": "4"})
    assert answer.status_code == 422
    assert "请写明何时修好" in answer.text and "do-redo-redo_reasons-wrong" in answer.text

    await act(office, number, "supplement", AGENT, note="今天仍未来水")
    typed = {"note": "请写明何时修好", "redo_reasons": ["no_result"], "seen_version": "4"}
    answer = await browser.post(path, data=typed)
    assert answer.status_code == 409
    assert "话务员小林已“补充诉求”" in answer.text and "请写明何时修好" in answer.text
    assert 'value="no_result" data-shortcut="2" checked' in answer.text
    assert await stage(office, number) == "replied"

    # The page that was shown again knows the new version: the second time it is done.
    version = re.search(r'name="seen_version" value="(\d+)"', answer.text)
    assert version
    answer = await browser.post(path, data={**typed, "seen_version": version[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/review")
    assert await stage(office, number) == "handling"


async def test_what_was_typed_is_shown_also_when_the_case_has_gone(
    client_as: ClientAs, office: Office
) -> None:
    number = await replied(office)
    await act(office, number, "approve", REVIEWER)
    browser = await client_as(REVIEWER)
    typed = {"note": "请写明何时修好", "redo_reasons": ["no_result"], "seen_version": "4"}
    answer = await browser.post(f"/desk/review/{number}/redo", data=typed)
    assert answer.status_code == 409
    assert "请写明何时修好" in answer.text and "本件现为“待回访”" in answer.text


async def test_a_verdict_sent_twice_is_taken_once(client_as: ClientAs, office: Office) -> None:
    number = await replied(office)
    browser = await client_as(REVIEWER)
    sent = {"seen_version": "4", "idempotency_key": "zweimal-1"}
    answers = [await browser.post(f"/desk/review/{number}/approve", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    taken = await office.pool.fetchval(
        'select count(*) from event e join "case" c on c.id = e.case_id'
        " where c.number = $1 and e.action = 'approve'",
        number,
    )
    assert taken == 1


async def test_a_desk_takes_only_its_own_actions(client_as: ClientAs, office: Office) -> None:
    number = await replied(office)
    browser = await client_as(REVIEWER)
    assert (await browser.post(f"/desk/review/{number}/supplement", data={})).status_code == 404
    assert (await browser.post(f"/desk/callback/{number}/callback", data={})).status_code == 403


async def test_back_to_the_one_before(client_as: ClientAs, office: Office) -> None:
    for _ in range(2):
        await replied(office)
    browser = await client_as(REVIEWER)
    first = (await browser.get("/desk/review")).text
    here = re.search(r'href="/cases/(\d{13})"', first)
    forward = re.search(r'href="(/desk/review\?after=[^"]+)"', first)
    assert here and forward and 'data-shortcut="k"' not in first
    second = (await browser.get(forward[1])).text
    assert f'href="/desk/review?number={here[1]}" data-shortcut="k"' in second


async def test_whom_nobody_reached_is_called_later(client_as: ClientAs, office: Office) -> None:
    """The next one comes first; the plan is told, and shown when the case is opened again."""
    await office.pool.execute("update \"case\" set handlers = '{}'")
    missed, other = (
        await answered(office, urgency="danger", requester_phone="13912345601"),
        await answered(office, requester_phone="13912345602"),
    )
    browser = await client_as(CALLBACK)
    answer = await browser.post(
        f"/desk/callback/{missed}/callback",
        data={"attempt": "no_answer", "note": "晚上再打", "seen_version": "5"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/callback")
    following = (await browser.get("/desk/callback")).text
    assert "“回访”已完成。下次回访：" in following
    assert f'href="/cases/{missed}"' not in following
    again = (await browser.get(f"/desk/callback?number={missed}")).text
    assert "本轮已回访1次" in again and "已约下次" in again
    assert "晚间（18:00–20:00）" in again and "约定的时段" in again
    assert 'href="tel:+8613912345601"' in again
    assert await stage(office, other) == "answered"


async def test_when_the_number_was_heard_is_proposed(client_as: ClientAs, office: Office) -> None:
    number = await answered(office, requester_phone="13912345603")
    await perform(
        office, number, "callback", actor=CALLBACK, now=clock(), inputs={"attempt": "busy"}
    )
    await office.pool.execute(
        "insert into call (at, agent_id, phone, disposition) select d, $1, $2, 'answered'"
        " from unnest($3::timestamptz[]) d",
        AGENT.staff_id,
        "+8613912345603",
        [clock().replace(hour=2, minute=30), clock().replace(hour=3, minute=0)],
    )
    html = (await (await client_as(CALLBACK)).get(f"/desk/callback?number={number}")).text
    assert "上午（09:00–12:00）" in html and "这个号码在此时段通话2次" in html
