"""The telephone system's events (cti/1) and the calls that they add up to.

Events come twice, late and in any order. Each fact of a call is the first or the last moment of
its kind, so that the same call stands there whichever event came first.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Index, SmallInteger, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, json, key

LARGEST_BATCH = 100
# A call of which nothing was heard for so long is taken for lost.
LOST_AFTER_HOURS = 4
# Unsuccessful calls back after which a missed call is put away.
MOST_TRIES = 3


class Outcome(StrEnum):
    """How calling back a missed call (未接来电回拨) went."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    CALLED_AGAIN = "called_again"
    GIVEN_UP = "given_up"


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.REACHED: "已接通",
    Outcome.NO_ANSWER: "无人接听",
    Outcome.WRONG_NUMBER: "空号或错号",
    Outcome.CALLED_AGAIN: "来电人已再次来电",
    Outcome.GIVEN_UP: f"{MOST_TRIES}次未接通",
}

_Line = Annotated[str, msgspec.Meta(max_length=60)]


class CallEvent(msgspec.Struct, kw_only=True, frozen=True):
    """One event of cti/1. Unknown kinds of event are kept and change nothing."""

    event_id: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    event: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    call_id: Annotated[str, msgspec.Meta(max_length=250)] = ""
    leg_id: Annotated[str, msgspec.Meta(max_length=250)] = ""
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    direction: Literal["in", "out"] = "in"
    caller: _Line = ""
    callee: _Line = ""
    queue: _Line = ""
    agent: Annotated[str, msgspec.Meta(max_length=20)] = ""
    data: Mapping[str, Any] = {}
    spec: Literal["cti/1"] = "cti/1"


class PhoneEvent(SQLModel, table=True):
    """An event as it came; its id keeps it from counting twice. No number of a caller is here."""

    __tablename__ = "phone_event"
    __table_args__ = (
        Index("phone_event_of_call", "source", "call_id", "at"),
        Index("phone_event_by_received_at", "received_at"),
    )

    source: str = Field(max_length=40, primary_key=True)
    event_id: str = Field(max_length=80, primary_key=True)
    call_id: str = Field(default="", max_length=250)
    leg_id: str = Field(default="", max_length=250)
    seq: int = 0
    event: str = Field(max_length=40)
    at: datetime = instant()
    queue: str = Field(default="", max_length=60)
    agent: str = Field(default="", max_length=20)
    data: dict[str, object] = json()
    received_at: datetime = instant()


_MISSED = (
    "direction = 'in' and answered_at is null and ended_at is not null"
    " and settled_at is null and caller <> ''"
)


class PhoneCall(SQLModel, table=True):
    """A call of the telephone system; and, where nobody took it, who calls back.

    `caller` is E.164, or empty where the number was withheld. `rang_*` is the last extension
    that rang, `answered_*` the first that answered. `settled_at` ends the calling back.
    """

    __tablename__ = "phone_call"
    __table_args__ = (
        UniqueConstraint("source", "call_id", name="phone_call_once"),
        Index(
            "phone_call_by_caller", "caller", "answered_at", postgresql_where=text("caller <> ''")
        ),
        Index("phone_call_missed", "ended_at", "id", postgresql_where=text(_MISSED)),
        Index(
            "phone_call_going_on",
            "rang_extension",
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: int | None = identity()
    source: str = Field(max_length=40)
    call_id: str = Field(max_length=250)
    direction: str = Field(default="in", max_length=3)
    caller: str = Field(default="", max_length=20)
    callee: str = Field(default="", max_length=60)
    queue: str = Field(default="", max_length=60)
    offered_at: datetime | None = instant(nullable=True)
    queued_at: datetime | None = instant(nullable=True)
    ringing_at: datetime | None = instant(nullable=True)
    rang_at: datetime | None = instant(nullable=True)
    rang_extension: str = Field(default="", max_length=20)
    unheard_at: datetime | None = instant(nullable=True)
    answered_at: datetime | None = instant(nullable=True)
    answered_extension: str = Field(default="", max_length=20)
    ended_at: datetime | None = instant(nullable=True)
    cause: str = Field(default="", max_length=40)
    last_at: datetime = instant()
    claimed_by: int | None = key("staff.id", nullable=True)
    claimed_at: datetime | None = instant(nullable=True)
    tries: int = Field(default=0, sa_type=SmallInteger)
    tried_at: datetime | None = instant(nullable=True)
    settled_by: int | None = key("staff.id", nullable=True)
    settled_at: datetime | None = instant(nullable=True)
    outcome: str = Field(default="", max_length=20)
