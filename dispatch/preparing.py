"""What a database needs before the first sign-in, and what a newcomer is told."""

from collections.abc import Callable
from datetime import date

from dispatch import demo
from dispatch.db import Connection, transaction
from dispatch.office import clock, open_office
from dispatch.reference import publish
from dispatch.sign_in import DEMO_PASSWORD
from hotline.calendar import HORIZON_OF_FILE, overrides_in_file
from hotline.people import ROLE_LABELS, STAFF_ROLES, Role
from hotline.settings import Settings


async def prepare(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Load what is missing: the calendar, and in demonstration mode the invented city."""
    await prepare_calendar(settings)
    async with open_office(settings, pool_size=2) as office:
        empty = not await office.pool.fetchval("select exists (select 1 from unit)")
    if settings.demo and empty:
        say("首次启动，正在准备演示城市的单位、人员和工单……")
        await prepare_demo(settings)


async def prepare_calendar(settings: Settings) -> None:
    """Load the packaged calendar where there is none yet."""
    async with open_office(settings, pool_size=2) as office, transaction(office.pool) as connection:
        await load_calendar(connection)


async def prepare_demo(settings: Settings) -> bool:
    """Fill an empty database with the invented city; False where it is not empty."""
    await prepare_calendar(settings)
    async with open_office(settings, pool_size=2) as office:
        return await demo.fill(office, now=clock())


async def load_calendar(connection: Connection) -> bool:
    """The packaged days of the notices of 2007-2026, where no calendar was loaded yet."""
    if await connection.fetchval("select exists (select 1 from calendar_day)"):
        return False
    await connection.executemany(
        "insert into calendar_day (day, day_kind, name) values ($1, $2, $3)",
        [tuple(day) for day in overrides_in_file()],
    )
    await publish(connection, "calendar_horizon", date.isoformat(HORIZON_OF_FILE))
    await publish(connection)
    return True


async def welcome(settings: Settings, *, address: str) -> str:
    """Where the hotline is, and one invented account for each role."""
    lines = ["", f"{settings.city}12345热线已就绪：{address}", ""]
    async with open_office(settings, pool_size=2) as office:
        rows = await office.pool.fetch(
            """
            select distinct on (role) role, s.sign_in, s.name, coalesce(u.short_name, u.name) unit
            from staff s join unit u on u.id = s.unit_id, unnest(s.roles) role
            where s.demo and s.active
            order by role, (select count(*) from assignment a
              where a.unit_id = s.unit_id and a.ended_at is null) desc, s.id
            """
        )
        staff = await office.pool.fetchval("select count(*) from staff where active")
    if not staff:
        lines.append("还没有账号。建立首位系统管理员：.venv/bin/hotline passwd admin")
    elif rows and not settings.demo_passwords:
        lines.append(
            "演示账号只能在本机地址（127.0.0.1）上登录。正式账号用 hotline passwd 设密码。"
        )
    elif rows:
        by_role = {row["role"]: row for row in rows}
        lines.append(f"演示账号（密码都是 {DEMO_PASSWORD}）：")
        for role in STAFF_ROLES:
            if row := by_role.get(role):
                lines.append(_account(role, row["sign_in"], row["name"], row["unit"]))
    lines += ["", "按 Ctrl-C 停止。"]
    return "\n".join(lines)


def _account(role: Role, sign_in: str, name: str, unit: str) -> str:
    label = ROLE_LABELS[role]
    # A Chinese character takes two columns of a terminal.
    return f"  {label}{'　' * (8 - len(label))}{sign_in:<12}{name}（{unit}）"
