"""One move: what is refused and in which order, what is wound, noted and chained."""

import msgspec
import pytest

from hotline.casefile import CaseFile
from hotline.entries import EventEntry, chained
from hotline.errors import Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.people import CLOCK, citizen, importer
from hotline.transition import move, offered
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    DISPATCHER,
    MONDAY,
    REQUEST,
    REVIEWER,
    RULEBOOK,
    WATER,
    WATER_CLERK,
    Story,
    a_blank,
    a_case_in,
    act,
    later,
)

OBJECTION = {"objection_ground": "not_duty", "note": "属小区自建管网。"}


def test_available_then_permitted_then_complete() -> None:
    case = a_case_in("accepted")
    with pytest.raises(NotFound, match="没有“explode”这个操作"):
        act(case, "explode", DISPATCHER)
    with pytest.raises(NotAvailable, match="本件现为“待派单”，不能“签收”"):
        act(case, "sign", AGENT)
    with pytest.raises(NotPermitted, match="您不能对本件“派单”"):
        act(case, "dispatch", AGENT)
    with pytest.raises(Incomplete, match="请填写“主办单位”"):
        act(case, "dispatch", DISPATCHER)


def test_a_blank_file_can_only_be_opened() -> None:
    with pytest.raises(NotAvailable, match="尚未登记"):
        act(a_blank(), "dispatch", DISPATCHER, lead_unit="SWJ")
    with pytest.raises(NotPermitted):
        act(a_blank(), "open", WATER_CLERK, **REQUEST)


def test_the_work_on_a_closed_case_is_over_unless_it_lives_again() -> None:
    closed = a_case_in("closed")
    for person in (AGENT, REVIEWER, WATER_CLERK, CLOCK):
        assert offered(closed, person, now=MONDAY) == []
    for person in (DISPATCHER, CALLBACK):
        assert {action.to for action, _ in offered(closed, person, now=MONDAY)} <= {
            "handling", "accepted", "looking_back", "archived",
        }  # fmt: skip
    names = [action.name for action, _ in offered(closed, citizen("+8613800001234"), now=MONDAY)]
    assert names == ["rate"]


def test_a_button_that_must_wait_says_why() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["CGJ"], designate=True)
    story.does(WATER_CLERK, "sign")
    waiting = {
        action.name: why for action, why in offered(story.case, WATER_CLERK, now=story.now) if why
    }
    assert waiting == {
        "object": "本件已指定办理，不得再次提出派单异议",
        "reply": "还有1个协办单位未反馈，主办单位暂不能答复",
    }


def test_an_unanswered_call_winds_no_clock() -> None:
    case = a_case_in("answered")
    moved = act(case, "callback", CALLBACK, now=later(hours=1), attempt="busy")
    assert moved.after.clocks == case.clocks
    assert (moved.event.stage_before, moved.event.stage_after) == ("answered", "answered")


def test_a_rejected_objection_restarts_the_signing_and_nothing_else() -> None:
    dispatched = a_case_in("dispatched")
    objected = act(dispatched, "object", WATER_CLERK, now=later(hours=1), **OBJECTION).after
    assert objected.clock("sign_in") is None
    rejected = act(
        objected, "reject_objection", DISPATCHER, now=later(days=1), reason="由水务部门负责"
    ).after
    assert rejected.clock("handle") == dispatched.clock("handle")
    assert rejected.clock("first_contact") == dispatched.clock("first_contact")
    sign_in = rejected.clock("sign_in")
    assert sign_in is not None
    assert sign_in.started_at == later(days=1)
    assert rejected.clock("decide_objection") is None


def test_an_objection_during_handling_leaves_the_unit_clock_running() -> None:
    handling = a_case_in("handling")
    objected = act(handling, "object", WATER_CLERK, now=later(hours=1), **OBJECTION).after
    assert objected.clock("handle") == handling.clock("handle")
    upheld = act(
        objected, "uphold_objection", DISPATCHER, now=later(hours=2), lead_unit="CGJ"
    ).after
    ended = [clock for clock in upheld.clocks if clock.name == "handle" and not clock.open]
    assert [(clock.ended_by, clock.unit_id) for clock in ended] == [("uphold_objection", WATER)]


def test_every_started_clock_knows_when_it_rings_first() -> None:
    handle = a_case_in("dispatched").clock("handle")
    assert handle is not None
    # Half of five working days is reached on the third: 12 March, at ten in the morning.
    assert handle.ring_at is not None
    assert f"{handle.ring_at:%m-%d %H:%M}" == "03-12 10:00"
    assert handle.rung == 0


def test_after_a_warning_the_next_level_waits_and_after_the_breach_the_ladder() -> None:
    case = a_case_in("handling")
    rings = []
    for level in (1, 2, 3):
        name = "warn" if level < 3 else "breach"
        case = act(case, name, CLOCK, clock="handle", level=level).after
        handle = case.clock("handle")
        assert handle is not None
        rings.append(f"{handle.ring_at:%m-%d %H:%M}" if handle.ring_at else "")
    assert rings == ["03-13 10:00", "03-16 23:59", "03-17 14:00"]


