"""Clocks as the JSON API answers them: one obligation with everything that moved it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dispatch.timelines import Entry
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Running
from hotline.clocks import Limit
from hotline.explaining import beginning, explained
from hotline.limit_notes import limit_notes
from hotline.procedures import procedure
from hotline.rulebook import Rulebook
from hotline.vocabulary import STOP_GROUNDS
from web.api_shapes import (
    AskedView,
    ClockDays,
    ClockView,
    ExtensionView,
    FormerView,
    LimitNoteView,
    PendingView,
    StopView,
    UnitRef,
)
from web.deadlines import day_views

Words = Callable[[str], str]
"""Makes free text fit for the reader."""


def clock_view(
    clock: Running, kind: str, unit: UnitRef | None, *, now: datetime, text: Words
) -> ClockView:
    """One obligation, with its extensions, its stops and the limits that it had before."""
    late = clock.overdue(now)
    if clock.ended_at is not None:
        state = "ended"
    elif clock.stop:
        state = "stopped"
    elif late:
        state = "overdue"
    else:
        state = "warned" if clock.rung else "running"
    return ClockView(
        name=clock.name,
        label=procedure(kind).clock(clock.name).label,
        owed_by=clock.owed_by,
        unit=unit,
        round=clock.round,
        limit=clock.limit,
        limit_text=limit_text(clock.limit),
        basis=clock.basis,
        started_at=in_shanghai(clock.started_at),
        due_at=in_shanghai(clock.due_at),
        provisional=clock.provisional,
        calendar_version=clock.calendar_version,
        state=state,
        late=late,
        ended_at=_here(clock.ended_at),
        ended_by=clock.ended_by,
        extensions=[
            ExtensionView(
                limit=one.limit, limit_text=limit_text(one.limit), reason=text(one.reason),
                basis=one.basis, granted_by=one.granted_by, at=in_shanghai(one.at),
            )
            for one in clock.extensions
        ],
        stops=[
            StopView(
                from_at=in_shanghai(one.from_at), until_at=in_shanghai(one.until_at),
                ground=one.ground, ground_text=STOP_GROUNDS.get(one.ground, one.ground),
                basis=text(one.basis), reason=text(one.reason), ended_at=_here(one.ended_at),
            )
            for one in clock.stops
        ],
        former_limits=[
            FormerView(
                limit=one.limit, limit_text=limit_text(one.limit), basis=one.basis,
                until_at=in_shanghai(one.until_at),
            )
            for one in clock.former
        ],
    )  # fmt: skip


def clock_days(
    clock: Running, case: CaseFile, rulebook: Rulebook, shown: ClockView, *, now: datetime
) -> ClockDays:
    """The clock with every day from its start to its deadline, and each limit that there is.

    Raises ValueError where stops make it too long to be told day by day.
    """
    rules = procedure(case.kind)
    found = explained(clock, rulebook, begins=beginning(rules, clock))
    return ClockDays(
        clock=shown,
        raw_due_on=found.raw_due_on,
        limits=[
            LimitNoteView(
                limit=note.limit.code, limit_text=note.limit.text, basis=note.basis,
                applies=note.applies, why=note.why,
            )
            for note in limit_notes(clock, case, rulebook, on=in_shanghai(now).date())
        ],
        days=day_views(found),
    )  # fmt: skip


def pending_view(case: CaseFile, history: Sequence[Entry] | None, *, text: Words) -> PendingView:
    """What was asked and waits: by whom (null in an answer without history), and until when."""
    extension, stop = case.pending.extension, case.pending.stop
    asked_extension = None if extension is None else AskedView(
        clock=extension.clock, limit=extension.limit, limit_text=limit_text(extension.limit),
        until_at=None, ground="", ground_text="", basis="", reason=text(extension.reason),
        asked_by=_asker(case, history, "request_extension"),
        asked_at=in_shanghai(extension.asked_at), decide_by=_decide_by(case, "request_extension"),
    )  # fmt: skip
    asked_stop = None if stop is None else AskedView(
        clock="", limit="", limit_text="", until_at=in_shanghai(stop.until_at),
        ground=stop.ground, ground_text=STOP_GROUNDS.get(stop.ground, stop.ground),
        basis=text(stop.basis), reason=text(stop.reason),
        asked_by=_asker(case, history, "request_stop"),
        asked_at=in_shanghai(stop.asked_at), decide_by=_decide_by(case, "request_stop"),
    )  # fmt: skip
    return PendingView(extension=asked_extension, stop=asked_stop)


def _asker(case: CaseFile, history: Sequence[Entry] | None, effect: str) -> str | None:
    """Who took the last action that asked."""
    asks = {action.name for action in procedure(case.kind).actions if effect in action.does}
    acts = [entry for entry in history or () if entry.action in asks]
    return acts[-1].actor_name if acts else None


def _decide_by(case: CaseFile, effect: str) -> datetime | None:
    """Until when it is to be decided: the clock that asking has started."""
    rules = procedure(case.kind)
    asks = {action.name for action in rules.actions if effect in action.does}
    clocks = [clock for clock in case.open_clocks if asks & set(rules.clock(clock.name).starts)]
    return in_shanghai(clocks[0].due_at) if clocks else None


_limits: dict[str, str] = {}


def limit_text(code: str) -> str:
    """The limit in words."""
    if code not in _limits:
        _limits[code] = Limit.parse(code).text
    return _limits[code]


def _here(at: datetime | None) -> datetime | None:
    return None if at is None else in_shanghai(at)
