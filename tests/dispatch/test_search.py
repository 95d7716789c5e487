"""Finding: by number, by telephone in any spelling, by any two characters; never a foreign case."""

from typing import Any

import pytest

from dispatch import search as finding
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.search import search
from hotline.errors import Incomplete
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CITY_CLERK,
    DISPATCHER,
    MONDAY,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    WATER_CLERK,
)


async def opened(office: Office, unit: str | None = None, **changes: Any) -> str:
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=MONDAY)
    number = outcome.case.number
    if unit:
        await perform(
            office, number, "dispatch", actor=DISPATCHER, inputs={"lead_unit": unit}, now=MONDAY
        )
    return number


async def found(office: Office, actor: Actor, text: str, **rest: Any) -> list[str]:
    async with office.pool.acquire() as connection:
        return [row.number for row in (await search(connection, actor, text, **rest)).rows]


async def test_any_two_neighbouring_characters_find_a_case(office: Office) -> None:
    number = await opened(office, title="夜间施工扰民", content="工地凌晨两点浇筑混凝土。")
    for words in ("施工", "工扰", "凌晨两点", "浇筑 扰民", "混凝土"):
        assert await found(office, AGENT, words) == [number]


async def test_neighbouring_pairs_are_not_yet_the_word(office: Office) -> None:
    await opened(office, title="公园路灯", content="公园里的园路坏了，路灯不亮。")
    assert await found(office, AGENT, "公园路灯不亮") == []


async def test_letters_and_widths_do_not_matter(office: Office) -> None:
    number = await opened(office, title="ＥＴＣ 扣费有误", content="高速出口ETC重复扣费。")
    assert await found(office, AGENT, "etc") == [number]
    assert await found(office, AGENT, "ｅｔｃ 扣费") == [number]


async def test_a_number_is_found_as_it_is_typed(office: Office) -> None:
    number = await opened(office)
    spaced = f"{number[:6]} {number[6:]}"
    for typed in (number, spaced, f"工单号{number}", number.translate(WIDE)):
        assert await found(office, AGENT, typed) == [number]
    slip = number[:-1] + str((int(number[-1]) + 1) % 10)
    with pytest.raises(Incomplete) as refusal:
        await found(office, AGENT, slip)
    assert "校验位" in refusal.value.fields["q"]


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


async def test_a_telephone_is_found_in_every_spelling(office: Office) -> None:
    number = await opened(office, requester_phone="13655556666")
    for typed in (
        "136 5555 6666",
        "+86 136-5555-6666",
        "１３６５５５５６６６６",
        "008613655556666",
    ):
        assert await found(office, AGENT, typed) == [number]


async def test_a_telephone_in_the_text_is_found_too_and_once(office: Office) -> None:
    said = await opened(office, content="物业电话13744445555无人接听。")
    theirs = await opened(office, requester_phone="13744445555", content="回电13744445555。")
    assert await found(office, AGENT, "137 4444 5555") == [theirs]
    assert await found(office, AGENT, "13744445555") == [theirs, said]


async def test_nobody_finds_a_foreign_case(office: Office) -> None:
    number = await opened(office, "SWJ", title="水表空转", requester_phone="13811119999")
    for typed in ("水表空转", number, "13811119999"):
        assert await found(office, WATER_CLERK, typed) == [number]
        assert await found(office, CITY_CLERK, typed) == []


async def test_asking_for_a_number_does_not_unmask_the_requester(office: Office) -> None:
    phone = "13822228888"
    number = await opened(office, "SWJ", title="偷排污水", requester_phone=phone, confidential=True)
    await opened(office, "SWJ", title="举报水费乱收", requester_phone=phone, request_type="report")
    for actor in (WATER_CLERK, REVIEWER):
        assert await found(office, actor, phone) == []
    assert number not in await found(office, SUPERVISOR, phone)
    assert number in await found(office, AGENT, phone)


async def test_a_common_word_shows_the_newest_first_page_after_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for i in range(9):
        made.append(await opened(office, "SWJ" if i % 2 else None, title="井盖缺失"))
        # As if thousands of other cases came in between.
        await office.pool.execute(
            "select setval(pg_get_serial_sequence('\"case\"', 'id'),"
            " nextval(pg_get_serial_sequence('\"case\"', 'id')) + 5000 * $1)",
            i,
        )
    other = await opened(office, title="井盖缺失复查")
    rare = await found(office, AGENT, "井盖")
    assert rare == [other, *reversed(made)]
    # Small numbers make every way of finding walk through several ranges.
    monkeypatch.setattr(finding, "RARE", 3)
    monkeypatch.setattr(finding, "_FIRST_OWN", 2)
    assert await found(office, AGENT, "井盖") == rare
    assert await found(office, WATER_CLERK, "井盖") == list(reversed(made[1::2]))
    pages: list[str] = []
    after: str | None = None
    for _ in range(4):
        async with office.pool.acquire() as connection:
            page = await search(connection, AGENT, "井盖", after=after, limit=3)
        pages += [row.number for row in page.rows]
        after = page.next_after
    assert pages == rare
    assert after is None


async def test_one_character_is_too_few_and_the_sentence_says_so(office: Office) -> None:
    for typed in ("水", "", "。", "字" * 101):
        with pytest.raises(Incomplete) as refusal:
            await found(office, AGENT, typed)
        assert list(refusal.value.fields) == ["q"]
    assert await found(office, AGENT, "没有的词语") == []
    assert await found(office, AGENT, "a' | 'b & !") == []
