"""What a named list is, and the lists that every kind of case has by itself.

There is one for each open stage, and one of what has ended and is to be put away (待归档).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from dispatch.listing import Order
from hotline.people import Actor, Role
from hotline.procedure import Phase, Procedure
from hotline.procedures.citizen import CITIZEN

OPEN = "c.closed_at is null"


class Source(Enum):
    """What a list is read from: the cases, the unit's assignments, the openings of a person."""

    CASES = "cases"
    PARTS = "parts"
    OPENINGS = "openings"


@dataclass(frozen=True, slots=True)
class Queue:
    """One list. `where` is a condition on the case `c` (and the assignment `a`).

    `:me`, `:units`, `:now`, `:risk` and `:tomorrow` stand for the reader, the own units and those
    below, the moment, the ends of what is at risk and of the day. A list that is one stage of one
    kind says so in `kind` and `stage`.
    """

    name: str
    label: str
    roles: frozenset[Role]
    where: str
    order: Order = Order.DUE
    source: Source = Source.CASES
    empty: str = "没有工单"
    kind: str = ""
    stage: str = ""

    def open_to(self, actor: Actor) -> bool:
        """Whether the actor may ask for it: by role; who oversees the centre, all of its lists."""
        if actor.has(*self.roles):
            return True
        return self.source is Source.CASES and actor.has(Role.SUPERVISOR, Role.LEADER)


def standing(stage: str, kind: str = CITIZEN.kind) -> str:
    """The condition of the cases of one kind that stand in one open stage."""
    return f"c.kind = '{kind}' and c.stage = '{stage}' and {OPEN}"


def stage_lists(rules: Procedure) -> Iterator[Queue]:
    """One list for each open stage in which somebody at the centre has a step to take."""
    for stage in rules.stages:
        actions = rules.actions_from(stage.name)
        acting = {role for action in actions for role in action.roles_in(stage.name)}
        if stage.phase is not Phase.CLOSED and acting & rules.seen_by:
            yield Queue(
                f"{rules.kind}:{stage.name}",
                stage.label,
                rules.seen_by & acting,
                standing(stage.name, rules.kind),
                empty=f"没有“{stage.label}”的{rules.matter}",
                kind=rules.kind,
                stage=stage.name,
            )


def to_archive(rules: Procedure) -> Iterator[Queue]:
    """What has ended and is not put away yet (待归档); an open stage has its own list."""
    ended = [one.name for one in rules.stages if one.phase is Phase.CLOSED]
    by = {name: one.roles_in(name) for name in ended for one in rules.actions_from(name)
          if one.name == "archive"}  # fmt: skip
    if by:
        stages = ", ".join(f"'{name}'" for name in by)
        yield Queue(
            f"{rules.kind}:to_archive",
            f"待归档（{rules.matter}）",
            rules.seen_by.intersection(*by.values()),
            f"c.kind = '{rules.kind}' and c.closed_at is not null and c.archived_at is null"
            f" and c.stage in ({stages})",
            Order.OLDEST,
            empty=f"没有待归档的{rules.matter}",
            kind=rules.kind,
        )
