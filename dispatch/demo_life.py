"""The life of one invented case, told through the real moves: nothing is written past the rules.

People act after plausible pauses; between their acts time rings the clocks exactly as the sweep
would have done, so that the history, the deadlines and the figures agree with each other.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from dispatch.demo_city import DemoRequest
from dispatch.intake import new_file
from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.people import CLOCK, Actor, Role, citizen
from hotline.procedure import Phase
from hotline.procedures import procedure
from hotline.rings import BREACHED, level_at
from hotline.routing import suggest
from hotline.rulebook import Rulebook
from hotline.transition import Move, move, open_actions

# How fast everything goes: an emergency is handled in minutes, a hard case in weeks.
PACE = {"danger": 0.04, "utility": 0.2, "normal": 1.0, "complex": 2.2}
DAY = (time(7, 40), time(21, 30))
# The sweep comes every two seconds.
SWEEP = timedelta(seconds=2)


class Over(Exception):
    """The story has come to the present, or to the stage where it is to stop."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts, by role and by unit, and the sentences they use."""

    centre: Mapping[Role, tuple[Actor, ...]]
    clerks: Mapping[int, Actor]
    remarks: Mapping[str, tuple[str, ...]]
    rulebook: Rulebook

    def clerk(self, unit_id: int | None) -> Actor:
        """Who acts for the unit: its own clerk, or that of the unit above."""
        while unit_id is not None and unit_id not in self.clerks:
            unit_id = self.rulebook.units[unit_id].parent_id
        assert unit_id is not None
        return self.clerks[unit_id]


