"""主办 and 协办 in every procedure: what the units of one case wait for in each other."""

from hotline.casefile import CaseFile
from hotline.people import UNIT_ROLES, Actor, Role
from hotline.procedure import Action

UNITS = tuple(sorted(UNIT_ROLES))


def co_sign(when: tuple[str, ...], *, label: str = "协办签收") -> Action:
    """Each co-unit signs for itself."""
    return Action(
        "co_sign", label, when=when, by=UNITS, part="co", does=("sign",), unless=(co_unsigned,),
        tone="primary",
    )  # fmt: skip


def co_reply(
    when: tuple[str, ...],
    *,
    label: str = "协办反馈",
    says: str = "progress",
    tells: str = "unit/co_replied",
) -> Action:
    """And says what it has done; `says` is the input for that."""
    return Action(
        "co_reply", label, when=when, by=UNITS, part="co", needs=(says, "files?"),
        does=("co_reply",), unless=(co_open,), handles=True, tells=(tells,), tone="primary",
    )  # fmt: skip


def release_co(when: tuple[str, ...], *, by: tuple[Role, ...]) -> Action:
    """Whoever named a co-unit lets it go again."""
    return Action(
        "release_co", "解除协办", when=when, by=by, needs=("co_units", "reason"),
        does=("release",), only=(co_units_assist,), tells=("former/released",),
    )  # fmt: skip


def co_units_done(case: CaseFile, actor: Actor) -> str | None:
    """北京市接诉即办工作条例 14: co-units report to the lead, whose reply waits for them."""
    waiting = sum(part.part == "co" and part.replied_at is None for part in case.parts)
    return f"还有{waiting}个协办单位未反馈，主办单位暂不能答复" if waiting else None


def co_open(case: CaseFile, actor: Actor) -> str | None:
    """A co-unit reports once a round, after signing."""
    part = case.part_of(actor.unit_ids, "co")
    if part and part.replied_at:
        return "本单位已反馈协办情况"
    return None if part and part.signed_at else "请先签收"


def co_units_assist(case: CaseFile, actor: Actor) -> str | None:
    """There is somebody to release."""
    return None if any(part.part == "co" for part in case.parts) else "本件没有协办单位"


def co_unsigned(case: CaseFile, actor: Actor) -> str | None:
    """A co-unit signs once."""
    part = case.part_of(actor.unit_ids, "co")
    return "本单位已签收" if part and part.signed_at else None
