"""A case in hand (案卷): the row, the assignments that stand and the open clocks, as one value.

`dispatch.perform` loads it in one statement; `hotline.transition.move` makes the next one.
Nothing here is changed in place: a move gives a new file.
"""

from datetime import date, datetime
from functools import cached_property

import msgspec

from hotline.clocks import Limit, Stop, extended
from hotline.procedure import Phase


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's part in this round. `id` is 0 until it is written.

    What was handed down inside a unit (`part` "inside") stands under the part of the unit
    `under_id`; `staff_id` and `person` are set where one colleague got it.
    """

    id: int = 0
    round: int
    unit_id: int
    part: str
    sent_at: datetime
    due_at: datetime | None = None
    signed_at: datetime | None = None
    deemed: bool = False
    replied_at: datetime | None = None
    withdrawn_at: datetime | None = None
    ended_at: datetime | None = None
    under_id: int | None = None
    staff_id: int | None = None
    person: str = ""

    @property
    def open(self) -> bool:
        """Whether the unit still has this part."""
        return self.ended_at is None


class ClockStop(msgspec.Struct, frozen=True, kw_only=True):
    """One stop (停止计时) of a clock: from when, until when, on what ground and basis.

    `until_at` in the last second of a day means the end of that day. `ended_at` is when it was
    noted that the clock runs again; while it is None the stop is in force.
    """

    from_at: datetime
    until_at: datetime
    ground: str
    basis: str
    reason: str
    ended_at: datetime | None = None

    @property
    def rest(self) -> Stop:
        """The stop as the arithmetic of limits knows it."""
        return Stop(self.from_at, self.until_at)


class ClockExtension(msgspec.Struct, frozen=True, kw_only=True):
    """One extension (延期) of a clock: how much longer (`Limit.code`), why, and who granted it."""

    limit: str
    reason: str
    basis: str
    granted_by: str
    at: datetime


class FormerLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that a clock had until a change (期限调整, by its key) made it follow another."""

    limit: str
    basis: str
    until_at: datetime
    change: int


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of the case. `id` is 0 until it is written."""

    id: int = 0
    round: int
    name: str
    owed_by: str
    unit_id: int | None = None
    limit: str
    basis: str
    started_at: datetime
    due_at: datetime
    raw_due_on: date
    provisional: bool = False
    calendar_version: str
    extensions: tuple[ClockExtension, ...] = ()
    stops: tuple[ClockStop, ...] = ()
    former: tuple[FormerLimit, ...] = ()
    rung: int = 0
    ring_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def open(self) -> bool:
        """Whether the act that ends it is still owed."""
        return self.ended_at is None

    @property
    def full_limit(self) -> Limit:
        """The limit with its extensions."""
        limit = Limit.parse(self.limit)
        return extended(limit, *(Limit.parse(extension.limit) for extension in self.extensions))

    @property
    def rests(self) -> tuple[Stop, ...]:
        """When it did not run, or will not."""
        return tuple(stop.rest for stop in self.stops)

    @property
    def stop(self) -> ClockStop | None:
        """The stop that is in force."""
        return next((stop for stop in self.stops if self.open and stop.ended_at is None), None)

    def overdue(self, now: datetime) -> bool:
        """Whether it ran out before it was ended (or, while open, before `now`)."""
        return (self.ended_at or now) > self.due_at


class AskedExtension(msgspec.Struct, frozen=True, kw_only=True):
    """An extension that waits for its decision: of which clock, and how much (`Limit.code`)."""

    clock: str
    limit: str
    reason: str
    asked_by: int | None
    asked_at: datetime


class AskedStop(msgspec.Struct, frozen=True, kw_only=True):
    """A stop that waits for its decision; it would run from the moment of asking."""

    until_at: datetime
    ground: str
    basis: str
    reason: str
    asked_by: int | None
    asked_at: datetime


class DraftedReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reply that waits for the signature of the unit's head (负责人审签).

    `action` is the act that it becomes, `inputs` what its form is filled in with; `returned` says
    why the head gave it back to whoever drafts.
    """

    action: str
    inputs: dict[str, object]
    unit_id: int
    by: int | None
    name: str
    at: datetime
    returned: str = ""


class Pending(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked and is not decided yet."""

    extension: AskedExtension | None = None
    stop: AskedStop | None = None
    reply: DraftedReply | None = None


NOTHING_PENDING = Pending()


# With `dict`, what is derived from a file is worked out once: a changed file is another object.
class CaseFile(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A case where it stands. Fields as in `hotline.cases.Case`."""

    id: int = 0
    number: str
    lookup_code: str
    kind: str
    procedure_version: str
    stage: str = ""
    phase: str = Phase.INTAKE
    round: int = 1
    version: int = 0
    request_type: str = ""
    category: str = ""
    place: str = ""
    address: str = ""
    urgency: str = "normal"
    title: str = ""
    content: str = ""
    channel: str = "phone"
    requester_name: str = ""
    requester_phone: str = ""
    anonymous: bool = False
    confidential: bool = False
    details: dict[str, object] = {}
    lead_unit_id: int | None = None
    designated: bool = False
    supervised: bool = False
    reminders: int = 0
    returns: int = 0
    attempts: int = 0
    merged: int = 0
    handlers: tuple[int, ...] = ()
    pending: Pending = NOTHING_PENDING
    solved: str = ""
    satisfied: int | None = None
    manner: int | None = None
    outcome: str = ""
    opened_at: datetime
    accepted_at: datetime | None = None
    answered_at: datetime | None = None
    rated_at: datetime | None = None
    closed_at: datetime | None = None
    next_due_at: datetime | None = None
    archived_at: datetime | None = None
    source: str = ""
    source_id: str | None = None
    last_hash: bytes = bytes(32)
    assignments: tuple[Part, ...] = ()
    clocks: tuple[Running, ...] = ()

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The assignments that are open: those of this round."""
        return tuple(part for part in self.assignments if part.open)

    @cached_property
    def lead(self) -> Part | None:
        """The lead unit's open assignment."""
        return next((part for part in self.parts if part.part == "lead"), None)

    @property
    def inside(self) -> Part | None:
        """What the lead has handed down inside its unit and has no report of yet (内部转办)."""
        return next((p for p in self.parts if p.part == "inside" and p.replied_at is None), None)

    @cached_property
    def open_clocks(self) -> tuple[Running, ...]:
        """What is still owed, nearest first."""
        return tuple(sorted((c for c in self.clocks if c.open), key=lambda c: c.due_at))

    def clock(self, name: str) -> Running | None:
        """The open clock of that name."""
        return next((c for c in self.clocks if c.open and c.name == name), None)

    def part_of(self, unit_ids: tuple[int, ...], part: str | None = None) -> Part | None:
        """The open assignment ("lead", "co", "inside" or any) in whose name one of the units acts.

        A district may hold two: its own and that of a street below it. The lead's goes first,
        then what is still owed, then the unit that is named first (`Actor.unit_ids`: the own).
        """
        own = [one for one in self.parts if one.unit_id in unit_ids and part in (None, one.part)]
        return min(
            own,
            key=lambda one: (
                one.part != "lead",
                one.replied_at is not None,
                unit_ids.index(one.unit_id),
            ),
            default=None,
        )
