"""A procedure described from its data: targets, branches, refusals, limits as on a day."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from hotline.describing import branch_words, described
from hotline.effects import EFFECTS
from hotline.limit_changes import NewLimit
from hotline.procedure import NEW, Procedure
from hotline.procedures import PROCEDURES, procedure
from hotline.rule_words import EFFECT_WORDS, may_stay, sentences
from tests.makers import RULEBOOK

TODAY = date(2026, 3, 9)
EVERY_PROCEDURE = pytest.mark.parametrize("rules", PROCEDURES.values(), ids=[*PROCEDURES])


@EVERY_PROCEDURE
def test_a_description_is_complete_and_goes_over_the_wire(rules: Procedure) -> None:
    told = described(rules, RULEBOOK, on=TODAY)
    assert [stage.name for stage in told.stages] == [stage.name for stage in rules.stages]
    assert [action.name for action in told.actions] == [action.name for action in rules.actions]
    stages = {NEW, *(stage.name for stage in rules.stages)}
    for action in told.actions:
        assert action.from_, action.name
        assert {one.stage for one in action.from_} <= stages
        assert set(action.to) <= stages
        assert action.to or action.stays, action.name
        assert all(one.roles for one in action.from_), action.name
    for clock in told.clocks:
        assert clock.limits, clock.name
        assert all(line.basis for line in clock.limits), clock.name
    read = msgspec.json.decode(msgspec.json.encode(told), type=type(told))
    assert read == told


@EVERY_PROCEDURE
def test_where_a_function_chooses_its_targets_are_known(rules: Procedure) -> None:
    for action in rules.actions:
        if callable(action.to):
            assert rules.targets_of(action), f"{rules.kind}.{action.name}: say leads_to(…)"


def test_every_effect_is_said_in_words() -> None:
    assert set(EFFECTS) - set(EFFECT_WORDS) == set()


def test_a_limit_by_cases_is_told_case_by_case() -> None:
    told = described(procedure("leader"), RULEBOOK, on=TODAY)
    handle = next(clock for clock in told.clocks if clock.name == "handle")
    assert [(line.when, line.text) for line in handle.limits] == [
        ("办理等级：当日办结", "当日"),
        ("办理等级：长期推进（每周报告进展）", "180日"),
        ("办理等级：其他，信访批示件", "50日"),
        ("办理等级：其他，非信访批示件，缓急：特急", "1个工作日"),
        ("办理等级：其他，非信访批示件，缓急：加急", "3个工作日"),
        ("办理等级：其他，非信访批示件，缓急：其他", "8个工作日"),
    ]
    # All urgencies are named: there is no "other" to be told of.
    citizen = described(procedure("citizen"), RULEBOOK, on=TODAY)
    whole = next(clock for clock in citizen.clocks if clock.name == "whole")
    assert len(whole.limits) == 4


def test_a_changed_limit_is_told_from_its_day_on_and_announced_before() -> None:
    change = NewLimit(7, "citizen", "handle", "urgency=normal", "3wd", date(2026, 4, 1), "政府令")
    rulebook = replace(RULEBOOK, limit_changes=(change,))
    for day, now, coming in ((TODAY, "5个工作日", 1), (date(2026, 4, 1), "3个工作日", 0)):
        told = described(procedure("citizen"), rulebook, on=day)
        handle = next(clock for clock in told.clocks if clock.name == "handle")
        line = next(one for one in handle.limits if one.branch == "urgency=normal")
        assert (line.text, len(handle.coming)) == (now, coming)
        assert (line.change == 7) == (coming == 0)
        assert handle.limits[0].text == "2小时"


def test_guards_and_checks_are_told_by_their_own_sentences() -> None:
    rules = procedure("citizen")
    reply, refuse = rules.action("reply"), rules.action("refuse")
    assert reply is not None
    assert refuse is not None
    assert refuse.check is not None
    assert sentences(reply.unless[0]) == ("还有…个协办单位未反馈，主办单位暂不能答复",)
    assert sentences(refuse.check) == ("请选择应告知的法定渠道",)
    assert sentences(max) == ()


def test_whether_a_case_may_stay_is_read_from_the_choice() -> None:
    rate, propose = procedure("citizen").action("rate"), procedure("leader").action("propose")
    assert rate is not None
    assert propose is not None
    assert callable(rate.to)
    assert callable(propose.to)
    assert (may_stay(rate.to), may_stay(propose.to)) == (True, False)
    assert branch_words("urgency=normal") == "紧急程度：一般"
