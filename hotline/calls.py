"""One conversation on the telephone, and how it ended."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from hotline.columns import identity, instant, key


class Disposition(StrEnum):
    """How a call ended (国办函〔2025〕66号: accept, transfer, inform, explain)."""

    ANSWERED = "answered"
    CASE = "case"
    EMERGENCY = "emergency"
    STATUTORY = "statutory_channel"
    IN_PROGRESS = "in_progress"
    EXPLAINED = "explained"
    SILENT = "silent"


DISPOSITION_LABELS: dict[Disposition, str] = {
    Disposition.ANSWERED: "直接答复",
    Disposition.CASE: "立单受理",
    Disposition.EMERGENCY: "紧急事项，即时转接",
    Disposition.STATUTORY: "告知法定渠道",
    Disposition.IN_PROGRESS: "在办无新情况，告知进展",
    Disposition.EXPLAINED: "解释说明",
    Disposition.SILENT: "无声或中断",
}

EMERGENCY_CHANNELS = {
    "110": "110 报警服务",
    "119": "119 火警",
    "120": "120 医疗急救",
    "122": "122 交通事故",
    "utility": "水电气热抢修专线",
}

STATUTORY_CHANNELS = {
    "litigation": "诉讼",
    "arbitration": "仲裁",
    "discipline": "纪检监察",
    "reconsideration": "行政复议",
    "disclosure": "政府信息公开",
    "petition": "信访（已在信访渠道办理）",
}

EXPLAIN_GROUNDS = {
    "unlawful": "诉求违反法律法规或公序良俗",
    "secret": "涉及国家秘密、工作秘密、商业秘密",
    "privacy": "涉及个人隐私、个人信息",
    "market": "超出政府职责，告知市场或社会渠道",
    "concluded": "已依法办结，无新的事实和理由",
}


class Call(SQLModel, table=True):
    """One conversation. The phone is E.164, or empty where the number was withheld."""

    __tablename__ = "call"
    __table_args__ = (
        Index("call_by_phone", "phone", text("id desc")),
        Index(
            "call_key_once",
            "agent_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key is not null"),
        ),
    )

    id: int | None = identity()
    at: datetime = instant()
    agent_id: int = key("staff.id", index=True)
    direction: str = Field(default="in", max_length=3)
    phone: str = Field(default="", max_length=20)
    name: str = Field(default="", max_length=50)
    anonymous: bool = False
    confidential: bool = False
    disposition: str = Field(max_length=20)
    request_type: str = Field(default="", max_length=20)
    category: str = Field(default="", max_length=20)
    subject: str = Field(default="", max_length=100)
    # What was said: the answer given, the channel named, the ground explained.
    answer: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    ground: str = Field(default="", max_length=30)
    case_id: int | None = key("case.id", nullable=True, index=True)
    # The call of the telephone system that this was said in, where one is connected.
    phone_call_id: int | None = key("phone_call.id", nullable=True)
    idempotency_key: str | None = Field(default=None, max_length=80)
