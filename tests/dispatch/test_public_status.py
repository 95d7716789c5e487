"""What a citizen learns with number and code, and how often one may try."""

from datetime import date

import pytest

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.public_status import Tries, public_status
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete, NotFound, TooMany
from hotline.numbers import case_number
from hotline.people import Actor
from tests.makers import AGENT, DISPATCHER, MONDAY, REQUEST, WATER_CLERK


async def test_number_and_code_tell_the_coarse_state_and_the_promised_day(office: Office) -> None:
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)).case
    status = await public_status(office, number=case.number, code=case.lookup_code.lower())
    assert (status.state, status.provisional, status.closed_at) == ("已受理", False, None)
    assert status.promised_at and str(in_shanghai(status.promised_at).date()) == "2026-03-23"
    await perform(
        office,
        case.number,
        "dispatch",
        actor=DISPATCHER,
        inputs={"lead_unit": "SWJ"},
        now=MONDAY,
    )
    # As texted or read aloud: spaced, full-width.
    spaced = f"{case.number[:6]} {case.number[6:]}"
    again = await public_status(office, number=spaced, code=case.lookup_code)
    assert again.state == "办理中"


async def test_a_stop_is_told_and_so_is_the_day_that_follows_from_it(office: Office) -> None:
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)).case

    async def does(actor: Actor, name: str, **inputs: str) -> None:
        await perform(office, case.number, name, actor=actor, inputs=inputs, now=MONDAY)

    async def told() -> tuple[date | None, date | None]:
        status = await public_status(office, number=case.number, code=case.lookup_code)
        return tuple(
            at and in_shanghai(at).date() for at in (status.stopped_until, status.promised_at)
        )  # type: ignore[return-value]

    await does(DISPATCHER, "dispatch", lead_unit="SWJ")
    await does(WATER_CLERK, "sign")
    await does(
        WATER_CLERK, "request_stop", stop_ground="inspection", stop_until="2026-03-20",
        basis="行政许可法第45条", reason="等待水质检测结果",
    )  # fmt: skip
    assert await told() == (None, date(2026, 3, 23))
    await does(DISPATCHER, "grant_stop")
    assert await told() == (date(2026, 3, 20), date(2026, 3, 27))
    await does(DISPATCHER, "resume")
    assert await told() == (None, date(2026, 3, 23))


async def test_a_wrong_code_and_no_case_are_answered_alike(office: Office) -> None:
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)).case
    other = "AAAAAAAA" if case.lookup_code != "AAAAAAAA" else "BBBBBBBB"
    none_such = case_number(MONDAY.date(), 987_654)
    said = set()
    for number, code in ((case.number, other), (none_such, case.lookup_code)):
        with pytest.raises(NotFound) as refusal:
            await public_status(office, number=number, code=code)
        said.add(refusal.value.message)
    assert len(said) == 1


@pytest.mark.parametrize(
    ("number", "code", "fields"),
    [
        ("", "", {"number", "code"}),
        ("2603090000018", "ABCD2345", {"number"}),
        ("13800001234", "ABCD2345", {"number"}),
        ("2603090000017", "ABCD0345", {"code"}),
        ("2" * 10_000, "A" * 10_000, {"number", "code"}),
        ("260309\x00000017", "ABCD2345", {"number"}),
    ],
)
async def test_what_can_be_no_number_or_code_is_said_at_once(
    office: Office, number: str, code: str, fields: set[str]
) -> None:
    with pytest.raises(Incomplete) as refusal:
        await public_status(office, number=number, code=code)
    assert set(refusal.value.fields) >= fields


def test_tries_run_out_and_come_back() -> None:
    tries = Tries(most=3, seconds=10)
    for _ in range(3):
        tries.take("198.51.100.7", at=0)
    with pytest.raises(TooMany) as refusal:
        tries.take("198.51.100.7", at=1)
    assert refusal.value.retry_after == 9
    tries.take("198.51.100.8", at=1)
    tries.take("198.51.100.7", at=11)
    with pytest.raises(TooMany):
        tries.take("198.51.100.7", at=11)


def test_only_so_many_addresses_are_remembered() -> None:
    tries = Tries(most=1, seconds=10, addresses=100)
    for number in range(1000):
        tries.take(f"address {number}", at=number)
    assert len(tries) == 100
