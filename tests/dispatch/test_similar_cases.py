"""Likely repeats as the database finds them: within the window, and what the reader may see."""

from datetime import timedelta

import pytest

from dispatch.intake import log_call, open_case
from dispatch.office import Office
from dispatch.similar import similar_cases
from hotline.casefile import CaseFile
from hotline.errors import Incomplete
from hotline.people import Actor
from hotline.similar import SAME_NUMBER, SAME_PLACE, SAME_WORDS, Told
from tests.makers import AGENT, DISPATCHER, MONDAY, REQUEST, WATER_CLERK

ASKED = Told(title="柳桥路8号院又停水了", phone="+8613800001234", place="990101001")


async def opened(office: Office, *, days_ago: float = 1, **given: object) -> CaseFile:
    outcome = await open_case(
        office, actor=AGENT, inputs={**REQUEST, **given}, now=MONDAY - timedelta(days=days_ago)
    )
    return outcome.case


async def found(office: Office, told: Told, actor: Actor = AGENT) -> dict[str, tuple[str, ...]]:
    async with office.pool.acquire() as connection:
        cases = await similar_cases(
            connection,
            actor,
            told,
            kind="citizen",
            shares=await office.advice.shares(),
            now=MONDAY,
        )
    return {one.row.number: one.reasons for one in cases}


async def test_repeats_come_with_their_reasons(office: Office) -> None:
    same = await opened(office)
    neighbour = await opened(office, requester_phone="13900005678", title="柳桥路8号院还是停水")
    await opened(
        office, requester_phone="13900005678", title="咨询公积金", content="咨询公积金额度"
    )
    told = Told(
        title=ASKED.title, phone=ASKED.phone, place="990101001", category=REQUEST["category"]
    )
    reasons = await found(office, told)
    assert reasons[same.number] == (SAME_NUMBER, SAME_PLACE, SAME_WORDS)
    assert reasons[neighbour.number] == (SAME_PLACE, SAME_WORDS)
    assert len(reasons) == 2


async def test_only_the_window_is_looked_at(office: Office) -> None:
    old = await opened(office, days_ago=8, title="南门广场喷泉漏电", content="南门广场喷泉漏电。")
    told = Told(title="南门广场喷泉漏电")
    assert await found(office, told) == {}
    async with office.pool.acquire() as connection:
        ever = await similar_cases(
            connection, AGENT, told, kind="citizen", shares=await office.advice.shares(),
            now=MONDAY, window=None,
        )  # fmt: skip
    assert [one.row.number for one in ever] == [old.number]


async def test_at_most_five_and_never_the_case_itself(office: Office) -> None:
    cases = [
        await opened(office, requester_phone=f"1390000{at:04d}", title="东湖路灯整夜不亮",
                     content="东湖路灯整夜不亮，出行不便。")
        for at in range(7)
    ]  # fmt: skip
    async with office.pool.acquire() as connection:
        likely = await similar_cases(
            connection,
            DISPATCHER,
            Told(title="东湖路灯整夜不亮"),
            kind="citizen",
            shares=await office.advice.shares(),
            now=MONDAY,
            besides=cases[-1].id,
        )
    assert len(likely) == 5 and cases[-1].id not in {one.row.id for one in likely}


async def test_a_unit_is_told_of_its_own_cases_only(office: Office) -> None:
    await opened(office, title="西岭隧道渗水结冰", content="西岭隧道渗水结冰。")
    told = Told(title="西岭隧道渗水结冰")
    assert await found(office, told) != {}
    assert await found(office, told, WATER_CLERK) == {}


async def test_a_number_is_no_key_to_a_confidential_case(office: Office) -> None:
    await opened(
        office, confidential=True, requester_phone="13700007777", title="举报北苑餐馆用假秤",
        content="北苑餐馆用假秤。",
    )  # fmt: skip
    told = Told(title="北苑餐馆用假秤", phone="+8613700007777")
    (by_agent,) = (await found(office, told)).values()
    (by_dispatcher,) = (await found(office, told, DISPATCHER)).values()
    assert SAME_NUMBER in by_agent and SAME_NUMBER not in by_dispatcher


async def test_a_call_is_opened_and_merged_or_neither(office: Office) -> None:
    main = await opened(office, title="沿江步道塌陷", content="沿江步道塌陷。")
    call = {**REQUEST, "disposition": "case", "requester_phone": "13900001111"}
    logged = await log_call(
        office, actor=AGENT, inputs=call, now=MONDAY, merge_into=main.number,
        idempotency_key="merged-at-once",
    )  # fmt: skip
    assert logged.case and logged.case.case.stage == "merged"
    assert await office.pool.fetchval('select merged from "case" where id = $1', main.id) == 1
    again = await log_call(
        office, actor=AGENT, inputs=call, now=MONDAY, merge_into=main.number,
        idempotency_key="merged-at-once",
    )  # fmt: skip
    assert again.case and again.case.case.number == logged.case.case.number

    async def counts() -> tuple[int, int]:
        row = await office.pool.fetchrow(
            'select (select count(*) from "case") as cases, (select count(*) from call) as calls'
        )
        assert row is not None
        return row["cases"], row["calls"]

    before = await counts()
    with pytest.raises(Incomplete) as refusal:
        await log_call(
            office, actor=AGENT, inputs=call, now=MONDAY, merge_into=logged.case.case.number
        )
    assert "不能再并入" in refusal.value.fields["main_case"]
    assert await counts() == before
