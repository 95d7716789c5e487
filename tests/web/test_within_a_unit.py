"""The member unit's day: work handed down, replies that are signed, templates, files, the rule."""

import re
from typing import Any

import httpx

from dispatch.office import Office, clock
from hotline.calendar import in_shanghai
from hotline.people import Role
from tests.hotline.test_files import PNG, a_word_file
from tests.makers import (
    AGENT,
    CITY_CLERK,
    DISPATCHER,
    HEDONG,
    HEDONG_CLERK,
    HEDONG_STREET,
    INSTRUCTION,
    REVIEWER,
    SECRETARY,
    WATER_CLERK,
    WATER_HEAD,
    staff,
)
from tests.web.conftest import ClientAs
from tests.web.test_desk import act, opened, row_of, stage
from tests.web.test_portal import dispatched, listed

STREET_CLERK = staff("柳桥街道小童", Role.CLERK, unit=HEDONG_STREET)
COLLEAGUE = staff("河东区小庞", Role.CLERK, unit=HEDONG)
REPLY = {"result": "solved", "reply": "抢修完成，今日上午恢复供水。"}


async def join(office: Office, *people: Any) -> None:
    """Colleagues whom the makers do not know."""
    for one in people:
        await office.pool.execute(
            "insert into staff (id, sign_in, name, unit_id, roles) overriding system value"
            " values ($1, $2, $3, $4, $5) on conflict do nothing",
            one.staff_id, f"staff{one.staff_id}", one.name, one.unit_id, sorted(one.roles),
        )  # fmt: skip


async def in_hand(office: Office, unit: str = "SWJ", clerk: Any = WATER_CLERK) -> str:
    number = await dispatched(office, unit)
    await act(office, number, "sign", clerk)
    return number


def form_in(html: str, action: str) -> str:
    found = re.search(rf'<form class="action-form[^>]*id="do-{action}".*?</form>', html, re.S)
    assert found, f"no form for {action}"
    return found[0]


def version_in(html: str) -> str:
    found = re.search(r'name="seen_version" value="(\d+)"', html)
    assert found
    return found[1]


async def send(
    browser: httpx.AsyncClient, number: str, action: str, *, files: Any = None, **data: Any
) -> httpx.Response:
    return await browser.post(
        f"/cases/{number}/actions/{action}", data=data, files=files, follow_redirects=True
    )


async def test_a_district_hands_down_and_both_see_it(client_as: ClientAs, office: Office) -> None:
    await join(office, STREET_CLERK)
    number = await in_hand(office, "HDQ", HEDONG_CLERK)
    assert number not in await listed(client_as, STREET_CLERK, "mine")
    district = await client_as(HEDONG_CLERK)
    form = form_in((await district.get(f"/cases/{number}")).text, "hand_inside")
    day = re.search(r'name="inside_by" type="date" value="(\d{4}-\d\d-\d\d)"', form)
    assert day, "a day before the own limit is proposed"
    answer = await send(
        district, number, "hand_inside", inside_unit="HDQ01 河东区柳桥街道", inside_by=day[1]
    )
    assert "“内部转办”已完成" in answer.text and "内部转办中" in answer.text
    assert f'id="row-{number}"' in await listed(client_as, HEDONG_CLERK, "inside")
    street_list = await listed(client_as, STREET_CLERK, "mine")
    assert "内部转办" in row_of(street_list, number) and "河东区" in row_of(street_list, number)
    assert "已内部转给本单位办理" in street_list
    # It stands once in the district's own list, as its own part.
    assert (await listed(client_as, HEDONG_CLERK, "mine")).count(f'id="row-{number}"') == 1
    street = await client_as(STREET_CLERK)
    assert "联系诉求人" in (await street.get(f"/cases/{number}")).text
    await send(
        street, number, "contact_inside", contact_way="visit", contact_result="reached",
        note="已上门说明。",
    )  # fmt: skip
    told = await send(street, number, "report_inside", findings="已更换阀门，恢复供水。")
    assert "“内部反馈”已完成" in told.text
    html = (await district.get(f"/cases/{number}")).text
    reports = re.search(r'<div class="reports">.*?</div>\s*</div>', html, re.S)
    assert reports and "已更换阀门" in reports[0] and "河东区柳桥街道" in reports[0]
    contacts = re.search(rf'id="case-{number}-contacts".*?</section>', html, re.S)
    assert contacts and "上门" in contacts[0] and "已联系上" in contacts[0]
    assert f'id="row-{number}"' not in await listed(client_as, HEDONG_CLERK, "inside")


