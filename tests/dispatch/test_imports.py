"""Cases from other systems: what is kept, what is refused, and what an interruption leaves."""

import argparse
import asyncio
import csv
import gzip
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dispatch.import_cases import ImportReport, import_cases
from dispatch.import_files import FileRefused
from dispatch.import_mapping import CaseMap, read_map
from dispatch.import_rows import NO_WORDS_KEPT
from dispatch.imports import add_arguments, map_names, run
from dispatch.office import Office
from hotline.calendar import SHANGHAI
from hotline.settings import settings_from
from tests.makers import HEDONG, MONDAY, WATER

MAP = CaseMap(
    title="旧系统",
    source="旧系统",
    columns={
        "source_id": "编号",
        "title": "标题",
        "content": "内容",
        "opened_at": "来件",
        "category": "分类",
        "department": "单位",
        "department_hint": "规范名",
        "reply": "答复",
        "replied_at": "答复时间",
    },
)
HEADER = [*MAP.columns.values()]
GOOD: dict[str, str] = {
    "编号": "1",
    "标题": "路灯不亮",
    "内容": "柳桥街道的路灯连续三晚不亮。",
    "来件": "2019/2/28 11:25:05",
    "分类": "供水",
    "单位": "云州市水务局",
    "规范名": "",
    "答复": "已修复。",
    "答复时间": "2019-03-06 17:31:20",
}

WriteCsv = Callable[..., Path]


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    """Writes rows, each the good one with some cells changed, under ids of their own."""

    def write(*rows: dict[str, str], name: str = "旧.csv", encoding: str = "utf-8-sig") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, HEADER)
            writer.writeheader()
            writer.writerows({**GOOD, "编号": str(i), **row} for i, row in enumerate(rows, 1))
        return path

    return write


def map_for(source: str, **changes: Any) -> CaseMap:
    """The map under a source of this test's own."""
    return replace(MAP, source=source, **changes)


async def bring(office: Office, path: Path, source: str, **options: Any) -> ImportReport:
    return await import_cases(office, path, map_for(source), now=MONDAY, **options)


async def cases_of(office: Office, source: str) -> list[dict[str, Any]]:
    rows = await office.pool.fetch(
        'select * from "case" where source = $1 order by source_id', source
    )
    return [dict(row.items()) for row in rows]


