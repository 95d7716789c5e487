"""A case while an action changes it: the file so far, and what the change adds to the figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Part, Running
from hotline.errors import NotAvailable
from hotline.people import Actor
from hotline.rulebook import Rulebook
from hotline.ties import LinkChange

if TYPE_CHECKING:
    from hotline.procedure import Action


@dataclass(frozen=True, slots=True)
class Count:
    """One difference of one figure. `day` is None for what is true now."""

    measure: str
    n: int
    unit_id: int | None = None
    day: date | None = None


@dataclass(slots=True)
class Draft:
    """A case while an action changes it.

    `part` is the part that the action belongs to, `other` the case that it concerns (`Action.tie`).
    `found` is what the door found for the action: the files of cases that its inputs name
    (`Action.reads`), the colleagues that they name, and under "precedents" how many earlier cases
    it counts (`Action.counts`). `action` is the act itself.
    """

    case: CaseFile
    actor: Actor
    inputs: dict[str, Any]
    now: datetime
    rulebook: Rulebook
    part: str | None = None
    found: Mapping[str, Any] = field(default_factory=dict)
    counts: list[Count] = field(default_factory=list)
    other: CaseFile | None = None
    links: list[LinkChange] = field(default_factory=list)
    # Clocks that do not begin now, but when they began on another case.
    starts: dict[str, datetime] = field(default_factory=dict)
    # Clocks that end with a day (as "2026-03-20") which was named for them alone.
    until: dict[str, str] = field(default_factory=dict)
    action: "Action | None" = None

    def set(self, **changes: Any) -> None:
        """Change fields of the file."""
        self.case = msgspec.structs.replace(self.case, **changes)

    def count(
        self, measure: str, n: int = 1, *, unit: bool = True, at: datetime | None = None
    ) -> None:
        """Add to a figure of today (or of the day of `at`), of the lead unit or the whole city."""
        self.counts.append(
            Count(
                measure,
                n,
                self.case.lead_unit_id if unit else None,
                in_shanghai(at or self.now).date(),
            )
        )

    def link(self, relation: str, number: str, *, change: str = "made", due: bool = False) -> None:
        """Tie this case to the other one, or end such a tie."""
        self.links.append(LinkChange(self.case.number, number, relation, change, due))

    def change_parts(self, chosen: Callable[[Part], bool], **changes: Any) -> None:
        """Change the assignments that are chosen."""
        self.set(
            assignments=tuple(
                msgspec.structs.replace(part, **changes) if chosen(part) else part
                for part in self.case.assignments
            )
        )

    def change_clocks(self, chosen: Callable[[Running], bool], **changes: Any) -> None:
        """Change the clocks that are chosen."""
        self.set(
            clocks=tuple(
                msgspec.structs.replace(clock, **changes) if chosen(clock) else clock
                for clock in self.case.clocks
            )
        )

    def own_part(self) -> Part:
        """The assignment that the action is about: the own unit's, or the lead's (time, import)."""
        own = self.case.part_of(self.actor.unit_ids, self.part) if self.part else None
        part = own or (self.case.lead if self.part in (None, "lead") else None)
        if part is None:
            raise NotAvailable("本件现在没有承办单位")
        return part
