"""Pages of a register (台账), newest entry first, and the whole of it as a spreadsheet.

A case number begins with the day of the entry, so a period is a range of the numbers' index.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from tempfile import TemporaryDirectory

import msgspec

from dispatch.cursors import After, read_after
from dispatch.db import Connection
from dispatch.import_files import guarded
from dispatch.listing import Order, Values, beyond
from hotline.errors import Incomplete, NotPermitted
from hotline.ledgers import LedgerRow, acts_of
from hotline.paper import LedgerColumn
from hotline.people import CENTRE_ROLES, UNIT_ROLES, Actor
from hotline.permissions import kinds_seen_by, visible_cases
from hotline.procedure import Procedure
from hotline.procedures import PROCEDURES

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

PAGE = 50
MOST_EXPORTED = 5000
"""Entries in one spreadsheet: bounds what one request holds in memory and of a processor."""

# A spreadsheet takes 32,767 characters in a cell; nobody reads so many there.
_LONGEST_CELL = 2000

STATES = {"": "全部", "open": "在办", "closed": "已办结"}


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries: registered from one day to another, both included; `state` of STATES."""

    from_on: date
    to_on: date
    state: str = ""

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise Incomplete({"to": "结束日期不能早于开始日期"})
        if self.from_on.year < 2000 or self.to_on.year > 2098:
            raise Incomplete({"from": "统计期间有误"})
        if self.state not in STATES:
            raise Incomplete({"state": "没有这个状态"})


def ledgers_for(actor: Actor) -> list[Procedure]:
    """The registers that the actor may open: a unit all of them, with its own cases."""
    if actor.roles & CENTRE_ROLES:
        return [PROCEDURES[kind] for kind in kinds_seen_by(actor)]
    return list(PROCEDURES.values()) if actor.roles & UNIT_ROLES else []


async def ledger(
    connection: Connection,
    actor: Actor,
    rules: Procedure,
    period: Period,
    *,
    after: str | None = None,
    limit: int = PAGE,
) -> tuple[list[LedgerRow], str | None]:
    """A page of the register and the word for the next one. Raises Incomplete, NotPermitted."""
    if rules not in ledgers_for(actor):
        raise NotPermitted(f"{rules.matter}台账不在您的职责范围内。")
    key = read_after(after, dated=False)
    put = Values()
    own = not actor.roles & CENTRE_ROLES
    chosen = _chosen(actor, rules, period, own=own, after=key, limit=limit + 1, put=put)
    rows = await connection.fetch(_entries(chosen, put(list(acts_of(rules)), "text[]")), *put.given)
    found = [msgspec.convert(dict(row.items()), LedgerRow) for row in rows]
    page = found[:limit]
    if len(found) <= limit:
        return page, None
    return page, str(After(None, page[-1].id if own else int(page[-1].number)))


def _chosen(
    actor: Actor,
    rules: Procedure,
    period: Period,
    *,
    own: bool,
    after: After | None,
    limit: int,
    put: Values,
) -> str:
    """The keys of the page's cases: of a unit by its assignments, else by the numbers' index."""
    # Written out, so that the planner knows how common the kind is.
    wanted = [
        f"c.kind = '{rules.kind}'",
        f"c.number >= {put(f'{period.from_on:%y%m%d}', 'text')}",
        f"c.number < {put(f'{period.to_on + timedelta(days=1):%y%m%d}', 'text')}",
    ]
    if period.state:
        wanted.append(f"c.closed_at is {'null' if period.state == 'open' else 'not null'}")
    scope = visible_cases(actor, first=len(put.given) + 1)
    put.given.extend(scope.values)
    if not own:
        wanted.append(scope.condition)
        if after:
            wanted.append(f"c.number < {put(f'{after.id:013d}', 'text')}")
        return (
            f'select c.id, c.number as place from "case" c where {" and ".join(wanted)}'
            f" order by c.number desc limit {limit:d}"
        )
    wanted += beyond("a.case_id", Order.NEWEST, after, put)
    # The assignments of one's own units imply the scope; asked of each, it would cost twice.
    return f"""select distinct n.case_id as id, lpad(n.case_id::text, 20, '0') as place
      from unnest({put(list(actor.unit_ids), "bigint[]")}) as u(id) cross join lateral (
        select distinct a.case_id from assignment a join "case" c on c.id = a.case_id
        where a.unit_id = u.id and a.withdrawn_at is null and {" and ".join(wanted)}
        order by a.case_id desc limit {limit:d}) n
      join "case" c on c.id = n.case_id and {scope.condition}
      order by id desc limit {limit:d}"""


def _entries(chosen: str, acts: str) -> str:
    columns = ", ".join(
        f"c.{name}"
        for name in LedgerRow.__struct_fields__
        if name not in ("acts", "unit_ids", "content")
    )
    return f"""
    select {columns}, left(c.content, {_LONGEST_CELL}) as content,
      (select coalesce(jsonb_object_agg(e.action, e.at), '{{}}') from (
         select action, max(at) as at from event
         where case_id = c.id and action = any({acts}) group by action) e) as acts,
      (select coalesce(array_agg(a.unit_id order by a.id), '{{}}') from assignment a
         where a.case_id = c.id and a.ended_at is null) as unit_ids
    from ({chosen}) m join "case" c on c.id = m.id order by m.place desc"""


def spreadsheet(
    title: str, columns: Sequence[LedgerColumn], rows: Sequence[Sequence[str]]
) -> bytes:
    """The register as .xlsx. Every cell is text, and none is taken for a formula."""
    # A library for one rare act: a web process that never needs it does not hold it.
    import xlsxwriter

    file = BytesIO()
    with TemporaryDirectory(prefix="hotline-ledger-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False}
        book = xlsxwriter.Workbook(file, options)
        sheet = book.add_worksheet("台账")
        heavy = book.add_format({"bold": True, "border": 1, "text_wrap": True})
        plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
        for place, column in enumerate(columns):
            sheet.write_string(1, place, column.label, heavy)
        for line, row in enumerate(rows, start=2):
            for place, cell in enumerate(row):
                sheet.write_string(line, place, guarded(cell[:_LONGEST_CELL]), plain)
        sheet.freeze_panes(2, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        book.close()
    return file.getvalue()
