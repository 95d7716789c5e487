"""What time does with petitions by itself: rights to object and to ask for 复查 lapse."""

from datetime import timedelta
from typing import Any

from dispatch.clock import sweep
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from hotline.people import Actor
from tests.makers import MONDAY, PETITION, PETITIONS, WATER_CLERK

OPINION = {
    "document_number": "云水信〔2026〕3号",
    "opinion": "not_support",
    "opinion_facts": "经查，管道已于去年更换。",
    "opinion_reasons": "请求没有事实根据。",
    "opinion_basis": "信访工作条例第32条",
    "opinion_text": "不予支持。",
}


async def forwarded(office: Office) -> str:
    """The number of a petition that the water bureau has got on a Monday."""
    outcome = await open_case(office, actor=PETITIONS, inputs=PETITION, now=MONDAY, kind="petition")
    await act(office, outcome.case.number, "forward", PETITIONS, lead_unit="SWJ")
    return outcome.case.number


async def act(office: Office, number: str, action: str, actor: Actor, **inputs: Any) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=MONDAY)


async def stands(office: Office, number: str) -> tuple[str, set[str]]:
    """The stage, and the clocks that run."""
    stage = await office.pool.fetchval('select stage from "case" where number = $1', number)
    rows = await office.pool.fetch(
        'select k.name from clock k join "case" c on c.id = k.case_id'
        " where c.number = $1 and k.ended_at is null",
        number,
    )
    return stage, {row["name"] for row in rows}


async def test_after_five_working_days_the_right_to_object_is_gone(office: Office) -> None:
    number = await forwarded(office)
    await sweep(office, MONDAY + timedelta(days=7))
    assert await stands(office, number) == ("forwarded", {"object", "accept", "urge"})
    for _ in range(3):
        await sweep(office, MONDAY + timedelta(days=8))
    assert await stands(office, number) == ("forwarded", {"accept", "urge"})


async def test_nobody_asks_for_a_review_and_the_petition_is_settled(office: Office) -> None:
    number = await forwarded(office)
    await act(office, number, "accept", WATER_CLERK, told_way="written")
    await act(office, number, "decide", WATER_CLERK, **OPINION)
    await act(
        office, number, "deliver", WATER_CLERK,
        opinion_delivered_on="2026-03-09", opinion_delivery="post",
    )  # fmt: skip
    await sweep(office, MONDAY + timedelta(days=30))
    assert await stands(office, number) == ("delivered", {"ask_review"})
    for _ in range(3):
        await sweep(office, MONDAY + timedelta(days=31))
    assert await stands(office, number) == ("settled", set())
