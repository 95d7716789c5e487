"""Events of the telephone system into calls: twice, late and in any order they give the same."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import structlog

from dispatch.bell import PHONE_CHANNEL
from dispatch.office import Office
from hotline.agent_states import AGENT_STATE, REPORTED
from hotline.numbers import WrongPhone, normalise_phone
from hotline.people import Actor
from hotline.telephone import LOST_AFTER_HOURS, CallEvent

# A telephone that rang longer ago is not taken up any more.
_RINGS_FOR = timedelta(minutes=10)
# So many events are forgotten at once, so that whatever else writes them waits for a moment only.
_FORGOTTEN_AT_ONCE = 2000

log = structlog.get_logger()

_TAKE = """
with given as (
  select * from jsonb_to_recordset($1) as g(
    event_id text, source text, call_id text, leg_id text, seq int, event text, at timestamptz,
    direction text, caller text, callee text, queue text, agent text, data jsonb, state text)
), fresh as (
  insert into phone_event
    (source, event_id, call_id, leg_id, seq, event, at, queue, agent, data, received_at)
  select distinct on (source, event_id)
    source, event_id, call_id, leg_id, seq, event, at, queue, agent, data, $2
  from given order by source, event_id, at
  on conflict (source, event_id) do nothing
  returning source, event_id
), news as (
  select given.* from given join fresh using (source, event_id) where given.call_id <> ''
), told as (
  insert into agent_status as known (staff_id, state, source, at)
  select distinct on (s.id) s.id, g.state, g.source, g.at
  from given g join fresh using (source, event_id)
  join staff s on s.extension = g.agent and s.extension <> '' and s.active
  where g.state <> '' order by s.id, g.at desc, g.state desc
  on conflict (staff_id) do update set
    state = excluded.state, source = excluded.source, at = excluded.at
  where (excluded.at, excluded.state) > (known.at, known.state)
)
insert into phone_call (source, call_id, direction, caller, callee, queue, offered_at, queued_at,
  ringing_at, rang_at, rang_extension, unheard_at, answered_at, answered_extension, ended_at,
  cause, last_at)
select source, call_id, max(direction), max(caller), max(callee), max(queue),
  min(at) filter (where event = 'call.offered'),
  min(at) filter (where event = 'queue.entered'),
  min(at) filter (where event = 'call.ringing'),
  max(at) filter (where event = 'call.ringing'),
  coalesce((array_agg(agent order by at desc, agent desc)
    filter (where event = 'call.ringing'))[1], ''),
  max(at) filter (where event = 'call.agent_failed'),
  min(at) filter (where event = 'call.answered'),
  coalesce((array_agg(agent order by at, agent desc)
    filter (where event = 'call.answered'))[1], ''),
  min(at) filter (where event = 'call.ended'),
  coalesce(max(left(data ->> 'cause', 40)) filter (where event = 'call.ended'), ''),
  max(at)
from news group by source, call_id order by source, call_id
on conflict (source, call_id) do update set
  direction = greatest(phone_call.direction, excluded.direction),
  caller = greatest(phone_call.caller, excluded.caller),
  callee = greatest(phone_call.callee, excluded.callee),
  queue = greatest(phone_call.queue, excluded.queue),
  offered_at = least(phone_call.offered_at, excluded.offered_at),
  queued_at = least(phone_call.queued_at, excluded.queued_at),
  ringing_at = least(phone_call.ringing_at, excluded.ringing_at),
  rang_extension = case
    when (excluded.rang_at, excluded.rang_extension)
      > (coalesce(phone_call.rang_at, '-infinity'), phone_call.rang_extension)
    then excluded.rang_extension else phone_call.rang_extension end,
  rang_at = greatest(phone_call.rang_at, excluded.rang_at),
  unheard_at = greatest(phone_call.unheard_at, excluded.unheard_at),
  answered_extension = case
    when excluded.answered_at < coalesce(phone_call.answered_at, 'infinity')
      or (excluded.answered_at = phone_call.answered_at
          and excluded.answered_extension > phone_call.answered_extension)
    then excluded.answered_extension else phone_call.answered_extension end,
  answered_at = least(phone_call.answered_at, excluded.answered_at),
  ended_at = least(phone_call.ended_at, excluded.ended_at),
  cause = greatest(phone_call.cause, excluded.cause),
  last_at = greatest(phone_call.last_at, excluded.last_at)
