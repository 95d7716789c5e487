"""期限调整: which limit a clock gets on which day, and which open clock follows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hotline.casefile import CaseFile
from hotline.clock_rules import ClockRule
from hotline.limit_changes import NewLimit, branch_of, branches, in_force
from hotline.people import CLOCK
from hotline.procedures import PROCEDURES, procedure
from hotline.transition import move
from tests.makers import (
    DISPATCHER,
    MONDAY,
    RULEBOOK,
    WATER_CLERK,
    a_blank,
    a_case,
    a_case_in,
    later,
)

HANDLE = procedure("citizen").clock("handle")
BASIS = "云州市人民政府令第12号 第三条（演示）"


def three_days(branch: str = "urgency=normal", **changes: object) -> NewLimit:
    first = NewLimit(1, "citizen", "handle", branch, "3wd", date(2026, 3, 16), BASIS)
    return replace(first, **changes)


def rules_with(*changes: NewLimit) -> object:
    return replace(RULEBOOK, limit_changes=changes)


def handled(now: object, *changes: NewLimit) -> CaseFile:
    return move(
        a_case(now=now),  # type: ignore[arg-type]
        "dispatch", actor=DISPATCHER, inputs={"lead_unit": "SWJ"}, now=now,  # type: ignore[arg-type]
        rulebook=rules_with(*changes),  # type: ignore[arg-type]
    ).after  # fmt: skip


def test_a_clock_gets_the_limit_of_the_day_on_which_it_starts() -> None:
    day_before, day = MONDAY + timedelta(days=6, hours=14), MONDAY + timedelta(days=7)
    old, new = (handled(now, three_days()).clock("handle") for now in (day_before, day))
    assert old is not None
    assert new is not None
    assert (old.limit, old.basis) == ("5wd", HANDLE.basis)
    assert (new.limit, new.basis) == ("3wd", BASIS)
    assert f"{new.due_at:%m-%d %H:%M}" == "03-19 23:59"


@pytest.mark.parametrize(
    ("urgency", "branch", "code"),
    [
        ("normal", "urgency=normal", "3wd"),
        ("complex", "urgency=normal", "15wd"),
        ("complex", "", "3wd"),
    ],
)
def test_a_change_is_for_its_branch_or_for_all(urgency: str, branch: str, code: str) -> None:
    found = in_force(HANDLE, a_blank(urgency=urgency), [three_days(branch)], on=date(2026, 3, 16))
    assert found is not None
    assert found.limit.code == code


def test_the_change_in_force_last_counts_and_of_one_day_the_one_written_last() -> None:
    case, on = a_blank(), date(2026, 4, 1)
    first, second = three_days(), three_days(id=2, limit="4wd", valid_from=date(2026, 3, 20))
    corrected = replace(second, id=3, limit="2wd")
    for changes, code in [
        ((first, second), "4wd"), ((second, first), "4wd"), ((corrected, second), "2wd"),
    ]:  # fmt: skip
        found = in_force(HANDLE, case, changes, on=on)
        assert found is not None
        assert found.limit.code == code


def test_what_does_not_apply_to_a_case_is_not_made_to_apply() -> None:
    upward = procedure("leader").clock("upward")
    change = NewLimit(1, "leader", "upward", "", "3wd", date(2026, 1, 1), BASIS)
    mayor = a_blank(kind="leader", details={"leader_grade": "mayor"})
    assert in_force(upward, mayor, [change], on=date(2026, 3, 9)) is None


EVERY_CLOCK = [(rules.kind, rule) for rules in PROCEDURES.values() for rule in rules.clocks]


@pytest.mark.parametrize(
    ("kind", "rule"), EVERY_CLOCK, ids=[f"{kind}-{rule.name}" for kind, rule in EVERY_CLOCK]
)
def test_every_case_is_in_one_of_the_branches_of_its_limit(kind: str, rule: ClockRule) -> None:
    known = {branch.key: branch for branch in branches(rule.limit)}
    assert len(known) == len(branches(rule.limit))
    for branch in known.values():
        details = {
            name: True if value == "true" else value
            for name, value in branch.conditions
            if value not in ("*", "")
        }
        case = a_blank(kind=kind, urgency="", details=details)
        assert known[branch_of(rule.limit, case)].limit == rule.limit_for(case)


def follows(case: CaseFile, change: NewLimit, *, hours: float) -> CaseFile:
    return move(
        case, "adjust_limits", actor=CLOCK, now=later(hours=hours),
        inputs={"limit_change": change.id, "basis": change.basis},
        rulebook=rules_with(change),  # type: ignore[arg-type]
    ).after  # fmt: skip


def test_an_open_clock_that_follows_keeps_what_it_had_before() -> None:
    moved = move(
        a_case_in("handling"), "adjust_limits", actor=CLOCK, now=later(hours=30),
        inputs={"limit_change": 1, "basis": BASIS},
        rulebook=rules_with(three_days()),  # type: ignore[arg-type]
    )  # fmt: skip
    clock = moved.after.clock("handle")
    assert clock is not None
    assert (clock.limit, clock.basis, f"{clock.due_at:%m-%d}") == ("3wd", BASIS, "03-12")
    (former,) = clock.former
    assert (former.limit, former.basis, former.change) == ("5wd", HANDLE.basis, 1)
    assert moved.event.changes == {
        "due:handle": ["2026-03-16T23:59:59+08:00", "2026-03-12T23:59:59+08:00"],
        "limit:handle": ["5wd", "3wd"],
    }
    assert moved.after.next_due_at == min(c.due_at for c in moved.after.open_clocks)
    assert moved.after.parts[0].due_at is not None
    again = follows(moved.after, three_days(), hours=31)
    assert again.clock("handle") == clock


def test_nothing_is_out_of_time_at_once_and_nothing_comes_back_into_time() -> None:
    case = a_case_in("handling")
    # On Friday three working days are over: the case keeps its five.
    friday = follows(case, three_days(), hours=24 * 4)
    assert friday.clock("handle") == case.clock("handle")
    # After five are over, ten come too late.
    late = follows(case, three_days(limit="10wd"), hours=24 * 9)
    assert late.clock("handle") == case.clock("handle")
    longer = follows(case, three_days(limit="10wd"), hours=24)
    clock = longer.clock("handle")
    assert clock is not None
    assert f"{clock.due_at:%m-%d}" == "03-23"


def test_another_branch_and_another_clock_stay() -> None:
    case = a_case_in("handling", urgency="complex")
    assert follows(case, three_days(), hours=1).clocks == case.clocks


def test_an_extension_that_was_granted_is_counted_from_the_new_limit() -> None:
    case = a_case_in("handling")
    for name, actor, inputs in (
        ("request_extension", WATER_CLERK, {"extension_days": "2", "reason": "等待配件"}),
        ("grant_extension", DISPATCHER, {}),
    ):
        case = move(
            case, name, actor=actor, inputs=inputs, now=later(hours=2), rulebook=RULEBOOK
        ).after
    clock = follows(case, three_days(), hours=3).clock("handle")
    assert clock is not None
    assert (f"{clock.due_at:%m-%d}", clock.full_limit.code) == ("03-16", "5wd")
