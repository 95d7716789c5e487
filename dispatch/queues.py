"""Named lists of cases, each for the roles that work on it: what waits, nearest deadline first.

A page is found by its key, never by counting rows away, and begins with what the reader may
see (`permissions.visible_cases`), whatever the queue's own condition says. Lists of a unit are
driven by its assignments, so that their cost does not grow with the city's cases.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import msgspec

from dispatch.cursors import After, read_after
from dispatch.db import Connection
from hotline.errors import Incomplete, NotPermitted
from hotline.people import CENTRE_ROLES, UNIT_ROLES, Actor, Role
from hotline.permissions import visible_cases
from hotline.procedure import Phase
from hotline.procedures import PROCEDURES

PAGE = 50
MOST_ROWS = 200
AT_RISK = timedelta(hours=24)
"""A case is at risk (临期) when its nearest deadline is less than this away."""


class Order(Enum):
    """How a list is sorted: nearest deadline first, or by age."""

    DUE = "due"
    OLDEST = "oldest"
    NEWEST = "newest"


class Source(Enum):
    """What a list is read from: the cases, the unit's assignments, the openings of a person."""

    CASES = "cases"
    PARTS = "parts"
    OPENINGS = "openings"


@dataclass(frozen=True, slots=True)
class Queue:
    """One list. `where` is a condition on the case `c` (and the assignment `a`).

    `:me`, `:now` and `:risk` stand for the reader, the moment, and the end of what is at risk.
    """

    name: str
    label: str
    roles: frozenset[Role]
    where: str
    order: Order = Order.DUE
    source: Source = Source.CASES
    empty: str = "没有工单"

    def open_to(self, actor: Actor) -> bool:
        """Whether the actor may ask for it: by role; who oversees the centre, all of its lists."""
        if actor.has(*self.roles):
            return True
        return self.source is Source.CASES and actor.has(Role.SUPERVISOR, Role.LEADER)


_OPEN = "c.closed_at is null"
_UNHANDLED = "not (:me = any(c.handlers))"
_OWED = "a.ended_at is null and a.replied_at is null"
_DISPATCHERS = frozenset({Role.DISPATCHER})
_OVERSIGHT = frozenset({Role.SUPERVISOR, Role.LEADER})
_WATCHERS = _OVERSIGHT | _DISPATCHERS

_ALL = (
    Queue(
        "to_dispatch", "待派单", _DISPATCHERS, f"c.stage = 'accepted' and {_OPEN}",
        empty="没有待派单的工单",
    ),
    Queue(
        "objections", "异议待裁", _DISPATCHERS, f"c.stage = 'objected' and {_OPEN}",
        empty="没有待裁定的派单异议",
    ),
    # Nothing is owed before a case is accepted: the oldest comes first.
    Queue(
        "registered", "待受理", _DISPATCHERS | {Role.AGENT}, f"c.stage = 'registered' and {_OPEN}",
        Order.OLDEST, empty="没有待受理的诉求",
    ),
    Queue(
        "verdicts", "待定重办", _DISPATCHERS | {Role.CALLBACK},
        f"c.stage = 'called_back' and {_OPEN}", empty="没有待定重办的工单",
    ),
    Queue(
        "to_review", "待审核", frozenset({Role.REVIEWER}),
        f"c.stage = 'replied' and {_OPEN} and {_UNHANDLED}", empty="没有待审核的答复",
    ),
    Queue(
        "due_callback", "待回访", frozenset({Role.CALLBACK}),
        f"c.stage = 'answered' and {_OPEN} and {_UNHANDLED}", empty="没有待回访的工单",
    ),
    Queue(
        "overdue", "已超期", _WATCHERS, f"{_OPEN} and c.next_due_at < :now",
        empty="没有超期的工单",
    ),
    Queue(
        "at_risk", "临期", _WATCHERS,
        f"{_OPEN} and c.next_due_at >= :now and c.next_due_at < :risk", empty="没有临期的工单",
    ),
    Queue("supervised", "督办件", _OVERSIGHT, f"{_OPEN} and c.supervised", empty="没有督办件"),
    Queue("redone", "重办件", _OVERSIGHT, f"{_OPEN} and c.round > 1", empty="没有重办件"),
    Queue("all_open", "全部在办", _WATCHERS, f"{_OPEN} and c.next_due_at is not null"),
    Queue("all", "全部工单", CENTRE_ROLES, "true", Order.NEWEST),
    Queue(
        "my_recent", "我登记的", frozenset({Role.AGENT}), "true", Order.NEWEST, Source.OPENINGS,
        empty="还没有登记过工单",
    ),
    Queue(
        "mine", "待办", UNIT_ROLES, _OWED, Order.DUE, Source.PARTS, empty="没有待办的工单",
    ),
    Queue(
        "to_sign", "待签收", UNIT_ROLES, f"{_OWED} and a.part = 'lead' and a.signed_at is null",
        Order.DUE, Source.PARTS, empty="没有待签收的工单",
    ),
    Queue(
        "in_hand", "办理中", UNIT_ROLES, f"{_OWED} and a.part = 'lead' and a.signed_at is not null",
        Order.DUE, Source.PARTS, empty="没有办理中的工单",
    ),
    Queue(
        "assisting", "协办", UNIT_ROLES, f"{_OWED} and a.part = 'co'",
        Order.DUE, Source.PARTS, empty="没有待反馈的协办",
    ),
    Queue(
        "unit_sent", "已答复待办结", UNIT_ROLES,
        "a.ended_at is null and a.replied_at is not null", Order.NEWEST, Source.PARTS,
        empty="没有已答复、待办结的工单",
    ),
    Queue(
        "unit_closed", "已办结", UNIT_ROLES,
        "a.ended_at is not null and a.withdrawn_at is null and c.closed_at is not null",
        Order.NEWEST, Source.PARTS, empty="还没有办结的工单",
    ),
    Queue(
        "unit_all", "本单位全部", UNIT_ROLES, "a.withdrawn_at is null", Order.NEWEST, Source.PARTS,
    ),
)  # fmt: skip
QUEUES: dict[str, Queue] = {queue.name: queue for queue in _ALL}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list: just what is shown. No requester: that stands on the page.

    `due_at` is the nearest open deadline, in the list "mine" that of the unit itself; `part` and
    `signed` speak of the unit's own assignment there, else "" and False.
    """

    id: int
    number: str
    kind: str
    title: str
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
    phase: str = ""
    stage: str = ""
    request_type: str = ""
    category: str = ""
    place: str = ""
    urgency: str = ""


NO_FILTERS = Filters()


def queues_for(actor: Actor) -> list[Queue]:
    """The lists of the actor's own roles, in the order of the screens."""
    return [queue for queue in _ALL if actor.has(*queue.roles)]


