"""`hotline calendar load`: wrong lines by number, a trial that writes nothing, then the loading."""

from datetime import date, datetime
from pathlib import Path

import pytest

from dispatch.holidays import current_calendar
from dispatch.intake import open_case
from dispatch.office import Office
from hotline.calendar import HORIZON_OF_FILE, SHANGHAI
from tests.dispatch.test_command import Said, hotline
from tests.hotline.test_holiday_notice import NOTICE_2027
from tests.makers import AGENT, REQUEST

THEN = datetime(2026, 12, 28, 10, 0, tzinfo=SHANGHAI)


async def calendar_load(office: Office, path: Path, *more: str) -> Said:
    return await hotline(
        "calendar",
        "load",
        str(path),
        *more,
        database_url=office.settings.database_url or "",
        redis_url=office.settings.redis_url or "",
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (NOTICE_2027.encode() + b"2027-02-30,rest,x\n", "第12行：没有2027-02-30这一天"),
        (b"\x00\xff", "不是文本"),
        (b"x" * 300_000, "太大"),
    ],
)
async def test_a_wrong_file_is_refused_with_its_lines(
    office: Office, tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "2027.csv"
    path.write_bytes(content)
    said = await calendar_load(office, path, "--year", "2027")
    assert (said.code, says in said.err) == (1, True)
    assert "Traceback" not in said.err
    assert (await current_calendar(office)).horizon == HORIZON_OF_FILE


async def test_a_missing_file_is_named(office: Office, tmp_path: Path) -> None:
    said = await calendar_load(office, tmp_path / "none.csv", "--year", "2027")
    assert (said.code, "none.csv" in said.err) == (1, True)


async def test_it_shows_then_loads_then_has_nothing_left_to_do(
    office: Office, tmp_path: Path
) -> None:
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=THEN)).case
    path = tmp_path / "2027.csv"
    path.write_text(NOTICE_2027, "utf-8-sig")
    tried = await calendar_load(office, path, "--year", "2027", "--dry-run")
    assert tried.code == 0, tried.err
    assert f"{case.number}  全程时限  督办员  2027-01-11 23:59 → 2027-01-12 23:59" in tried.out
    assert "没有写入" in tried.out
    assert (await current_calendar(office)).horizon == HORIZON_OF_FILE

    done = await calendar_load(office, path, "--year", "2027", "--title", "2027年通知")
    assert done.code == 0, done.err
    assert "公布至 2027-12-31" in done.out and "已变更 1 件工单" in done.out
    assert (await current_calendar(office)).horizon == date(2027, 12, 31)

    again = await calendar_load(office, path, "--year", "2027")
    assert (again.code, "没有改动" in again.out) == (0, True)
