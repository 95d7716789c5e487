"""How a stored deadline came about (时限怎么算的): each day, with stops and extensions."""

from dataclasses import replace
from datetime import date

from hotline.calendar import in_shanghai
from hotline.casefile import ClockStop, Running
from hotline.clocks import Day, Explanation, Limit, explain
from hotline.procedure import Procedure
from hotline.rulebook import Rulebook
from hotline.vocabulary import STOP_GROUNDS


def explained(clock: Running, rulebook: Rulebook, *, begins: str = "") -> Explanation:
    """Each day from the start of the clock to its deadline: counted or not, and why.

    `begins` says what its first day is, where that is not the day of an act.
    Raises ValueError where stops make it too long to be told day by day.
    """
    found = explain(clock.full_limit, clock.started_at, rulebook.calendar, clock.rests)
    own = Limit.parse(clock.limit).amount
    days = tuple(_named(day, clock, own) for day in found.days)
    if begins:
        days = (replace(days[0], why=begins), *days[1:])
    return replace(found, days=days)


def beginning(rules: Procedure, clock: Running) -> str:
    """What the first day of a clock is that begins when another one expires (期满)."""
    after = rules.clock(clock.name).after
    return f"{rules.clock(after).label}届满之日，不计" if after else ""


def _named(day: Day, clock: Running, own: float) -> Day:
    """The day with the stop that it belongs to, or the extension that it is counted by."""
    if day.ordinal is not None and clock.full_limit.in_days and day.ordinal > own:
        return replace(day, why=f"{day.why}；延期第{day.ordinal - int(own)}日")
    stop = None if day.counted else _stop_of(day.date, clock)
    if stop and day.why.startswith("停止计时"):
        return replace(day, why=f"停止计时：{STOP_GROUNDS.get(stop.ground, stop.ground)}")
    return day


def _stop_of(day: date, clock: Running) -> ClockStop | None:
    return next(
        (
            stop
            for stop in clock.stops
            if in_shanghai(stop.from_at).date() <= day <= in_shanghai(stop.until_at).date()
        ),
        None,
    )
