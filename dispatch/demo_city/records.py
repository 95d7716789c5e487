"""What the demonstration city is made of: one frozen value for each kind of line in its files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from string import Formatter


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit. kind: centre, department (parks too), district, street, enterprise, institution.

    The unit of a district or street carries the code of its place. An institution keeps a
    register of its own and is no member unit of the hotline.
    """

    code: str
    name: str
    short_name: str
    kind: str
    parent_code: str

    @property
    def member(self) -> bool:
        """Whether it is one of the 62 member units (成员单位)."""
        return self.kind in {"government", "department", "district", "enterprise"}


@dataclass(frozen=True, slots=True)
class DemoCategory:
    """A line of the classification tree; level 1, 2 or 3, code like 03.02.05."""

    code: str
    parent_code: str
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class DemoResponsibility:
    """A line of the dispatch catalogue (派单目录); no place code means the whole city."""

    category_code: str
    place_code: str
    unit_code: str
    valid_from: date
    valid_until: date | None
    basis: str


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A division. level: district (6 digits), street (9) or community (12)."""

    code: str
    name: str
    parent_code: str
    level: str


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """A person who signs in; roles are the values of `hotline.people.Role`."""

    sign_in: str
    name: str
    unit_code: str
    roles: tuple[str, ...]
    job_title: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What citizens come back with again and again: a request with its whole life, with slots.

    where: urban (a street with communities), city (the same, in the four city districts) or
    rural (a village). The codes of `request_type`, `urgency` and `redo_reason` are those of
    `hotline.inputs`. Slots like {road} are filled per request, those ending in _day per reply.
    """

    category: str
    request_type: str
    urgency: str
    where: str
    title: str
    content: str
    reply: str
    weak_reply: str
    redo_reason: str
    review_note: str
    callback_note: str


@dataclass(frozen=True, slots=True)
class DirectAnswer:
    """A question that an agent answers at once (直接答复), without a case."""

    category: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that becomes no case: the ground of refusal and the way that was shown.

    channel: a key of EMERGENCY_CHANNELS, STATUTORY_CHANNELS or EXPLAIN_GROUNDS in
    `hotline.calls`, as the ground says; empty for in_progress.
    """

    ground: str
    channel: str
    category: str
    title: str
    content: str
    answer: str


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """One request of one invented citizen, ready to be taken in, and how it may be handled.

    An anonymous requester has no name; the phone is the number that called. `result` is a key
    of `hotline.inputs.RESULTS`. A confidential requester asked that nobody learns who called.
    """

    request_type: str
    category_code: str
    urgency: str
    title: str
    content: str
    requester_name: str
    phone: str
    anonymous: bool
    confidential: bool
    place_code: str
    address: str
    result: str
    weak_reply: str
    redo_reason: str
    review_note: str
    callback_note: str
    reply_pattern: str

    def reply(self, *, received_on: date, replied_on: date) -> str:
        """The unit's good reply, with days that fit between receipt and reply (city days)."""
        span = max((replied_on - received_on).days, 0)
        days = {
            "contact_day": received_on + timedelta(days=min(span, 1)),
            "visit_day": received_on + timedelta(days=max(min(span, 1), span // 2)),
            "done_day": received_on + timedelta(days=span),
            "plan_day": received_on + timedelta(days=span + 21),
        }
        return self.reply_pattern.format_map(
            {slot: f"{day.month}月{day.day}日" for slot, day in days.items()}
        )


@dataclass(frozen=True, slots=True)
class DemoCity:
    """The whole invented city.

    `remarks`: sentences for the steps of a case, by step. `words`: names that fill slots, by
    the code of the district that has them or "anywhere", then by slot.
    """

    name: str
    units: tuple[DemoUnit, ...]
    categories: tuple[DemoCategory, ...]
    responsibilities: tuple[DemoResponsibility, ...]
    places: tuple[DemoPlace, ...]
    staff: tuple[DemoStaff, ...]
    matters: tuple[Matter, ...]
    answers: tuple[DirectAnswer, ...]
    refusals: tuple[Refusal, ...]
    remarks: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def member_units(self) -> tuple[DemoUnit, ...]:
        """The member units (成员单位), without the centre and the streets below the districts."""
        return tuple(unit for unit in self.units if unit.member)


def slots(text: str) -> Iterator[str]:
    """The names between braces in a text of a matter."""
    return (name for _, name, _, _ in Formatter().parse(text) if name)
