"""What a citizen may learn of a case with its number and look-up code: the state, never content."""

import hmac
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from dispatch.office import Office
from hotline.errors import Incomplete, NotFound, TooMany
from hotline.numbers import LOOKUP_LENGTH, normalise_lookup_code, parse_case_number
from hotline.procedure import Phase
from hotline.procedures import procedure
from hotline.wording import Mistyped

NOT_FOUND = "没有查到：工单号与查询码不相符。请核对受理短信，或拨打 12345 查询。"
"""The same whether there is no such case or the code is wrong: neither can be told from it."""

# Looked at where the number is not found, so that both answers take the same steps.
_NO_CODE = "0" * LOOKUP_LENGTH


_AFTER_ANSWER = frozenset({Phase.VERDICT, Phase.CLOSED})


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """`promised_at` is the end of the whole procedure's clock; None where none runs yet.

    Where more time was granted (延期, 停止计时), of which the requester was told, it is not before
    the day named then. `stopped_until` is the end of a stop that is in force.
    """

    number: str
    state: str
    received_at: datetime
    promised_at: datetime | None
    provisional: bool
    stopped_until: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None


async def public_status(office: Office, *, number: str, code: str) -> PublicStatus:
    """The coarse status. Raises Incomplete for what cannot be a number or a code, NotFound else.

    A wrong check digit may be told at once: anybody can compute it, it says nothing of cases.
    """
    wrong, clean = {}, {}
    for field, typed, read in (
        ("number", number, parse_case_number),
        ("code", code, normalise_lookup_code),
    ):
        try:
            clean[field] = read(typed)
        except Mistyped as fault:
            wrong[field] = fault.message
    if wrong:
        raise Incomplete(wrong)
    row = await office.pool.fetchrow(
        """
        select c.kind, c.stage, c.phase, c.lookup_code, c.opened_at, c.answered_at, c.closed_at,
               k.due_at, coalesce(k.provisional, false) as provisional, s.stopped_until
        from "case" c
        left join lateral (
            select due_at, provisional from clock
            where case_id = c.id and id >= (
                select max(id) from clock where case_id = c.id and name = 'whole'
            ) and (name = 'whole' or name = 'handle' and ended_at is null
                   and (extensions <> '[]' or stops <> '[]'))
            order by due_at desc limit 1
        ) k on true
        left join lateral (
            select max((stop ->> 'until_at')::timestamptz) as stopped_until
            from clock, jsonb_array_elements(stops) stop
            where case_id = c.id and clock.ended_at is null and stop ->> 'ended_at' is null
        ) s on true
        where c.number = $1
        """,
        clean["number"],
    )
    kept = row["lookup_code"] if row else _NO_CODE
    if not hmac.compare_digest(kept, clean["code"]) or row is None:
        raise NotFound(NOT_FOUND)
    return PublicStatus(
        number=clean["number"],
        state=procedure(row["kind"]).stage(row["stage"]).citizen,
        received_at=row["opened_at"],
        promised_at=row["due_at"],
        provisional=row["provisional"],
        stopped_until=row["stopped_until"],
        # While a redo is under way the former answer is no longer the answer.
        answered_at=row["answered_at"] if row["phase"] in _AFTER_ANSWER else None,
        closed_at=row["closed_at"],
    )


class Tries:
    """How often one address may still try: `most` at once, one more each `seconds`.

    Kept in the process and bounded: of many addresses the one unseen longest is forgotten.
    """

    def __init__(self, *, most: int, seconds: float, addresses: int = 10_000) -> None:
        self._most, self._seconds, self._addresses = most, seconds, addresses
        # address: (tries left, at this moment of a monotonic clock)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, *, at: float) -> None:
        """Use one try at `at` (seconds of a monotonic clock). Raises TooMany when none is left."""
        left, since = self._left.pop(address, (float(self._most), at))
        left = min(self._most, left + max(0.0, at - since) / self._seconds)
        allowed = left >= 1
        self._left[address] = (left - 1 if allowed else left, at)
        while len(self._left) > self._addresses:
            self._left.popitem(last=False)
        if not allowed:
            wait = max(1, round((1 - left) * self._seconds))
            raise TooMany(f"查询过于频繁，请在 {wait} 秒后再试。", retry_after=wait)

    def give_back(self, address: str) -> None:
        """The try counts for nothing: whoever made it was right."""
        if address in self._left:
            left, since = self._left[address]
            self._left[address] = (min(self._most, left + 1), since)

    def __len__(self) -> int:
        return len(self._left)
