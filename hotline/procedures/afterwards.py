"""归档 and 回头看 as every procedure has them: what is done with a matter that has been dealt with.

回头看 is for what has been closed but easily comes back: some time later somebody looks whether
what was promised has been kept. Nothing that is still to be looked at is archived.
"""

from hotline.casefile import CaseFile
from hotline.clock_rules import By, ClockRule
from hotline.clocks import calendar_days
from hotline.people import Actor, Role
from hotline.procedure import Action, Phase, Retention, Stage


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
        does=("file_away",) if to else (), only=(look_back_due,), tone="primary",
    )  # fmt: skip


def not_archived(case: CaseFile, actor: Actor) -> str | None:
    """A file is put away once."""
    return "本件已归档" if case.archived_at else None


def archive(
    *, when: tuple[str, ...], by: tuple[Role, ...], to: str | None = "archived", rare: bool = False
) -> Action:
    """归档: nothing more is to be done about it."""
    return Action(
        "archive", "归档", when=when, to=to, by=by, needs=("note?",), does=("file_away",),
        only=(not_archived,), unless=(look_back_first,), rare=rare,
    )  # fmt: skip


def archive_where_it_ended(stages: tuple[Stage, ...], *, by: tuple[Role, ...]) -> Action:
    """归档 of whatever has ended, where the stage goes on saying how; a mistaken entry is none."""
    ends = [one.name for one in stages if one.phase is Phase.CLOSED and one.name != "voided"]
    return archive(when=tuple(ends), by=by, to=None)


def procurement_file() -> Retention:
    """政府采购法 42: at least fifteen years from the end of the procurement."""
    return Retention(15, basis="政府采购法 第42条：采购文件从采购结束之日起至少保存15年")


def kept(years: int) -> Retention:
    """One of the limits that 国家档案局令第8号 names: 10 or 30 years."""
    return Retention(
        years,
        basis="机关文件材料归档范围和文书档案保管期限规定（国家档案局令第8号）：保管期限分永久、30年、10年；"
        f"本类取{years}年，为演示设定",
    )
