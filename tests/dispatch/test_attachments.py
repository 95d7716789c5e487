"""Files through the door: kept with the act that names them, or not at all."""

from datetime import timedelta
from functools import partial

import pytest

from dispatch import attachments
from dispatch.attachments import (
    attached,
    discard,
    forget_unused,
    pieces,
    take_in,
    uploaded,
)
from dispatch.drafts import forget_draft, keep_draft
from dispatch.intake import log_call, open_case
from dispatch.office import Office
from dispatch.perform import perform
from hotline.errors import Incomplete, Secret, TooMany
from hotline.files import Unfit, new_file_key
from tests.hotline.test_files import PNG
from tests.makers import (
    AGENT,
    DISPATCHER,
    INSTRUCTION,
    MONDAY,
    REQUEST,
    SECRETARY,
    WATER_CLERK,
)

MOST = 4 * 1024 * 1024


async def a_file(office: Office, content: bytes = PNG, name: str = "现场.png") -> str:
    return await take_in(office.pool, content, name, actor=AGENT, now=MONDAY, most=MOST)


async def test_a_case_is_opened_with_its_evidence(office: Office) -> None:
    key = await a_file(office, "停水通知".encode() * 200_000, "通知.txt")
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, "files": [key]}, now=MONDAY)
    async with office.pool.acquire() as connection:
        (file,) = await attached(connection, outcome.case.id)
    assert (file.name, file.kind, file.seq, file.who) == ("通知.txt", "txt", 1, AGENT.name)
    assert file.sha256 == key[16:]
    content = b"".join([piece async for piece in pieces(office.pool, file)])
    assert content == "停水通知".encode() * 200_000
    event = await office.pool.fetchval(
        "select inputs->'files' from event where case_id = $1", outcome.case.id
    )
    assert event == [key]


async def test_a_call_brings_its_evidence_too(office: Office) -> None:
    key = await a_file(office)
    inputs = {**REQUEST, "disposition": "case", "files": [key]}
    logged = await log_call(office, actor=AGENT, inputs=inputs, now=MONDAY)
    assert logged.case is not None
    async with office.pool.acquire() as connection:
        assert [one.file_key for one in await attached(connection, logged.case.case.id)] == [key]


async def test_a_file_of_another_case_or_of_nobody_is_refused_with_the_act(office: Office) -> None:
    key = await a_file(office)
    await open_case(office, actor=AGENT, inputs={**REQUEST, "files": [key]}, now=MONDAY)
    other = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    for wrong in (key, new_file_key(b"never uploaded")):
        with pytest.raises(Incomplete, match="有附件已失效"):
            await perform(
                office, other.case.number, "supplement", actor=AGENT, now=MONDAY,
                inputs={"note": "补充照片", "files": [wrong]},
            )  # fmt: skip
    count = await office.pool.fetchval(
        "select count(*) from event where case_id = $1", other.case.id
    )
    assert count == 1, "the act was not taken either"
    with pytest.raises(Incomplete, match="重新上传"):
        await perform(
            office, other.case.number, "supplement", actor=AGENT, now=MONDAY,
            inputs={"note": "补充照片", "files": ["1; drop table"]},
        )  # fmt: skip


async def test_a_key_is_of_use_to_whoever_uploaded_it(office: Office) -> None:
    key = await a_file(office)
    number = (await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)).case.number
    note = {"note": "补充照片", "files": [key]}
    with pytest.raises(Incomplete, match="有附件已失效"):
        await perform(office, number, "supplement", actor=DISPATCHER, inputs=note, now=MONDAY)
    await perform(office, number, "supplement", actor=AGENT, inputs=note, now=MONDAY)
    # On the case it is everybody's who may see it, and may be named once more.
    outcome = await perform(office, number, "supplement", actor=DISPATCHER, inputs=note, now=MONDAY)
    async with office.pool.acquire() as connection:
        (file,) = await attached(connection, outcome.case.id)
    assert outcome.event and file.seq == outcome.event.seq - 1 and file.who == AGENT.name


