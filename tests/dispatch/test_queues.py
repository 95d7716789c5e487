"""The lists: whose they are, in which order, and page after page without a gap or a repeat."""

from datetime import timedelta
from typing import Any

import pytest

from dispatch.counts import badge, counts
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.queues import QUEUES, Filters, QueuePage, queue, queues_for
from dispatch.record import load
from dispatch.timelines import earlier, timeline
from hotline.errors import Incomplete, NotPermitted
from hotline.people import Actor, Role
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    DISPATCHER,
    HEDONG,
    HEDONG_CLERK,
    HEDONG_STREET,
    MONDAY,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    TRANSPORT,
    WATER,
    WATER_CLERK,
    staff,
)

EVERYBODY = (
    AGENT, DISPATCHER, REVIEWER, CALLBACK, SUPERVISOR, WATER_CLERK, CITY_CLERK, HEDONG_CLERK,
)  # fmt: skip


async def a_case_of(office: Office, unit: str | None = None, **changes: Any) -> str:
    """The number of a new case, dispatched to the unit."""
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=MONDAY)
    if unit:
        await act(office, outcome.case.number, "dispatch", DISPATCHER, lead_unit=unit)
    return outcome.case.number


async def act(office: Office, number: str, action: str, actor: Actor, **inputs: Any) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=MONDAY)


async def answered(office: Office, number: str, clerk: Actor = WATER_CLERK) -> None:
    await act(office, number, "sign", clerk)
    await act(office, number, "reply", clerk, result="solved", reply="已恢复供水。")


async def page(office: Office, actor: Actor, name: str | None = None, **rest: Any) -> QueuePage:
    async with office.pool.acquire() as connection:
        return await queue(connection, actor, name, **{"now": MONDAY, **rest})


async def numbers(office: Office, actor: Actor, name: str | None = None, **rest: Any) -> list[str]:
    return [row.number for row in (await page(office, actor, name, **rest)).rows]


async def all_pages(
    office: Office, actor: Actor, name: str | None, *, limit: int, **rest: Any
) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        shown = await page(office, actor, name, after=after, limit=limit, **rest)
        assert 0 < len(shown.rows) <= limit
        found += [row.number for row in shown.rows]
        after = shown.next_after
        if after is None:
            return found


async def test_a_case_walks_through_the_lists_of_those_whose_turn_it_is(office: Office) -> None:
    number = await a_case_of(office)
    assert number in await numbers(office, DISPATCHER, "to_dispatch")
    assert number in await numbers(office, AGENT, "my_recent")
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    assert number not in await numbers(office, DISPATCHER, "to_dispatch")
    assert number in await numbers(office, WATER_CLERK, "mine")
    await answered(office, number)
    assert number not in await numbers(office, WATER_CLERK, "mine")
    assert number in await numbers(office, WATER_CLERK, "unit_sent")
    assert number in await numbers(office, REVIEWER, "to_review")
    await act(office, number, "approve", REVIEWER)
    assert number in await numbers(office, CALLBACK, "due_callback")
    await act(office, number, "callback", CALLBACK, attempt="answered", solved="no", satisfied="1")
    assert number in await numbers(office, DISPATCHER, "verdicts")
    await act(office, number, "redo", SUPERVISOR, redo_reasons=["unsolved"], note="仍停水")
    assert number in await numbers(office, SUPERVISOR, "redone")
    assert number in await numbers(office, WATER_CLERK, "mine")
    await act(office, number, "supervise", SUPERVISOR, note="请尽快")
    assert number in await numbers(office, SUPERVISOR, "supervised")
    await act(office, number, "reply", WATER_CLERK, result="solved", reply="已恢复。")
    await act(office, number, "approve", REVIEWER)
    await act(office, number, "callback", CALLBACK, attempt="answered", solved="yes", satisfied="5")
    assert number in await numbers(office, WATER_CLERK, "unit_closed")
    assert number not in await numbers(office, WATER_CLERK, "unit_sent")
    assert number not in await numbers(office, SUPERVISOR, "all_open")
    assert (await numbers(office, WATER_CLERK)).count(number) == 1