def default_queue(actor: Actor) -> Queue:
    """Everything that the actor may see, newest first."""
    return QUEUES["all" if actor.roles & CENTRE_ROLES else "unit_all"]


async def queue(
    connection: Connection,
    actor: Actor,
    name: str | None = None,
    *,
    now: datetime,
    filters: Filters = NO_FILTERS,
    after: str | None = None,
    limit: int = PAGE,
) -> QueuePage:
    """One page of the named list, or of everything visible, newest first.

    One statement. Raises Incomplete (no such list, wrong `after` or `limit`), NotPermitted.
    """
    chosen = _chosen(actor, name)
    if not 1 <= limit <= MOST_ROWS:
        raise Incomplete({"limit": f"每页条数应为 1 到 {MOST_ROWS}"})
    key = read_after(after, dated=chosen.order is Order.DUE)
    statement, values = page_statement(
        chosen, actor, now=now, filters=filters, after=key, limit=limit + 1
    )
    return page_of(await connection.fetch(statement, *values), limit, dated=key_is_dated(chosen))


def page_of(records: Iterable[Any], limit: int, *, dated: bool) -> QueuePage:
    """The page of at most `limit` rows among the records read (one more tells of a next page)."""
    rows = [Row(**dict(record.items())) for record in records]
    shown = rows[:limit]
    more = len(rows) > limit
    last = After(shown[-1].due_at if dated else None, shown[-1].id) if more else None
    return QueuePage(shown, str(last) if last else None)


def key_is_dated(chosen: Queue) -> bool:
    """Whether the list is ordered by deadline."""
    return chosen.order is Order.DUE


def _chosen(actor: Actor, name: str | None) -> Queue:
    if not name:
        return default_queue(actor)
    found = QUEUES.get(name)
    if found is None:
        known = "、".join(one.name for one in queues_for(actor))
        raise Incomplete({"queue": f"没有这个队列，可选：{known}"})
    if not found.open_to(actor):
        raise NotPermitted(f"“{found.label}”不属于您的岗位")
    return found


class Values:
    """Values of a statement in the order in which they are first named."""

    def __init__(self) -> None:
        self.given: list[Any] = []

    def __call__(self, value: Any, kind: str = "") -> str:
        """The placeholder of one more value."""
        self.given.append(value)
        return f"${len(self.given)}{kind and '::' + kind}"


COLUMNS = """c.id, c.number, c.kind, c.title, c.request_type, c.category, c.place, c.urgency,
  c.stage, c.phase, c.round, c.version, c.lead_unit_id, c.supervised, c.confidential,
  c.reminders, c.opened_at, c.closed_at"""
_FROM_CASES = f"""select {COLUMNS}, c.next_due_at as due_at
from "case" c"""
_FROM_OPENINGS = f"""select {COLUMNS}, c.next_due_at as due_at
from event e join "case" c on c.id = e.case_id"""


