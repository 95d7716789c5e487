"""The demonstration's register of leaders' instructions: thirty, in every stage."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.db import Connection
from dispatch.demo_city import DemoInstruction, instructions
from dispatch.demo_life import Cast, Life, Over
from dispatch.demo_scenes import enter_in_registers
from dispatch.intake import new_file
from hotline.calendar import in_shanghai
from hotline.numbers import case_number
from hotline.people import Role
from hotline.procedures.leader import LEADER
from hotline.transition import Move

# How many days ago an entry was made that stands in the stage now.
AGES: Mapping[str, float] = {
    "received": 0.1, "drafted": 0.5, "circulating": 2, "offline": 6, "assigned": 0.6, "working": 6,
    "fed_back": 7, "reporting": 8, "reported": 9, "approved": 11, "signed_off": 30, "archived": 60,
    "voided": 12,
}  # fmt: skip


@dataclass(slots=True)
class Instruction(Life):
    """One instruction from its entry to the stage in which it stands now."""

    told: DemoInstruction = field(kw_only=True)

    def live(self) -> list[Move]:
        """Tell the whole story; gives its moves, the entry first."""
        try:
            self._enter()
            self._hand_over()
            self._work()
            self._report()
            self._settle()
        except Over:
            pass
        self.ring_until(self.now)
        return self.moves

    def stop_at_halt(self) -> None:
        """What is being worked on goes on until now."""
        if self.halt != "working":
            Life.stop_at_halt(self)

    def _enter(self) -> None:
        blank = new_file(LEADER.kind, self.number, now=self.opened_at)
        told, entry = self.told, "register"
        inputs = {
            "leader_grade": told.leader_grade,
            "leader": told.leader,
            "instructed_on": in_shanghai(self.opened_at).date().isoformat(),
            "instruction": told.instruction,
            "title": told.title,
            "sender": told.sender,
            "document_number": told.document_number.format(year=in_shanghai(self.opened_at).year),
            "secrecy": "ordinary",
            "priority": told.priority,
        }
        if self.halt == "offline":
            entry = "register_stub"
        self.take(blank, entry, self.somebody(Role.SECRETARY), inputs)
        self.stop_at_halt()
        if self.halt == "voided":
            self.act("void", Role.SECRETARY, (0.5, 2), reason="与前一件重复登记。")

    def _hand_over(self) -> None:
        kind = "read" if self.halt == "circulating" else "action"
        mode = "copy_notice" if kind == "action" else "original"
        opinion = (
            "拟由承办单位研究提出措施，按期反馈。" if kind == "action" else "拟送各位领导传阅。"
        )
        self.act(
            "propose",
            Role.SECRETARY,
            (0.2, 1),
            item_kind=kind,
            dispatch_mode=mode,
            proposal=opinion,
        )
        cos = [self.told.co_unit] if self.told.co_unit else []
        lead = self.told.lead_unit
        self.act("assign", Role.SECRETARY, (0.2, 1.5), lead_unit=lead, co_units=cos)

    def _work(self) -> None:
        self.act("sign", self.clerk, (0.5, 3))
        self.act("progress", self.clerk, (5, 20), progress="已组织核查，正在制定措施。")
        for part in self.case.parts:
            if part.part == "co":
                clerk = self.cast.clerk(part.unit_id)
                self.act("co_sign", clerk, (0.5, 3))
                self.act("co_reply", clerk, (4, 12), progress="已按分工完成核查并提出意见。")
        if self.halt == "working":
            if self.rng.random() < 0.4:
                self._ask_for_more_time()
            self.wait((900, 901))
        self.act("feed_back", self.clerk, (20, 70), findings=self._findings())

    def _ask_for_more_time(self) -> None:
        """The unit asks for an extension, which is granted or still waits."""
        self.act(
            "request_extension", self.clerk, (4, 20), extension_days=3, reason="需现场核定工程量。"
        )
        if self.rng.random() < 0.5:
            self.act("grant_extension", Role.SECRETARY, (1, 4), note="同意，请抓紧。")

    def _findings(self) -> str:
        title = self.told.title.removeprefix("关于")
        return (
            f"收到批示后，我单位专题研究了{title}所涉事项，已明确措施、责任人和完成时限，逐项落实。"
        )

    def _report(self) -> None:
        if self.halt in ("archived", "approved") and self.rng.random() < 0.5:
            self.act("redo", Role.SECRETARY, (1, 6), reason="措施不够具体，请补充完成时限。")
            self.act("feed_back", self.clerk, (5, 20), findings=self._findings())
        self.act("approve_feedback", Role.SECRETARY, (1, 6))
        report = f"{self.told.leader}批示的事项，承办单位已落实措施，主要情况附后。"
        self.act("submit_report", Role.SECRETARY, (1, 6), special_report=report)
        self.act("approve_report", Role.LEADER, (3, 20), note="同意。")

    def _settle(self) -> None:
        again = "quarter" if self.halt == "signed_off" else "none"
        self.act("sign_off", Role.SECRETARY, (1, 10), look_back=again)
        self.act("archive", Role.SECRETARY, (24, 100))


async def instruction_lives(
    connection: Connection, cast: Cast, *, now: datetime, rng: random.Random
) -> list[list[Move]]:
    """The moves of every instruction, the oldest first, numbered in the office's register."""
    told = sorted(instructions(), key=lambda one: -AGES[one.stage])
    serials = await connection.fetch(
        "select nextval('case_serial') as serial from generate_series(1, $1)", len(told)
    )
    lives = []
    for one, row in zip(told, serials, strict=True):
        opened_at = now - timedelta(days=AGES[one.stage] * rng.uniform(0.9, 1.1))
        number = case_number(in_shanghai(opened_at).date(), row["serial"])
        halt, chance = one.stage, random.Random(rng.getrandbits(32))
        lives.append(Instruction(cast, chance, opened_at, now, number, halt, told=one).live())
    await enter_in_registers(connection, lives, cast.rulebook)
    return lives