def rejected(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def test_an_answered_letter_becomes_a_closed_case_with_its_own_times(
    office: Office, write_csv: WriteCsv
) -> None:
    report = await bring(office, write_csv({}), "times")
    assert (report.read, report.imported, report.rejected) == (1, 1, 0)
    (case,) = await cases_of(office, "times")
    assert (case["stage"], case["outcome"], case["lead_unit_id"]) == ("closed", "unrated", WATER)
    assert case["opened_at"] == datetime(2019, 2, 28, 11, 25, 5, tzinfo=SHANGHAI)
    assert case["answered_at"] == datetime(2019, 3, 6, 17, 31, 20, tzinfo=SHANGHAI)
    assert case["category"] == "01.01"
    events = await office.pool.fetch(
        "select action, at, actor_id, actor_name, unit_id, inputs from event"
        " where case_id = $1 order by seq",
        case["id"],
    )
    assert [event["action"] for event in events] == [
        "open", "dispatch", "sign", "reply", "approve", "expire_callback",
    ]  # fmt: skip
    assert {event["actor_id"] for event in events} == {None}
    assert events[3]["at"] == case["answered_at"]
    assert events[3]["unit_id"] == WATER
    assert events[3]["inputs"]["reply"] == "已修复。"
    handle = await office.pool.fetchrow(
        "select due_at, ended_at from clock where case_id = $1 and name = 'handle'", case["id"]
    )
    # Five working days from Thursday, 2019-02-28, counted in the calendar of that year.
    assert handle["due_at"] == datetime(2019, 3, 7, 23, 59, 59, tzinfo=SHANGHAI)
    figures = await office.pool.fetch(
        "select measure, sum(n) as n from tally where unit_id = $1 and day = '2019-03-06'"
        " group by measure",
        WATER,
    )
    counted = {row["measure"]: row["n"] for row in figures}
    assert counted["on_time"] == counted["answered_5"] == counted["closed"] == 1


async def test_nobody_is_told_about_history_but_what_waits_is_overdue(
    office: Office, write_csv: WriteCsv
) -> None:
    before = await office.pool.fetchval("select count(*) from message")
    await bring(office, write_csv({"答复": "", "答复时间": ""}), "silent")
    (case,) = await cases_of(office, "silent")
    assert (case["stage"], case["closed_at"]) == ("accepted", None)
    assert case["next_due_at"] < MONDAY
    clocks = await office.pool.fetch("select * from clock where case_id = $1", case["id"])
    assert {clock["name"] for clock in clocks} == {"whole", "dispatch"}
    assert {(clock["rung"], clock["ring_at"]) for clock in clocks} == {(3, None)}
    assert await office.pool.fetchval("select count(*) from message") == before


async def test_a_clock_that_still_runs_rings_at_its_next_level(
    office: Office, write_csv: WriteCsv
) -> None:
    fresh = {"来件": "2026-03-06 15:00:00", "答复": "", "答复时间": ""}
    await bring(office, write_csv(fresh), "fresh")
    (case,) = await cases_of(office, "fresh")
    clocks = await office.pool.fetch("select * from clock where case_id = $1", case["id"])
    by_name = {clock["name"]: clock for clock in clocks}
    assert by_name["whole"]["rung"] == 0
    assert by_name["whole"]["ring_at"] > MONDAY


async def test_a_second_run_brings_nothing_twice(office: Office, write_csv: WriteCsv) -> None:
    path = write_csv({}, {}, {})
    assert (await bring(office, path, "twice", limit=2)).imported == 2
    again = await bring(office, path, "twice")
    assert (again.imported, again.already) == (1, 2)
    assert (await bring(office, path, "twice")).already == 3
    assert len(await cases_of(office, "twice")) == 3


async def test_a_dry_run_tells_the_same_and_writes_nothing(
    office: Office, write_csv: WriteCsv
) -> None:
    path = write_csv({"单位": "云州市气象台", "分类": "气象"}, {"来件": "昨天"})
    tables = ('"case"', "event", "unit", "category", "tally")

    async def rows() -> list[int]:
        return [await office.pool.fetchval(f"select count(*) from {table}") for table in tables]

    before = await rows()
    dry = await bring(office, path, "dry", dry_run=True)
    assert await rows() == before
    wet = await bring(office, path, "dry")
    assert (dry.imported, dry.rejected, dry.units, dry.categories) == (
        wet.imported, wet.rejected, wet.units, wet.categories,
    ) == (1, 1, ["云州市气象台"], ["气象"])  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"来件": ""}, "缺少来件时间"),
        ({"来件": "二月三十日"}, "来件时间无法识别"),
        ({"来件": "2019-02-30"}, "来件时间无法识别"),
        ({"来件": "0019-02-03"}, "来件时间不可信"),
        ({"来件": "2027-01-01"}, "来件时间晚于现在"),
        ({"答复时间": "2019-02-27 08:00:00"}, "早于来件时间"),
        ({"答复时间": ""}, "有答复而缺少答复时间"),
        ({"标题": "", "内容": " \u200b\n"}, "标题和内容都是空的"),
        ({"内容": "长" * 20_001}, "最多 20000 字"),
        ({"答复": "长" * 20_001}, "最多 20000 字"),
        ({"编号": ""}, "缺少原系统编号"),
        ({"单位": "局" * 101}, "承办单位名称超过"),
        ({"单位": "12345热线中心"}, None),
    ],
)
async def test_an_impossible_row_is_refused_with_its_reason(
    office: Office, write_csv: WriteCsv, tmp_path: Path, row: dict[str, str], reason: str | None
) -> None:
    source = f"impossible {row}"[:60]
    rejects = tmp_path / "退回.csv"
    report = await bring(office, write_csv(row, {}), source, rejects=rejects)
    if reason is None:
        # The centre answers no case itself: a unit of that name is made beside it.
        assert (report.imported, report.units) == (2, ["12345热线中心"])
        return
    assert (report.imported, report.rejected) == (1, 1)
    (refused,) = rejected(rejects)
    assert reason in refused["退回原因"]
    assert refused["退回行号"] == "2"
    assert len(await cases_of(office, source)) == 1


