"""采购方式变更, told in its own words: applied for, completed, approved or refused."""

from typing import Any

import pytest

from hotline.errors import Incomplete, NotAvailable
from hotline.inputs import INPUTS
from hotline.people import CLOCK
from hotline.procedures.method_change import GROUNDS, METHOD_CHANGE, PROOFS, missing_proofs
from hotline.transition import offered
from tests.makers import DISPATCHER, FINANCE, SUPERVISOR, Story

APPLICATION: dict[str, Any] = {
    "title": "市图书馆古籍修复设备采购",
    "change_applicant": "云州市图书馆",
    "purchase_budget": "1280000",
    "target_method": "invited",
    "change_ground": "special",
    "proofs": ["expert_report"],
}
FAILED = {
    "target_method": "talks",
    "change_ground": "failed",
    "proofs": ["tender_notice", "failure_record"],
}
ADDITION = {
    "target_method": "single",
    "change_ground": "addition",
    "proofs": ["consistency_papers", "contract_copy"],
    "contract_amount": "1000000",
}
APPROVAL = {"document_number": "云财采批〔2026〕11号"}


def submitted(**changes: Any) -> Story:
    """An application in the register."""
    return Story(
        kind="method_change",
        opening="submit",
        opened_by=FINANCE,
        form={**APPLICATION, **changes},
    )


def test_a_complete_application_is_approved_within_five_working_days() -> None:
    story = submitted()
    assert (story.case.stage, story.due("decide")) == ("submitted", "03-16 23:59")
    story.waits(days=4)
    story.does(FINANCE, "approve", **APPROVAL)
    assert (story.case.stage, story.case.outcome) == ("approved", "approve")
    assert story.case.details["document_number"] == APPROVAL["document_number"]
    assert story.case.open_clocks == ()


def test_what_lacks_proofs_is_not_approved_and_says_what_is_missing() -> None:
    story = submitted(**FAILED)
    waits = {action.name: why for action, why in offered(story.case, FINANCE, now=story.now)}
    assert waits["approve"] == (
        "按第八条（一），还缺：评审专家关于招标文件没有不合理条款的论证意见；"
        "代理机构关于招标文件和程序合规、期间没有质疑的声明。"
    )
    with pytest.raises(NotAvailable, match="还缺"):
        story.does(FINANCE, "approve", **APPROVAL)


def test_it_is_returned_completed_and_its_days_count_anew() -> None:
    story = submitted(**FAILED)
    back = METHOD_CHANGE.action("return_for_completion")
    assert back is not None and back.begins is not None
    reason = back.begins(story.case)["reason"]
    assert reason.endswith("声明。请补正后重新提交。")
    story.waits(days=2)
    story.does(FINANCE, "return_for_completion", reason=reason)
    assert (story.case.stage, story.due("decide"), story.due("completion")) == (
        "returned", "", "03-25 23:59",
    )  # fmt: skip
    again = METHOD_CHANGE.action("complete")
    assert again is not None and again.begins is not None
    had = again.begins(story.case)["proofs"]
    with pytest.raises(Incomplete, match="还缺：代理机构关于"):
        story.does(FINANCE, "complete", proofs=[*had, "tender_review"])
    story.waits(days=2)
    story.does(FINANCE, "complete", proofs=[*had, "tender_review", "agency_statement"])
    assert (story.case.stage, story.due("decide")) == ("submitted", "03-20 23:59")
    story.does(FINANCE, "approve", **APPROVAL)
    assert story.case.stage == "approved"


def test_what_is_never_completed_lapses() -> None:
    story = submitted(proofs=[])
    story.does(FINANCE, "return_for_completion", reason="请补交专家论证意见。")
    assert METHOD_CHANGE.clock("completion").breach == "lapse"
    story.waits(days=16)
    story.does(CLOCK, "lapse")
    assert (story.case.stage, story.told()) == ("withdrawn", ["finance/lapsed → finance"])


def test_an_unfounded_application_is_refused_and_another_is_taken_back() -> None:
    story = submitted(target_method="talks", change_ground="urgent", proofs=["urgency_papers"])
    story.does(FINANCE, "refuse", reason="因自身拖延造成时间不足，不属于紧急需要。")
    assert story.case.stage == "refused"
    story = submitted()
    story.does(FINANCE, "withdraw", reason="项目取消。")
    assert story.case.stage == "withdrawn"


def test_a_decision_that_is_late_is_noted() -> None:
    story = submitted()
    story.waits(days=9)
    story.does(CLOCK, "breach", clock="decide", level=3)
    assert story.told() == ["owed/breached → finance", "supervisor/breached → supervisor"]


@pytest.mark.parametrize("name", GROUNDS)
def test_each_ground_belongs_to_one_method_and_needs_its_proofs(name: str) -> None:
    ground = GROUNDS[name]
    known = {"change_ground": name}
    assert missing_proofs(known).startswith(f"按{ground.article}，还缺：")
    enough = [group[-1] for group in ground.proofs]
    assert missing_proofs({**known, "proofs": enough}) == ""
    for group in ground.proofs:
        without = [one for one in PROOFS if one not in group]
        named = "或者".join(PROOFS[one] for one in group)
        said = missing_proofs({**known, "proofs": without})
        assert f"；{named}" in said or f"还缺：{named}" in said
    other = next(one.method for one in GROUNDS.values() if one.method != ground.method)
    with pytest.raises(Incomplete, match="该理由适用于"):
        submitted(target_method=other, change_ground=name)


def test_an_information_project_needs_the_letter_of_its_authority_too() -> None:
    sole = {
        "target_method": "single",
        "change_ground": "only_one",
        "proofs": ["public_notice"],
        "information_project": True,
    }
    story = submitted(**sole)
    with pytest.raises(NotAvailable, match="还缺：市信息化主管部门的论证函件"):
        story.does(FINANCE, "approve", **APPROVAL)
    submitted(**{**sole, "information_project": ""}).does(FINANCE, "approve", **APPROVAL)


@pytest.mark.parametrize(("added", "allowed"), [("100000", True), ("100000.01", False)])
def test_an_addition_is_at_most_a_tenth_of_the_contract(added: str, allowed: bool) -> None:
    if allowed:
        submitted(**ADDITION, added_amount=added).does(FINANCE, "approve", **APPROVAL)
        return
    with pytest.raises(Incomplete, match=r"百分之十（100000\.00元）"):
        submitted(**ADDITION, added_amount=added)


def test_an_addition_names_both_amounts() -> None:
    with pytest.raises(Incomplete) as refused:
        submitted(**{**ADDITION, "contract_amount": ""})
    assert set(refused.value.fields) == {"contract_amount", "added_amount"}


def test_the_grounds_are_offered_with_method_and_article() -> None:
    choices = INPUTS["change_ground"].choices
    assert choices["addition"] == (
        "单一来源采购：保证一致性或者服务配套，从原供应商处添购（第十条（三））"
    )


def test_nobody_else_decides() -> None:
    story = submitted()
    assert story.can(DISPATCHER) == story.can(SUPERVISOR) == set()
