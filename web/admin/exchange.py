"""Import and export of the registers: out as CSV, in again after a dry run."""

import asyncio
from dataclasses import replace
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from dispatch.accesses import note_access
from dispatch.office import Office
from dispatch.registry import sheet as tables
from dispatch.registry.sheet import STATES, UNCHANGED, WRONG, Plan, Sheet
from dispatch.registry.sheets import SHEETS
from hotline.errors import Incomplete, NotFound
from hotline.people import Actor, Role
from web.admin.frame import Done, Filled, admin_page, refused, submitted
from web.given import Form, Me, Now, TheForm, TheOffice, WebRequest, roles
from web.papers import download

MOST_SHOWN = 500
"""Rows of a dry run on the page; what is wrong comes first."""


@get("/")
async def list_sheets(request: WebRequest, me: Me) -> Response[Any]:
    """The registers, each with its columns, its file, and a place to put one."""
    return _list_page(request, me, Filled())


@get("/{file:str}")
async def export_sheet(me: Me, office: TheOffice, now: Now, file: FromPath[str]) -> Response[Any]:
    """The register as CSV that a spreadsheet opens as it is; who took it is written down first."""
    sheet = _sheet(file.removesuffix(".csv"))
    async with office.pool.acquire() as connection:
        text = await tables.exported(connection, sheet)
    await note_access(
        office.pool, actor=me, case_id=None, what="export_register", now=now, reason=sheet.title
    )
    return download(text.encode("utf-8-sig"), f"{sheet.title}.csv", "text/csv; charset=utf-8")


@post("/{name:str}/try", status_code=200)
async def try_sheet(
    request: WebRequest, me: Me, office: TheOffice, form: TheForm, name: FromPath[str]
) -> Response[Any]:
    """What the file would change; nothing is written."""
    sheet = _sheet(name)
    try:
        content, file_name = await _content(form)
        lines = await asyncio.to_thread(tables.read, sheet, content, name=file_name)
    except Incomplete as refusal:
        filled = replace(refused(form, refusal), said=f"{sheet.title}：{refusal.fields['file']}")
        return _list_page(request, me, filled)
    return await _plan_page(request, me, office, sheet, lines)


@post("/{name:str}", status_code=200)
async def apply_sheet(
    request: WebRequest, me: Me, office: TheOffice, form: TheForm, name: FromPath[str]
) -> Response[Any]:
    """The file that was tried is written, as a whole."""
    sheet = _sheet(name)
    text = form.one("text").encode()

    async def written() -> Plan:
        lines = await asyncio.to_thread(tables.read, sheet, text)
        return await tables.apply(office, sheet, lines, actor=me, seen=form.one("seen")[:64])

    async def again(filled: Filled) -> Response[Any]:
        if filled.wrong:
            return _list_page(request, me, filled)
        lines = await asyncio.to_thread(tables.read, sheet, text)
        return await _plan_page(request, me, office, sheet, lines, said=filled.said)

    return await submitted(
        request,
        form,
        written,
        then=lambda plan: Done("/admin/exchange", f"{sheet.title}已导入：{_told(plan)}。"),
        again=again,
    )


router = Router(
    "/exchange",
    guards=[roles(Role.ADMIN)],
    route_handlers=[list_sheets, export_sheet, try_sheet, apply_sheet],
)


def _told(plan: Plan) -> str:
    counts = {state: plan.count(state) for state in STATES if state != WRONG}
    return "，".join(f"{state}{count}条" for state, count in counts.items() if count)


def _sheet(name: str) -> Sheet:
    if name not in SHEETS:
        raise NotFound("没有这份名册。")
    return SHEETS[name]


async def _content(form: Form) -> tuple[bytes, str]:
    file = form.files.get("file")
    content = await file.read(tables.LARGEST + 1) if file and file.filename else b""
    if not content:
        raise Incomplete({"file": "请选择一个文件"})
    return content, file.filename if file else ""


def _list_page(request: WebRequest, me: Actor, filled: Filled) -> Response[Any]:
    return admin_page(
        request, me, "exchange", filled=filled, sheets=list(SHEETS.values()), most=tables.MOST_ROWS
    )


async def _plan_page(
    request: WebRequest,
    me: Actor,
    office: Office,
    sheet: Sheet,
    lines: list[tables.Line],
    *,
    said: str = "",
) -> Response[Any]:
    plan: Plan = await tables.dry_run(office, sheet, lines, actor=me)
    order = {WRONG: 0, UNCHANGED: 2}
    shown = sorted(plan.lines, key=lambda line: (order.get(line.state, 1), line.number))
    return admin_page(
        request,
        me,
        "exchange_plan",
        filled=Filled(said=said, status=409 if said else 200),
        sheet=sheet,
        plan=plan,
        states=STATES,
        shown=shown[:MOST_SHOWN],
        # What is applied is what was read, whatever the file was written in.
        text=tables.written(sheet, plan.lines) if plan.may_be_applied else "",
    )
