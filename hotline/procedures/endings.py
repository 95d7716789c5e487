"""How a request ends before its answer (终止办理, 撤回), and how a closed one lives again.

潍坊市12345政务服务便民热线条例 21: a unit applies for termination where a ground of refusal
appears or the requester does not cooperate; the hotline decides, and the requester is told. What
comes back after its end, or was answered untruly, is reopened with a new round (重新办理).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hotline.casefile import CaseFile
from hotline.people import UNIT_ROLES, Actor, Role
from hotline.procedure import Action
from hotline.procedures.afterwards import archive, look_back
from hotline.procedures.merging import has_unit
from hotline.ties import MERGED, Tie

DECIDING = (Role.REVIEWER, Role.SUPERVISOR)
OVERSEERS = (Role.DISPATCHER, Role.SUPERVISOR)
# Filing away takes nothing from the requester.
ANSWERED = ("closed", "looking_back", "archived")
REOPENING = (Role.CALLBACK, *OVERSEERS)
REOPEN_WITHIN = timedelta(days=90)
"""How long after its end a case is reopened; later, the matter is a new case (演示设定)."""


def termination_complete(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """国办函〔2025〕66号: who is sent to a statutory channel is told which, also at the end."""
    ground = inputs.get("termination_ground")
    if ground == "statutory_channel" and "statutory_channel" not in inputs:
        return {"statutory_channel": "请选择应告知的法定渠道"}
    return {}


def had_its_answer(case: CaseFile, actor: Actor) -> str | None:
    """What was ended without one, and archived since, comes as a new case."""
    if case.stage == "archived" and case.answered_at is None:
        return "本件未经答复即已终结，请作为新的事项登记"
    return None


def look_back_named(case: CaseFile, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Whoever plans a look-back says when."""
    return {"look_back": "请选择多久以后回头看"} if inputs["look_back"] == "none" else {}


def early_endings(before_answer: tuple[str, ...]) -> tuple[Action, ...]:
    """Termination and withdrawal, from the stages before there is an answer."""
    return (
        Action(
            "request_termination", "申请终止办理", when=("handling",), to="ending",
            by=tuple(sorted(UNIT_ROLES)), part="lead", needs=("termination_ground", "reason"),
            handles=True, rare=True, tells=("reviewer/termination",),
        ),
        Action(
            "deny_termination", "不同意终止", when=("ending",), to="handling", by=DECIDING,
            needs=("reason",), recused=True, tells=("unit/decided",), tone="danger",
        ),
        Action(
            "terminate", "终止办理", when=before_answer, to="terminated", by=DECIDING,
            needs=("termination_ground", "statutory_channel?", "reason"),
            check=termination_complete, recused=True, rare=True,
            tells=("citizen/terminated", "former/ended"), tone="danger",
        ),
        Action(
            "withdraw", "诉求人撤回", when=("registered", *before_answer, "merged"),
            to="withdrawn", by=(Role.AGENT, Role.DISPATCHER), needs=("note",), rare=True,
            tie=Tie(MERGED, "ended", other="disjoin"),
            tells=("citizen/withdrawn", "former/ended"),
        ),
    )  # fmt: skip


def afterlife(ended: tuple[str, ...]) -> tuple[Action, ...]:
    """What may still be done with a closed request; a merged one had no unit of its own."""
    return (
        Action(
            "reopen", "重新办理", when=ANSWERED, to="handling", by=REOPENING,
            needs=("reopen_ground", "note"), only=(has_unit, had_its_answer), lapses=REOPEN_WITHIN,
            does=("live_again", "same_unit"), recused=True, rare=True,
            tells=("citizen/reopened", "unit/redo"),
        ),
        Action(
            "reopen_to_dispatch", "重新派单", when=ANSWERED, to="accepted", by=REOPENING,
            needs=("reopen_ground", "note"), only=(had_its_answer,), lapses=REOPEN_WITHIN,
            does=("live_again", "no_unit"), recused=True, rare=True, tells=("citizen/reopened",),
        ),
        Action(
            "plan_look_back", "列入回头看", when=("closed",), to="looking_back",
            by=(Role.SUPERVISOR,), needs=("look_back",), check=look_back_named,
            does=("live_again", "detail"), lapses=REOPEN_WITHIN, rare=True,
        ),
        look_back(when="looking_back", by=(Role.SUPERVISOR,), to="archived"),
        archive(when=ended, by=OVERSEERS, rare=True),
    )  # fmt: skip
