"""How much waits, for the badges beside the lists: numbers whose cost never grows.

What stands in a stage is read from the tally; everything else is counted up to a bound.
"""

from datetime import datetime

from dispatch.db import Connection
from dispatch.listing import Values
from dispatch.queues import AT_RISK, QUEUES, end_of_day, queues_for
from hotline.people import Actor
from hotline.permissions import visible_cases

MOST_COUNTED = 200
"""A bounded count ends here, and is shown as "199+"."""

_OF_UNITS = {
    name: f"""
      select count(distinct n.case_id) from (
        select x.case_id from unnest(:units) as u(id) cross join lateral (
          select a.case_id from assignment a
          where a.unit_id = u.id and {QUEUES[name].where} limit {MOST_COUNTED}) x
        limit {MOST_COUNTED}) n"""
    for name in ("mine", "to_sign", "in_hand", "assisting", "inside", "to_countersign", "unit_sent")
}
_OF_CASES = {
    name: f"""
      select count(*) from (
        select 1 from "case" c where {QUEUES[name].where} and (:scope)
        limit {MOST_COUNTED}) n"""
    for name in (
        "to_decide",
        "overdue",
        "due_today",
        "at_risk",
        "supervised",
        "redone",
        "returned_often",
        "stopped",
        "dissatisfied",
    )
}


async def counts(connection: Connection, actor: Actor, *, now: datetime) -> dict[str, int]:
    """How many cases stand in each of the actor's own lists that is worth a badge.

    One statement. Stage lists are exact; the others are at most MOST_COUNTED.
    """
    put = Values()
    wanted = {
        name: statement
        for name in (queue.name for queue in queues_for(actor))
        if (statement := _count(name))
    }
    if not wanted:
        return {}
    text = ",\n".join(f'({statement}) as "{name}"' for name, statement in wanted.items())
    if ":scope" in text:
        scope = visible_cases(actor, first=len(put.given) + 1)
        put.given.extend(scope.values)
        text = text.replace(":scope", scope.condition)
    if ":units" in text:
        text = text.replace(":units", put(list(actor.unit_ids), "bigint[]"))
    for word, moment in (
        (":now", now),
        (":risk", now + AT_RISK),
        (":tomorrow", end_of_day(now)),
    ):
        if word in text:
            # A plan that looks at the moment is made anew each time: it costs more than it gains.
            text = text.replace(word, f"(select {put(moment, 'timestamptz')})")
    row = await connection.fetchrow(f"select {text}", *put.given)
    assert row is not None
    return dict(row.items())


def _count(name: str) -> str | None:
    listed = QUEUES[name]
    if listed.stage:
        # What the reader must leave to others (回避) is counted too.
        return (
            "select coalesce(sum(n), 0)::int from tally where day is null"
            f" and measure = 'stage:{listed.stage}' and kind = '{listed.kind}'"
        )
    return _OF_UNITS.get(name) or _OF_CASES.get(name)


def badge(n: int) -> str:
    """A count as it stands beside a list's name; nothing for none."""
    if n <= 0:
        return ""
    return f"{MOST_COUNTED - 1}+" if n >= MOST_COUNTED else str(n)
