"""The smallest true things that tests are made of: a rulebook, people, a case file.

Time is one fixed Monday morning unless the test is about time; the city is invented.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from hotline.calendar import SHANGHAI, calendar_in_file
from hotline.casefile import CaseFile
from hotline.people import Actor, Role
from hotline.rulebook import Entry, Line, Rulebook, UnitEntry
from hotline.transition import Move, move, open_actions

MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=SHANGHAI)

CENTRE, WATER, CITY_MANAGEMENT, TRANSPORT, HEDONG, HEDONG_STREET, GOVERNMENT, LETTERS = range(1, 9)

UNITS = {
    unit.id: unit
    for unit in (
        UnitEntry(CENTRE, "12345", "云州市12345热线中心", "热线中心", "centre", None, True),
        UnitEntry(WATER, "SWJ", "云州市水务局", "市水务局", "department", None, True),
        UnitEntry(CITY_MANAGEMENT, "CGJ", "云州市城市管理局", "市城管局", "department", None, True),
        UnitEntry(TRANSPORT, "JTJ", "云州市交通运输局", "市交通局", "department", None, True),
        UnitEntry(HEDONG, "HDQ", "河东区人民政府", "河东区", "district", None, True),
        UnitEntry(HEDONG_STREET, "HDQ01", "河东区柳桥街道", "柳桥街道", "street", HEDONG, True),
        UnitEntry(GOVERNMENT, "SZF", "云州市人民政府办公室", "市府办", "government", None, True),
        UnitEntry(LETTERS, "XFJ", "云州市信访局", "市信访局", "department", None, True),
    )
}

RULEBOOK = Rulebook(
    calendar=calendar_in_file(),
    units=UNITS,
    categories={
        entry.code: entry
        for entry in (
            Entry("01", "", "市政公用"),
            Entry("01.01", "01", "供水"),
            Entry("01.01.01", "01.01", "停水"),
            Entry("02", "", "城市管理"),
            Entry("02.01", "02", "市容环境"),
            Entry("02.01.01", "02.01", "占道经营"),
        )
    },
    places={
        entry.code: entry
        for entry in (Entry("990101", "", "河东区"), Entry("990101001", "990101", "柳桥街道"))
    },
    catalogue=(
        Line("01.01", "", WATER, date(2025, 1, 1), None, "市权责清单（演示）"),
        Line("02.01", "", CITY_MANAGEMENT, date(2025, 1, 1), None, "市权责清单（演示）"),
        Line("02.01", "990101", HEDONG, date(2025, 1, 1), None, "属地管理（演示）"),
    ),
    version="test",
)


def staff(name: str, *roles: Role, unit: int = CENTRE, staff_id: int | None = None) -> Actor:
    """A person with roles at a unit; the same name is the same person."""
    return Actor(
        name=name,
        roles=frozenset(roles),
        staff_id=staff_id or 100 + sum(map(ord, name)) % 100_000,
        unit_id=unit,
        unit_ids=RULEBOOK.subtree(unit),
    )


AGENT = staff("话务员小林", Role.AGENT)
DISPATCHER = staff("派单员老周", Role.DISPATCHER)
REVIEWER = staff("审核员小秦", Role.REVIEWER)
CALLBACK = staff("回访员小许", Role.CALLBACK)
SUPERVISOR = staff("督办员老郑", Role.SUPERVISOR)
SECRETARY = staff("督查室老陆", Role.SECRETARY)
LEADER = staff("市领导", Role.LEADER)
PETITIONS = staff("信访局小葛", Role.PETITIONS)
PROCUREMENT = staff("采购中心小邱", Role.PROCUREMENT)
FINANCE = staff("财政监管老范", Role.FINANCE)
CUSTOMS = staff("审价员小邹", Role.CUSTOMS)
CUSTOMS_CHIEF = staff("审价科长老蓝", Role.CUSTOMS)
WINDOW = staff("窗口小闻", Role.WINDOW)
WATER_CLERK = staff("水务局小何", Role.CLERK, unit=WATER)
CITY_CLERK = staff("城管局小吕", Role.CLERK, unit=CITY_MANAGEMENT)
WATER_HEAD = staff("水务局局长老蔡", Role.UNIT_HEAD, unit=WATER)
HEDONG_CLERK = staff("河东区小施", Role.CLERK, unit=HEDONG)
STREET_CLERK = staff("柳桥街道小裴", Role.CLERK, unit=HEDONG_STREET)
LETTERS_CLERK = staff("信访局小汤", Role.CLERK, unit=LETTERS)
GOVERNMENT_CLERK = staff("市府办小崔", Role.CLERK, unit=GOVERNMENT)

REQUEST: dict[str, Any] = {
    "request_type": "help",
    "category": "01.01.01",
    "place": "990101001",
    "address": "柳桥路8号院",
    "urgency": "normal",
    "title": "柳桥路8号院停水两天",
    "content": "诉求人反映柳桥路8号院自前天上午起停水，至今未恢复，未见通知。",
    "requester_name": "王女士",
    "requester_phone": "13800001234",
}

INSTRUCTION: dict[str, Any] = {
    "leader_grade": "vice_mayor",
    "leader": "许副市长",
    "instructed_on": "2026-03-09",
    "instruction": "请水务局牵头核查，提出老旧管网改造计划，十日内报我。",
    "title": "关于柳桥片区供水管网老化情况的报告",
    "sender": "河东区人民政府",
    "document_number": "河东政〔2026〕8号",
    "secrecy": "ordinary",
    "priority": "normal",
}

PETITION: dict[str, Any] = {
    "petition_kind": "appeal",
    "petition_channel": "visit",
    "petition_times": "first",
    "group_size": 1,
    "requester_name": "童先生",
    "petitioner_address": "河东区柳桥路8号院3号楼",
    "requester_phone": "13800005678",
    "title": "请求更换老旧供水管并退还多收水费",
    "content": "请求更换8号院老旧供水管，并退还管道漏损期间多收的水费。",
    "petition_facts": "2025年11月起院内管道多次爆裂，水费由每月60元升至210元。",
    "petition_reasons": "管道产权属供水单位，漏损不应由用户承担。",
    "priority": "normal",
}


def a_blank(*, now: datetime = MONDAY, kind: str = "citizen", **changes: Any) -> CaseFile:
    """A file before its opening action."""
    blank = CaseFile(
        number="2603090000017",
        lookup_code="ABCD2345",
        kind=kind,
        procedure_version="2026",
        opened_at=now,
    )
    return msgspec.structs.replace(blank, **changes)


def a_case(*, now: datetime = MONDAY, **changes: Any) -> CaseFile:
    """An accepted case, as an agent opens it."""
    opened = act(a_blank(now=now), "open", AGENT, now=now, **{**REQUEST, **changes})
    return opened.after


def act(
    case: CaseFile,
    action: str,
    actor: Actor,
    *,
    now: datetime = MONDAY,
    found: Mapping[str, Any] | None = None,
    **inputs: Any,
) -> Move:
    """One move; `found` is what the door would have found for it."""
    return move(case, action, actor=actor, inputs=inputs, now=now, rulebook=RULEBOOK, found=found)


def later(**delta: float) -> datetime:
    """A moment after the fixed Monday morning."""
    return MONDAY + timedelta(**delta)


# How a case comes to stand where a test needs it: who does what, from one stage to the next.
WAYS: dict[str, tuple[tuple[str, Actor, dict[str, Any]], ...]] = {
    "dispatched": (("dispatch", DISPATCHER, {"lead_unit": "SWJ"}),),
    "objected": (
        ("dispatch", DISPATCHER, {"lead_unit": "SWJ"}),
        ("object", WATER_CLERK, {"objection_ground": "not_duty", "note": "属小区自建管网。"}),
    ),
    "handling": (
        ("dispatch", DISPATCHER, {"lead_unit": "SWJ"}),
        ("sign", WATER_CLERK, {}),
    ),
}
WAYS["replied"] = (
    *WAYS["handling"],
    ("reply", WATER_CLERK, {"result": "solved", "reply": "抢修完成，今日上午恢复供水。"}),
)
WAYS["answered"] = (*WAYS["replied"], ("approve", REVIEWER, {}))
WAYS["called_back"] = (
    *WAYS["answered"],
    ("callback", CALLBACK, {"attempt": "answered", "solved": "no", "satisfied": "2"}),
)
WAYS["closed"] = (
    *WAYS["answered"],
    ("callback", CALLBACK, {"attempt": "answered", "solved": "yes", "satisfied": "5"}),
)


def a_case_in(stage: str, *, now: datetime = MONDAY, **changes: Any) -> CaseFile:
    """A case of the water bureau that stands in the stage, everything done at `now`."""
    if stage in ("registered", "refused"):
        case = act(a_blank(now=now), "register", AGENT, now=now, **{**REQUEST, **changes}).after
        if stage == "refused":
            case = act(case, "refuse", AGENT, now=now, refusal_ground="explain", reason="无").after
        return case
    case = a_case(now=now, **changes)
    for action, actor, inputs in WAYS.get(stage, ()):
        case = act(case, action, actor, now=now, **inputs).after
    assert case.stage == stage
    return case


class Story:
    """One case told step by step: `now` moves on, and every move is kept."""

    def __init__(
        self,
        *,
        at: datetime = MONDAY,
        opened_by: Actor = AGENT,
        kind: str = "citizen",
        opening: str = "open",
        form: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        self.now = at
        self.moves: list[Move] = []
        self.case = a_blank(now=at, kind=kind)
        self.does(opened_by, opening, **{**(REQUEST if form is None else form), **changes})

    def waits(self, **delta: float) -> None:
        """Time passes."""
        self.now += timedelta(**delta)

    def does(self, actor: Actor, action: str, **inputs: Any) -> Move:
        """The actor takes the action now."""
        moved = act(self.case, action, actor, now=self.now, **inputs)
        self.moves.append(moved)
        self.case = moved.after
        return moved

    def can(self, actor: Actor) -> set[str]:
        """What the actor is offered now."""
        return {action.name for action in open_actions(self.case, actor, now=self.now)}

    def due(self, clock: str) -> str:
        """The deadline of an open clock, as "03-16 23:59"; empty where none runs."""
        running = self.case.clock(clock)
        return f"{running.due_at.astimezone(SHANGHAI):%m-%d %H:%M}" if running else ""

    def told(self) -> list[str]:
        """The texts and notices of the last move: template → destination."""
        return [f"{told.template} → {told.destination}" for told in self.moves[-1].tells]

    def figure(self, measure: str, unit_id: int | None = None) -> int:
        """The sum of a figure over everything that happened."""
        return sum(
            count.n
            for moved in self.moves
            for count in moved.counts
            if count.measure == measure and count.unit_id == unit_id
        )