def page_statement(
    chosen: Queue,
    actor: Actor,
    *,
    now: datetime,
    filters: Filters,
    after: After | None,
    limit: int,
) -> tuple[str, list[Any]]:
    """The statement of a page and its values."""
    put = Values()
    units = filters.unit_ids
    source = chosen.source
    if source is Source.PARTS:
        units = tuple(u for u in actor.unit_ids if not units or u in units)
    elif source is Source.CASES and units and chosen.name == "all":
        # One unit's cases out of millions are found by its assignments.
        source, chosen = Source.PARTS, QUEUES["unit_all"]
    wanted = [_bound(chosen.where, actor, now, put)]
    scope = visible_cases(actor, first=len(put.given) + 1)
    put.given.extend(scope.values)
    wanted.append(scope.condition)
    wanted += case_filters(filters, put)
    if source is Source.PARTS:
        return from_parts(chosen, units, wanted, after, limit, put), put.given
    if source is Source.OPENINGS:
        wanted.append(f"e.seq = 1 and e.actor_id = {put(actor.staff_id, 'bigint')}")
        head, key = _FROM_OPENINGS, "e.case_id"
    else:
        head, key = _FROM_CASES, "c.id"
    if filters.unit_ids:
        wanted.append(f"c.lead_unit_id = any({put(list(filters.unit_ids), 'bigint[]')})")
    if chosen.order is Order.DUE:
        key = "c.next_due_at, c.id"
    wanted += _beyond(key, chosen.order, after, put)
    direction = " desc" if chosen.order is Order.NEWEST else ""
    return (
        f"{head}\nwhere {' and '.join(wanted)}\norder by {key}{direction} limit {limit:d}",
        put.given,
    )


def _bound(where: str, actor: Actor, now: datetime, put: Values) -> str:
    meanings = {":me": (actor.staff_id, "bigint"), ":now": (now, ""), ":risk": (now + AT_RISK, "")}
    for word, (value, kind) in meanings.items():
        if word in where:
            where = where.replace(word, put(value, kind))
    return where


def case_filters(filters: Filters, put: Values) -> list[str]:
    """Conditions on `c` for everything but the unit."""
    wanted = [
        f"c.{name} = {put(value)}"
        for name in ("stage", "request_type", "urgency")
        if (value := getattr(filters, name))
    ]
    if filters.phase:
        # Written out, so that the planner knows how rare the stages are.
        stages = ", ".join(f"'{name}'" for name in _stages_of(filters.phase))
        wanted.append(f"c.stage in ({stages})")
        if filters.phase != Phase.CLOSED:
            wanted.append(_OPEN)
    if filters.category:
        code = put(filters.category, "text")
        wanted.append(f"(c.category = {code} or starts_with(c.category, {code} || '.'))")
    if filters.place:
        wanted.append(f"starts_with(c.place, {put(filters.place, 'text')})")
    return wanted


def _stages_of(phase: str) -> list[str]:
    return [
        stage.name
        for rules in PROCEDURES.values()
        for stage in rules.stages
        if stage.phase == phase
    ]


def _beyond(key: str, order: Order, after: After | None, put: Values) -> list[str]:
    if after is None:
        return []
    if order is Order.DUE:
        return [f"({key}) > ({put(after.due_at)}, {put(after.id)})"]
    return [f"{key} {'<' if order is Order.NEWEST else '>'} {put(after.id)}"]


def from_parts(
    chosen: Queue,
    units: tuple[int, ...],
    wanted: list[str],
    after: After | None,
    limit: int,
    put: Values,
) -> str:
    """A list driven by assignments: the first rows of each unit by index, then the first of all.

    A case in which several of the units have a part, or one unit had several rounds, comes once.
    """
    many = put(list(units), "bigint[]")
    # Written out, so that the planner knows how few are wanted.
    most = f"{limit:d}"
    if chosen.order is Order.DUE:
        if len(units) > 1:
            wanted.append(
                "not exists (select 1 from assignment b where b.case_id = a.case_id"
                f" and b.unit_id = any({many}) and {chosen.where.replace('a.', 'b.')}"
                " and (b.due_at, b.id) < (a.due_at, a.id))"
            )
        wanted += _beyond("a.due_at, a.case_id", chosen.order, after, put)
        return f"""select {COLUMNS}, m.due_at, m.part, m.signed
from (
  select n.* from unnest({many}) as u(id) cross join lateral (
    select a.case_id, a.due_at, a.part, a.signed_at is not null as signed
    from assignment a join "case" c on c.id = a.case_id
    where a.unit_id = u.id and {" and ".join(wanted)}
    order by a.due_at, a.case_id limit {most}) n
  order by n.due_at, n.case_id limit {most}) m
join "case" c on c.id = m.case_id
order by m.due_at, m.case_id"""
    wanted += _beyond("a.case_id", chosen.order, after, put)
    return f"""select {COLUMNS}, c.next_due_at as due_at
from (
  select distinct n.case_id from unnest({many}) as u(id) cross join lateral (
    select distinct a.case_id
    from assignment a join "case" c on c.id = a.case_id
    where a.unit_id = u.id and {" and ".join(wanted)}
    order by a.case_id desc limit {most}) n
  order by n.case_id desc limit {most}) m
join "case" c on c.id = m.case_id
order by m.case_id desc"""
