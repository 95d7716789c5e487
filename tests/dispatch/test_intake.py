"""A call or a case from whoever brings it: what is written down, once, and what is refused."""

import asyncio
from typing import Any

import pytest

from dispatch.intake import LoggedCall, log_call, open_case
from dispatch.office import Office
from dispatch.perform import Outcome, perform
from dispatch.record import load
from hotline.entries import EventEntry, chained
from hotline.errors import Conflict, Incomplete, NotFound, NotPermitted
from hotline.numbers import case_number, is_case_number
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    CITY_MANAGEMENT,
    DISPATCHER,
    HEDONG_CLERK,
    MONDAY,
    REQUEST,
    REVIEWER,
    WATER,
    WATER_CLERK,
)

ANSWERED = {
    "disposition": "answered",
    "requester_phone": "138 0000 5678",
    "subject": "咨询身份证换领",
    "answer": "请携带户口簿到就近派出所办理。",
}


async def call(office: Office, *, key: str | None = None, **inputs: Any) -> LoggedCall:
    return await log_call(office, actor=AGENT, inputs=inputs, now=MONDAY, idempotency_key=key)


async def counted(office: Office, table: str) -> int:
    found: int = await office.pool.fetchval(f'select count(*) from "{table}"')
    return found


async def act(office: Office, number: str, action: str, actor: Actor, **inputs: Any) -> Outcome:
    return await perform(office, number, action, actor=actor, inputs=inputs, now=MONDAY)


async def test_a_case_comes_back_with_what_a_caller_is_told(office: Office) -> None:
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    case = outcome.case
    assert is_case_number(case.number)
    assert case.number.startswith("260309")
    assert len(case.lookup_code) == 8
    assert (case.stage, case.requester_phone) == ("accepted", "+8613800001234")
    row = await office.pool.fetchrow(
        'select id, version from "case" where number = $1', case.number
    )
    assert row is not None
    assert (row["id"], row["version"]) == (case.id, 1)


async def test_what_a_case_is_made_of_is_written_together(office: Office) -> None:
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    key = outcome.case.id
    fetch = office.pool.fetch
    events = await fetch("select action, inputs from event where case_id = $1", key)
    assert [event["action"] for event in events] == ["open"]
    assert events[0]["inputs"]["title"] == REQUEST["title"]
    clocks = await fetch("select name, ring_at from clock where case_id = $1 order by name", key)
    assert [clock["name"] for clock in clocks] == ["dispatch", "whole"]
    assert all(clock["ring_at"] for clock in clocks)
    (text,) = await fetch("select * from message where case_id = $1", key)
    assert (text["template"], text["state"], text["channel"]) == (
        "citizen/accepted", "queued", "sms",
    )  # fmt: skip
    assert text["next_at"] == MONDAY
    assert (
        await office.pool.fetchval("select count(*) from case_words where case_id = $1", key) == 1
    )


async def test_the_history_in_the_database_is_chained(office: Office) -> None:
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    number = outcome.case.number
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ", co_units=["CGJ"], note="急")
    await act(office, number, "sign", WATER_CLERK)
    rows = await office.pool.fetch(
        "select * from event where case_id = $1 order by seq", outcome.case.id
    )
    previous = bytes(32)
    for row in rows:
        fields = {name: row[name] for name in EventEntry.__struct_fields__}
        previous = chained(previous, number, EventEntry(**fields))
        assert row["hash"] == previous
    assert len(rows) == 3


async def test_of_two_openings_with_one_key_one_case_is_made(office: Office) -> None:
    before = await counted(office, "case")
    both = await asyncio.gather(
        *(
            open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY, idempotency_key="twice")
            for _ in range(4)
        )
    )
    assert len({outcome.case.number for outcome in both}) == 1
    assert sorted(outcome.repeated for outcome in both) == [False, True, True, True]
    assert await counted(office, "case") == before + 1


async def test_a_key_that_did_something_else_is_a_conflict(office: Office) -> None:
    key = "one-key"
    opened = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY, idempotency_key=key)
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await perform(
            office, opened.case.number, "supplement", actor=AGENT, inputs={"note": "补充"},
            now=MONDAY, idempotency_key=key,
        )  # fmt: skip
    # The same key of somebody else is another key.
    other = await open_case(
        office, actor=DISPATCHER, inputs=REQUEST, now=MONDAY, idempotency_key=key
    )
    assert other.case.number != opened.case.number


