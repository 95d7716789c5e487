"""The doctor finds what is wrong, and says what helps."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch import doctor
from dispatch.doctor import Finding, State, examine, summary
from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.worker import beat
from tests.makers import AGENT, MONDAY, REQUEST


async def found(office: Office, subject: str) -> Finding:
    return next(one for one in await examine(office.settings) if one.subject == subject)


async def test_a_working_hotline_has_nothing_wrong(office: Office) -> None:
    await open_case(
        office,
        actor=AGENT,
        inputs={**REQUEST, "requester_phone": ""} | {"anonymous": True},
        now=clock(),
    )
    await beat(office, "here:1")
    findings = await examine(office.settings)
    assert [one for one in findings if one.state is State.WRONG] == []
    assert {one.subject for one in findings} == {
        "磁盘", "队列", "数据库", "表结构", "时钟", "后台进程", "工作日历", "短信", "历史记录",
    }  # fmt: skip


def test_the_last_line_says_how_many_need_somebody() -> None:
    fine, watch, wrong = (Finding("某项", state, "") for state in State)
    assert summary([fine, fine]) == "共 2 项：全部正常。"
    assert summary([fine, watch, wrong, watch]) == "共 4 项：注意 2 项、异常 1 项。"


async def test_a_silent_worker_is_wrong(office: Office) -> None:
    await office.pool.execute("update heartbeat set at = now() - interval '5 minutes'")
    finding = await found(office, "后台进程")
    assert finding.state is State.WRONG
    assert "hotline worker" in finding.do


async def test_a_text_that_waits_too_long_is_wrong(office: Office) -> None:
    await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    finding = await found(office, "短信")
    assert finding.state is State.WRONG
    assert "分钟" in finding.says


async def test_a_text_of_unknown_fate_is_to_be_watched(office: Office) -> None:
    await office.pool.execute(
        "update message set state = 'unknown', next_at = null where channel = 'sms'"
    )
    finding = await found(office, "短信")
    assert (finding.state, "1 条" in finding.says) == (State.WATCH, True)


async def test_the_end_of_the_calendar_is_announced_in_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    horizon = (await office.rulebook()).calendar.horizon
    for days, state in ((59, State.WATCH), (60, State.FINE)):
        noon = clock().replace(year=horizon.year, month=horizon.month, day=horizon.day, hour=4)
        monkeypatch.setattr(doctor, "clock", lambda at=noon - timedelta(days=days): at)
        finding = await found(office, "工作日历")
        assert finding.state is state
        assert f"还有 {days} 天" in finding.says


async def test_a_clock_that_differs_from_the_database_is_wrong(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "clock", lambda: clock() + timedelta(minutes=1))
    assert (await found(office, "时钟")).state is State.WRONG


async def test_a_changed_history_is_wrong(office: Office) -> None:
    async with office.pool.acquire() as connection:
        await connection.execute("alter table event disable trigger event_append_only")
        await connection.execute("update event set actor_name = '别人' where id = 1")
        await connection.execute("alter table event enable trigger event_append_only")
    finding = await found(office, "历史记录")
    assert finding.state is State.WRONG
    assert "hotline audit" in finding.do


async def test_servers_that_do_not_answer_are_wrong(office: Office) -> None:
    settings = replace(
        office.settings,
        database_url="postgresql://nobody@127.0.0.1:9/none",
        redis_url="redis://127.0.0.1:9/0",
    )
    findings = {one.subject: one.state for one in await examine(settings)}
    assert findings["数据库"] is State.WRONG
    assert findings["队列"] is State.WRONG


async def test_a_database_without_tables_asks_for_the_migration(
    office: Office, database_url: str
) -> None:
    empty = database_url.rsplit("/", 1)[0] + "/postgres"
    findings = await examine(replace(office.settings, database_url=empty))
    wrong = {one.subject: one.do for one in findings if one.state is State.WRONG}
    assert "hotline migrate" in wrong["表结构"]


async def test_a_full_disk_is_wrong(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 10**18)
    findings = await examine(replace(office.settings, data=tmp_path / "not" / "there"))
    assert next(one for one in findings if one.subject == "磁盘").state is State.WRONG
