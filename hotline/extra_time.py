"""What may be asked of time: an extension (延期) or a stop (停止计时); asked, decided, ended.

What was granted stands on the clocks as facts; what they make of a deadline is `hotline.winding`.
"""

from collections.abc import Callable
from datetime import date, datetime

import msgspec

from hotline.calendar import SHANGHAI, in_shanghai
from hotline.casefile import AskedExtension, AskedStop, ClockExtension, ClockStop, Running
from hotline.clock_rules import ClockRule
from hotline.clocks import Limit, Stop
from hotline.draft import Draft
from hotline.errors import Incomplete, NotAvailable
from hotline.procedures import procedure
from hotline.rings import BREACHED, held
from hotline.stops import LAST_MOMENT, days_stopped
from hotline.winding import recomputed


def request_extension(draft: Draft) -> None:
    """Asked before the limit has passed, and at most for so long as the rule says."""
    rule, clock = _extendable(draft)
    most = rule.extendable.most_for(draft.case) if rule.extendable else None
    if most is None:
        raise NotAvailable(f"本件的{rule.label}不能延期")
    if clock.overdue(draft.now):
        raise NotAvailable(f"{rule.label}已于{_words(clock.due_at)}届满，不能再申请延期")
    days = draft.inputs["extension_days"]
    if not 1 <= days <= most.amount:
        raise Incomplete({"extension_days": f"最多可以延长{most.text}，最少1天"})
    asked = AskedExtension(
        clock=rule.name,
        limit=Limit(days, most.unit, most.roll).code,
        reason=draft.inputs["reason"],
        asked_by=draft.actor.staff_id,
        asked_at=draft.now,
    )
    draft.set(pending=msgspec.structs.replace(draft.case.pending, extension=asked))
    _rewind(draft)


def grant_extension(draft: Draft) -> None:
    """The clock gets so much longer, counted from its own start."""
    rule, clock = _extendable(draft)
    asked = draft.case.pending.extension
    if asked is None or rule.extendable is None:
        raise NotAvailable("没有待批的延期申请")
    granted = ClockExtension(
        limit=asked.limit,
        reason=asked.reason,
        basis=rule.extendable.basis,
        granted_by=draft.actor.name,
        at=draft.now,
    )
    draft.change_clocks(lambda one: one is clock, extensions=(*clock.extensions, granted))
    deny_extension(draft)
    draft.count("extended")


def deny_extension(draft: Draft) -> None:
    """Nothing is awaited any more."""
    draft.set(pending=msgspec.structs.replace(draft.case.pending, extension=None))
    _rewind(draft)


def request_stop(draft: Draft) -> None:
    """Asked for a ground and until a day that is still to come, within the cap of the rule."""
    until_on = date.fromisoformat(draft.inputs["stop_until"])
    until_at = datetime.combine(until_on, LAST_MOMENT, SHANGHAI)
    if until_on <= in_shanghai(draft.now).date():
        raise Incomplete({"stop_until": "停止计时的截止日应晚于今天"})
    stoppable = [pair for pair in _stoppable(draft) if draft.now < pair[1].due_at]
    if not stoppable:
        raise NotAvailable("没有可以停止的时限，或时限已届满")
    for rule, clock in stoppable:
        _within_the_cap(draft, rule, (*clock.rests, Stop(draft.now, until_at)))
    asked = AskedStop(
        until_at=until_at,
        ground=draft.inputs["stop_ground"],
        basis=draft.inputs["basis"],
        reason=draft.inputs["reason"],
        asked_by=draft.actor.staff_id,
        asked_at=draft.now,
    )
    draft.set(pending=msgspec.structs.replace(draft.case.pending, stop=asked))
    _rewind(draft)


def _within_the_cap(
    draft: Draft, rule: ClockRule, stops: tuple[Stop, ...], name: str = "stop_until"
) -> None:
    if rule.stoppable is None:
        return
    most = rule.stoppable.most
    days = days_stopped(most.unit, stops, draft.rulebook.calendar)
    if days > most.amount:
        raise Incomplete({name: f"停止计时累计不得超过{most.text}，这样将达到{days}天"})