async def test_a_key_with_other_words_is_a_conflict_and_with_the_same_ones_typed_otherwise_not(
    office: Office,
) -> None:
    key = "same-words"
    first = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY, idempotency_key=key)
    typed = {**REQUEST, "requester_phone": "+86 138-0000-1234", "title": f" {REQUEST['title']} "}
    again = await open_case(office, actor=AGENT, inputs=typed, now=MONDAY, idempotency_key=key)
    assert again.repeated and again.case.number == first.case.number
    other = {**REQUEST, "title": "另一件事"}
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await open_case(office, actor=AGENT, inputs=other, now=MONDAY, idempotency_key=key)

    async def supplement(note: str) -> Outcome:
        return await perform(
            office, first.case.number, "supplement", actor=AGENT, inputs={"note": note},
            now=MONDAY, idempotency_key="same-note",
        )  # fmt: skip

    assert not (await supplement("又来电补充")).repeated
    assert (await supplement("又来电补充")).repeated
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await supplement("别的话")


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (ANSWERED, {"answer": "别的答复。"}),
        (ANSWERED, {"subject": "别的事"}),
        (ANSWERED, {"disposition": "explained", "ground": "privacy"}),
        (REQUEST | {"disposition": "case"}, {"content": "别的诉求"}),
    ],
)
async def test_a_key_of_a_call_stands_for_that_call_alone(
    office: Office, first: dict[str, Any], other: dict[str, Any]
) -> None:
    key = f"call-{'-'.join(other)}"
    logged = await call(office, key=key, **first)
    assert (await call(office, key=key, **first)).id == logged.id
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await call(office, key=key, **first | other)


async def test_a_refused_opening_writes_nothing(office: Office) -> None:
    before = await counted(office, "case"), await counted(office, "event")
    with pytest.raises(Incomplete):
        await open_case(office, actor=AGENT, inputs={**REQUEST, "content": "\u202e"}, now=MONDAY)
    with pytest.raises(NotPermitted):
        await open_case(office, actor=WATER_CLERK, inputs=REQUEST, now=MONDAY)
    assert (await counted(office, "case"), await counted(office, "event")) == before


async def test_many_intakes_get_many_numbers(office: Office) -> None:
    outcomes = await asyncio.gather(
        *(open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY) for _ in range(60))
    )
    assert len({outcome.case.number for outcome in outcomes}) == 60


async def test_a_question_that_is_answered_at_once_leaves_no_case(office: Office) -> None:
    before = await counted(office, "case")
    logged = await call(office, **ANSWERED)
    row = await office.pool.fetchrow("select * from call where id = $1", logged.id)
    assert row is not None
    assert (row["phone"], row["subject"], row["answer"]) == (
        "+8613800005678", ANSWERED["subject"], ANSWERED["answer"],
    )  # fmt: skip
    assert (row["case_id"], logged.case, row["agent_id"]) == (None, None, AGENT.staff_id)
    assert await counted(office, "case") == before


async def test_a_call_opens_its_case_together_with_it(office: Office) -> None:
    logged = await call(office, disposition="case", **REQUEST)
    assert logged.case is not None
    row = await office.pool.fetchrow("select * from call where id = $1", logged.id)
    assert row is not None
    assert row["case_id"] == logged.case.case.id
    assert row["subject"] == REQUEST["title"]


async def test_a_call_whose_case_is_incomplete_is_not_logged_either(office: Office) -> None:
    before = await counted(office, "call"), await counted(office, "case")
    with pytest.raises(Incomplete) as refusal:
        await call(office, disposition="case", **{**REQUEST, "title": "", "requester_phone": "1"})
    assert set(refusal.value.fields) == {"title", "requester_phone"}, "all that is wrong, at once"
    assert (await counted(office, "call"), await counted(office, "case")) == before


@pytest.mark.parametrize(
    "inputs",
    [
        {"disposition": "emergency", "ground": "119"},
        {"disposition": "statutory_channel", "ground": "arbitration"},
        {"disposition": "explained", "ground": "market", "answer": "可向行业协会反映。"},
        {"disposition": "silent"},
        {"disposition": "silent", "anonymous": True},
    ],
)
async def test_a_refusal_is_recorded_with_its_ground(
    office: Office, inputs: dict[str, Any]
) -> None:
    logged = await call(office, **inputs)
    row = await office.pool.fetchrow("select * from call where id = $1", logged.id)
    assert row is not None
    assert row["disposition"] == inputs["disposition"]
    assert row["ground"] == inputs.get("ground", "")
    assert (row["phone"], row["anonymous"]) == ("", inputs.get("anonymous", False))


async def test_a_call_about_a_case_in_hand_names_it(office: Office) -> None:
    opened = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    number = opened.case.number
    logged = await call(office, disposition="in_progress", case_number=f"工单号 {number}")
    row = await office.pool.fetchrow("select case_id from call where id = $1", logged.id)
    assert row is not None
    assert row["case_id"] == opened.case.id
    assert logged.case is None


