"""Petitions at each point of their way: where stories begin."""

from typing import Any

from hotline.transition import open_actions
from tests.makers import (
    HEDONG_CLERK,
    PETITION,
    PETITIONS,
    STREET_CLERK,
    WATER_CLERK,
    Story,
)

OPINION = {
    "document_number": "云水信〔2026〕3号",
    "opinion": "support",
    "opinion_facts": "经查，8号院供水管使用27年，漏损率高于规定。",
    "opinion_reasons": "管道产权属供水单位，维护责任在供水单位。",
    "opinion_basis": "城市供水条例关于供水设施维护的规定",
    "opinion_text": "支持更换管道，退还漏损期间多收的水费。",
}
SECOND = {
    "document_number": "云信复〔2026〕1号",
    "review_result": "upheld",
    "review_opinion": "原处理意见认定事实清楚、依据正确。",
    "opinion_basis": "信访工作条例",
    "opinion_delivery": "direct",
}
ASK = {"review_received_on": "2026-03-09", "review_request": "请求一并赔偿家具损失。"}
ON_MONDAY = {"opinion_delivered_on": "2026-03-09"}


def registered(**changes: Any) -> Story:
    """A petition in the visitors' register."""
    return Story(kind="petition", opening="register", opened_by=PETITIONS, form=PETITION, **changes)


def forwarded(**changes: Any) -> Story:
    """A petition that the water bureau has got and not accepted yet."""
    story = registered(**changes)
    story.does(PETITIONS, "forward", lead_unit="SWJ")
    return story


def handling(**changes: Any) -> Story:
    """A petition that the water bureau has accepted."""
    story = forwarded(**changes)
    story.does(WATER_CLERK, "accept", told_way="written")
    return story


def delivered(**changes: Any) -> Story:
    """A petition whose opinion has been delivered on 9 March."""
    story = handling(**changes)
    story.does(WATER_CLERK, "decide", **OPINION)
    story.does(WATER_CLERK, "deliver", opinion_delivered_on="2026-03-09", opinion_delivery="direct")
    return story


def reviewed() -> Story:
    """A letter about a street, whose opinion the district has reviewed (复查)."""
    story = registered(petition_channel="letter")
    story.does(PETITIONS, "forward", lead_unit="HDQ01")
    story.does(STREET_CLERK, "accept", told_way="written")
    story.does(STREET_CLERK, "decide", **OPINION)
    story.does(STREET_CLERK, "deliver", opinion_delivery="direct", **ON_MONDAY)
    story.does(PETITIONS, "ask_review", lead_unit="HDQ", **ASK)
    story.does(HEDONG_CLERK, "answer_review", **ON_MONDAY, **SECOND)
    return story


def rereviewing() -> Story:
    """A petition that is looked at for the third time (复核)."""
    story = reviewed()
    story.does(PETITIONS, "ask_rereview", lead_unit="SZF", **ASK)
    return story


def proposed(story: Story, action: str) -> dict[str, Any]:
    """What the form of the office begins with."""
    offered = open_actions(story.case, PETITIONS, now=story.now)
    begins = next(one for one in offered if one.name == action).begins
    assert begins is not None
    return dict(begins(story.case))
