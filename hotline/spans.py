"""Months and years, which end on the corresponding day, or with the month (民法典 202)."""

import calendar
from datetime import date


def months_after(day: date, months: int) -> date:
    """The corresponding day so many months later (earlier, below zero)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def years_after(day: date, years: int) -> date:
    """The corresponding day so many years later."""
    return months_after(day, 12 * years)
