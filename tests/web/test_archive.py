"""归档: what has ended waits in a list of its kind, oldest first, and is put away."""

import re
from datetime import timedelta

import pytest

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.queues import ARCHIVE_LISTS, queue
from hotline.errors import NotAvailable
from hotline.people import Actor
from hotline.procedure import Phase
from hotline.procedures import PROCEDURES
from tests.makers import AGENT, DISPATCHER, FINANCE, MONDAY, PETITIONS, REQUEST, SECRETARY
from tests.stories.petitions import registered
from tests.stories.test_leader_story import signed_off
from tests.stories.test_method_change_story import APPLICATION, APPROVAL
from tests.web.conftest import ClientAs


async def approved(office: Office, *, days: int = 0) -> str:
    """The number of a change of method that was approved so many days after Monday."""
    now = MONDAY + timedelta(days=days)
    opened = await open_case(office, actor=FINANCE, inputs=APPLICATION, now=now,
                             kind="method_change")  # fmt: skip
    number = opened.case.number
    await perform(office, number, "approve", actor=FINANCE, inputs=APPROVAL, now=now)
    return number


async def waiting(office: Office, actor: Actor, name: str, limit: int = 50) -> list[str]:
    """All that waits in the list, page after page."""
    found: list[str] = []
    after: str | None = None
    async with office.pool.acquire() as connection:
        while True:
            page = await queue(connection, actor, name, now=MONDAY, after=after, limit=limit)
            found += [row.number for row in page.rows]
            after = page.next_after
            if after is None:
                return found


def test_every_kind_is_archived_wherever_it_has_ended_and_says_how_long_it_is_kept() -> None:
    listed = {one.kind for one in ARCHIVE_LISTS}
    for rules in PROCEDURES.values():
        assert rules.retention and rules.retention.years >= 10 and rules.retention.basis
        act = rules.action("archive")
        assert act is not None
        if act.to is None:
            ends = {one.name for one in rules.stages if one.phase is Phase.CLOSED}
            assert set(act.when) == ends - {"voided"}, rules.kind
            assert rules.kind in listed


def test_a_petition_that_has_ended_keeps_saying_how() -> None:
    story = registered()
    story.does(PETITIONS, "withdraw", reason="信访人书面撤回")
    story.waits(days=400)
    moved = story.does(PETITIONS, "archive", note="2026年卷")
    assert (story.case.stage, story.case.archived_at) == ("withdrawn", story.now)
    assert story.case.details["keep_until"] == "2056-03-09", "from its end, not from its archiving"
    assert not moved.counts
    with pytest.raises(NotAvailable):
        story.does(PETITIONS, "archive")


def test_an_instruction_leaves_the_list_of_what_was_signed_off() -> None:
    story = signed_off()
    story.does(SECRETARY, "archive")
    assert story.case.stage == "archived"
    assert story.case.details["keep_until"] == "2056-03-11"


async def test_the_oldest_comes_first_and_what_is_archived_is_gone(office: Office) -> None:
    name = "method_change:to_archive"
    before = await waiting(office, FINANCE, name)
    numbers = [await approved(office, days=day) for day in (2, 0, 1)]
    assert await waiting(office, FINANCE, name, limit=1) == [*before, *numbers]
    await perform(office, numbers[1], "archive", actor=FINANCE, inputs={}, now=MONDAY)
    assert await waiting(office, FINANCE, name) == [*before, numbers[0], numbers[2]]


async def test_the_list_is_read_by_its_index(office: Office) -> None:
    listed = next(one for one in ARCHIVE_LISTS if one.kind == "citizen")
    async with office.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off")
        plan = await connection.fetch(
            f'explain select c.id from "case" c where {listed.where} order by c.id limit 51'
        )
    assert any("case_to_archive" in row[0] for row in plan)


async def test_many_are_archived_at_once_and_one_at_its_page(
    client_as: ClientAs, office: Office
) -> None:
    numbers = [await approved(office) for _ in range(2)]
    one = await approved(office)
    browser = await client_as(FINANCE)
    desk = (await browser.get("/desk?queue=method_change:to_archive")).text
    assert "保管期限15年" in desk and "已批复同意" in desk and "政府采购法 第42条" in desk
    picks = [found for number in numbers if (found := re.search(rf'value="({number}:\d+)"', desk))]
    answer = await browser.post("/desk/archive", data={
        "queue": "method_change:to_archive", "pick": [pick[1] for pick in picks],
    })  # fmt: skip
    assert answer.status_code == 200 and answer.text.count("已归档") >= 2
    left = await waiting(office, FINANCE, "method_change:to_archive")
    assert one in left and not set(numbers) & set(left)
    page = (await browser.get(f"/cases/{one}")).text
    assert f"/cases/{one}/actions/archive" in page
    page = (await browser.get(f"/cases/{numbers[0]}")).text
    assert "档案保存至" in page and "2041-03-09" in page
    assert f"/cases/{numbers[0]}/actions/archive" not in page


async def test_the_hotline_archives_too_and_agents_do_not(
    client_as: ClientAs, office: Office
) -> None:
    opened = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    number = opened.case.number
    await perform(
        office, number, "withdraw", actor=AGENT, inputs={"note": "已自行解决"}, now=MONDAY
    )
    browser = await client_as(DISPATCHER)
    assert number in (await browser.get("/desk?queue=citizen:to_archive")).text
    agent = await client_as(AGENT)
    refused = await agent.post("/desk/archive", data={"pick": [f"{number}:2"]})
    assert refused.status_code == 403