async def test_a_draft_keeps_its_files(office: Office) -> None:
    key = await a_file(office, b"%PDF-1.7 in a draft", "d.pdf")
    subject, late = "register:petition/register", MONDAY + timedelta(days=3)
    await keep_draft(office, subject, {"files": [key]}, actor=AGENT, now=MONDAY)
    await forget_unused(office.pool, late)
    assert [one.name for one in await uploaded(office.pool, [key], actor=AGENT)] == ["d.pdf"]
    await forget_draft(office.pool, subject, actor=AGENT)
    assert await forget_unused(office.pool, late) >= 1
    assert await uploaded(office.pool, [key], actor=AGENT) == []


async def test_a_state_secret_leaves_no_file_behind(office: Office) -> None:
    content = "批示原件".encode() * 3
    key = await take_in(office.pool, content, "批示.txt", actor=SECRETARY, now=MONDAY, most=MOST)
    form = {**INSTRUCTION, "secrecy": "state_secret", "files": [key]}
    with pytest.raises(Secret):
        await open_case(office, actor=SECRETARY, inputs=form, now=MONDAY, kind="leader")
    stored = await office.pool.fetchval(
        "select count(*) from file_content where sha256 = $1", bytes.fromhex(key[16:])
    )
    assert stored == 0


async def test_nobody_fills_the_store_with_what_no_act_names(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MOST_UNUSED", 1)
    one = partial(take_in, office.pool, PNG, "a.png", actor=DISPATCHER, now=MONDAY, most=MOST)
    key = await one()
    with pytest.raises(TooMany, match="未使用的附件太多"):
        await one()
    await discard(office.pool, [key, 5, "no key"], actor=DISPATCHER)
    assert await one() != key


async def test_the_reply_brings_the_proof(office: Office) -> None:
    number = (await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)).case.number
    await perform(
        office, number, "dispatch", actor=DISPATCHER, inputs={"lead_unit": "SWJ"}, now=MONDAY
    )
    await perform(office, number, "sign", actor=WATER_CLERK, inputs={}, now=MONDAY)
    proof = await take_in(
        office.pool, PNG, "恢复供水.png", actor=WATER_CLERK, now=MONDAY, most=MOST
    )
    assert [one.name for one in await uploaded(office.pool, [proof], actor=WATER_CLERK)]
    assert await uploaded(office.pool, [proof], actor=AGENT) == []
    outcome = await perform(
        office, number, "reply", actor=WATER_CLERK, now=MONDAY,
        inputs={"result": "solved", "reply": "已恢复供水。", "files": [proof]},
    )  # fmt: skip
    async with office.pool.acquire() as connection:
        (file,) = await attached(connection, outcome.case.id)
    assert outcome.event and file.seq == outcome.event.seq and file.unit_id == WATER_CLERK.unit_id


async def test_too_large_and_unfit_files_are_not_stored(office: Office) -> None:
    before = await office.pool.fetchval("select count(*) from attachment")
    with pytest.raises(Unfit, match="超过4MB"):
        await a_file(office, bytes(MOST + 1))
    with pytest.raises(Unfit):
        await a_file(office, b"MZ\x90\x00" + bytes(60), "照片.png")
    assert await office.pool.fetchval("select count(*) from attachment") == before


async def test_what_no_act_named_is_forgotten_and_the_rest_stays(office: Office) -> None:
    same = b"%PDF-1.7 the same content"
    kept, unused = await a_file(office, same, "a.pdf"), await a_file(office, same, "b.pdf")
    alone = await a_file(office, b"%PDF-1.7 nobody sent the form", "c.pdf")
    await open_case(office, actor=AGENT, inputs={**REQUEST, "files": [kept]}, now=MONDAY)
    assert await forget_unused(office.pool, MONDAY + timedelta(days=1)) == 0
    assert await forget_unused(office.pool, MONDAY + timedelta(days=1, seconds=1)) >= 2
    left = await office.pool.fetch("select file_key from attachment")
    keys = {row["file_key"] for row in left}
    assert kept in keys and not {unused, alone} & keys
    contents = await office.pool.fetchval(
        "select count(*) from file_content where sha256 = any($1::bytea[])",
        [bytes.fromhex(kept[16:]), bytes.fromhex(alone[16:])],
    )
    assert contents == 1
