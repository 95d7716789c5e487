"""The scenes of the demonstration, and what is said of one that cannot be played."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest

from dispatch.demo_city import PHONE_PREFIX
from dispatch.demo_city.plays import Scene, SceneFault, scenes, scenes_of
from dispatch.demo_life import Cast
from dispatch.demo_scenes import live_all, take_part
from hotline.calendar import SHANGHAI
from hotline.procedures import PROCEDURES, procedure
from hotline.transition import Move
from tests.demo_cast import demo_cast

SCENES = tuple(scenes())
# A working afternoon, a night, a Sunday, in the middle of a long holiday and just after one.
PRESENTS = (
    datetime(2026, 3, 11, 15, 20, tzinfo=SHANGHAI),
    datetime(2026, 6, 2, 2, 5, tzinfo=SHANGHAI),
    datetime(2026, 8, 16, 11, 0, tzinfo=SHANGHAI),
    datetime(2026, 10, 5, 16, 45, tzinfo=SHANGHAI),
    datetime(2026, 2, 25, 8, 10, tzinfo=SHANGHAI),
)
INSTRUCTION = """
[[scene]]
title = "关于水库除险加固的报告"
opened = 9
upto = ["assigned", "working"]
[[scene.step]]
action = "register"
role = "secretary"
[scene.step.inputs]
leader_grade = "mayor"
leader = "程市长"
instructed_on = "today-1"
instruction = "请水利局抓紧推进。"
document_number = "云水〔{year}〕12号"
secrecy = "ordinary"
priority = "normal"
[[scene.step]]
action = "propose"
role = "secretary"
after = 2
inputs = {item_kind = "action", dispatch_mode = "original"}
[[scene.step]]
action = "assign"
role = "secretary"
after = 4
inputs = {lead_unit = "B16", co_units = ["B14"]}
[[scene.step]]
action = "co_sign"
role = "clerk"
co = true
after = 2
[[scene.step]]
action = "progress"
role = "unit_head"
after = 60
inputs = {progress = "已开工。"}
"""


@pytest.fixture(scope="module")
def cast() -> Cast:
    return demo_cast()


def lives(told: tuple[Scene, ...], cast: Cast, now: datetime) -> Iterator[tuple[str, list[Move]]]:
    """The stage where each case is to stand ("" at the end), and its moves."""
    for life in live_all(told, cast, now=now, rng=Random(1), serials=count(1)):
        yield life.halt, life.moves


@pytest.mark.parametrize("now", PRESENTS, ids=[f"{now:%m-%d %H:%M}" for now in PRESENTS])
def test_every_scene_can_be_played_whenever_the_city_is_filled(cast: Cast, now: datetime) -> None:
    for halt, moves in lives(SCENES, cast, now):
        case, times = moves[-1].after, [moved.event.at for moved in moves]
        assert times == sorted(times) and times[-1] <= now
        assert halt in ("", case.stage)
        late = [one.name for one in case.open_clocks if one.ring_at and one.ring_at < now]
        assert late == [], f"{case.title}: time has not rung {late}"


def test_the_scenes_lead_through_every_stage(cast: Cast) -> None:
    told = [moves for _, moves in lives(SCENES, cast, PRESENTS[0])]
    take_part(told, cast)
    shown = {(moves[-1].after.kind, moves[-1].after.stage) for moves in told}
    # Most requests are told elsewhere (dispatch.demo_story).
    for kind in {scene.kind for scene in SCENES} - {"citizen"}:
        missing = sorted(
            {stage.name for stage in procedure(kind).stages}
            - {stage for one, stage in shown if one == kind}
        )
        assert not missing, f"scenes/{kind}.toml leaves nothing in {missing}"


def test_a_scene_goes_by_itself_where_only_time_acts(cast: Cast) -> None:
    told = tuple(scenes_of("leader", INSTRUCTION))
    now = PRESENTS[0]
    stands = dict(lives(told, cast, now))
    whole, assigned, working = stands[""], stands["assigned"], stands["working"]
    done = [moved.event.action for moved in whole]
    acts = [action for action in done if action not in ("warn", "breach")]
    assert acts == [
        "register", "propose", "assign", "co_sign", "deem_signed", "dispute_lapsed", "progress",
    ]  # fmt: skip
    assert {"warn", "breach"} < set(done)
    assert whole[-1].after.title == "关于水库除险加固的报告"
    assert whole[-1].after.details["document_number"] == "云水〔2026〕12号"
    on = whole[0].event.at.astimezone(SHANGHAI).date() - timedelta(days=1)
    assert whole[-1].after.details["instructed_on"] == on.isoformat()
    assert (assigned[-1].after.stage, working[-1].after.stage) == ("assigned", "working")
    assert now - assigned[0].event.at < timedelta(days=2)


@pytest.mark.parametrize(
    ("there", "here", "said"),
    [
        ('"progress"\nrole', '"progres"\nrole', "step 5 (progres): there is no such action"),
        ('role = "unit_head"', 'role = "chief"', "Invalid enum value 'chief'"),
        ("co = true\n", "coo = true\n", "contains unknown field `coo` - at `$.step[3]`"),
        ('priority = "normal"\n', "", "step 1 (register): "),
        ('"assigned", ', '"asigned", ', "there is no stage asigned"),
        ('progress = "已', 'findings = "已', "does not ask for findings"),
        ('action = "co_sign"', 'action = "feed_back"\ninputs = {findings = "x"}',
         "step 4 (feed_back): 本件现为“交办待签收”"),
        ('"assigned", "working"', '"fed_back"', "never stands in fed_back"),
        ("opened = 9", "", "missing required field `opened`"),
        ("[[scene]]", "[[scenes]]", "nothing else"),
        ('"register"', '"propose"', "opens the case"),
    ],
)  # fmt: skip
def test_what_cannot_be_played_says_where_and_why(
    cast: Cast, there: str, here: str, said: str
) -> None:
    assert there in INSTRUCTION
    with pytest.raises(SceneFault, match=r"scenes/leader\.toml") as fault:
        list(lives(tuple(scenes_of("leader", INSTRUCTION.replace(there, here))), cast, PRESENTS[0]))
    assert said in str(fault.value)


def test_a_file_is_named_after_its_kind() -> None:
    with pytest.raises(SceneFault, match="no procedure 'weather'"):
        list(scenes_of("weather", INSTRUCTION))


def test_the_scenes_name_no_number_of_anybody() -> None:
    for scene in SCENES:
        assert scene.kind in PROCEDURES
        for step in scene.step:
            for number in re.findall(r"(?<!\d)1\d{10}(?!\d)", str(step.inputs)):
                assert number.startswith(PHONE_PREFIX), scene.name
