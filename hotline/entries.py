"""An act as the history keeps it: who did what, what it changed, chained to the act before."""

import hashlib
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import msgspec

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.draft import Draft
from hotline.procedure import Action
from hotline.procedures import procedure

# What an event notes before and after, besides the stage.
_TRACKED = (
    "round", "lead_unit_id", "designated", "supervised", "returns", "category", "place", "address",
    "request_type", "urgency", "solved", "satisfied", "manner", "outcome",
)  # fmt: skip
_tracked_of = attrgetter(*_TRACKED)


class EventEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One action that happened, as it will stand in the history. `hash` chains it to the last."""

    seq: int
    action: str
    round: int
    stage_before: str
    stage_after: str
    actor_id: int | None
    actor_name: str
    unit_id: int | None
    inputs: dict[str, Any]
    changes: dict[str, Any]
    at: datetime
    idempotency_key: str | None = None
    hash: bytes = b""


def entered(
    draft: Draft, before: CaseFile, action: Action, *, idempotency_key: str | None
) -> EventEntry:
    """The entry of an act that is done, behind the last one of the case."""
    after = draft.case
    noted = zip(_TRACKED, _tracked_of(before), _tracked_of(after), strict=True)
    changes = (
        {name: [old, new] for name, old, new in noted if old != new}
        | _moved_deadlines(before, after)
        | _changed_limits(before, after)
    )
    event = EventEntry(
        seq=after.version,
        action=action.name,
        round=after.round,
        stage_before=before.stage,
        stage_after=after.stage,
        actor_id=draft.actor.staff_id,
        actor_name=draft.actor.name,
        unit_id=draft.actor.unit_id,
        inputs=draft.inputs,
        changes=changes,
        at=draft.now.astimezone(UTC),
        idempotency_key=idempotency_key,
    )
    return msgspec.structs.replace(event, hash=chained(before.last_hash, after.number, event))


def _moved_deadlines(before: CaseFile, after: CaseFile) -> dict[str, Any]:
    """What an extension, a stop or its end did to the deadlines of clocks that run on."""
    rules = procedure(after.kind)
    return {
        f"due:{clock.name}": [_written(clock.due_at), _written(now.due_at)]
        for clock in before.open_clocks
        if (now := after.clock(clock.name))
        # A clock that was started anew is another one.
        and (now.started_at == clock.started_at or rules.clock(clock.name).after)
        and now.due_at != clock.due_at
    }


def _changed_limits(before: CaseFile, after: CaseFile) -> dict[str, Any]:
    """Limits that clocks follow from now on (期限调整), as codes; equal where the basis changed."""
    return {
        f"limit:{clock.name}": [clock.limit, now.limit]
        for clock in before.open_clocks
        if (now := after.clock(clock.name))
        and now.started_at == clock.started_at
        and (now.limit, now.basis) != (clock.limit, clock.basis)
    }


def _written(at: datetime) -> str:
    return in_shanghai(at).isoformat(timespec="seconds")


def chained(previous: bytes, number: str, event: EventEntry) -> bytes:
    """sha256 over the previous hash and the event's canonical content (32 bytes)."""
    content = (
        number, event.seq, event.action, event.round, event.stage_before, event.stage_after,
        event.actor_id, event.actor_name, event.unit_id, event.inputs, event.changes,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
    )  # fmt: skip
    return hashlib.sha256(previous + msgspec.json.encode(content, order="sorted")).digest()
