"""What one reader sees of a case: words instead of codes, and a person only as far as allowed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.texts.names import NAMES
from dispatch.timelines import Entry, Sent, Timeline, rang, said
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Part, Running
from hotline.clocks import Limit
from hotline.inputs import details_shown
from hotline.masking import RequesterView, masked_phone, requester_view, text_for
from hotline.people import ROLE_LABELS, Actor, Role
from hotline.permissions import may_reveal, requester_open_to, requester_withheld
from hotline.printing import printable
from hotline.procedure import PHASE_LABELS, Action, Procedure
from hotline.procedures import procedure
from hotline.routing import Suggestion, suggest
from hotline.rulebook import Rulebook
from hotline.transition import offered
from hotline.vocabulary import CHANNELS, LEVELS, REQUEST_TYPES, SOLVED, STOP_GROUNDS, URGENCIES
from web.language import Typed

PART_LABELS = {"lead": "主办", "co": "协办", "inside": "内部转办"}
STATE_LABELS = {
    "queued": "待发送",
    "sending": "发送中",
    "accepted": "已提交",
    "delivered": "已送达",
    "failed": "发送失败",
    "expired": "已过期",
    "unknown": "结果不明",
    "suppressed": "未发送（已退订）",
}


@dataclass(frozen=True, slots=True)
class EventLine:
    """One entry of the history."""

    label: str
    who: str
    unit: str
    at: datetime
    round: int
    moved: str
    said: tuple[tuple[str, str], ...]
    folded: bool
    tone: str


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One obligation."""

    id: int
    label: str
    owed_by: str
    limit: str
    basis: str
    clock: Running
    late: bool
    ended_by: str
    stopped: bool
    inside: bool


@dataclass(frozen=True, slots=True)
class PartLine:
    """One unit's part."""

    unit: str
    part: Part
    role: str
    state: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One text or notice."""

    text: bool
    label: str
    to: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper that can be printed, and the day that it bears."""

    name: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that can be taken now, with what its form begins with."""

    action: Action
    begins: Mapping[str, Any]
    suggestions: Sequence[Suggestion]


@dataclass(frozen=True, slots=True)
class Attempt:
    """An action that was refused: what was typed stays, with the sentences beside the inputs."""

    action: str
    typed: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything that the template shows."""

    case: CaseFile
    title: str
    matter: str
    has_requester: bool
    stage: str
    phase: str
    facts: tuple[tuple[str, str], ...]
    content: str
    requester: RequesterView
    can_reveal: bool
    shows_code: bool
    parts: tuple[PartLine, ...]
    open_clocks: tuple[ClockLine, ...]
    past_clocks: tuple[ClockLine, ...]
    history: tuple[EventLine, ...]
    messages: tuple[MessageLine, ...]
    papers: tuple[PaperLine, ...]
    # What was asked and waits for its decision, in sentences.
    asked: tuple[str, ...]
    open: tuple[Offer, ...]
    waiting: tuple[tuple[Action, str], ...]