async def test_a_colleague_is_found_by_name_only_in_the_own_units(
    client_as: ClientAs, office: Office
) -> None:
    await join(office, COLLEAGUE)
    number = await in_hand(office, "HDQ", HEDONG_CLERK)
    district = await client_as(HEDONG_CLERK)
    html = (await district.get(f"/cases/{number}")).text
    assert '<datalist id="colleagues">' in html and "河东区小庞" in html
    assert WATER_CLERK.name not in html
    day = in_shanghai(clock()).date().isoformat()
    refused = await send(
        district, number, "hand_inside", inside_person=WATER_CLERK.name, inside_by=day
    )
    assert refused.status_code == 422 and "没有这位同事" in refused.text
    done = await send(district, number, "hand_inside", inside_person="河东区小庞", inside_by=day)
    assert "内部转办中" in done.text
    theirs = await client_as(COLLEAGUE)
    assert "内部反馈" in form_in((await theirs.get(f"/cases/{number}")).text, "report_inside")


async def test_a_reply_goes_over_the_heads_desk_where_the_unit_asks(
    client_as: ClientAs, office: Office
) -> None:
    number = await in_hand(office)
    head = await client_as(WATER_HEAD)
    assert (await (await client_as(WATER_CLERK)).get("/portal/settings")).status_code == 403
    settings = await head.post(
        "/portal/settings", data={"unit": "SWJ", "countersigned": "1"}, follow_redirects=True
    )
    assert "今后答复须经负责人审签" in settings.text and "须审签" in settings.text
    change = await office.pool.fetchrow("select * from admin_change order by id desc limit 1")
    assert change and "负责人审签" in change["after"] and change["staff_id"] == WATER_HEAD.staff_id
    try:
        # Sessions are looked up anew, as another process would after a few seconds.
        clerk = await client_as(WATER_CLERK)
        page = (await clerk.get(f"/cases/{number}")).text
        assert 'id="do-reply"' not in page
        sent = await send(clerk, number, "draft_reply", **REPLY)
        assert "待负责人审签" in sent.text and await stage(office, number) == "handling"
        waiting = await listed(client_as, WATER_HEAD, "to_countersign")
        assert f'id="row-{number}"' in waiting
        assert number not in (await (await client_as(DISPATCHER)).get("/desk?queue=to_decide")).text
        head = await client_as(WATER_HEAD)
        form = form_in((await head.get(f"/cases/{number}")).text, "reply")
        assert REPLY["reply"] in form and 'value="solved" selected' in form
        back = await send(head, number, "return_draft", reason="请写明时间。")
        assert "退回修改" in back.text
        clerk_page = (await clerk.get(f"/cases/{number}")).text
        assert "请写明时间。" in clerk_page and REPLY["reply"] in form_in(clerk_page, "draft_reply")
        await send(clerk, number, "draft_reply", result="solved", reply="今日10时恢复供水。")
        await send(head, number, "reply", result="solved", reply="今日10时全面恢复供水。")
        assert await stage(office, number) == "replied"
        history = (await clerk.get(f"/cases/{number}")).text
        assert WATER_CLERK.name in history and WATER_HEAD.name in history
    finally:
        await head.post("/portal/settings", data={"unit": "SWJ", "countersigned": "0"})
    again = await in_hand(office)
    assert "do-reply" in (await (await client_as(WATER_CLERK)).get(f"/cases/{again}")).text


async def test_nobody_switches_for_another_unit(client_as: ClientAs, office: Office) -> None:
    head = await client_as(WATER_HEAD)
    answer = await head.post("/portal/settings", data={"unit": "CGJ", "countersigned": "1"})
    assert answer.status_code == 403
    assert not await office.pool.fetchval("select countersigned from unit where code = 'CGJ'")
    for actor in (AGENT, DISPATCHER, WATER_CLERK):
        browser = await client_as(actor)
        assert (await browser.post("/portal/settings", data={"unit": "SWJ"})).status_code == 403