async def test_an_objection_goes_to_the_dispatcher_and_access_goes_with_the_case(
    office: Office,
) -> None:
    number = await a_case_of(office, "SWJ")
    await act(office, number, "object", WATER_CLERK, objection_ground="not_duty", note="不属我局")
    assert number in await numbers(office, DISPATCHER, "objections")
    assert number in await numbers(office, WATER_CLERK, "mine")
    await act(office, number, "uphold_objection", DISPATCHER, lead_unit="JTJ")
    assert number not in await numbers(office, WATER_CLERK)
    assert number not in await numbers(office, WATER_CLERK, "mine")


async def test_whoever_handled_a_case_is_not_asked_to_judge_it(office: Office) -> None:
    both = staff("水务局小何", Role.CLERK, Role.REVIEWER, unit=WATER)
    number = await a_case_of(office, "SWJ")
    await answered(office, number, both)
    assert number not in await numbers(office, both, "to_review")
    assert number in await numbers(office, REVIEWER, "to_review")


async def test_every_list_shows_only_what_the_page_would_open(office: Office) -> None:
    for unit in ("SWJ", "CGJ", "HDQ", "HDQ01"):
        await a_case_of(office, unit)
    street = staff("柳桥街道小顾", Role.CLERK, unit=HEDONG_STREET)
    for actor in (*EVERYBODY, street):
        for name in (None, *(one.name for one in queues_for(actor))):
            for number in await numbers(office, actor, name, limit=200):
                async with office.pool.acquire() as connection:
                    assert await load(connection, number, actor), (actor.name, name)


async def test_a_district_sees_its_streets_and_not_the_other_way_round(office: Office) -> None:
    above, below = await a_case_of(office, "HDQ"), await a_case_of(office, "HDQ01")
    street = staff("柳桥街道小顾", Role.CLERK, unit=HEDONG_STREET)
    assert {above, below} <= set(await numbers(office, HEDONG_CLERK, "mine"))
    assert below in await numbers(office, street, "mine")
    assert above not in await numbers(office, street, "mine")
    only = await numbers(office, HEDONG_CLERK, "mine", filters=Filters(unit_ids=(HEDONG_STREET,)))
    assert below in only
    assert above not in only


async def test_a_case_with_two_of_our_units_comes_once(office: Office) -> None:
    number = await a_case_of(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="HDQ", co_units=["HDQ01"])
    for name in ("mine", None):
        assert (await numbers(office, HEDONG_CLERK, name, limit=200)).count(number) == 1


async def test_pages_follow_each_other_without_gap_or_repeat(office: Office) -> None:
    urgencies = ("normal", "danger", "utility", "complex")
    made = [await a_case_of(office, "JTJ", urgency=urgencies[i % 4]) for i in range(11)]
    clerk = staff("交通局小丁", Role.CLERK, unit=TRANSPORT)
    for actor, name in ((clerk, "mine"), (clerk, None), (SUPERVISOR, "all_open"), (AGENT, "all")):
        at_once = await numbers(office, actor, name, limit=200)
        assert await all_pages(office, actor, name, limit=3) == at_once
        assert set(made) <= set(at_once)
    due = [row.due_at for row in (await page(office, clerk, "mine")).rows]
    assert None not in due
    assert due == sorted(due, key=str)


async def test_what_arrives_while_somebody_turns_pages_repeats_nothing(office: Office) -> None:
    first = await page(office, AGENT, "all", limit=2)
    fresh = await a_case_of(office)
    second = await numbers(office, AGENT, "all", limit=2, after=first.next_after)
    assert fresh not in second
    assert not {row.number for row in first.rows} & set(second)


async def test_overdue_and_at_risk_are_questions_of_the_moment(office: Office) -> None:
    number = await a_case_of(office, urgency="danger")
    assert number in await numbers(office, SUPERVISOR, "at_risk")
    assert number not in await numbers(office, SUPERVISOR, "overdue")
    tomorrow = MONDAY + timedelta(days=1)
    assert number in await numbers(office, SUPERVISOR, "overdue", now=tomorrow, limit=200)
    assert number not in await numbers(office, SUPERVISOR, "at_risk", now=tomorrow, limit=200)


