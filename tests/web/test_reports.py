"""The periodic reports: who makes them, what they count, and what they keep back."""

from datetime import date

import pytest

from dispatch.office import Office, clock
from dispatch.reports import half_months, months
from hotline.calendar import in_shanghai
from hotline.people import Actor
from tests.makers import AGENT, CITY_CLERK, LEADER, SECRETARY, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs
from tests.web.test_desk import act
from tests.web.test_ledger import assigned
from tests.web.test_papers import words_in
from tests.web.test_register import registered


async def report(client_as: ClientAs, address: str, actor: Actor = SECRETARY) -> str:
    """The words of the report."""
    answer = await (await client_as(actor)).get(address)
    assert answer.status_code == 200, answer.text
    return words_in(answer.content)


async def test_the_half_month_lists_every_instruction_with_what_came_of_it(
    client_as: ClientAs, office: Office
) -> None:
    number = await assigned(client_as, office)
    await act(office, number, "sign", WATER_CLERK)
    await act(office, number, "progress", WATER_CLERK, progress="已完成现场摸排。")
    today = in_shanghai(clock()).date()
    text = await report(client_as, f"/reports/half-month.docx?from={today}&to={today}")
    assert "市长、副市长、市长助理批示办理情况" in text
    assert "许副市长" in text and "云州市水务局" in text and "已完成现场摸排。" in text
    assert f"{today.year}年{today.month}月{today.day}日" in text


async def test_instructions_from_above_and_what_is_kept_back_are_not_in_the_half_month(
    client_as: ClientAs,
) -> None:
    await registered(client_as, leader_grade="province", title="省领导批示的事项")
    await registered(client_as, secrecy="work_secret", title="不宜公开的事项")
    text = await report(client_as, "/reports/half-month.docx")
    assert "省领导批示的事项" not in text and "不宜公开的事项" not in text


async def test_a_leader_reads_of_every_instruction_of_theirs_and_of_no_other(
    client_as: ClientAs, office: Office
) -> None:
    number = await assigned(client_as, office, leader="向副市长", title="沿河步道照明")
    await act(office, number, "add_leader", SECRETARY, further_leader="季市长",
              further_instruction="一并办好。")  # fmt: skip
    await act(office, number, "sign", WATER_CLERK)
    await act(office, number, "co_sign", CITY_CLERK)
    await act(office, number, "co_reply", CITY_CLERK, progress="已配合。")
    await act(office, number, "feed_back", WATER_CLERK, findings="已安装路灯46盏。")
    await registered(client_as, leader="另一领导", title="别的事项")
    for leader in ("向副市长", "季市长"):
        text = await report(client_as, f"/reports/leader.docx?leader={leader}")
        assert f"{leader}：" in text and "共登记您的批示件1件" in text
        assert (
            "沿河步道照明" in text and "已安装路灯46盏。" in text and "日交办，反馈待审核" in text
        )
        assert "别的事项" not in text


async def test_who_wrote_lately_is_offered_and_nobody_of_what_is_kept_back(
    client_as: ClientAs,
) -> None:
    await registered(client_as, leader="宫副市长", title="沿河步道")
    await registered(client_as, leader="冉副市长", title="内部事项", secrecy="work_secret")
    html = (await (await client_as(SECRETARY)).get("/reports")).text
    assert '<option value="宫副市长">' in html and "冉副市长" not in html


async def test_what_is_overdue_is_said_with_its_day(client_as: ClientAs, office: Office) -> None:
    number = await assigned(client_as, office, leader="栾副市长")
    await office.pool.execute(
        """update "case" set next_due_at = '2026-03-19 23:59:59+08' where number = $1""", number
    )
    text = await report(client_as, "/reports/leader.docx?leader=栾副市长")
    assert "其中超期1件" in text and "已超期（2026年3月19日届满）" in text


async def test_a_period_without_instructions_is_a_sentence(client_as: ClientAs) -> None:
    days = "from=2021-01-01&to=2021-01-15"
    assert "没有登记市长、副市长、市长助理批示件。" in await report(
        client_as, f"/reports/half-month.docx?{days}"
    )
    own = await report(client_as, f"/reports/leader.docx?leader=许副市长&{days}")
    assert "2021年1月1日至2021年1月15日，没有登记您的批示件。" in own
    answer = await (await client_as(SECRETARY)).get(f"/reports/leader.docx?{days}")
    assert answer.status_code == 422


async def test_the_monthly_report_counts_for_every_unit(
    client_as: ClientAs, office: Office
) -> None:
    number = await assigned(client_as, office)
    await act(office, number, "sign", WATER_CLERK)
    await act(office, number, "co_sign", CITY_CLERK)
    await act(office, number, "co_reply", CITY_CLERK, progress="已配合。")
    await act(office, number, "feed_back", WATER_CLERK, findings="已办结。")
    text = await report(client_as, "/reports/monthly.docx")
    assert "督查专报" in text and "云州市水务局" in text and "100.0%" in text
    assert "按期办理、没有超期的单位有：云州市水务局。" in text
    assert "批示件" in text
    assert "诉求" in await report(client_as, "/reports/monthly.docx?kind=citizen", SUPERVISOR)


async def test_a_report_is_written_down(client_as: ClientAs, office: Office) -> None:
    await report(client_as, "/reports/monthly.docx?from=2026-01-01&to=2026-01-31", SUPERVISOR)
    reason = await office.pool.fetchval(
        "select reason from access where staff_id = $1 and what = 'print_report'"
        " order by id desc limit 1",
        SUPERVISOR.staff_id,
    )
    assert reason == "督查专报（批示件） 2026-01-01至2026-01-31"


@pytest.mark.parametrize(
    "path", ["", "/half-month.docx", "/leader.docx?leader=许副市长", "/monthly.docx"]
)
async def test_reports_are_for_the_supervising_office(client_as: ClientAs, path: str) -> None:
    for actor in (AGENT, WATER_CLERK, LEADER):
        assert (await (await client_as(actor)).get(f"/reports{path}")).status_code == 403
    page = await (await client_as(SECRETARY)).get("/reports")
    assert page.status_code == 200 and "/reports/monthly.docx?from=" in page.text


async def test_a_wrong_period_is_refused(client_as: ClientAs) -> None:
    browser = await client_as(SECRETARY)
    for wrong in ("from=2026-03-02&to=2026-03-01", "from=x", "from=2020-01-01&to=2026-01-01"):
        assert (await browser.get(f"/reports/half-month.docx?{wrong}")).status_code == 422
    assert (await browser.get("/reports/monthly.docx?kind=citizen")).status_code == 403


def test_half_months_and_months_end_where_they_should() -> None:
    assert half_months(date(2026, 3, 20), count=4) == [
        (date(2026, 3, 16), date(2026, 3, 31)),
        (date(2026, 3, 1), date(2026, 3, 15)),
        (date(2026, 2, 16), date(2026, 2, 28)),
        (date(2026, 2, 1), date(2026, 2, 15)),
    ]
    assert months(date(2026, 1, 31), count=2) == [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2025, 12, 1), date(2025, 12, 31)),
    ]
