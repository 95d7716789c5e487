"""未接来电: calls that nobody took, called back number by number."""

from datetime import datetime, timedelta

import msgspec

from dispatch.db import transaction
from dispatch.office import Office
from dispatch.once import first_time
from hotline.errors import Incomplete, NotAvailable
from hotline.people import Actor
from hotline.telephone import MOST_TRIES, Outcome

SHOWN = 50
# Whoever claimed a call and did nothing about it for so long has forgotten it.
CLAIM_HOLDS = timedelta(minutes=30)
# After a number that did not answer, somebody else's turn comes first.
REST = timedelta(minutes=15)

_OPEN = (
    "m.direction = 'in' and m.answered_at is null and m.ended_at is not null"
    " and m.settled_at is null and m.caller <> ''"
)
# Whoever got through afterwards need not be called back.
_NOT_SINCE = (
    "not exists (select from phone_call a where a.caller = m.caller and a.caller <> ''"
    " and a.answered_at > m.ended_at)"
)


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A number that waits to be called back. `waited` is the longest wait, in seconds."""

    id: int
    caller: str
    first_at: datetime
    last_at: datetime
    times: int
    waited: int
    tries: int
    tried_at: datetime | None
    claimed_by: int | None
    claimed_name: str


async def missed_calls(
    office: Office, *, now: datetime, claimed_by: int | None = None, most: int = SHOWN
) -> list[Missed]:
    """One row a number, the longest waiting first, just tried ones last; of one claimer or all."""
    rows = await office.pool.fetch(
        f"""
        with waiting as (
          select m.* from phone_call m where {_OPEN} and {_NOT_SINCE}
          order by m.ended_at limit 1000
        ), numbers as (
          select max(id) as id, caller, min(ended_at) as first_at, max(ended_at) as last_at,
            count(*)::int as times, max(tries)::int as tries, max(tried_at) as tried_at,
            max(greatest(extract(epoch from ended_at
              - coalesce(queued_at, offered_at, ringing_at, ended_at)), 0))::int as waited,
            max(claimed_by) filter (where claimed_at > $1) as claimed_by
          from waiting group by caller
        )
        select n.*, coalesce(s.name, '') as claimed_name
        from numbers n left join staff s on s.id = n.claimed_by
        where $2::bigint is null or n.claimed_by = $2
        order by coalesce(n.tried_at > $3, false), n.first_at limit $4
        """,
        now - CLAIM_HOLDS,
        claimed_by,
        now - REST,
        most,
    )
    return [Missed(**dict(row)) for row in rows]


async def claim(office: Office, missed_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a number upon oneself. Raises NotAvailable where somebody else has, or it is done."""
    taken = await office.pool.fetchval(
        f"""
        update phone_call m set claimed_by = $2, claimed_at = $3
        where m.caller = (select caller from phone_call where id = $1) and {_OPEN}
          and {_NOT_SINCE}
          and (m.claimed_by is null or m.claimed_by = $2 or m.claimed_at <= $4)
        returning m.id
        """,
        missed_id,
        actor.staff_id,
        now,
        now - CLAIM_HOLDS,
    )
    if taken is None:
        raise NotAvailable("这个号码已有同事在回拨，或已不需要回拨。")


async def settle(
    office: Office,
    missed_id: int,
    outcome: str,
    *,
    actor: Actor,
    now: datetime,
    key: str | None = None,
) -> None:
    """Write down how calling back went; unreached numbers come again, three times in all.

    Raises Incomplete for no such outcome, NotAvailable where it is not the actor's to say.
    """
    if outcome not in (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER):
        raise Incomplete({"outcome": "请选择回拨结果"})
    async with transaction(office.pool) as connection:
        what = ("missed", missed_id, outcome)
        if not await first_time(connection, *what, actor=actor, key=key, now=now):
            return
        done = await connection.fetchval(
            f"""
            update phone_call m set
              tries = m.tries + 1, tried_at = $3::timestamptz,
              claimed_by = case when $4 = 'no_answer' then null else m.claimed_by end,
              claimed_at = case when $4 = 'no_answer' then null else m.claimed_at end,
              settled_by = case when $4 <> 'no_answer' or m.tries + 1 >= $5 then $2::bigint end,
              settled_at = case when $4 <> 'no_answer' or m.tries + 1 >= $5
                then $3::timestamptz end,
              outcome = case when $4 <> 'no_answer' then $4::text
                             when m.tries + 1 >= $5 then 'given_up' else 'no_answer' end
            where m.caller = (select caller from phone_call where id = $1) and {_OPEN}
              and exists (select from phone_call k where k.caller = m.caller and k.claimed_by = $2
                and k.settled_at is null)
            returning m.id
            """,
            missed_id,
            actor.staff_id,
            now,
            outcome,
            MOST_TRIES,
        )
        if done is None:
            raise NotAvailable("这个号码不在您的回拨中，请先认领。")


async def settle_those_who_called_again(office: Office, now: datetime) -> None:
    """Put away what needs no calling back, so that the list stays short to read."""
    await office.pool.execute(
        f"""
        update phone_call m set settled_at = $1, outcome = 'called_again'
        where {_OPEN} and not ({_NOT_SINCE})
        """,
        now,
    )