def stop_for_correction(draft: Draft) -> None:
    """The time of a correction (补正) is not counted: from the notice until what comes back.

    It ends at the latest with the day by which the correction is asked (`correct_by`).
    """
    until_on = date.fromisoformat(draft.inputs["correct_by"])
    if until_on <= in_shanghai(draft.now).date():
        raise Incomplete({"correct_by": "补正期限应晚于今天"})
    until_at = datetime.combine(until_on, LAST_MOMENT, SHANGHAI)
    for rule, clock in _stoppable(draft):
        _within_the_cap(draft, rule, (*clock.rests, Stop(draft.now, until_at)), "correct_by")
        if draft.now < clock.due_at and rule.stoppable:
            stop = ClockStop(
                from_at=draft.now,
                until_at=until_at,
                ground="supplement",
                basis=rule.stoppable.basis,
                reason="补正通知",
            )
            _replace(draft, clock, msgspec.structs.replace(clock, stops=(*clock.stops, stop)))
    draft.count("stopped")
    _rewind(draft)


def grant_stop(draft: Draft) -> None:
    """The clocks that had not run out stop from the moment of asking: deciding costs no time."""
    asked = draft.case.pending.stop
    if asked is None:
        raise NotAvailable("没有待批的停止计时申请")
    stop = ClockStop(
        from_at=asked.asked_at,
        until_at=asked.until_at,
        ground=asked.ground,
        basis=asked.basis,
        reason=asked.reason,
    )
    if stop.rest.over_at <= draft.now:
        # Decided after its own end: it is a fact of the past.
        stop = msgspec.structs.replace(stop, ended_at=draft.now)
    for _, clock in _stoppable(draft):
        # Of what ends at the very moment of asking nothing is left to be kept.
        if asked.asked_at < clock.due_at:
            _replace(draft, clock, msgspec.structs.replace(clock, stops=(*clock.stops, stop)))
    deny_stop(draft)
    draft.count("stopped")


def deny_stop(draft: Draft) -> None:
    """Nothing is awaited any more."""
    draft.set(pending=msgspec.structs.replace(draft.case.pending, stop=None))
    _rewind(draft)


def resume(draft: Draft) -> None:
    """The clocks run again: by hand from now, by time from the end that was set."""
    for clock in draft.case.open_clocks:
        stop = clock.stop
        if stop is not None:
            ended = msgspec.structs.replace(
                stop, until_at=min(stop.until_at, draft.now), ended_at=draft.now
            )
            stops = tuple(ended if one is stop else one for one in clock.stops)
            _replace(draft, clock, msgspec.structs.replace(clock, stops=stops))
    _rewind(draft)


EXTRA_TIME: tuple[Callable[[Draft], None], ...] = (
    request_extension, grant_extension, deny_extension, request_stop, grant_stop, deny_stop, resume,
    stop_for_correction,
)  # fmt: skip


def _extendable(draft: Draft) -> tuple[ClockRule, Running]:
    """The open clock that may be extended. Raises NotAvailable where none runs."""
    for rule in procedure(draft.case.kind).clocks:
        clock = draft.case.clock(rule.name)
        if rule.extendable and clock:
            return rule, clock
    raise NotAvailable("没有可以延期的时限")


def _stoppable(draft: Draft) -> list[tuple[ClockRule, Running]]:
    """The open clocks that may be stopped and were not noted as breached."""
    return [
        (rule, clock)
        for rule in procedure(draft.case.kind).clocks
        if rule.stoppable and (clock := draft.case.clock(rule.name)) and clock.rung < BREACHED
    ]


def _rewind(draft: Draft) -> None:
    """Every clock that may move gets the deadline and the ring that its facts give."""
    for rule in procedure(draft.case.kind).clocks:
        clock = draft.case.clock(rule.name)
        if clock and (rule.extendable or rule.stoppable):
            waits = held(draft.case, rule)
            moved = recomputed(clock, rule, draft.rulebook, held=waits, now=draft.now)
            _replace(draft, clock, moved)


def _replace(draft: Draft, clock: Running, new: Running) -> None:
    # What is the same stays the same object: it is not written again.
    if new != clock:
        draft.set(clocks=tuple(new if one is clock else one for one in draft.case.clocks))


def _words(at: datetime) -> str:
    here = in_shanghai(at)
    return f"{here.month}月{here.day}日{here:%H:%M}"
