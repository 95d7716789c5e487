"""Texts, imports and the try-out of the catalogue, as the administrator meets them."""

import re
from html import unescape

import httpx
import pytest

from dispatch.office import Office, clock
from hotline.calendar import in_shanghai
from hotline.people import Actor, Role
from tests.makers import CENTRE, DISPATCHER
from tests.web.conftest import ClientAs

TEXT = r'<textarea name="text" hidden>(.*?)</textarea>'


@pytest.fixture
async def admin(office: Office, client_as: ClientAs) -> httpx.AsyncClient:
    staff_id = await office.pool.fetchval(
        "insert into staff (sign_in, name, unit_id, roles) values ($1, '管理员老丁', $2, $3)"
        " on conflict (sign_in) do update set active = true returning id",
        "texts-admin",
        CENTRE,
        [Role.ADMIN],
    )
    return await client_as(Actor("管理员老丁", frozenset({Role.ADMIN}), staff_id, CENTRE))


def today() -> str:
    return in_shanghai(clock()).date().isoformat()


async def test_every_text_is_listed_with_its_words_and_what_it_costs(
    admin: httpx.AsyncClient,
) -> None:
    page = (await admin.get("/admin/texts")).text
    assert "您的诉求已受理，工单号2603090000017" in page and "短信条数" in page
    for path in set(re.findall(r'href="(/admin/texts[^"]+)"', page)):
        assert (await admin.get(path)).status_code == 200


async def test_a_text_is_tried_changed_and_put_back(admin: httpx.AsyncClient) -> None:
    path = "/admin/texts/citizen/answered"
    body = "您的诉求（工单号{{ number }}）已有答复，有疑问请致电12345。"
    tried = await admin.post(path, data={"body": body, "valid_from": today(), "preview": "1"})
    assert "改写后（还没有保存）" in tried.text and "2603090000017）已有答复，有疑问" in tried.text
    assert "还没有改写过" in tried.text
    saved = await admin.post(path, data={"body": body, "valid_from": today()})
    assert saved.status_code == 303
    page = (await admin.get(path)).text
    assert "已改写" in page and "已施行" in page
    refused = await admin.post(
        path, data={"body": "{{ number }} 见 www.a.example", "valid_from": today()}
    )
    assert refused.status_code == 422 and "不得有网址" in refused.text
    assert (await admin.post(f"{path}/restore")).status_code == 303
    assert "恢复原文" in (await admin.get(path)).text
    assert (await admin.post(f"{path}/restore")).status_code == 409
    assert "改写" in (await admin.get("/admin/changes?subject=文本")).text


async def test_a_text_that_there_is_not_is_not_found(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/admin/texts/citizen/none")).status_code == 404
    assert (await admin.get("/admin/texts/..%2f/x")).status_code == 404


async def test_a_register_goes_out_and_comes_in_again(
    admin: httpx.AsyncClient, office: Office
) -> None:
    file = await admin.get("/admin/exchange/categories.csv")
    assert file.content.startswith(b"\xef\xbb\xbf") and "attachment" in str(file.headers)
    same = await admin.post(
        "/admin/exchange/categories/try", files={"file": ("a.csv", file.content)}
    )
    assert "没有要改的" in same.text
    more = (file.content.decode("utf-8-sig") + "05,公共安全,是\r\n").encode("gb18030")
    tried = await admin.post("/admin/exchange/categories/try", files={"file": ("a.csv", more)})
    assert "公共安全" in tried.text and "还没有写入" in tried.text
    assert not await office.pool.fetchval("select count(*) from category where code = '05'")
    form = {
        "seen": re.findall(r'name="seen" value="(\w+)"', tried.text)[0],
        "text": unescape(re.findall(TEXT, tried.text, re.S)[0]),
    }  # fmt: skip
    done = await admin.post("/admin/exchange/categories", data=form)
    assert done.headers["location"] == "/admin/exchange"
    assert await office.pool.fetchval("select name from category where code = '05'") == "公共安全"
    again = await admin.post("/admin/exchange/categories", data=form)
    assert again.status_code == 409 and "没有要改的" in again.text
    kept = await office.pool.fetchval("select count(*) from access where what = 'export_register'")
    assert kept == 1


async def test_a_file_with_a_wrong_row_says_which_and_offers_nothing(
    admin: httpx.AsyncClient,
) -> None:
    content = "区划代码,区划名称\r\n990109,河北区\r\n12,短\r\n".encode()
    page = await admin.post("/admin/exchange/places/try", files={"file": ("a.csv", content)})
    assert "有1行有误" in page.text and "区县 6 位" in page.text and "确认导入" not in page.text
    none = await admin.post("/admin/exchange/places/try", data={})
    assert none.status_code == 422 and "请选择一个文件" in none.text


async def test_the_try_out_says_who_gets_it_and_why_others_do_not(
    admin: httpx.AsyncClient,
) -> None:
    page = (await admin.get("/admin/catalogue?try_category=02.01.01&try_place=990101001")).text
    assert "首选" in page and "属地管理（演示）" in page
    assert "有更具体区域的一项在先" in page
    by_text = (await admin.get("/admin/catalogue?try_text=小区停水两天了")).text
    assert "按此试算" in by_text and "云州市水务局" in by_text


async def test_the_pages_are_the_administrators_alone(client_as: ClientAs) -> None:
    browser = await client_as(DISPATCHER)
    for path in ("/admin/texts", "/admin/exchange", "/admin/exchange/staff.csv"):
        assert (await browser.get(path)).status_code == 403
