"""Unsaved work (草稿): what somebody is typing, kept until it is sent or put away."""

import re
from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, String
from sqlmodel import Field, SQLModel

from hotline.columns import instant, json

# What a draft is for: a screen, a meeting, the call on the line, an action on a case, an entry of
# a register.
_SUBJECT = re.compile(
    r"console|handover|meeting|call:[0-9]{1,18}|case:[0-9]{13}/[a-z_]{1,40}"
    r"|register:[a-z_]{1,40}/[a-z_]{1,40}",
    re.ASCII,
)
LONGEST_SUBJECT = 100


class Draft(SQLModel, table=True):
    """The fields of one form as one person left them; nobody else reads them.

    A logged table: it survives a crash of the database like everything else.
    """

    __tablename__ = "draft"

    staff_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    )
    subject: str = Field(sa_column=Column(String(LONGEST_SUBJECT), primary_key=True))
    payload: dict[str, list[str]] = json()
    version: int
    updated_at: datetime = instant()


def is_subject(text: str) -> bool:
    """Whether the text names something that a draft can be for."""
    return _SUBJECT.fullmatch(text) is not None


def subject_of_call(phone_call_id: int | None) -> str:
    """The draft of the agent's screen: of the call on the line, or of none in particular."""
    return f"call:{phone_call_id}" if phone_call_id else "console"


def subject_of_act(number: str, action: str) -> str:
    """The draft of an action's form on the page of a case."""
    return f"case:{number}/{action}"


def subject_of_entry(kind: str, action: str) -> str:
    """The draft of an entry in a register."""
    return f"register:{kind}/{action}"
