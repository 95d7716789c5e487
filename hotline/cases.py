"""The record of a case: what it is, where it stands, what happened, who owes what by when.

Tables hold facts; judgements (overdue, at risk, rates) are questions asked with `now`.
"""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, json, key


class Case(SQLModel, table=True):
    """A matter and where it stands. Only `dispatch.perform` writes it."""

    __tablename__ = "case"
    __table_args__ = (
        # Queues: open cases of a stage, nearest deadline first.
        Index(
            "case_queue",
            "stage",
            "next_due_at",
            "id",
            postgresql_where=text("closed_at is null"),
        ),
        # Everything that is open, nearest deadline first: what is at risk, what is overdue.
        Index("case_open", "next_due_at", "id", postgresql_where=text("closed_at is null")),
        # Few of the open cases: found without looking at the others.
        Index(
            "case_supervised",
            "next_due_at",
            "id",
            postgresql_where=text("closed_at is null and supervised"),
        ),
        Index(
            "case_redone",
            "next_due_at",
            "id",
            postgresql_where=text("closed_at is null and round > 1"),
        ),
        Index(
            "case_returned",
            "next_due_at",
            "id",
            postgresql_where=text("closed_at is null and returns >= 3"),
        ),
        Index(
            "case_to_decide",
            "next_due_at",
            "id",
            postgresql_where=text("closed_at is null and pending <> '{}'::jsonb"),
        ),
        # What is to be put away (待归档), kind by kind, oldest first.
        Index(
            "case_to_archive",
            "kind",
            "id",
            postgresql_where=text("closed_at is not null and archived_at is null"),
        ),
        # Whom the result did not satisfy (不满意), open or closed.
        Index("case_dissatisfied", text("id desc"), postgresql_where=text("satisfied < 3")),
        # Kinds beside the hotline's many requests: few, and some people see only them.
        Index(
            "case_other_kinds",
            "kind",
            text("id desc"),
            postgresql_where=text("kind <> 'citizen'"),
        ),
        Index("case_by_phone", "requester_phone", text("id desc")),
        Index(
            "case_source_once",
            "source",
            "source_id",
            unique=True,
            postgresql_where=text("source_id is not null"),
        ),
    )

    id: int | None = identity()
    number: str = Field(max_length=13, unique=True)
    lookup_code: str = Field(max_length=8)
    kind: str = Field(max_length=30)
    procedure_version: str = Field(max_length=20)
    stage: str = Field(max_length=30)
    phase: str = Field(max_length=20)
    round: int = Field(default=1, sa_type=SmallInteger)
    version: int = 1

    request_type: str = Field(default="", max_length=20)
    category: str = Field(default="", max_length=20)
    place: str = Field(default="", max_length=20)
    address: str = Field(default="", max_length=200)
    urgency: str = Field(default="normal", max_length=20)
    title: str = Field(max_length=100)
    content: str = Field(sa_column=Column(Text, nullable=False))
    channel: str = Field(default="phone", max_length=20)
    requester_name: str = Field(default="", max_length=50)
    requester_phone: str = Field(default="", max_length=20)
    anonymous: bool = False
    confidential: bool = False
    # Fields that only this kind of case has (its register entry).
    details: dict[str, object] = json()

    lead_unit_id: int | None = key("unit.id", nullable=True)
    designated: bool = False
    supervised: bool = False
    reminders: int = Field(default=0, sa_type=SmallInteger)
    # How often it was sent back (异议成立、改派、重办).
    returns: int = Field(default=0, sa_type=SmallInteger)
    attempts: int = Field(default=0, sa_type=SmallInteger)
    # How many cases are merged into this one (并案) and get its answer.
    merged: int = Field(default=0, sa_type=SmallInteger)
    # Staff who worked on what the requester is told (direct answer, contact, a unit's part, reply):
    # they neither review it nor call back about it. Approving a reply is no handling.
    handlers: list[int] = Field(
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default=text("'{}'"))
    )
    # What was asked and is not decided yet (hotline.casefile.Pending).
    pending: dict[str, object] = json()
    solved: str = Field(default="", max_length=10)
    satisfied: int | None = Field(default=None, sa_type=SmallInteger)
    manner: int | None = Field(default=None, sa_type=SmallInteger)
    outcome: str = Field(default="", max_length=30)

    opened_at: datetime = instant()
    accepted_at: datetime | None = instant(nullable=True)
    answered_at: datetime | None = instant(nullable=True)
    rated_at: datetime | None = instant(nullable=True)
    closed_at: datetime | None = instant(nullable=True)
    next_due_at: datetime | None = instant(nullable=True)
    archived_at: datetime | None = instant(nullable=True)

    source: str = Field(default="", max_length=60)
    source_id: str | None = Field(default=None, max_length=80)
    # The hash of the newest event: the next one is chained to it without reading the history.
    last_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class CaseLink(SQLModel, table=True):
    """What one case has to do with another: `case_id` is merged into, split off, … `other_id`."""

    __tablename__ = "case_link"
    __table_args__ = (
        Index(
            "case_link_once",
            "case_id",
            "other_id",
            "relation",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        # A case waits for the answer of one other.
        Index(
            "case_link_waits_once",
            "case_id",
            unique=True,
            postgresql_where=text("relation = 'merged' and ended_at is null and done_at is null"),
        ),
        Index("case_link_other", "other_id"),
        # The worker's list: answers to be carried over.
        Index(
            "case_link_due",
            "due_at",
            "id",
            postgresql_where=text("due_at is not null and done_at is null and ended_at is null"),
        ),
    )

    id: int | None = identity()
    case_id: int = key("case.id")
    other_id: int = key("case.id")
    relation: str = Field(max_length=20)
    made_at: datetime = instant()
    made_by: int | None = key("staff.id", nullable=True)
    # When the other's answer was there for the one that waits for it, and when it was carried over.
    due_at: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)
    # Undone: a mistake.
    ended_at: datetime | None = instant(nullable=True)