@pytest.mark.parametrize("level", [0, -1, 2])
def test_a_level_rings_once(level: int) -> None:
    warned = act(a_case_in("handling"), "warn", CLOCK, clock="handle", level=2).after
    with pytest.raises(NotAvailable, match="已提示过"):
        act(warned, "warn", CLOCK, clock="handle", level=level)
    with pytest.raises(NotAvailable):
        act(warned, "warn", CLOCK, clock="review", level=1)


def test_the_nearest_deadline_of_the_case_and_of_each_unit() -> None:
    story = Story()
    story.does(DISPATCHER, "dispatch", lead_unit="SWJ", co_units=["CGJ"])

    def part_due(unit_id: int) -> str:
        part = next(part for part in story.case.parts if part.part == unit_name[unit_id])
        return f"{part.due_at:%m-%d %H:%M}" if part.due_at else ""

    unit_name = {WATER: "lead", 3: "co"}
    assert f"{story.case.next_due_at:%m-%d %H:%M}" == "03-10 09:00"
    assert (part_due(WATER), part_due(3)) == ("03-10 09:00", "03-16 23:59")
    story.does(WATER_CLERK, "sign")
    story.does(WATER_CLERK, "contact", contact_way="phone", contact_result="reached", note="好")
    assert part_due(WATER) == "03-16 23:59"
    story.does(CITY_CLERK, "co_sign")
    story.does(CITY_CLERK, "co_reply", reply="已清理。")
    story.does(WATER_CLERK, "reply", result="solved", reply="已恢复。")
    assert part_due(WATER) == "", "the unit owes nothing while its reply is reviewed"
    assert f"{story.case.next_due_at:%m-%d %H:%M}" == "03-10 23:59"


def test_an_event_notes_what_changed_and_who_did_it() -> None:
    moved = move(
        a_case_in("accepted"),
        "dispatch",
        actor=DISPATCHER,
        inputs={"lead_unit": "SWJ", "designate": "on", "note": "  请当日联系 "},
        now=later(minutes=5),
        rulebook=RULEBOOK,
        idempotency_key="k-1",
    )
    event = moved.event
    assert (event.seq, event.action, event.round) == (2, "dispatch", 1)
    assert (event.stage_before, event.stage_after) == ("accepted", "dispatched")
    assert event.inputs == {"lead_unit": "SWJ", "designate": True, "note": "请当日联系"}
    assert event.changes == {"lead_unit_id": [None, WATER], "designated": [False, True]}
    assert (event.actor_id, event.unit_id) == (DISPATCHER.staff_id, DISPATCHER.unit_id)
    assert (event.at, event.idempotency_key) == (later(minutes=5), "k-1")


def test_the_hash_covers_every_word_of_the_event_and_the_one_before() -> None:
    moved = act(a_case_in("accepted"), "dispatch", DISPATCHER, lead_unit="SWJ", note="请尽快")
    number, event = moved.after.number, moved.event
    honest = chained(moved.before.last_hash, number, event)
    assert honest == event.hash == moved.after.last_hash
    forged: dict[str, object] = {
        "seq": 3,
        "action": "redispatch",
        "round": 2,
        "stage_before": "x",
        "stage_after": "x",
        "actor_id": None,
        "actor_name": "别人",
        "unit_id": 7,
        "inputs": {**event.inputs, "note": "不急"},
        "changes": {},
        "at": later(seconds=1),
    }
    for name, value in forged.items():
        other = msgspec.structs.replace(event, **{name: value})
        assert chained(moved.before.last_hash, number, other) != honest, name
    assert chained(bytes(32), number, event) != honest
    assert chained(moved.before.last_hash, "2603090000025", event) != honest


def test_the_hash_survives_a_json_column_that_orders_keys_anew() -> None:
    event = act(a_blank(), "open", AGENT, **REQUEST).event
    inputs = dict(sorted(event.inputs.items(), key=lambda pair: (len(pair[0]), pair[0])))
    assert list(inputs) != list(event.inputs)
    read = msgspec.json.decode(
        msgspec.json.encode(msgspec.structs.replace(event, inputs=inputs)), type=EventEntry
    )
    assert chained(bytes(32), a_blank().number, read) == event.hash


def test_history_of_another_system_keeps_its_times_and_its_requester() -> None:
    blank = msgspec.structs.replace(a_blank(), source="mailbox", source_id="1")
    form = {name: value for name, value in REQUEST.items() if not name.startswith("requester")}
    opened = act(blank, "open", importer("市长信箱"), now=MONDAY, channel="letter", **form).after
    assert isinstance(opened, CaseFile)
    case = act(opened, "dispatch", importer("市长信箱"), now=later(hours=1), lead_unit="SWJ").after
    case = act(case, "sign", importer("市长信箱"), now=later(hours=2)).after
    replied = act(
        case, "reply", importer("市长信箱"), now=later(days=3), result="explained", reply="见复函"
    ).after
    assert replied.answered_at == later(days=3)
    assert replied.handlers == ()
