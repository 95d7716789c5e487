"""What one case has to do with another: the ties between cases, as an action makes or ends them.

A tie never joins two histories: each case keeps its number, its requester, its texts and its
callback. A tie that was a mistake is ended, and both go on alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotline.casefile import CaseFile

MERGED, SPLIT, FOLLOWS, SAME_MATTER = "merged", "split", "follows", "same_matter"

RELATIONS: dict[str, tuple[str, str]] = {
    MERGED: ("并入主单", "并入本件"),
    SPLIT: ("拆自", "拆出"),
    FOLLOWS: ("前件", "后续件"),
    SAME_MATTER: ("同一事项", "同一事项"),
}
"""What the other case is, read from the case that has the tie, and from the other one."""

# Who asked, and how: a matter that is split off (拆单) is the same person's.
REQUESTER = (
    "request_type", "urgency", "channel", "requester_name", "requester_phone", "anonymous",
    "confidential",
)  # fmt: skip


TIED = "tied"
"""Under this word the door hands over the case to which a tie stands (`Draft.found`)."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What an action does about another case (`hotline.procedure.Action.tie`).

    relation  one of `RELATIONS`
    change    "made": to the case that the input `names` names; "ended": the tie that stands is
              undone, if there is one; "done": the answer of the other was carried over;
              "told": the tie stands, and the other case notes what has happened here
    names     an input of type `case`
    other     the action that the other case takes with it, in the same transaction
    opens     the other case is a new one, which `other` opens
    hands     details of this case that the other one is given with it, under the same names
    """

    relation: str
    change: str = "made"
    names: str = ""
    other: str = ""
    opens: bool = False
    hands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkChange:
    """One tie made, ended or done, between two numbers; `due` where the answer is there already."""

    number: str
    other: str
    relation: str
    change: str = "made"
    due: bool = False


def inputs_of_other(case: "CaseFile", tie: Tie) -> dict[str, Any]:
    """The form of the other case's part: which case it is about, and what is handed over."""
    handed = {name: case.details[name] for name in tie.hands if name in case.details}
    return {"other_case": case.number, **handed}


def inputs_of_split(case: "CaseFile", inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The form of the case that is split off: its own matter, the same requester."""
    given = {name: value for name in REQUESTER if (value := getattr(case, name))}
    if "requester_phone" not in given:
        # Whoever could not be called about the whole can not be called about a part.
        given["anonymous"] = True
    return {**given, **inputs, "other_case": case.number}