async def test_templates_are_the_units_own(client_as: ClientAs, office: Office) -> None:
    clerk = await client_as(WATER_CLERK)
    assert "还没有模板" in (await clerk.get("/portal/templates")).text
    body = "关于{title}，{unit}已于{date}办理。"
    made = await clerk.post(
        "/portal/templates", data={"name": "停水通用", "body": body}, follow_redirects=True
    )
    assert "已新增模板“停水通用”" in made.text and "停水通用" in made.text
    same = await clerk.post("/portal/templates", data={"name": "停水通用", "body": body})
    assert same.status_code == 422 and "同名模板" in same.text and body in same.text
    wrong = await clerk.post("/portal/templates", data={"name": "乙", "body": "{requester}您好"})
    assert wrong.status_code == 422 and "没有{requester}这个位置" in wrong.text
    await clerk.post(
        "/portal/templates",
        data={"name": "占道专用", "body": "占道。", "category": "02.01"},
        follow_redirects=True,
    )
    number = await in_hand(office)
    page = (await clerk.get(f"/cases/{number}")).text
    text = re.search(r'data-insert="do-reply-reply" data-text="([^"]*)"', page)
    assert text and "关于柳桥路8号院停水两天，云州市水务局已于" in text[1]
    assert "占道专用" not in page, "another branch has its own"
    row = await office.pool.fetchrow("select id from reply_template where name = '停水通用'")
    assert row is not None
    foreign = await client_as(CITY_CLERK)
    assert (await foreign.get(f"/portal/templates/{row['id']}")).status_code == 404
    assert (await foreign.post(f"/portal/templates/{row['id']}/delete")).status_code == 404
    assert "停水通用" not in (await foreign.get("/portal/templates")).text
    # Without scripts the server adds it to what was typed.
    added = await clerk.post(
        f"/cases/{number}/actions/reply/template",
        data={"template": str(row["id"]), "result": "solved", "reply": "已核实。"},
    )
    form = form_in(added.text, "reply")
    assert "已核实。\n关于柳桥路8号院停水两天" in form and 'value="solved" selected' in form
    assert await stage(office, number) == "handling"
    gone = await clerk.post(f"/portal/templates/{row['id']}/delete", follow_redirects=True)
    assert "已删除模板" in gone.text and "停水通用" not in gone.text