async def test_refused_rows_can_be_mended_and_brought_again(
    office: Office, write_csv: WriteCsv, tmp_path: Path
) -> None:
    rejects = tmp_path / "退回.csv"
    await bring(office, write_csv({"来件": "", "内容": "=1+1 不对"}), "mended", rejects=rejects)
    text = rejects.read_text("utf-8-sig")
    assert "'=1+1" in text  # no formula for a spreadsheet program
    assert rejects.stat().st_mode & 0o077 == 0
    rows = rejected(rejects)
    with rejects.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerow({**rows[0], "来件": "2019-03-01"})
    report = await bring(office, rejects, "mended", rejects=tmp_path / "再退回.csv")
    assert report.imported == 1
    (case,) = await cases_of(office, "mended")
    assert case["content"] == "=1+1 不对"
    # A day without a time counts from the opening of the office.
    assert case["opened_at"] == datetime(2019, 3, 1, 9, 0, tzinfo=SHANGHAI)
    with pytest.raises(FileRefused, match="退回文件"):
        await bring(office, rejects, "mended", rejects=rejects)


async def test_a_number_that_repeats_within_the_file(office: Office, write_csv: WriteCsv) -> None:
    path = write_csv({"编号": "7"}, {"编号": "7", "标题": "另一封来信"}, {"编号": "7"})
    strict = await bring(office, path, "once")
    assert (strict.imported, strict.rejected) == (1, 2)
    loose = map_for("often", repeated_ids=True)
    for expected in ((2, 0, 1), (0, 2, 1)):
        report = await import_cases(office, path, loose, now=MONDAY)
        assert (report.imported, report.already, report.rejected) == expected


async def test_nothing_that_was_written_is_lost(office: Office, write_csv: WriteCsv) -> None:
    long_title = "关于柳桥街道路灯" * 20
    await bring(
        office,
        write_csv(
            {"标题": long_title},
            {"内容": ""},
            {"标题": ""},
            {"内容": "看不见\u200b的\x07字符\r\n第二行"},
            {"答复": ""},
        ),
        "kept",
    )
    titled, no_content, no_title, unseen, no_reply = await cases_of(office, "kept")
    assert len(titled["title"]) == 100 and titled["title"].endswith("…")
    assert titled["content"].startswith(long_title + "\n\n")
    assert no_content["content"] == GOOD["标题"]
    assert no_title["title"] == GOOD["内容"]
    assert unseen["content"] == "看不见的字符\n第二行"
    assert (
        await office.pool.fetchval(
            "select inputs->>'reply' from event where case_id = $1 and action = 'reply'",
            no_reply["id"],
        )
        == NO_WORDS_KEPT
    )


async def test_units_are_found_by_any_spelling_and_made_once(
    office: Office, write_csv: WriteCsv
) -> None:
    names = [
        ("市水务局", ""), ("水务局（供水科）", ""), ("河东区政府办公室", ""), ("云州市气象局", ""),
        ("气象局", ""), ("云州市气象局 云州市水务局", ""), ("气象观测站", "市气象局"), ("", ""),
    ]  # fmt: skip
    path = write_csv(*({"单位": name, "规范名": hint} for name, hint in names))
    report = await bring(office, path, "units")
    assert report.units == ["云州市气象局", "（导入）承办单位未注明"]
    leads = [case["lead_unit_id"] for case in await cases_of(office, "units")]
    assert leads[:3] == [WATER, WATER, HEDONG]
    assert len(set(leads[3:7])) == 1
    assert (await bring(office, path, "units-again")).units == []
    assert (await bring(office, path, "units-named", unit="HDQ")).units == []
    assert (await cases_of(office, "units-named"))[-1]["lead_unit_id"] == HEDONG
    with pytest.raises(FileRefused, match="没有代码为“没有”的承办单位"):
        await bring(office, path, "units-none", unit="没有")


async def test_new_categories_stand_at_the_top(office: Office, write_csv: WriteCsv) -> None:
    path = write_csv({"分类": "停水"}, {"分类": "气候变化"}, {"分类": "气候变化"}, {"分类": ""})
    report = await bring(office, path, "categories")
    assert report.categories == ["气候变化"]
    codes = [case["category"] for case in await cases_of(office, "categories")]
    assert codes[0] == "01.01.01"
    assert codes[1] == codes[2] and "." not in codes[1]
    assert (await office.rulebook()).category_path(codes[1]) == "气候变化"


