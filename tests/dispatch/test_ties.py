"""Acts on two cases through the door, and the answers that time carries from one to the other."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch import following
from dispatch.following import follow_answers
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import Outcome, perform
from dispatch.record import load
from hotline.casefile import CaseFile
from hotline.errors import Conflict, Incomplete, NotAvailable
from hotline.numbers import case_number
from hotline.people import CLOCK, Actor
from tests.makers import (
    AGENT,
    CALLBACK,
    DISPATCHER,
    MONDAY,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    WATER_CLERK,
    later,
)

ANSWER = {"result": "solved", "reply": "已更换破损阀门，今日10时恢复供水。"}
CONTENT = {"attempt": "answered", "solved": "yes", "satisfied": "5"}


async def opened(office: Office, **changes: Any) -> str:
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=MONDAY)
    return outcome.case.number


async def act(
    office: Office, number: str, action: str, actor: Actor, *, key: str | None = None,
    at: datetime = MONDAY, **inputs: Any,
) -> Outcome:  # fmt: skip
    return await perform(
        office, number, action, actor=actor, inputs=inputs, now=at, idempotency_key=key
    )


async def case(office: Office, number: str) -> CaseFile:
    found = await load(office.pool, number, CLOCK)
    assert found is not None
    return found


async def handled(office: Office) -> str:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK)
    return number


async def answered(office: Office, number: str) -> None:
    await act(office, number, "reply", WATER_CLERK, **ANSWER)
    await act(office, number, "approve", REVIEWER)


async def merged(office: Office, main: str, *, phone: str = "13900000001") -> str:
    number = await opened(office, requester_phone=phone)
    await act(office, number, "merge", DISPATCHER, main_case=main)
    return number


async def texts(office: Office, number: str) -> list[str]:
    rows = await office.pool.fetch(
        'select m.template from message m join "case" c on c.id = m.case_id'
        " where c.number = $1 and m.channel = 'sms' order by m.id",
        number,
    )
    return [row["template"] for row in rows]


async def links(office: Office, number: str) -> list[tuple[str, str, bool, bool]]:
    """(relation, the other number, done, ended) of the ties that the case has."""
    rows = await office.pool.fetch(
        "select l.relation, o.number, l.done_at is not null as done,"
        ' l.ended_at is not null as ended from case_link l join "case" c on c.id = l.case_id'
        ' join "case" o on o.id = l.other_id where c.number = $1 order by l.id',
        number,
    )
    return [(row["relation"], row["number"], row["done"], row["ended"]) for row in rows]


async def figures(office: Office, stage: str) -> int:
    n: int = await office.pool.fetchval(
        "select coalesce(sum(n), 0)::int from tally where day is null and measure = $1",
        f"stage:{stage}",
    )
    return n


async def test_both_cases_and_their_tie_are_written_together(office: Office) -> None:
    main = await handled(office)
    number = await merged(office, main)
    assert (await case(office, number)).stage == "merged"
    assert (await case(office, main)).merged == 1
    assert await links(office, number) == [("merged", main, False, False)]
    history = await office.pool.fetch(
        'select e.action, e.actor_name from event e join "case" c on c.id = e.case_id'
        " where c.number = $1 order by e.seq desc limit 1",
        main,
    )
    assert [tuple(row.values()) for row in history] == [("absorb", DISPATCHER.name)]


async def test_the_same_merge_sent_twice_is_one(office: Office) -> None:
    main, number = await handled(office), await opened(office)
    first = await act(office, number, "merge", DISPATCHER, key="merge-1", main_case=main)
    again = await act(office, number, "merge", DISPATCHER, key="merge-1", main_case=main)
    assert (first.repeated, again.repeated) == (False, True)
    assert (await case(office, main)).merged == 1


async def test_two_at_once_merge_into_one_another_and_one_of_them_is_refused(
    office: Office,
) -> None:
    one, two = await handled(office), await handled(office)
    results = await asyncio.gather(
        act(office, one, "merge", DISPATCHER, main_case=two),
        act(office, two, "merge", SUPERVISOR, main_case=one),
        return_exceptions=True,
    )
    refused = [r for r in results if isinstance(r, (Incomplete, NotAvailable, Conflict))]
    assert len(refused) == 1, results
    stages = {(await case(office, n)).stage for n in (one, two)}
    assert stages == {"merged", "handling"}


async def test_a_merge_into_what_cannot_take_it_says_why_and_changes_nothing(
    office: Office,
) -> None:
    number = await opened(office)
    with pytest.raises(Incomplete, match="不能是本件"):
        await act(office, number, "merge", DISPATCHER, main_case=number)
    with pytest.raises(Incomplete, match="没有"):
        await act(
            office, number, "merge", DISPATCHER, main_case=case_number(MONDAY.date(), 999_999)
        )
    other = await opened(office)
    await act(office, other, "answer_directly", AGENT, answer="见公告。")
    with pytest.raises(Incomplete, match="已办结"):
        await act(office, number, "merge", DISPATCHER, main_case=other)
    assert (await case(office, number)).version == 1


async def test_the_answer_is_carried_to_each_once_whoever_does_it_and_however_often(
    office: Office,
) -> None:
    main = await handled(office)
    numbers = [await merged(office, main, phone=f"1390000000{n}") for n in range(1, 4)]
    assert (await follow_answers(office, later(hours=1))).answered == []
    await answered(office, main)
    both = await asyncio.gather(
        follow_answers(office, later(hours=1)), follow_answers(office, later(hours=1))
    )
    third = await follow_answers(office, later(hours=2))
    done = [number for report in (*both, third) for number in report.answered]
    assert sorted(done) == sorted(numbers)
    for number in numbers:
        followed = await case(office, number)
        assert (followed.stage, followed.version) == ("answered", 3)
        assert await links(office, number) == [("merged", main, True, False)]
        assert await texts(office, number) == [
            "citizen/accepted", "citizen/merged", "citizen/answered", "citizen/rating",
        ]  # fmt: skip
        reply = await office.pool.fetchval(
            "select inputs from event where case_id = $1 and action = 'follow'", followed.id
        )
        assert reply == {"main_case": main, "reply": ANSWER["reply"]}
    await act(office, numbers[0], "callback", CALLBACK, **CONTENT)
    assert (await case(office, numbers[0])).closed_at is not None
    assert (await case(office, main)).stage == "answered", "each is rated alone"


async def test_what_was_interrupted_is_done_by_the_next_worker(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = await handled(office)
    number = await merged(office, main)
    await answered(office, main)

    async def killed(*_: Any, **__: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(following, "perform_on", killed)
        with pytest.raises(ConnectionResetError):
            await follow_answers(office, later(hours=1))
    assert (await case(office, number)).stage == "merged"
    assert (await follow_answers(office, later(days=3))).answered == [number]


async def test_a_fault_of_one_case_keeps_no_other_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = await handled(office)
    one, two = [await merged(office, main, phone=f"1390000001{n}") for n in range(2)]
    await answered(office, main)
    real = following.perform_on

    async def wrong_for_one(connection: Any, number: str, *args: Any, **kwargs: Any) -> Any:
        if number == one:
            raise ValueError("unforeseen")
        return await real(connection, number, *args, **kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(following, "perform_on", wrong_for_one)
        assert (await follow_answers(office, later(hours=1))).answered == [two]
        assert (await follow_answers(office, later(hours=1))).answered == []
    assert (await follow_answers(office, later(hours=2))).answered == [one]


async def test_a_case_merged_into_an_answered_one_gets_the_answer_at_once(office: Office) -> None:
    main = await handled(office)
    await answered(office, main)
    number = await merged(office, main)
    assert (await follow_answers(office, later(hours=1))).answered == [number]


async def test_a_main_case_that_ends_without_an_answer_leaves_the_others_to_be_dispatched(
    office: Office,
) -> None:
    main = await handled(office)
    number = await merged(office, main)
    whole = (await case(office, number)).clock("whole")
    await act(office, main, "withdraw", AGENT, note="本人来电撤回")
    report = await follow_answers(office, later(hours=1))
    assert (report.answered, report.put_back) == ([], [number])
    back = await case(office, number)
    assert (back.stage, back.clock("whole")) == ("accepted", whole)
    assert await links(office, number) == [("merged", main, False, True)]
    assert (await follow_answers(office, later(hours=2))).put_back == []


async def test_an_answer_that_was_doubted_before_it_was_carried_over_waits_for_the_next(
    office: Office,
) -> None:
    main = await handled(office)
    number = await merged(office, main)
    await answered(office, main)
    await act(office, main, "callback", CALLBACK, attempt="answered", solved="no", satisfied="1")
    await act(office, main, "redo", CALLBACK, redo_reasons=["unsolved"], note="仍未恢复")
    assert (await follow_answers(office, later(hours=1))).answered == []
    assert (await case(office, number)).stage == "merged"
    await act(office, main, "reply", WATER_CLERK, result="solved", reply="已再次检修。")
    await act(office, main, "approve", REVIEWER)
    assert (await follow_answers(office, later(hours=2))).answered == [number]
    said = await office.pool.fetchval(
        "select inputs->>'reply' from event e join \"case\" c on c.id = e.case_id"
        " where c.number = $1 and e.action = 'follow'",
        number,
    )
    assert said == "已再次检修。"


async def test_a_direct_answer_of_the_main_case_is_carried_over_too(office: Office) -> None:
    main = await opened(office)
    number = await merged(office, main)
    await act(office, main, "answer_directly", AGENT, answer="今晚八点恢复。")
    assert (await follow_answers(office, later(hours=1))).answered == [number]
    assert (await case(office, number)).stage == "answered"


async def test_unmerging_parts_both_and_merging_again_ties_them_anew(office: Office) -> None:
    main = await handled(office)
    number = await merged(office, main)
    await act(office, number, "unmerge", DISPATCHER, reason="原因不同")
    assert (await case(office, main)).merged == 0
    assert await links(office, number) == [("merged", main, False, True)]
    await act(office, number, "merge", DISPATCHER, main_case=main)
    assert (await case(office, main)).merged == 1
    await answered(office, main)
    assert (await follow_answers(office, later(hours=1))).answered == [number]
    await act(office, number, "callback", CALLBACK, attempt="answered", solved="no", satisfied="1")
    await act(office, number, "dispatch_anew", CALLBACK, redo_reasons=["unsolved"], note="仍无水")
    third = await handled(office)
    await act(office, number, "merge", DISPATCHER, main_case=third)
    assert [link[:2] for link in await links(office, number)][-1] == ("merged", third)


async def test_a_matter_is_split_off_in_one_act_and_once(office: Office) -> None:
    number = await opened(office)
    accepted = await figures(office, "accepted")
    form = {"title": "路灯不亮", "content": "柳桥路路灯不亮。", "category": "02.01.01"}
    first = await act(office, number, "split", DISPATCHER, key="split-1", at=later(days=1), **form)
    assert first.other is not None
    off = await case(office, first.other.number)
    assert (off.stage, off.title, off.category) == ("accepted", "路灯不亮", "02.01.01")
    assert (off.requester_name, off.requester_phone) == ("王女士", "+8613800001234")
    whole, first_whole = off.clock("whole"), (await case(office, number)).clock("whole")
    assert whole and first_whole and whole.due_at == first_whole.due_at
    assert await links(office, off.number) == [("split", number, False, False)]
    assert await texts(office, off.number) == ["citizen/accepted"]
    again = await act(office, number, "split", DISPATCHER, key="split-1", at=later(days=1), **form)
    assert again.repeated
    assert await figures(office, "accepted") == accepted + 1


async def test_where_the_new_case_cannot_be_opened_the_first_is_not_split(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await opened(office)

    async def fails(*_: Any) -> int:
        raise RuntimeError("disk full")

    monkeypatch.setattr("dispatch.ties.record.write_new", fails)
    with pytest.raises(RuntimeError):
        await act(office, number, "split", DISPATCHER, title="路灯", content="路灯不亮。")
    assert (await case(office, number)).version == 1


async def test_a_reopened_case_is_open_in_every_count_and_its_unit_acts_again(
    office: Office,
) -> None:
    before = {stage: await figures(office, stage) for stage in ("closed", "handling")}
    number = await handled(office)
    await answered(office, number)
    await act(office, number, "callback", CALLBACK, **CONTENT)
    await act(office, number, "reopen", SUPERVISOR, reopen_ground="again", note="又停水")
    now = await case(office, number)
    assert (now.stage, now.closed_at, now.round) == ("handling", None, 2)
    assert {stage: await figures(office, stage) for stage in before} == {
        "closed": before["closed"], "handling": before["handling"] + 1,
    }  # fmt: skip
    await answered(office, number)
    await act(office, number, "callback", CALLBACK, **CONTENT)
    assert (
        await office.pool.fetchval(
            'select count(*) from clock k join "case" c on c.id = k.case_id'
            " where c.number = $1 and k.ended_at is null",
            number,
        )
        == 0
    )
    with pytest.raises(NotAvailable, match="办结已超过90日"):
        await act(
            office, number, "reopen", SUPERVISOR, at=MONDAY + timedelta(days=91),
            reopen_ground="again", note="又停水",
        )  # fmt: skip


async def test_the_list_of_answers_to_carry_is_read_through_its_index(office: Office) -> None:
    async with office.pool.acquire() as connection:
        await connection.execute("set enable_seqscan = off")
        plan = await connection.fetch(
            "explain select id from case_link where due_at is not null and due_at <= now()"
            " and done_at is null and ended_at is null order by due_at, id limit 100"
        )
        await connection.execute("reset enable_seqscan")
    assert any("case_link_due" in row[0] for row in plan)
