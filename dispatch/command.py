"""`hotline`: one command for everything that is done from a terminal.

Each sub-command imports what it needs when it runs, so that `--help` answers at once.
"""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from dispatch.lodging import EmbeddedError
from hotline.errors import Refusal
from hotline.settings import Settings, SettingsError, settings_from

if TYPE_CHECKING:
    from dispatch.db import Pool

Answer = TypeVar("Answer")

DONE, WRONG, UNUSABLE = 0, 1, 2


def main() -> None:
    """Run the command line; the exit code is 0 where it did what was asked."""
    args = _parser().parse_args()
    try:
        settings = settings_from(os.environ)
        code = args.run(args, settings)
    except (SettingsError, EmbeddedError) as problem:
        print(problem, file=sys.stderr)
        code = UNUSABLE
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
        code = UNUSABLE
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotline",
        description="12345热线：受理、派单、办理、审核、回访。(A 12345 government hotline.)",
        epilog="第一次使用：hotline up，再用浏览器打开它给出的网址。"
        " 各命令的用法：hotline COMMAND --help。"
        " 设置都是环境变量 HOTLINE_*，见 README。"
        " 没有设置 HOTLINE_DATABASE_URL 时，各命令使用正在运行的 hotline up 的数据库；"
        " 没有在运行，就临时启动自带的数据库。",
    )
    parser.set_defaults(run=lambda args, settings: _help(parser))
    commands = parser.add_subparsers(title="命令 (commands)", metavar="COMMAND")
    _add(
        commands, "up", _up, "启动全部：数据库、队列、网页、后台进程，Ctrl-C 停止 (run everything)"
    )
    web = _add(commands, "web", _web, "只启动网页和接口 (web and API only)")
    web.add_argument("--listener", type=int, help=argparse.SUPPRESS)
    worker = _add(commands, "worker", _worker, "只启动后台进程：时限、短信、统计 (worker only)")
    for one in (web, worker):
        one.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    _add(commands, "migrate", _migrate, "建表或升级表结构，载入工作日历 (create or upgrade tables)")
    _add(commands, "demo", _demo, "在空库里生成演示城市 (fill an empty database with a demo city)")
    _add_import(commands)
    _add_calendar(commands)
    _add_token(commands)
    learn = _add(
        commands, "learn", _learn, "从已派单的工单学习分类建议 (learn to suggest categories)"
    )
    learn.add_argument("--quietly", action="store_true", help=argparse.SUPPRESS)
    _add(commands, "doctor", _doctor, "检查各部分是否正常，说明怎么办 (find what is wrong)")
    passwd = _add(
        commands, "passwd", _passwd, "设置某人的密码；空库时建立首位管理员 (set a password)"
    )
    passwd.add_argument("sign_in", metavar="SIGN_IN", help="登录名")
    passwd.add_argument("--stdin", action="store_true", help="从标准输入读取密码，不提问")
    audit = _add(commands, "audit", _audit, "核对历史记录有没有被改动 (verify the hash chains)")
    audit.add_argument("number", nargs="?", metavar="NUMBER", help="工单号；不写则核对全部")
    return parser


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return UNUSABLE


