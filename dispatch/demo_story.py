"""The story of one invented case: who does what next, with which words, and how it may go wrong."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from dispatch.demo_city import DemoRequest
from dispatch.demo_life import Life, Over
from dispatch.ties import new_file
from hotline.calendar import in_shanghai
from hotline.people import Role, citizen
from hotline.procedure import Phase
from hotline.routing import suggest
from hotline.transition import Move, open_actions


@dataclass(slots=True)
class Story(Life):
    """A case from its opening to the present, in all the ways that cases go."""

    request: DemoRequest = field(kw_only=True)

    @property
    def urgency(self) -> str:
        """That of the request."""
        return self.request.urgency

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
        self.ring_until(self.now)
        return self.moves

    def _open(self) -> None:
        blank = new_file("citizen", self.number, now=self.opened_at)
        agent = self.somebody(Role.AGENT)
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
            self.take(blank, "register", agent, inputs)
            self.stop_at_halt()
            self.act("refuse", Role.DISPATCHER, (0.5, 5), **self._ground_of_refusal())
            self.stop_at_halt()
        self.take(blank, "open", agent, inputs)
        self.stop_at_halt()

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
        self.act("dispatch", Role.DISPATCHER, (0.05, 1.2), **inputs)

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
            self.wait((30, 60))
        if self.case.stage == "dispatched":
            self.act("sign", self.clerk, (0.2, 6))
        for part in self.case.parts:
            if part.part == "co":
                self.act("co_sign", self.cast.clerk(part.unit_id), (0.2, 3))

    def _object(self) -> None:
        self.act(
            "object",
            self.clerk,
            (0.5, 6),
            objection_ground=self.rng.choice(["not_duty", "not_area"]),
            note=self.remark("objection"),
        )
        _, others = self._units()
        if others and self.rng.random() < 0.6:
            self.act(
                "uphold_objection",
                Role.DISPATCHER,
                (0.5, 6),
                lead_unit=others[0],
                note=self.remark("objection_upheld"),
            )
        else:
            self.act(
                "reject_objection",
                Role.DISPATCHER,
                (0.5, 6),
                reason=self.remark("objection_rejected"),
            )

    def _handle(self) -> None:
        """Contact, the co-units' reports, and the reply; one in eight is late."""
        self._ask_for_time()
        self.act(
            "contact",
            self.clerk,
            (0.5, 10),
            contact_way=self.rng.choice(["phone", "phone", "visit", "site"]),
            contact_result="reached",
            note=self.remark("contact"),
        )
        if self.halt and self.rng.random() < 0.15:
            self.act("supplement", Role.AGENT, (1, 8), note="诉求人再次来电，询问办理进展。")
        if self.case.round > 1 and self.rng.random() < 0.4:
            self.act("supervise", Role.SUPERVISOR, (1, 6), note=self.remark("supervise"))
        for part in self.case.parts:
            if part.part == "co" and part.replied_at is None:
                self.act(
                    "co_reply",
                    self.cast.clerk(part.unit_id),
                    (4, 30),
                    reply="已按职责分工到场核查，情况和处理意见已反馈主办单位。",
                )
        late = self.rng.random() < 0.12
        if late:
            self.wait((80, 150))
            self.act("remind", Role.SUPERVISOR, (1, 10), note=self.remark("remind"))
        self._reply()

    def _ask_for_time(self) -> None:
        """Some units ask for an extension or a stop; the centre decides, or has yet to."""
        # Of those that stand somewhere now more than usual, so that there is something to decide.
        chance = self.rng.random() / (2 if self.halt else 1)
        inputs: dict[str, Any]
        if chance < 0.05:
            what, inputs = "extension", {"extension_days": self.rng.randint(2, 5)}
        elif chance < 0.12:
            until = in_shanghai(self.at).date() + timedelta(days=14)
            what, inputs = "stop", {"stop_until": until.isoformat()}
            inputs |= {"stop_ground": "inspection", "basis": "行政许可法 第45条"}
        else:
            return
        able = open_actions(self.case, self.clerk, now=self.at)
        if f"request_{what}" not in {action.name for action in able}:
            return
        reason = self.remark(f"request_{what}")
        self.act(f"request_{what}", self.clerk, (0.5, 2), reason=reason, **inputs)
        if self.rng.random() < 0.2:
            refusal = self.remark("request_denied")
            self.act(f"deny_{what}", Role.DISPATCHER, (0.5, 4), reason=refusal)
        else:
            self.act(f"grant_{what}", Role.DISPATCHER, (0.5, 4))
        if what == "stop":
            self.act("resume", self.clerk, (20, 60))

    def _reply(self) -> None:
        weak = self.case.round == 1 and self.rng.random() < 0.16
        self.wait((12, 78))
        received, replied = (in_shanghai(at).date() for at in (self.opened_at, self.at))
        text = self.request.reply(received_on=received, replied_on=replied)
        self.act(
            "reply",
            self.clerk,
            (0.1, 1),
            result="explained" if weak else self.request.result,
            reply=self.request.weak_reply if weak else text,
        )
        if weak:
            self.act(
                "redo",
                Role.REVIEWER,
                (0.3, 6),
                redo_reasons=[self.request.redo_reason],
                note=self.request.review_note,
            )
            self._handle()

    def _review(self) -> None:
        if self.case.stage == "replied":
            self.act("approve", Role.REVIEWER, (0.3, 7))

    def _ask(self) -> None:
        """The callback: by text, by telephone, at the second attempt, or never."""
        chance = self.rng.random()
        unhappy = self.halt == "called_back" or (self.case.round == 1 and self.rng.random() < 0.13)
        if chance < 0.1 and not unhappy:
            self.wait((200, 260))
            return
        if chance < 0.3 and not unhappy and not self.request.anonymous:
            rating = self.rng.choice(["5", "5", "4", "3"])
            self.act("rate", citizen(self.case.requester_phone), (0.2, 20), rating=rating)
            return
        if self.rng.random() < 0.3:
            self.act(
                "callback",
                Role.CALLBACK,
                (2, 20),
                attempt="no_answer",
                note=self.remark("callback_no_answer"),
            )
        if chance > 0.97:
            refused = {"attempt": "refused", "note": self.remark("callback_refused")}
            self.act("callback", Role.CALLBACK, (2, 20), **refused)
            return
        self.act("callback", Role.CALLBACK, (2, 24), **self._verdict(unhappy=unhappy))
        if self.case.stage == "called_back":
            self._after_complaint()

    def _verdict(self, *, unhappy: bool) -> dict[str, str]:
        if unhappy:
            return {
                "attempt": "answered",
                "solved": self.rng.choice(["no", "no", "partly"]),
                "satisfied": self.rng.choice(["1", "2"]),
                "manner": self.rng.choice(["2", "3", "4"]),
                "note": self.remark("callback_unsolved"),
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
            self.act(
                "redo",
                Role.DISPATCHER,
                (0.5, 8),
                redo_reasons=["unsolved"],
                note=self.remark("callback_unsolved"),
            )
        else:
            self.act(
                "close",
                Role.SUPERVISOR,
                (0.5, 8),
                close_reason="done",
                note="承办单位已依法依规办理，超出现行政策的部分已向诉求人充分说明。",
            )