@pytest.mark.parametrize(
    ("inputs", "wrong"),
    [
        ({}, {"disposition"}),
        ({"disposition": "hung_up"}, {"disposition"}),
        ({"disposition": ["answered"]}, {"disposition"}),
        ({"disposition": "answered"}, {"subject", "answer"}),
        ({**ANSWERED, "answer": ""}, {"answer"}),
        ({**ANSWERED, "answer": ["好"]}, {"answer"}),
        ({**ANSWERED, "subject": 5}, {"subject"}),
        ({**ANSWERED, "subject": "咨" * 101}, {"subject"}),
        ({**ANSWERED, "answer": "好\u202e"}, {"answer"}),
        ({**ANSWERED, "requester_phone": "12"}, {"requester_phone"}),
        ({**ANSWERED, "category": "99"}, {"category"}),
        ({"disposition": "emergency"}, {"ground"}),
        ({"disposition": "emergency", "ground": "arbitration"}, {"ground"}),
        ({"disposition": "explained", "ground": ["market"]}, {"ground"}),
        ({"disposition": "in_progress"}, {"case_number"}),
        ({"disposition": "in_progress", "case_number": "2603090000018"}, {"case_number"}),
        ({"disposition": "in_progress", "case_number": case_number(MONDAY.date(), 999_999)},
         {"case_number"}),
    ],
)  # fmt: skip
async def test_a_call_that_cannot_be_logged_says_why(
    office: Office, inputs: dict[str, Any], wrong: set[str]
) -> None:
    before = await counted(office, "call")
    with pytest.raises(Incomplete) as refusal:
        await call(office, **inputs)
    assert set(refusal.value.fields) == wrong
    assert await counted(office, "call") == before


async def test_of_two_submits_of_one_call_one_is_logged(office: Office) -> None:
    before = await counted(office, "call"), await counted(office, "case")
    form = {"disposition": "case", **REQUEST}
    both = await asyncio.gather(*(call(office, key="press-twice", **form) for _ in range(3)))
    again = await call(office, key="press-twice", **form)
    assert len({logged.id for logged in (*both, again)}) == 1
    numbers = {logged.case.case.number for logged in (*both, again) if logged.case}
    assert len(numbers) == 1
    assert (await counted(office, "call"), await counted(office, "case")) == (
        before[0] + 1, before[1] + 1,
    )  # fmt: skip


@pytest.mark.parametrize("person", [DISPATCHER, CALLBACK, WATER_CLERK])
async def test_only_an_agent_logs_calls(office: Office, person: Actor) -> None:
    with pytest.raises(NotPermitted):
        await log_call(office, actor=person, inputs=ANSWERED, now=MONDAY)


async def test_a_unit_that_lost_the_case_after_a_redo_no_longer_sees_it(office: Office) -> None:
    opened = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    number = opened.case.number
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ", co_units=["HDQ"])
    await act(office, number, "sign", WATER_CLERK)
    await act(office, number, "co_sign", HEDONG_CLERK)
    await act(office, number, "co_reply", HEDONG_CLERK, reply="已清理路面。")
    await act(office, number, "reply", WATER_CLERK, result="solved", reply="已恢复。")
    await act(office, number, "redo", REVIEWER, redo_reasons=["no_result"], note="缺恢复时间")
    async with office.pool.acquire() as connection:
        assert await load(connection, number, WATER_CLERK) is not None
        await act(office, number, "redispatch", DISPATCHER, lead_unit="CGJ", reason="属市容问题")
        assert await load(connection, number, WATER_CLERK) is None
        assert await load(connection, number, HEDONG_CLERK) is not None
        file = await load(connection, number, CITY_CLERK)
    assert file is not None
    assert [part.unit_id for part in file.parts] == [CITY_MANAGEMENT]
    with pytest.raises(NotFound):
        await act(office, number, "object", WATER_CLERK, objection_ground="unclear", note="x")


async def test_the_figures_in_the_database_say_where_cases_stand(office: Office) -> None:
    opened = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    before = await standing(office)
    await act(office, opened.case.number, "dispatch", DISPATCHER, lead_unit="SWJ")
    after = await standing(office)
    moved = {figure: n - before.get(figure, 0) for figure, n in after.items()}
    assert {figure: n for figure, n in moved.items() if n} == {
        ("stage:accepted", None): -1,
        ("stage:dispatched", WATER): 1,
    }


async def standing(office: Office) -> dict[tuple[str, int | None], int]:
    rows = await office.pool.fetch(
        "select measure, unit_id, sum(n)::int as n from tally where day is null group by 1, 2"
    )
    return {(row["measure"], row["unit_id"]): row["n"] for row in rows}
