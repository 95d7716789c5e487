"""`hotline doctor`: what could keep this hotline from working, each with what to do about it."""

import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import asyncpg
import redis.asyncio
from alembic.script import ScriptDirectory
from redis.exceptions import RedisError

from dispatch.audit import verify
from dispatch.db import alembic_config
from dispatch.horizon import horizon
from dispatch.office import Office, clock, open_office
from dispatch.worker import KIND
from hotline.calendar import in_shanghai
from hotline.errors import Unreachable
from hotline.settings import Settings

OLDEST_POSTGRES = 18
WORKER_SILENT_AFTER = timedelta(seconds=30)
TEXT_WAITS_AT_MOST = timedelta(minutes=10)
LEAST_FREE_BYTES = 2 * 1024**3
SKEW_AT_MOST = timedelta(seconds=2)
CASES_AUDITED = 200
# Counting stops here: more than this says the same.
MOST_COUNTED = 10_000


class State(StrEnum):
    """How a finding reads: fine, to be watched, or broken now."""

    FINE = "正常"
    WATCH = "注意"
    WRONG = "异常"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `do` says what helps."""

    subject: str
    state: State
    says: str
    do: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a thing that cannot be looked at is a finding too."""
    findings = [_disk(settings), await _queue(settings)]
    try:
        async with open_office(settings, pool_size=2) as office:
            for subject, look in _LOOKS.items():
                findings += await _looked(subject, look, office)
    except Unreachable as fault:
        findings.append(
            Finding(
                "数据库",
                State.WRONG,
                fault.message,
                "请检查 HOTLINE_DATABASE_URL 和数据库服务；不设置它则使用自带的 PostgreSQL。",
            )
        )
    return findings


def summary(findings: Sequence[Finding]) -> str:
    """The last line: how many of them need somebody."""
    counted = [(state, sum(one.state is state for one in findings)) for state in State]
    found = "、".join(f"{state} {n} 项" for state, n in counted if n and state is not State.FINE)
    return f"共 {len(findings)} 项：{found or '全部正常'}。"


async def _looked(
    subject: str, look: "Callable[[Office], Awaitable[Finding]]", office: Office
) -> list[Finding]:
    try:
        return [await look(office)]
    except asyncpg.UndefinedTableError:
        return [Finding(subject, State.WRONG, "数据库里还没有表", "请运行 hotline migrate。")]
    except (asyncpg.PostgresError, OSError) as fault:
        return [Finding(subject, State.WRONG, str(fault), "请看数据库的日志。")]


def _disk(settings: Settings) -> Finding:
    folder = next(one for one in (settings.data, *settings.data.parents) if one.exists())
    usage = shutil.disk_usage(folder)
    says = f"数据目录 {folder} 所在的磁盘还剩 {usage.free / 1024**3:.1f} GB"
    if usage.free < LEAST_FREE_BYTES:
        return Finding("磁盘", State.WRONG, says, "请清理磁盘，或用 HOTLINE_DATA 换一个目录。")
    return Finding("磁盘", State.FINE, says)


