"""负责人审签 in every procedure: where a unit asks for it, its head signs what its clerks answer.

A switch of the unit (`Unit.countersigned`), so that nothing changes for units that do not ask. A
clerk's form is kept as a draft; the head finds it in the form of the very act that answers, and
sends it as it is or changed, or gives it back. Who wrote and who signed both stand in the history.
The handling clock runs on all the while.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from hotline.casefile import CaseFile, DraftedReply
from hotline.people import Actor, Role
from hotline.procedure import Action, Proposal


def countersigned(*replies: Action, back: str = "return_draft") -> tuple[Action, ...]:
    """The acts with which the lead answers, each with its draft; `back` is a draft's return."""
    stages = dict.fromkeys(stage for reply in replies for stage in reply.when)
    return (
        *(act for reply in replies for act in _drafted_and_signed(reply)),
        Action(
            back, "退回修改（审签）", when=tuple(stages), by=(Role.UNIT_HEAD,),
            part="lead", needs=("reason",), only=(a_draft_waits,), does=("return_draft",),
            tells=("unit/draft_returned",), tone="danger",
        ),
    )  # fmt: skip


def _drafted_and_signed(reply: Action) -> tuple[Action, Action]:
    begins = partial(as_drafted, reply.name, reply.begins)
    draft = Action(
        f"draft_{reply.name}", f"{reply.label}（送负责人审签）", when=reply.when, by=(Role.CLERK,),
        part="lead", needs=reply.needs, check=reply.check, begins=begins, does=("draft_reply",),
        only=(*reply.only, signature_asked), unless=(*reply.unless, no_draft_waits),
        # Where nobody may have handled the case, a draft of the act is no handling: whoever wrote
        # it gets it back.
        recused=reply.recused, handles=not reply.recused, tells=("unit/to_countersign",),
        tone=reply.tone,
    )  # fmt: skip
    return draft, replace(reply, only=(*reply.only, signs_alone), begins=begins)


def as_drafted(name: str, begins: Proposal | None, case: CaseFile) -> Mapping[str, Any]:
    """The form as the draft filled it in, over what it would begin with anyway."""
    drafted = case.pending.reply
    kept = drafted.inputs if drafted and drafted.action == name else {}
    return {**(begins(case) if begins else {}), **kept}


def waiting_draft(case: CaseFile) -> DraftedReply | None:
    """The draft that waits for the head (待负责人审签)."""
    drafted = case.pending.reply
    return drafted if drafted and not drafted.returned else None


def _must_be_signed(case: CaseFile, actor: Actor) -> bool:
    part = case.part_of(actor.unit_ids, "lead")
    asked = part is not None and part.unit_id in actor.countersigned
    return asked and not actor.has(Role.UNIT_HEAD)


def signature_asked(case: CaseFile, actor: Actor) -> str | None:
    """The unit asks its clerks for the head's signature."""
    return None if _must_be_signed(case, actor) else "不需要送负责人审签"


def signs_alone(case: CaseFile, actor: Actor) -> str | None:
    """The head signs, or the unit asks for no signature."""
    return "本单位的答复须经负责人审签" if _must_be_signed(case, actor) else None


def a_draft_waits(case: CaseFile, actor: Actor) -> str | None:
    """There is something to give back."""
    return None if waiting_draft(case) else "没有待审签的答复"


def no_draft_waits(case: CaseFile, actor: Actor) -> str | None:
    """One draft at a time."""
    drafted = waiting_draft(case)
    return f"{drafted.name}拟写的答复正在待负责人审签" if drafted else None
