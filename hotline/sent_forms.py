"""Forms that were sent, by their key: the same form sent twice does one thing."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, String, Text
from sqlmodel import Field, SQLModel

from hotline.columns import instant


class SentForm(SQLModel, table=True):
    """What a form did whose own table has no place for its key; `what` is a digest of it,
    `answer` where it led."""

    __tablename__ = "sent_form"

    staff_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    )
    key: str = Field(sa_column=Column(String(80), primary_key=True))
    what: str = Field(max_length=32)
    answer: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    at: datetime = instant()
