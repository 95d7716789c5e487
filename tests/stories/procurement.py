"""Letters of suppliers, and how their cases come to stand where a story begins."""

from typing import Any

from hotline.procurement import LETTER_ITEMS
from tests.makers import CITY_CLERK, LEADER, PROCUREMENT, WATER_CLERK, Story

CHALLENGE_LETTER: dict[str, Any] = {
    "title": "关于市图书馆家具采购中标结果的质疑",
    "supplier": "云州木石家具有限公司",
    "credit_code": "91990100MA00000X11",
    "requester_name": "贺经理",
    "requester_phone": "13800004321",
    "address": "云津区工业路18号",
    "postcode": "990100",
    "project_name": "市图书馆阅览家具采购",
    "project_number": "YZCG-2026-0107",
    "challenge_start": "result",
    "known_on": "2026-03-06",
    "received_on": "2026-03-09",
    "participant": "participant",
    "addressee": "right",
    "letter_items": list(LETTER_ITEMS),
    "content": "中标人业绩证明不符合招标文件第三章要求，请求重新评审。",
}


def investigating(**changes: Any) -> Story:
    """A challenge of Monday, 9 March, in the hands of those who investigate."""
    story = Story(
        kind="challenge",
        opening="register",
        opened_by=PROCUREMENT,
        form=CHALLENGE_LETTER,
        **changes,
    )
    story.does(PROCUREMENT, "accept", in_time="yes", receipt_number="云采质回〔2026〕5号")
    story.does(
        PROCUREMENT, "transfer", lead_unit="SWJ", co_units=["CGJ"], handed_over="质疑函及附件"
    )
    story.does(WATER_CLERK, "sign")
    story.does(CITY_CLERK, "co_sign")
    return story


def drafted(
    challenge_result: str = "not_upheld", reply: str = "评审符合招标文件。", **changes: Any
) -> Story:
    """A challenge whose answer is written and waits for three signatures."""
    story = investigating(**changes)
    story.does(WATER_CLERK, "finish_investigation", findings="已调取评审报告。")
    story.does(WATER_CLERK, "submit_draft", challenge_result=challenge_result, reply=reply)
    return story


def reviewed(**changes: Any) -> Story:
    """A challenge whose answer has its three signatures."""
    story = drafted(**changes)
    story.does(PROCUREMENT, "section_sign")
    story.does(CITY_CLERK, "purchaser_sign")
    story.does(LEADER, "panel_sign")
    return story


def answered(**changes: Any) -> Story:
    """A challenge that was answered on the day of its receipt."""
    story = reviewed(**changes)
    story.does(
        PROCUREMENT, "send_answer", document_number="云采质复〔2026〕5号", no_secrets=True,
        delivery="direct", delivered_on="2026-03-09",
    )  # fmt: skip
    return story
