"""仲裁 and 指定办理: who handles a case is decided above the dispatcher, and that stands.

国办函〔2025〕66号 五: where no unit is clear the hotline consults and fixes 主办 and 协办;
潍坊市12345政务服务便民热线条例 22: the hotline studies or designates, and a designated unit may not
hand the case back. A joint meeting (联席会议) decides in the same way: each of its decisions is one
of these actions, and names the meeting.
"""

from hotline.clock_rules import ClockRule
from hotline.clocks import Limit
from hotline.people import Role
from hotline.procedure import Action

_BASIS = "国办函〔2025〕66号 五（派单异议审核、会商确定主办协办）；具体时长为演示设定"
_NEEDS = ("lead_unit", "co_units?", "arbitration_ground", "reason", "meeting?")
_TELLS = ("unit/designated", "co/dispatched", "former/withdrawn")


def arbitration_clock(limit: Limit, *, owed_by: Role, ends: tuple[str, ...]) -> ClockRule:
    """Whoever is asked to arbitrate owes an answer."""
    return ClockRule(
        "arbitrate", "仲裁时限", owed_by, starts=("ask_arbitration",),
        ends=("arbitrate", "arbitrate_kept", *ends), limit=limit, basis=_BASIS,
    )  # fmt: skip


def arbitration(
    *,
    objected_in: str,
    to: str,
    asked_by: tuple[Role, ...],
    by: tuple[Role, ...],
    papers: tuple[str, ...] = (),
) -> tuple[Action, ...]:
    """An objection that the dispatcher cannot decide: asked for, then decided once and for all."""
    return (
        Action(
            "ask_arbitration", "提请仲裁", when=(objected_in,), by=asked_by, needs=("reason",),
            tells=("supervisor/arbitration",),
        ),
        Action(
            "arbitrate", "仲裁（改派并指定）", when=(objected_in,), to=to, by=by, needs=_NEEDS,
            does=("withdraw", "assign", "bind", "returned"), tells=_TELLS, papers=papers,
        ),
        Action(
            "arbitrate_kept", "仲裁（维持并指定）", when=(objected_in,), to=to, by=by,
            needs=("arbitration_ground", "reason", "meeting?"), does=("designate",),
            tells=("unit/objection_rejected",),
        ),
    )  # fmt: skip


def designation(
    *, when: tuple[str, ...], to: str, by: tuple[Role, ...], papers: tuple[str, ...] = ()
) -> tuple[Action, ...]:
    """指定办理 where nobody has objected, as a joint meeting decides it."""
    return (
        Action(
            "designate", "指定办理", when=when, to=to, by=by, needs=_NEEDS,
            does=("withdraw", "assign", "bind"), tells=_TELLS, papers=papers, rare=True,
        ),
    )  # fmt: skip
