"""What time does: it warns, notes that a limit has passed, acts on the breach, climbs the ladder.

The sweep looks for clocks whose moment has come and goes through the same door as people, as
`CLOCK`. Whatever it does can be done twice, by any number of workers: a case that somebody holds
at this moment is left to the next sweep, and a level that was rung is refused by the rulebook.
After an outage each clock rings once, at the highest level that it has passed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import asyncpg
import structlog

from dispatch import record
from dispatch.db import DATABASE_GONE, Connection, transaction
from dispatch.office import Office
from dispatch.perform import perform_on
from hotline.casefile import CaseFile, Running
from hotline.clock_rules import ClockRule
from hotline.errors import Conflict, NotAvailable
from hotline.people import CLOCK
from hotline.procedures import procedure
from hotline.rings import BREACHED, held, ring_of, rung_to
from hotline.rulebook import Rulebook

BATCH = 200
# A sweep ends after so many clocks, so that a long catch-up does not keep the worker from the
# rest of its work; the next sweep goes on.
MOST_CLOCKS = 2000
# A case that fails for a reason that nobody foresaw is tried again, but not every two seconds.
AFTER_FAULT = timedelta(minutes=10)

log = structlog.get_logger()


@dataclass(slots=True)
class SweepReport:
    """What one sweep did, in clocks; `more` where it stopped before the end."""

    warned: int = 0
    breached: int = 0
    climbed: int = 0
    acted: int = 0
    resumed: int = 0
    faults: int = 0
    more: bool = False
    numbers: list[str] = field(default_factory=list)

    @property
    def rung(self) -> int:
        """How many clocks rang."""
        return self.warned + self.breached + self.climbed


async def sweep(office: Office, now: datetime) -> SweepReport:
    """Ring every clock whose moment has come. Events are stamped with `now`, the true moment;
    their input `since` says when the level was reached."""
    rulebook = await office.rulebook()
    report = SweepReport()
    after: tuple[datetime, int] | None = None
    for _ in range(MOST_CLOCKS // BATCH):
        due = await _due(office, now, after)
        for case_id, _clocks in groupby(sorted(row[0] for row in due)):
            await _ring_case(office, case_id, rulebook, now, report)
        if len(due) < BATCH:
            break
        after = due[-1][1], due[-1][2]
    else:
        report.more = True
    for number in report.numbers:
        office.bell.ring(number)
    if report.numbers:
        log.info(
            "clock: rung",
            warned=report.warned,
            breached=report.breached,
            climbed=report.climbed,
            acted=report.acted,
        )
    return report


async def _due(
    office: Office, now: datetime, after: tuple[datetime, int] | None
) -> list[tuple[int, datetime, int]]:
    """The next batch of (case, moment, clock), the oldest moment first."""
    rows = await office.pool.fetch(
        """
        select case_id, ring_at, id from clock
        where ring_at is not null and ring_at <= $1
          and ($2::timestamptz is null or (ring_at, id) > ($2, $3))
        order by ring_at, id limit $4
        """,
        now,
        after[0] if after else None,
        after[1] if after else 0,
        BATCH,
    )
    return [(row["case_id"], row["ring_at"], row["id"]) for row in rows]


async def _ring_case(
    office: Office, case_id: int, rulebook: Rulebook, now: datetime, report: SweepReport
) -> None:
    """Ring what is due on one case, together or not at all."""
    done = SweepReport()
    try:
        async with transaction(office.pool) as connection:
            # The row of the case, which the door takes first too: the other order could deadlock.
            number = await connection.fetchval(
                'select number from "case" where id = $1 for update skip locked', case_id
            )
            if number is None:
                return
            case = await record.load(connection, number, CLOCK)
            if case is None:
                return
            await _silence_ended(connection, case_id, now)
            for clock in case.open_clocks:
                if clock.ring_at is not None and clock.ring_at <= now:
                    await _ring(connection, case, clock, rulebook, now, done)
    except (Conflict, asyncpg.TransactionRollbackError):
        # People are working on it just now; the next sweep looks again.
        return
    except DATABASE_GONE:
        raise
    except Exception:
        log.exception("clock: a case could not be rung", case_id=case_id)
        await _postpone(office, case_id, now)
        report.faults += 1
        return
    report.warned += done.warned
    report.breached += done.breached
    report.climbed += done.climbed
    report.acted += done.acted
    report.resumed += done.resumed
    report.numbers += done.numbers


async def _ring(
    connection: Connection,
    case: CaseFile,
    clock: Running,
    rulebook: Rulebook,
    now: datetime,
    done: SweepReport,
) -> None:
    rule = procedure(case.kind).clock(clock.name)
    if clock.stop and clock.stop.rest.over_at <= now:
        await _resume(connection, case.number, rulebook, now, done)
        return
    ring = ring_of(case, clock, rule, rulebook, now=now)
    if ring is None or not ring.action:
        # Its deadline moved after the moment was set, the office is closed, or what would be
        # done stands already: it waits for the next moment.
        await _wait(connection, case, clock, ring.level if ring else clock.rung, rulebook, now)
        return
    if (
        ring.level == BREACHED
        and rule.window
        and await _act_on_breach(connection, case.number, rule, rulebook, now)
    ):
        # Nobody is late: what ends by itself ended, as nothing else was owed.
        done.numbers.append(case.number)
        done.acted += 1
        return
    try:
        await perform_on(
            connection,
            case.number,
            ring.action,
            actor=CLOCK,
            inputs=ring.inputs,
            now=now,
            rulebook=rulebook,
        )
    except NotAvailable:
        # What another clock of this case did a moment ago has ended this one.
        return
    done.numbers.append(case.number)
    if ring.level < BREACHED:
        done.warned += 1
    elif ring.level > BREACHED:
        done.climbed += 1
    else:
        done.breached += 1
        done.acted += await _act_on_breach(connection, case.number, rule, rulebook, now)


async def _wait(
    connection: Connection,
    case: CaseFile,
    clock: Running,
    level: int,
    rulebook: Rulebook,
    now: datetime,
) -> None:
    """Set the moment of the level after this one; nothing that was missed is done at night."""
    rule = procedure(case.kind).clock(clock.name)
    told = rung_to(clock, level, rule, rulebook, held=held(case, rule))
    moment = told.ring_at
    if moment is not None and level >= BREACHED:
        moment = max(moment, rulebook.calendar.next_opening(now))
    await connection.execute(
        "update clock set rung = $2, ring_at = $3 where id = $1", clock.id, told.rung, moment
    )


async def _resume(
    connection: Connection, number: str, rulebook: Rulebook, now: datetime, done: SweepReport
) -> None:
    """A stop ends by itself; what stopped together runs again together."""
    try:
        await perform_on(
            connection, number, "resume", actor=CLOCK, inputs={}, now=now, rulebook=rulebook
        )
    except NotAvailable:
        # Another clock of this case was the first.
        return
    done.numbers.append(number)
    done.resumed += 1


async def _act_on_breach(
    connection: Connection, number: str, rule: ClockRule, rulebook: Rulebook, now: datetime
) -> int:
    """What the procedure lets time itself do: deem a case received, close an unanswered one."""
    if rule.breach is None:
        return 0
    try:
        await perform_on(
            connection, number, rule.breach, actor=CLOCK, inputs={}, now=now, rulebook=rulebook
        )
    except NotAvailable:
        return 0
    return 1


async def _silence_ended(connection: Connection, case_id: int, now: datetime) -> None:
    """A clock that has ended owes nothing, whatever moment was left on it."""
    await connection.execute(
        "update clock set ring_at = null"
        " where case_id = $1 and ended_at is not null and ring_at <= $2",
        case_id,
        now,
    )


async def _postpone(office: Office, case_id: int, now: datetime) -> None:
    await office.pool.execute(
        "update clock set ring_at = $3 where case_id = $1 and ring_at <= $2",
        case_id,
        now,
        now + AFTER_FAULT,
    )
