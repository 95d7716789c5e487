"""What is kept beside a case: files, and the reply templates of a unit.

The content of files lies in the database and not in a folder: any number of web machines read it
without a shared disk, one backup holds the case with its evidence as they stood at one moment,
and a file is kept with the act that attached it or not at all. Content has a table of its own, once
for each SHA-256, so that no list ever reads it.
"""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, key


class FileContent(SQLModel, table=True):
    """The bytes of a file, once, however often it was uploaded."""

    __tablename__ = "file_content"

    sha256: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    # Stored uncompressed (`EXTERNAL`, in the revision): pictures gain nothing, and pieces of it
    # are read without the rest.
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Attachment(SQLModel, table=True):
    """One uploaded file (附件): of no case until the event that carries its key is written."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("attachment_by_case", "case_id", postgresql_where=text("case_id is not null")),
        # Uploaded with a form that nobody sent in the end: removed after a while.
        Index("attachment_unused", "at", postgresql_where=text("case_id is null")),
        Index("attachment_by_content", "sha256"),
    )

    id: int | None = identity()
    file_key: str = Field(max_length=80, unique=True)
    case_id: int | None = key("case.id", nullable=True)
    # The event of the case that attached it.
    seq: int | None = None
    sha256: bytes = Field(
        sa_column=Column(LargeBinary(32), ForeignKey("file_content.sha256"), nullable=False)
    )
    name: str = Field(max_length=120)
    kind: str = Field(max_length=10)
    size: int
    added_by: int | None = key("staff.id", nullable=True)
    unit_id: int | None = key("unit.id", nullable=True)
    at: datetime = instant()


class ReplyTemplate(SQLModel, table=True):
    """A text that a unit begins its replies with (答复模板); see `hotline.reply_templates`.

    A `category` narrows it to requests of that branch.
    """

    __tablename__ = "reply_template"
    __table_args__ = (Index("reply_template_by_unit", "unit_id", "name", unique=True),)

    id: int | None = identity()
    unit_id: int = key("unit.id")
    name: str = Field(max_length=40)
    body: str = Field(sa_column=Column(Text, nullable=False))
    category: str = Field(default="", max_length=20)
    changed_by: int | None = key("staff.id", nullable=True)
    changed_at: datetime = instant()
