"""The wording of a text is an administrator's to change, within what the text may say."""

from datetime import date, datetime, timedelta

import pytest

from dispatch import texts
from dispatch.db import transaction
from dispatch.intake import open_case
from dispatch.notices import notices
from dispatch.office import Office, clock
from dispatch.outbox import deliver_waiting
from dispatch.perform import perform
from dispatch.registry import history
from dispatch.registry.texts import change_text, newest, restore_text, wordings
from dispatch.texts.allowed import checked, preview, samples
from dispatch.wordings import wording
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.people import Role
from hotline.wording import Mistyped
from tests.makers import AGENT, DISPATCHER, REQUEST, WATER_CLERK, staff

ADMIN = staff("系统管理员老丁", Role.ADMIN, staff_id=DISPATCHER.staff_id)
ACCEPTED = "citizen/accepted"
NEW_WORDS = "云州热线已收到您的诉求，工单号{{ number }}，查询码{{ lookup_code }}。"


def today() -> date:
    return in_shanghai(clock()).date()


def typing(body: str, *, days: int = 0) -> dict[str, str]:
    return {"body": body, "valid_from": (today() + timedelta(days=days)).isoformat()}


@pytest.mark.parametrize("template", texts.templates())
def test_every_text_as_written_is_within_its_own_rules(template: str) -> None:
    written = texts.original(template)
    assert checked(template, written, signature="云州12345") == written
    assert preview(template, signature="云州12345")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("工单{{ number }}：{{ content }}", "没有占位符“content”"),
        ("工单{{ number }}，{{ requester_phone }}", "没有占位符"),
        ("工单{{ number", "没有写完整"),
        ("工单{{ number }}，见 http://a.example", "网址"),
        ("工单{{ number }}，见 yunzhou12345.cn", "网址"),
        ("工单{{ number }}，请点击查看", "点击"),
        ("工单{{ number }}，请加微信", "微信"),
        ("工单{{ number }}，请回电0574-88881234", "号码"),
        ("【云州】工单{{ number }}", "签名"),
        ("已受理。", "工单号"),
        ("工单{{ number }}" + "很长" * 80, "2 条"),
        ("{{ number.__class__.__mro__ }}", "不接受"),
        ("{{ number }}{% for x in number %}{{ x }}{% endfor %}", "不接受"),
        ("{{ number }}{{ cycler.__init__.__globals__ }}", "不接受"),
        ("{{ number }}{{ '%s' | format(number) }}", "不接受"),
        ("{{ number }}{{ 9 * 9 }}", "不接受"),
        ("{{ number }}{{ 'www.a.example' }}", "网址"),
        ("{{ number }}{{ state | day }}", "写法不对"),
        ("", "不能为空"),
    ],
)
def test_what_no_text_may_hold_is_refused_with_a_sentence(body: str, word: str) -> None:
    with pytest.raises(Mistyped) as refused:
        checked(ACCEPTED, body, signature="云州12345")
    assert word in refused.value.message


def test_a_text_says_no_more_of_a_number_or_a_code_than_before() -> None:
    with pytest.raises(Mistyped, match="尾号"):
        checked("citizen/status", "工单{{ number }}：{{ state }}", signature="云州12345")
    with pytest.raises(Mistyped, match="lookup_code"):
        checked("citizen/answered", "{{ number }}，{{ lookup_code }}", signature="云州12345")
    with pytest.raises(Mistyped, match="stage"):
        checked("former/withdrawn", "{{ number }} 现为{{ stage }}", signature="云州12345")


async def test_the_newest_wording_in_force_is_sent(office: Office) -> None:
    now = clock()
    await change_text(office, ACCEPTED, typing(NEW_WORDS), actor=ADMIN, now=now)
    await change_text(office, ACCEPTED, typing(NEW_WORDS + "改。", days=3), actor=ADMIN, now=now)
    case = (await open_case(office, actor=AGENT, inputs=REQUEST, now=now)).case
    await deliver_waiting(office, clock())
    body = await office.pool.fetchval(
        "select body from message where template = $1 order by id desc limit 1", ACCEPTED
    )
    assert body.endswith(f"云州热线已收到您的诉求，工单号{case.number}，查询码{case.lookup_code}。")
    assert (await wording(office.pool, ACCEPTED, on=today() + timedelta(days=3))).endswith("改。")
    changes = await wordings(office.pool, ACCEPTED)
    assert newest(changes, ACCEPTED, on=today()) == NEW_WORDS
    assert [one.state(today()) for one in changes] == ["未施行", "已施行"]


async def test_the_original_is_back_at_once_with_what_was_to_come_taken_back(
    office: Office,
) -> None:
    await restore_text(office, ACCEPTED, actor=ADMIN, now=clock())
    assert await wording(office.pool, ACCEPTED, on=today() + timedelta(days=30)) == ""
    newest_change = (await history.changes(office.pool, subject="文本"))[0]
    assert (newest_change.action, newest_change.subject) == ("恢复原文", f"文本 {ACCEPTED}")
    with pytest.raises(NotAvailable, match="现在就是原文"):
        await restore_text(office, ACCEPTED, actor=ADMIN, now=clock())


async def test_a_notice_keeps_the_words_of_its_day(office: Office) -> None:
    now = clock()
    template = "unit/dispatched"
    other = "{{ number }} 请贵单位主办，勿误。"
    number = (await open_case(office, actor=AGENT, inputs=REQUEST, now=now)).case.number
    await perform(
        office, number, "dispatch", actor=DISPATCHER, inputs={"lead_unit": "SWJ"}, now=now
    )
    await change_text(office, template, typing(other, days=1), actor=ADMIN, now=now)

    async def told() -> str:
        async with office.pool.acquire() as connection:
            found = await notices(connection, WATER_CLERK)
        return next(one.text for one in found if one.number == number)

    assert "已派给本单位主办" in await told()
    async with transaction(office.pool) as connection:
        await connection.execute(
            "update text_change set valid_from = $1 where template = $2", today(), template
        )
    assert await told() == f"{number} 请贵单位主办，勿误。"


async def test_what_is_refused_is_not_kept(office: Office) -> None:
    before = await office.pool.fetchval("select count(*) from text_change")
    now: datetime = clock()
    with pytest.raises(Incomplete) as refused:
        await change_text(office, ACCEPTED, typing("{{ title }}", days=-1), actor=ADMIN, now=now)
    assert set(refused.value.fields) == {"body", "valid_from"}
    with pytest.raises(NotPermitted):
        await change_text(office, ACCEPTED, typing(NEW_WORDS), actor=DISPATCHER, now=now)
    with pytest.raises(NotFound):
        await change_text(office, "citizen/none", typing(NEW_WORDS), actor=ADMIN, now=now)
    assert await office.pool.fetchval("select count(*) from text_change") == before


def test_samples_are_there_for_every_placeholder() -> None:
    assert samples("citizen/help") == {}
    assert samples("citizen/rated") == {"number": "2603090000017", "level": "非常不满意"}
