"""Likely repeats as a person reads them: beside a call that is typed, and beside a case."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.office import Office
from dispatch.similar import WINDOW, Similar, similar_cases
from hotline.casefile import CaseFile
from hotline.people import Actor
from hotline.permissions import requester_open_to
from hotline.procedures import procedure
from hotline.procedures.citizen import CITIZEN
from hotline.similar import Told
from hotline.transition import open_actions
from web.lists import title_for

MERGE, ABSORB = "merge", "absorb"


@dataclass(frozen=True, slots=True)
class LikelyLine:
    """One likely repeat, why, and whether another case can be merged into it now."""

    number: str
    title: str
    stage: str
    closed: bool
    opened_at: datetime
    reasons: tuple[str, ...]
    takes: bool


@dataclass(frozen=True, slots=True)
class Likely:
    """What a panel shows: the lines, and how many days were looked through."""

    lines: tuple[LikelyLine, ...] = ()
    days: int = WINDOW.days


async def likely_of(
    office: Office, me: Actor, told: Told, *, now: datetime, besides: int = 0
) -> Likely:
    """The likely repeats of what is told, as far as this reader may see them."""
    shares = await office.advice.shares()
    async with office.pool.acquire() as connection:
        found = await similar_cases(
            connection, me, told, kind=CITIZEN.kind, shares=shares, now=now, besides=besides
        )
    return Likely(tuple(_line(one, me) for one in found))


async def likely_repeats(office: Office, case: CaseFile, me: Actor, *, now: datetime) -> Likely:
    """For whoever may merge the case: what it may be a repeat of; for others nothing."""
    if case.kind != CITIZEN.kind:
        return Likely()
    if not any(action.name == MERGE for action in open_actions(case, me, now=now)):
        return Likely()
    told = Told(
        title=case.title,
        content=case.content,
        address=case.address,
        phone=case.requester_phone if requester_open_to(me, case) else "",
        place=case.place,
        category=case.category,
    )
    return await likely_of(office, me, told, now=now, besides=case.id)


def _line(one: Similar, me: Actor) -> LikelyLine:
    row = one.row
    rules = procedure(row.kind)
    return LikelyLine(
        row.number,
        title_for(me, row),
        rules.stage(row.stage).label,
        row.closed_at is not None,
        row.opened_at,
        one.reasons,
        any(action.name == ABSORB for action in rules.actions_from(row.stage)),
    )