def case_view(
    case: CaseFile,
    past: Timeline,
    actor: Actor,
    *,
    rulebook: Rulebook,
    now: datetime,
    revealed: bool = False,
) -> CaseView:
    """The case for this reader. `revealed` after a reason was given and written down."""
    rules = procedure(case.kind)
    person_open = requester_open_to(actor, case)
    reads = _Reader(rules, rulebook, case.requester_name, open=person_open or revealed)
    clocks = [_clock_line(clock, rules, now) for clock in past.clocks]
    acts = offered(case, actor, now=now)
    return CaseView(
        case=case,
        title=reads.text(case.title),
        matter=rules.matter,
        has_requester=rules.asks_for_requester,
        stage=rules.stage(case.stage).label,
        phase=PHASE_LABELS.get(case.phase, case.phase),
        facts=tuple(_facts(case, rulebook, reads)),
        content=reads.text(case.content),
        requester=requester_view(
            name=case.requester_name,
            phone=case.requester_phone,
            anonymous=case.anonymous,
            confidential=requester_withheld(case),
            reveal=person_open or revealed,
        ),
        can_reveal=bool(
            not (person_open or revealed) and case.requester_phone and may_reveal(actor, case)
        ),
        shows_code=actor.has(Role.AGENT),
        parts=tuple(_part_line(part, rulebook) for part in past.assignments),
        open_clocks=tuple(
            sorted((c for c in clocks if c.clock.open), key=lambda c: c.clock.due_at)
        ),
        past_clocks=tuple(c for c in clocks if not c.clock.open)[::-1],
        history=tuple(_event_line(event, reads) for event in past.history)[::-1],
        messages=tuple(_message_line(sent, reads) for sent in past.messages),
        papers=tuple(
            PaperLine(sheet.paper.name, sheet.paper.title, sheet.act.at)
            for sheet in printable(case, past.history)
        ),
        asked=tuple(_asked(case, reads)),
        open=tuple(
            sorted(
                (_offer(a, case, rulebook, now) for a, why_not in acts if why_not is None),
                key=lambda offer: offer.action.tone != "primary",
            )
        ),
        waiting=tuple((action, why_not) for action, why_not in acts if why_not is not None),
    )


def _offer(action: Action, case: CaseFile, rulebook: Rulebook, now: datetime) -> Offer:
    """What the form begins with: what the procedure proposes, what stands, the catalogue's unit."""
    asked = [name for name, _ in action.inputs]
    if action.begins:
        return Offer(action, action.begins(case), ())
    if "amend" in action.does:
        standing = {name: value for name in asked if (value := getattr(case, name, ""))}
        return Offer(action, standing, ())
    if "lead_unit" not in asked or not case.category:
        return Offer(action, {}, ())
    found = suggest(rulebook, category=case.category, place=case.place, on=in_shanghai(now).date())
    first = {"lead_unit": found[0].unit_code} if found and case.lead_unit_id is None else {}
    return Offer(action, first, found)


@dataclass(frozen=True, slots=True)
class _Reader:
    """How texts are read out: `open` where the requester may be known."""

    rules: Procedure
    rulebook: Rulebook
    requester: str
    open: bool

    def text(self, text: str) -> str:
        """Free text, as far as the reader may know the requester."""
        return Typed(text_for(text, requester=self.requester, opened=self.open))


def _facts(case: CaseFile, rulebook: Rulebook, reads: _Reader) -> list[tuple[str, str]]:
    # Every column has a value; what this kind never asks for says nothing.
    asked = {name for action in reads.rules.openings for name, _ in action.inputs}
    facts = [
        *details_shown(case.details, rulebook=rulebook, text=reads.text, opened=reads.open),
        ("诉求类型", REQUEST_TYPES.get(case.request_type, case.request_type)),
        ("诉求分类", rulebook.category_path(case.category) if case.category else ""),
        ("事发区域", rulebook.place_path(case.place) if case.place else ""),
        ("详细地址", reads.text(case.address)),
        ("紧急程度", URGENCIES.get(case.urgency, case.urgency) if "urgency" in asked else ""),
        ("来源", CHANNELS.get(case.channel, case.channel) if "channel" in asked else ""),
        ("主办单位", rulebook.unit_name(case.lead_unit_id)),
        ("是否解决", SOLVED.get(case.solved, "")),
        ("办理结果满意度", LEVELS.get(str(case.satisfied), "")),
        ("服务态度满意度", LEVELS.get(str(case.manner), "")),
    ]
    return [(label, text) for label, text in facts if text]


