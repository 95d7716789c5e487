"""The same action on several ticked rows: each through the one door, each with its own answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.office import Office
from dispatch.perform import perform
from dispatch.queues import PAGE
from hotline.errors import Incomplete, Refusal
from hotline.numbers import is_case_number
from hotline.people import Actor


@dataclass(frozen=True, slots=True)
class Pick:
    """One ticked row: the case, the version that was on the screen, and what the row proposed."""

    number: str
    seen_version: int
    proposed: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one row."""

    number: str
    done: bool
    message: str


def picks_of(values: Sequence[str]) -> list[Pick]:
    """The ticked rows ("number:version" or "number:version:proposal"). Raises Incomplete."""
    if not values:
        raise Incomplete({"pick": "请先勾选工单"})
    if len(values) > PAGE:
        raise Incomplete({"pick": f"一次最多处理{PAGE}件"})
    picks: dict[str, Pick] = {}
    for value in values:
        number, _, rest = value.partition(":")
        version, _, proposed = rest.partition(":")
        if not is_case_number(number) or not _is_version(version):
            raise Incomplete({"pick": "勾选的内容有误，请刷新列表后重试"})
        picks[number] = Pick(number, int(version), proposed)
    return list(picks.values())


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


async def perform_each(
    office: Office,
    picks: Sequence[Pick],
    *,
    actor: Actor,
    now: datetime,
    wish: Callable[[Pick], tuple[str, Mapping[str, Any]]],
    done: Callable[[Pick], str],
    key: str | None = None,
) -> list[Result]:
    """Take the action that `wish` gives (name, inputs) for each row; a refused one stops no other.

    `done` says what a row has become. Under the same `key` a second sending does nothing more and
    tells the same.
    """
    results = []
    for pick in picks:
        action, inputs = wish(pick)
        try:
            await perform(
                office,
                pick.number,
                action,
                actor=actor,
                inputs=inputs,
                now=now,
                seen_version=pick.seen_version,
                idempotency_key=f"{key[:60]}:{pick.number}" if key else None,
            )
        except Refusal as refusal:
            results.append(Result(pick.number, False, refusal.message))
        else:
            results.append(Result(pick.number, True, done(pick)))
    return results
