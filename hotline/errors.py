"""The refusals: every way in which the rulebook says no, in the words of the field.

Each carries one Chinese sentence for the person at the screen. `web.refusals` alone knows
which status belongs to which; everything that is not one of these is a bug.
"""

from collections.abc import Mapping
from dataclasses import dataclass


class Refusal(Exception):
    """The rulebook says no. `message` is the sentence that the person reads."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(Refusal):
    """There is none such, or it is not yours to see: never which."""

    def __init__(self, message: str = "没有找到，或者您无权查看。") -> None:
        super().__init__(message)


class NotPermitted(Refusal):
    """The case is visible, but this act belongs to somebody else."""


class NotAvailable(Refusal):
    """The case has moved on, or the procedure's condition for the act is not met."""


@dataclass(frozen=True, slots=True)
class Change:
    """One action that happened since the version that the reader had seen."""

    version: int
    action: str
    label: str
    actor: str
    at: str


class Conflict(Refusal):
    """Somebody was faster: `changes` tells what happened since the version that was seen."""

    def __init__(self, message: str, *, version: int, changes: tuple[Change, ...] = ()) -> None:
        super().__init__(message)
        self.version = version
        self.changes = changes


class Incomplete(Refusal):
    """Inputs are missing or wrong; `fields` holds a sentence per input."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("有内容需要补充或更正：" + "；".join(dict.fromkeys(fields.values())))
        self.fields = dict(fields)


class TooMany(Refusal):
    """A limit on how often something may be tried; `retry_after` in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(Refusal):
    """A gateway or server outside did not answer."""


class Secret(Refusal):
    """This must not be stored on a non-classified system (保守国家秘密法 31)."""
