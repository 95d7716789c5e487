"""当日: what is to be done before the day is over."""

from datetime import date, datetime, timedelta

import pytest

from hotline.calendar import SHANGHAI, calendar_in_file
from hotline.clocks import Limit, due, explain, moment_of_share, same_day, share_used

CALENDAR = calendar_in_file()
AFTERNOON = datetime(2026, 3, 9, 15, 59, 59, tzinfo=SHANGHAI)
TONIGHT = datetime(2026, 3, 9, 23, 59, 59, tzinfo=SHANGHAI)


def test_it_ends_with_the_day_also_on_a_rest_day() -> None:
    assert due(same_day(), AFTERNOON, CALENDAR).due_at == TONIGHT
    sunday = AFTERNOON - timedelta(days=1)
    assert due(same_day(), sunday, CALENDAR).raw_due_on == date(2026, 3, 8)


def test_it_warns_while_something_can_be_done() -> None:
    moments = [moment_of_share(same_day(), AFTERNOON, share, CALENDAR) for share in (0.5, 1)]
    assert moments == [AFTERNOON + timedelta(hours=4), TONIGHT]


def test_all_of_it_is_used_when_the_day_is_over() -> None:
    assert share_used(same_day(), AFTERNOON, TONIGHT, CALENDAR) == 0
    assert share_used(same_day(), AFTERNOON, TONIGHT + timedelta(hours=1), CALENDAR) == 1


def test_it_is_explained_and_written_like_any_limit() -> None:
    [day] = explain(same_day(), AFTERNOON, CALENDAR).days
    assert (day.date, day.counted, day.why) == (date(2026, 3, 9), True, "当日届满")
    assert Limit.parse(same_day().code) == same_day()
    assert same_day().text == "当日"


@pytest.mark.parametrize("code", ["0d", "0wd", "0h", "0wh"])
def test_no_other_limit_is_nothing(code: str) -> None:
    with pytest.raises(ValueError, match="时限须在"):
        Limit.parse(code)