async def test_evidence_is_downloaded_and_never_shown(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    agent = await client_as(AGENT)
    sent = await send(
        agent, number, "supplement", note="补充照片",
        files=[("files", ("现场 照片.JPG", PNG, "text/html")),
               ("files", ("情况说明.docx", a_word_file(), "x/y"))],
    )  # fmt: skip
    assert sent.status_code == 200 and "现场 照片.png" in sent.text and "情况说明.docx" in sent.text
    path = re.search(rf'href="(/cases/{number}/files/[0-9a-f]+)"', sent.text)
    assert path
    got = await agent.get(path[1])
    assert got.content == PNG and got.headers["content-type"] == "image/png"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert any("sandbox" in one for one in got.headers.get_list("content-security-policy"))
    assert got.headers["cache-control"] == "no-store"
    assert (await (await client_as()).get(path[1])).status_code == 303
    assert (await (await client_as(WATER_CLERK)).get(path[1])).status_code == 404
    assert (await agent.get(path[1][:-1] + "0")).status_code == 404
    other = await opened(office)
    key = path[1].rsplit("/", 1)[1]
    assert (await agent.get(f"/cases/{other}/files/{key}")).status_code == 404
    await act(office, number, "dispatch", DISPATCHER, lead_unit="SWJ", co_units=[])
    assert (await (await client_as(WATER_CLERK)).get(path[1])).content == PNG


async def test_a_refused_file_says_why_and_the_form_is_kept(
    client_as: ClientAs, office: Office
) -> None:
    number = await in_hand(office)
    clerk = await client_as(WATER_CLERK)
    refused = await send(
        clerk, number, "reply", **REPLY,
        files=[("files", ("维修单.png", PNG, "image/png")),
               ("files", ("程序.jpg", b"MZ\x90\x00" + bytes(80), "image/jpeg"))],
    )  # fmt: skip
    assert refused.status_code == 422
    form = form_in(refused.text, "reply")
    assert "程序.jpg：不是可以上传的类型" in form and REPLY["reply"] in form
    kept = re.search(r'name="files" value="([0-9a-f]{80})" checked', form)
    assert kept and "维修单.png" in form
    assert await stage(office, number) == "handling"


async def test_what_was_kept_goes_along_with_the_next_try(
    client_as: ClientAs, office: Office
) -> None:
    number = await in_hand(office)
    clerk = await client_as(WATER_CLERK)
    refused = await send(
        clerk, number, "reply", result="solved", reply="",
        files=[("files", ("恢复供水.png", PNG, "image/png"))],
    )  # fmt: skip
    kept = re.search(r'name="files" value="([0-9a-f]{80})" checked', refused.text)
    assert refused.status_code == 422 and kept
    done = await clerk.post(
        f"/cases/{number}/actions/reply", data={**REPLY, "files": kept[1]}, follow_redirects=True
    )
    assert "恢复供水.png" in done.text and await stage(office, number) == "replied"


async def test_a_confidential_case_writes_down_who_took_a_file(
    client_as: ClientAs, office: Office
) -> None:
    number = await opened(office, confidential=True)
    agent = await client_as(AGENT)
    sent = await send(
        agent, number, "supplement", note="证据", files=[("files", ("证据.png", PNG, ""))]
    )
    path = re.search(rf"/cases/{number}/files/[0-9a-f]+", sent.text)
    assert path
    await agent.get(path[0])
    row = await office.pool.fetchrow(
        "select a.what, a.reason, a.staff_id from access a where a.what = 'read_file'"
        " order by id desc limit 1"
    )
    assert row and (row["reason"], row["staff_id"]) == ("证据.png", AGENT.staff_id)


async def test_too_large_and_too_many(client_as: ClientAs, office: Office) -> None:
    number = await opened(office)
    agent = await client_as(AGENT)
    large = b"%PDF-1.7\n" + bytes(10 * 1024 * 1024)
    refused = await send(
        agent, number, "supplement", note="大文件",
        files=[("files", ("扫描件.pdf", large, "application/pdf"))],
    )  # fmt: skip
    assert refused.status_code == 422 and "扫描件.pdf：超过10MB" in refused.text
    many = [("files", (f"{n}.png", PNG, "image/png")) for n in range(11)]
    refused = await send(agent, number, "supplement", note="许多", files=many)
    assert refused.status_code == 422 and "一次最多10个附件" in refused.text


async def test_a_state_secret_takes_no_file(client_as: ClientAs, office: Office) -> None:
    browser = await client_as(SECRETARY)
    before = await office.pool.fetchval("select count(*) from attachment")
    data = {**INSTRUCTION, "secrecy": "state_secret"}
    refused = await browser.post(
        "/register/leader/register", data=data, files=[("files", ("批示.png", PNG, "image/png"))]
    )
    assert refused.status_code == 422 and "涉密" in refused.text
    stub = await browser.post(
        "/register/leader/register_stub",
        data={"leader_grade": "mayor", "instructed_on": "2026-03-09", "priority": "normal"},
    )
    number = stub.headers["location"].rsplit("/", 1)[1]
    refused = await browser.post(
        f"/cases/{number}/actions/finish_offline",
        data={"finished_on": "2026-03-10"},
        files=[("files", ("批示.png", PNG, "image/png"))],
    )
    assert refused.status_code == 422 and "涉密" in refused.text
    assert await office.pool.fetchval("select count(*) from attachment") == before


async def test_an_instruction_is_registered_with_its_scan(
    client_as: ClientAs, office: Office
) -> None:
    browser = await client_as(SECRETARY)
    answer = await browser.post(
        "/register/leader/register", data=INSTRUCTION,
        files=[("files", ("批示原件.png", PNG, "image/png"))],
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    page = await browser.get(answer.headers["location"])
    assert "批示原件.png" in page.text
    assert "附件（1）" in page.text


async def test_the_rule_stands_beside_the_form(client_as: ClientAs, office: Office) -> None:
    number = await in_hand(office)
    html = (await (await client_as(WATER_CLERK)).get(f"/cases/{number}")).text
    assert "办理时限最多延长5个工作日，可延期1次，已延期0次" in html
    assert "办理时限累计最多停止30个工作日" in html
    assert "本件已指定办理，不得再次提出派单异议" in html
    reviewer = (await (await client_as(REVIEWER)).get(f"/cases/{number}")).text
    assert "可延期1次" not in reviewer


async def test_the_trend_counts_this_week(client_as: ClientAs, office: Office) -> None:
    def received(html: str) -> int:
        rows = re.search(r"trend-title.*?<tbody>(.*?)</tbody>", html, re.S)
        assert rows
        cells = re.findall(r'<td class="right">(\d+)</td>', rows[1])
        assert len(cells) == 36
        return int(cells[0])

    before = received(await listed(client_as, HEDONG_CLERK, "mine"))
    await dispatched(office, "HDQ01")
    assert received(await listed(client_as, HEDONG_CLERK, "mine")) == before + 1


async def test_a_case_can_be_printed(client_as: ClientAs, office: Office) -> None:
    number = await in_hand(office)
    html = (await (await client_as(WATER_CLERK)).get(f"/cases/{number}")).text
    assert "data-print" in html and f"打印：{WATER_CLERK.name}" in html
    assert f"/cases/{number}/papers/work_order.docx" in html
