"""The grammar in which a procedure is written down as data (see `hotline.procedures`).

A procedure can be read aloud beside its regulation: stages, the actions between them, and the
clocks that the actions start and end. Nothing in the program asks for one procedure by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from hotline.clock_rules import ClockRule
from hotline.paper import LedgerColumn
from hotline.people import HOTLINE_ROLES, Actor, Role
from hotline.ties import Tie as Tie
from hotline.vocabulary import Input

if TYPE_CHECKING:
    from hotline.casefile import CaseFile
    from hotline.draft import Draft

NEW = ""
"""The stage of a case that does not exist yet: an action from here opens one."""

ANYWHERE = "*"
"""Stands for every stage that is not closed."""


class Phase(StrEnum):
    """What stages of every kind have in common: queues, figures and texts know only these."""

    INTAKE = "intake"
    ASSIGNMENT = "assignment"
    HANDLING = "handling"
    REVIEW = "review"
    VERDICT = "verdict"
    CLOSED = "closed"


PHASE_LABELS: dict[str, str] = {
    Phase.INTAKE: "登记受理",
    Phase.ASSIGNMENT: "派单签收",
    Phase.HANDLING: "承办办理",
    Phase.REVIEW: "答复审核",
    Phase.VERDICT: "回访评价",
    Phase.CLOSED: "办结",
}

Guard = Callable[["CaseFile", Actor], str | None]
"""Says in a sentence why the action cannot be taken now, or None."""

Destination = Callable[["CaseFile", Mapping[str, Any]], str | None]
"""Chooses the next stage from what was put in; None stays."""


Check = Callable[["CaseFile", Mapping[str, Any]], Mapping[str, str]]
"""Rules between inputs: a sentence per input that is wrong."""

Proposal = Callable[["CaseFile"], Mapping[str, Any]]
"""What a form begins with: proposed from what is known, confirmed or changed by a person."""

Derivation = Callable[["Draft"], Mapping[str, Any]]
"""What follows from what was put in, and is kept with the details; None takes a detail back."""


def leads_to(
    *targets: str, in_stages: tuple[str, ...] = ()
) -> Callable[[Destination], Destination]:
    """Says of a function that chooses the next stage to which stages it may lead.

    In other stages than `in_stages` it always stays; without them it may lead there from any.
    """

    def declare(choose: Destination) -> Destination:
        vars(choose).update(targets=targets, in_stages=in_stages)
        return choose

    return declare


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a case can stand. `citizen` is what a requester is told (no content, no names)."""

    name: str
    label: str
    phase: Phase
    citizen: str


@dataclass(frozen=True, slots=True)
class Precedents:
    """Cases of the same kind to be counted: closed within `months`, alike in the detail `same`.

    Only those count whose detail `detail` is one of `values`.
    """

    same: str
    detail: str
    values: tuple[str, ...]
    months: int


@dataclass(frozen=True, slots=True)
class Returns:
    """退回次数: at which return a case comes under supervision by itself, and who is told."""

    most: int
    tells: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Retention:
    """保管期限: how many years from its end a file is kept, and on what basis."""

    years: int
    basis: str


# One is never compared field by field: there is one of each.
@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """One thing that somebody may do.

    when     the stages from which; NEW opens a case
    to       the next stage, a function that chooses it, or None to stay
    by       the roles, or the roles per stage
    part     "lead", "co" or "inside": of units, only the one that has this part now
    needs    names from `hotline.inputs`, "?" at the end where they may be left out
    does     effects from `hotline.effects`, in order
    tells    texts: "<audience>/<template>"
    handles  whoever does it has handled the case; `recused` actions are closed to them (回避)
    only     facts without which there is nothing to do: then the action is not even shown
    lapses   how long after its end a closed case still allows it; None for ever
    unless   conditions besides stage and role: where one fails, the action waits and says why
    check    rules between the inputs
    begins   what the form is filled in with beforehand
    derives  what is worked out from it all and kept
    reads    inputs that name another case: the door finds its file for `derives`
    counts   earlier cases that the door counts for `derives`
    tie      what it does about another case
    rare     whether its button stands among the further ones (更多操作)
    papers   the papers (文书, `hotline.papers`) that can be printed once it has happened
    """

    name: str
    label: str
    when: tuple[str, ...]
    by: tuple[Role, ...] | Mapping[str, tuple[Role, ...]]
    to: str | Destination | None = None
    part: str | None = None
    needs: tuple[str, ...] = ()
    does: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    handles: bool = False
    recused: bool = False
    only: tuple[Guard, ...] = ()
    lapses: timedelta | None = None
    unless: tuple[Guard, ...] = ()
    check: Check | None = None
    begins: Proposal | None = None
    derives: Derivation | None = None
    reads: tuple[str, ...] = ()
    counts: "Precedents | None" = None
    tie: Tie | None = None
    rare: bool = False
    papers: tuple[str, ...] = ()
    tone: str = "plain"

    def roles_in(self, stage: str) -> tuple[Role, ...]:
        """Who may take the action in this stage."""
        return self.by if isinstance(self.by, tuple) else self.by.get(stage, ())

    @property
    def inputs(self) -> tuple[tuple[str, bool], ...]:
        """(name, required) of each input."""
        return _inputs(self.needs)


