"""Bearer tokens of other systems: each acts with one person's permissions, and can be revoked."""

from datetime import datetime

import msgspec

from dispatch.db import Pool
from dispatch.sign_in import digest_of
from hotline.errors import NotFound
from hotline.numbers import new_secret_token


class TokenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A token as a list shows it: never its value, which nobody keeps."""

    id: int
    name: str
    staff: str
    created_at: datetime
    revoked_at: datetime | None


async def create_token(pool: Pool, staff_sign_in: str, name: str) -> str:
    """A new token of the person; only its digest is kept. Raises NotFound."""
    token = new_secret_token()
    made = await pool.fetchval(
        """
        insert into token (digest, staff_id, name)
        select $1, id, $3 from staff where sign_in = $2 and active returning id
        """,
        digest_of(token),
        staff_sign_in,
        name[:100],
    )
    if made is None:
        raise NotFound(f"没有“{staff_sign_in}”这个登录名，或者已停用。")
    return token


async def revoke_token(pool: Pool, token_id: int) -> None:
    """End a token now; every process has forgotten it a few seconds later. Raises NotFound."""
    ended = await pool.fetchval(
        "update token set revoked_at = coalesce(revoked_at, now()) where id = $1 returning id",
        token_id,
    )
    if ended is None:
        raise NotFound("没有这个令牌。")


async def tokens_of(pool: Pool, staff_sign_in: str | None = None) -> list[TokenEntry]:
    """The tokens of one person, or of everybody, newest first."""
    rows = await pool.fetch(
        """
        select t.id, t.name, s.sign_in as staff, t.created_at, t.revoked_at
        from token t join staff s on s.id = t.staff_id
        where $1::text is null or s.sign_in = $1 order by t.id desc
        """,
        staff_sign_in,
    )
    return [TokenEntry(**dict(row.items())) for row in rows]
