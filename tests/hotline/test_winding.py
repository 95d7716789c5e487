"""The invariants of `hotline.winding`, in any calendar, whatever is asked and decided."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hotline.calendar import MAKEUP, REST, SHANGHAI, WorkingCalendar, in_shanghai
from hotline.casefile import CaseFile, Running
from hotline.clocks import Limit, due_with_stops, remaining, used
from hotline.errors import Incomplete, NotAvailable
from hotline.extra_time import EXTRA_TIME
from hotline.limit_changes import NewLimit
from hotline.people import CLOCK, Actor
from hotline.procedures.citizen import CITIZEN
from hotline.rings import BREACHED, level_at, ring_moments
from hotline.rulebook import Rulebook
from hotline.transition import move
from hotline.winding import recomputed
from tests.makers import (
    AGENT,
    DISPATCHER,
    MONDAY,
    REQUEST,
    RULEBOOK,
    SUPERVISOR,
    WATER_CLERK,
    a_blank,
)

STOP: dict[str, Any] = {"stop_ground": "inspection", "basis": "规程", "reason": "送检"}
MOVING = [rule.name for rule in CITIZEN.clocks if rule.extendable or rule.stoppable]


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Some days of the spring are rest days, some weekends are worked."""
    days = st.integers(0, 70).map(lambda n: MONDAY.date() + timedelta(days=n))
    moved = draw(st.dictionaries(days, st.sampled_from([REST, MAKEUP]), max_size=25))
    return WorkingCalendar.from_rows(
        [(day, kind, "试") for day, kind in moved.items()],
        first=date(2026, 1, 1),
        horizon=date(2026, 12, 31),
    )


class Case:
    """A case in hand, to which things happen by the rules of one calendar."""

    def __init__(self, calendar: WorkingCalendar, urgency: str) -> None:
        self.rulebook = _with(calendar)
        self.now = MONDAY
        self.case: CaseFile = a_blank()
        self.does(AGENT, "open", **{**REQUEST, "urgency": urgency})
        self.does(DISPATCHER, "dispatch", lead_unit="SWJ")
        self.does(WATER_CLERK, "sign")

    def does(self, actor: Actor, action: str, **inputs: Any) -> bool:
        """Whether the rules let it happen; a refusal changes nothing."""
        try:
            self.case = move(
                self.case, action, actor=actor, inputs=inputs, now=self.now, rulebook=self.rulebook
            ).after
        except (NotAvailable, Incomplete):
            return False
        return True

    def waits(self, hours: float) -> None:
        """Time passes, and does what it does."""
        until = self.now + timedelta(hours=hours)
        while due := [c for c in self.case.open_clocks if c.ring_at and c.ring_at <= until]:
            clock = min(due, key=lambda one: one.ring_at or until)
            # The last second of a limit still belongs to it.
            self.now = max(self.now, (clock.ring_at or until) + timedelta(seconds=1))
            self.rings(clock)
        self.now = max(self.now, until)

    def rings(self, clock: Running) -> None:
        if clock.stop:
            assert self.does(CLOCK, "resume")
            return
        rule = CITIZEN.clock(clock.name)
        level, _ = level_at(clock, rule, self.rulebook, now=self.now)
        name = "breach" if level == BREACHED else "warn"
        assert self.does(CLOCK, name, clock=clock.name, level=level), (clock, level)

    def clock(self, name: str) -> Running:
        found = self.case.clock(name)
        assert found is not None
        return found

    def left(self, name: str, *, at: datetime) -> float:
        clock = self.clock(name)
        return remaining(
            clock.full_limit.unit, clock.due_at, at, self.rulebook.calendar, stops=clock.rests
        )


def _with(calendar: WorkingCalendar) -> Rulebook:
    return Rulebook(
        calendar=calendar,
        units=RULEBOOK.units,
        categories=RULEBOOK.categories,
        places=RULEBOOK.places,
    )


