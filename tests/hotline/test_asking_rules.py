"""The rule beside a form says what the guard holds people to."""

from datetime import timedelta

from hotline.asking_rules import rule_beside
from hotline.procedures import procedure
from hotline.reply_templates import filled_in, unknown_places
from tests.makers import (
    MONDAY,
    PETITION,
    PETITIONS,
    RULEBOOK,
    SUPERVISOR,
    WATER_CLERK,
    Story,
    a_case_in,
)


def rules_of(story_or_case: object, name: str) -> str:
    case = getattr(story_or_case, "case", story_or_case)
    action = procedure(case.kind).action(name)
    assert action is not None
    return "\n".join(rule_beside(case, action))


def test_an_extension_says_how_much_how_often_until_when() -> None:
    told = rules_of(a_case_in("handling"), "request_extension")
    assert "办理时限最多延长5个工作日，可延期1次，已延期0次" in told
    assert "须在2026-03-16 23:59届满前申请" in told
    assert "依据：" in told and "延期审批时限" in told
    assert "最多延长10个工作日" in rules_of(
        a_case_in("handling", urgency="complex"), "request_extension"
    )


def test_an_extension_that_was_had_is_counted() -> None:
    story = Story()
    story.case = a_case_in("handling")
    story.does(WATER_CLERK, "request_extension", extension_days=2, reason="管材未到。")
    story.does(SUPERVISOR, "grant_extension")
    told = rules_of(story, "request_extension")
    assert "已延期1次" in told and "2026-03-18 23:59" in told


def test_a_stop_and_an_objection_have_their_rules() -> None:
    assert "累计最多停止30个工作日" in rules_of(a_case_in("handling"), "request_stop")
    told = rules_of(a_case_in("dispatched"), "object")
    assert "“待签收”、“办理中”环节" in told
    assert "提出异议期间办理时限继续计算" in told
    assert "本件已指定办理，不得再次提出派单异议" in told
    assert "8个工作小时" in told or "异议裁定时限" in told


def test_a_right_that_lapses_says_until_when() -> None:
    story = Story(kind="petition", opened_by=PETITIONS, opening="register", form=PETITION)
    story.does(PETITIONS, "forward", lead_unit="SWJ")
    window = procedure("petition").window("object")
    assert window is not None
    assert f"（{window.label}）" in rules_of(story, "object")


def test_other_acts_have_no_rule_beside_them() -> None:
    assert rules_of(a_case_in("handling"), "reply") == ""


def test_a_template_is_filled_in_for_the_case() -> None:
    case = a_case_in("handling")
    text = filled_in(
        "关于{title}（{number}），{unit}已于{date}办理。{未知}",
        case,
        title=case.title,
        address=case.address,
        rulebook=RULEBOOK,
        now=MONDAY + timedelta(days=2),
    )
    assert text == (
        f"关于柳桥路8号院停水两天（{case.number}），云州市水务局已于2026年3月11日办理。{{未知}}"
    )
    assert unknown_places("{title}{未知}{x}") == ["未知", "x"]
