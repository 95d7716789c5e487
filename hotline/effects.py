"""The closed set of what an action does to a case besides moving it (`Action.does`).

Each effect is a small function over a `hotline.draft.Draft`. What concerns extensions and stops
stands in `hotline.extra_time`.
"""

from collections.abc import Callable
from datetime import date, datetime, time

from hotline.archiving import ARCHIVING
from hotline.calendar import SHANGHAI, in_shanghai
from hotline.casefile import CaseFile, Part, Running
from hotline.countersigning import COUNTERSIGNING
from hotline.draft import Count, Draft
from hotline.errors import Incomplete, NotAvailable
from hotline.extra_time import EXTRA_TIME
from hotline.inside import INSIDE
from hotline.ladder import climb
from hotline.limit_changes import branch_of
from hotline.named_days import NAMED_DAYS
from hotline.other_cases import OTHER_CASES
from hotline.passing_on import PASSING_ON
from hotline.procedures import procedure
from hotline.rings import BREACHED, held, rung_to
from hotline.winding import adjusted, recomputed

ANSWERED_WITHIN = (5, 10, 15)
"""Working days after which the share of answered cases is read off."""

_COLUMNS = frozenset(CaseFile.__struct_fields__)


def describe(draft: Draft) -> None:
    """The case gets what the form says."""
    fields = (
        "request_type", "category", "place", "address", "urgency", "title", "content",
        "requester_name", "requester_phone", "anonymous", "confidential", "channel",
    )  # fmt: skip
    given = {name: draft.inputs[name] for name in fields if name in draft.inputs}
    draft.set(**given, opened_at=draft.now)
    draft.count("opened", unit=False)


def detail(draft: Draft) -> None:
    """What only this kind of case has is kept as its details."""
    own = {n: value for n, value in draft.inputs.items() if n not in _COLUMNS and n != "files"}
    draft.set(details={**draft.case.details, **own})


def quote(draft: Draft) -> None:
    """What the leader wrote or said is the text of the case."""
    details = dict(draft.case.details)
    draft.set(content=details.pop("instruction"), details=details)


def restrict(draft: Draft) -> None:
    """A work secret (工作秘密) is confidential: whoever reads it is written down."""
    draft.set(confidential=draft.inputs["secrecy"] == "work_secret")


def protect(draft: Draft) -> None:
    """信访工作条例 30: what accuses somebody is confidential, and so is who says it."""
    if draft.case.details.get("petition_kind") == "accusation":
        draft.set(confidential=True)


def seal(draft: Draft) -> None:
    """A state secret leaves a number and dates here, and nothing else (保守国家秘密法 31)."""
    sealed = {**draft.case.details, "secrecy": "state_secret"}
    draft.set(title="涉密批示件（线下办理）", details=sealed, confidential=True)


def amend(draft: Draft) -> None:
    """Corrected elements replace the first ones; both stay in the history."""
    fields = ("request_type", "category", "place", "address")
    draft.set(**{name: draft.inputs[name] for name in fields if name in draft.inputs})


def accept(draft: Draft) -> None:
    """The citizen clock runs from here."""
    draft.set(accepted_at=draft.now)


def accept_on_receipt(draft: Draft) -> None:
    """令94 21: what meets the conditions is accepted as of the day of its receipt."""
    day = date.fromisoformat(str(draft.case.details["received_on"]))
    draft.set(accepted_at=datetime.combine(day, time.min, SHANGHAI))


def assign(draft: Draft) -> None:
    """Lead and co-units get their parts of the round."""
    lead = draft.rulebook.units_by_code[draft.inputs["lead_unit"]]
    cos = [draft.rulebook.units_by_code[code] for code in draft.inputs.get("co_units", ())]
    if lead in cos:
        raise Incomplete({"co_units": f"{lead.name}已是主办单位，不能同时协办"})
    for name, units in (("lead_unit", [lead]), ("co_units", cos)):
        if any(unit.kind == "centre" for unit in units):
            raise Incomplete({name: "热线中心不能作为承办单位"})
    parts = tuple(
        Part(
            round=draft.case.round,
            unit_id=unit.id,
            part="lead" if unit is lead else "co",
            sent_at=draft.now,
        )
        for unit in (lead, *cos)
    )
    draft.set(
        assignments=(*draft.case.assignments, *parts),
        lead_unit_id=lead.id,
        designated=bool(draft.inputs.get("designate")),
    )
    draft.count("received")


def withdraw(draft: Draft) -> None:
    """The units lose the case, and with it their access: also what earlier rounds gave them."""
    lead = draft.case.lead
    new = draft.rulebook.units_by_code[draft.inputs["lead_unit"]]
    if lead and lead.unit_id == new.id:
        raise Incomplete({"lead_unit": f"{new.name}就是现在的主办单位"})
    if lead:
        draft.count("withdrawn")
    _withdraw_from(draft, {part.unit_id for part in draft.case.parts})


