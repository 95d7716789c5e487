"""What was changed, for all three administrators; who looked at what, for the auditor."""

from typing import Any

from litestar import Response, Router, get

from dispatch.registry import history
from hotline.people import Role
from web.admin.frame import PAGE, admin_page, number, words
from web.given import Me, TheOffice, WebRequest, query_of, roles

LOOKS = {
    "read_confidential": "阅看保密工单",
    "reveal_phone": "查看诉求人电话",
    "print_paper": "打印文书",
    "read_file": "下载附件",
    "export_ledger": "导出台账",
    "export_register": "导出名册",
    "print_report": "打印定期报告",
    "replay_text": "重发短信",
}
"""What the access log records, in words."""


@get("/changes")
async def list_changes(request: WebRequest, me: Me, office: TheOffice) -> Response[Any]:
    """Changes of the register, newest first."""
    query = query_of(request)
    subject = query.one("subject") if query.one("subject") in history.SUBJECTS else ""
    found = await history.changes(
        office.pool, subject=subject, before=number(query, "before"), most=PAGE + 1
    )
    return admin_page(
        request,
        me,
        "changes",
        changes=found[:PAGE],
        next_before=found[PAGE - 1].id if len(found) > PAGE else None,
        subjects=history.SUBJECTS,
        subject=subject,
    )


@get("/access", guards=[roles(Role.AUDIT)])
async def list_access(request: WebRequest, me: Me, office: TheOffice) -> Response[Any]:
    """The access log, newest first; of one person where a sign-in name is given."""
    query = query_of(request)
    sign_in = words(query, "sign_in", most=50)
    found = await history.looks(
        office.pool, sign_in=sign_in, before=number(query, "before"), most=PAGE + 1
    )
    return admin_page(
        request,
        me,
        "access",
        looks=found[:PAGE],
        next_before=found[PAGE - 1].id if len(found) > PAGE else None,
        sign_in=sign_in,
        kinds=LOOKS,
    )


router = Router("/", route_handlers=[list_changes, list_access])
