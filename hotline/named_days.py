"""Days that a person names in a form: what has happened is not to come, a limit is not over."""

from collections.abc import Callable
from datetime import date

from hotline.calendar import in_shanghai
from hotline.draft import Draft
from hotline.errors import Incomplete
from hotline.inputs import INPUTS


def past_days(draft: Draft) -> None:
    """Every day of the form is one on which something has happened: today or before."""
    _refuse(draft, lambda day, today: day > today, "不能晚于今天")


def coming_days(draft: Draft) -> None:
    """Every day of the form is one by which something is owed: today or later."""
    _refuse(draft, lambda day, today: day < today, "不能早于今天")


def _refuse(draft: Draft, wrong: Callable[[date, date], bool], why: str) -> None:
    today = in_shanghai(draft.now).date()
    refused = {
        name: f"“{INPUTS[name].label}”{why}"
        for name, value in draft.inputs.items()
        if INPUTS[name].type == "day" and wrong(date.fromisoformat(value), today)
    }
    if refused:
        raise Incomplete(refused)


NAMED_DAYS: tuple[Callable[[Draft], None], ...] = (past_days, coming_days)