def release(draft: Draft) -> None:
    """Co-units lose their part, so that one that never reports does not block the lead for ever."""
    units = [draft.rulebook.units_by_code[code] for code in draft.inputs["co_units"]]
    assisting = {part.unit_id for part in draft.case.parts if part.part == "co"}
    if others := [unit.name for unit in units if unit.id not in assisting]:
        raise Incomplete({"co_units": f"{'、'.join(others)}现在不是协办单位"})
    _withdraw_from(draft, {unit.id for unit in units})


def _withdraw_from(draft: Draft, losing: set[int]) -> None:
    draft.change_parts(
        lambda part: part.unit_id in losing and part.withdrawn_at is None, withdrawn_at=draft.now
    )
    draft.change_parts(lambda part: part.unit_id in losing and part.open, ended_at=draft.now)


def sign(draft: Draft) -> None:
    """The actor's unit confirms receipt of its part."""
    own = draft.own_part()
    draft.change_parts(lambda part: part is own, signed_at=draft.now)


def deem(draft: Draft) -> None:
    """Receipt is deemed: leaving a case unsigned stops no clock."""
    lead = draft.own_part()
    draft.change_parts(lambda part: part is lead, signed_at=draft.now, deemed=True)


def designate(draft: Draft) -> None:
    """The unit keeps the case and may not object again; it signs anew."""
    lead = draft.own_part()
    draft.set(designated=True)
    draft.change_parts(lambda part: part is lead, signed_at=None, deemed=False)


def bind(draft: Draft) -> None:
    """Whoever has the case now keeps it: decided above the dispatcher (指定办理)."""
    draft.set(designated=True)


def returned(draft: Draft) -> None:
    """Once more sent back; as often as the procedure bears, and it is supervised (提级督办)."""
    draft.set(returns=draft.case.returns + 1)
    rule = procedure(draft.case.kind).returns
    if rule and draft.case.returns == rule.most:
        draft.set(supervised=True)


def co_reply(draft: Draft) -> None:
    """A co-unit has reported to the lead."""
    own = draft.own_part()
    draft.change_parts(lambda part: part is own, replied_at=draft.now)


def co_punctual(draft: Draft) -> None:
    """Where each unit answers for its own part: the co-unit's in time or not, as its own figure."""
    own = draft.own_part()
    late = own.due_at is not None and draft.now > own.due_at
    on = in_shanghai(draft.now).date()
    draft.counts.append(Count("late" if late else "on_time", 1, own.unit_id, on))


def reply(draft: Draft) -> None:
    """The lead has answered: in time or not, and after how many working days the first time."""
    hand_in(draft)
    answered(draft)


def hand_in(draft: Draft) -> None:
    """The lead has done its part, in time or not; somebody else gives the answer."""
    lead = draft.own_part()
    draft.change_parts(lambda part: part is lead, replied_at=draft.now)
    handle = draft.case.clock("handle")
    if handle:
        late = handle.overdue(draft.now)
        draft.count("late" if late else "on_time")
        if late and handle.rung < BREACHED:
            draft.count("overdue")


def answered(draft: Draft) -> None:
    """The first answer counts towards the shares answered within 5, 10 and 15 working days."""
    if draft.case.answered_at is not None:
        return
    draft.set(answered_at=draft.now)
    taken = draft.rulebook.calendar.working_days_between(
        in_shanghai(draft.case.opened_at).date(), in_shanghai(draft.now).date()
    )
    draft.count("answered")
    for days in ANSWERED_WITHIN:
        if taken <= days:
            draft.count(f"answered_{days}")


def new_round(draft: Draft) -> None:
    """A redo: the lead gets a new round with new unit clocks; the citizen clock runs on."""
    _next_round(draft, ("lead",))


def round_together(draft: Draft) -> None:
    """A redo in which those who assist go on assisting."""
    _next_round(draft, ("lead", "co"))


def _next_round(draft: Draft, going_on: tuple[str, ...]) -> None:
    if draft.case.lead is None:
        raise NotAvailable("本件现在没有承办单位")
    parts = [part for part in draft.case.parts if part.part in going_on]
    draft.count("redo")
    draft.change_parts(lambda part: part.open, ended_at=draft.now)
    again = tuple(
        Part(
            round=draft.case.round + 1,
            unit_id=part.unit_id,
            part=part.part,
            sent_at=draft.now,
            signed_at=draft.now,
        )
        for part in parts
    )
    draft.set(
        round=draft.case.round + 1,
        assignments=(*draft.case.assignments, *again),
        attempts=0,
        solved="",
        satisfied=None,
        manner=None,
        rated_at=None,
    )


