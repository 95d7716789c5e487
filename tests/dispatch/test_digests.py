"""今日提要, quiet hours, and one line per case: people are told in the morning, and once."""

import asyncio
from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest
import pytest_asyncio

from dispatch.clock import sweep
from dispatch.digests import Digest, digest_for, make_digests, put_away
from dispatch.intake import open_case
from dispatch.notices import notices
from dispatch.office import Office
from dispatch.outbox import deliver_waiting, quiet
from dispatch.sms.provider import Accepted, OutSms, SendResult
from hotline.calendar import in_shanghai
from hotline.people import Actor
from tests.dispatch.test_clock import act, answered, at, dispatched
from tests.makers import (
    CITY_CLERK,
    DISPATCHER,
    INSTRUCTION,
    LEADER,
    MONDAY,
    PETITION,
    PETITIONS,
    PROCUREMENT,
    REVIEWER,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
    WATER_HEAD,
)
from tests.stories.procurement import CHALLENGE_LETTER


class Carrier:
    """A real channel, as far as the outbox knows."""

    name = "kannel"

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, text: OutSms) -> SendResult:
        self.sent.append(text.text)
        return Accepted(f"k{text.id}")


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_made(office: Office) -> None:
    await office.pool.execute("delete from digest")


async def digest(office: Office, actor: Actor, now: datetime) -> Digest | None:
    async with office.pool.acquire() as connection:
        return await digest_for(connection, actor, now=now)


async def test_each_person_gets_one_digest_a_morning_with_what_waits(office: Office) -> None:
    due_today = await dispatched(office)
    late = await dispatched(office, now=at(3, 2, 9))
    for number in (due_today, late):
        await act(office, number, "sign", WATER_CLERK, now=at(3, 9, 10))
    await act(office, due_today, "contact", WATER_CLERK, now=at(3, 9, 11), contact_way="phone",
              contact_result="reached", note="已联系")  # fmt: skip
    await act(office, late, "contact", WATER_CLERK, now=at(3, 9, 11), contact_way="phone",
              contact_result="reached", note="已联系")  # fmt: skip
    morning = at(3, 16, 8, 31)
    assert await make_digests(office, at(3, 16, 8, 29)) == 0
    assert await make_digests(office, morning) > 0
    assert await make_digests(office, morning) == 0
    assert await digest(office, WATER_CLERK, morning) == Digest(due_today=1, overdue=1)
    assert (await digest(office, CITY_CLERK, morning) or Digest()).empty
    oversight = await digest(office, SUPERVISOR, morning)
    assert oversight is not None
    assert oversight.due_today + oversight.overdue == 2
    await put_away(office, WATER_CLERK, now=morning)
    assert await digest(office, WATER_CLERK, morning) is None
    assert await digest(office, SUPERVISOR, morning) is not None


async def test_objections_wait_for_the_dispatcher_and_redone_cases_for_the_unit(
    office: Office,
) -> None:
    before = Digest()
    if await make_digests(office, at(3, 17, 9)):
        before = await digest(office, DISPATCHER, at(3, 17, 9)) or before
        await office.pool.execute("delete from digest")
    objected = await dispatched(office, now=at(3, 16, 9))
    await act(office, objected, "object", WATER_CLERK, now=at(3, 16, 10),
              objection_ground="not_duty", note="不属本局")  # fmt: skip
    redone = await dispatched(office, now=at(3, 16, 9))
    await act(office, redone, "sign", WATER_CLERK, now=at(3, 16, 10))
    await act(office, redone, "reply", WATER_CLERK, now=at(3, 16, 11), result="partly", reply="已")
    await act(office, redone, "redo", REVIEWER, now=at(3, 16, 12), redo_reasons=["no_result"],
              note="请补充")  # fmt: skip
    await make_digests(office, at(3, 17, 9))
    found = await digest(office, DISPATCHER, at(3, 17, 9))
    assert found is not None
    assert found.to_decide == before.to_decide + 1
    own = await digest(office, WATER_CLERK, at(3, 17, 9))
    assert own is not None
    assert own.returned == 1


@pytest.mark.parametrize("moment", [at(3, 21, 9), at(4, 6, 9), at(3, 18, 18, 1), at(3, 18, 3)])
async def test_there_is_none_on_rest_days_and_outside_the_day(
    office: Office, moment: datetime
) -> None:
    assert await make_digests(office, moment) == 0


async def test_a_make_up_workday_has_one(office: Office) -> None:
    # 2026-02-14 is a Saturday that works for the Spring Festival.
    assert await make_digests(office, at(2, 14, 9)) > 0


async def test_several_workers_make_it_once(office: Office) -> None:
    made = await asyncio.gather(*(make_digests(office, at(3, 19, 9)) for _ in range(4)))
    people = await office.pool.fetchval("select count(*) from staff where active")
    rows = await office.pool.fetchval("select count(*) from digest")
    assert sum(made) == rows == people


async def test_a_rating_question_waits_until_the_morning_and_an_answer_does_not(
    office: Office,
) -> None:
    await office.pool.execute("update message set next_at = null")
    await answered(office, now=at(3, 23, 20, 50))
    settings = replace(office.settings, sms_signature="云州12345")
    carrier = Carrier()
    assert quiet(settings, at(3, 23, 22))
    await deliver_waiting(office, at(3, 23, 22), provider=carrier)
    assert carrier.sent
    assert not any("请评价" in body for body in carrier.sent)
    await deliver_waiting(office, at(3, 24, 7, 59), provider=carrier)
    assert not any("请评价" in body for body in carrier.sent)
    await deliver_waiting(office, at(3, 24, 8, 0), provider=carrier)
    assert sum("请评价" in body for body in carrier.sent) == 1


