"""期限调整 as an administrator does it: written, previewed, followed by open cases, taken back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from dispatch import relimit
from dispatch.audit import verify
from dispatch.intake import open_case
from dispatch.moving import SETTLED_AFTER
from dispatch.office import Office, open_office
from dispatch.perform import perform
from dispatch.registry import history, limits
from hotline.calendar import SHANGHAI, in_shanghai
from hotline.errors import Conflict, Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.people import Actor, Role
from hotline.settings import settings_from
from tests.conftest import NewDatabase
from tests.makers import AGENT, CENTRE, DISPATCHER, REQUEST, SUPERVISOR, WATER_CLERK
from tests.seeding import seed

ADMIN = Actor("管理员老吴", frozenset({Role.ADMIN}), SUPERVISOR.staff_id, CENTRE)
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=SHANGHAI)
TUESDAY = MONDAY + timedelta(days=1)
BASIS = "云州市人民政府令第12号 第三条（演示）"
FORM = {
    "kind": "citizen", "clock": "handle", "branch": "urgency=normal", "amount": "3", "unit": "wd",
    "valid_from": "2026-03-10", "basis": BASIS,
}  # fmt: skip
FOLLOWED = {**FORM, "follows": "1"}


@pytest_asyncio.fixture(loop_scope="session")
async def office(new_database: NewDatabase, redis_url: str) -> AsyncIterator[Office]:
    """Every test begins with the limits of the procedures."""
    async with new_database() as url:
        settings = replace(settings_from({}), database_url=url, redis_url=redis_url)
        async with open_office(settings) as opened:
            await seed(opened.pool)
            yield opened


async def handled(office: Office, *, now: datetime = MONDAY, **changes: Any) -> str:
    inputs = {**REQUEST, **changes}
    number = (await open_case(office, actor=AGENT, inputs=inputs, now=now)).case.number
    steps = (("dispatch", DISPATCHER, {"lead_unit": "SWJ"}), ("sign", WATER_CLERK, {}))
    for action, actor, given in steps:
        await perform(office, number, action, actor=actor, inputs=given, now=now)
    return number


async def handle_of(office: Office, number: str) -> Any:
    return await office.pool.fetchrow(
        'select k.* from clock k join "case" c on c.id = k.case_id'
        " where c.number = $1 and k.name = 'handle' and k.ended_at is null",
        number,
    )


async def due_on(office: Office, number: str) -> date:
    return in_shanghai((await handle_of(office, number))["due_at"]).date()


async def adjustments(office: Office, number: str) -> list[Any]:
    return await office.pool.fetch(
        'select e.* from event e join "case" c on c.id = e.case_id'
        " where c.number = $1 and e.action = 'adjust_limits'",
        number,
    )


async def changed(office: Office, form: dict[str, str] = FORM, now: datetime = MONDAY) -> int:
    return await limits.change_limit(office, form, actor=ADMIN, now=now)


async def test_cases_of_the_day_and_after_have_the_new_limit_and_open_ones_keep_theirs(
    office: Office,
) -> None:
    before = await handled(office)
    await changed(office)
    same_day = await handled(office)
    after = await handled(office, now=TUESDAY)
    await relimit.move_all(office, TUESDAY)
    assert await due_on(office, before) == date(2026, 3, 16)
    assert await due_on(office, same_day) == date(2026, 3, 16)
    assert await due_on(office, after) == date(2026, 3, 13)
    clock = await handle_of(office, after)
    assert (clock["limit"], clock["basis"], clock["former"]) == ("3wd", BASIS, [])
    assert await adjustments(office, before) == []


async def test_open_cases_that_follow_move_on_the_day_as_it_was_previewed(office: Office) -> None:
    numbers = [await handled(office) for _ in range(3)]
    complex_one = await handled(office, urgency="complex")
    typing = limits.typed_change(FOLLOWED, today=MONDAY.date())
    found = await relimit.preview(office, typing.change, now=MONDAY)
    assert (found.open, found.moved, found.kept) == (3, 3, 0)
    change_id = await changed(office, FOLLOWED)
    await relimit.move_all(office, MONDAY)
    assert [await due_on(office, number) for number in numbers] == [date(2026, 3, 16)] * 3

    await relimit.move_all(office, TUESDAY)
    shown = {row.number: (row.old, row.new) for row in found.rows}
    for number in numbers:
        (event,) = await adjustments(office, number)
        assert event["inputs"] == {"limit_change": change_id, "basis": BASIS}
        assert event["changes"]["limit:handle"] == ["5wd", "3wd"]
        moved = tuple(datetime.fromisoformat(at) for at in event["changes"]["due:handle"])
        assert moved == shown[number]
        clock = await handle_of(office, number)
        assert (clock["limit"], clock["former"][0]["limit"]) == ("3wd", "5wd")
        part = await office.pool.fetchval(
            "select due_at from assignment where case_id = $1", clock["case_id"]
        )
        assert part <= clock["due_at"]
    assert await adjustments(office, complex_one) == []
    assert (await verify(office.pool)).broken == ()
    # A second pass finds nothing, and the work ends when no process has older rules.
    await relimit.move_all(office, TUESDAY + SETTLED_AFTER)
    change = await limits.the_change(office.pool, change_id)
    assert (change.moved, change.failed, change.done_at) == (3, 0, TUESDAY + SETTLED_AFTER)


async def test_what_would_be_out_of_time_at_once_keeps_its_limit_and_does_not_hold_up_the_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [await handled(office, now=MONDAY - timedelta(days=6)) for _ in range(3)]
    young = await handled(office)
    monkeypatch.setattr(relimit, "BATCH", 2)
    typing = limits.typed_change(FOLLOWED, today=MONDAY.date())
    found = await relimit.preview(office, typing.change, now=MONDAY)
    assert (found.open, found.moved, found.kept) == (4, 1, 3)
    change_id = await changed(office, FOLLOWED)
    for _ in range(2):
        await relimit.move_all(office, TUESDAY + SETTLED_AFTER)
    assert await due_on(office, young) == date(2026, 3, 12)
    assert {await due_on(office, number) for number in old} == {date(2026, 3, 10)}
    change = await limits.the_change(office.pool, change_id)
    assert (change.moved, change.done_at is None) == (1, False)


async def test_two_workers_and_a_kill_move_each_case_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [await handled(office) for _ in range(5)]
    monkeypatch.setattr(relimit, "BATCH", 2)
    change_id = await changed(office, FOLLOWED)
    real = relimit.move_cases

    async def killed(*given: Any, **named: Any) -> Any:
        await real(*given, **named)
        raise asyncio.CancelledError

    monkeypatch.setattr(relimit, "move_cases", killed)
    with pytest.raises(asyncio.CancelledError):
        await relimit.move_next(office, TUESDAY)
    monkeypatch.setattr(relimit, "move_cases", real)
    assert [await adjustments(office, number) for number in numbers] == [[]] * 5
    async with open_office(office.settings) as another:
        await asyncio.gather(*(relimit.move_all(one, TUESDAY) for one in (office, another)))
    await relimit.move_all(office, TUESDAY)
    assert [len(await adjustments(office, number)) for number in numbers] == [1] * 5
    assert (await limits.the_change(office.pool, change_id)).moved == 5


async def test_a_case_that_cannot_be_moved_stops_no_other(office: Office) -> None:
    strange, fine = await handled(office), await handled(office)
    await office.pool.execute("update \"case\" set stage = 'of_yore' where number = $1", strange)
    change_id = await changed(office, FOLLOWED)
    await relimit.move_all(office, TUESDAY)
    await relimit.move_all(office, TUESDAY + SETTLED_AFTER)
    assert len(await adjustments(office, fine)) == 1
    change = await limits.the_change(office.pool, change_id)
    assert (change.moved, change.failed, change.done_at is None) == (1, 1, False)


async def test_a_change_is_taken_back_before_its_day_and_not_after(office: Office) -> None:
    change_id = await changed(office, FOLLOWED)
    await limits.take_back(office, change_id, actor=ADMIN, now=MONDAY)
    with pytest.raises(Conflict, match="已经撤回"):
        await limits.take_back(office, change_id, actor=ADMIN, now=MONDAY)
    number = await handled(office, now=TUESDAY)
    await relimit.move_all(office, TUESDAY)
    assert await due_on(office, number) == date(2026, 3, 17)
    again = await changed(office, FOLLOWED)
    with pytest.raises(NotAvailable, match="已自2026-03-10起施行，不能撤回"):
        await limits.take_back(office, again, actor=ADMIN, now=TUESDAY)
    with pytest.raises(NotFound):
        await limits.take_back(office, 99, actor=ADMIN, now=MONDAY)
    told = await history.changes(office.pool, subject="期限调整")
    assert [(one.action, one.who) for one in told] == [
        ("新增", SUPERVISOR.name), ("撤回", SUPERVISOR.name), ("新增", SUPERVISOR.name),
    ]  # fmt: skip
    assert told[0].after["期限"] == "3个工作日"
    assert told[0].after["在办工单一并适用"] == "是"


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"kind": "nonsense"}, "kind", "没有这个选项"),
        ({"clock": "of_yore"}, "clock", "《市民诉求办理规程》没有这个时限"),
        ({"clock": ""}, "clock", "“时限”不能为空"),
        ({"branch": "urgency=odd"}, "branch", "没有这种适用情形"),
        ({"amount": "0"}, "amount", "应大于 0"),
        ({"amount": "-3"}, "amount", "应为数字，如 3"),
        ({"amount": "三"}, "amount", "应为数字，如 3"),
        ({"amount": "2.5"}, "amount", "按日计算的时限须为整数"),
        ({"amount": "99999"}, "amount", "时限须在1至3660个工作日之间"),
        ({"unit": "weeks"}, "unit", "没有这个选项"),
        ({"unit": "h"}, "unit", "计时单位不能改变"),
        ({"valid_from": "2026-03-08"}, "valid_from", "不能早于今天（2026-03-09）"),
        ({"valid_from": "2026-02-30"}, "valid_from", "应为日期"),
        ({"basis": ""}, "basis", "“依据”不能为空"),
        ({"basis": "令" * 201}, "basis", "200"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(
    office: Office, wrong: dict[str, str], field: str, sentence: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        await changed(office, {**FORM, **wrong})
    assert list(refused.value.fields) == [field]
    assert sentence in refused.value.fields[field]
    assert await limits.changes(office.pool) == []


async def test_one_day_has_one_limit_and_only_an_administrator_says_so(office: Office) -> None:
    await changed(office)
    with pytest.raises(Incomplete) as refused:
        await changed(office, {**FORM, "amount": "4"})
    assert "与第1项重复" in refused.value.fields["valid_from"]
    for stranger in (SUPERVISOR, AGENT, WATER_CLERK):
        with pytest.raises(NotPermitted):
            await limits.change_limit(office, FORM, actor=stranger, now=MONDAY)
        with pytest.raises(NotPermitted):
            await limits.take_back(office, 1, actor=stranger, now=MONDAY)


async def test_full_width_figures_are_figures(office: Office) -> None:
    await changed(office, {**FORM, "amount": "３"})
    assert (await limits.changes(office.pool))[0].limit == "3wd"


async def test_a_branch_of_details_and_its_otherwise_are_found_among_the_open_cases(
    office: Office,
) -> None:
    """The statement that finds the cases sees branches as the rules see them."""
    for kind, clock, branch in (
        ("leader", "handle", "handling_grade=*/petition_matter=*/priority=*"),
        ("leader", "handle", "handling_grade=*/petition_matter=true"),
        ("citizen", "handle", "urgency=normal"),
    ):
        form = {**FORM, "kind": kind, "clock": clock, "branch": branch,
                "unit": "d" if "true" in branch else "wd"}  # fmt: skip
        change = limits.typed_change(form, today=MONDAY.date()).change
        found = await relimit.preview(office, change, now=MONDAY)
        assert found.open == 0
