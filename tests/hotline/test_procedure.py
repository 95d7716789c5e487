"""The grammar: how a procedure answers questions about itself."""

import pytest

from hotline.clock_rules import By, ClockRule, by_urgency
from hotline.clocks import Limit, calendar_days, hours, working_days
from hotline.errors import NotFound
from hotline.people import Role
from hotline.procedure import ANYWHERE, NEW, Action, Phase, Procedure, Stage
from hotline.procedures import procedure
from tests.makers import a_blank

RULES = Procedure(
    kind="trial",
    version="1",
    title="试行",
    stages=(
        Stage("asked", "待答复", Phase.HANDLING, "办理中"),
        Stage("told", "已答复", Phase.CLOSED, "已答复"),
    ),
    clocks=(
        ClockRule(
            "tell", "答复时限", Role.CLERK, starts=("ask",), ends=("tell",),
            limit=by_urgency(danger=hours(2), utility=hours(24), normal=working_days(5),
                             complex=working_days(15)),
            basis="试行规定",
        ),
        ClockRule("look", "查看时限", Role.CLERK, starts=("ask",), ends=("tell",),
                  limit=hours(8), basis="试行规定"),
    ),
    actions=(
        Action("ask", "提问", when=(NEW,), to="asked", by=(Role.AGENT,), needs=("title", "note?")),
        Action("tell", "答复", when=("asked",), to="told", by={"asked": (Role.CLERK,)}),
        Action("note", "备注", when=(ANYWHERE,), by=(Role.CLOCK,)),
        Action("thank", "致谢", when=("told",), by=(Role.CITIZEN,)),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "names"),
    [(NEW, ["ask"]), ("asked", ["tell", "note"]), ("told", ["thank"])],
)
def test_anywhere_means_every_stage_that_exists_and_is_open(stage: str, names: list[str]) -> None:
    assert [action.name for action in RULES.actions_from(stage)] == names


def test_an_action_says_what_it_needs_and_who_may() -> None:
    ask, tell = RULES.action("ask"), RULES.action("tell")
    assert ask is not None
    assert tell is not None
    assert ask.inputs == (("title", True), ("note", False))
    assert ask.roles_in("asked") == (Role.AGENT,)
    assert (tell.roles_in("asked"), tell.roles_in("told")) == ((Role.CLERK,), ())
    assert RULES.action("unheard_of") is None


@pytest.mark.parametrize(
    ("urgency", "code"),
    [("danger", "2h"), ("utility", "24h"), ("normal", "5wd"), ("complex", "15wd")],
)
def test_a_limit_may_depend_on_the_urgency(urgency: str, code: str) -> None:
    case = a_blank(urgency=urgency)
    assert RULES.clock("tell").limit_for(case) == Limit.parse(code)
    assert RULES.clock("look").limit_for(case) == hours(8)


def test_a_limit_may_depend_on_a_detail_and_then_on_another_or_not_apply_at_all() -> None:
    by_grade = By("grade", {"high": calendar_days(15), "low": working_days(10)})
    limit = By("petition", {True: None}, otherwise=by_grade)
    high, low = a_blank(details={"grade": "high"}), a_blank(details={"grade": "low"})
    assert (limit.of(high), limit.of(low)) == (calendar_days(15), working_days(10))
    assert limit.of(a_blank(details={"grade": "high", "petition": True})) is None
    assert limit.of(a_blank()) is None


def test_there_is_no_procedure_of_an_unknown_kind() -> None:
    with pytest.raises(NotFound, match="没有“nonsense”这种事项"):
        procedure("nonsense")


def test_the_hotline_procedure_reads_in_its_order() -> None:
    rules = procedure("citizen")
    assert [stage.label for stage in rules.stages] == [
        "待受理", "待派单", "待签收", "异议待裁", "办理中", "终止待审", "并案办理", "待审核",
        "待回访", "待定重办", "待回头看", "已办结", "终止办理", "诉求人撤回", "已归档", "不予受理",
    ]  # fmt: skip
    assert {stage.citizen for stage in rules.stages} == {
        "已登记", "已受理", "办理中", "已答复", "已办结", "已终止办理", "已撤回",
        "已告知不予受理",
    }  # fmt: skip