async def _queue(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding(
            "队列",
            State.WATCH,
            "热线没有运行，自带的队列也没有启动",
            "用 hotline up 启动；使用自己的 Redis 或 Valkey 请设置 HOTLINE_REDIS_URL。",
        )
    client = redis.asyncio.Redis.from_url(settings.redis_url, socket_timeout=3)
    try:
        await client.ping()
    except (OSError, RedisError) as fault:
        return Finding(
            "队列",
            State.WRONG,
            f"连接不上：{fault}",
            "工单不受影响，但通知会变慢。请检查 HOTLINE_REDIS_URL 和队列服务。",
        )
    finally:
        await client.aclose()
    return Finding("队列", State.FINE, "Valkey 或 Redis 有应答")


async def _database(office: Office) -> Finding:
    row = await office.pool.fetchrow(
        "select current_setting('server_version_num')::int / 10000 as version,"
        " current_setting('server_encoding') as encoding,"
        " current_setting('server_version') as full_version"
    )
    assert row is not None
    says = f"PostgreSQL {row['full_version']}，编码 {row['encoding']}"
    if row["version"] < OLDEST_POSTGRES:
        return Finding("数据库", State.WRONG, says, f"请升级到 PostgreSQL {OLDEST_POSTGRES} 以上。")
    if row["encoding"] != "UTF8":
        return Finding("数据库", State.WRONG, says, "请用 UTF8 编码重新建库。")
    return Finding("数据库", State.FINE, says)


async def _migrations(office: Office) -> Finding:
    newest = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    here = await office.pool.fetchval("select version_num from alembic_version")
    if here != newest:
        says = f"数据库里是第 {here} 版，程序需要第 {newest} 版"
        return Finding("表结构", State.WRONG, says, "请运行 hotline migrate。")
    return Finding("表结构", State.FINE, f"已是最新（第 {here} 版）")


async def _clock_skew(office: Office) -> Finding:
    before = clock()
    there = await office.pool.fetchval("select clock_timestamp()")
    after = clock()
    skew = max(before - there, there - after, timedelta())
    here = f"{in_shanghai(after):%Y-%m-%d %H:%M}"
    says = f"本机现在是 {here}（北京时间），与数据库相差 {skew.total_seconds():.1f} 秒"
    if skew > SKEW_AT_MOST:
        return Finding("时钟", State.WRONG, says, "请在各台机器上启用时间同步（NTP）。")
    return Finding("时钟", State.FINE, says)


async def _worker(office: Office) -> Finding:
    seen = await office.pool.fetchval("select max(at) from heartbeat where kind = $1", KIND)
    do = "请启动后台进程：hotline worker（或用 hotline up 启动全部）。"
    if seen is None:
        return Finding("后台进程", State.WRONG, "没有后台进程在运行", do)
    silent = clock() - seen
    says = f"最近一次报到在 {max(silent.total_seconds(), 0):.0f} 秒前"
    if silent > WORKER_SILENT_AFTER:
        return Finding("后台进程", State.WRONG, says, do)
    return Finding("后台进程", State.FINE, says)


async def _calendar(office: Office) -> Finding:
    calendar = (await office.rulebook()).calendar
    found = await horizon(office.pool, calendar, today=in_shanghai(clock()).date())
    says = f"已公布至 {found.on}（还有 {found.days_left} 天），暂定期限 {found.provisional_words}"
    if found.near:
        do = (
            "请在国务院办公厅公布下一年放假安排后，由系统管理员载入日历："
            "系统管理的“工作日历”，或 hotline calendar load。"
        )
        return Finding("工作日历", State.WATCH, says, do)
    return Finding("工作日历", State.FINE, says)


async def _outbox(office: Office) -> Finding:
    row = await office.pool.fetchrow(
        """
        select (select min(next_at) from message where next_at is not null and state = 'queued')
            as oldest,
          (select count(*) from (select 1 from message where state = 'unknown' limit $1) few)
            as unknown
        """,
        MOST_COUNTED,
    )
    assert row is not None
    waited = clock() - row["oldest"] if row["oldest"] else timedelta()
    minutes = max(waited.total_seconds(), 0) / 60
    says = f"待发的短信最久等了 {minutes:.0f} 分钟" if row["oldest"] else "没有短信在等待发送"
    if row["unknown"]:
        says += f"，是否发出不明的 {row['unknown']} 条"
    if waited > TEXT_WAITS_AT_MOST:
        do = "请检查后台进程和短信通道；发不出的短信会保留，恢复后继续发送。"
        return Finding("短信", State.WRONG, says, do)
    if row["unknown"]:
        do = "请督办员在“未达短信”页面（/texts）核对，决定是否重发。"
        return Finding("短信", State.WATCH, says, do)
    return Finding("短信", State.FINE, says)


async def _history(office: Office) -> Finding:
    verdict = await verify(office.pool, most=CASES_AUDITED)
    says = f"抽查了最近 {verdict.cases} 件工单的 {verdict.events} 条记录"
    if verdict.broken:
        numbers = "、".join(broken.number for broken in verdict.broken[:5])
        do = "请保留现场并报告审计管理员；完整核对用 hotline audit。"
        return Finding("历史记录", State.WRONG, f"{says}，与当初写下的不符：{numbers}", do)
    return Finding("历史记录", State.FINE, f"{says}，没有被改动")


_LOOKS: "dict[str, Callable[[Office], Awaitable[Finding]]]" = {
    "数据库": _database,
    "表结构": _migrations,
    "时钟": _clock_skew,
    "后台进程": _worker,
    "工作日历": _calendar,
    "短信": _outbox,
    "历史记录": _history,
}
