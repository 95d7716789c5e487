"""A notice of holidays: what it says, what is refused, and where it touches the calendar."""

from datetime import date

import pytest

from hotline.calendar import FIRST_IN_FILE, HORIZON_OF_FILE, calendar_in_file, overrides_in_file
from hotline.errors import Incomplete
from hotline.holiday_notice import Notice, read_notice
from tests.makers import RULEBOOK

CALENDAR = calendar_in_file()

# Invented: the State Council's notice for 2027 is not known here.
NOTICE_2027 = """\
2027-01-01至2027-01-03 休 元旦
2027-02-05至2027-02-13 休 春节
2027-01-31 班 春节
2027-02-20 班 春节
2027年4月3日至2027年4月5日 休 清明节
2027-05-01至2027-05-05 休 劳动节
2027-05-08 班 劳动节
2027/6/9 休 端午节
2027-09-15 休 中秋节
2027-10-01～2027-10-07 休 国庆节
2027-10-09 班 国庆节
"""


def read(text: str, *, year: str = "2027", title: str = "2027年放假安排（示例）") -> Notice:
    return read_notice(text, year=year, title=title, calendar=CALENDAR)


def refused(text: str, *, year: str = "2027") -> str:
    with pytest.raises(Incomplete) as refusal:
        read(text, year=year)
    return refusal.value.fields.get("lines") or refusal.value.fields["year"]


def test_ranges_and_single_days_are_read_in_any_spelling() -> None:
    notice = read(NOTICE_2027)
    assert len(notice.days) == 3 + 9 + 3 + 5 + 1 + 1 + 7 + 4
    kinds = {day.on: day.kind for day in notice.days}
    assert kinds[date(2027, 1, 31)] == "makeup"
    assert kinds[date(2027, 4, 4)] == "rest"
    assert list(kinds) == sorted(kinds)


def test_a_csv_file_says_the_same() -> None:
    lines = [f"{day.on},{day.kind},{day.name}" for day in read(NOTICE_2027).days]
    assert read("\ufeffdate,kind,name\r\n" + "\r\n".join(lines)) == read(NOTICE_2027)
    assert read("日期,类别,节日\n" + "\n".join(f'"{one}"' for one in lines)) == read(NOTICE_2027)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2027-02-30 休 春节", "没有2027-02-30这一天"),
        ("2027-13-01 休 春节", "没有2027-13-01这一天"),
        ("二月五日 休 春节", "开头不是日期"),
        ("2027-12-31 放 元旦", "应写“休”或“班”"),
        ("2027-12-30 休", "节日名称"),
        ("2026-11-30 休 元旦", "不在2027年内"),
        ("2028-01-01 休 元旦", "不在2027年内"),
        ("2027-08-09至2027-08-01 休 某节", "颠倒"),
        ("2027-07-01至2027-08-31 休 暑假", "超过31天"),
        ("2027-08-02 班 某节", "星期一，本来就上班"),
        ("2027-02-13 班 春节", "2027-02-13在第2行写作“休”，这里写作“班”"),
        ("2027-10-07 休 国庆节", "已经写过"),
        ("2027-08-02 休 " + "节" * 41, "节日名称"),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(line: str, says: str) -> None:
    said = refused(NOTICE_2027 + line)
    assert said.startswith("第12行：")
    assert says in said


def test_every_wrong_line_has_its_sentence() -> None:
    assert refused(NOTICE_2027 + "x\ny\n").count("\n") == 1
    assert "另有30处" in refused("x\n" * 50)
    assert "最多400行" in refused("x\n" * 500)


@pytest.mark.parametrize(
    ("year", "says"),
    [("2028", "2027年，不能跳过"), ("2006", "从2007年开始"), ("27", "四位"), ("二零", "四位")],
)
def test_a_year_adjoins_what_is_published(year: str, says: str) -> None:
    assert says in refused(NOTICE_2027, year=year)


def test_december_of_the_year_before_may_be_touched() -> None:
    notice = read("2026-12-31 休 元旦\n2026-12-26 班 元旦\n" + NOTICE_2027)
    assert notice.touches_from(CALENDAR) == date(2026, 12, 26)


def test_half_a_notice_does_not_publish_a_year() -> None:
    assert "国庆节" in refused(NOTICE_2027.replace("2027-10-01～2027-10-07 休 国庆节\n", ""))
    assert "没有读到任何日期" in refused("\n# 说明\n")
    short = "2027-01-01 休 元旦\n2027-05-01至2027-05-02 休 劳动节\n2027-10-01至2027-10-03 休 国庆节"
    assert "只写了6天" in refused(short)


def test_an_applied_notice_moves_the_horizon_and_both_kinds_of_days() -> None:
    notice = read(NOTICE_2027)
    new = notice.applied_to(CALENDAR)
    assert new.horizon == date(2027, 12, 31)
    assert new.version != CALENDAR.version
    assert new.why(date(2027, 2, 8)) == "法定休假：春节"
    assert new.why(date(2027, 1, 31)) == "调休上班"
    assert not new.provisional(date(2027, 12, 31))
    assert notice.touches_from(CALENDAR) == date(2027, 1, 1)
    assert notice.touches_from(new) is None
    assert notice.applied_to(new).version == new.version


def test_a_second_notice_changes_days_of_a_published_year() -> None:
    """2020: the notice of January 27 made a make-up Saturday and a Friday days of rest."""
    notice = read("2026-12-11 休 某节\n2026-12-12 班 某节\n", year="2026")
    new = notice.applied_to(CALENDAR)
    assert new.horizon == CALENDAR.horizon
    assert not new.is_working(date(2026, 12, 11))
    assert new.is_working(date(2026, 12, 12))
    back = read_notice(
        "2026-12-11 班 某节取消\n2026-12-12 休 某节取消", year="2026", title="更正", calendar=new
    )
    assert back.touches_from(new) == date(2026, 12, 11)
    again = back.applied_to(new)
    assert again.is_working(date(2026, 12, 11)) and not again.is_working(date(2026, 12, 12))
    assert again.why(date(2026, 12, 11)) == "工作日"


def test_a_name_alone_moves_nothing() -> None:
    named = read("2026-10-01至2026-10-07 休 国庆节、中秋节", year="2026")
    assert len(named.changed(CALENDAR)) == 7
    assert named.touches_from(CALENDAR) is None


def test_the_packaged_calendar_is_what_these_tests_start_from() -> None:
    assert RULEBOOK.calendar.version == CALENDAR.version
    assert CALENDAR.first == FIRST_IN_FILE and CALENDAR.horizon == HORIZON_OF_FILE
    assert overrides_in_file()[0].on.year == 2007
