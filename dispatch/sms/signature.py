"""Who sent a request between gateways: an HMAC over its moment and its body.

`X-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256(secret, t + "." + body)>`, good for five
minutes around its moment. Two secrets are valid while one is being replaced.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

HEADER: Final = "X-Signature"
TOLERANCE: Final = timedelta(minutes=5)
_FORM: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def signature(secret: str, body: bytes, *, now: datetime) -> str:
    """The header's value."""
    at = str(int(now.timestamp()))
    return f"t={at},v1={_digest(secret, at, body)}"


def signed_by_one_of(
    secrets: Iterable[str], header: str | None, body: bytes, *, now: datetime
) -> bool:
    """Whether the body was signed with one of the secrets, just now."""
    found = _FORM.fullmatch(header or "")
    if found is None or abs(now.timestamp() - int(found[1])) > TOLERANCE.total_seconds():
        return False
    return is_one_of((_digest(secret, found[1], body) for secret in secrets), found[2])


def is_one_of(secrets: Iterable[str], given: str) -> bool:
    """Whether a secret was presented, compared in constant time."""
    return any(hmac.compare_digest(secret.encode(), given.encode()) for secret in secrets)


def _digest(secret: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
