"""Unsaved work: kept as it is typed, given back to whoever typed it, gone when it is sent."""

import re

import httpx

from dispatch.drafts import LARGEST_DRAFT, forget_old_drafts
from dispatch.intake import open_case
from dispatch.office import Office, clock
from hotline.people import Actor
from tests.makers import (
    AGENT,
    CALLBACK,
    DISPATCHER,
    REQUEST,
    REVIEWER,
    SUPERVISOR,
    WATER_CLERK,
)
from tests.web.conftest import ClientAs
from tests.web.test_desk import act, answered, opened, replied, row_of

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


async def left(office: Office, actor: Actor) -> list[str]:
    """What this person has left unsent."""
    rows = await office.pool.fetch("select subject from draft where staff_id = $1", actor.staff_id)
    return [row["subject"] for row in rows]


async def test_what_a_reviewer_and_a_callback_agent_began_comes_back_to_them_alone(
    client_as: ClientAs, office: Office
) -> None:
    for make, actor, desk, action, fields in (
        (replied, REVIEWER, "/desk/review", "redo", {"note": "请说明何时恢复供水"}),
        (
            answered,
            CALLBACK,
            "/desk/callback",
            "callback",
            {"note": "晚饭后再打", "attempt": "busy"},
        ),
    ):
        number = await make(office)
        browser = await client_as(actor)
        page = (await browser.get(f"{desk}?number={number}")).text
        assert f'data-draft="case:{number}/{action}"' in page
        await keep(browser, f"case:{number}/{action}", **fields)
        again = (await (await client_as(actor)).get(f"{desk}?number={number}")).text
        assert fields["note"] in again and "未提交的内容" in again
        if "attempt" in fields:
            assert re.search(r'value="busy"[^>]* checked', again)
        # Whoever else looks at the case finds nothing of it.
        assert (
            fields["note"] not in (await (await client_as(SUPERVISOR)).get(f"/cases/{number}")).text
        )
        done = await browser.post(
            f"{desk}/{number}/{'approve' if action == 'redo' else action}",
            data={"attempt": "busy", "note": "已约晚上"} if action == "callback" else {},
        )
        assert done.status_code == 303
        assert await left(office, actor) == []


async def test_what_a_dispatcher_began_in_a_row_comes_back_in_it(
    client_as: ClientAs, office: Office
) -> None:
    waiting, disputed = await opened(office), await opened(office)
    await act(office, disputed, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, disputed, "object", WATER_CLERK, objection_ground="not_duty", note="不属本局")
    browser = await client_as(DISPATCHER)
    await keep(browser, f"case:{waiting}/dispatch", lead_unit="CGJ 云州市城", co_units="SWJ")
    await keep(browser, f"case:{disputed}/reject_objection", reason="管网属水务局职责，写到一半")
    rows = row_of((await browser.get("/desk?queue=to_dispatch")).text, waiting)
    assert 'value="CGJ 云州市城"' in rows and 'value="SWJ"' in rows and "未提交的内容" in rows
    rows = row_of((await browser.get("/desk?queue=objections")).text, disputed)
    assert "管网属水务局职责，写到一半" in rows and re.search(r"<details[^>]* open", rows)
    # It is put away from within its own form.
    form = {"draft": f"case:{waiting}/dispatch", "back": "/desk?queue=to_dispatch"}
    assert (await browser.post("/drafts/discard", data=form)).status_code == 303
    assert await left(office, DISPATCHER) == [f"case:{disputed}/reject_objection"]
    answer = await browser.post(
        f"/cases/{disputed}/actions/reject_objection", data={"reason": "管网属水务局职责"}
    )
    assert answer.status_code == 303
    assert await left(office, DISPATCHER) == []


async def test_a_form_with_two_acts_is_kept_under_one_and_goes_with_either(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office)
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ")
    await act(office, number, "sign", WATER_CLERK)
    await act(
        office, number, "request_extension", WATER_CLERK, extension_days="2", reason="待配件到货"
    )
    browser = await client_as(SUPERVISOR)
    subject = f"case:{number}/deny_extension"
    await keep(browser, subject, reason="理由写到一半")
    row = row_of((await browser.get("/oversight?queue=to_decide")).text, number)
    assert f'data-draft="{subject}"' in row and "理由写到一半" in row
    granted = await browser.post(
        f"/cases/{number}/actions/grant_extension", data={"draft": subject, "reason": "同意"}
    )
    assert granted.status_code == 303
    assert await left(office, SUPERVISOR) == []


async def test_minutes_half_written_come_back(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    browser = await client_as(DISPATCHER)
    await keep(browser, "meeting", "minutes-1", minutes="会议议定：写到一半", number=number)
    page = (await browser.get(f"/meetings/new?number={number}")).text
    assert "会议议定：写到一半" in page and "未提交的内容" in page
    assert page.count(f'value="{number}"') == 1
    form = {
        "held_at": "2026-03-09T15:00", "place": "三楼", "convenor": "李副秘书长",
        "attendees": "SWJ", "minutes": "议定由水务局负责。", "number": number,
        "lead_unit": "SWJ", "reason": "职责所在", "idempotency_key": "minutes-1",
    }  # fmt: skip
    assert (await browser.post("/meetings", data=form)).status_code == 303
    late = await keep(browser, "meeting", "minutes-1", minutes="会议议定：写到一半")
    assert late.json()["kept"] is False
    assert await left(office, DISPATCHER) == []