@pytest.mark.parametrize("form", ["gz", "gb18030", "xlsx", "tab"])
async def test_every_usual_form_of_table_is_read(
    office: Office, write_csv: WriteCsv, tmp_path: Path, form: str
) -> None:
    path = write_csv({}, {"来件": "2019/2/14  20:00:00"}, encoding="utf-8")
    if form == "gz":
        path = path.rename(tmp_path / "旧.csv.gz")
        path.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    elif form == "gb18030":
        path.write_text(path.read_text("utf-8"), "gb18030")
    elif form == "tab":
        path.write_text(path.read_text("utf-8").replace(",", "\t"), "utf-8")
    else:
        path = workbook(tmp_path / "旧.xlsx", [[GOOD[name] for name in HEADER]] * 2)
    report = await bring(office, path, f"form-{form}")
    assert (report.imported, report.rejected) == (2, 0)
    first, second = await cases_of(office, f"form-{form}")
    assert first["title"] == GOOD["标题"]
    if form != "xlsx":
        assert second["opened_at"] == datetime(2019, 2, 14, 20, 0, tzinfo=SHANGHAI)


def workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """The rows as an Excel file: numbers and dates as cells of their own kind."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for i, row in enumerate(rows, 1):
        sheet.append([i, *row[1:3], datetime(2019, 2, 28, 11, 25, 5), *row[4:]])
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("图片.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "不是文本文件"),
        ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Excel"),
        ("假.xlsx", "编号,标题".encode(), "内容却不是 Excel"),
        ("坏.xlsx", b"PK\x03\x04 nothing of a workbook", "不是可读的 Excel"),
        ("断.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], "不是完整的 gz"),
        ("空.csv", b"", "第一行应为表头"),
        ("少列.csv", "编号,标题\n1,路灯\n".encode(), "缺少对照表“旧系统”需要的列：内容"),
        ("重名.csv", "编号,编号\n1,2\n".encode(), "重名的列：编号"),
        ("引号.csv", '编号,标题\n1,"没有结束\n'.encode(), "不是规范的 CSV"),
        ("编码.csv", "编号,标题\n1,路灯\n".encode() + b"\xff\xff\xff\n", "文字编码"),
    ],
)
async def test_a_file_that_is_no_table_is_refused_as_a_whole(
    office: Office, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = await office.pool.fetchval('select count(*) from "case"')
    with pytest.raises(FileRefused, match=reason):
        await bring(office, path, "whole")
    assert await office.pool.fetchval('select count(*) from "case"') == before


async def test_a_row_with_columns_too_many_is_refused_alone(
    office: Office, write_csv: WriteCsv, tmp_path: Path
) -> None:
    path = write_csv({}, {})
    with path.open("a", encoding="utf-8") as file:
        file.write("3,多,出,一,列,来,了,一,些,列\n")
    report = await bring(office, path, "columns", rejects=tmp_path / "退回.csv")
    assert (report.imported, report.rejected) == (2, 1)
    assert "有 10 列，表头有 9 列" in rejected(tmp_path / "退回.csv")[0]["退回原因"]


async def test_only_one_import_runs_at_a_time(office: Office, write_csv: WriteCsv) -> None:
    path = write_csv(*[{}] * 250)
    results = await asyncio.gather(
        bring(office, path, "race"), bring(office, path, "race"), return_exceptions=True
    )
    reports = [one for one in results if isinstance(one, ImportReport)]
    refusals = [one for one in results if isinstance(one, FileRefused)]
    assert (len(reports), len(refusals)) == (1, 1)
    assert len(await cases_of(office, "race")) == 250
    assert (await bring(office, path, "race")).already == 250


KILLED = """
import argparse, sys
from dataclasses import replace
from pathlib import Path
from dispatch.imports import add_arguments, map_names, run
from hotline.settings import settings_from
url, data, *args = sys.argv[1:]
parser = argparse.ArgumentParser()
add_arguments(parser)
settings = replace(settings_from({}), database_url=url, data=Path(data))
sys.exit(run(parser.parse_args(args), settings))
"""


async def test_an_import_killed_in_the_middle_goes_on_where_it_stopped(
    office: Office, write_csv: WriteCsv, tmp_path: Path
) -> None:
    path = write_csv(*[{}] * 3000)
    columns = "\n".join(f'{name} = "{column}"' for name, column in MAP.columns.items())
    mapping = tmp_path / "旧.toml"
    mapping.write_text(f'source = "killed"\n[columns]\n{columns}\n', "utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, office.settings.database_url or "", str(tmp_path),
        "cases", str(path), "--map", str(mapping),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    for _ in range(2000):
        if await cases_of(office, "killed"):
            break
        await asyncio.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    # The server notices the broken connection, and with it the lock goes.
    for _ in range(600):
        if not await office.pool.fetchval(
            "select count(*) from pg_locks where locktype = 'advisory'"
            " and database = (select oid from pg_database where datname = current_database())"
        ):
            break
        await asyncio.sleep(0.05)
    there = len(await cases_of(office, "killed"))
    assert 0 < there < 3000
    half = 'select count(*) from "case" c where source = $1 and not exists'
    for part in (
        "(select 1 from event e where e.case_id = c.id and e.action = 'expire_callback')",
        "(select 1 from case_words w where w.case_id = c.id)",
    ):
        assert await office.pool.fetchval(f"{half} {part}", "killed") == 0
    report = await import_cases(office, path, read_map(str(mapping)), now=MONDAY)
    assert (report.already, report.imported, report.rejected) == (there, 3000 - there, 0)
    assert len(await cases_of(office, "killed")) == 3000
    assert len({case["number"] for case in await cases_of(office, "killed")}) == 3000


async def command(office: Office, data: Path, *words: str) -> int:
    """`hotline import …` as a person types it."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    settings = replace(settings_from({}), database_url=office.settings.database_url, data=data)
    return await asyncio.to_thread(run, parser.parse_args(words), settings)