steps = st.lists(
    st.tuples(
        st.sampled_from(sorted(name for one in EXTRA_TIME if CITIZEN.action(name := one.__name__))),
        st.integers(1, 12),
        st.sampled_from([0, 0.4, 3, 9, 22, 50, 100]),
    ),
    max_size=14,
)
urgencies = st.sampled_from(["danger", "utility", "normal", "complex"])


def take(case: Case, name: str, days: int) -> bool:
    if name == "request_extension":
        return case.does(WATER_CLERK, name, extension_days=days, reason="备件未到")
    if name == "request_stop":
        until = in_shanghai(case.now).date() + timedelta(days=days)
        return case.does(WATER_CLERK, name, stop_until=until.isoformat(), **STOP)
    if name == "resume":
        return case.does(WATER_CLERK, name)
    return case.does(SUPERVISOR, name, reason="x")


@given(calendars(), urgencies, steps)
@settings(deadline=None, max_examples=150)
def test_whatever_is_asked_the_invariants_hold(
    calendar: WorkingCalendar, urgency: str, taken: list[tuple[str, int, float]]
) -> None:
    case = Case(calendar, urgency)
    promise = case.clock("whole").due_at
    for name, days, hours in taken:
        before = case.case
        happened = take(case, name, days)
        for clock in before.open_clocks:
            after = case.clock(clock.name) if case.case.clock(clock.name) else None
            if after is None or after.started_at != clock.started_at:
                continue
            if name == "grant_extension" and clock.name == "handle" and happened:
                asked = before.pending.extension
                assert asked is not None
                grown = after.full_limit.amount - clock.full_limit.amount
                assert f"{grown}wd" == asked.limit
            if name == "grant_stop" and happened and clock.rung == BREACHED:
                assert after.stops == clock.stops
        case.waits(hours)
        assert case.clock("whole").due_at == promise
        for name_of_clock in MOVING:
            what_holds_of(case, case.clock(name_of_clock))


changes_of_law = st.lists(
    st.tuples(st.sampled_from(["notice", "limit"]), st.integers(0, 13), st.integers(1, 12)),
    min_size=1,
    max_size=4,
)


@given(calendars(), calendars(), urgencies, steps, changes_of_law)
@settings(deadline=None, max_examples=150)
def test_notices_and_new_limits_in_between_leave_each_deadline_what_its_facts_make_it(
    calendar: WorkingCalendar,
    later: WorkingCalendar,
    urgency: str,
    taken: list[tuple[str, int, float]],
    changes: list[tuple[str, int, int]],
) -> None:
    """Stopped, extended, moved by a notice and tightened: one clock, one sum."""
    case = Case(calendar, urgency)
    for at, (name, days, hours) in enumerate(taken or [("request_stop", 3, 9)]):
        take(case, name, days)
        for what, when, amount in changes:
            if when == at:
                before = case.clock("handle")
                the_law_changes(case, what, amount, later)
                after = case.clock("handle")
                assert (after.stops, after.extensions) == (before.stops, before.extensions)
                assert not after.overdue(case.now) or before.overdue(case.now) or what == "notice"
        for one in MOVING:
            what_holds_of(case, case.clock(one))
        case.waits(hours)
        for one in MOVING:
            what_holds_of(case, case.clock(one))


def the_law_changes(case: Case, what: str, amount: int, later: WorkingCalendar) -> None:
    """A notice of holidays, or a limit that open cases follow from today on."""
    rulebook = case.rulebook
    if what == "notice":
        case.rulebook = replace(rulebook, calendar=later)
        assert case.does(CLOCK, "recalendar", notice="补充通知", calendar=later.version)
        return
    limit = replace(Limit.parse(case.clock("handle").limit), amount=amount)
    change = NewLimit(
        len(rulebook.limit_changes) + 1, "citizen", "handle", "", limit.code,
        in_shanghai(case.now).date(), "市政府令（演示）", follows=True,
    )  # fmt: skip
    case.rulebook = replace(rulebook, limit_changes=(*rulebook.limit_changes, change))
    assert case.does(CLOCK, "adjust_limits", limit_change=change.id, basis=change.basis)


