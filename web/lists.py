"""What the lists of every face have in common: what their address asks for, and rows in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from dispatch.counts import badge
from dispatch.queues import Filters, Queue, Row
from hotline.masking import text_for
from hotline.people import Actor
from hotline.permissions import requester_open_to
from hotline.procedure import Action
from hotline.procedures import procedure
from hotline.procedures.citizen import CITIZEN
from hotline.rulebook import Rulebook
from hotline.vocabulary import REQUEST_TYPES, URGENCIES
from web.given import WebRequest, query_of
from web.pickers import chosen
from web.showing import Light, light, short

SHORT_PAGE = 20
"""Rows of a list in which each brings a form: twice as long as one that is only read."""

_LONGEST_WORD = 60
_MANY_KINDS = 3
NO_UNIT = "未派单"
"""Typed as the unit: what no unit has the lead of yet."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as its address names it: which one, narrowed how, from where."""

    path: str
    queue: str = ""
    unit: str = ""
    category: str = ""
    place: str = ""
    urgency: str = ""
    q: str = ""
    after: str = ""

    def address(self, **changes: str) -> str:
        """The address of the same list with changes; a changed list begins with its first page."""
        there = replace(self, **{"after": "", **changes})
        given = {name: value for name in _NAMES if (value := getattr(there, name))}
        return f"{self.path}?{urlencode(given)}" if given else self.path

    @property
    def here(self) -> str:
        """The address of this very page of the list."""
        return self.address(after=self.after)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the list itself was asked for."""
        return any((self.unit, self.category, self.place, self.urgency, self.q))

    def filters(self, rulebook: Rulebook) -> Filters:
        """The same for `dispatch.queues`; a unit stands for everything below it too."""
        unit = rulebook.units_by_code.get(self.unit)
        without = self.unit == NO_UNIT
        # An unknown unit finds nothing, rather than everything.
        units = (rulebook.subtree(unit.id) if unit else (0,)) if self.unit and not without else ()
        return Filters(
            unit_ids=units,
            without_unit=without,
            category=self.category,
            place=self.place,
            urgency=self.urgency if self.urgency in URGENCIES else "",
        )


_NAMES = ("queue", "unit", "category", "place", "urgency", "q", "after")


def asked_of(request: WebRequest, rulebook: Rulebook, *, queue: str = "") -> Asked:
    """What the address of the request asks for; `queue` where it names none.

    Units, categories and places may be typed as in any form; they are kept as codes.
    """
    query = query_of(request)
    given = {name: query.one(name).strip()[:_LONGEST_WORD] for name in _NAMES}
    for name in ("unit", "category", "place"):
        given[name] = chosen(given[name], name, rulebook)
    return Asked(request.url.path, **{**given, "queue": given["queue"] or queue})


@dataclass(frozen=True, slots=True)
class Tab:
    """One list among those of a person, with how many wait in it."""

    name: str
    label: str
    badge: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class TabGroup:
    """The lists of one kind of case (`name`) under one tab."""

    name: str
    label: str
    badge: str
    tabs: tuple[Tab, ...]
    current: bool


def tabs(queues: Iterable[Queue], counted: Mapping[str, int], asked: Asked) -> list[Tab | TabGroup]:
    """The lists as tabs; the filters stay when another list is opened.

    Who watches several kinds besides the hotline has the lists of each in a group after the rest.
    """
    listed = list(queues)
    by_kind: dict[str, list[Queue]] = {}
    for queue in listed:
        by_kind.setdefault("" if queue.kind == CITIZEN.kind else queue.kind, []).append(queue)
    alone = by_kind.pop("", [])
    if len(by_kind) < _MANY_KINDS:
        return [_tab(queue, counted, asked) for queue in listed]
    groups = [_group(kind, some, counted, asked) for kind, some in by_kind.items()]
    return [*(_tab(queue, counted, asked) for queue in alone), *groups]


def _tab(queue: Queue, counted: Mapping[str, int], asked: Asked) -> Tab:
    return Tab(
        queue.name,
        queue.label,
        badge(counted.get(queue.name, 0)),
        asked.address(queue=queue.name),
        queue.name == asked.queue,
    )


def _group(kind: str, queues: list[Queue], counted: Mapping[str, int], asked: Asked) -> TabGroup:
    found = tuple(_tab(queue, counted, asked) for queue in queues)
    return TabGroup(
        kind,
        procedure(kind).matter,
        badge(sum(counted.get(queue.name, 0) for queue in queues)),
        found,
        any(tab.current for tab in found),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A row in the words that people read."""

    row: Row
    title: str
    type: str
    stage: str
    category: str
    place: str
    unit: str
    unit_name: str
    light: Light | None
    opened: str
    actions: tuple[Action, ...]

    @property
    def flagged(self) -> bool:
        """Whether the row has a tag besides its type."""
        row = self.row
        return (
            row.urgency != "normal"
            or row.supervised
            or row.confidential
            or row.round > 1
            or row.reminders > 0
            or row.returns > 0
        )

    @property
    def pick(self) -> str:
        """What a ticked row sends: the case, and the version that was on the screen."""
        return f"{self.row.number}:{self.row.version}"


def lines(
    rows: Iterable[Row],
    rulebook: Rulebook,
    actor: Actor,
    *,
    now: datetime,
    actions: Iterable[str] = (),
) -> list[Line]:
    """The rows for this reader, each with those of the named actions that the role may take."""
    wanted = frozenset(actions)
    return [_line(row, rulebook, actor, now, wanted) for row in rows]


def _line(
    row: Row, rulebook: Rulebook, actor: Actor, now: datetime, wanted: frozenset[str]
) -> Line:
    rules = procedure(row.kind)
    unit = rulebook.units.get(row.lead_unit_id or 0)
    return Line(
        row=row,
        title=title_for(actor, row),
        type=REQUEST_TYPES.get(row.request_type, row.request_type) or rules.matter,
        stage=rules.stage(row.stage).label,
        category=rulebook.category_path(row.category),
        place=rulebook.place_path(row.place),
        unit=unit.label if unit else "",
        unit_name=unit.name if unit else "",
        # What is closed owes nothing.
        light=None if row.closed_at else light(row.due_at, now),
        opened=short(row.opened_at, now),
        actions=tuple(
            action
            for action in rules.actions_from(row.stage)
            if action.name in wanted and actor.has(*action.roles_in(row.stage))
        ),
    )


def title_for(actor: Actor, row: Row) -> str:
    """The title; without what names a person for who may not know the requester."""
    opened = requester_open_to(actor, row)
    return text_for(row.title, requester=row.requester_name, opened=opened)
