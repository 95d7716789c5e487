"""What must reach the outside, and what came in: texts, notices, and their fate."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Index, SmallInteger, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, json, key


class MessageState(StrEnum):
    """Where a message is. Only forward; `unknown` is never resent blindly."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


class Message(SQLModel, table=True):
    """One text (sms) or notice to one destination, written with the act that caused it."""

    __tablename__ = "message"
    __table_args__ = (
        Index("message_waiting", "next_at", postgresql_where=text("next_at is not null")),
        Index("message_by_case", "case_id"),
        Index("message_by_phone", "phone", text("id desc"), postgresql_where=text("phone <> ''")),
        Index(
            "message_notices",
            "unit_id",
            text("id desc"),
            postgresql_where=text("unit_id is not null"),
        ),
        # What the people of one role were told.
        Index(
            "message_by_role",
            "role",
            text("id desc"),
            postgresql_where=text("role <> ''"),
        ),
        # What did not arrive: few among millions, the newest of each state first.
        Index(
            "message_undelivered",
            "state",
            "id",
            postgresql_where=text("channel = 'sms' and state in ('failed', 'unknown', 'expired')"),
        ),
    )

    id: int | None = identity()
    # Says a thing once: "<case number>:<event seq>:<template>:<destination>".
    dedupe_key: str = Field(max_length=120, unique=True)
    channel: str = Field(max_length=10)
    purpose: str = Field(max_length=20)
    template: str = Field(max_length=60)
    params: dict[str, object] = json()
    case_id: int | None = key("case.id", nullable=True)
    unit_id: int | None = key("unit.id", nullable=True)
    role: str = Field(default="", max_length=20)
    phone: str = Field(default="", max_length=20)
    body: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    parts: int = Field(default=0, sa_type=SmallInteger)
    state: str = Field(default=MessageState.QUEUED.value, max_length=12)
    attempts: int = Field(default=0, sa_type=SmallInteger)
    next_at: datetime | None = instant(nullable=True)
    not_after: datetime | None = instant(nullable=True)
    provider: str = Field(default="", max_length=20)
    provider_id: str = Field(default="", max_length=80)
    error: str = Field(default="", max_length=200)
    created_at: datetime = instant()
    sent_at: datetime | None = instant(nullable=True)
    delivered_at: datetime | None = instant(nullable=True)


class InboundMessage(SQLModel, table=True):
    """One text that came in: stored under the provider's id first, acted on afterwards."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        UniqueConstraint("provider", "provider_id", name="inbound_message_once"),
        Index("inbound_message_waiting", "id", postgresql_where=text("understood = ''")),
        Index("inbound_message_by_phone", "phone", text("id desc")),
    )

    id: int | None = identity()
    provider: str = Field(max_length=20)
    provider_id: str = Field(max_length=80)
    phone: str = Field(max_length=20)
    to: str = Field(default="", max_length=20)
    body: str = Field(sa_column=Column(Text, nullable=False))
    received_at: datetime = instant()
    # What it was taken for (lookup, rating, help, stop, unclear …); empty while it waits.
    understood: str = Field(default="", max_length=20)
    case_id: int | None = key("case.id", nullable=True)
    reply_id: int | None = key("message.id", nullable=True)
    handled_at: datetime | None = instant(nullable=True)


class OptOut(SQLModel, table=True):
    """A number that wants no ratings or campaigns. Statutory answers still reach it."""

    __tablename__ = "opt_out"

    phone: str = Field(max_length=20, primary_key=True)
    at: datetime = instant(default_now=True)


class TextChange(SQLModel, table=True):
    """A wording that an administrator gave a text, from a day on.

    Never rewritten. An empty `body` is the text as it was written again; `revoked_at` is set on
    what was to come when that was asked for.
    """

    __tablename__ = "text_change"
    __table_args__ = (Index("text_change_of_template", "template", "valid_from", "id"),)

    id: int | None = identity()
    template: str = Field(max_length=60)
    body: str = Field(sa_column=Column(Text, nullable=False))
    valid_from: date
    staff_id: int | None = key("staff.id", nullable=True)
    at: datetime = instant(default_now=True)
    revoked_at: datetime | None = instant(nullable=True)