@cache
def _inputs(needs: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    return tuple((name.rstrip("?"), not name.endswith("?")) for name in needs)


@dataclass(frozen=True)
class Procedure:
    """A procedure in force: everything that is particular to one kind of case.

    seen_by   the roles at the centre that see every case of the kind; units see their own
    matter    what such a case is called in lists and headings
    words     what its forms ask for besides the words that every procedure shares
    results   what is worked out (`Action.derives`) and no form asks for
    numbered  whether its register numbers the entries per office and year (顺序号)
    returns   at which return (退回) a case escalates
    ledger    the columns of its register (台账); none: those that every kind has
    retention how long a file is kept once it is archived (归档)
    shows_earlier  whether earlier cases of the kind on the same matter are shown with a case
    """

    kind: str
    version: str
    title: str
    stages: tuple[Stage, ...]
    clocks: tuple[ClockRule, ...]
    actions: tuple[Action, ...]
    seen_by: frozenset[Role] = HOTLINE_ROLES
    matter: str = "诉求"
    words: tuple[Input, ...] = ()
    results: tuple[Input, ...] = ()
    numbered: bool = False
    returns: Returns | None = None
    ledger: tuple[LedgerColumn, ...] = ()
    retention: Retention | None = None
    shows_earlier: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stages", {stage.name: stage for stage in self.stages})
        object.__setattr__(self, "_actions", {action.name: action for action in self.actions})
        object.__setattr__(self, "_clocks", {clock.name: clock for clock in self.clocks})
        windows = {name: rule for rule in self.clocks for name in rule.permits}
        object.__setattr__(self, "_windows", windows)
        from_stages = {name: self._starting_in(name) for name in (NEW, *self._stages)}
        object.__setattr__(self, "_from_stages", from_stages)
        object.__setattr__(self, "_open_to", {})

    _stages: Mapping[str, Stage] = None  # type: ignore[assignment]  # set in __post_init__
    _actions: Mapping[str, Action] = None  # type: ignore[assignment]
    _clocks: Mapping[str, ClockRule] = None  # type: ignore[assignment]
    _from_stages: Mapping[str, tuple[Action, ...]] = None  # type: ignore[assignment]
    _windows: Mapping[str, ClockRule] = None  # type: ignore[assignment]
    # Filled as people come: there are few sets of roles, and every answer asks.
    _open_to: dict[tuple[str, frozenset[Role]], tuple[Action, ...]] = None  # type: ignore[assignment]

    def targets_of(self, action: Action, stage: str | None = None) -> tuple[str, ...]:
        """The stages to which the action may lead (from one stage), in order; none: it stays.

        A function that chooses says so itself (`leads_to`); otherwise they are the stages that
        it names.
        """
        if not callable(action.to):
            return (action.to,) if action.to else ()
        if stage is not None and stage not in (getattr(action.to, "in_stages", ()) or (stage,)):
            return ()
        said: tuple[str, ...] | None = getattr(action.to, "targets", None)
        code = getattr(action.to, "__code__", None)
        named = said if said is not None else (code.co_consts if code else ())
        return tuple(name for name in self._stages if name in named)

    def stage(self, name: str) -> Stage:
        """The stage of that name."""
        return self._stages[name]

    def action(self, name: str) -> Action | None:
        """The action of that name, if the procedure has it."""
        return self._actions.get(name)

    def clock(self, name: str) -> ClockRule:
        """The clock of that name."""
        return self._clocks[name]

    def window(self, action: str) -> ClockRule | None:
        """The clock that must be running for the action to be taken, if there is one."""
        return self._windows.get(action)

    def actions_from(self, stage: str) -> tuple[Action, ...]:
        """Every action that starts in the stage, in the order of the procedure."""
        return self._from_stages[stage]

    def actions_for(self, stage: str, roles: frozenset[Role]) -> tuple[Action, ...]:
        """Those of `actions_from` that somebody with these roles may take in some part."""
        found = self._open_to.get((stage, roles))
        if found is None:
            found = self._open_to[stage, roles] = tuple(
                action
                for action in self.actions_from(stage)
                if Role.IMPORT in roles or not roles.isdisjoint(action.roles_in(stage))
            )
        return found

    @property
    def openings(self) -> tuple[Action, ...]:
        """The actions that open a case of this kind; the first is the usual one."""
        return self.actions_from(NEW)

    @property
    def asks_for_requester(self) -> bool:
        """Whether somebody has requested the case, and may be told of it."""
        return any(name == "requester_name" for one in self.openings for name, _ in one.inputs)

    def _starting_in(self, stage: str) -> tuple[Action, ...]:
        anywhere = stage != NEW and self.stage(stage).phase is not Phase.CLOSED
        return tuple(
            action
            for action in self.actions
            if stage in action.when or (anywhere and ANYWHERE in action.when)
        )
