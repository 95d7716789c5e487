"""附件 by the JSON API: a file is uploaded, an act names its key, who sees the case may read it.

The body is one file, either as it is (`?name=` tells its name) or as the field "file" of a form.
"""

from dataclasses import dataclass

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)
from litestar.params import FromPath
from litestar.response import Stream

from dispatch.attachments import FORGET_AFTER, Attached, uploaded
from hotline.calendar import in_shanghai
from hotline.errors import Incomplete
from hotline.files import ALLOWED, MEDIA_TYPES, Unfit
from hotline.rulebook import Rulebook
from web.api_bodies import caller_of, problems
from web.api_shapes import FileView, UploadedView
from web.api_views import unit_ref
from web.files import handed_out, keep
from web.given import Me, Now, TheOffice, WebRequest, query_of

FIELD = "file"
LARGEST_UPLOAD = 51 * 1024 * 1024
"""What a body may weigh whatever HOTLINE_ATTACHMENT_MB says: its highest value, and the form."""

# What a form adds around the file in it.
_AROUND = 64 * 1024
_ONE_FILE = f"请上传一个文件：作为请求体，或者作为表单的“{FIELD}”字段"


@dataclass
class FileOperation(Operation):
    """A file: as the body, or as the field of a form."""

    def __post_init__(self) -> None:
        content = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        form = Schema(type=OpenAPIType.OBJECT, properties={FIELD: content}, required=[FIELD])
        self.parameters = [
            Parameter(
                name="name",
                param_in="query",
                schema=Schema(type=OpenAPIType.STRING, max_length=200),
                description="文件直接作为请求体时的文件名",
            )
        ]
        self.request_body = RequestBody(
            content={
                "application/octet-stream": OpenAPIMediaType(schema=content),
                "multipart/form-data": OpenAPIMediaType(schema=form),
            },
            required=True,
            description=f"一个文件，类型按内容识别：{ALLOWED}；大小以部署设置为限",
        )


@post(
    "/files",
    operation_class=FileOperation,
    responses=problems(413, 422, 429),
    request_max_body_size=LARGEST_UPLOAD,
)
async def create_file(request: WebRequest) -> Response[UploadedView]:
    """Upload a file. Its `key` goes into `files` of an action or an opening, by the same caller.

    What no action has named by `use_before` is removed.
    """
    caller = await caller_of(request)
    most = caller.office.settings.attachment_mb
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most * 1024 * 1024 + _AROUND:
        raise _refused(f"超过{most}MB")
    upload = await _sent(request, most)
    try:
        key = await keep(upload, caller.office, caller.me, now=caller.now)
    except Unfit as unfit:
        raise _refused(str(unfit)) from None
    finally:
        await upload.close()
    (file,) = await uploaded(caller.office.pool, [key], actor=caller.me)
    return Response(
        UploadedView(
            key=key,
            name=file.name,
            media_type=MEDIA_TYPES[file.kind],
            size=file.size,
            sha256=file.sha256,
            use_before=in_shanghai(file.at + FORGET_AFTER),
        )
    )


async def _sent(request: WebRequest, most: int) -> UploadFile:
    """The file, on disk where it is large. Raises Incomplete, as soon as it is over `most` MB."""
    if request.content_type[0] == "multipart/form-data":
        found = (await request.form()).getall(FIELD, [])
        if len(found) != 1 or not isinstance(found[0], UploadFile):
            raise Incomplete({FIELD: _ONE_FILE})
        return found[0]
    upload = UploadFile("", query_of(request).one("name"))
    taken = 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > most * 1024 * 1024:
            await upload.close()
            raise _refused(f"超过{most}MB")
        await upload.write(piece)
    await upload.seek(0)
    return upload


def _refused(why: str) -> Incomplete:
    return Incomplete({FIELD: f"附件{why}"})


@get("/cases/{number:str}/files/{file_key:str}", responses=problems(404))
async def show_file(
    number: FromPath[str], file_key: FromPath[str], me: Me, office: TheOffice, now: Now
) -> Stream:
    """One file of a case, as `files` of the case lists them."""
    return await handed_out(office, number, file_key, me, now=now)


def file_view(file: Attached, number: str, rulebook: Rulebook) -> FileView:
    """A file of the case, and where it is."""
    return FileView(
        key=file.file_key,
        name=file.name,
        media_type=MEDIA_TYPES[file.kind],
        size=file.size,
        sha256=file.sha256,
        href=f"/api/v1/cases/{number}/files/{file.file_key}",
        seq=file.seq,
        added_by=file.who,
        unit=unit_ref(file.unit_id, rulebook),
        at=in_shanghai(file.at),
    )