async def test_filters_narrow_a_list(office: Office) -> None:
    praise = await a_case_of(office, "CGJ", request_type="praise", category="02.01.01", place="")
    for filters in (
        Filters(request_type="praise"),
        Filters(category="02.01", request_type="praise"),
        Filters(phase="assignment", request_type="praise"),
    ):
        assert await numbers(office, SUPERVISOR, "all", filters=filters) == [praise]
    assert praise not in await numbers(office, SUPERVISOR, filters=Filters(category="01"))
    assert praise not in await numbers(office, SUPERVISOR, filters=Filters(place="990101"))
    found = await page(office, SUPERVISOR, filters=Filters(unit_ids=(HEDONG,)))
    assert {row.lead_unit_id for row in found.rows} == {HEDONG}


async def test_a_list_of_somebody_else_is_refused(office: Office) -> None:
    with pytest.raises(NotPermitted):
        await page(office, WATER_CLERK, "to_dispatch")
    with pytest.raises(NotPermitted):
        await page(office, AGENT, "mine")
    for wrong in ({"name": "没有"}, {"after": "!!"}, {"after": "MTIz"}, {"limit": 0}):
        with pytest.raises(Incomplete) as refusal:
            await page(office, DISPATCHER, **{"name": "to_dispatch", **wrong})
        assert set(refusal.value.fields) == {next(iter(wrong)).replace("name", "queue")}


async def test_an_administrator_sees_no_case(office: Office) -> None:
    admin = staff("管理员", Role.ADMIN)
    assert await numbers(office, admin) == []


async def test_badges_say_how_long_the_lists_are(office: Office) -> None:
    for actor in EVERYBODY:
        async with office.pool.acquire() as connection:
            counted = await counts(connection, actor, now=MONDAY)
        for name, n in counted.items():
            assert QUEUES[name].open_to(actor)
            assert n == len(await numbers(office, actor, name, limit=200)), (actor.name, name)
    assert [badge(n) for n in (0, 7, 199, 200)] == ["", "7", "199", "199+"]


async def test_the_tally_says_what_counting_the_cases_would_say(office: Office) -> None:
    counted = await office.pool.fetch(
        """select kind, stage, lead_unit_id, count(*)::int as n from "case" group by 1, 2, 3"""
    )
    tallied = await office.pool.fetch(
        """
        select kind, substr(measure, 7) as stage, unit_id as lead_unit_id, sum(n)::int as n
        from tally where day is null and measure like 'stage:%'
        group by 1, 2, 3 having sum(n) <> 0
        """
    )
    assert counted and {tuple(row) for row in tallied} == {tuple(row) for row in counted}


async def test_the_timeline_holds_every_round_and_no_requester(office: Office) -> None:
    number = await a_case_of(office, "SWJ")
    await answered(office, number)
    await act(office, number, "redo", REVIEWER, redo_reasons=["no_result"], note="缺少恢复时间")
    async with office.pool.acquire() as connection:
        case = await load(connection, number, AGENT)
        assert case is not None
        line = await timeline(connection, case.id)
    assert [entry.action for entry in line.history] == ["open", "dispatch", "sign", "reply", "redo"]
    assert "王女士" not in str(line.history)
    assert "138" not in str(line.history)
    assert [part.round for part in line.assignments] == [1, 2]
    assert {clock.name for clock in line.clocks if clock.ended_at} >= {"dispatch", "sign_in"}
    assert {message.template for message in line.messages} >= {"citizen/accepted", "unit/redo"}


async def test_an_agent_sees_what_the_number_asked_before(office: Office) -> None:
    number = await a_case_of(office, "SWJ", requester_phone="13911112222")
    async with office.pool.acquire() as connection:
        found = await earlier(connection, AGENT, "+8613911112222")
        foreign = await earlier(connection, CITY_CLERK, "+8613911112222")
    assert [row.number for row in found.cases] == [number]
    assert foreign.cases == []
