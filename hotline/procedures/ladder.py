"""催办 → 督办 → 报领导: what people do about a delay, and what time does where nobody has.

济南市12345市民服务热线条例 28: what is overdue is supervised. A unit that has not answered is
reminded half a working day after its limit, supervised after a day, and reported to the leader
after three; a step that somebody has taken by hand is not repeated. Other procedures climb the
same ladder where a unit owes something and an office presses it; where the law itself says what
follows from a unit's silence (视为签收, 视为放弃), that follows and nobody is pressed.
"""

from hotline.casefile import CaseFile
from hotline.clock_rules import Rung
from hotline.clocks import working_hours
from hotline.people import UNIT_ROLES, Actor, Role
from hotline.procedure import Action


def rungs(basis: str) -> tuple[Rung, ...]:
    """The three steps, on the basis that the procedure has for them."""
    return (
        Rung(working_hours(4), "remind", basis),
        Rung(working_hours(8), "supervise", basis, standing="supervised"),
        Rung(working_hours(24), "report_to_leader", basis),
    )


LADDER = rungs("济南市12345市民服务热线条例 第28条（逾期督办）；具体时长为演示设定")


def a_unit_owes(case: CaseFile, actor: Actor) -> str | None:
    """There is somebody to be pressed."""
    owing = any(clock.owed_by in UNIT_ROLES for clock in case.open_clocks)
    return None if owing else "现在没有单位应办未办的事项"


def ladder(
    *,
    reminded_in: tuple[str, ...],
    reminded_by: tuple[Role, ...],
    supervised_in: tuple[str, ...],
    supervised_by: tuple[Role, ...],
    paper: str = "",
) -> tuple[Action, ...]:
    """The three actions, by hand in these stages or by time; `paper` is printed for a 督办.

    Time takes them only in the stages of `reminded_in`, which are all those in which a clock with
    a ladder runs.
    """
    by_time = dict.fromkeys(reminded_in, (*supervised_by, Role.CLOCK))
    return (
        Action(
            "remind", "催办", when=reminded_in, by=(*reminded_by, Role.CLOCK),
            needs=("note?",), only=(a_unit_owes,), does=("remind",), tells=("unit/reminded",),
        ),
        Action(
            "supervise", "督办", when=supervised_in,
            by={stage: by_time.get(stage, supervised_by) for stage in supervised_in},
            needs=("note",), does=("supervise",), tells=("unit/supervised",),
            papers=(paper,) if paper else (),
        ),
        Action(
            "report_to_leader", "呈报领导", when=reminded_in, by=by_time,
            needs=("note",), only=(a_unit_owes,), does=("report_to_leader",),
            tells=("leader/overdue", "unit/reported_up"),
        ),
    )  # fmt: skip
