"""Styles, scripts and browser libraries: read once, served from memory, cached by their digest."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

FOLDER = Path(__file__).parents[1] / "static"

# Of the installed libraries only these files are shown to browsers.
LIBRARIES = {
    "lib/tabler.min.css": "node_modules/@tabler/core/dist/css/tabler.min.css",
    "lib/htmx.min.js": "node_modules/htmx.org/dist/htmx.min.js",
    "lib/sse.min.js": "node_modules/htmx-ext-sse/dist/sse.min.js",
    "lib/idiomorph-ext.min.js": "node_modules/idiomorph/dist/idiomorph-ext.min.js",
}
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as browsers get it."""

    kind: str
    content: bytes
    packed: bytes
    version: str


class Assets:
    """Every file that `/static` serves, by its name."""

    def __init__(self, folder: Path = FOLDER) -> None:
        own = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.suffix in KINDS and "node_modules" not in path.parts
        }
        self.by_name: dict[str, Asset] = {}
        for name, path in (own | {name: folder / at for name, at in LIBRARIES.items()}).items():
            if path.is_file():
                content = path.read_bytes()
                version = hashlib.sha256(content).hexdigest()[:12]
                packed = gzip.compress(content, mtime=0)
                self.by_name[name] = Asset(KINDS[path.suffix], content, packed, version)
            else:
                log.warning("static: a browser library is not installed", name=name)

    def url(self, name: str) -> str:
        """The address of a file; it changes with its content, so that it may be cached long."""
        asset = self.by_name.get(name)
        return f"/static/{name}?v={asset.version}" if asset else f"/static/{name}"


@get("/static/{name:path}", opt={"public": True, "anonymous": True})
async def show_static(name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    """One file of ours or of a library."""
    assets: Assets = request.app.state.assets
    asset = assets.by_name.get(name.lstrip("/"))
    if asset is None:
        raise NotFoundException
    etag = f'"{asset.version}"'
    # A year for an address that carries the version; the bare one is asked for again.
    fresh = "public, max-age=31536000, immutable" if "v" in request.query_params else "no-cache"
    headers = {"etag": etag, "cache-control": fresh, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers, media_type=asset.kind)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(asset.packed, headers=headers, media_type=asset.kind)
    return Response(asset.content, headers=headers, media_type=asset.kind)
