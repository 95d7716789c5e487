"""The one door: what it writes, whom it lets in, and what happens when two press at once."""

import asyncio
from typing import Any

import asyncpg
import pytest

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import Outcome, perform
from dispatch.record import load
from hotline.casefile import CaseFile
from hotline.errors import Conflict, Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CITY_CLERK,
    DISPATCHER,
    HEDONG_CLERK,
    MONDAY,
    REQUEST,
    REVIEWER,
    WATER_CLERK,
)


async def opened(office: Office, **changes: Any) -> str:
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=MONDAY)
    return outcome.case.number


async def act(
    office: Office,
    number: str,
    action: str,
    actor: Actor,
    *,
    seen: int | None = None,
    **inputs: Any,
) -> Outcome:
    return await perform(
        office, number, action, actor=actor, inputs=inputs, now=MONDAY, seen_version=seen
    )


async def test_what_was_written_is_what_is_loaded(office: Office) -> None:
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    async with office.pool.acquire() as connection:
        loaded = await load(connection, outcome.case.number, AGENT)
    assert loaded is not None
    assert loaded.title == REQUEST["title"]
    assert {clock.name: clock.due_at for clock in loaded.clocks} == {
        clock.name: clock.due_at for clock in outcome.case.clocks
    }
    assert loaded.last_hash == outcome.case.last_hash
    assert loaded.next_due_at == outcome.case.next_due_at


async def test_a_case_goes_from_hand_to_hand_and_each_sees_only_its_own(office: Office) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ", co_units=["CGJ"])
    with pytest.raises(NotFound):
        await act(office, number, "sign", HEDONG_CLERK)
    with pytest.raises(NotPermitted):
        await act(office, number, "sign", CITY_CLERK)
    await act(office, number, "sign", WATER_CLERK)
    with pytest.raises(NotAvailable, match="协办"):
        await act(office, number, "reply", WATER_CLERK, result="solved", reply="已恢复供水。")
    await act(office, number, "co_sign", CITY_CLERK)
    await act(office, number, "co_reply", CITY_CLERK, reply="路面已清理。")
    outcome = await act(office, number, "reply", WATER_CLERK, result="solved", reply="已恢复。")
    assert outcome.case.stage == "replied"
    redone = await act(
        office, number, "redo", REVIEWER, redo_reasons=["no_result"], note="缺少恢复时间"
    )
    assert (redone.case.stage, redone.case.round) == ("handling", 2)


async def test_a_stale_reader_is_told_what_changed(office: Office) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, seen=1, lead_unit="SWJ")
    with pytest.raises(Conflict) as conflict:
        await act(office, number, "dispatch", DISPATCHER, seen=1, lead_unit="CGJ")
    assert [change.label for change in conflict.value.changes] == ["派单"]
    assert "派单员老周" in conflict.value.message


async def test_of_two_who_press_at_once_one_wins_and_nothing_is_overwritten(
    office: Office,
) -> None:
    number = await opened(office)
    results = await asyncio.gather(
        *(
            act(office, number, "dispatch", DISPATCHER, seen=1, lead_unit=unit)
            for unit in ("SWJ", "CGJ", "JTJ", "HDQ")
        ),
        return_exceptions=True,
    )
    won = [result for result in results if isinstance(result, Outcome)]
    lost = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, 3)
    rows = await office.pool.fetch(
        'select unit_id from assignment a join "case" c on c.id = a.case_id where c.number = $1',
        number,
    )
    assert [row["unit_id"] for row in rows] == [won[0].case.lead_unit_id]


async def test_the_same_key_does_one_thing(office: Office) -> None:
    first = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY, idempotency_key="k-1")
    again = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY, idempotency_key="k-1")
    assert again.case.number == first.case.number
    assert again.repeated
    both = await asyncio.gather(
        *(
            perform(
                office,
                first.case.number,
                "supplement",
                actor=AGENT,
                inputs={"note": "又来电补充"},
                now=MONDAY,
                idempotency_key="k-2",
            )
            for _ in range(2)
        )
    )
    assert sorted(outcome.repeated for outcome in both) == [False, True]


async def test_whoever_repeats_an_action_as_it_is_committed_sees_it_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await opened(office)

    async def note() -> Outcome:
        return await perform(
            office, number, "supplement", actor=AGENT, inputs={"note": "又来电补充"}, now=MONDAY,
            idempotency_key="k-3",
        )  # fmt: skip

    async def load_before_the_other(*asked: Any) -> CaseFile | None:
        read = await load(*asked)
        monkeypatch.undo()
        await note()
        return read

    monkeypatch.setattr("dispatch.record.load", load_before_the_other)
    outcome = await note()
    assert (outcome.repeated, outcome.case.version) == (True, 2)


async def test_a_refused_action_writes_nothing(office: Office) -> None:
    number = await opened(office)
    before = await office.pool.fetchval("select count(*) from event")
    with pytest.raises(Incomplete) as refusal:
        await act(office, number, "dispatch", DISPATCHER, lead_unit="没有这个单位")
    assert "lead_unit" in refusal.value.fields
    assert await office.pool.fetchval("select count(*) from event") == before


async def test_the_database_refuses_to_change_history(office: Office) -> None:
    await opened(office)
    with pytest.raises(asyncpg.RestrictViolationError):
        await office.pool.execute("update event set actor_name = '别人'")
    with pytest.raises(asyncpg.RestrictViolationError):
        await office.pool.execute("delete from event")