@dataclass(slots=True)
class Life:
    """One case from its opening to `now`, or to the stage `halt`; `moves` is what happened."""

    request: DemoRequest
    cast: Cast
    rng: random.Random
    opened_at: datetime
    now: datetime
    number: str
    halt: str = ""
    moves: list[Move] = field(default_factory=list)
    at: datetime = field(init=False)
    reached_at: datetime | None = None

    def __post_init__(self) -> None:
        self.at = self.opened_at

    @property
    def case(self) -> CaseFile:
        """The case as it stands."""
        return self.moves[-1].after

    def live(self) -> list[Move]:
        """Tell the whole story; gives its moves, the opening first."""
        try:
            self._open()
            self._dispatch()
            self._receive()
            while self.case.phase != Phase.CLOSED:
                self._handle()
                self._review()
                self._ask()
        except Over:
            pass
        self._ring_until(self.now)
        return self.moves

    def _open(self) -> None:
        blank = new_file("citizen", self.number, now=self.opened_at)
        agent = self._somebody(Role.AGENT)
        request = self.request
        inputs = {
            "request_type": request.request_type,
            "category": request.category_code,
            "place": request.place_code,
            "address": request.address,
            "urgency": request.urgency,
            "title": request.title,
            "content": request.content,
            "requester_name": request.requester_name,
            "requester_phone": request.phone,
            "anonymous": request.anonymous,
            "confidential": request.confidential,
            "channel": "phone",
        }
        if self.halt in ("registered", "refused"):
            # What came by the web waits until somebody accepts or refuses it.
            inputs["channel"] = "web"
            self._take(blank, "register", agent, inputs)
            self._stop_at_halt()
            self._act("refuse", Role.DISPATCHER, (0.5, 5), **self._ground_of_refusal())
            self._stop_at_halt()
        self._take(blank, "open", agent, inputs)
        self._stop_at_halt()

    def _ground_of_refusal(self) -> dict[str, str]:
        return self.rng.choice(
            [
                {
                    "refusal_ground": "statutory_channel",
                    "statutory_channel": "litigation",
                    "reason": "双方合同纠纷已由人民法院立案，请通过诉讼途径解决。",
                },
                {
                    "refusal_ground": "in_progress",
                    "reason": "同一诉求正在办理，没有新的事实，已告知原工单进展。",
                },
                {
                    "refusal_ground": "explain",
                    "reason": "不属于政府职责范围，已解释说明并提供办理渠道。",
                },
            ]
        )

    def _dispatch(self) -> None:
        lead, cos = self._units()
        inputs: dict[str, Any] = {"lead_unit": lead}
        if cos and self.halt not in ("dispatched", "objected") and self.rng.random() < 0.16:
            inputs["co_units"] = cos
        self._act("dispatch", Role.DISPATCHER, (0.05, 1.2), **inputs)

    def _units(self) -> tuple[str, list[str]]:
        """The unit that the catalogue names, and who else could take part."""
        rulebook, place = self.cast.rulebook, self.request.place_code
        on = in_shanghai(self.opened_at).date()
        found = [
            one.unit_code
            for one in suggest(rulebook, category=self.request.category_code, place=place, on=on)
        ]
        district = place[:6]
        codes = list(dict.fromkeys([*found, district]))
        return codes[0], [code for code in codes[1:] if code != codes[0]][:1]

    def _receive(self) -> None:
        """The unit signs, objects, or leaves the case until receipt is deemed."""
        objects = self.halt == "objected" or (not self.halt and self.rng.random() < 0.08)
        if objects:
            self._object()
        elif self.rng.random() < 0.06:
            self._pass(hours=(30, 60))
        if self.case.stage == "dispatched":
            self._act("sign", self._clerk, (0.2, 6))
        for part in self.case.parts:
            if part.part == "co":
                self._act("co_sign", self.cast.clerk(part.unit_id), (0.2, 3))

    def _object(self) -> None:
        self._act(
            "object",
            self._clerk,
            (0.5, 6),
            objection_ground=self.rng.choice(["not_duty", "not_area"]),
            note=self._remark("objection"),
        )
        _, others = self._units()
        if others and self.rng.random() < 0.6:
            self._act(
                "uphold_objection",
                Role.DISPATCHER,
                (0.5, 6),
                lead_unit=others[0],
                note=self._remark("objection_upheld"),
            )
        else:
            self._act(
                "reject_objection",
                Role.DISPATCHER,
                (0.5, 6),
                reason=self._remark("objection_rejected"),
            )

    def _handle(self) -> None:
        """Contact, the co-units' reports, and the reply; one in eight is late."""
        self._act(
            "contact",
            self._clerk,
            (0.5, 10),
            contact_way=self.rng.choice(["phone", "phone", "visit", "site"]),
            contact_result="reached",
            note=self._remark("contact"),
        )
        if self.halt and self.rng.random() < 0.15:
            self._act("supplement", Role.AGENT, (1, 8), note="诉求人再次来电，询问办理进展。")
        if self.case.round > 1 and self.rng.random() < 0.4:
            self._act("supervise", Role.SUPERVISOR, (1, 6), note=self._remark("supervise"))
        for part in self.case.parts:
            if part.part == "co" and part.replied_at is None:
                self._act(
                    "co_reply",
                    self.cast.clerk(part.unit_id),
                    (4, 30),
                    reply="已按职责分工到场核查，情况和处理意见已反馈主办单位。",
                )
        late = self.rng.random() < 0.12
        if late:
            self._pass(hours=(80, 150))
            self._act("remind", Role.SUPERVISOR, (1, 10), note=self._remark("remind"))
        self._reply()

    def _reply(self) -> None:
        weak = self.case.round == 1 and self.rng.random() < 0.16
        self._wait((12, 78))
        received, replied = (in_shanghai(at).date() for at in (self.opened_at, self.at))
        text = self.request.reply(received_on=received, replied_on=replied)
        self._act(
            "reply",
            self._clerk,
            (0.1, 1),
            result="explained" if weak else self.request.result,
            reply=self.request.weak_reply if weak else text,
        )
        if weak:
            self._act(
                "redo",
                Role.REVIEWER,
                (0.3, 6),
                redo_reasons=[self.request.redo_reason],
                note=self.request.review_note,
            )
            self._handle()

    def _review(self) -> None:
        if self.case.stage == "replied":
            self._act("approve", Role.REVIEWER, (0.3, 7))

    def _ask(self) -> None:
        """The callback: by text, by telephone, at the second attempt, or never."""
        chance = self.rng.random()
        unhappy = self.halt == "called_back" or (self.case.round == 1 and self.rng.random() < 0.13)
        if chance < 0.1 and not unhappy:
            self._pass(hours=(200, 260))
            return
        if chance < 0.3 and not unhappy and not self.request.anonymous:
            rating = self.rng.choice(["5", "5", "4", "3"])
            self._act("rate", citizen(self.case.requester_phone), (0.2, 20), rating=rating)
            return
        if self.rng.random() < 0.3:
            self._act(
                "callback",
                Role.CALLBACK,
                (2, 20),
                attempt="no_answer",
                note=self._remark("callback_no_answer"),
            )
        if chance > 0.97:
            refused = {"attempt": "refused", "note": self._remark("callback_refused")}
            self._act("callback", Role.CALLBACK, (2, 20), **refused)
            return
        self._act("callback", Role.CALLBACK, (2, 24), **self._verdict(unhappy=unhappy))
        if self.case.stage == "called_back":
            self._after_complaint()

    def _verdict(self, *, unhappy: bool) -> dict[str, str]:
        if unhappy:
            return {
                "attempt": "answered",
                "solved": self.rng.choice(["no", "no", "partly"]),
                "satisfied": self.rng.choice(["1", "2"]),
                "manner": self.rng.choice(["2", "3", "4"]),
                "note": self._remark("callback_unsolved"),
            }
        return {
            "attempt": "answered",
            "solved": self.rng.choice(["yes", "yes", "yes", "partly"]),
            "satisfied": self.rng.choice(["5", "5", "4", "4", "3"]),
            "manner": self.rng.choice(["5", "5", "4"]),
            "note": self.request.callback_note,
        }

    def _after_complaint(self) -> None:
        if self.case.round == 1 and self.rng.random() < 0.75:
            self._act(
                "redo",
                Role.DISPATCHER,
                (0.5, 8),
                redo_reasons=["unsolved"],
                note=self._remark("callback_unsolved"),
            )
        else:
            self._act(
                "close",
                Role.SUPERVISOR,
                (0.5, 8),
                close_reason="done",
                note="承办单位已依法依规办理，超出现行政策的部分已向诉求人充分说明。",
            )

    @property
    def _clerk(self) -> Actor:
        return self.cast.clerk(self.case.lead_unit_id)

    def _somebody(self, role: Role) -> Actor:
        return self.rng.choice(self.cast.centre[role])

    def _remark(self, step: str) -> str:
        return self.rng.choice(self.cast.remarks[step])

    def _act(self, name: str, who: Role | Actor, pause: tuple[float, float], **inputs: Any) -> None:
        """Somebody acts after a pause (hours at a normal pace); raises Over at the present."""
        self._wait(pause)
        if isinstance(who, Role):
            able = [
                one
                for one in self.cast.centre[who]
                if any(action.name == name for action in open_actions(self.case, one))
            ]
        else:
            able = [who] if any(a.name == name for a in open_actions(self.case, who)) else []
        if not able:
            # Time was faster, or nobody is free of bias: the story goes on without this act.
            return
        self._take(self.case, name, self.rng.choice(able), inputs)
        self._stop_at_halt()

    def _pass(self, *, hours: tuple[float, float]) -> None:
        self._wait(hours)

    def _wait(self, pause: tuple[float, float]) -> None:
        hours = self.rng.uniform(*pause) * PACE[self.request.urgency]
        plain = self.at + timedelta(hours=hours)
        by_day = _by_day(plain, self.rng, self.request.urgency)
        # A case that is to stand somewhere now gets there, even if somebody works at night.
        self.at = plain if self.halt and by_day >= self.now else by_day
        self._ring_until(min(self.at, self.now))
        if self.at >= self.now or self.case.phase == Phase.CLOSED:
            raise Over

    def _stop_at_halt(self) -> None:
        if not self.halt or self.case.stage != self.halt:
            return
        last = self.moves[-1].event.action
        if self.halt == "handling" and last == "sign" and self.rng.random() < 0.75:
            # Most units have called the requester by the time somebody looks.
            return
        self.reached_at = self.at
        raise Over

    def _ring_until(self, moment: datetime) -> None:
        """What the sweep did meanwhile."""
        if not self.moves:
            return
        while self.case.phase != Phase.CLOSED:
            due = [c for c in self.case.open_clocks if c.ring_at and c.ring_at < moment]
            if not due:
                return
            clock = min(due, key=lambda one: one.ring_at or one.due_at)
            assert clock.ring_at is not None
            rule = procedure(self.case.kind).clock(clock.name)
            swept_at = max(min(clock.ring_at + SWEEP, moment), self.moves[-1].event.at)
            level, since = level_at(clock, rule, self.cast.rulebook, now=swept_at)
            inputs = {
                "clock": clock.name,
                "level": level,
                "since": in_shanghai(since).isoformat(timespec="seconds"),
            }
            name = "breach" if level == BREACHED else "warn"
            self._take(self.case, name, CLOCK, inputs, at=swept_at)
            acts = {action.name for action in open_actions(self.case, CLOCK)}
            if level == BREACHED and rule.breach in acts:
                self._take(self.case, rule.breach, CLOCK, {}, at=swept_at)

    def _take(
        self,
        case: CaseFile,
        name: str,
        actor: Actor,
        inputs: Mapping[str, Any],
        *,
        at: datetime | None = None,
    ) -> None:
        self.moves.append(
            move(
                case,
                name,
                actor=actor,
                inputs=inputs,
                now=at or self.at,
                rulebook=self.cast.rulebook,
            )
        )


def _by_day(at: datetime, rng: random.Random, urgency: str) -> datetime:
    """The moment itself by day or in an emergency, otherwise the next morning."""
    here = in_shanghai(at)
    if urgency == "danger" or DAY[0] <= here.time() <= DAY[1]:
        return at
    days = 1 if here.time() > DAY[1] else 0
    morning = datetime.combine(here.date() + timedelta(days=days), DAY[0], here.tzinfo)
    return morning + timedelta(minutes=rng.uniform(0, 120))
