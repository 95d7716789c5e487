"""Passwords that are set at the command line, and the first account of an empty hotline."""

from dispatch.db import Connection, Pool, transaction
from dispatch.reference import publish
from dispatch.sign_in import DEMO_PASSWORD, LONGEST_PASSWORD, hash_password
from hotline.errors import Incomplete, NotFound
from hotline.people import Role

SHORTEST_PASSWORD = 10


def checked_password(password: str) -> str:
    """The password itself; raises Incomplete where it is too short, too long, or public."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Incomplete({"password": f"密码应为 {SHORTEST_PASSWORD} 到 {LONGEST_PASSWORD} 个字符"})
    if password == DEMO_PASSWORD:
        raise Incomplete({"password": "这是公开的演示密码，请另设一个。"})
    return password


async def set_password(pool: Pool, sign_in: str, password: str, *, city: str) -> str:
    """Give the account a new password, end its sessions and its lock; says what was done.

    In a hotline without any account this opens the first administrator's. Raises NotFound.
    """
    kept = hash_password(checked_password(password))
    async with transaction(pool) as connection:
        changed = await connection.fetchval(
            """
            with changed as (
              update staff set password_hash = $2, demo = false, failed_sign_ins = 0,
                locked_until = null
              where sign_in = $1 returning id, name)
            , ended as (delete from session where staff_id in (select id from changed))
            select name from changed
            """,
            sign_in,
            kept,
        )
        if changed is not None:
            return f"已设置 {changed}（{sign_in}）的新密码，原有登录已全部退出。"
        if await connection.fetchval("select exists (select 1 from staff)"):
            raise NotFound(f"没有登录名为“{sign_in}”的账号。")
        await _open_first_account(connection, sign_in, kept, city=city)
    return f"已建立首位系统管理员 {sign_in}，可以登录并建立单位和其他账号。"


async def _open_first_account(
    connection: Connection, sign_in: str, kept: str, *, city: str
) -> None:
    centre = await connection.fetchval(
        "select id from unit where kind = 'centre' order by id limit 1"
    ) or await connection.fetchval(
        "insert into unit (code, name, short_name, kind) values ('12345', $1, '热线中心', 'centre')"
        " returning id",
        f"{city}12345热线中心",
    )
    await connection.execute(
        "insert into staff (sign_in, name, unit_id, roles, job_title, password_hash)"
        " values ($1, '系统管理员', $2, $3, '系统管理员', $4)",
        sign_in,
        centre,
        [Role.ADMIN.value],
        kept,
    )
    await publish(connection)