def what_holds_of(case: Case, clock: Running) -> None:
    calendar = case.rulebook.calendar
    pure = due_with_stops(clock.full_limit, clock.started_at, clock.rests, calendar)
    assert (clock.due_at, clock.raw_due_on) == (pure.due_at, pure.raw_due_on)
    rule = CITIZEN.clock(clock.name)
    again = recomputed(clock, rule, case.rulebook)
    assert (again.due_at, again.rung) == (clock.due_at, clock.rung)
    for stop in clock.rests:
        assert not stop.from_at <= clock.due_at < stop.over_at
        for moment in ring_moments(clock, rule, case.rulebook):
            assert not stop.from_at < moment < stop.over_at
    if clock.rung == BREACHED:
        assert clock.due_at < case.now
    if clock.stop:
        assert clock.rung < BREACHED
        assert clock.ring_at == clock.stop.rest.over_at > case.now


@given(
    calendars(),
    st.sampled_from(["normal", "complex", "utility"]),
    st.floats(0, 90),
    st.floats(0, 30),
    st.integers(1, 12),
    st.one_of(st.none(), st.floats(0.1, 200)),
)
@settings(deadline=None, max_examples=150)
def test_what_remained_when_a_stop_began_remains_when_it_ends(
    calendar: WorkingCalendar,
    urgency: str,
    asked: float,
    decided: float,
    days: int,
    by_hand: float | None,
) -> None:
    case = Case(calendar, urgency)
    case.waits(asked)
    asked_at = case.now
    assume(take(case, "request_stop", days))
    names = [n for n in MOVING if asked_at < case.clock(n).due_at]
    left = {name: case.left(name, at=asked_at) for name in names}
    # Whoever decides within the limit of the clock or after it: the clock waits for the decision.
    case.waits(decided)
    assert take(case, "grant_stop", 0)
    if case.clock("handle").stop and by_hand is not None:
        case.waits(by_hand)
        case.does(WATER_CLERK, "resume")
    stop = case.clock("handle").rests[-1]
    for name in names:
        assert case.clock(name).rests == (stop,)
        assert case.left(name, at=stop.over_at) == pytest.approx(left[name], abs=1e-6)
        clock = case.clock(name)
        limit, start = clock.full_limit, clock.started_at
        ran = used(limit, start, stop.over_at, calendar, stops=clock.rests)
        assert ran == pytest.approx(used(limit, start, stop.from_at, calendar), abs=1e-6)


@given(calendars(), urgencies, steps)
@settings(deadline=None, max_examples=60)
def test_the_order_of_what_was_granted_does_not_matter(
    calendar: WorkingCalendar, urgency: str, taken: list[tuple[str, int, float]]
) -> None:
    case = Case(calendar, urgency)
    for name, days, hours in taken:
        take(case, name, days)
        case.waits(hours)
    clock = case.clock("handle")
    turned = msgspec.structs.replace(
        clock, stops=clock.stops[::-1], extensions=clock.extensions[::-1]
    )
    rule = CITIZEN.clock("handle")
    assert recomputed(turned, rule, case.rulebook).due_at == clock.due_at


def test_a_new_holiday_moves_an_open_deadline_with_its_stop_and_its_extension() -> None:
    """What a change of the calendar will do to each open clock: the same function, once more."""
    case = Case(RULEBOOK.calendar, "normal")
    case.now = datetime.combine(date(2026, 3, 10), time(10), SHANGHAI)
    assert take(case, "request_extension", 5) and take(case, "grant_extension", 0)
    assert take(case, "request_stop", 2) and take(case, "grant_stop", 0)
    clock = case.clock("handle")
    assert f"{clock.due_at:%m-%d}" == "03-25"
    longer = WorkingCalendar.from_rows(
        [(date(2026, 3, 11), REST, "试"), (date(2026, 3, 20), REST, "试")],
        first=date(2026, 1, 1),
        horizon=date(2026, 12, 31),
    )
    moved = recomputed(clock, CITIZEN.clock("handle"), _with(longer))
    # The 11th lay within the stop already: it is no loss; the 20th is one.
    assert f"{moved.due_at:%m-%d}" == "03-26"
    assert moved.calendar_version == longer.version != clock.calendar_version
