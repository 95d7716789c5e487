"""What is looked for in a reply, on invented texts: hints, never verdicts."""

import pytest

from hotline.reply_hints import SideBySide, points_of, side_by_side

REQUEST = (
    "1、柳桥路8号院停水两天，要求尽快恢复供水。2、物业乱收停车费，请核查收费标准。"
    "3、院门口路灯不亮，希望维修。"
)
GOOD = (
    "一、停水：3月8日夜间管道爆裂，经抢修已于3月9日10时恢复供水。"
    "二、停车费：根据《云州市停车服务收费管理办法》第八条，物业收费标准已公示，多收的120元已退还。"
    "三、路灯：已更换光源，3月10日前完成复查。已电话联系诉求人并告知结果。"
)


def hints_of(sides: SideBySide) -> dict[str, bool]:
    return {hint.name: hint.found for hint in sides.hints}


def test_a_good_reply_has_everything() -> None:
    sides = side_by_side(
        content=REQUEST, reply=GOOD, contacted=True, contact="03-09 15:00有联系记录"
    )
    assert set(hints_of(sides).values()) == {True}
    assert [point.answered_in for point in sides.points] == [0, 1, 2]


def test_an_empty_phrase_has_nothing_but_words() -> None:
    sides = side_by_side(content=REQUEST, reply="您好，我单位高度重视，将认真研究。")
    assert hints_of(sides) == {
        "contact": False,
        "result": False,
        "basis": False,
        "date": False,
        "points": False,
        "length": False,
    }


def test_a_point_left_out_is_named() -> None:
    reply = "停水已于3月9日恢复供水。路灯已更换。"
    points = next(h for h in side_by_side(content=REQUEST, reply=reply).hints if h.name == "points")
    assert not points.found and "停车费" in points.words


def test_a_contact_that_is_only_claimed_says_so() -> None:
    reply = "工作人员已上门与诉求人沟通。"
    claimed = side_by_side(content=REQUEST, reply=reply).hints[0]
    assert claimed.found and "没有联系记录" in claimed.words


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("", []),
        ("路灯不亮。", ["路灯不亮。"]),
        ("一、停水。二、停电。", ["一、停水。", "二、停电。"]),
        ("（1）停水\n（2）停电", ["（1）停水", "（2）停电"]),
        ("路灯不亮。请维修！什么时候修？", ["路灯不亮。", "请维修！", "什么时候修？"]),
        # A decimal, a date and a house number begin no point.
        ("压力仅0.2兆帕，2.5小时后停水", ["压力仅0.2兆帕，2.5小时后停水"]),
    ],
)
def test_points_of_a_text(text: str, points: list[str]) -> None:
    assert list(points_of(text)) == points


def test_nothing_of_a_long_text_is_lost() -> None:
    text = "".join(f"第{n}处路灯不亮。" for n in range(200))
    assert "".join(points_of(text)).replace("\n", "") == text
    assert len(points_of(text)) == 30
