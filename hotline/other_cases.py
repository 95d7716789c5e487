"""What an action does because of another case (`Action.tie`), and how a closed case lives again.

并案: several requesters ask for one thing, and one case is handled. A merged case waits for the
answer of its main case with nothing of a unit's on it, while the citizen clock of its own runs on.
"""

from collections.abc import Callable

from hotline.casefile import CaseFile, Part
from hotline.draft import Draft
from hotline.errors import Incomplete, NotAvailable
from hotline.procedure import Action, Phase, Procedure
from hotline.ties import MERGED, Tie

WHOLE = "whole"


def tie(draft: Draft, rules: Procedure, action: Action) -> None:
    """Make, end or carry out the tie of the action. Raises Incomplete where it cannot be."""
    asked = action.tie
    if asked is None or asked.opens:
        return
    if asked.change == "made":
        _make(draft, rules, asked)
    elif draft.other is not None and asked.change != "told":
        draft.link(asked.relation, draft.other.number, change=asked.change)


def _make(draft: Draft, rules: Procedure, asked: Tie) -> None:
    if asked.names not in draft.inputs:
        return
    other = draft.other
    if other is None:
        raise Incomplete({asked.names: "没有这个工单，或者您无权查看"})
    if other.number == draft.case.number:
        raise Incomplete({asked.names: "请填写另一件工单的编号，不能是本件"})
    if asked.other:
        _check_partner(rules, asked, other)
    due = asked.relation == MERGED and other.phase == Phase.VERDICT
    draft.link(asked.relation, other.number, due=due)


def _check_partner(rules: Procedure, asked: Tie, other: CaseFile) -> None:
    """The other case can take its own part in it now."""
    if other.kind != rules.kind:
        raise Incomplete({asked.names: f"{other.number}不是同一类事项，不能并案"})
    if asked.other not in {action.name for action in rules.actions_from(other.stage)}:
        label = rules.stage(other.stage).label
        raise Incomplete({asked.names: f"{other.number}现为“{label}”，不能再并入其他工单"})


def merge(draft: Draft) -> None:
    """The case waits for its main case; a unit that had it loses it, and nobody has it."""
    if draft.case.lead_unit_id is not None:
        draft.count("withdrawn")
    draft.change_parts(lambda part: part.withdrawn_at is None, withdrawn_at=draft.now)
    draft.change_parts(lambda part: part.open, ended_at=draft.now)
    draft.set(lead_unit_id=None, designated=False)


def absorb(draft: Draft) -> None:
    """One more case waits for the answer of this one."""
    draft.set(merged=draft.case.merged + 1)


def disjoin(draft: Draft) -> None:
    """One case less waits for the answer of this one."""
    draft.set(merged=max(0, draft.case.merged - 1))


def follow(draft: Draft) -> None:
    """The answer of the main case is this one's, too, and so is who has handled it (回避)."""
    main = draft.other
    if main is None:
        raise NotAvailable("本件现在没有并入其他工单")
    draft.set(handlers=tuple(dict.fromkeys((*draft.case.handlers, *main.handlers))))


def continue_whole(draft: Draft) -> None:
    """拆单: the matter was accepted with the whole, and its citizen clock runs from there."""
    if draft.other is None:
        raise NotAvailable("拆单须在原工单上办理")
    whole = draft.other.clock(WHOLE)
    if whole:
        draft.starts[WHOLE] = whole.started_at
    draft.set(accepted_at=draft.other.accepted_at or draft.now)


def live_again(draft: Draft) -> None:
    """A closed case is open again: it has not been closed, after all, and owes what it owed."""
    if draft.case.closed_at is None:
        return
    draft.count("closed", -1)
    draft.set(closed_at=None, archived_at=None, outcome="")


def same_unit(draft: Draft) -> None:
    """A new round with the unit that had the case."""
    unit_id = draft.case.lead_unit_id
    if unit_id is None:
        raise NotAvailable("本件没有承办单位，请用“重新派单”")
    _new_round(draft)
    again = Part(
        round=draft.case.round,
        unit_id=unit_id,
        part="lead",
        sent_at=draft.now,
        signed_at=draft.now,
    )
    draft.set(assignments=(*draft.case.assignments, again))


def no_unit(draft: Draft) -> None:
    """A new round without a unit: it is dispatched anew."""
    _new_round(draft)
    merge(draft)


def _new_round(draft: Draft) -> None:
    draft.count("redo")
    draft.change_parts(lambda part: part.open, ended_at=draft.now)
    draft.set(
        round=draft.case.round + 1,
        attempts=0,
        solved="",
        satisfied=None,
        manner=None,
        rated_at=None,
    )


def carries(before: CaseFile, after: CaseFile) -> bool:
    """Whether what waits for the answer of this case has to be looked at.

    It has been given (评价阶段), or the case has come to its end.
    """
    stands = (Phase.VERDICT, Phase.CLOSED)
    return bool(after.merged) and after.phase in stands and after.phase != before.phase


OTHER_CASES: tuple[Callable[[Draft], None], ...] = (
    merge, absorb, disjoin, follow, continue_whole, live_again, same_unit, no_unit,
)  # fmt: skip
