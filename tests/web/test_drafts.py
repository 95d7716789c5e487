"""Unsaved work: kept as it is typed, given back to whoever typed it, gone when it is sent."""

import re

import httpx

from dispatch.drafts import LARGEST_DRAFT, forget_old_drafts
from dispatch.intake import open_case
from dispatch.office import Office, clock
from tests.makers import AGENT, DISPATCHER, REQUEST
from tests.web.conftest import ClientAs

FORM = {name: str(value) for name, value in REQUEST.items()}


async def keep(
    browser: httpx.AsyncClient, draft: str, key: str = "", **fields: str
) -> httpx.Response:
    body = {"draft": draft, "key": key, "fields": {name: [value] for name, value in fields.items()}}
    return await browser.post("/drafts", json=body)


async def test_a_call_half_written_comes_back_on_another_machine(
    client_as: ClientAs, office: Office
) -> None:
    first = await client_as(AGENT)
    kept = await keep(first, "console", title="写到一半的标题", urgency="danger",
                      disposition="case", requester_phone="13800001234", _csrf="x")  # fmt: skip
    assert kept.json()["kept"] is True and re.fullmatch(r"\d\d:\d\d", kept.json()["at"])
    page = await (await client_as(AGENT)).get("/console")
    assert "未提交的内容" in page.text and "写到一半的标题" in page.text
    assert re.search(r'value="danger" selected', page.text)
    stored = await office.pool.fetchval("select payload from draft where subject = 'console'")
    assert "_csrf" not in stored
    # Nobody else's screen shows it.
    await office.pool.execute("update staff set roles = roles || '{agent}' where id = $1",
                              DISPATCHER.staff_id)  # fmt: skip
    other = await (await client_as(DISPATCHER)).get("/console")
    assert "写到一半的标题" not in other.text and other.status_code == 200
    put_away = await first.post("/drafts/discard", data={"draft": "console", "back": "/console"})
    assert put_away.status_code == 303 and put_away.headers["location"] == "/console"
    assert "写到一半的标题" not in (await first.get("/console")).text


async def test_what_was_sent_does_not_come_back(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(AGENT)
    form = FORM | {"disposition": "case", "idempotency_key": "sent-once"}
    await keep(browser, "console", "sent-once", title=FORM["title"])
    await browser.post("/console/calls", data=form)
    assert await office.pool.fetchval("select count(*) from draft") == 0
    # The last save was still on its way.
    late = await keep(browser, "console", "sent-once", title=FORM["title"])
    assert late.json()["kept"] is False
    assert await office.pool.fetchval("select count(*) from draft") == 0


async def test_a_refused_call_keeps_its_draft(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(AGENT)
    await keep(browser, "console", "refused-1", title="没有正文")
    form = {"disposition": "case", "title": "没有正文", "idempotency_key": "refused-1"}
    assert (await browser.post("/console/calls", data=form)).status_code == 422
    assert await office.pool.fetchval("select version from draft") == 1
    await browser.post("/drafts/discard", data={"draft": "console", "back": "/"})


async def test_each_form_of_a_case_has_its_draft(client_as: ClientAs, office: Office) -> None:
    opened = await open_case(office, actor=AGENT, inputs=REQUEST, now=clock())
    number = opened.case.number
    browser = await client_as(AGENT)
    await keep(browser, f"case:{number}/supplement", note="补充到一半")
    page = (await browser.get(f"/cases/{number}")).text
    assert "补充到一半" in page and "未提交的内容" in page
    assert f'data-draft="case:{number}/supplement"' in page
    done = await browser.post(f"/cases/{number}/actions/supplement", data={"note": "写完了"})
    assert done.status_code == 303
    assert await office.pool.fetchval("select count(*) from draft") == 0


async def test_what_is_no_draft_is_refused(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    for subject in ("", "case:1/x", "console/../x", "case:2603090000017/Drop"):
        assert (await keep(browser, subject, note="x")).status_code == 422
    assert (await browser.post("/drafts", content=b"[1")).status_code == 422
    assert (await keep(browser, "console", note="长" * LARGEST_DRAFT)).status_code == 422
    assert (await (await client_as()).post("/drafts", json={})).status_code == 303
    stolen = await client_as(AGENT, csrf=False)
    assert (await keep(stolen, "console", note="x")).status_code == 403


async def test_after_a_week_nobody_comes_back(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(AGENT)
    await keep(browser, "handover", note="很久以前")
    await keep(browser, "console", title="今天")
    await office.pool.execute(
        "update draft set updated_at = updated_at - interval '8 days' where subject = 'handover'"
    )
    await forget_old_drafts(office, clock())
    left = await office.pool.fetch("select subject from draft")
    assert [row["subject"] for row in left] == ["console"]


async def test_a_note_is_shown_to_the_next_shift_until_it_is_read(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(AGENT)
    await keep(browser, "handover", note="陈女士会再来电")
    page = await browser.get("/console/handover")
    assert "陈女士会再来电" in page.text and "未提交的内容" in page.text
    assert (await browser.post("/console/handover", data={"note": " "})).status_code == 422
    left = await browser.post("/console/handover", data={"note": "陈女士会再来电，请转柳桥街道。"})
    assert left.status_code == 303
    # Who wrote it is not told it; a colleague is, once.
    assert "请转柳桥街道" not in (await browser.get("/console")).text
    await office.pool.execute("update staff set roles = roles || '{agent}' where id = $1",
                              DISPATCHER.staff_id)  # fmt: skip
    colleague = await client_as(DISPATCHER)
    shown = (await colleague.get("/console")).text
    note = re.search(r"/console/handover/(\d+)/read", shown)
    assert "请转柳桥街道" in shown and note
    await colleague.post(note[0], data={"back": "/console"})
    assert "请转柳桥街道" not in (await colleague.get("/console")).text
    assert "1人已阅" in (await browser.get("/console/handover")).text


async def test_lists_come_once_a_version_with_their_initials(client_as: ClientAs) -> None:
    browser = await client_as(AGENT)
    page = (await browser.get("/console")).text
    address = re.search(r'data-choices="(/choices/categories\?v=[^"]+)"', page)
    assert address
    first = await browser.get(address[1])
    assert "immutable" in first.headers["cache-control"]
    rows = dict(first.json())
    assert rows["01.01.01 市政公用 / 供水 / 停水"] == "szgy/gs/ts"
    again = await browser.get(address[1], headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert "no-cache" in (await browser.get("/choices/units")).headers["cache-control"]
    assert (await browser.get("/choices/staff")).status_code == 404
    assert (await (await client_as()).get("/choices/units")).status_code == 303