def test_quiet_hours_may_lie_within_a_day_or_be_none(office: Office) -> None:
    noon = replace(office.settings, quiet_hours=(time(12), time(13, 30)))
    assert quiet(noon, at(3, 23, 12, 0))
    assert not quiet(noon, at(3, 23, 13, 30))
    assert not quiet(replace(office.settings, quiet_hours=None), at(3, 23, 2))


async def test_of_the_warnings_of_one_case_the_highest_is_shown(office: Office) -> None:
    number = await dispatched(office, now=at(5, 11, 9))
    await act(office, number, "sign", WATER_CLERK, now=at(5, 11, 10))
    for day in (14, 15, 18, 19):
        await sweep(office, at(5, day, 10, 1))
    async with office.pool.acquire() as connection:
        told = [one for one in await notices(connection, WATER_CLERK) if one.number == number]
    about_clocks = [one.text for one in told if "届满" in one.text]
    assert len(about_clocks) == 1
    assert "请立即办理" in about_clocks[0]


async def test_a_leader_reads_what_was_reported_and_a_unit_reads_no_notices_of_roles(
    office: Office,
) -> None:
    number = await dispatched(office, now=at(5, 11, 9))
    await act(office, number, "report_to_leader", SUPERVISOR, now=at(5, 20, 9), note="久拖未办")
    async with office.pool.acquire() as connection:
        leader = [one.text for one in await notices(connection, LEADER) if one.number == number]
        unit = [one.text for one in await notices(connection, CITY_CLERK) if one.number == number]
    assert any("呈请过问" in text for text in leader)
    assert unit == []


async def gained(office: Office, actor: Actor, before: Digest, now: datetime) -> Digest:
    """What the person's digest of the moment says beyond `before`."""
    await office.pool.execute("delete from digest")
    await make_digests(office, now)
    found = await digest(office, actor, now) or Digest()
    return Digest(
        due_today=found.due_today - before.due_today,
        overdue=found.overdue - before.overdue,
        returned=found.returned - before.returned,
        to_decide=found.to_decide - before.to_decide,
    )


async def register(office: Office, actor: Actor, kind: str, form: dict[str, Any]) -> str:
    """The number of a case that came on the Monday."""
    opened = await open_case(office, actor=actor, inputs=form, now=MONDAY, kind=kind)
    return opened.case.number


async def test_the_office_reads_of_instructions_and_nobody_of_another_register(
    office: Office,
) -> None:
    morning = at(3, 11, 9)
    office_before = await gained(office, SECRETARY, Digest(), morning)
    other_before = await gained(office, PETITIONS, Digest(), morning)
    unit_before = await gained(office, WATER_CLERK, Digest(), morning)
    await register(office, SECRETARY, "leader", INSTRUCTION)
    given = await register(office, SECRETARY, "leader", INSTRUCTION)
    await act(office, given, "propose", SECRETARY, item_kind="action", dispatch_mode="original")
    await act(office, given, "assign", SECRETARY, lead_unit="SWJ")
    # The first is not proposed within four working hours, the second not signed within a day.
    assert await gained(office, SECRETARY, office_before, morning) == Digest(overdue=1)
    assert await gained(office, PETITIONS, other_before, morning) == Digest()
    assert await gained(office, WATER_CLERK, unit_before, morning) == Digest(overdue=1)


async def test_the_head_of_a_unit_reads_that_a_petition_waits_for_the_decision(
    office: Office,
) -> None:
    morning = at(3, 11, 9)
    before = await gained(office, WATER_HEAD, Digest(), morning)
    clerk_before = await gained(office, WATER_CLERK, Digest(), morning)
    number = await register(office, PETITIONS, "petition", PETITION)
    await act(office, number, "forward", PETITIONS, lead_unit="SWJ")
    await act(office, number, "accept", WATER_CLERK, told_way="written")
    await act(office, number, "request_extension", WATER_CLERK, extension_days=10, reason="需检测")
    # The decision is the next thing that the unit owes, and its head's alone.
    assert await gained(office, WATER_HEAD, before, morning) == Digest(due_today=1, to_decide=1)
    assert await gained(office, WATER_CLERK, clerk_before, morning) == Digest(due_today=1)


async def test_the_centre_owes_what_it_does_and_not_what_a_supplier_may_do(
    office: Office,
) -> None:
    tuesday, last_of_window = at(3, 10, 9), at(4, 9, 9)
    before = await gained(office, PROCUREMENT, Digest(), tuesday)
    before_window = await gained(office, PROCUREMENT, Digest(), last_of_window)
    number = await register(office, PROCUREMENT, "challenge", CHALLENGE_LETTER)
    await act(office, number, "accept", PROCUREMENT, in_time="yes", receipt_number="回〔2026〕5号")
    # What was to be transferred on the same day was not.
    assert await gained(office, PROCUREMENT, before, tuesday) == Digest(overdue=1)
    await office.pool.execute(
        "update clock set ended_at = $2 where ended_at is null and name <> 'window'"
        ' and case_id = (select id from "case" where number = $1)',
        number,
        tuesday,
    )
    ends = await office.pool.fetchval(
        "select due_at from clock where ended_at is null"
        ' and case_id = (select id from "case" where number = $1)',
        number,
    )
    assert in_shanghai(ends).date() == last_of_window.date()
    assert await gained(office, PROCUREMENT, before_window, last_of_window) == Digest()
