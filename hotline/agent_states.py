"""What an agent (话务员) is doing at the telephone: reported by the exchange, or said by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey
from sqlmodel import Field, SQLModel

from hotline.columns import instant


class AgentState(StrEnum):
    """In the order in which a shift supervisor reads them."""

    READY = "ready"
    BUSY = "busy"
    WRAP_UP = "wrap_up"
    BREAK = "break"
    OFFLINE = "offline"


STATE_LABELS: dict[AgentState, str] = {
    AgentState.READY: "就绪",
    AgentState.BUSY: "通话中",
    AgentState.WRAP_UP: "话后整理",
    AgentState.BREAK: "小休",
    AgentState.OFFLINE: "签出",
}

# The event of cti/1 that tells it, and what its `data.state` may say.
AGENT_STATE = "agent.state"
REPORTED: Mapping[str, AgentState] = {
    "ready": AgentState.READY,
    "reserved": AgentState.BUSY,
    "talking": AgentState.BUSY,
    "wrap_up": AgentState.WRAP_UP,
    "not_ready": AgentState.BREAK,
    "offline": AgentState.OFFLINE,
}

# No shift is longer: whoever was last heard of before has gone home without signing out.
LONGEST_SHIFT = timedelta(hours=12)


class AgentStatus(SQLModel, table=True):
    """The last that is known of an agent. `source` is the exchange, "" where the agent said it."""

    __tablename__ = "agent_status"

    staff_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    )
    state: str = Field(max_length=10)
    source: str = Field(default="", max_length=40)
    at: datetime = instant()
