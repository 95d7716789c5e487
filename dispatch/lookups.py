"""What the door finds for an action before the rules judge it: other cases that it speaks of.

The rules are pure; whatever they must know of other cases is found here and handed to them
(`hotline.draft.Draft.found`). An action that speaks of no other case costs no statement.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dispatch import record
from dispatch.db import Database
from dispatch.ties import tied
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.errors import Incomplete
from hotline.inputs import INPUTS
from hotline.inside import Colleague
from hotline.numbers import WrongNumber, parse_case_number
from hotline.people import Actor
from hotline.procedure import Precedents
from hotline.procedures import procedure
from hotline.spans import months_after
from hotline.ties import TIED

MOST_COUNTED = 100


async def found_for(
    database: Database,
    case: CaseFile,
    name: str,
    *,
    actor: Actor,
    inputs: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """What `Action.reads`, `Action.counts` and inputs that name a colleague ask for.

    Raises Incomplete for an unknown case, and for a name that two colleagues have.
    """
    action = procedure(case.kind).action(name)
    if action is None:
        return {}
    people = [word for word, _ in action.inputs if INPUTS[word].type == "colleague"]
    if not (action.reads or action.counts or action.tie or people):
        return {}
    found: dict[str, Any] = {}
    tie = action.tie
    if tie and tie.change != "made":
        found[TIED] = await tied(database, case, tie)
    for word in (*action.reads, *((tie.names,) if tie and tie.names else ())):
        if typed := inputs.get(word):
            found[word] = await _named(database, word, typed, actor)
    for word in people:
        if typed := str(inputs.get(word) or "").strip():
            found[word] = await _colleague(database, word, typed, actor)
    if action.counts:
        found["precedents"] = await _precedents(database, case, action.counts, now)
    return found


async def _named(database: Database, word: str, typed: Any, actor: Actor) -> CaseFile | None:
    """The case of that number that the actor may see; None for what is no number at all."""
    try:
        number = parse_case_number(str(typed))
    except WrongNumber:
        return None
    case = await record.load(database, number, actor)
    if case is None:
        raise Incomplete({word: f"“{INPUTS[word].label}”：没有这个编号"})
    asked = INPUTS[word].of
    if asked and case.kind != asked:
        raise Incomplete({word: f"“{INPUTS[word].label}”：{number}不是{procedure(asked).matter}件"})
    return case


async def _colleague(database: Database, word: str, typed: str, actor: Actor) -> Colleague | None:
    """Who has that name or sign-in in the actor's units; None for nobody."""
    rows = await database.fetch(
        "select id, name, unit_id from staff where active and unit_id = any($1::bigint[])"
        " and (sign_in = $2 or name = $2) limit 2",
        list(actor.unit_ids),
        typed,
    )
    if len(rows) > 1:
        raise Incomplete({word: f"有两位同事叫{typed}，请填写其登录名"})
    return Colleague(**dict(rows[0].items())) if rows else None


async def _precedents(database: Database, case: CaseFile, asked: Precedents, now: datetime) -> int:
    """How many other cases of the kind count, at most `MOST_COUNTED`."""
    value = case.details.get(asked.same)
    if not value:
        return 0
    since = months_after(in_shanghai(now).date(), -asked.months)
    count: int = await database.fetchval(
        """
        select count(*) from (
          select 1 from "case" c
          where c.kind = $1 and c.kind <> 'citizen' and c.number <> $2
            and c.details->>$3 = $4 and c.details->>$5 = any($6::text[])
            and c.closed_at >= ($7::date::timestamp at time zone 'Asia/Shanghai')
          limit $8) counted
        """,
        case.kind,
        case.number,
        asked.same,
        value,
        asked.detail,
        list(asked.values),
        since,
        MOST_COUNTED,
    )
    return count
