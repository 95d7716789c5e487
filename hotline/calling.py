"""When to call somebody back (回访): what was asked for, what was heard before, and the next try.

Nothing here is stored: the plan follows from the attempts that stand in the history.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hotline.calendar import SHANGHAI, in_shanghai

# Nobody is called back at night; the hours are the demonstration's own (演示设定).
FIRST, LAST = time(9), time(20)
BUSY_AGAIN = timedelta(minutes=30)
UNHEARD_AGAIN = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of the day in which one may call."""

    name: str
    begins: time
    ends: time

    def __str__(self) -> str:
        return f"{self.name}（{self.begins:%H:%M}–{self.ends:%H:%M}）"

    def holds(self, at: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.begins <= in_shanghai(at).time() < self.ends


MORNING = Slot("上午", time(9), time(12))
NOON = Slot("午间", time(12), time(14))
AFTERNOON = Slot("下午", time(14), time(18))
EVENING = Slot("晚间", time(18), time(20))
SLOTS = (MORNING, NOON, AFTERNOON, EVENING)


@dataclass(frozen=True, slots=True)
class Heard:
    """A moment at which this number called us or was called, and whether somebody spoke."""

    at: datetime
    spoke: bool


@dataclass(frozen=True, slots=True)
class Best:
    """The part of the day that is proposed, and why; None where nothing speaks for any."""

    slot: Slot | None
    why: str


_ASKED = (
    (EVENING, re.compile(r"晚上|晚间|傍晚|下班后|(?<!\d)(?:1[89])[:：点时]|[六七]点(?:以)?后")),
    (NOON, re.compile(r"中午|午间|午休|(?<!\d)1[23][:：点时]")),
    (AFTERNOON, re.compile(r"下午|(?<!\d)1[4-7][:：点时]")),
    (MORNING, re.compile(r"上午|早上|一早|(?<!\d)(?:9|09|10|11)[:：点时]")),
)
_CALLS = re.compile(
    r"[^。；;，,\n]*(?:再打|回电|来电|致电|打来|拨打|联系|回访|方便|接电话|有空)[^。；;，,\n]*"
)


def asked_slot(texts: Iterable[str]) -> Slot | None:
    """The part of the day that the newest of the texts asks to be called in; newest first."""
    for text in texts:
        for clause in _CALLS.findall(text):
            for slot, words in _ASKED:
                if words.search(clause):
                    return slot
    return None


def best_slot(heard: Sequence[Heard], *, asked: Slot | None = None) -> Best:
    """What was asked for; else the part of the day in which somebody spoke most."""
    if asked:
        return Best(asked, "诉求人或记录中约定的时段")
    tried = [(slot, *_of(slot, heard)) for slot in SLOTS]
    slot, spoke, missed = max(tried, key=lambda one: (one[1] - one[2], one[1]))
    if spoke > missed:
        return Best(
            slot, f"这个号码在此时段通话{spoke}次" + (f"，未接{missed}次" if missed else "")
        )
    avoided = [slot.name for slot, spoke, missed in tried if missed > spoke]
    if avoided:
        return Best(None, f"{'、'.join(avoided)}未接通过，可换个时段")
    return Best(None, "没有可参考的通话记录")


def _of(slot: Slot, heard: Sequence[Heard]) -> tuple[int, int]:
    within = [one.spoke for one in heard if slot.holds(one.at)]
    return within.count(True), within.count(False)


def next_attempt(at: datetime, attempt: str, *, slot: Slot | None = None) -> datetime | None:
    """When to call again after an attempt (`ATTEMPTS`) that reached nobody, else None.

    Half an hour after a busy line, two hours after no answer, on the next day after a wrong
    number; in the proposed part of the day where there is one, and never at night.
    """
    if attempt in ("answered", "refused"):
        return None
    here = in_shanghai(at)
    tomorrow = datetime.combine(here.date() + timedelta(days=1), FIRST, SHANGHAI)
    if attempt == "wrong_number":
        return tomorrow
    again = here + (BUSY_AGAIN if attempt == "busy" else UNHEARD_AGAIN)
    if again.time() >= LAST or again.date() != here.date():
        again = tomorrow
    elif again.time() < FIRST:
        again = datetime.combine(again.date(), FIRST, SHANGHAI)
    return _within(again, slot) if slot else again


def _within(at: datetime, slot: Slot) -> datetime:
    """The first moment from `at` on that lies in the part of the day."""
    if slot.holds(at):
        return at
    day = at.date() if at.time() < slot.begins else at.date() + timedelta(days=1)
    return datetime.combine(day, slot.begins, SHANGHAI)
