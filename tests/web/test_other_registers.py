"""The neighbours' registers: every opening form is drawn, and a case goes through the real door."""

from typing import Any

import pytest

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from hotline.inputs import INPUTS
from hotline.people import Actor
from hotline.procedures import PROCEDURES
from tests.makers import (
    CITY_CLERK,
    CUSTOMS,
    CUSTOMS_CHIEF,
    FINANCE,
    MONDAY,
    PROCUREMENT,
    WATER_CLERK,
    WINDOW,
)
from tests.stories.test_assessment_story import ADJUSTED, DISPUTE
from tests.stories.test_joint_service_story import APPLICATION as JOINT
from tests.stories.test_joint_service_story import GRANTED
from tests.stories.test_method_change_story import APPLICATION, APPROVAL
from tests.stories.test_price_query_story import ANSWER, DOUBT, QUERY
from tests.stories.test_supply_breach_story import REPORT, STATEMENT
from tests.web.conftest import ClientAs

Step = tuple[Actor, str, dict[str, Any]]

# Who keeps the register, what it opens with, what follows, and where the case stands in the end.
LIVES: dict[str, tuple[Actor, dict[str, Any], tuple[Step, ...], str]] = {
    "price_query": (
        CUSTOMS, DOUBT,
        (
            (CUSTOMS, "issue_query", QUERY),
            (CUSTOMS, "request_extension", {"extension_days": 3, "reason": "资料公证中"}),
            (CUSTOMS_CHIEF, "grant_extension", {}),
            (CUSTOMS, "answer_query", ANSWER),
            (CUSTOMS, "accept_price", {"findings": "与付汇一致。"}),
        ),
        "接受申报价格",
    ),
    "method_change": (FINANCE, APPLICATION, ((FINANCE, "approve", APPROVAL),), "已批复同意"),
    "assessment": (
        PROCUREMENT, DISPUTE,
        (
            (PROCUREMENT, "forward", {"lead_unit": "SWJ"}),
            (WATER_CLERK, "verify", ADJUSTED),
            (PROCUREMENT, "deliver", {}),
        ),
        "部分成立已调整",
    ),
    "supply_breach": (
        PROCUREMENT, REPORT,
        (
            (PROCUREMENT, "notify_supplier", {"document_number": "云采函〔2026〕5号"}),
            (PROCUREMENT, "state", STATEMENT),
            (PROCUREMENT, "refer", {"referral": "stop", "findings": "第三次。"}),
            (FINANCE, "decide_referral", {"document_number": "云财采〔2026〕21号"}),
        ),
        "已处理",
    ),
    "joint_service": (
        WINDOW, JOINT,
        (
            (WINDOW, "notify", {"lead_unit": "SWJ", "co_units": ["CGJ"]}),
            (WATER_CLERK, "sign", {}),
            (CITY_CLERK, "co_sign", {}),
            (CITY_CLERK, "co_approve", {"joint_approval": "agreed", "findings": "同意。"}),
            (WATER_CLERK, "conclude", GRANTED),
            (WINDOW, "issue", {"document_number": "云联办〔2026〕31号"}),
            (WINDOW, "deliver", {"joint_delivery": "window"}),
        ),
        "准予并已送达",
    ),
}  # fmt: skip
OPENINGS = [(kind, one.name) for kind in LIVES for one in PROCEDURES[kind].openings]


@pytest.mark.parametrize(("kind", "opening"), OPENINGS)
async def test_each_opening_is_a_form_for_its_office_alone(
    client_as: ClientAs, kind: str, opening: str
) -> None:
    registrar = LIVES[kind][0]
    browser = await client_as(registrar)
    path = f"/register/{kind}/{opening}"
    page = await browser.get(path)
    assert page.status_code == 200
    action = PROCEDURES[kind].action(opening)
    assert action is not None
    for name, _ in action.inputs:
        assert f'name="{name}"' in page.text, name
        assert INPUTS[name].label in page.text, name
    stranger = await client_as(WINDOW if registrar is not WINDOW else CUSTOMS)
    assert (await stranger.get(path)).status_code == 403


@pytest.mark.parametrize("kind", LIVES)
async def test_a_case_of_each_kind_goes_through_the_door(
    client_as: ClientAs, office: Office, kind: str
) -> None:
    registrar, form, steps, end = LIVES[kind]
    opened = await open_case(office, actor=registrar, inputs=form, now=MONDAY, kind=kind)
    number = opened.case.number
    browser = await client_as(registrar)
    desk = (await browser.get(f"/desk?queue={kind}:{opened.case.stage}")).text
    assert f"/cases/{number}" in desk
    for actor, action, inputs in steps:
        await perform(office, number, action, actor=actor, inputs=inputs, now=MONDAY)
    page = (await browser.get(f"/cases/{number}")).text
    assert end in page
    assert form["title"] in page
    rows = await office.pool.fetch(
        'select ended_at from clock k join "case" c on c.id = k.case_id where c.number = $1',
        number,
    )
    assert rows and all(row["ended_at"] for row in rows)


@pytest.mark.parametrize("kind", LIVES)
async def test_what_is_missing_is_shown_beside_its_field(client_as: ClientAs, kind: str) -> None:
    registrar, form, _, _ = LIVES[kind]
    browser = await client_as(registrar)
    opening = PROCEDURES[kind].openings[0].name
    answer = await browser.post(f"/register/{kind}/{opening}", data={**form, "title": ""})
    assert answer.status_code == 422
    assert "请填写“标题”" in answer.text