async def test_the_command_says_what_happened(
    office: Office, write_csv: WriteCsv, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = "\n".join(f'{name} = "{column}"' for name, column in MAP.columns.items())
    mapping = tmp_path / "旧.toml"
    mapping.write_text(f"[columns]\n{columns}\n", "utf-8")
    path = str(write_csv({}, {"来件": ""}))
    words = ("cases", path, "--map", str(mapping), "--source", "命令")
    assert await command(office, tmp_path, *words) == 0
    said = capsys.readouterr().out
    assert "读取 2 行：导入 1 件，以前已导入 0 件，退回 1 行" in said
    assert "每件耗用处理器" in said
    assert len(rejected(tmp_path / "imports" / "旧-退回.csv")) == 1
    assert await command(office, tmp_path, "cases", path, "--map", "没有这个") == 2
    assert "没有名为“没有这个”的对照表" in capsys.readouterr().err
    assert await command(office, tmp_path, "cases", "/没有", "--map", str(mapping)) == 2
    assert "打不开文件" in capsys.readouterr().err


def test_the_maps_that_come_along_are_sound() -> None:
    assert map_names() == ["board_labelled", "board_messages", "board_replies", "mailbox_letters"]
    maps = [read_map(name) for name in map_names()]
    assert len({one.source for one in maps}) == len(maps)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[columns", "不是有效的 TOML"),
        ("[columns]\ncontent = 'a'", "还缺 opened_at"),
        ("[columns]\ncontent = 'a'\nopened_at = 'b'\nreply = 'c'", "还缺 replied_at"),
        ("[columns]\ncontent = 'a'\nopened_at = 'b'\ncolour = 'c'", "不认识 colour"),
        ("source = ''\n[columns]\ncontent = 'a'\nopened_at = 'b'", "来源名称"),
        ("[columns]\ncontent = 'a'\nopened_at = 'b'\n[defaults]\nurgency = 'x'", "urgency 可选"),
        ("[columns]\ncontent = 'a'\nopened_at = 'b'\n[dates]\nopened_time = 'x'", "有误"),
    ],
)
def test_a_wrong_map_is_refused_with_what_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(FileRefused, match=reason):
        read_map(str(path))