returning rang_extension, answered_extension
"""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A call as the screen of an agent knows it. `caller` is E.164 or empty (withheld)."""

    id: int
    source: str
    call_id: str
    caller: str
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None


async def take_events(office: Office, events: Sequence[CallEvent], *, now: datetime) -> None:
    """Keep the events that are new, and what follows for their calls and agents; tell the screens.

    One statement for all of them. An event that is known counts once.
    """
    extensions = await office.pool.fetch(_TAKE, [_plain(event) for event in events], now)
    rung = {number for row in extensions for number in row if number}
    rung |= {event.agent for event in events if event.event == AGENT_STATE and event.agent}
    if extensions or rung:
        await _tell(office, rung)


def _plain(event: CallEvent) -> dict[str, Any]:
    try:
        caller = normalise_phone(event.caller)
    except WrongPhone:
        # Withheld, an extension, or nonsense of the exchange: a call all the same.
        caller = ""
    plain: dict[str, Any] = msgspec.to_builtins(event)
    return {**plain, "caller": caller, "state": _state(event)}


def _state(event: CallEvent) -> str:
    """What the agent does now, where the event tells it in a word that is known; else ""."""
    said = event.data.get("state")
    if event.event != AGENT_STATE or not isinstance(said, str):
        return ""
    return REPORTED.get(said, "")


async def _tell(office: Office, extensions: set[str]) -> None:
    """Whoever sits at these extensions looks; a bell that nobody hears costs a moment."""
    try:
        await office.pool.execute(
            """
            select pg_notify($1, coalesce(jsonb_agg(id)::text, '[]'))
            from staff where extension = any($2::text[]) and active
            """,
            PHONE_CHANNEL,
            list(extensions),
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        log.warning("telephone: the screens did not hear", error=type(fault).__name__)


async def ringing(office: Office, actor: Actor, *, now: datetime) -> Line | None:
    """The call that rings at this person's extension, or that was answered there and goes on."""
    row = await office.pool.fetchrow(
        """
        select c.id, c.source, c.call_id, c.caller, c.rang_at, c.answered_at, c.ended_at
        from staff s join phone_call c on c.rang_extension = s.extension and c.ended_at is null
        where s.id = $1 and s.extension <> '' and c.rang_at > $2
          and (c.unheard_at is null or c.unheard_at < c.rang_at)
          and (c.answered_at is null or c.answered_extension = s.extension)
          and not exists (select from call where phone_call_id = c.id)
        order by c.rang_at desc limit 1
        """,
        actor.staff_id,
        now - _RINGS_FOR,
    )
    return Line(**dict(row)) if row else None


async def line(office: Office, actor: Actor, phone_call_id: int) -> Line | None:
    """A call that came to this person's extension, or that this person calls back."""
    row = await office.pool.fetchrow(
        """
        select c.id, c.source, c.call_id, c.caller, c.rang_at, c.answered_at, c.ended_at
        from phone_call c join staff s on s.id = $2
        where c.id = $1 and (c.claimed_by = s.id or c.settled_by = s.id or s.extension <> ''
          and s.extension in (c.rang_extension, c.answered_extension))
        """,
        phone_call_id,
        actor.staff_id,
    )
    return Line(**dict(row)) if row else None


async def close_lost_calls(office: Office, now: datetime) -> None:
    """A call of which nothing was heard for hours: its end did not reach us."""
    await office.pool.execute(
        "update phone_call set ended_at = last_at, cause = 'lost'"
        " where ended_at is null and last_at < $1",
        now - timedelta(hours=LOST_AFTER_HOURS),
    )


async def forget_old_events(office: Office, now: datetime) -> int:
    """Events older than the deployment keeps them, batch by batch; what they added up to stays.

    Gives how many they were. One that came again afterwards would change nothing either.
    """
    before = now - timedelta(days=office.settings.phone_event_days)
    forgotten = 0
    while True:
        batch: int = await office.pool.fetchval(
            """
            with gone as (
              delete from phone_event e using (
                select source, event_id from phone_event where received_at < $1
                order by received_at limit $2 for update skip locked) old
              where e.source = old.source and e.event_id = old.event_id returning 1
            ) select count(*) from gone
            """,
            before,
            _FORGOTTEN_AT_ONCE,
        )
        forgotten += batch
        if batch < _FORGOTTEN_AT_ONCE:
            return forgotten
