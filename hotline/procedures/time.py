"""What time does in every procedure: it warns, notes breaches, follows notices and new limits."""

from hotline.people import Role
from hotline.procedure import ANYWHERE, Action

TIME = (
    Action(
        "warn", "时限预警", when=(ANYWHERE,), by=(Role.CLOCK,), needs=("clock", "level", "since?"),
        does=("ring",), tells=("owed/warned",),
    ),
    Action(
        "breach", "超期", when=(ANYWHERE,), by=(Role.CLOCK,), needs=("clock", "level", "since?"),
        does=("ring",), tells=("owed/breached", "supervisor/breached"),
    ),
    # Nobody is told of each: a notice moves the deadlines of the whole city on one day.
    Action(
        "recalendar", "日历变更", when=(ANYWHERE,), by=(Role.CLOCK,), needs=("notice", "calendar"),
        does=("recalendar",),
    ),
    # As with a notice, nobody is told of each.
    Action(
        "adjust_limits", "期限调整", when=(ANYWHERE,), by=(Role.CLOCK,),
        needs=("limit_change", "basis"), does=("adjust_limits",),
    ),
)  # fmt: skip
