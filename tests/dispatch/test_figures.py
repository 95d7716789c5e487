"""Figures per unit: what the acts add up to, for whom, and in which period."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dispatch.figures import Figures, UnitFigures, figures, period
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from hotline.errors import Incomplete, NotPermitted
from hotline.people import Actor, Role
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_MANAGEMENT,
    DISPATCHER,
    HEDONG,
    HEDONG_CLERK,
    HEDONG_STREET,
    MONDAY,
    REQUEST,
    REVIEWER,
    RULEBOOK,
    SUPERVISOR,
    WATER,
    WATER_CLERK,
    staff,
)

TODAY = MONDAY.date()


async def act(
    office: Office, number: str, action: str, actor: Actor, at: datetime = MONDAY, **inputs: Any
) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=at)


async def a_case_of(office: Office, unit: str) -> str:
    outcome = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    await act(office, outcome.case.number, "dispatch", DISPATCHER, lead_unit=unit)
    return outcome.case.number


async def asked(office: Office, actor: Actor = SUPERVISOR, **rest: Any) -> Figures:
    given = {"from_on": TODAY, "to_on": TODAY + timedelta(days=60), "now": MONDAY, **rest}
    async with office.pool.acquire() as connection:
        return await figures(connection, actor, rulebook=RULEBOOK, **given)


def of(found: Figures, unit_id: int) -> UnitFigures:
    return next((line for line in found.units if line.unit_id == unit_id), UnitFigures())


async def test_what_happened_is_what_is_counted(office: Office) -> None:
    first, second = await a_case_of(office, "SWJ"), await a_case_of(office, "SWJ")
    await a_case_of(office, "HDQ01")
    month_later = MONDAY + timedelta(days=30)
    for number, at in ((first, MONDAY), (second, month_later)):
        await act(office, number, "sign", WATER_CLERK, at)
        await act(office, number, "reply", WATER_CLERK, at, result="solved", reply="已恢复。")
    await act(office, first, "approve", REVIEWER)
    verdict = {"attempt": "answered", "solved": "yes", "satisfied": "5"}
    await act(office, first, "callback", CALLBACK, **verdict)
    await act(office, second, "redo", REVIEWER, month_later, redo_reasons=["no_result"], note="缺")

    found = await asked(office)
    water = of(found, WATER)
    assert (water.received, water.closed, water.redo) == (2, 1, 1)
    assert (water.on_time, water.late, water.overdue) == (1, 1, 1)
    assert (water.answered, water.answered_5, water.answered_15) == (2, 1, 1)
    assert (water.on_time_rate, water.solved_rate, water.satisfied_rate) == (0.5, 1.0, 1.0)
    assert water.answered_5_rate == 0.5
    assert (water.open_now, water.overdue_now) == (1, 0)
    assert of(found, CITY_MANAGEMENT).on_time_rate is None
    assert (found.total.opened, found.total.received, found.total.open_now) == (3, 3, 2)

    at_end = await asked(office, now=MONDAY + timedelta(days=90))
    assert of(at_end, WATER).overdue_now == 1
    assert of(at_end, HEDONG_STREET).overdue_now == 1

    before = await asked(office, from_on=date(2026, 1, 1), to_on=date(2026, 1, 31))
    assert (before.total.received, before.total.open_now) == (0, 2)


async def test_a_unit_sees_its_own_figures_and_those_below(office: Office) -> None:
    await a_case_of(office, "SWJ")
    await a_case_of(office, "HDQ01")
    own = await asked(office, HEDONG_CLERK)
    assert {line.unit_id for line in own.units} == {HEDONG_STREET}
    assert own.total.received == of(await asked(office), HEDONG_STREET).received
    assert (await asked(office, unit_id=HEDONG)).units == own.units
    with pytest.raises(NotPermitted):
        await asked(office, HEDONG_CLERK, unit_id=WATER)
    with pytest.raises(NotPermitted):
        await asked(office, staff("管理员", Role.ADMIN))


def test_a_period_is_this_month_unless_days_are_named() -> None:
    assert period(("", ""), today=TODAY) == (date(2026, 3, 1), TODAY)
    assert period(("2025-12-31", "2026-01-02"), today=TODAY)[0] == date(2025, 12, 31)
    with pytest.raises(Incomplete) as refusal:
        period(("昨天", "2026-13-01"), today=TODAY)
    assert set(refusal.value.fields) == {"from", "to"}


async def test_a_period_that_ends_before_it_begins_is_refused(office: Office) -> None:
    with pytest.raises(Incomplete):
        await asked(office, to_on=TODAY - timedelta(days=1))
