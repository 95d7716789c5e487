"""Named lists of cases, each for the roles that work on it: what waits, nearest deadline first.

A page is found by its key, never by counting rows away, and begins with what the reader may
see (`permissions.visible_cases`), whatever the queue's own condition says. Lists of a unit are
driven by its assignments, so that their cost does not grow with the city's cases.
"""

from datetime import datetime, time, timedelta
from typing import Any

from dispatch.cursors import After, read_after
from dispatch.db import Connection
from dispatch.listing import (
    COLUMNS,
    NO_FILTERS,
    PAGE,
    Filters,
    Order,
    QueuePage,
    Row,
    Values,
    beyond,
    case_filters,
    checked_limit,
    from_parts,
    page_of,
)
from dispatch.queue_lists import OPEN, Queue, Source, stage_lists, standing, to_archive
from hotline.calendar import SHANGHAI, in_shanghai
from hotline.errors import Incomplete, NotPermitted
from hotline.people import CENTRE_ROLES, REGISTER_ROLES, UNIT_ROLES, Actor, Role
from hotline.permissions import visible_cases
from hotline.procedures import PROCEDURES
from hotline.procedures.citizen import CITIZEN
from hotline.procedures.returns import OFTEN

# What a face needs of a list besides the lists themselves.
__all__ = [
    "ARCHIVE_LISTS", "AT_RISK", "NO_FILTERS", "PAGE", "QUEUES", "STAGE_LISTS", "Filters", "Order",
    "Queue", "QueuePage", "Row", "Source", "default_queue", "end_of_day", "page_statement", "queue",
    "queues_for", "row_before",
]  # fmt: skip

AT_RISK = timedelta(hours=24)
"""A case is at risk (临期) when its nearest deadline is less than this away."""


def end_of_day(now: datetime) -> datetime:
    """Midnight after the Shanghai day of `now`."""
    return datetime.combine(in_shanghai(now).date() + timedelta(days=1), time(), SHANGHAI)


_UNHANDLED = "not (:me = any(c.handlers))"
_OWED = "a.ended_at is null and a.replied_at is null"
# What was handed down inside the unit stands in its list as the lead's own part already.
_NOT_OWN_INSIDE = "(a.part <> 'inside' or a.under_id <> all(:units))"
# A reply that waits for the signature of the unit's head (负责人审签).
_DRAFTED = """exists (select from "case" d where d.id = a.case_id
    and d.pending ? 'reply' and not d.pending->'reply' ? 'returned')"""
_DISPATCHERS = frozenset({Role.DISPATCHER})
_OVERSIGHT = frozenset({Role.SUPERVISOR, Role.LEADER})
_WATCHERS = _OVERSIGHT | _DISPATCHERS | REGISTER_ROLES


