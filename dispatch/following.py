"""What waits for the answer of another case gets it (并案): time carries it over.

A main case marks the ties that wait for it when its answer stands or when it ends; the marks are
the worker's list, found through an index of their own. Each is carried out in one transaction
with its mark, so that it happens once whoever is killed, and whoever else is at work.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import structlog

from dispatch import record
from dispatch.db import DATABASE_GONE, Connection, transaction
from dispatch.office import Office
from dispatch.perform import perform_on
from hotline.casefile import CaseFile
from hotline.errors import Conflict, Refusal
from hotline.people import CLOCK
from hotline.procedure import Phase, Procedure
from hotline.procedures import procedure
from hotline.procedures.merging import FOLLOW, UNMERGE
from hotline.rulebook import Rulebook

BATCH = 100
AFTER_FAULT = timedelta(minutes=10)

log = structlog.get_logger()


@dataclass(slots=True)
class Followed:
    """What one pass did, as numbers; `more` where the list was longer than a batch."""

    answered: list[str] = field(default_factory=list)
    put_back: list[str] = field(default_factory=list)
    more: bool = False


async def follow_answers(office: Office, now: datetime) -> Followed:
    """Carry the answers of main cases to what is merged into them; one batch, the oldest first."""
    rows = await office.pool.fetch(
        """
        select id from case_link
        where due_at is not null and due_at <= $1 and done_at is null and ended_at is null
        order by due_at, id limit $2
        """,
        now,
        BATCH,
    )
    done = Followed(more=len(rows) == BATCH)
    if not rows:
        return done
    rulebook = await office.rulebook()
    for row in rows:
        await _one(office, row["id"], rulebook, now, done)
    for number in (*done.answered, *done.put_back):
        office.bell.ring(number)
    log.info("merged: looked at", answered=len(done.answered), put_back=len(done.put_back))
    return done


async def _one(
    office: Office, link_id: int, rulebook: Rulebook, now: datetime, done: Followed
) -> None:
    """Carry out one tie, or not at all."""
    this = Followed()
    try:
        async with transaction(office.pool) as connection:
            tie = await connection.fetchrow(
                """
                select l.id, l.due_at, c.number, o.number as main
                from "case" c join case_link l on l.case_id = c.id
                join "case" o on o.id = l.other_id
                where l.id = $1 and l.due_at <= $2 and l.done_at is null and l.ended_at is null
                for update of c skip locked
                """,
                link_id,
                now,
            )
            if tie is not None:
                await _carry(connection, tie, rulebook, now, this)
    except (Conflict, asyncpg.TransactionRollbackError):
        # People are working on it just now; the next pass looks again.
        return
    except DATABASE_GONE:
        raise
    except Exception:
        log.exception("merged: an answer could not be carried over", link_id=link_id)
        await office.pool.execute(
            "update case_link set due_at = $2 where id = $1 and done_at is null",
            link_id,
            now + AFTER_FAULT,
        )
        return
    done.answered += this.answered
    done.put_back += this.put_back


async def _carry(
    connection: Connection, tie: Any, rulebook: Rulebook, now: datetime, done: Followed
) -> None:
    number: str = tie["number"]
    main = await record.load(connection, tie["main"], CLOCK)
    if main is None:
        raise LookupError(tie["main"])
    reply = await standing_answer(connection, main)
    if reply is None and main.closed_at is None:
        # Its answer was doubted meanwhile: it will mark the tie anew with the next one, or has.
        await connection.execute(
            "update case_link set due_at = null where id = $1 and due_at = $2",
            tie["id"],
            tie["due_at"],
        )
        return
    if reply is None:
        inputs = {"reason": f"主单{main.number}未经答复即告终结，本件另行派单"}
        action, report = UNMERGE, done.put_back
    else:
        inputs = {"main_case": main.number, "reply": reply}
        action, report = FOLLOW, done.answered
    try:
        await perform_on(
            connection, number, action, actor=CLOCK, inputs=inputs, now=now, rulebook=rulebook
        )
    except Conflict:
        raise
    except Refusal as refusal:
        raise RuntimeError(f"{number} {action}: {refusal.message}") from refusal
    report.append(number)


async def standing_answer(connection: Connection, main: CaseFile) -> str | None:
    """What the main case was answered, where that stands: approved, or closed with it.

    None while it is being handled, and where it ended without an answer.
    """
    rules = procedure(main.kind)
    answering = _answering(rules)
    if main.phase == Phase.CLOSED:
        ending = await connection.fetchrow(
            "select action, stage_before from event where case_id = $1 and stage_after = $2"
            " and stage_before <> stage_after order by seq desc limit 1",
            main.id,
            main.stage,
        )
        before = rules.stage(ending["stage_before"]).phase if ending else None
        if ending is None or not (
            ending["action"] in answering or before in (Phase.VERDICT, Phase.CLOSED)
        ):
            return None
    elif main.phase != Phase.VERDICT:
        return None
    said = await connection.fetchval(
        "select inputs from event where case_id = $1 and action = any($2::text[])"
        " order by seq desc limit 1",
        main.id,
        answering,
    )
    return str(said.get("reply") or said.get("answer")) if said else None


def _answering(rules: Procedure) -> list[str]:
    """The actions of a procedure by which somebody answers."""
    return [a.name for a in rules.actions if {"reply", "answered"} & set(a.does)]
