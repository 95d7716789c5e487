"""What the outbox asks of whoever carries texts: send one, and say honestly what became of it.

The honest answer is the point: only a text that surely was not taken may be tried again.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class OutSms:
    """One text to one number. `id` is ours: receipts name it. `phone` is E.164."""

    id: int
    phone: str
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it; `provider_id` is "" where it gives none."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider surely does not have it. A permanent refusal is not tried again."""

    why: str
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too fast: the provider does not have it, and says when to come back."""

    after: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider may have it or not: nobody sends it again without asking a person."""

    why: str


SendResult: TypeAlias = Accepted | Rejected | Throttled | Unknown


class SmsProvider(Protocol):
    """Carries texts."""

    @property
    def name(self) -> str:
        """How messages and settings name it."""

    async def send(self, sms: OutSms) -> SendResult:
        """Hand over one text; never raises for what the network does."""