def _asked(case: CaseFile, reads: _Reader) -> Iterator[str]:
    extension, stop = case.pending.extension, case.pending.stop
    if extension:
        longer = Limit.parse(extension.limit).text
        label = reads.rules.clock(extension.clock).label
        yield f"申请{label}延期{longer}：{reads.text(extension.reason)}"
    if stop:
        ground = STOP_GROUNDS.get(stop.ground, stop.ground)
        basis, reason = reads.text(stop.basis), reads.text(stop.reason)
        yield f"申请停止计时至{in_shanghai(stop.until_at):%Y-%m-%d}（{ground}；{basis}）：{reason}"


def _event_line(event: Entry, reads: _Reader) -> EventLine:
    rules = reads.rules
    action = rules.action(event.action)
    moved = rang(event, rules) or _moved_deadlines(event, rules)
    if event.stage_before != event.stage_after:
        before = rules.stage(event.stage_before).label if event.stage_before else ""
        moved = f"{before} → {rules.stage(event.stage_after).label}".lstrip(" →")
    return EventLine(
        label=action.label if action else event.action,
        who=event.actor_name,
        unit=reads.rulebook.unit_name(event.unit_id),
        at=event.at,
        round=event.round,
        moved=moved,
        said=tuple(said(event, reads.rulebook, text=reads.text)),
        # What it was opened with stands above, on the page itself.
        folded=not event.stage_before,
        tone={"breach": "red", "warn": "orange"}.get(event.action, action.tone if action else ""),
    )


def _moved_deadlines(event: Entry, rules: Procedure) -> str:
    """办理时限 5日 → 3日；办理时限 03-16 → 03-12: what was granted, ended or changed."""
    limits, days = [], []
    for name, change in event.changes.items():
        what, _, clock = name.partition(":")
        if what == "limit":
            was, now = (Limit.parse(code).text for code in change)
            limits.append(f"{rules.clock(clock).label} {was} → {now}")
        elif what == "due":
            days.append(f"{rules.clock(clock).label} {change[0][5:10]} → {change[1][5:10]}")
    return "；".join((*limits, *days))


def _clock_line(clock: Running, rules: Procedure, now: datetime) -> ClockLine:
    rule = rules.clock(clock.name)
    action = rules.action(clock.ended_by) if clock.ended_by else None
    return ClockLine(
        id=clock.id,
        label=rule.label,
        owed_by=ROLE_LABELS.get(Role(clock.owed_by), clock.owed_by),
        limit="，延期".join(
            Limit.parse(code).text
            for code in (clock.limit, *(extension.limit for extension in clock.extensions))
        ),
        basis=clock.basis,
        clock=clock,
        late=clock.overdue(now),
        ended_by=action.label if action else clock.ended_by,
        stopped=bool(clock.stops),
        inside=rule.inside,
    )


def _part_line(part: Part, rulebook: Rulebook) -> PartLine:
    if part.withdrawn_at:
        state = "已收回" if part.part == "inside" else "已退出"
    elif part.replied_at:
        state = "已答复" if part.part == "lead" else "已反馈"
    elif part.signed_at:
        state = "视为签收，办理中" if part.deemed else "已签收，办理中"
    else:
        state = "内部办理中" if part.part == "inside" else "待签收"
    if part.ended_at and not part.withdrawn_at and not part.replied_at:
        state = "本轮已结束"
    unit = rulebook.unit_name(part.unit_id)
    return PartLine(f"{unit} {part.person}".rstrip(), part, PART_LABELS[part.part], state)


def _message_line(sent: Sent, reads: _Reader) -> MessageLine:
    action = next((a for a in reads.rules.actions if sent.template in a.tells), None)
    label = NAMES.get(sent.template) or (action.label if action else sent.template)
    if sent.phone:
        to = masked_phone(sent.phone) if reads.open else "诉求人"
    elif sent.role:
        to = ROLE_LABELS.get(Role(sent.role), sent.role)
    else:
        to = reads.rulebook.unit_name(sent.unit_id)
    return MessageLine(
        bool(sent.phone), label, to, STATE_LABELS.get(sent.state, sent.state), sent.created_at
    )
