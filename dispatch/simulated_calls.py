"""A telephone exchange for demonstrations: a newcomer plays a caller, and the agent's rings."""

from datetime import datetime, timedelta

import msgspec

from dispatch.office import Office
from dispatch.telephone import take_events
from hotline.errors import Incomplete, NotFound
from hotline.numbers import new_secret_token
from hotline.people import Role
from hotline.telephone import CallEvent

SOURCE = "sim"
# What is left on the line by somebody who closed the page.
_GOES_ON_FOR = timedelta(hours=1)


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """An agent whose telephone can be rung."""

    extension: str
    name: str


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was played here."""

    call_id: str
    caller: str
    extension: str
    name: str
    ringing_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


async def desks(office: Office) -> list[Desk]:
    """The agents with an extension, in its order."""
    rows = await office.pool.fetch(
        "select extension, name from staff where active and extension <> '' and $1 = any(roles)"
        " order by extension limit 50",
        Role.AGENT,
    )
    return [Desk(**dict(row)) for row in rows]


async def played_calls(office: Office, *, now: datetime) -> list[Played]:
    """The latest calls that were played, those on the line first."""
    rows = await office.pool.fetch(
        """
        select c.call_id, c.caller, c.rang_extension as extension, coalesce(s.name, '') as name,
          c.ringing_at, c.answered_at, c.ended_at
        from phone_call c left join staff s on s.extension = c.rang_extension and s.extension <> ''
        where c.source = $1 and c.ringing_at > $2
        order by c.ended_at is not null, c.id desc limit 10
        """,
        SOURCE,
        now - _GOES_ON_FOR,
    )
    return [Played(**dict(row)) for row in rows]


async def ring(
    office: Office, *, caller: str, extension: str, now: datetime, call_id: str | None = None
) -> None:
    """Call the hotline as this number (E.164), to be put through to this extension.

    Under the same `call_id` it is the same call.
    """
    if extension not in {desk.extension for desk in await desks(office)}:
        raise Incomplete({"extension": "没有这个分机"})
    await _happen(
        office,
        call_id or new_secret_token(),
        ("call.offered", "queue.entered", "call.ringing"),
        caller=caller,
        extension=extension,
        now=now,
    )


async def go_on(office: Office, call_id: str, event: str, *, now: datetime) -> None:
    """The agent picks up (call.answered), or one of the two hangs up (call.ended)."""
    call = next(
        (one for one in await played_calls(office, now=now) if one.call_id == call_id), None
    )
    if call is None or event not in ("call.answered", "call.ended"):
        raise NotFound
    await _happen(office, call_id, (event,), caller=call.caller, extension=call.extension, now=now)


async def _happen(
    office: Office,
    call_id: str,
    events: tuple[str, ...],
    *,
    caller: str,
    extension: str,
    now: datetime,
) -> None:
    """The same way as a real exchange's events come in."""
    told = [
        CallEvent(
            event_id=f"{call_id}-{event}",
            source=SOURCE,
            event=event,
            at=now,
            call_id=call_id,
            caller=caller,
            callee=office.settings.sms_number,
            queue="general",
            agent=extension,
        )
        for event in events
    ]
    await take_events(office, told, now=now)
