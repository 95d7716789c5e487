"""`hotline calendar load`: a notice of holidays from a file, shown first, then loaded."""

import argparse
import asyncio
import sys
from pathlib import Path

from dispatch.holidays import Preview, current_calendar, load, preview
from dispatch.office import Office, clock, open_office
from dispatch.recalendar import move_all
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete
from hotline.holiday_notice import Notice, read_notice
from hotline.people import Actor, Role
from hotline.settings import Settings

LARGEST = 256 * 1024
SHOWN = 20

DONE, WRONG = 0, 1

# Whoever may start commands on this machine; in the record of changes it stands as the system.
OPERATOR = Actor(name="命令行", roles=frozenset({Role.ADMIN}))


def run(args: argparse.Namespace, settings: Settings) -> int:
    """0 where it was loaded, or is there already; 1 where the file is wrong, with the lines."""
    try:
        return asyncio.run(_load(args, _content(args.file), settings))
    except Incomplete as refusal:
        print("\n".join(refusal.fields.values()), file=sys.stderr)
        return WRONG


def _content(path: Path) -> str:
    try:
        if path.stat().st_size <= LARGEST:
            return read_text(path.read_bytes())
    except OSError as fault:
        raise Incomplete({"lines": f"{path} 读不了：{fault.strerror}"}) from None
    raise Incomplete({"lines": f"{path} 太大，放假安排应不超过 {LARGEST // 1024} KB。"})


def read_text(content: bytes) -> str:
    """A text file as spreadsheets write it: UTF-8, else GB 18030. Raises Incomplete("lines")."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Incomplete({"lines": "文件不是文本（CSV），请另存为 CSV 后再上传"})


async def _load(args: argparse.Namespace, text: str, settings: Settings) -> int:
    async with open_office(settings, pool_size=2) as office:
        calendar = await current_calendar(office)
        title = args.title or f"{args.year}年放假安排"
        notice = read_notice(text, year=args.year, title=title, calendar=calendar)
        found = await preview(office, notice, calendar=calendar, most=SHOWN)
        _say(found)
        if args.dry_run:
            print("只是试算，没有写入。")
            return DONE
        return await _write(office, notice, found)


async def _write(office: Office, notice: Notice, found: Preview) -> int:
    now = clock()
    if not await load(office, notice, actor=OPERATOR, now=now, seen=found.base):
        print("日历里已经是这样，没有改动。")
        return DONE
    print(f"已载入，日历公布至 {found.horizon}。")
    print(f"已变更 {await move_all(office, now)} 件工单的期限；其余由后台进程核对。")
    return DONE


def _say(found: Preview) -> None:
    print(f"改写 {len(found.changed)} 天；变更 {found.moved} 个期限，转为确定 {found.settled} 个。")
    for row in found.rows:
        days = f"{in_shanghai(row.old):%Y-%m-%d %H:%M} → {in_shanghai(row.new):%Y-%m-%d %H:%M}"
        print(f"  {row.number}  {row.clock}  {row.who}  {days}")
    if found.moved > len(found.rows):
        print(f"  ……只列出前 {len(found.rows)} 个")