def callback(draft: Draft) -> None:
    """One attempt to ask the requester; only an answered one is a valid callback (有效回访)."""
    given = draft.inputs
    draft.set(attempts=draft.case.attempts + 1)
    if given["attempt"] == "refused":
        draft.set(outcome="declined")
    if given["attempt"] != "answered":
        return
    _count_verdict(draft, -1)
    draft.set(
        solved=given["solved"],
        satisfied=int(given["satisfied"]),
        manner=int(given["manner"]) if "manner" in given else None,
        rated_at=draft.now,
    )
    _count_verdict(draft, 1)


def rate(draft: Draft) -> None:
    """The requester's own text; a second one replaces the first, a late one is still a rating."""
    _count_verdict(draft, -1)
    draft.set(satisfied=int(draft.inputs["rating"]), rated_at=draft.now)
    if draft.case.outcome == "unrated":
        draft.set(outcome="rate")
    _count_verdict(draft, 1)


def _count_verdict(draft: Draft, n: int) -> None:
    """Add what the requester said of this round, or take it back from the day it was said on."""
    case = draft.case
    if case.satisfied is None:
        return
    draft.count("rated", n, at=case.rated_at)
    if case.satisfied >= 3:
        draft.count("satisfied", n, at=case.rated_at)
    if case.solved:
        draft.count("called_back", n, at=case.rated_at)
        if case.solved != "no":
            draft.count("solved", n, at=case.rated_at)


def unrated(draft: Draft) -> None:
    """Nobody was reached in time: 未评价."""
    draft.set(outcome="unrated")


def remind(draft: Draft) -> None:
    """One more reminder (催办)."""
    climb(draft, "remind")
    draft.set(reminders=draft.case.reminders + 1)


def supervise(draft: Draft) -> None:
    """The case is under supervision (督办) until it closes."""
    climb(draft, "supervise")
    draft.set(supervised=True)


def report_to_leader(draft: Draft) -> None:
    """The leader is told (呈报领导); what the leader has been told of is supervised."""
    climb(draft, "report_to_leader")
    draft.set(supervised=True)


def ring(draft: Draft) -> None:
    """A clock has warned, or its limit has passed: noted once per level."""
    name, level = draft.inputs["clock"], draft.inputs["level"]
    clock = draft.case.clock(name)
    if clock is None or clock.rung >= level:
        raise NotAvailable("该时限已结束或已提示过")
    rule = procedure(draft.case.kind).clock(name)
    waits = held(draft.case, rule)
    if clock.stop or (level == BREACHED and waits):
        raise NotAvailable("停止计时或待批期间，该时限不届满")
    told = rung_to(clock, level, rule, draft.rulebook, held=waits)
    draft.change_clocks(lambda one: one is clock, rung=told.rung, ring_at=told.ring_at)
    if level == BREACHED and name == "handle":
        draft.count("overdue")


def recalendar(draft: Draft) -> None:
    """Every open clock gets the deadline that its facts give in the calendar as it is now."""
    rules = procedure(draft.case.kind)

    def again(clock: Running) -> Running:
        rule = rules.clock(clock.name)
        waits = held(draft.case, rule)
        return recomputed(clock, rule, draft.rulebook, held=waits, now=draft.now)

    draft.set(
        clocks=tuple(
            clock if not clock.open or (moved := again(clock)) == clock else moved
            for clock in draft.case.clocks
        )
    )


def adjust_limits(draft: Draft) -> None:
    """The open clock follows a limit that was changed (期限调整), if it may."""
    change = draft.rulebook.limit_change(draft.inputs["limit_change"])
    clock = draft.case.clock(change.clock) if change else None
    if change is None or clock is None:
        return
    rule = procedure(draft.case.kind).clock(change.clock)
    named = rule.until and draft.case.details.get(rule.until)
    if named or rule.inside or change.branch not in ("", branch_of(rule.limit, draft.case)):
        return
    waits = held(draft.case, rule)
    moved = adjusted(clock, rule, change, draft.rulebook, held=waits, now=draft.now)
    if moved is not clock:
        draft.set(clocks=tuple(moved if one is clock else one for one in draft.case.clocks))


EFFECTS: dict[str, Callable[[Draft], None]] = {
    effect.__name__: effect
    for effect in (
        describe, amend, accept, accept_on_receipt, assign, withdraw, sign, deem, designate,
        co_reply, reply, hand_in, answered, new_round, round_together, callback, rate, unrated,
        remind, supervise, ring, release, co_punctual, recalendar, adjust_limits, detail, quote,
        restrict, protect, seal, report_to_leader, bind, returned, *EXTRA_TIME, *OTHER_CASES,
        *PASSING_ON, *NAMED_DAYS, *INSIDE,
        *COUNTERSIGNING, *ARCHIVING,
    )
}  # fmt: skip