_ALL = (
    Queue(
        "to_dispatch", "待派单", _DISPATCHERS, standing("accepted"),
        empty="没有待派单的工单",
        kind=CITIZEN.kind, stage="accepted",
    ),
    Queue(
        "objections", "异议待裁", _DISPATCHERS, standing("objected"),
        empty="没有待裁定的派单异议",
        kind=CITIZEN.kind, stage="objected",
    ),
    Queue(
        "to_decide", "待批申请", _DISPATCHERS | REGISTER_ROLES | {Role.SUPERVISOR},
        # A reply that waits for its signature is pending too, and nothing that these decide.
        f"{OPEN} and c.pending <> '{{}}'::jsonb and c.pending ?| array['extension', 'stop']",
        empty="没有待批的延期或停止计时申请",
    ),
    # Nothing is owed before a case is accepted: the oldest comes first.
    Queue(
        "registered", "待受理", _DISPATCHERS | {Role.AGENT}, standing("registered"),
        Order.OLDEST, empty="没有待受理的诉求",
        kind=CITIZEN.kind, stage="registered",
    ),
    Queue(
        "verdicts", "待定重办", _DISPATCHERS | {Role.CALLBACK},
        standing("called_back"), empty="没有待定重办的工单",
        kind=CITIZEN.kind, stage="called_back",
    ),
    Queue(
        "merged", "并案办理", _DISPATCHERS, standing("merged"), empty="没有并案办理的工单",
        kind=CITIZEN.kind, stage="merged",
    ),
    Queue(
        "to_end", "终止待审", frozenset({Role.REVIEWER, Role.SUPERVISOR}),
        f"{standing('ending')} and {_UNHANDLED}", empty="没有待审核的终止申请",
        kind=CITIZEN.kind, stage="ending",
    ),
    Queue(
        "look_backs", "待回头看", frozenset({Role.SUPERVISOR}), standing("looking_back"),
        empty="没有待回头看的工单",
        kind=CITIZEN.kind, stage="looking_back",
    ),
    Queue(
        "to_review", "待审核", frozenset({Role.REVIEWER}),
        f"{standing('replied')} and {_UNHANDLED}", empty="没有待审核的答复",
        kind=CITIZEN.kind, stage="replied",
    ),
    Queue(
        "due_callback", "待回访", frozenset({Role.CALLBACK}),
        f"{standing('answered')} and {_UNHANDLED}", empty="没有待回访的工单",
        kind=CITIZEN.kind, stage="answered",
    ),
    Queue(
        "overdue", "已超期", _WATCHERS, f"{OPEN} and c.next_due_at < :now",
        empty="没有超期的工单",
    ),
    Queue(
        "at_risk", "临期", _WATCHERS,
        f"{OPEN} and c.next_due_at >= :now and c.next_due_at < :risk", empty="没有临期的工单",
    ),
    Queue(
        "due_today", "今日到期", _WATCHERS,
        f"{OPEN} and c.next_due_at >= :now and c.next_due_at < :tomorrow",
        empty="今天没有到期的工单",
    ),
    Queue("supervised", "督办件", _OVERSIGHT, f"{OPEN} and c.supervised", empty="没有督办件"),
    Queue(
        "returned_often", "三次退回", _OVERSIGHT | _DISPATCHERS,
        f"{OPEN} and c.returns >= {OFTEN}", empty="没有退回三次以上的工单",
    ),
    Queue("redone", "重办件", _OVERSIGHT, f"{OPEN} and c.round > 1", empty="没有重办件"),
    Queue(
        "stopped", "停止计时中", _OVERSIGHT | _DISPATCHERS,
        f"{OPEN} and c.id in (select k.case_id from clock k where k.stops <> '[]'::jsonb"
        " and k.ended_at is null and k.stops @? '$[*] ? (@.ended_at == null)')",
        Order.OLDEST, empty="现在没有停止计时的工单",
    ),
    Queue(
        "dissatisfied", "不满意", _OVERSIGHT, "c.satisfied < 3", Order.NEWEST,
        empty="没有评价为不满意的工单",
    ),
    Queue("all_open", "全部在办", _WATCHERS, f"{OPEN} and c.next_due_at is not null"),
    Queue("all", "全部工单", CENTRE_ROLES, "true", Order.NEWEST),
    Queue(
        "my_recent", "我登记的", frozenset({Role.AGENT}), "true", Order.NEWEST, Source.OPENINGS,
        empty="还没有登记过工单",
    ),
    Queue(
        "mine", "待办", UNIT_ROLES, f"{_OWED} and {_NOT_OWN_INSIDE}", Order.DUE, Source.PARTS,
        empty="没有待办的工单",
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
        "inside", "内部转办", UNIT_ROLES, f"{_OWED} and a.part = 'inside'",
        Order.DUE, Source.PARTS, empty="没有内部转办中的工单",
    ),
    Queue(
        "to_countersign", "待审签", frozenset({Role.UNIT_HEAD}),
        f"{_OWED} and a.part = 'lead' and {_DRAFTED}", Order.DUE, Source.PARTS,
        empty="没有待审签的答复",
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


# The hotline's lists stand above, in the words of its people; every other kind has one a stage.
STAGE_LISTS = tuple(
    one for rules in PROCEDURES.values() if rules is not CITIZEN for one in stage_lists(rules)
)
ARCHIVE_LISTS = tuple(one for rules in PROCEDURES.values() for one in to_archive(rules))
QUEUES: dict[str, Queue] = {queue.name: queue for queue in (*_ALL, *STAGE_LISTS, *ARCHIVE_LISTS)}


def queues_for(actor: Actor) -> list[Queue]:
    """The lists of the actor's own roles, in the order of the screens."""
    return [queue for queue in QUEUES.values() if actor.has(*queue.roles)]


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
    dated = chosen.order is Order.DUE
    key = read_after(after, dated=dated)
    statement, values = page_statement(
        chosen, actor, now=now, filters=filters, after=key, limit=checked_limit(limit) + 1
    )
    return page_of(await connection.fetch(statement, *values), limit, dated=dated)


async def row_before(
    connection: Connection, actor: Actor, name: str, before: After, *, now: datetime
) -> Row | None:
    """The row that stands just before this key in a list by deadline; None before the first."""
    statement, values = page_statement(
        _chosen(actor, name),
        actor,
        now=now,
        filters=NO_FILTERS,
        after=before,
        limit=1,
        backwards=True,
    )
    rows = page_of(await connection.fetch(statement, *values), 1, dated=True).rows
    return rows[0] if rows else None


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
    backwards: bool = False,
) -> tuple[str, list[Any]]:
    """The statement of a page and its values; `backwards` from the key towards the first row."""
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
    wanted += case_filters(filters, put)
    if source is Source.PARTS:
        statement = from_parts(
            units,
            wanted,
            order=chosen.order,
            after=after,
            limit=limit,
            put=put,
            scope=scope.condition,
            owed=wanted[0],
        )
        return statement, put.given
    wanted.append(scope.condition)
    if source is Source.OPENINGS:
        wanted.append(f"e.seq = 1 and e.actor_id = {put(actor.staff_id, 'bigint')}")
        head, key = _FROM_OPENINGS, "e.case_id"
    else:
        head, key = _FROM_CASES, "c.id"
    if filters.unit_ids:
        wanted.append(f"c.lead_unit_id = any({put(list(filters.unit_ids), 'bigint[]')})")
    direction = " desc" if (chosen.order is Order.NEWEST) is not backwards else ""
    ordered = f"{key}{direction}"
    if chosen.order is Order.DUE:
        key, ordered = "c.next_due_at, c.id", f"c.next_due_at{direction}, c.id{direction}"
    wanted += beyond(key, chosen.order, after, put, backwards=backwards)
    return (
        f"{head}\nwhere {' and '.join(wanted)}\norder by {ordered} limit {limit:d}",
        put.given,
    )


def _bound(where: str, actor: Actor, now: datetime, put: Values) -> str:
    meanings = {
        ":me": (actor.staff_id, "bigint"), ":units": (list(actor.unit_ids), "bigint[]"),
        ":now": (now, ""), ":risk": (now + AT_RISK, ""), ":tomorrow": (end_of_day(now), ""),
    }  # fmt: skip
    for word, (value, kind) in meanings.items():
        if word in where:
            where = where.replace(word, put(value, kind))
    return where
