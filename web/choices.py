"""The long lists that fields are filled from, with the initials that they are found by."""

from litestar import Response, Router, get
from litestar.params import FromPath

from hotline.errors import NotFound
from web.given import Rules, WebRequest, query_of, signed_in
from web.pickers import LISTS, packed_choices


@get("/{kind:str}")
async def list_choices(
    request: WebRequest, kind: FromPath[str], rulebook: Rules
) -> Response[bytes]:
    """`[["02.06.04 市政公用 / …", "szgy/szdl/jgqssh"], …]`; the address carries the version."""
    if kind not in LISTS:
        raise NotFound
    etag = f'"{kind}-{rulebook.version}"'
    current = query_of(request).one("v") == rulebook.version
    headers = {
        "etag": etag,
        "cache-control": "private, max-age=604800, immutable" if current else "private, no-cache",
        "vary": "accept-encoding",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers, media_type="application/json")
    plain, packed = await packed_choices(kind, rulebook)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(packed, headers=headers, media_type="application/json")
    return Response(plain, headers=headers, media_type="application/json")


router = Router("/choices", guards=[signed_in], route_handlers=[list_choices])
