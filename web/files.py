"""附件 on every face: what a form carries is taken in, and what a case has is handed out.

`with_files` is the one piece for forms: it stores what was chosen and puts the keys among the
form's own values, so that an act takes them like any other input, and a refused form or a draft
keeps them. With scripts a form sends its files here as soon as they are chosen (`keep_files`).
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Stream

from dispatch.accesses import note_access
from dispatch.attachments import attached, pieces, take_in, uploaded
from dispatch.office import Office
from dispatch.record import load
from hotline.errors import NotFound, Secret
from hotline.files import MEDIA_TYPES, MOST_FILES, Unfit, is_file_key
from hotline.people import Actor
from web.given import Form, Me, Now, TheForm, TheOffice, WebRequest, query_of, signed_in
from web.render import render

FIELD = "files"
LARGEST_FORM = 64 * 1024 * 1024
"""What a form with files may weigh; each file is bounded by HOTLINE_ATTACHMENT_MB besides."""

_TOGETHER = asyncio.Semaphore(4)
_STATE_SECRET = "涉密内容不得在本系统登记，附件也不得上传，请按规定渠道线下办理。"


async def with_files(
    form: Form, office: Office, me: Actor, *, now: datetime, sealed: bool = False
) -> tuple[Form, str]:
    """The form with the keys of its new files among its values, and what could not be kept.

    What is wrong with one file keeps no other from being stored. `sealed` where the case is the
    stub of a state secret. Raises Secret, before anything is stored.
    """
    chosen = form.uploads.get(FIELD, [])
    if not chosen:
        return form, ""
    if sealed or form.one("secrecy") == "state_secret":
        raise Secret(_STATE_SECRET)
    keys, wrong = form.all(FIELD), []
    for upload in chosen:
        name = upload.filename[:200]
        if len(keys) >= MOST_FILES:
            wrong.append(f"{name}：一次最多{MOST_FILES}个附件")
            continue
        try:
            keys.append(await keep(upload, office, me, now=now))
        except Unfit as unfit:
            wrong.append(f"{name}：{unfit}")
    return replace(form, values={**form.values, FIELD: keys}), "；".join(wrong)


async def keep(upload: UploadFile, office: Office, me: Actor, *, now: datetime) -> str:
    """Store one file under the name that it came with, and give its key. Raises Unfit, TooMany."""
    most = office.settings.attachment_mb * 1024 * 1024
    # The bytes of a few files at once, however many people send some.
    async with _TOGETHER:
        content = await upload.read(most + 1)
        return await take_in(
            office.pool, content, upload.filename[:200], actor=me, now=now, most=most
        )


async def names_of(office: Office, typed: Mapping[str, Any], me: Actor) -> dict[str, str]:
    """The names of files that a form has kept, for showing it again."""
    keys = [key for key in typed.get(FIELD) or () if is_file_key(str(key))]
    return {file.file_key: file.name for file in await uploaded(office.pool, keys, actor=me)}


def still_kept(typed: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """The form without files that are not kept any more: nobody sends it with them."""
    if not typed.get(FIELD):
        return typed
    return {**typed, FIELD: [key for key in typed[FIELD] if key in names]}


@post("/files", status_code=200, request_max_body_size=LARGEST_FORM)
async def keep_files(
    request: WebRequest, me: Me, office: TheOffice, now: Now, form: TheForm
) -> Response[Any]:
    """Store what was chosen in a form that is not sent yet, and draw its field with it.

    `?form=` is what the ids of the form's fields begin with.
    """
    prefix = query_of(request).one("form")
    form, unfit = await with_files(form, office, me, now=now)
    return render(
        request,
        "case/_chosen_files.html",
        status=422 if unfit else 200,
        prefix=prefix if re.fullmatch(r"[a-z][\w-]{0,60}", prefix, re.ASCII) else "f",
        keys=form.all(FIELD),
        error=unfit,
        file_names=await names_of(office, form.values, me),
    )


def sealed(details: Mapping[str, object]) -> bool:
    """Whether a case is the stub of a state secret: it takes nothing in, and gives nothing out."""
    return details.get("secrecy") == "state_secret"


@get("/cases/{number:str}/files/{file_key:str}")
async def show_file(
    number: FromPath[str], file_key: FromPath[str], me: Me, office: TheOffice, now: Now
) -> Stream:
    """One file of a case that this person may see, to be saved and never shown by the browser."""
    return await handed_out(office, number, file_key, me, now=now)


async def handed_out(
    office: Office, number: str, file_key: str, me: Actor, *, now: datetime
) -> Stream:
    """The file in pieces. Raises NotFound where this person does not see the case, or has none."""
    async with office.pool.acquire() as connection:
        case = await load(connection, number, me)
        if case is None:
            raise NotFound
        if sealed(case.details):
            raise Secret(_STATE_SECRET)
        files = await attached(connection, case.id)
    file = next((one for one in files if one.file_key == file_key), None)
    if file is None:
        raise NotFound
    if case.confidential:
        await note_access(
            office.pool, actor=me, case_id=case.id, what="read_file", now=now, reason=file.name
        )
    return Stream(
        pieces(office.pool, file),
        media_type=MEDIA_TYPES[file.kind],
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "content-length": str(file.size),
            # Beside the page's own policy, which the stricter of the two completes.
            "content-security-policy": "sandbox; default-src 'none'",
        },
    )


router = Router("/", guards=[signed_in], route_handlers=[keep_files, show_file])
