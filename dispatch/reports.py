"""What stands in the periodic reports: half-month summary, a leader's own, monthly 督查专报.

All come from bounded reads: entries of the register by the numbers' index, and sums of the
tally, which cost the same whatever the number of cases.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dispatch.db import Connection
from dispatch.figures import UnitFigures, figures
from dispatch.ledger import Period, ledger
from hotline.errors import Incomplete
from hotline.ledgers import KEPT_BACK, LedgerRow
from hotline.people import Actor
from hotline.printing import official
from hotline.procedure import Procedure
from hotline.procedures import procedure
from hotline.procedures.leader import LEADER
from hotline.procedures.leader_forms import leaders_of
from hotline.rulebook import Rulebook

GRADES = ("mayor", "vice_mayor", "assistant")
MOST_ENTRIES = 300
LONGEST = timedelta(days=92)
# What tells best how far an instruction has come, in an excerpt.
_TELLING = {
    "special_report": ("submit_report", "interim_report"),
    "findings": ("feed_back",),
    "progress": ("progress",),
}
_EXCERPT = 120

_LAST_WORDS = """
    select distinct on (case_id) case_id, inputs from event
    where case_id = any($1::bigint[]) and action = any($2::text[])
    order by case_id, seq desc"""


async def half_month(
    connection: Connection,
    actor: Actor,
    *,
    rulebook: Rulebook,
    city: str,
    from_on: date,
    to_on: date,
    now: datetime,
) -> dict[str, Any]:
    """Values of `hotline.papers.periodic.HALF_MONTH`. Raises Incomplete, NotPermitted."""
    found, cut = await _registered(connection, actor, from_on, to_on)
    rows = [row for row in found if row.details.get("leader_grade") in GRADES]
    rows.sort(key=lambda row: (GRADES.index(str(row.details["leader_grade"])), row.number))
    listed = await _listed(connection, rows, rulebook=rulebook, now=now)
    return {**_period(city, from_on, to_on, now), **listed, "cut": cut}


async def of_a_leader(
    connection: Connection,
    actor: Actor,
    leader: str,
    *,
    rulebook: Rulebook,
    city: str,
    from_on: date,
    to_on: date,
    now: datetime,
) -> dict[str, Any]:
    """Values of `hotline.papers.periodic.OF_A_LEADER`: all that this leader wrote, whether alone
    or with others. Raises Incomplete, NotPermitted."""
    if not leader:
        raise Incomplete({"leader": "请填写批示领导"})
    found, cut = await _registered(connection, actor, from_on, to_on)
    rows = sorted((row for row in found if leader in leaders_of(row)), key=lambda row: row.number)
    listed = await _listed(connection, rows, rulebook=rulebook, now=now)
    return {**_period(city, from_on, to_on, now), **listed, "leader": leader, "cut": cut}


async def leaders_lately(connection: Connection, actor: Actor, *, today: date) -> list[str]:
    """Who wrote what was registered in the longest period, newest first; nobody of what is kept
    back. Raises NotPermitted."""
    found, _ = await _registered(connection, actor, today - LONGEST, today)
    told = (
        row
        for row in found
        if not row.confidential and row.details.get("secrecy") != "state_secret"
    )
    return list(dict.fromkeys(name for row in told for name in leaders_of(row) if name))


async def _registered(
    connection: Connection, actor: Actor, from_on: date, to_on: date
) -> tuple[list[LedgerRow], str]:
    """The entries of the period, newest first, and what is said where there were too many."""
    if to_on - from_on > LONGEST:
        raise Incomplete({"from": f"一次最多汇总{LONGEST.days}天"})
    period = Period(from_on=from_on, to_on=to_on)
    found, after = await ledger(connection, actor, LEADER, period, limit=MOST_ENTRIES)
    cut = f"本期登记超过{MOST_ENTRIES}件，只列最近的，请分段汇总。" if after else ""
    return found, cut


def _period(city: str, from_on: date, to_on: date, now: datetime) -> dict[str, str]:
    return {
        "city": city,
        "dated": official(now),
        "from_on": official(from_on),
        "to_on": official(to_on),
    }


async def _listed(
    connection: Connection, rows: list[LedgerRow], *, rulebook: Rulebook, now: datetime
) -> dict[str, Any]:
    """The entries with what came of them, and how many there are of each sort."""
    acts = [act for acts in _TELLING.values() for act in acts]
    said = await connection.fetch(_LAST_WORDS, [row.id for row in rows], acts)
    words = {row["case_id"]: _words(row["inputs"]) for row in said}
    still_open = [row for row in rows if not _done(row)]
    return {
        "total": len(rows),
        "closed": len(rows) - len(still_open),
        "open": len(still_open),
        "overdue": sum(_overdue(row, now) for row in still_open),
        "entries": [_entry(row, words.get(row.id, ""), rulebook, now) for row in rows],
    }


def _done(row: LedgerRow) -> bool:
    """Closed, or signed off (销号): only the look-back and the archive are left."""
    return row.closed_at is not None or row.stage == "signed_off"


def _overdue(row: LedgerRow, now: datetime) -> bool:
    return not _done(row) and row.next_due_at is not None and row.next_due_at < now


def _words(inputs: dict[str, Any]) -> str:
    text = next((str(inputs[name]) for name in _TELLING if name in inputs), "")
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}……"


def _entry(row: LedgerRow, words: str, rulebook: Rulebook, now: datetime) -> dict[str, str]:
    stage = procedure(row.kind).stage(row.stage).label
    given = [row.acts[act] for act in ("assign", "reassign") if act in row.acts]
    if given:
        stage = f"{official(max(given))}交办，{stage}"
    if _overdue(row, now):
        stage += f"，已超期（{official(row.next_due_at or now)}届满）"
    instructed_on = str(row.details.get("instructed_on", ""))
    entry = {
        "serial": str(row.details.get("serial") or row.number),
        "leader": "",
        "instructed_on": official(date.fromisoformat(instructed_on)) if instructed_on else "",
        "title": row.title,
        "content": "",
        "units": "",
        "state": stage,
    }
    if row.details.get("secrecy") == "state_secret":
        return entry
    if row.confidential:
        return {**entry, "title": KEPT_BACK}
    named = dict.fromkeys(one for one in (row.lead_unit_id, *row.unit_ids) if one)
    return {
        **entry,
        "leader": "、".join(leaders_of(row)),
        "content": row.content,
        "units": "、".join(rulebook.unit_name(one) for one in named),
        "state": f"{stage}。{words}" if words else stage,
    }


async def monthly(
    connection: Connection,
    actor: Actor,
    rules: Procedure,
    *,
    rulebook: Rulebook,
    city: str,
    from_on: date,
    to_on: date,
    now: datetime,
) -> dict[str, Any]:
    """Values of `hotline.papers.periodic.MONTHLY`. Raises Incomplete, NotPermitted."""
    found = await figures(
        connection, actor, rulebook=rulebook, now=now, from_on=from_on, to_on=to_on,
        kind=rules.kind,
    )  # fmt: skip
    total = found.total
    return {
        **_period(city, from_on, to_on, now),
        "matter": rules.matter,
        **{name: getattr(total, name) for name in ("received", "closed", "on_time", "late")},
        "open_now": total.open_now,
        "overdue_now": total.overdue_now,
        "rate": _percent(total),
        "units": [_unit(one, rulebook) for one in found.units],
        "praise": _named(
            "按期办理、没有超期的单位有：",
            (one for one in found.units if one.on_time and not (one.late or one.overdue)),
            rulebook,
        ),
        "blame": _named(
            "有超期件、需要抓紧的单位有：",
            (one for one in found.units if one.overdue or one.overdue_now),
            rulebook,
        ) or "期间没有超期件。",
    }  # fmt: skip


def _percent(one: UnitFigures) -> str:
    return "—" if one.on_time_rate is None else f"{one.on_time_rate:.1%}"


def _unit(one: UnitFigures, rulebook: Rulebook) -> dict[str, Any]:
    counts = ("received", "closed", "on_time", "overdue", "redo", "open_now", "overdue_now")
    return {
        "name": rulebook.unit_name(one.unit_id),
        "rate": _percent(one),
        **{name: getattr(one, name) for name in counts},
    }


def _named(before: str, units: Iterable[UnitFigures], rulebook: Rulebook) -> str:
    names = [rulebook.unit_name(one.unit_id) for one in units]
    return f"{before}{'、'.join(names)}。" if names else ""


def half_months(today: date, *, count: int) -> Sequence[tuple[date, date]]:
    """The last half months, the running one first."""
    found: list[tuple[date, date]] = []
    first = today.replace(day=1 if today.day < 16 else 16)
    while len(found) < count:
        if first.day == 1:
            found.append((first, first.replace(day=15)))
            first = (first - timedelta(days=1)).replace(day=16)
        else:
            after = (first + timedelta(days=20)).replace(day=1)
            found.append((first, after - timedelta(days=1)))
            first = first.replace(day=1)
    return found


def months(today: date, *, count: int) -> Sequence[tuple[date, date]]:
    """The last months, the running one first."""
    found: list[tuple[date, date]] = []
    first = today.replace(day=1)
    while len(found) < count:
        after = (first + timedelta(days=32)).replace(day=1)
        found.append((first, after - timedelta(days=1)))
        first = (first - timedelta(days=1)).replace(day=1)
    return found
