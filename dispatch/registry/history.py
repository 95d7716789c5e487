"""What the auditor reads: changes of the register, and who looked at what was protected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from dispatch.db import Pool

SUBJECTS = ("单位", "人员", "分类", "区划", "派单目录", "工作日历", "期限调整", "文本", "知识")


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """One change; `before` and `after` hold what differs, label to value."""

    id: int
    at: datetime
    who: str
    subject: str
    action: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """(label, before, after) of everything that differs."""
        labels = dict.fromkeys((*self.before, *self.after))
        return [(name, self.before.get(name, ""), self.after.get(name, "")) for name in labels]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody read or revealed something protected."""

    id: int
    at: datetime
    who: str
    sign_in: str
    unit: str
    number: str
    what: str
    reason: str


async def changes(
    pool: Pool, *, subject: str = "", before: int | None = None, most: int = 50
) -> list[RegisterChange]:
    """The changes, newest first, beginning below the key `before`; `subject` is one of SUBJECTS."""
    rows = await pool.fetch(
        """
        select h.id, h.at, coalesce(s.name, '系统') as who, h.subject, h.action, h.before, h.after
        from admin_change h left join staff s on s.id = h.staff_id
        where ($1::bigint is null or h.id < $1)
          and ($2 = '' or starts_with(h.subject, $2 || ' '))
        order by h.id desc limit $3
        """,
        before,
        subject,
        most,
    )
    return [
        RegisterChange(
            **{**dict(row), "before": _facts(row["before"]), "after": _facts(row["after"])}
        )
        for row in rows
    ]


async def looks(
    pool: Pool, *, sign_in: str = "", before: int | None = None, most: int = 50
) -> list[Look]:
    """The access log, newest first, beginning below the key `before`; of one person or all."""
    rows = await pool.fetch(
        """
        select a.id, a.at, s.name as who, s.sign_in, u.name as unit,
               coalesce(c.number, '') as number, a.what, a.reason
        from access a
        join staff s on s.id = a.staff_id
        join unit u on u.id = s.unit_id
        left join "case" c on c.id = a.case_id
        where ($1::bigint is null or a.id < $1) and ($2 = '' or s.sign_in = $2)
        order by a.id desc limit $3
        """,
        before,
        sign_in,
        most,
    )
    return [Look(**dict(row)) for row in rows]


def _facts(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str]) if text else {}
