"""Cases beside the case on the page: those with a tie to it, and earlier ones on the matter."""

from typing import Any

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CALLBACK,
    CITY_CLERK,
    DISPATCHER,
    INSTRUCTION,
    MONDAY,
    REQUEST,
    SECRETARY,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs


async def opened(office: Office, **changes: Any) -> str:
    outcome = await open_case(office, actor=AGENT, inputs={**REQUEST, **changes}, now=MONDAY)
    return outcome.case.number


async def act(office: Office, number: str, action: str, actor: Actor, **inputs: Any) -> None:
    await perform(office, number, action, actor=actor, inputs=inputs, now=MONDAY)


async def instructed(office: Office, **changes: Any) -> str:
    outcome = await open_case(
        office, actor=SECRETARY, inputs={**INSTRUCTION, **changes}, now=MONDAY, kind="leader"
    )
    return outcome.case.number


async def test_a_merge_is_made_on_the_page_and_shown_on_both(
    client_as: ClientAs, office: Office
) -> None:
    main, number = await opened(office), await opened(office)
    browser = await client_as(DISPATCHER)
    page = await browser.get(f"/cases/{number}")
    answer = await browser.post(
        f"/cases/{number}/actions/merge", data={"main_case": main, "note": "同一停水"},
        follow_redirects=True,
    )  # fmt: skip
    assert page.status_code == answer.status_code == 200
    assert "并案办理" in answer.text and "并入主单" in answer.text and main in answer.text
    other = (await browser.get(f"/cases/{main}")).text
    assert "并入本件" in other and number in other
    document = (await browser.get(f"/api/v1/cases/{main}")).json()
    assert document["merged"] == 1
    assert [(one["relation"], one["number"]) for one in document["links"]] == [("merged", number)]


async def test_a_refused_merge_keeps_what_was_typed_and_opens_the_further_actions(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    answer = await browser.post(
        f"/cases/{number}/actions/merge", data={"main_case": number, "note": "同一停水"}
    )
    assert answer.status_code == 422
    assert "不能是本件" in answer.text and "同一停水" in answer.text
    further = answer.text.split("action-further")[1]
    assert further.startswith('" open')


async def test_rare_actions_stand_behind_one_button(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    page = (await (await client_as(DISPATCHER)).get(f"/cases/{number}")).text
    usual, further = page.split("更多操作", 1)
    assert "<summary>派单</summary>" in usual
    for label in ("并案", "拆单", "诉求人撤回", "关联工单"):
        assert f"<summary>{label}</summary>" in further
        assert f"<summary>{label}</summary>" not in usual


async def test_a_case_is_split_in_one_act_on_its_page(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    answer = await browser.post(
        f"/cases/{number}/actions/split",
        data={"title": "路灯不亮", "content": "柳桥路路灯不亮。", "category": "02.01.01"},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    assert "新工单号" in answer.text and "拆出" in answer.text and "路灯不亮" in answer.text


async def test_a_tie_to_what_a_reader_may_not_see_is_not_shown(
    client_as: ClientAs, office: Office
) -> None:
    first, second = await opened(office), await opened(office)
    await act(office, first, "relate", DISPATCHER, other_case=second)
    await act(office, first, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, second, "dispatch", DISPATCHER, lead_unit="CGJ")
    water = (await (await client_as(WATER_CLERK)).get(f"/cases/{first}")).text
    assert "<h2>关联工单</h2>" not in water
    assert (await (await client_as(CITY_CLERK)).get(f"/cases/{first}")).status_code == 404
    overseer = (await (await client_as(SUPERVISOR)).get(f"/cases/{first}")).text
    assert second in overseer.split("<h2>关联工单</h2>")[1]


async def test_earlier_instructions_on_the_matter_are_shown_while_registering_and_on_the_page(
    client_as: ClientAs, office: Office
) -> None:
    first = await instructed(office)
    other = await instructed(
        office, title="关于元宵灯会安全保障的请示", document_number="河东政〔2026〕9号"
    )
    stub = await open_case(
        office, actor=SECRETARY, now=MONDAY, kind="leader", action="register_stub",
        inputs={name: INSTRUCTION[name] for name in ("leader_grade", "instructed_on", "priority")},
    )  # fmt: skip
    browser = await client_as(SECRETARY)
    form = (await browser.get("/register/leader/register")).text
    assert "/register/leader/register/earlier" in form
    typed = {"title": "柳桥片区供水管网改造进展", "document_number": "", "sender": ""}
    found = (await browser.post("/register/leader/register/earlier", data=typed)).text
    assert first in found and "标题相近" in found and other not in found
    typed = {"title": "请示", "document_number": "河东政〔2026〕9号", "sender": ""}
    found = (await browser.post("/register/leader/register/earlier", data=typed)).text
    assert other in found and "文号相同" in found and first not in found
    again = await instructed(office, document_number="河东政〔2026〕31号")
    page = (await browser.get(f"/cases/{again}")).text
    assert "此前同一事项" in page and first in page
    assert stub.case.number not in page
    assert "此前同一事项" not in (await browser.get(f"/cases/{first}")).text
    nobody = await client_as(CALLBACK)
    answer = await nobody.post("/register/leader/register/earlier", data=typed)
    assert answer.status_code == 403
