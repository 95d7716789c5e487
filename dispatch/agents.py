"""What the agents are doing now: told by the exchange, or by themselves where none is attached."""

from datetime import datetime

import msgspec

from dispatch.db import Database
from hotline.agent_states import LONGEST_SHIFT, AgentState
from hotline.errors import NotAvailable
from hotline.people import Actor, Role


class OwnState(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's own state; `reported` where the telephone system tells it, and nobody else may."""

    state: AgentState
    at: datetime | None
    reported: bool


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How many agents are in a state, and since when the first of them is."""

    state: AgentState
    n: int
    since: datetime | None


async def own_state(database: Database, actor: Actor, *, now: datetime) -> OwnState:
    """What is known of this agent in this shift; signed out where nothing is."""
    row = await database.fetchrow(
        "select state, at, source <> '' as reported from agent_status"
        " where staff_id = $1 and at > $2",
        actor.staff_id,
        now - LONGEST_SHIFT,
    )
    if row is None:
        return OwnState(state=AgentState.OFFLINE, at=None, reported=False)
    return OwnState(state=AgentState(row["state"]), at=row["at"], reported=row["reported"])


async def say_state(database: Database, actor: Actor, state: str, *, now: datetime) -> None:
    """The agent says it. Raises NotAvailable where the telephone system reports it, or for a
    state that there is none of."""
    if state not in set(AgentState):
        raise NotAvailable("没有这种坐席状态。")
    said = await database.fetchrow(
        """
        insert into agent_status as a (staff_id, state, source, at) values ($1, $2, '', $3)
        on conflict (staff_id) do update set
          state = excluded.state, source = '',
          at = case when a.state = excluded.state and a.at > $4 then a.at else excluded.at end
        where a.source = '' or a.at <= $4
        returning staff_id
        """,
        actor.staff_id,
        state,
        now,
        now - LONGEST_SHIFT,
    )
    if said is None:
        raise NotAvailable("坐席状态由电话系统报告，请在话机上切换。")


async def leave_the_telephone(database: Database, actor: Actor, *, now: datetime) -> None:
    """Whoever signs out of the screens takes no calls, unless the telephone system knows better."""
    await database.fetch(
        "update agent_status set state = $2, at = $3"
        " where staff_id = $1 and source = '' and state <> $2",
        actor.staff_id,
        AgentState.OFFLINE,
        now,
    )


async def agents_by_state(database: Database, *, now: datetime) -> list[Counted]:
    """Every state with its agents: whoever is not heard of in this shift is signed out."""
    rows = await database.fetch(
        """
        select coalesce(a.state, $3) as state, count(*)::int as n, min(a.at) as since
        from staff s left join agent_status a on a.staff_id = s.id and a.at > $2
        where s.active and $1 = any(s.roles) group by 1
        """,
        Role.AGENT,
        now - LONGEST_SHIFT,
        AgentState.OFFLINE,
    )
    found = {row["state"]: row for row in rows}
    return [
        Counted(
            state=state,
            n=found[state]["n"] if state in found else 0,
            since=found[state]["since"] if state in found else None,
        )
        for state in AgentState
    ]
