"""The shapes that the JSON API answers with: the contract of other systems, and its schema.

Instants are written with Shanghai's offset; codes stand beside the words that people read.
"""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class UnitRef(msgspec.Struct, frozen=True):
    """A unit by its code and name."""

    code: str
    name: str


class ChoiceView(msgspec.Struct, frozen=True):
    """One value that an input may take."""

    value: str
    label: str


class NeedView(msgspec.Struct, frozen=True, kw_only=True):
    """One input of an action. Units, categories and places are given as codes."""

    name: str
    label: str
    type: str
    required: bool
    choices: list[ChoiceView]
    max_length: int | None


class ActionView(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader can do with the case now."""

    name: str
    label: str
    needs: list[NeedView]


class ExtensionView(msgspec.Struct, frozen=True, kw_only=True):
    """An extension (延期) that was granted: so much longer, counted from the clock's own start."""

    limit: str
    limit_text: str
    reason: str
    basis: str
    granted_by: str
    at: datetime


class StopView(msgspec.Struct, frozen=True, kw_only=True):
    """A stop (停止计时); `ended_at` is null while it is in force."""

    from_at: datetime
    until_at: datetime
    ground: str
    ground_text: str
    basis: str
    reason: str
    ended_at: datetime | None


class FormerView(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that the clock had until a change (期限调整) that open cases follow."""

    limit: str
    limit_text: str
    basis: str
    until_at: datetime


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation, its `limit` without extensions.

    `state`: running, warned, stopped, overdue or ended; `late`: it ran out before.
    """

    name: str
    label: str
    owed_by: str
    unit: UnitRef | None
    round: int
    limit: str
    limit_text: str
    basis: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    calendar_version: str
    state: str
    late: bool
    ended_at: datetime | None
    ended_by: str
    extensions: list[ExtensionView]
    stops: list[StopView]
    former_limits: list[FormerView]


class LimitNoteView(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that a clock had, has (`applies`), or would have had it begun on another day."""

    limit: str
    limit_text: str
    basis: str
    applies: bool
    why: str


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """One day: counted (with its number) or not, and why."""

    date: date
    weekday: str
    counted: bool
    ordinal: int | None
    why: str


class ClockDays(msgspec.Struct, frozen=True, kw_only=True):
    """A clock explained: every day from its start to its deadline.

    `raw_due_on` is the last counted day, before any rolling forward.
    """

    clock: ClockView
    limits: list[LimitNoteView]
    raw_due_on: date
    days: list[DayView]


class AskedView(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked. An extension names its clock and how much longer, a stop its end and ground.

    `asked_by` is null in the answer to an action; `decide_by` null where no limit is set.
    """

    clock: str
    limit: str
    limit_text: str
    until_at: datetime | None
    ground: str
    ground_text: str
    basis: str
    reason: str
    asked_by: str | None
    asked_at: datetime
    decide_by: datetime | None


class PendingView(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked and is not decided yet."""

    extension: AskedView | None
    stop: AskedView | None


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's part. `state`: sent, signed, replied, withdrawn or ended."""

    unit: UnitRef
    part: str
    round: int
    state: str
    sent_at: datetime
    signed_at: datetime | None
    deemed: bool
    replied_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None


class RequesterView(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked, as far as this reader may know; `masked` where something is hidden."""

    name: str
    phone: str
    anonymous: bool
    confidential: bool
    masked: bool


class SaidView(msgspec.Struct, frozen=True):
    """One input of an event in words."""

    label: str
    words: str


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One action that happened; inputs without those that tell who the requester is.

    `inputs` are the codes, `said` the same in words; `rang` says which clock warned or ran out.
    """

    seq: int
    action: str
    label: str
    actor: str
    unit: UnitRef | None
    at: datetime
    round: int
    stage_before: str
    stage_after: str
    inputs: dict[str, Any]
    said: list[SaidView]
    rang: str


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """Another case that has to do with this one; `label` says what it is to this one.

    `relation`: merged, split, follows or same_matter; `done`: its answer was carried over.
    """

    relation: str
    label: str
    number: str
    kind: str
    stage: str
    made_at: datetime
    done: bool


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file beside a case, `seq` of the event that attached it; `href` gives its content."""

    key: str
    name: str
    media_type: str
    size: int
    sha256: str
    href: str
    seq: int | None
    added_by: str
    unit: UnitRef | None
    at: datetime


class UploadedView(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was uploaded: `key` is of use to the same caller until `use_before`."""

    key: str
    name: str
    media_type: str
    size: int
    sha256: str
    use_before: datetime


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A case where it stands. `lookup_code` is for call agents.

    `links`, `files` and `history` are there for a case that is read alone. `details` is what only
    this kind of case has, named as its inputs are.
    """

    number: str
    lookup_code: str | UnsetType = UNSET
    kind: str
    procedure_version: str
    stage: str
    stage_label: str
    phase: str
    round: int
    version: int
    title: str
    content: str
    request_type: str
    category: str
    category_path: str
    place: str
    place_path: str
    address: str
    urgency: str
    channel: str
    details: dict[str, Any]
    requester: RequesterView
    lead_unit: UnitRef | None
    designated: bool
    supervised: bool
    reminders: int
    returns: int
    solved: str
    satisfied: int | None
    manner: int | None
    outcome: str
    opened_at: datetime
    accepted_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    next_due_at: datetime | None
    clocks: list[ClockView]
    pending: PendingView
    assignments: list[AssignmentView]
    actions: list[ActionView]
    merged: int = 0
    links: list[LinkView] | UnsetType = UNSET
    files: list[FileView] | UnsetType = UNSET
    history: list[EventView] | UnsetType = UNSET


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list; `due_at` is the nearest open deadline (in "mine" the unit's own)."""

    number: str
    kind: str
    title: str
    request_type: str
    category: str
    place: str
    urgency: str
    stage: str
    stage_label: str
    phase: str
    round: int
    version: int
    lead_unit: UnitRef | None
    due_at: datetime | None
    supervised: bool
    confidential: bool
    reminders: int
    returns: int
    opened_at: datetime
    closed_at: datetime | None


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next_after` goes into `after` for the next, null on the last."""

    cases: list[RowView]
    next_after: str | None


class CallView(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it was written down, and the case that it opened."""

    id: int
    disposition: str
    disposition_label: str
    case: CaseView | None


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit; `parent` is the code of the one above it, or empty."""

    code: str
    name: str
    short_name: str
    kind: str
    parent: str
    active: bool


class NodeView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a coded tree; `parent` is the code of the line above it, or empty."""

    code: str
    parent: str
    name: str
    path: str
    active: bool


class FiguresLine(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one unit (null: of all). Rates lie between 0 and 1, null without cases."""

    unit: UnitRef | None
    counts: dict[str, int]
    rates: dict[str, float | None]


class FiguresView(msgspec.Struct, frozen=True, kw_only=True):
    """A period, both days included."""

    from_: date = msgspec.field(name="from")
    to: date
    units: list[FiguresLine]
    total: FiguresLine