Run = Callable[[argparse.Namespace, Settings], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add(commands: Commands, name: str, run: Run, help: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(run=run)
    return parser


def _add_import(commands: Commands) -> None:
    from dispatch import imports

    parser = _add(commands, "import", _import, "导入其他系统的工单 (import cases of other systems)")
    imports.add_arguments(parser)


def _add_calendar(commands: Commands) -> None:
    help = "工作日历 (the calendar of working days)"
    parser = commands.add_parser("calendar", help=help, description=help)
    parser.set_defaults(run=lambda args, settings: _help(parser))
    actions = parser.add_subparsers(title="操作 (actions)", metavar="ACTION")
    load = _add(actions, "load", _load_calendar, "载入一年的放假安排 (load a notice of holidays)")
    load.add_argument(
        "file", type=Path, metavar="FILE", help="每行一天：日期,休或班,节日（date,kind,name）"
    )
    load.add_argument("--year", required=True, help="通知的年份，如 2027")
    load.add_argument("--title", default="", help="通知的名称和文号")
    load.add_argument("--dry-run", action="store_true", help="只看哪些期限会变更，不写入")


def _add_token(commands: Commands) -> None:
    help = "其他系统调用接口的令牌 (bearer tokens of the JSON API)"
    parser = commands.add_parser("token", help=help, description=help)
    parser.set_defaults(run=lambda args, settings: _help(parser))
    actions = parser.add_subparsers(title="操作 (actions)", metavar="ACTION")
    create = _add(actions, "create", _create_token, "建立令牌，只显示一次 (create a token)")
    create.add_argument("--staff", required=True, metavar="NAME", help="以谁的权限：登录名")
    create.add_argument("--name", default="", help="给哪个系统用")
    _add(actions, "list", _list_tokens, "列出令牌 (list tokens)")
    revoke = _add(actions, "revoke", _revoke_token, "停用令牌 (revoke a token)")
    revoke.add_argument("id", type=int, metavar="ID", help="令牌编号，见 hotline token list")


def _up(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.serving import set_up_log
    from dispatch.supervise import up

    set_up_log(settings.log)
    up(settings)
    return DONE


def _web(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.serving import end_with_parent, serve_web, set_up_log

    set_up_log(settings.log)
    _demand_database(settings, "web")
    if args.supervised:
        end_with_parent()
    serve_web(settings, listener=args.listener)
    return DONE


def _worker(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.serving import end_with_parent, set_up_log
    from dispatch.worker import work

    set_up_log(settings.log)
    _demand_database(settings, "worker")
    if args.supervised:
        end_with_parent()
    asyncio.run(work(settings))
    return DONE


def _demand_database(settings: Settings, command: str) -> None:
    if not settings.database_url:
        raise EmbeddedError(
            f"hotline {command} 需要 HOTLINE_DATABASE_URL（和 HOTLINE_REDIS_URL）。"
            "在一台机器上试用请运行 hotline up，它会启动自带的数据库。"
            f"(hotline {command} needs HOTLINE_DATABASE_URL; hotline up brings its own.)"
        )


def _migrate(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.db import migrate
    from dispatch.premises import reached
    from dispatch.preparing import prepare_calendar

    with reached(settings) as found:
        assert found.database_url
        migrate(found.database_url)
        asyncio.run(prepare_calendar(found))
    print("表结构已是最新。")
    return DONE


def _demo(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.premises import reached
    from dispatch.preparing import prepare_demo

    with reached(settings) as found:
        filled = asyncio.run(prepare_demo(found))
    if not filled:
        print("库里已有单位，没有改动。演示城市只在空库里生成。", file=sys.stderr)
        return WRONG
    print("演示城市已生成。")
    return DONE


def _import(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch import imports
    from dispatch.premises import reached

    with reached(settings) as found:
        return imports.run(args, found)


def _load_calendar(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch import holiday_file
    from dispatch.premises import reached

    with reached(settings) as found:
        return holiday_file.run(args, found)


def _doctor(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.doctor import State, examine, summary
    from dispatch.premises import reached

    with reached(settings) as found:
        findings = asyncio.run(examine(found))
    for finding in findings:
        print(f"[{finding.state}] {finding.subject}：{finding.says}")
        if finding.do:
            print(f"       → {finding.do}")
    print(summary(findings))
    return WRONG if any(finding.state is State.WRONG for finding in findings) else DONE


def _learn(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.learn import keep_quiet, learn_now
    from dispatch.office import clock

    if args.quietly:
        keep_quiet()
    print(_on_database(settings, lambda pool: learn_now(pool, now=clock())))
    return DONE


def _passwd(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.passwords import checked_password, set_password

    if args.stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("新密码：")
        if getpass.getpass("再输入一次：") != password:
            print("两次输入的密码不一致，没有改动。", file=sys.stderr)
            return WRONG
    checked_password(password)
    print(
        _on_database(
            settings, lambda pool: set_password(pool, args.sign_in, password, city=settings.city)
        )
    )
    return DONE


def _audit(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.audit import verify

    verdict = _on_database(settings, lambda pool: verify(pool, number=args.number))
    if args.number and not verdict.cases:
        print(f"没有工单 {args.number}。", file=sys.stderr)
        return WRONG
    looked_at = f"已核对 {verdict.cases} 件工单的 {verdict.events} 条历史记录"
    if not verdict.broken:
        print(f"{looked_at}，没有改动、缺失或插入。")
        return DONE
    for broken in verdict.broken:
        print(f"{broken.number} 第 {broken.seq} 条：{broken.why}", file=sys.stderr)
    print(f"{looked_at}，{len(verdict.broken)} 件与当初写下的不符。请保留现场，报告审计管理员。")
    return WRONG


def _create_token(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.tokens import create_token

    token = _on_database(settings, lambda pool: create_token(pool, args.staff, args.name))
    print(token)
    print("令牌只显示这一次，请妥善保存。(Shown once only.)", file=sys.stderr)
    return DONE


def _list_tokens(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.tokens import tokens_of
    from hotline.calendar import in_shanghai

    tokens = _on_database(settings, tokens_of)
    for token in tokens:
        state = (
            f"已于 {in_shanghai(token.revoked_at):%Y-%m-%d %H:%M} 停用"
            if token.revoked_at
            else "有效"
        )
        made = f"{in_shanghai(token.created_at):%Y-%m-%d %H:%M}"
        print(f"{token.id:>5}  {token.staff:<16}  {made}  {state}  {token.name}")
    if not tokens:
        print("还没有令牌。建立：hotline token create --staff 登录名", file=sys.stderr)
    return DONE


def _revoke_token(args: argparse.Namespace, settings: Settings) -> int:
    from dispatch.tokens import revoke_token

    _on_database(settings, lambda pool: revoke_token(pool, args.id))
    print("令牌已停用。")
    return DONE


def _on_database(settings: Settings, do: "Callable[[Pool], Awaitable[Answer]]") -> "Answer":
    """One thing done on the database that the settings lead to."""
    from dispatch.office import open_office
    from dispatch.premises import reached

    async def done(found: Settings) -> Answer:
        async with open_office(found, pool_size=2) as office:
            return await do(office.pool)

    with reached(settings) as found:
        return asyncio.run(done(found))


if __name__ == "__main__":
    main()
