"""重复信访: what went before is read from the register, and is not accepted again."""

from typing import Any

import msgspec
import pytest

from hotline.errors import Incomplete, NotAvailable
from hotline.procedure import Phase
from hotline.procedures import PROCEDURES
from hotline.transition import open_actions
from tests.makers import MONDAY, PETITIONS, a_blank
from tests.stories.petitions import forwarded, registered

EARLIER = "2603090000025"


def earlier(state: str) -> dict[str, Any]:
    """What the door finds under the number of a petition that has come so far."""
    stage = {"in_progress": "handling", "decided": "delivered"}.get(state, state)
    blank = a_blank(kind="petition", number=EARLIER)
    closed_at = MONDAY if PROCEDURES["petition"].stage(stage).phase == Phase.CLOSED else None
    case = msgspec.structs.replace(blank, stage=stage, closed_at=closed_at)
    return {"found": {"earlier_petition": case}}


@pytest.mark.parametrize("state", ["concluded", "in_progress"])
def test_the_same_facts_are_not_accepted_again(state: str) -> None:
    """第36条 after 复核, 第19条 while in progress: the register says so, the office tells why."""
    again = {"petition_times": "repeated", "same_facts": True}
    with pytest.raises(Incomplete, match="前次信访件编号"):
        registered(**again, earlier_state=state)
    story = registered(**again, earlier_petition=EARLIER, **earlier(state))
    assert story.case.details["earlier_state"] == state
    for action, inputs in (
        ("forward", {"lead_unit": "SWJ"}),
        ("assign", {"lead_unit": "SWJ", "report_by": "2026-04-09"}),
    ):
        with pytest.raises(NotAvailable, match="应告知不再受理"):
            story.does(PETITIONS, action, **inputs)
    refuse = next(
        a for a in open_actions(story.case, PETITIONS, now=story.now) if a.name == "refuse"
    )
    assert refuse.begins is not None
    begun = refuse.begins(story.case)
    assert begun == {"petition_refusal": state, "earlier_petition": EARLIER}
    story.does(PETITIONS, "refuse", **begun, told_way="written", reason="无新的事实和理由。")
    assert story.case.stage == "refused"
    assert story.told() == ["citizen/petition_refused → +8613800005678"]


def test_new_facts_on_an_old_matter_are_taken_up() -> None:
    named = {"petition_times": "repeated", "earlier_petition": EARLIER}
    story = forwarded(**named, **earlier("concluded"))
    assert story.case.stage == "forwarded"


def test_how_far_the_earlier_petition_came_is_read_and_not_told() -> None:
    """What stands in this register is read; what does not is told, with the number of its paper."""
    again = {"petition_times": "repeated", "same_facts": True}
    with pytest.raises(Incomplete, match="由系统读取"):
        registered(
            **again, earlier_petition=EARLIER, earlier_state="concluded", **earlier("decided")
        )
    answered = registered(**again, earlier_petition=EARLIER, **earlier("decided"))
    answered.does(PETITIONS, "forward", lead_unit="SWJ")
    elsewhere = {"earlier_document": "省信复〔2019〕7号"}
    with pytest.raises(Incomplete, match="请选择前次办理到哪一步"):
        registered(**again, **elsewhere)
    concluded = registered(**again, **elsewhere, earlier_state="concluded")
    with pytest.raises(NotAvailable, match="应告知不再受理"):
        concluded.does(PETITIONS, "forward", lead_unit="SWJ")
    refused = registered(**again, earlier_petition=EARLIER, found={
        "earlier_petition": msgspec.structs.replace(
            earlier("refused")["found"]["earlier_petition"],
            details={"petition_refusal": "concluded"},
        )
    })  # fmt: skip
    assert refused.case.details["earlier_state"] == "concluded"


def test_nobody_is_sent_away_without_the_earlier_petition_being_named() -> None:
    story = registered()
    told = {"petition_refusal": "concluded", "told_way": "written", "reason": "已复核"}
    with pytest.raises(Incomplete, match="前次信访件编号"):
        story.does(PETITIONS, "refuse", **told)
    with pytest.raises(Incomplete, match="前次信访件正在办理，与该理由不符"):
        story.does(PETITIONS, "refuse", **told, earlier_petition=EARLIER, **earlier("in_progress"))
    story.does(PETITIONS, "refuse", **told, earlier_petition=EARLIER, **earlier("concluded"))
    assert story.case.stage == "refused"
