"""Who else has a case open: seen by those who may see it, gone when not seen for a while."""

from datetime import timedelta

from dispatch.intake import open_case
from dispatch.office import Office, clock
from dispatch.perform import perform
from dispatch.presence import GONE_AFTER, colleagues, forget_the_gone, leave, look_in
from tests.makers import AGENT, CITY_CLERK, DISPATCHER, REQUEST, REVIEWER, WATER_CLERK


async def test_colleagues_see_each_other_while_they_look(office: Office) -> None:
    now, pool = clock(), office.pool
    number = (await open_case(office, actor=AGENT, inputs=REQUEST, now=now)).case.number
    await perform(
        office, number, "dispatch", actor=DISPATCHER, inputs={"lead_unit": "SWJ"}, now=now
    )
    assert await look_in(pool, DISPATCHER, number, now=now)
    assert await look_in(pool, REVIEWER, number, now=now + timedelta(seconds=1))
    assert await look_in(pool, WATER_CLERK, number, now=now + timedelta(seconds=2))
    # Who may not see the case is not noted, and is told of nobody.
    assert not await look_in(pool, CITY_CLERK, number, now=now)
    assert await colleagues(pool, CITY_CLERK, number, now=now) == []

    seen = await colleagues(pool, REVIEWER, number, now=now)
    assert [one.name for one in seen] == [DISPATCHER.name, WATER_CLERK.name]
    await leave(pool, DISPATCHER, number)
    assert [one.name for one in await colleagues(pool, REVIEWER, number, now=now)] == [
        WATER_CLERK.name
    ]

    # A page that stands open keeps its beginning; one that comes back later begins anew.
    later = now + timedelta(seconds=30)
    await look_in(pool, WATER_CLERK, number, now=later)
    still = await colleagues(pool, REVIEWER, number, now=later)
    assert still[0].since == now + timedelta(seconds=2)
    gone = later + GONE_AFTER + timedelta(seconds=1)
    assert await colleagues(pool, REVIEWER, number, now=gone) == []
    await look_in(pool, WATER_CLERK, number, now=gone)
    assert (await colleagues(pool, REVIEWER, number, now=gone))[0].since == gone
    await forget_the_gone(pool, now=gone + GONE_AFTER + timedelta(seconds=1))
    assert await pool.fetchval("select count(*) from presence") == 0
