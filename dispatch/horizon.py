"""How far the calendar is published, and how many deadlines lie beyond: warned of in time.

The State Council's notice (国务院办公厅关于部分节假日安排的通知) for a year comes about November
of the year before; until it is loaded, a deadline beyond the horizon is provisional (暂定).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dispatch.db import Connection, Pool
from hotline.calendar import SHANGHAI, WorkingCalendar

HORIZON_DAYS = 60
# Counting stops here: more than this says the same.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Horizon:
    """The last published day, how many days are left, and the open clocks that end later."""

    on: date
    days_left: int
    provisional: int

    @property
    def near(self) -> bool:
        """Whether the next notice should have been loaded by now."""
        return self.days_left < HORIZON_DAYS

    @property
    def provisional_words(self) -> str:
        """The number, or "more than" it where counting stopped."""
        return (
            f"{MOST_COUNTED}个以上" if self.provisional > MOST_COUNTED else f"{self.provisional}个"
        )


async def horizon(where: "Pool | Connection", calendar: WorkingCalendar, *, today: date) -> Horizon:
    """The horizon of the calendar as it stands on the day."""
    provisional: int = await where.fetchval(
        "select count(*) from (select 1 from clock where ended_at is null and due_at >= $1"
        " limit $2) few",
        day_begins(calendar.horizon + timedelta(days=1)),
        MOST_COUNTED + 1,
    )
    return Horizon(calendar.horizon, (calendar.horizon - today).days, provisional)


def day_begins(day: date) -> datetime:
    """Midnight in Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)
