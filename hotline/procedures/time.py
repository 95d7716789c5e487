"""What time does in every procedure: it warns, and it notes that a limit has passed."""

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
)  # fmt: skip