class Event(SQLModel, table=True):
    """One action that happened. Append-only (a trigger refuses the rest), chained by hash."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("case_id", "seq", name="event_seq_once"),
        # The same key from the same person does one thing.
        Index(
            "event_key_once",
            "actor_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key is not null"),
        ),
        # What somebody opened, newest first.
        Index("event_opening", "actor_id", "case_id", postgresql_where=text("seq = 1")),
    )

    id: int | None = identity()
    case_id: int = key("case.id")
    seq: int
    action: str = Field(max_length=30)
    round: int = Field(sa_type=SmallInteger)
    stage_before: str = Field(max_length=30)
    stage_after: str = Field(max_length=30)
    actor_id: int | None = key("staff.id", nullable=True)
    actor_name: str = Field(max_length=80)
    unit_id: int | None = key("unit.id", nullable=True)
    inputs: dict[str, object] = json()
    changes: dict[str, object] = json()
    at: datetime = instant()
    idempotency_key: str | None = Field(default=None, max_length=80)
    hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class Assignment(SQLModel, table=True):
    """One unit's part in one round: lead (主办), co (协办), or inside (内部转办).

    What is handed down inside a unit names the unit whose part it is of (`under_id`), and the
    colleague where it went to one person and not to a unit below.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        # A unit's list: what it still owes, nearest deadline first.
        Index(
            "assignment_queue",
            "unit_id",
            "due_at",
            "case_id",
            postgresql_where=text("ended_at is null and replied_at is null"),
        ),
        # What it has answered and what is not closed yet.
        Index(
            "assignment_sent",
            "unit_id",
            "case_id",
            postgresql_where=text("ended_at is null and replied_at is not null"),
        ),
        Index("assignment_by_case", "case_id"),
        Index("assignment_by_unit", "unit_id", "case_id"),
    )

    id: int | None = identity()
    case_id: int = key("case.id")
    round: int = Field(sa_type=SmallInteger)
    unit_id: int = key("unit.id")
    part: str = Field(max_length=10)
    sent_at: datetime = instant()
    due_at: datetime | None = instant(nullable=True)
    signed_at: datetime | None = instant(nullable=True)
    # True where the limit for signing passed and receipt was deemed (视为签收).
    deemed: bool = False
    replied_at: datetime | None = instant(nullable=True)
    # The unit lost the case (objection upheld, redispatched): access ends with it.
    withdrawn_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)
    under_id: int | None = key("unit.id", nullable=True)
    staff_id: int | None = key("staff.id", nullable=True)
    person: str = Field(default="", max_length=50)


