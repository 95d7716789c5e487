"""联席会议: where several units decide together who handles what, and what became of it."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, key


class Meeting(SQLModel, table=True):
    """One meeting: when, where, who called it, which units came, what was said.

    The office whose unit called it keeps it; `title` is what the history of a case calls it.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        Index("meeting_of_unit", "unit_id", text("id desc")),
        Index(
            "meeting_key_once",
            "staff_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key is not null"),
        ),
    )

    id: int | None = identity()
    title: str = Field(max_length=100)
    held_at: datetime = instant()
    place: str = Field(max_length=100)
    convenor: str = Field(max_length=50)
    attendees: list[int] = Field(
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default=text("'{}'"))
    )
    minutes: str = Field(sa_column=Column(Text, nullable=False))
    unit_id: int = key("unit.id")
    staff_id: int = key("staff.id")
    at: datetime = instant()
    idempotency_key: str | None = Field(default=None, max_length=80)


class MeetingDecision(SQLModel, table=True):
    """What one meeting decided about one case: who leads, who assists, and why.

    `done_at` and `action` say that it has become a dispatch; `refusal` why it has not.
    """

    __tablename__ = "meeting_decision"
    __table_args__ = (
        Index("meeting_decision_once", "meeting_id", "case_id", unique=True),
        Index("meeting_decision_of_case", "case_id"),
    )

    id: int | None = identity()
    meeting_id: int = key("meeting.id")
    case_id: int = key("case.id")
    lead_unit_id: int = key("unit.id")
    co_units: list[int] = Field(
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default=text("'{}'"))
    )
    reason: str = Field(max_length=500)
    action: str = Field(default="", max_length=30)
    done_at: datetime | None = instant(nullable=True)
    refusal: str = Field(default="", max_length=500)
