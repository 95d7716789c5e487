"""What one case has to do with another: the ties between cases, as an action makes or ends them.

A tie never joins two histories: each case keeps its number, its requester, its texts and its
callback. A tie that was a mistake is ended, and both go on alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.casefile import CaseFile
from hotline.procedure import Phase

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
class LinkChange:
    """One tie made, ended or done, between two numbers; `due` where the answer is there already."""

    number: str
    other: str
    relation: str
    change: str = "made"
    due: bool = False


def carries(before: CaseFile, after: CaseFile) -> bool:
    """Whether what waits for the answer of this case has to be looked at.

    It has been given (评价阶段), or the case has come to its end.
    """
    stands = (Phase.VERDICT, Phase.CLOSED)
    return bool(after.merged) and after.phase in stands and after.phase != before.phase


def inputs_of_split(case: CaseFile, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The form of the case that is split off: its own matter, the same requester."""
    given = {name: value for name in REQUESTER if (value := getattr(case, name))}
    if "requester_phone" not in given:
        # Whoever could not be called about the whole can not be called about a part.
        given["anonymous"] = True
    return {**given, **inputs, "other_case": case.number}
