"""Rows of a list: what is shown of a case, how a list is narrowed, and its statement's parts.

`dispatch.queues` and `dispatch.search` put their statements together from these.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

from dispatch.cursors import After
from hotline.errors import Incomplete
from hotline.procedure import Phase
from hotline.procedures import PROCEDURES

PAGE = 50
MOST_ROWS = 200


class Order(Enum):
    """How a list is sorted: nearest deadline first, or by age."""

    DUE = "due"
    OLDEST = "oldest"
    NEWEST = "newest"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list: just what is shown. The requester stands on the page; here the name is
    only known to be hidden in the title.

    `due_at` is the nearest open deadline, in the list "mine" that of the unit itself; `part` and
    `signed` speak of the unit's own assignment there, else "" and False.
    """

    id: int
    number: str
    kind: str
    title: str
    requester_name: str
    request_type: str
    category: str
    place: str
    urgency: str
    stage: str
    phase: str
    round: int
    version: int
    lead_unit_id: int | None
    supervised: bool
    confidential: bool
    reminders: int
    returns: int
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    part: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows in order, and the word for the page after them (None on the last)."""

    rows: list[Row]
    next_after: str | None


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows a list; an empty value narrows nothing. Codes include all below them."""

    unit_ids: tuple[int, ...] = ()
    without_unit: bool = False
    kind: str = ""
    phase: str = ""
    stage: str = ""
    request_type: str = ""
    category: str = ""
    place: str = ""
    urgency: str = ""


NO_FILTERS = Filters()


def checked_limit(limit: int) -> int:
    """The size of a page. Raises Incomplete."""
    if not 1 <= limit <= MOST_ROWS:
        raise Incomplete({"limit": f"每页条数应为 1 到 {MOST_ROWS}"})
    return limit


def page_of(records: Iterable[Any], limit: int, *, dated: bool) -> QueuePage:
    """The page of at most `limit` rows among the records read (one more tells of a next page)."""
    rows = [Row(**dict(record.items())) for record in records]
    shown = rows[:limit]
    more = len(rows) > limit
    last = After(shown[-1].due_at if dated else None, shown[-1].id) if more else None
    return QueuePage(shown, str(last) if last else None)


class Values:
    """Values of a statement in the order in which they are first named."""

    def __init__(self) -> None:
        self.given: list[Any] = []

    def __call__(self, value: Any, kind: str = "") -> str:
        """The placeholder of one more value."""
        self.given.append(value)
        return f"${len(self.given)}{kind and '::' + kind}"


COLUMNS = """c.id, c.number, c.kind, c.title, c.requester_name, c.request_type, c.category,
  c.place, c.urgency, c.stage, c.phase, c.round, c.version, c.lead_unit_id, c.supervised,
  c.confidential, c.reminders, c.returns, c.opened_at, c.closed_at"""


def case_filters(filters: Filters, put: Values) -> list[str]:
    """Conditions on `c` for everything but the unit."""
    wanted = [
        f"c.{name} = {put(value)}"
        for name in ("kind", "stage", "request_type", "urgency")
        if (value := getattr(filters, name))
    ]
    if filters.without_unit:
        wanted.append("c.lead_unit_id is null")
    if filters.phase:
        # Written out, so that the planner knows how rare the stages are.
        stages = ", ".join(f"'{name}'" for name in _stages_of(filters.phase))
        wanted.append(f"c.stage in ({stages})")
        if filters.phase != Phase.CLOSED:
            wanted.append("c.closed_at is null")
    if filters.category:
        code = put(filters.category, "text")
        wanted.append(f"(c.category = {code} or starts_with(c.category, {code} || '.'))")
    if filters.place:
        wanted.append(f"starts_with(c.place, {put(filters.place, 'text')})")
    return wanted


def _stages_of(phase: str) -> list[str]:
    """The stages of every procedure that belong to the phase. Raises Incomplete."""
    every = [stage for rules in PROCEDURES.values() for stage in rules.stages]
    if found := sorted({stage.name for stage in every if stage.phase == phase}):
        return found
    raise Incomplete({"phase": f"没有这个环节，可选：{'、'.join(Phase)}"})


def beyond(
    key: str, order: Order, after: After | None, put: Values, *, backwards: bool = False
) -> list[str]:
    """The condition that leaves out what earlier pages have shown (`backwards`: later ones)."""
    if after is None:
        return []
    sign = "<" if (order is Order.NEWEST) is not backwards else ">"
    if order is Order.DUE:
        return [f"({key}) {sign} ({put(after.due_at)}, {put(after.id)})"]
    return [f"{key} {sign} {put(after.id)}"]


def from_parts(
    units: tuple[int, ...],
    wanted: list[str],
    *,
    order: Order,
    after: After | None,
    limit: int,
    put: Values,
    scope: str,
    owed: str = "true",
) -> str:
    """A list driven by assignments: the first rows of each unit by index, then the first of all.

    A case in which several of the units have a part, or one unit had several rounds, comes once:
    in a list by deadline with the nearest of its parts (`owed` is the condition on `a`).
    `scope` is asked of the page alone: the assignments of one's own units imply it, and joined
    to all of them it would cost as much as the unit has cases.
    """
    many = put(list(units), "bigint[]")
    # Written out, so that the planner knows how few are wanted.
    most = f"{limit:d}"
    if order is Order.DUE:
        if len(units) > 1:
            wanted.append(
                "not exists (select 1 from assignment b where b.case_id = a.case_id"
                f" and b.unit_id = any({many}) and {owed.replace('a.', 'b.')}"
                " and (b.due_at, b.id) < (a.due_at, a.id))"
            )
        wanted += beyond("a.due_at, a.case_id", order, after, put)
        return f"""select {COLUMNS}, m.due_at, m.part, m.signed
from (
  select n.* from unnest({many}) as u(id) cross join lateral (
    select a.case_id, a.due_at, a.part, a.signed_at is not null as signed
    from assignment a join "case" c on c.id = a.case_id
    where a.unit_id = u.id and {" and ".join(wanted)}
    order by a.due_at, a.case_id limit {most}) n
  order by n.due_at, n.case_id limit {most}) m
join "case" c on c.id = m.case_id
where {scope}
order by m.due_at, m.case_id"""
    wanted += beyond("a.case_id", order, after, put)
    return f"""select {COLUMNS}, c.next_due_at as due_at
from (
  select distinct n.case_id from unnest({many}) as u(id) cross join lateral (
    select distinct a.case_id
    from assignment a join "case" c on c.id = a.case_id
    where a.unit_id = u.id and {" and ".join(wanted)}
    order by a.case_id desc limit {most}) n
  order by n.case_id desc limit {most}) m
join "case" c on c.id = m.case_id
where {scope}
order by m.case_id desc"""
