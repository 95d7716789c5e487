"""Where a page of a list ends, as one opaque word for a link or an API caller."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hotline.errors import Incomplete

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class After(NamedTuple):
    """The key of the last row shown: `due_at` where the list is ordered by deadline."""

    due_at: datetime | None
    id: int

    def __str__(self) -> str:
        due = "" if self.due_at is None else str((self.due_at - _EPOCH) // _MICROSECOND)
        return base64.urlsafe_b64encode(f"{due}.{self.id}".encode()).decode().rstrip("=")


def read_after(word: str | None, *, dated: bool) -> After | None:
    """The key in the word; None for the first page. Raises Incomplete for anything else."""
    if not word:
        return None
    try:
        padded = word + "=" * (-len(word) % 4)
        due, _, row = (
            base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(".")
        )
        key = After(_EPOCH + int(due) * _MICROSECOND if due else None, int(row))
    except (ValueError, OverflowError, binascii.Error):
        raise _WRONG from None
    if dated is (key.due_at is None) or not 0 < key.id < 2**63:
        raise _WRONG
    return key


_WRONG = Incomplete({"after": "翻页位置无效，请从第一页重新开始。"})
