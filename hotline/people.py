"""Who does the work: units in a tree, staff with their roles, and the actor of a single act."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ARRAY, Column, Index, LargeBinary, String, text
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, key


class Role(StrEnum):
    """What a person may be asked to do. The three administrators are never combined (三员分立)."""

    AGENT = "agent"
    DISPATCHER = "dispatcher"
    REVIEWER = "reviewer"
    CALLBACK = "callback"
    SUPERVISOR = "supervisor"
    SECRETARY = "secretary"
    PETITIONS = "petitions"
    PROCUREMENT = "procurement"
    FINANCE = "finance"
    CUSTOMS = "customs"
    WINDOW = "window"
    CLERK = "clerk"
    UNIT_HEAD = "unit_head"
    LEADER = "leader"
    ADMIN = "admin"
    SECURITY = "security"
    AUDIT = "audit"
    # Not people: the passing of time, the requester's own texts, another system's history.
    CLOCK = "clock"
    CITIZEN = "citizen"
    IMPORT = "import"


ROLE_LABELS: dict[Role, str] = {
    Role.AGENT: "话务员",
    Role.DISPATCHER: "派单员",
    Role.REVIEWER: "审核员",
    Role.CALLBACK: "回访员",
    Role.SUPERVISOR: "督办员",
    Role.SECRETARY: "督查室",
    Role.PETITIONS: "信访工作人员",
    Role.PROCUREMENT: "采购中心",
    Role.FINANCE: "财政监管",
    Role.CUSTOMS: "海关审价",
    Role.WINDOW: "综合窗口",
    Role.CLERK: "承办单位经办人",
    Role.UNIT_HEAD: "承办单位负责人",
    Role.LEADER: "领导",
    Role.ADMIN: "系统管理员",
    Role.SECURITY: "安全管理员",
    Role.AUDIT: "审计管理员",
    Role.CLOCK: "系统计时",
    Role.CITIZEN: "诉求人",
    Role.IMPORT: "数据导入",
}

HOTLINE_ROLES = frozenset(
    {Role.AGENT, Role.DISPATCHER, Role.REVIEWER, Role.CALLBACK, Role.SUPERVISOR, Role.LEADER}
)
# Each keeps the register of other kinds: 督查室, 信访局, 采购中心, 财政局, 海关, 政务窗口.
REGISTER_ROLES = frozenset(
    {Role.SECRETARY, Role.PETITIONS, Role.PROCUREMENT, Role.FINANCE, Role.CUSTOMS, Role.WINDOW}
)
CENTRE_ROLES = HOTLINE_ROLES | REGISTER_ROLES
UNIT_ROLES = frozenset({Role.CLERK, Role.UNIT_HEAD})
ADMIN_ROLES = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDIT})
# The roles that may be given to a person, in the order in which a form offers them.
STAFF_ROLES = tuple(role for role in Role if role not in {Role.CLOCK, Role.CITIZEN, Role.IMPORT})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts now. `unit_ids` is the own unit and everything below it in the tree.

    `countersigned` are those of them whose head signs what a clerk answers (负责人审签).
    """

    name: str
    roles: frozenset[Role]
    staff_id: int | None = None
    unit_id: int | None = None
    unit_ids: tuple[int, ...] = ()
    phone: str | None = None
    countersigned: frozenset[int] = frozenset()

    def has(self, *roles: Role) -> bool:
        """Whether any of the roles is held."""
        return not self.roles.isdisjoint(roles)


CLOCK = Actor(name="系统计时", roles=frozenset({Role.CLOCK}))


def citizen(phone: str) -> Actor:
    """The requester, known only by the number that a text came from (E.164): a hint, no proof."""
    return Actor(name="诉求人（短信）", roles=frozenset({Role.CITIZEN}), phone=phone)


def importer(source: str) -> Actor:
    """History that another system recorded, brought in under its own times."""
    return Actor(name=f"导入：{source}", roles=frozenset({Role.IMPORT}))


class Unit(SQLModel, table=True):
    """A unit: the hotline centre, a department, a district, a street, a public enterprise."""

    __tablename__ = "unit"

    id: int | None = identity()
    code: str = Field(max_length=32, unique=True)
    name: str = Field(max_length=100, unique=True)
    short_name: str = Field(default="", max_length=50)
    kind: str = Field(max_length=20)
    parent_id: int | None = key("unit.id", nullable=True, index=True)
    active: bool = True
    # Whether the unit's head signs what its clerks answer (负责人审签).
    countersigned: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    created_at: datetime = instant(default_now=True)


class Staff(SQLModel, table=True):
    """A person who signs in, with roles at one unit."""

    __tablename__ = "staff"
    __table_args__ = (
        Index("staff_extension_once", "extension", unique=True,
              postgresql_where=text("extension <> ''")),
    )  # fmt: skip

    id: int | None = identity()
    sign_in: str = Field(max_length=50, unique=True)
    name: str = Field(max_length=50)
    unit_id: int = key("unit.id", index=True)
    roles: list[str] = Field(sa_column=Column(ARRAY(String(20)), nullable=False))
    job_title: str = Field(default="", max_length=50)
    # The extension (分机号) at which the telephone rings for this person.
    extension: str = Field(default="", max_length=20)
    # The language (zh-CN, en) that this person chose for the screens; "" before there was a choice.
    language: str = Field(default="", max_length=5)
    password_hash: str = Field(default="", max_length=200)
    # A demonstration account has an invented, published password: it works on loopback only.
    demo: bool = False
    active: bool = True
    failed_sign_ins: int = 0
    locked_until: datetime | None = instant(nullable=True)
    created_at: datetime = instant(default_now=True)


class Session(SQLModel, table=True):
    """One signed-in browser. Only the digest of its cookie is kept."""

    __tablename__ = "session"

    digest: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    staff_id: int = key("staff.id", index=True)
    created_at: datetime = instant(default_now=True)
    seen_at: datetime = instant(default_now=True)
    expires_at: datetime = instant()


class Token(SQLModel, table=True):
    """A bearer token of another system, acting with one person's permissions."""

    __tablename__ = "token"

    id: int | None = identity()
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    staff_id: int = key("staff.id", index=True)
    name: str = Field(default="", max_length=100)
    created_at: datetime = instant(default_now=True)
    revoked_at: datetime | None = instant(nullable=True)


class Access(SQLModel, table=True):
    """Somebody read or revealed something protected: a full phone, a confidential case, a file."""

    __tablename__ = "access"
    __table_args__ = (Index("access_by_case", "case_id", text("at desc")),)

    id: int | None = identity()
    at: datetime = instant(default_now=True)
    staff_id: int = key("staff.id", index=True)
    case_id: int | None = key("case.id", nullable=True)
    what: str = Field(max_length=40)
    reason: str = Field(default="", max_length=200)
