"""Who sees and does what: one condition that every read begins with, one line per action."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hotline.casefile import CaseFile
from hotline.people import CENTRE_ROLES, REGISTER_ROLES, UNIT_ROLES, Actor, Role
from hotline.procedure import Action
from hotline.procedures import PROCEDURES


@dataclass(frozen=True, slots=True)
class Scope:
    """An SQL condition on the case `c` and its values, numbered from $`first`."""

    condition: str
    values: tuple[Any, ...] = ()


def visible_cases(actor: Actor, *, first: int = 1) -> Scope:
    """Which cases the actor may see: the first clause of every list, page, search and export.

    The centre sees every case of the kinds that its roles work on (with the requester masked as
    `requester_open_to` says), a unit those assigned to itself or below it and not withdrawn, a
    requester those of the own number. The administrators see none (三员分立).
    """
    if actor.has(Role.CLOCK, Role.IMPORT):
        return Scope("true")
    if actor.roles & CENTRE_ROLES:
        return Scope(_of_kinds(kinds_seen_by(actor)))
    if actor.roles & UNIT_ROLES and actor.unit_ids:
        return Scope(
            "exists (select 1 from assignment mine where mine.case_id = c.id"
            f" and mine.unit_id = any(${first}::bigint[]) and mine.withdrawn_at is null)",
            (list(actor.unit_ids),),
        )
    if actor.has(Role.CITIZEN) and actor.phone:
        return Scope(f"c.requester_phone = ${first}", (actor.phone,))
    return Scope("false")


def kinds_seen_by(actor: Actor) -> list[str]:
    """The kinds of which somebody at the centre sees every case (`Procedure.seen_by`)."""
    return [rules.kind for rules in PROCEDURES.values() if actor.roles & rules.seen_by]


def _of_kinds(kinds: Sequence[str]) -> str:
    # Written out, so that the planner knows how common they are.
    named = ", ".join(f"'{kind}'" for kind in kinds)
    return "true" if len(kinds) == len(PROCEDURES) else f"c.kind in ({named})"


def may(actor: Actor, action: Action, case: CaseFile) -> bool:
    """Whether role and part allow the action on the case in its stage.

    The part binds units; where the centre or time may act too, it does so for the whole case.
    """
    if actor.has(Role.IMPORT):
        return True
    roles = action.roles_in(case.stage)
    if not actor.has(*roles):
        return False
    if action.part is None or actor.has(*(role for role in roles if role not in UNIT_ROLES)):
        return True
    return case.part_of(actor.unit_ids, action.part) is not None


def recused(actor: Actor, action: Action, case: CaseFile) -> bool:
    """Whether the actor handled what the action is to judge (回避)."""
    return action.recused and actor.staff_id is not None and actor.staff_id in case.handlers


class Guarded(Protocol):
    """A case, or a row of a list that says whether the requester is confidential."""

    @property
    def confidential(self) -> bool: ...


def requester_open_to(actor: Actor, case: Guarded) -> bool:
    """Whether name and number stand on the page without asking.

    The centre calls back and so sees them, except of a confidential requester, whom only those
    see who call, accept calls or keep the register. A unit always asks, gives a reason, and is
    written down.
    """
    if case.confidential:
        return actor.has(Role.AGENT, Role.CALLBACK, *REGISTER_ROLES)
    return actor.has(Role.AGENT, Role.DISPATCHER, Role.CALLBACK, Role.SUPERVISOR, *REGISTER_ROLES)


class Named(Guarded, Protocol):
    """A case, or a row of a register that has its type."""

    @property
    def request_type(self) -> str: ...


def requester_withheld(case: Named) -> bool:
    """Whether who may not know the requester sees not even a masked name and number.

    A confidential requester, and who reports wrongdoing (举报): the reader may be the one accused,
    and knows people by a surname and four digits.
    """
    return case.confidential or case.request_type == "report"


def may_reveal(actor: Actor, case: CaseFile) -> bool:
    """Whether the number may be shown after giving a reason: the unit that must make contact, or
    the one below it that got the work.

    Never of a confidential requester, and never of somebody who reports wrongdoing: the unit may
    be the one accused (济南市12345市民服务热线条例 32; 信访工作条例 30).
    """
    if requester_withheld(case) or case.anonymous:
        return False
    part = case.part_of(actor.unit_ids, "lead")
    inside = case.inside
    handed = inside is not None and inside.unit_id in actor.unit_ids
    return handed or (part is not None and part.signed_at is not None)


def roles_text(roles: Sequence[str]) -> list[Role]:
    """Stored role names as roles; unknown ones (of a newer version) are left out."""
    known = {role.value for role in Role}
    return [Role(name) for name in roles if name in known]
