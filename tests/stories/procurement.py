"""Letters of suppliers, and how their cases come to stand where a story begins."""

from datetime import datetime
from typing import Any

import msgspec

from hotline.calendar import SHANGHAI
from hotline.casefile import CaseFile
from hotline.people import Actor
from hotline.procurement import COMPLAINT_ITEMS, LETTER_ITEMS
from hotline.transition import Move, move
from tests.makers import (
    CITY_CLERK,
    FINANCE,
    LEADER,
    PROCUREMENT,
    RULEBOOK,
    WATER_CLERK,
    Story,
)

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


COMPLAINT_LETTER: dict[str, Any] = {
    "title": "关于市图书馆家具采购的投诉",
    "supplier": "云州木石家具有限公司",
    "credit_code": "91990100MA00000X11",
    "requester_name": "贺经理",
    "requester_phone": "13800004321",
    "address": "云津区工业路18号",
    "respondents": "市图书馆、市采购中心",
    "project_name": "市图书馆阅览家具采购",
    "project_number": "YZCG-2026-0107",
    "procurement_stage": "winner",
    "received_on": "2026-03-24",
    "authority": "ours",
    "scope": "within",
    "complaint_items": list(COMPLAINT_ITEMS),
    "content": "质疑答复未回应业绩证明问题，请求认定中标结果无效。",
}
NUMBER = "2603240000015"
TUESDAY = datetime(2026, 3, 24, 9, tzinfo=SHANGHAI)


class ComplaintStory(Story):
    """A complaint of Tuesday, 24 March, about a challenge; the story itself is the door.

    `challenge` is what the door finds for the number, `precedents` how many earlier complaints
    of the same complainant were unfounded.
    """

    def __init__(
        self, challenge: CaseFile, *, at: datetime = TUESDAY, precedents: int = 0, **changes: Any
    ) -> None:
        self.found = {"challenge": challenge, "precedents": precedents}
        form = {**COMPLAINT_LETTER, "challenge": challenge.number}
        super().__init__(
            at=at, kind="complaint", opening="register", opened_by=FINANCE, form=form, **changes
        )

    def does(self, actor: Actor, action: str, **inputs: Any) -> Move:
        """The actor takes the action now, with what the door finds."""
        case = msgspec.structs.replace(self.case, number=NUMBER) if not self.moves else self.case
        moved = move(
            case, action, actor=actor, inputs=inputs, now=self.now, rulebook=RULEBOOK,
            found=self.found,
        )  # fmt: skip
        self.moves.append(moved)
        self.case = moved.after
        return moved


def complained(**changes: Any) -> ComplaintStory:
    """A complaint about a challenge that was answered on the first day."""
    return ComplaintStory(answered().case, **changes)


def examined(**changes: Any) -> ComplaintStory:
    """A complaint about which the respondent has stated its view."""
    story = complained(**changes)
    story.does(FINANCE, "accept", in_time="yes")
    story.does(FINANCE, "send_notices", lead_unit="SWJ", co_units=["CGJ"], document_number="答1")
    story.does(WATER_CLERK, "sign")
    story.does(WATER_CLERK, "state", findings="评审程序合法，附评审报告。")
    return story


def decided(
    complaint_result: str = "rejected", rejection_ground: str = "no_facts", **changes: Any
) -> ComplaintStory:
    """A complaint whose decision is signed."""
    story = examined(**changes)
    ground = {"rejection_ground": rejection_ground} if complaint_result == "rejected" else {}
    story.does(
        FINANCE, "submit_decision", complaint_result=complaint_result, reply="经审理。", **ground
    )
    story.does(LEADER, "issue", document_number="云财采决〔2026〕1号")
    return story
