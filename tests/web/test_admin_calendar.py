"""The calendar on the screen: a year drawn, a notice typed or uploaded, previewed, confirmed."""

import re
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from dispatch.holidays import current_calendar
from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.recalendar import move_all
from hotline.calendar import HORIZON_OF_FILE, SHANGHAI
from hotline.people import Actor, Role
from tests.hotline.test_holiday_notice import NOTICE_2027
from tests.makers import AGENT, CENTRE, DISPATCHER, REQUEST, SUPERVISOR, WATER_CLERK
from tests.web.conftest import ClientAs

THEN = datetime(2026, 12, 28, 10, 0, tzinfo=SHANGHAI)
FORM = {"year": "2027", "title": "2027年放假安排（示例）", "lines": NOTICE_2027}


@pytest.fixture
async def admin(office: Office, client_as: ClientAs) -> httpx.AsyncClient:
    staff_id = await office.pool.fetchval(
        "insert into staff (sign_in, name, unit_id, roles) values ($1, '管理员老吴', $2, $3)"
        " on conflict (sign_in) do update set active = true returning id",
        "calendar-admin",
        CENTRE,
        [Role.ADMIN],
    )
    return await client_as(Actor("管理员老吴", frozenset({Role.ADMIN}), staff_id, CENTRE))


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return found[1]


async def test_a_year_is_drawn_with_words(admin: httpx.AsyncClient) -> None:
    page = (await admin.get("/admin/calendar?year=2026")).text
    assert page.count("<caption>") == 12
    assert re.search(r'title="法定休假：春节">17<span class="day-word">休', page)
    assert re.search(r'title="调休上班">14<span class="day-word">班', page)
    assert "2026-02-15至2026-02-23休（春节）" in page
    assert "随程序载入" in page
    assert "尚未公布" in (await admin.get("/admin/calendar?year=2027")).text


@pytest.mark.parametrize("year", ["1", "999999999999", "x", ""])
async def test_any_year_asked_for_gives_one_that_there_is(
    admin: httpx.AsyncClient, year: str
) -> None:
    assert (await admin.get(f"/admin/calendar?year={year}")).status_code == 200


@pytest.mark.parametrize("actor", [AGENT, DISPATCHER, SUPERVISOR, WATER_CLERK])
async def test_nobody_but_the_administrator_comes_near_it(
    client_as: ClientAs, office: Office, actor: Actor
) -> None:
    browser = await client_as(actor)
    for path in ("/admin/calendar", "/admin/calendar/new"):
        assert (await browser.get(path)).status_code == 403
    for path in ("/admin/calendar", "/admin/calendar/preview"):
        assert (await browser.post(path, data=FORM)).status_code == 403
    assert (await current_calendar(office)).horizon == HORIZON_OF_FILE


async def test_wrong_lines_come_back_beside_what_was_typed(admin: httpx.AsyncClient) -> None:
    wrong = {**FORM, "lines": NOTICE_2027 + "2027-02-30 休 春节\n2027-08-02 班 某节"}
    answer = await admin.post("/admin/calendar/preview", data=wrong)
    assert answer.status_code == 422
    assert "<li>第12行：没有2027-02-30这一天</li>" in answer.text
    assert "<li>第13行：2027-08-02是星期一，本来就上班" in answer.text
    assert "2027-10-01～2027-10-07 休 国庆节" in answer.text
    early = await admin.post("/admin/calendar/preview", data={**FORM, "year": "2029"})
    assert (early.status_code, "不能跳过" in early.text) == (422, True)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\x00\x01\xff", "不是文本"), (b"x" * 300_000, "文件太大"), (b"a,b\n", "不是日期")],
)
async def test_a_file_that_is_no_notice_is_refused(
    admin: httpx.AsyncClient, content: bytes, says: str
) -> None:
    files = {"file": ("2027.csv", content, "text/csv")}
    answer = await admin.post("/admin/calendar/preview", data=FORM, files=files)
    assert (answer.status_code, says in answer.text) == (422, True)


async def test_from_the_file_to_the_moved_deadlines(
    admin: httpx.AsyncClient, client_as: ClientAs, office: Office
) -> None:
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=THEN)).case
    supervisor = await client_as(SUPERVISOR)
    assert "为暂定" in (await supervisor.get("/oversight")).text

    days = NOTICE_2027.replace(" ", ",").encode("gb18030")
    answer = await admin.post(
        "/admin/calendar/preview",
        data={**FORM, "lines": "不看这里"},
        files={"file": ("2027.csv", days, "text/csv")},
    )
    assert answer.status_code == 200
    row = re.search(rf"{case.number}</td>.*?</tr>", answer.text, re.DOTALL)
    assert row and "2027-01-11 23:59" in row[0] and "2027-01-12 23:59" in row[0]
    assert "推后" in row[0]
    assert (await current_calendar(office)).horizon == HORIZON_OF_FILE

    shown = re.search(r'<textarea name="lines" hidden>(.*?)</textarea>', answer.text, re.DOTALL)
    assert shown
    confirm: dict[str, Any] = {
        "year": hidden(answer.text, "year"),
        "title": hidden(answer.text, "title"),
        "seen": hidden(answer.text, "seen"),
        "lines": shown[1],
    }
    back = await admin.post("/admin/calendar/preview", data={**confirm, "back": "1"})
    assert "2027-01-01至2027-01-03,休,元旦" in back.text

    done = await admin.post("/admin/calendar", data=confirm)
    assert (done.status_code, done.headers["location"]) == (303, "/admin/calendar?year=2027")
    assert (await current_calendar(office)).horizon == date(2027, 12, 31)
    page = (await admin.get("/admin/calendar?year=2027")).text
    assert "正在按" in page and "2027年放假安排（示例）" in page
    assert await move_all(office, THEN) == 1

    history = (await (await client_as(AGENT)).get(f"/cases/{case.number}")).text
    assert "日历变更" in history and "2027年放假安排（示例）" in history
    assert "2027-02-05至2027-02-13休（春节）" in (await admin.get("/admin/changes")).text
    office.reference.forget()
    assert "为暂定" not in (await supervisor.get("/oversight")).text
    again = await admin.post("/admin/calendar", data={**confirm, "seen": ""})
    assert again.status_code == 303
    page = (await admin.get("/admin/calendar?year=2027")).text
    assert "没有改动" in page


async def test_a_preview_that_is_no_longer_true_is_shown_again(admin: httpx.AsyncClient) -> None:
    form = {"year": "2026", "title": "更正", "lines": "2026-12-11 休 某节", "seen": "older"}
    answer = await admin.post("/admin/calendar", data=form)
    assert answer.status_code == 409
    assert "重新预览" in answer.text and "2026-12-11休（某节）" in answer.text
