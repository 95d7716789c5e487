"""交接班: what one shift leaves in writing for the next."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Text, text
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, key

LONGEST_NOTE = 2000


class HandoverNote(SQLModel, table=True):
    """A note to whoever of the same unit takes calls next."""

    __tablename__ = "handover_note"
    __table_args__ = (Index("handover_note_of_unit", "unit_id", text("id desc")),)

    id: int | None = identity()
    unit_id: int = key("unit.id")
    staff_id: int = key("staff.id")
    at: datetime = instant()
    note: str = Field(sa_column=Column(Text, nullable=False))


class HandoverRead(SQLModel, table=True):
    """Somebody has read a note, and is not shown it again."""

    __tablename__ = "handover_read"

    note_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("handover_note.id"), primary_key=True, autoincrement=False
        )
    )
    staff_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    )
    at: datetime = instant()