class Clock(SQLModel, table=True):
    """One obligation: who owes which act by when, and on what legal basis."""

    __tablename__ = "clock"
    __table_args__ = (
        Index("clock_by_case", "case_id"),
        # The sweep: what rings next.
        Index("clock_ringing", "ring_at", postgresql_where=text("ring_at is not null")),
        # What is owed, by deadline: what a change of the calendar moves, what is provisional.
        Index("clock_open", "due_at", "id", postgresql_where=text("ended_at is null")),
        # Few among many: those that rest, or have rested (停止计时).
        Index("clock_stopped", "id", postgresql_where=text("stops <> '[]'::jsonb")),
    )

    id: int | None = identity()
    case_id: int = key("case.id")
    round: int = Field(sa_type=SmallInteger)
    name: str = Field(max_length=30)
    owed_by: str = Field(max_length=20)
    unit_id: int | None = key("unit.id", nullable=True)
    # As when the clock started, e.g. "5wd" (hotline.clocks.Limit.code), unless it followed another.
    limit: str = Field(max_length=20)
    basis: str = Field(max_length=200)
    started_at: datetime = instant()
    due_at: datetime = instant()
    raw_due_on: date
    provisional: bool = False
    calendar_version: str = Field(max_length=64)
    # As in hotline.casefile: ClockExtension, ClockStop, FormerLimit.
    extensions: list[object] = json(default="[]")
    stops: list[object] = json(default="[]")
    former: list[object] = json(default="[]")
    # 0 nothing yet, 1 and 2 the two warnings, 3 breached.
    rung: int = Field(default=0, sa_type=SmallInteger)
    ring_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str = Field(default="", max_length=30)


WORDS_BLOCK = 2048
"""How many neighbouring keys share one more token in the index of words."""


class CaseWords(SQLModel, table=True):
    """The bigrams under which a case is found (hotline.search_terms)."""

    __tablename__ = "case_words"
    __table_args__ = (
        # With a token for the block of keys, the index can be asked for the newest cases of a
        # common word without fetching all the others.
        Index(
            "case_words_found",
            # As PostgreSQL itself writes it, so that migrations see no difference.
            text(
                "(words || array_to_tsvector("
                f"ARRAY['#'::text || ((case_id / {WORDS_BLOCK})::text)]))"
            ),
            postgresql_using="gin",
        ),
    )

    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))


class RegisterNumber(SQLModel, table=True):
    """The last number (顺序号) that an office gave in its register of a kind, by year."""

    __tablename__ = "register_number"

    kind: str = Field(sa_column=Column(String(30), primary_key=True))
    unit_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("unit.id"), primary_key=True, autoincrement=False)
    )
    year: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    last: int


class Tally(SQLModel, table=True):
    """Numbers that people look at, as differences written with the change that caused them.

    Rows are only ever inserted; the worker folds them. A sum over `measure` costs the same
    after ten million cases, and no two intakes wait for the same row. `day` is null for what
    is true now (how many cases stand in a stage), and the day of the fact otherwise: then
    `case_id` names the case until the row is folded and the case noted in `Counted`.
    """

    __tablename__ = "tally"
    __table_args__ = (Index("tally_sums", "day", "measure", "unit_id"),)

    id: int | None = identity()
    day: date | None = Field(default=None)
    kind: str = Field(max_length=30)
    measure: str = Field(max_length=40)
    unit_id: int | None = key("unit.id", nullable=True)
    # Unchecked: the row is written in the statement that writes the case.
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    n: int


class Counted(SQLModel, table=True):
    """Which case a figure of a day counts, and how often: what stands behind a `Tally`.

    Noted when the worker folds the tally, seconds after the act. `unit_id` is 0 where the figure
    has no unit. `n` is what is left after corrections; 0 counts no more.
    """

    __tablename__ = "counted"

    kind: str = Field(max_length=30, primary_key=True)
    measure: str = Field(max_length=40, primary_key=True)
    day: date = Field(primary_key=True)
    unit_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    case_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("case.id"), primary_key=True, autoincrement=False)
    )
    n: int = Field(sa_type=SmallInteger)
