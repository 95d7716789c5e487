"""Challenges and complaints through the real door: cases named, cases counted, windows closed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.clock import sweep
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from hotline.calendar import SHANGHAI
from hotline.casefile import CaseFile
from hotline.errors import Incomplete
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CITY_CLERK,
    FINANCE,
    LEADER,
    MONDAY,
    PROCUREMENT,
    REQUEST,
    WATER_CLERK,
)
from tests.stories.procurement import CHALLENGE_LETTER, COMPLAINT_LETTER, TUESDAY

Steps = tuple[tuple[str, Actor, dict[str, Any]], ...]

TO_THE_ANSWER: Steps = (
    ("accept", PROCUREMENT, {"in_time": "yes", "receipt_number": "回1"}),
    ("transfer", PROCUREMENT, {"lead_unit": "SWJ", "co_units": ["CGJ"], "handed_over": "质疑函"}),
    ("sign", WATER_CLERK, {}),
    ("finish_investigation", WATER_CLERK, {"findings": "已查阅评审报告。"}),
    ("submit_draft", WATER_CLERK, {"challenge_result": "not_upheld", "reply": "评审合规。"}),
    ("section_sign", PROCUREMENT, {}),
    ("purchaser_sign", CITY_CLERK, {}),
    ("panel_sign", LEADER, {}),
    ("send_answer", PROCUREMENT, {"document_number": "复1", "no_secrets": True,
                                  "delivery": "direct", "delivered_on": "2026-03-09"}),
)  # fmt: skip
TO_THE_DECISION: Steps = (
    ("accept", FINANCE, {"in_time": "yes"}),
    ("send_notices", FINANCE, {"lead_unit": "SWJ", "document_number": "答1"}),
    ("sign", WATER_CLERK, {}),
    ("state", WATER_CLERK, {"findings": "程序合法。"}),
    ("submit_decision", FINANCE, {"complaint_result": "rejected", "rejection_ground": "no_facts",
                                  "reply": "驳回。"}),
    ("issue", LEADER, {"document_number": "决1"}),
    ("deliver", FINANCE, {"delivery": "direct", "delivered_on": "2026-03-24"}),
    ("publish", FINANCE, {"announced_on": "2026-03-24", "announced_in": "政府采购网"}),
)  # fmt: skip


async def goes(office: Office, number: str, steps: Steps, *, now: datetime) -> CaseFile:
    """The case after these acts."""
    for action, actor, inputs in steps:
        outcome = await perform(office, number, action, actor=actor, inputs=inputs, now=now)
    return outcome.case


async def challenged(office: Office) -> str:
    """The number of a challenge that was answered on the day of its receipt."""
    opened = await open_case(
        office, actor=PROCUREMENT, inputs=CHALLENGE_LETTER, now=MONDAY, kind="challenge"
    )
    await goes(office, opened.case.number, TO_THE_ANSWER, now=MONDAY)
    return opened.case.number


async def complained(office: Office, challenge: str, *, now: datetime = TUESDAY) -> CaseFile:
    """A complaint about it."""
    inputs = {**COMPLAINT_LETTER, "challenge": challenge}
    return (await open_case(office, actor=FINANCE, inputs=inputs, now=now, kind="complaint")).case


async def test_the_window_is_kept_and_closes_by_itself_without_anybody_being_late(
    office: Office,
) -> None:
    number = await challenged(office)
    row = await office.pool.fetchrow(
        'select k.started_at, k.due_at, k.ring_at from clock k join "case" c on c.id = k.case_id'
        " where c.number = $1 and k.name = 'window' and k.ended_at is null",
        number,
    )
    assert row["started_at"].astimezone(SHANGHAI).date().isoformat() == "2026-03-18"
    assert row["due_at"].astimezone(SHANGHAI).date().isoformat() == "2026-04-09"
    assert row["ring_at"] == row["due_at"]
    await sweep(office, row["due_at"] - timedelta(hours=1))
    await sweep(office, row["due_at"] + timedelta(seconds=2))
    events = await office.pool.fetch(
        'select e.action from event e join "case" c on c.id = e.case_id where c.number = $1'
        " order by e.seq desc limit 2",
        number,
    )
    assert [event["action"] for event in events] == ["close_window", "send_answer"]


async def test_a_complaint_is_judged_by_the_challenge_that_it_names_and_tied_to_it(
    office: Office,
) -> None:
    number = await challenged(office)
    complaint = await complained(office, number)
    assert complaint.details["in_time"] == "yes"
    assert "投诉期限至2026-04-09" in str(complaint.details["timeliness"])
    tied = await office.pool.fetchval(
        'select count(*) from case_link l join "case" c on c.id = l.other_id where c.number = $1',
        number,
    )
    assert tied == 1
    noted = await perform(
        office, number, "note_complaint", actor=FINANCE, now=TUESDAY,
        inputs={"complaint": complaint.number},
    )  # fmt: skip
    assert noted.case.stage == "complained"


async def test_what_becomes_of_a_complaint_is_noted_on_its_challenge(office: Office) -> None:
    number = await challenged(office)
    complaint = await complained(office, number)
    await goes(office, complaint.number, TO_THE_DECISION, now=TUESDAY)
    rows = await office.pool.fetch(
        'select e.action, e.actor_name, e.inputs from event e join "case" c on c.id = e.case_id'
        " where c.number = $1 order by e.seq desc limit 2",
        number,
    )
    assert [row["action"] for row in rows] == ["complaint_decided", "complained"]
    assert rows[0]["inputs"]["complaint_result"] == "rejected"
    assert {row["inputs"]["other_case"] for row in rows} == {complaint.number}
    stage, details = await office.pool.fetchrow(
        'select stage, details from "case" where number = $1', number
    )
    assert (stage, details["complaint"]) == ("closed", complaint.number)
    told = await office.pool.fetch(
        "select template from message m"
        ' join "case" c on c.id = m.case_id where c.number = $1 order by m.id desc limit 2',
        number,
    )
    assert {row["template"] for row in told} == {
        "procurement/complained", "procurement/complaint_over",
    }  # fmt: skip


async def test_what_a_decision_orders_becomes_a_task_of_the_centre(office: Office) -> None:
    number = await challenged(office)
    complaint = await complained(office, number)
    upheld = {"submit_decision": {"complaint_result": "effect", "reply": "认定中标结果无效。"}}
    steps = tuple((act, who, upheld.get(act, inputs)) for act, who, inputs in TO_THE_DECISION)
    await goes(office, complaint.number, steps, now=TUESDAY)
    stage, details, due = await office.pool.fetchrow(
        'select stage, details, next_due_at from "case" where number = $1', number
    )
    assert (stage, details["complaint_consequence"]) == ("carrying_out", "void_result")
    assert due.astimezone(SHANGHAI).date().isoformat() == "2026-04-08"
    done = {"carried_out": "已重新评审并公告。", "document_number": "云采〔2026〕8号"}
    closed = await perform(office, number, "carry_out", actor=PROCUREMENT, inputs=done, now=TUESDAY)
    assert closed.case.stage == "closed"


async def test_a_complaint_that_is_taken_back_is_noted_too(office: Office) -> None:
    number = await challenged(office)
    complaint = await complained(office, number)
    taken_back = {"withdrawn_on": "2026-03-24", "document_number": "云财采〔2026〕9号"}
    await perform(
        office, complaint.number, "withdraw", actor=FINANCE, inputs=taken_back, now=TUESDAY
    )
    last = await office.pool.fetchval(
        'select e.action from event e join "case" c on c.id = e.case_id where c.number = $1'
        " order by e.seq desc limit 1",
        number,
    )
    assert last == "complaint_ended"


async def test_only_a_challenge_can_be_complained_about(office: Office) -> None:
    request = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    with pytest.raises(Incomplete, match="没有这个编号"):
        await complained(office, request.case.number)
    complaint = await complained(office, await challenged(office))
    with pytest.raises(Incomplete, match="不是质疑件"):
        await complained(office, complaint.number)


async def test_the_third_unfounded_complaint_of_twelve_months_is_counted_by_the_door(
    office: Office,
) -> None:
    number = await challenged(office)
    found: list[Any] = []
    for code in ("91990100MA00000Y22",) * 3 + ("91990100MA00000Z33",):
        inputs = {**COMPLAINT_LETTER, "challenge": number, "credit_code": code}
        opened = await open_case(
            office, actor=FINANCE, inputs=inputs, now=TUESDAY, kind="complaint"
        )
        case = await goes(office, opened.case.number, TO_THE_DECISION, now=TUESDAY)
        found.append((case.details["unfounded"], "misconduct" in case.details))
    assert found == [(1, False), (2, False), (3, True), (1, False)]


async def test_what_was_decided_more_than_a_year_ago_does_not_count(office: Office) -> None:
    number = await challenged(office)
    inputs = {**COMPLAINT_LETTER, "challenge": number, "credit_code": "91990100MA00000W44"}
    for now, unfounded in ((TUESDAY, 1), (TUESDAY + timedelta(days=367), 1)):
        opened = await open_case(office, actor=FINANCE, inputs=inputs, now=now, kind="complaint")
        case = await goes(office, opened.case.number, TO_THE_DECISION, now=now)
        assert case.details["unfounded"] == unfounded
