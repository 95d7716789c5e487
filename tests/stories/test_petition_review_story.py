"""复查 and 复核 (信访工作条例 35, 36): an opinion is looked at again, and once more."""

from datetime import date

import pytest

from hotline.errors import Incomplete, NotAvailable, NotPermitted
from hotline.people import Role
from tests.makers import (
    GOVERNMENT,
    GOVERNMENT_CLERK,
    HEDONG,
    HEDONG_STREET,
    PETITIONS,
    WATER,
    WATER_CLERK,
    act,
    staff,
)
from tests.stories.petitions import (
    ASK,
    ON_MONDAY,
    OPINION,
    SECOND,
    delivered,
    forwarded,
    handling,
    proposed,
    registered,
    rereviewing,
    reviewed,
)


def test_the_thirty_days_run_from_the_day_of_delivery() -> None:
    story = handling()
    story.does(WATER_CLERK, "decide", **OPINION)
    story.waits(days=4)
    story.does(WATER_CLERK, "deliver", opinion_delivered_on="2026-03-10", opinion_delivery="post")
    assert story.due("ask_review") == "04-09 23:59"
    clock = story.case.clock("ask_review")
    assert clock is not None
    assert clock.started_at.date() == date(2026, 3, 10)


def test_the_body_above_reviews_what_a_bureau_decided_and_nobody_else() -> None:
    """第35条: 原办理机关的上一级机关; over a bureau stands the city's government."""
    story = delivered()
    assert proposed(story, "ask_review") == {"lead_unit": "SZF"}
    for unit in ("SWJ", "HDQ", "CGJ"):
        with pytest.raises(
            Incomplete, match="应由云州市水务局的上一级机关云州市人民政府办公室复查"
        ):
            story.does(PETITIONS, "ask_review", lead_unit=unit, **ASK)
    story.does(PETITIONS, "ask_review", lead_unit="SZF", **ASK)
    assert story.told() == [f"unit/petition_review → unit{GOVERNMENT}"]
    assert (story.case.round, story.due("review")) == (2, "04-08 23:59")
    assert story.due("ask_review") == ""
    assert story.can(WATER_CLERK) == set()
    assert all(part.withdrawn_at is None for part in story.case.assignments)
    story.does(GOVERNMENT_CLERK, "answer_review", **ON_MONDAY, **SECOND)
    assert (story.case.stage, story.due("ask_rereview")) == ("reviewed", "04-08 23:59")


def test_street_district_and_city_in_order_and_then_it_is_over() -> None:
    """第35条、第36条: each by the body one level above the one before."""
    story = reviewed()
    assert proposed(story, "ask_rereview") == {"lead_unit": "SZF"}
    assert "ask_above" not in story.can(PETITIONS)
    for unit in ("HDQ01", "HDQ", "CGJ"):
        with pytest.raises(Incomplete, match="应由河东区人民政府的上一级机关"):
            story.does(PETITIONS, "ask_rereview", lead_unit=unit, **ASK)
    story.does(PETITIONS, "ask_rereview", lead_unit="SZF", **ASK)
    assert (story.case.stage, story.due("rereview")) == ("rereviewing", "04-08 23:59")
    story.does(GOVERNMENT_CLERK, "answer_rereview", **ON_MONDAY, **SECOND)
    assert (story.case.stage, story.case.outcome) == ("concluded", "answer_rereview")
    assert story.told() == ["citizen/petition_concluded → +8613800005678"]


def test_what_the_city_has_reviewed_goes_to_the_province_outside_this_system() -> None:
    story = delivered()
    story.does(PETITIONS, "ask_review", lead_unit="SZF", **ASK)
    story.does(GOVERNMENT_CLERK, "answer_review", **ON_MONDAY, **SECOND)
    with pytest.raises(Incomplete, match="云州市人民政府办公室的上一级机关不在本系统"):
        story.does(PETITIONS, "ask_rereview", lead_unit="SWJ", **ASK)
    story.does(PETITIONS, "ask_above", competent_body="某省人民政府", **ASK)
    assert (story.case.stage, story.due("above")) == ("above", "04-08 23:59")
    assert (story.due("ask_rereview"), story.can(GOVERNMENT_CLERK)) == ("", set())
    story.does(PETITIONS, "record_above", **ON_MONDAY, **SECOND)
    assert story.case.stage == "concluded"


