"""归档 and 回头看 as every procedure has them: what is done with a matter that has been dealt with.

回头看 is for what has been closed but easily comes back: some time later somebody looks whether
what was promised has been kept. Nothing that is still to be looked at is archived.
"""

from hotline.casefile import CaseFile
from hotline.clock_rules import By, ClockRule
from hotline.clocks import calendar_days
from hotline.people import Actor, Role
from hotline.procedure import Action


def look_back_first(case: CaseFile, actor: Actor) -> str | None:
    """What was to be looked at again is not archived before."""
    return "应先完成“回头看”再归档" if case.clock("look_back") else None


def look_back_due(case: CaseFile, actor: Actor) -> str | None:
    """There is a look-back to be done."""
    return None if case.clock("look_back") else "本件没有待办的“回头看”"


def look_back_clock(*, starts: tuple[str, ...], owed_by: Role, basis: str) -> ClockRule:
    """How long after: chosen by whoever plans it (the detail `look_back`)."""
    return ClockRule(
        "look_back", "回头看时限", owed_by,
        starts=starts, ends=("look_back", "reopen"),
        limit=By("look_back", {"month": calendar_days(30), "quarter": calendar_days(90)}),
        basis=basis,
    )  # fmt: skip


def look_back(*, when: str, by: tuple[Role, ...], to: str | None = None) -> Action:
    """回头看 found that it has been kept."""
    return Action(
        "look_back", "回头看：落实到位", when=(when,), to=to, by=by, needs=("findings",),
        only=(look_back_due,), tone="primary",
    )  # fmt: skip


def archive(
    *, when: tuple[str, ...], by: tuple[Role, ...], to: str = "archived", rare: bool = False
) -> Action:
    """归档: nothing more is to be done about it."""
    return Action(
        "archive", "归档", when=when, to=to, by=by, needs=("note?",), unless=(look_back_first,),
        rare=rare,
    )  # fmt: skip
