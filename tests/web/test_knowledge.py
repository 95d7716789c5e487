"""The knowledge base: written by its owners, with a preview and a history, read by everybody."""

import pytest_asyncio

from dispatch.office import Office
from hotline.people import Role
from tests.makers import (
    AGENT,
    CENTRE,
    CITY_CLERK,
    CITY_MANAGEMENT,
    WATER,
    WATER_CLERK,
    WATER_HEAD,
    staff,
)
from tests.web.conftest import ClientAs

ADMIN = staff("管理员小钟", Role.ADMIN)
FORM = {
    "title": "水表读数不对怎么办",
    "body": "先核对表号。\n\n不符的可申请校表，五个工作日内上门。",
    "category": "01.01",
    "keywords": "水表 校表",
    "unit_id": str(WATER),
    "valid_from": "2025-01-01",
    "valid_until": "",
    "review_on": "2026-01-01",
    "state": "published",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def administrator(office: Office) -> None:
    await office.pool.execute(
        "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
        " values ($1, 'articles', $2, $3, array['admin'])",
        ADMIN.staff_id,
        ADMIN.name,
        CENTRE,
    )


async def written(client_as: ClientAs, office: Office, **given: str) -> int:
    browser = await client_as(ADMIN)
    answer = await browser.post("/admin/knowledge", data=FORM | given)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rsplit("/", 1)[1])


async def test_an_article_is_previewed_then_kept_and_found(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(ADMIN)
    before = await office.pool.fetchval("select count(*) from article")
    preview = await browser.post("/admin/knowledge", data=FORM | {"preview": "1"})
    assert "预览（尚未保存）" in preview.text and "五个工作日内上门" in preview.text
    assert await office.pool.fetchval("select count(*) from article") == before
    article = await written(client_as, office)
    reader = await client_as(AGENT)
    assert FORM["title"] in (await reader.get("/knowledge?q=水表不准")).text
    assert FORM["title"] in (await reader.get("/knowledge?category=01")).text
    shown = (await reader.get(f"/knowledge/{article}")).text
    assert '<p class="prose">先核对表号。</p>' in shown and "云州市水务局" in shown


async def test_a_change_is_a_version_with_a_history(client_as: ClientAs, office: Office) -> None:
    article = await written(client_as, office, title="管道冻裂找谁")
    head = await client_as(WATER_HEAD)
    page = await head.get(f"/admin/knowledge/{article}")
    seen = page.text.split('name="seen" value="')[1][:16]
    changed = FORM | {"title": "管道冻裂找谁", "body": "请拨打水务热线。", "seen": seen}
    assert (await head.post(f"/admin/knowledge/{article}", data=changed)).status_code == 303
    page = await head.get(f"/admin/knowledge/{article}")
    assert "第2版" in page.text and "修改记录" in page.text and WATER_HEAD.name in page.text
    # Whoever still has the first version on the screen is told, and keeps what was typed.
    late = await head.post(f"/admin/knowledge/{article}", data=changed | {"body": "另一种说法。"})
    assert late.status_code == 409 and "另一种说法" in late.text


async def test_only_the_owner_writes(client_as: ClientAs, office: Office) -> None:
    foreign = await written(client_as, office, unit_id=str(CITY_MANAGEMENT), title="占道举报")
    head = await client_as(WATER_HEAD)
    assert (await head.get(f"/admin/knowledge/{foreign}")).status_code == 404
    assert "占道举报" not in (await head.get("/admin/knowledge")).text
    refused = await head.post("/admin/knowledge", data=FORM | {"unit_id": str(CITY_MANAGEMENT)})
    assert refused.status_code == 403
    for reader in (WATER_CLERK, CITY_CLERK, AGENT):
        browser = await client_as(reader)
        assert (await browser.get("/admin/knowledge")).status_code == 403
        assert (await browser.get(f"/knowledge/{foreign}")).status_code == 200


async def test_what_is_not_in_force_is_not_read(client_as: ClientAs, office: Office) -> None:
    draft = await written(client_as, office, state="draft", title="尚在起草")
    over = await written(client_as, office, valid_until="2025-12-31", title="早已过期")
    reader = await client_as(AGENT)
    for article, title in ((draft, "尚在起草"), (over, "早已过期")):
        assert (await reader.get(f"/knowledge/{article}")).status_code == 404
        assert f'/knowledge/{article}"' not in (await reader.get(f"/knowledge?q={title}")).text
    writer = await client_as(WATER_HEAD)
    assert "草稿" in (await writer.get(f"/knowledge/{draft}")).text


async def test_what_is_due_for_review_is_listed(client_as: ClientAs, office: Office) -> None:
    await written(client_as, office, title="到期要看的", review_on="2025-06-01")
    await written(client_as, office, title="以后再看的", review_on="2090-06-01")
    browser = await client_as(ADMIN)
    due = (await browser.get("/admin/knowledge?due=1")).text
    assert "到期要看的" in due and "待复核" in due and "以后再看的" not in due


async def test_mistakes_stand_beside_their_fields(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(ADMIN)
    wrong = FORM | {"title": "", "valid_until": "2024-01-01", "body": ""}
    answer = await browser.post("/admin/knowledge", data=wrong)
    assert answer.status_code == 422
    for name in ("title", "valid_until", "body"):
        assert f'id="f-{name}-wrong"' in answer.text
