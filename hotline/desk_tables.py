"""What stands around the cases of a person: the views that they saved, and who looks in now."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, key

MOST_VIEWS = 20
"""How many views one person keeps."""


class SavedView(SQLModel, table=True):
    """A list as somebody narrowed it, under a name. `address` begins with `page`, its path."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("saved_view_once", "staff_id", "page", "name", unique=True),)

    id: int | None = identity()
    staff_id: int = key("staff.id")
    page: str = Field(max_length=60)
    name: str = Field(max_length=20)
    address: str = Field(max_length=500)
    # The view with which the page opens; at most one a page.
    opens: bool = False
    at: datetime = instant(default_now=True)


class Presence(SQLModel, table=True):
    """Who has a case open now: no record, unlogged, and stale within a minute."""

    __tablename__ = "presence"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    case_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("case.id"), primary_key=True, autoincrement=False)
    )
    staff_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    )
    since: datetime = instant()
    seen_at: datetime = instant()
