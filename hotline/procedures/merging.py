"""并案 and 拆单 as a procedure may have them: several requesters and one matter, or the reverse.

国办函〔2025〕66号 五: repeated cases are merged in principle (并单处理). Merging joins no
histories: each requester keeps number, texts and callback. The main case is handled; when its
answer stands (it is to be called back about, or it has been closed with the answer) time carries
the answer to each merged case, which then has a rating and a callback of its own.

A redo of the main case before its answer was approved changes nothing for the merged ones: they
wait. After that, they have been answered: each requester judges the answer alone, and a merged
case that has to be handled once more is dispatched by itself (`dispatch_anew`) or merged again. A
main case that ends without an answer (终止, 撤回) leaves its merged cases to be dispatched.
"""

from collections.abc import Mapping
from typing import Any

from hotline.casefile import CaseFile
from hotline.people import Actor, Role
from hotline.procedure import NEW, Action
from hotline.ties import MERGED, SAME_MATTER, SPLIT, Tie

UNMERGE, FOLLOW = "unmerge", "follow"
"""What time does with a merged case: `dispatch.following`."""


def nothing_merged_in(case: CaseFile, actor: Actor) -> str | None:
    """Main cases do not wait for others in turn."""
    return f"已有{case.merged}件工单并入本件，本件不能再并入其他工单" if case.merged else None


def has_unit(case: CaseFile, actor: Actor) -> str | None:
    """There is a unit to which the case can be given back."""
    return "本件没有承办单位" if case.lead_unit_id is None else None


def has_no_unit(case: CaseFile, actor: Actor) -> str | None:
    """The case was answered with another one, and no unit has it."""
    return "本件有承办单位" if case.lead_unit_id is not None else None


def where_it_is(case: CaseFile) -> Mapping[str, Any]:
    """What is split off mostly happened in the same place."""
    return {name: value for name in ("place", "address") if (value := getattr(case, name))}


def merging(
    *,
    from_stages: tuple[str, ...],
    into_stages: tuple[str, ...],
    waits_in: str,
    answered_in: str,
    dispatched_from: str,
    by: tuple[Role, ...],
    at_once_by: tuple[Role, ...] = (),
) -> tuple[Action, ...]:
    """The actions of 并案: by people on the case that is merged, along with it on the main case.

    Who takes the call (`at_once_by`) may merge what nobody was given yet.
    """
    return (
        Action(
            "merge", "并案", when=from_stages, to=waits_in,
            by={
                stage: (*by, *at_once_by) if stage == dispatched_from else by
                for stage in from_stages
            },
            needs=("main_case", "note?"), does=("merge",), unless=(nothing_merged_in,),
            tie=Tie(MERGED, names="main_case", other="absorb"), rare=True,
            tells=("citizen/merged", "former/ended"),
        ),
        Action(
            UNMERGE, "撤销并案", when=(waits_in,), to=dispatched_from, by=(*by, Role.CLOCK),
            needs=("reason",), tie=Tie(MERGED, "ended", other="disjoin"),
            tells=("dispatcher/unmerged",),
        ),
        Action(
            FOLLOW, "随主单答复", when=(waits_in,), to=answered_in, by=(Role.CLOCK,),
            needs=("main_case", "reply"), does=("follow", "answered"), tie=Tie(MERGED, "done"),
            tells=("citizen/answered", "citizen/rating"),
        ),
        Action(
            "absorb", "其他工单并入", when=into_stages, by=(Role.CLOCK,), needs=("other_case",),
            does=("absorb",), tells=("unit/absorbed",),
        ),
        Action(
            "disjoin", "并入的工单分出", when=into_stages, by=(Role.CLOCK,),
            needs=("other_case",), does=("disjoin",),
        ),
    )  # fmt: skip


def splitting(
    form: tuple[str, ...], *, from_stages: tuple[str, ...], to: str, by: tuple[Role, ...]
) -> tuple[Action, ...]:
    """The actions of 拆单: one case goes on with the rest, another begins with its own number."""
    return (
        Action(
            "split", "拆单", when=from_stages, by=by,
            needs=("title", "content", "category?", "place?", "address?"), begins=where_it_is,
            tie=Tie(SPLIT, other="split_off", opens=True), rare=True,
        ),
        Action(
            "split_off", "拆单登记", when=(NEW,), to=to, by=(Role.CLOCK,),
            needs=(*form, "other_case"), does=("describe", "accept", "continue_whole"),
            tie=Tie(SPLIT, names="other_case"), tells=("citizen/accepted",),
        ),
    )  # fmt: skip


def relating(*, when: tuple[str, ...], by: tuple[Role, ...]) -> tuple[Action, ...]:
    """Two cases are said to be about one matter; nothing else follows."""
    return (
        Action(
            "relate",
            "关联工单",
            when=when,
            by=by,
            needs=("other_case", "note?"),
            tie=Tie(SAME_MATTER, names="other_case"),
            rare=True,
        ),
    )
