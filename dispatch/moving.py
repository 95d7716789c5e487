"""Deadlines of many open cases moved at once: what a notice and a changed limit have in common.

Both are previewed row by row, and then done by the worker in bounded steps: one event per moved
case, written with the deadlines in one statement per step.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from dispatch import record
from dispatch.db import Connection
from dispatch.record_deadlines import mark, write_deadlines
from hotline.calendar import in_shanghai
from hotline.casefile import Running
from hotline.people import CLOCK, ROLE_LABELS, Role
from hotline.procedures import PROCEDURES
from hotline.rulebook import Rulebook
from hotline.transition import Move, move

# Processes may use the rulebook that they have for a moment longer: clocks that they started
# meanwhile are looked for until then.
SETTLED_AFTER = timedelta(seconds=30)

MOST_ROWS = 200
"""Rows of a preview; everything is counted."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Moving:
    """One open clock whose deadline would move."""

    number: str
    clock: str
    who: str
    old: datetime
    new: datetime

    @property
    def later(self) -> bool:
        """Whether there will be more time than before."""
        return self.new > self.old


def moving(row: Any, new: datetime, rulebook: Rulebook) -> Moving:
    """The row of a preview, from a clock's columns with `number` and `kind` of its case."""
    rules = PROCEDURES.get(row["kind"])
    labels = {rule.name: rule.label for rule in rules.clocks} if rules else {}
    unit = rulebook.units.get(row["unit_id"])
    return Moving(
        row["number"],
        labels.get(row["name"], row["name"]),
        unit.label if unit else ROLE_LABELS[Role(row["owed_by"])],
        in_shanghai(row["due_at"]),
        new,
    )


@dataclass(slots=True)
class Done:
    """What one step did: numbers of cases moved, clocks marked, cases that could not be moved.

    `lost` counts cases on which somebody else was faster: they are for the next pass.
    """

    moved: list[str] = field(default_factory=list)
    lost: int = 0
    marked: int = 0
    failed: list[str] = field(default_factory=list)


async def move_cases(
    connection: Connection,
    case_ids: Collection[int],
    action: str,
    inputs: Mapping[str, Any],
    *,
    rulebook: Rulebook,
    now: datetime,
) -> Done:
    """Let time take the action on these cases; what changes nothing leaves no event."""
    done = Done()
    if not case_ids:
        return done
    moves: list[Move] = []
    marks: list[Running] = []
    for case in await record.load_many(connection, sorted(case_ids)):
        try:
            moved = move(case, action, actor=CLOCK, inputs=inputs, now=now, rulebook=rulebook)
        except Exception:
            # One case that nobody foresaw must not keep the city's deadlines from moving.
            log.exception("deadlines: a case could not be moved", number=case.number, by=action)
            done.failed.append(case.number)
            continue
        if moved.event.changes:
            moves.append(moved)
        else:
            marks += record.changed(case.clocks, moved.after.clocks)
    if moves:
        written = await write_deadlines(connection, moves)
        done.moved = [moved.after.number for moved in moves if moved.before.id in written]
        done.lost = len(moves) - len(done.moved)
    if marks:
        await mark(connection, marks)
        done.marked = len(marks)
    return done
