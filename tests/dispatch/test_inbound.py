"""Texts from citizens: what they are taken for, who is answered, and when we stay silent."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.inbound import handle_waiting, quarantine, receive
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.outbox import deliver_waiting
from dispatch.perform import perform
from dispatch.understanding import Help, Lookup, Rating, Stop, Unclear, understand
from hotline.casefile import CaseFile
from tests.makers import AGENT, DISPATCHER, MONDAY, REQUEST, REVIEWER, WATER_CLERK

OWNER, STRANGER = "13800001234", "13900005678"
NUMBER = "2603090000017"  # ends on its check digit


@pytest.fixture(autouse=True)
async def nobody_wrote(office: Office) -> None:
    await office.pool.execute("truncate message, opt_out, inbound_message")


async def accepted(office: Office, **changes: Any) -> CaseFile:
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=MONDAY)
    return outcome.case


async def answered(office: Office, **changes: Any) -> CaseFile:
    """A case whose requester has just been asked for a rating."""
    case = await accepted(office, **changes)
    for action, actor, inputs in (
        ("dispatch", DISPATCHER, {"lead_unit": "SWJ"}),
        ("sign", WATER_CLERK, {}),
        ("reply", WATER_CLERK, {"result": "solved", "reply": "已恢复供水。"}),
        ("approve", REVIEWER, {}),
    ):
        outcome = await perform(office, case.number, action, actor=actor, inputs=inputs, now=MONDAY)
    await deliver_waiting(office, MONDAY)
    return outcome.case


async def write(
    office: Office, body: str, *, sender: str = OWNER, now: datetime = MONDAY, key: str = ""
) -> str | None:
    """Text the hotline and read what comes back: the words of the reply, or None."""
    count = await office.pool.fetchval("select count(*) from inbound_message")
    inbound = await receive(
        office,
        provider="sim",
        provider_id=key or f"in{count}",
        phone=sender,
        to="12345",
        body=body,
        received_at=now,
    )
    await handle_waiting(office, now)
    await deliver_waiting(office, now)
    row = await office.pool.fetchrow(
        "select m.body, m.state from inbound_message i join message m on m.id = i.reply_id"
        " where i.id = $1",
        inbound,
    )
    if row is None:
        return None
    assert row["state"] == "accepted"
    return str(row["body"]).removeprefix("【云州12345】")


async def understood(office: Office) -> list[str]:
    rows = await office.pool.fetch("select understood from inbound_message order by id")
    return [row["understood"] for row in rows]


def after(**delta: float) -> datetime:
    return MONDAY + timedelta(**delta)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (NUMBER, Lookup(NUMBER)),
        (f" 查询 {NUMBER} ", Lookup(NUMBER)),
        ("２６０３０９００００ ０１７", Lookup(NUMBER)),
        (f"工单号：{NUMBER}。", Lookup(NUMBER)),
        (f"{NUMBER} abcd2345", Lookup(NUMBER, "ABCD2345")),
        (f"{NUMBER}+查询码ABCD-2345", Lookup(NUMBER, "ABCD2345")),
        (f"{NUMBER} ABCD0345", Lookup("")),
        ("2603090000016", Lookup("")),
        ("查询", Lookup("")),
        ("260309000001", Lookup("")),
        ("5", Rating("5")),
        ("５分，处理得很快", Rating("5", "处理得很快")),
        ("1 还是没水", Rating("1", "还是没水")),
        ("2不满意", Rating("2")),
        ("4。", Rating("4")),
        ("6", Unclear()),
        ("1号楼停水了", Unclear()),
        ("1.5天了", Unclear()),
        ("50", Unclear()),
        ("td", Stop()),
        ("退订。", Stop()),
        ("Ｔ", Stop()),
        ("帮助", Help()),
        ("Help!", Help()),
        ("", Unclear()),
        ("\u202e\u200b", Unclear()),
        ("你好" * 500, Unclear()),
    ],
)
def test_what_a_text_asks_for(text: str, meaning: object) -> None:
    assert understand(text) == meaning


async def test_the_number_that_the_case_knows_is_told_state_and_day(office: Office) -> None:
    case = await accepted(office)
    told = await write(office, case.number)
    assert told == f"尾号{case.number[-4:]}工单：已受理，承诺办结日期2026年3月23日。"


async def test_another_number_needs_the_look_up_code(office: Office) -> None:
    case = await accepted(office)
    told = await write(office, f"{case.number} {case.lookup_code.lower()}", sender=STRANGER)
    assert told and "已受理" in told
    assert await understood(office) == ["lookup"]


async def test_wrong_none_and_foreign_are_answered_alike(office: Office) -> None:
    case = await accepted(office, requester_phone="13700009999")
    unknown = "2603098888881"
    asked = [case.number, f"{case.number} ZZZZ2222", unknown, "查询 123", "2603090000016"]
    senders = [f"1390000{n:04}" for n in range(len(asked))]
    told = [await write(office, text, sender=s) for text, s in zip(asked, senders, strict=True)]
    assert len(set(told)) == 1 and told[0] is not None and told[0].startswith("未查到")
    assert await understood(office) == ["miss"] * len(asked)


async def test_no_answer_holds_content_name_or_address(office: Office) -> None:
    case = await accepted(office)
    told = await write(office, case.number)
    for private in ("停水", "王", "柳桥", OWNER, case.number):
        assert private not in (told or "")


async def test_one_reply_a_minute_five_an_hour(office: Office) -> None:
    await accepted(office)
    assert await write(office, "帮助")
    assert await write(office, "怎么查", now=after(seconds=59)) is None
    got = [await write(office, f"问{n}", now=after(minutes=2 * n)) for n in range(1, 8)]
    assert [bool(reply) for reply in got] == [True] * 4 + [False] * 3
    assert await write(office, "再问", now=after(minutes=63))


async def test_five_misses_end_in_silence_even_for_the_right_code(office: Office) -> None:
    case = await accepted(office)
    for n in range(5):
        await write(office, f"{case.number} AAAA222{n + 2}", sender=STRANGER, now=after(hours=n))
    right = f"{case.number} {case.lookup_code}"
    assert await write(office, right, sender=STRANGER, now=after(hours=6)) is None
    assert await write(office, right, sender=STRANGER, now=after(hours=30))


async def test_a_number_without_a_case_gets_one_neutral_reply_a_day(office: Office) -> None:
    assert await write(office, "你好", sender="13911112222")
    assert await write(office, "在吗", sender="13911112222", now=after(hours=3)) is None
    assert await write(office, "在吗", sender="13911112222", now=after(hours=25))


async def test_the_same_words_again_are_not_answered_again(office: Office) -> None:
    await accepted(office)
    assert await write(office, "查 询")
    assert await write(office, "查询", now=after(minutes=9)) is None
    assert await write(office, "查询", now=after(minutes=11))


@pytest.mark.parametrize("sender", ["12345", "10086", "955988", "110", "", "abc"])
async def test_machines_and_our_own_number_are_not_talked_with(office: Office, sender: str) -> None:
    assert await write(office, "帮助", sender=sender) is None


async def test_a_landline_gets_no_text_but_nothing_breaks(office: Office) -> None:
    await receive(
        office,
        provider="sim",
        provider_id="landline",
        phone="0599-8881234",
        to="12345",
        body="帮助",
        received_at=MONDAY,
    )
    await handle_waiting(office, MONDAY)
    await deliver_waiting(office, MONDAY)
    assert await office.pool.fetchval("select state from message") == "suppressed"


async def test_a_rating_goes_to_the_case_and_a_second_replaces_it(office: Office) -> None:
    case = await answered(office)
    told = await write(office, "２ 又停了")
    assert (
        told == f"已记录您对尾号{case.number[-4:]}工单的评价：不满意。24小时内再次回复数字可更改。"
    )
    row = await rated(office, case)
    assert (row["satisfied"], row["stage"]) == (2, "called_back")
    assert row["inputs"] == {"rating": "2", "note": "又停了"}
    await write(office, "5", now=after(hours=23))
    assert (await rated(office, case))["satisfied"] == 5
    await write(office, "1", now=after(hours=25))
    assert (await rated(office, case))["satisfied"] == 5


async def rated(office: Office, case: CaseFile) -> Any:
    return await office.pool.fetchrow(
        'select c.satisfied, c.stage, e.inputs from "case" c'
        " left join event e on e.case_id = c.id and e.action = 'rate'"
        " where c.number = $1 order by e.seq desc limit 1",
        case.number,
    )


async def test_a_rating_belongs_to_the_last_question(office: Office) -> None:
    earlier, later = await answered(office), await answered(office)
    await write(office, "4")
    assert (await rated(office, earlier))["satisfied"] is None
    assert (await rated(office, later))["satisfied"] == 4


async def test_a_rating_that_nobody_asked_for_changes_nothing(office: Office) -> None:
    case = await answered(office)
    stranger = await write(office, "1", sender=STRANGER)
    late = await write(office, "1", now=after(days=7, seconds=1))
    assert stranger == late and stranger and stranger.startswith("查询进度")
    assert (await rated(office, case))["satisfied"] is None


async def test_a_rating_while_the_case_is_redone_waits_for_the_next_question(
    office: Office,
) -> None:
    case = await answered(office)
    await write(office, "1")
    await perform(
        office,
        case.number,
        "redo",
        actor=DISPATCHER,
        inputs={"redo_reasons": ["no_result"], "note": "未解决，请重办。"},
        now=MONDAY,
    )
    told = await write(office, "3", now=after(hours=2))
    assert told and told.startswith("查询进度")
    assert (await rated(office, case))["satisfied"] is None


async def test_td_ends_the_questions_is_confirmed_once_and_beats_the_limits(
    office: Office,
) -> None:
    case = await answered(office)
    assert await write(office, "帮助")
    told = await write(office, "TD")
    assert told and told.startswith("已为您退订")
    assert await write(office, "退订", now=after(hours=2)) is None
    assert await office.pool.fetchval("select count(*) from opt_out") == 1
    status = await write(office, case.number, now=after(hours=2))
    assert status and "已答复" in status


async def test_a_text_delivered_five_times_is_one_text(office: Office) -> None:
    await answered(office)
    for _ in range(5):
        await write(office, "5", key="kannel-id-1")
    assert await understood(office) == ["rating"]
    assert await office.pool.fetchval("select count(*) from message where purpose='lookup'") == 1


async def test_without_an_id_sender_words_and_moment_stand_for_it(office: Office) -> None:
    text = {"provider": "sim", "provider_id": "", "phone": OWNER, "to": "12345", "body": "帮助"}
    first = await receive(office, **text, received_at=MONDAY)
    assert await receive(office, **text, received_at=MONDAY) == first
    assert await receive(office, **text, received_at=after(seconds=1)) != first


async def test_several_workers_act_on_each_text_once(office: Office) -> None:
    case = await answered(office)
    for n in range(30):
        await receive(
            office,
            provider="sim",
            provider_id=f"many{n}",
            phone=OWNER if n % 3 == 0 else f"1391111{n:04}",
            to="12345",
            body=str(n % 5 + 1),
            received_at=after(seconds=n),
        )
    counts = await asyncio.gather(*(handle_waiting(office, MONDAY) for _ in range(4)))
    assert sum(counts) == 30
    events = await office.pool.fetch(
        'select e.inputs from event e join "case" c on c.id = e.case_id'
        " where c.number = $1 and e.action = 'rate' order by e.seq",
        case.number,
    )
    assert [e["inputs"]["rating"] for e in events] == [str(n % 5 + 1) for n in range(0, 30, 3)]


async def test_one_text_that_trips_us_does_not_stop_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def understand_most(body: str) -> object:
        if body == "怪":
            raise ZeroDivisionError
        return understand(body)

    monkeypatch.setattr("dispatch.inbound.understand", understand_most)
    await accepted(office)
    await write(office, "怪")
    assert await write(office, "帮助")
    assert await understood(office) == ["failed", "help"]


async def test_what_cannot_be_read_is_kept_and_not_answered(office: Office) -> None:
    await quarantine(office, provider="kannel", raw="from=&text=\x00", received_at=MONDAY)
    assert await handle_waiting(office, MONDAY) == 0
    assert await understood(office) == ["malformed"]


async def test_a_late_answer_is_not_sent(office: Office) -> None:
    case = await accepted(office)
    await receive(
        office,
        provider="sim",
        provider_id="late",
        phone=OWNER,
        to="12345",
        body=case.number,
        received_at=after(hours=-7),
    )
    await handle_waiting(office, MONDAY)
    await deliver_waiting(office, MONDAY)
    state = await office.pool.fetchval("select state from message where purpose = 'lookup'")
    assert state == "expired"
