"""今日提要: one digest a morning for each person, instead of a notice for each thing."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Date, ForeignKey
from sqlmodel import Field, SQLModel

from hotline.columns import instant


class Digest(SQLModel, table=True):
    """今日提要: what waits for one person on one day, in cases; made once, in the morning."""

    __tablename__ = "digest"

    staff_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    )
    day: date = Field(sa_column=Column(Date, primary_key=True))
    due_today: int
    overdue: int
    returned: int
    to_decide: int
    made_at: datetime = instant()
    # The person has read it and put it away.
    seen_at: datetime | None = instant(nullable=True)
