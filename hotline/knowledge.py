"""What the centre knows beside its cases: classification, places, catalogue, days, articles."""

from datetime import date, datetime

from sqlalchemy import ARRAY, Column, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, key


class Category(SQLModel, table=True):
    """A line of the three-level classification (诉求分类). `code` is dotted: 03.02.05."""

    __tablename__ = "category"

    code: str = Field(max_length=20, primary_key=True)
    parent: str = Field(default="", max_length=20, index=True)
    name: str = Field(max_length=60)
    active: bool = True


class Place(SQLModel, table=True):
    """A division: district, street, community (区县、街道、社区)."""

    __tablename__ = "place"

    code: str = Field(max_length=20, primary_key=True)
    parent: str = Field(default="", max_length=20, index=True)
    name: str = Field(max_length=60)


class Responsibility(SQLModel, table=True):
    """One line of the dispatch catalogue (派单目录): category and place lead to a unit.

    `place` is empty for the whole city. `valid_until` is the last day of validity.
    """

    __tablename__ = "responsibility"
    __table_args__ = (Index("responsibility_found", "category", "place"),)

    id: int | None = identity()
    category: str = Field(max_length=20)
    place: str = Field(default="", max_length=20)
    unit_id: int = key("unit.id", index=True)
    valid_from: date
    valid_until: date | None = Field(default=None)
    basis: str = Field(default="", max_length=200)


class LimitChange(SQLModel, table=True):
    """A limit that is another from a day on (期限调整), as `hotline.limit_changes.NewLimit`.

    Never rewritten: taken back before it is in force, or followed by a later one. `moved` and
    `failed` count open cases that follow; `done_at` is when the worker was through with them.
    """

    __tablename__ = "limit_change"
    __table_args__ = (Index("limit_change_of_clock", "kind", "clock", "valid_from"),)

    id: int | None = identity()
    kind: str = Field(max_length=30)
    clock: str = Field(max_length=30)
    branch: str = Field(default="", max_length=200)
    limit: str = Field(max_length=20)
    valid_from: date
    basis: str = Field(max_length=200)
    follows: bool = False
    staff_id: int | None = key("staff.id", nullable=True)
    at: datetime = instant(default_now=True)
    revoked_by: int | None = key("staff.id", nullable=True)
    revoked_at: datetime | None = instant(nullable=True)
    moved: int = 0
    failed: int = 0
    done_at: datetime | None = instant(nullable=True)


class Article(SQLModel, table=True):
    """A knowledge article (知识条目): what is answered to a question, by the unit that says so.

    `body` is plain text in paragraphs. `state` is one of `hotline.articles.STATES`. `version`
    counts the changes, which `admin_change` tells; `words` are the bigrams it is found by.
    """

    __tablename__ = "article"
    __table_args__ = (
        Index("article_found", "words", postgresql_using="gin"),
        Index("article_by_review", "review_on", "id"),
    )

    id: int | None = identity()
    title: str = Field(max_length=100)
    body: str = Field(sa_column=Column(Text, nullable=False))
    category: str = Field(default="", max_length=20)
    keywords: str = Field(default="", max_length=200)
    unit_id: int = key("unit.id", index=True)
    valid_from: date
    valid_until: date | None = Field(default=None)
    review_on: date
    state: str = Field(max_length=10)
    version: int = 1
    author_id: int | None = key("staff.id", nullable=True)
    changed_at: datetime = instant()
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))


class LearnedModel(SQLModel, table=True):
    """What was learned from the deployment's own cases on a night, or why nothing was.

    `parts` are the arrays of `hotline.categorising.Model`, empty where nothing was learned.
    """

    __tablename__ = "learned_model"

    id: int | None = identity()
    made_at: datetime = instant()
    cases: int
    classes: list[str] = Field(sa_column=Column(ARRAY(String(20)), nullable=False))
    macro_f1: float | None = Field(default=None)
    accuracy: float | None = Field(default=None)
    temperature: float = 1.0
    note: str = Field(default="", max_length=200)
    sizes: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    parts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CalendarDay(SQLModel, table=True):
    """A dated override of the base week, in both directions (rest or makeup)."""

    __tablename__ = "calendar_day"

    day: date = Field(primary_key=True)
    day_kind: str = Field(max_length=10)
    name: str = Field(default="", max_length=40)


class Published(SQLModel, table=True):
    """Single facts that the whole program shares: the calendar's horizon, a data version."""

    __tablename__ = "published"

    name: str = Field(max_length=40, primary_key=True)
    value: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = instant(default_now=True)


class Heartbeat(SQLModel, table=True):
    """A process that says it is alive."""

    __tablename__ = "heartbeat"

    process: str = Field(max_length=80, primary_key=True)
    kind: str = Field(max_length=20)
    at: datetime = instant(default_now=True)


class AdminChange(SQLModel, table=True):
    """One change of the administration: who changed which record from what to what."""

    __tablename__ = "admin_change"
    __table_args__ = (Index("admin_change_newest", text("id desc")),)

    id: int | None = identity()
    at: datetime = instant(default_now=True)
    staff_id: int | None = key("staff.id", nullable=True)
    subject: str = Field(max_length=60)
    action: str = Field(max_length=20)
    before: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    after: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
