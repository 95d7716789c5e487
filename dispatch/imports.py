"""`hotline import`: cases from other systems, through the door that every case goes through."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.errors import Refusal
from hotline.settings import Settings

if TYPE_CHECKING:
    from dispatch.import_cases import ImportReport

# The maps that come with the program; `dispatch.import_mapping` reads them.
MAPS = Path(__file__).with_name("import_maps")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `hotline import`."""
    parser.add_argument("what", choices=["cases"], help="导入什么：cases 为工单")
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV（可 gz 压缩）或 xlsx 文件")
    parser.add_argument(
        "--map",
        required=True,
        metavar="NAME",
        help=f"列的对照表： {' '.join(map_names())} ，或自己的 .toml 文件",
    )
    parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    parser.add_argument(
        "--rejects",
        type=Path,
        metavar="FILE",
        help="退回的行写到哪里（默认在数据目录的 imports 下）",
    )
    parser.add_argument("--unit", metavar="CODE", help="未注明承办单位的答复记在哪个单位名下")
    parser.add_argument("--source", metavar="NAME", help="来源名称（默认按对照表）")
    parser.add_argument("--limit", type=_positive, metavar="N", help="只导入前 N 行")


def map_names() -> list[str]:
    """The maps that come with the program."""
    return sorted(path.stem for path in MAPS.glob("*.toml"))


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("应为正整数")
    return int(text)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Carry out `hotline import`: 0 done, 2 nothing could be done, 130 interrupted."""
    import asyncpg  # only where it is used: every `hotline --help` asks for the arguments above

    try:
        return asyncio.run(_run(args, settings))
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
    except asyncpg.UndefinedTableError:
        print("数据库里还没有表，请先运行 hotline migrate。", file=sys.stderr)
    except KeyboardInterrupt:
        print("已中断。已导入的工单都是完整的；再次运行同一命令即从中断处继续。", file=sys.stderr)
        return 130
    return 2


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    from tqdm import tqdm

    from dispatch.import_cases import import_cases
    from dispatch.import_files import FileRefused
    from dispatch.import_mapping import checked_source, read_map
    from dispatch.office import open_office

    case_map = read_map(args.map)
    if args.source is not None:
        try:
            case_map = replace(case_map, source=checked_source(args.source))
        except ValueError as refusal:
            raise FileRefused(f"--source：{refusal}。") from refusal
    path: Path = args.file
    name = path.name.split(".")[0]
    rejects: Path = args.rejects or settings.data / "imports" / f"{name}-退回.csv"
    began, cpu = time.monotonic(), time.process_time()
    with tqdm(unit="行", desc=path.name, disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        async with open_office(settings) as office:
            report = await import_cases(
                office,
                path,
                case_map,
                dry_run=args.dry_run,
                rejects=rejects,
                progress=progress,
                unit=args.unit,
                limit=args.limit,
            )
    for line in summary(report, dry_run=args.dry_run, rejects=rejects):
        print(line)
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    if report.imported:
        rate, cost = report.imported / seconds, cpu / report.imported * 1e6
        print(f"用时 {seconds:.1f} 秒，每秒 {rate:.0f} 件，每件耗用处理器 {cost:.0f} 微秒。")
    return 0


def summary(report: "ImportReport", *, dry_run: bool, rejects: Path) -> list[str]:
    """What happened, in the words of the person who started it."""
    did = "可导入" if dry_run else "导入"
    lines = [
        f"读取 {report.read} 行：{did} {report.imported} 件，"
        f"以前已导入 {report.already} 件，退回 {report.rejected} 行。"
    ]
    if report.units:
        lines.append(f"新建承办单位 {len(report.units)} 个：{_some(report.units)}。")
    if report.categories:
        lines.append(f"新建诉求分类 {len(report.categories)} 个：{_some(report.categories)}。")
    if report.rejected:
        lines.append(f"退回的行和原因见 {rejects}，改正后可以再导入。")
    return lines


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:8]) + ("等" if len(names) > 8 else "")