def test_a_review_that_nobody_asks_for_in_time_goes_nowhere_above_either() -> None:
    story = delivered()
    story.does(PETITIONS, "ask_review", lead_unit="SZF", **ASK)
    story.does(GOVERNMENT_CLERK, "answer_review", **ON_MONDAY, **SECOND)
    story.waits(days=31)
    with pytest.raises(NotAvailable, match="申请复核期限已于2026-04-08届满"):
        story.does(PETITIONS, "ask_above", competent_body="某省人民政府", **ASK)


def test_a_visitor_comes_to_the_body_that_may_decide_or_the_one_above() -> None:
    """第20条 逐级走访: what a street decides is heard by its district; a letter goes anywhere."""
    story = registered()
    for action, more in (("forward", {}), ("assign", {"report_by": "2026-04-09"})):
        with pytest.raises(Incomplete, match="属河东区柳桥街道的，请转送河东区人民政府"):
            story.does(PETITIONS, action, lead_unit="HDQ01", **more)
    in_hedong = staff("河东区信访局小魏", Role.PETITIONS, unit=HEDONG)
    told = act(story.case, "forward", in_hedong, now=story.now, lead_unit="HDQ01").after
    assert told.lead_unit_id == HEDONG_STREET
    story.does(PETITIONS, "forward", lead_unit="HDQ")
    with pytest.raises(Incomplete, match="第20条"):
        story.does(PETITIONS, "reassign", lead_unit="HDQ01", reason="属街道")
    letter = registered(petition_channel="letter")
    letter.does(PETITIONS, "forward", lead_unit="HDQ01")


def test_only_whose_name_or_address_is_unclear_is_not_told() -> None:
    """第23条."""
    with pytest.raises(Incomplete, match="应当告知"):
        forwarded().does(WATER_CLERK, "accept", told_way="unclear")
    story = forwarded(requester_name="", petitioner_address="", anonymous=True)
    story.does(WATER_CLERK, "accept", told_way="unclear")
    assert story.case.stage == "handling"


def test_who_asks_for_a_review_after_thirty_days_is_too_late() -> None:
    story = delivered()
    story.waits(days=31)
    ask = {"review_received_on": "2026-04-09", "review_request": "不服", "lead_unit": "SZF"}
    with pytest.raises(NotAvailable, match="申请复查期限已于2026-04-08届满"):
        story.does(PETITIONS, "ask_review", **ask)


def test_a_hearing_is_not_counted() -> None:
    story = rereviewing()
    story.waits(days=10)
    story.does(
        GOVERNMENT_CLERK, "request_stop", stop_ground="expert", basis="信访工作条例第36条",
        stop_until="2026-03-29", reason="举行听证",
    )  # fmt: skip
    assert story.told() == ["petitions/asked → petitions"]
    story.does(PETITIONS, "grant_stop")
    # 19 to 29 March: the ten days from the 20th lie wholly within the stop.
    assert story.due("rereview") == "04-20 23:59"
    assert "citizen/stopped_clock → +8613800005678" in story.told()
    clock = story.case.clock("rereview")
    assert clock is not None
    assert clock.raw_due_on == date(2026, 4, 18)
    with pytest.raises(NotPermitted):
        story.does(GOVERNMENT_CLERK, "grant_stop")


def test_the_first_review_does_not_stop() -> None:
    story = delivered()
    story.does(PETITIONS, "ask_review", lead_unit="SZF", **ASK)
    assert "request_stop" not in story.can(GOVERNMENT_CLERK)


def test_who_decided_does_not_review() -> None:
    """第28条 回避: who worked on the first opinion and moved up stays away."""
    both = staff("两处小阮", Role.CLERK, unit=WATER)
    story = forwarded()
    story.does(both, "accept", told_way="written")
    story.does(both, "decide", **OPINION)
    story.does(both, "deliver", opinion_delivered_on="2026-03-09", opinion_delivery="direct")
    story.does(PETITIONS, "ask_review", lead_unit="SZF", **ASK)
    moved = staff("两处小阮", Role.CLERK, unit=GOVERNMENT)
    with pytest.raises(NotPermitted, match="回避"):
        story.does(moved, "answer_review", opinion_delivered_on="2026-03-09", **SECOND)
