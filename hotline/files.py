"""附件: what may be kept beside a case, how it is told by its content, and how it is named.

A file's key is unguessable and says what it holds: 16 random hex digits, then the SHA-256 of the
content. Whoever knows a key has been shown the file; the event that attaches it carries the key,
so that the chain of the history covers the content, too.
"""

import hashlib
import re
import secrets
import unicodedata
import zipfile
from io import BytesIO

import puremagic

from hotline.wording import without_invisible

MOST_FILES = 10
"""So many files with one act."""

MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "txt": "text/plain",
}
"""What may be kept, by the ending that its name gets."""

ALLOWED = "、".join(MEDIA_TYPES)

# What the sniffing library calls the same thing.
_ALIASES = {"jpeg": "jpg", "jfif": "jpg", "jpe": "jpg", "mpga": "mp3"}
_KEY = re.compile(r"[0-9a-f]{80}")
_LONGEST_NAME = 100
# What a file system or a header reads as something else; the ends of a name as well.
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|;%]')
_ZIP = b"PK\x03\x04"
# With this begins each entry of a package's directory. Real documents have some hundred.
_ENTRY = b"PK\x01\x02"
_MOST_ENTRIES = 5_000


class Unfit(ValueError):
    """The file cannot be kept; the message is the Chinese sentence that says why."""


def new_file_key(content: bytes) -> str:
    """A key for this content that nobody can guess."""
    return secrets.token_hex(8) + hashlib.sha256(content).hexdigest()


def is_file_key(text: str) -> bool:
    """Whether the text may be a key."""
    return _KEY.fullmatch(text) is not None


def digest_in(key: str) -> bytes:
    """The SHA-256 of the content that a key stands for."""
    return bytes.fromhex(key[16:])


def clean_name(name: str, kind: str) -> str:
    """The name as it is kept and shown: no path, nothing invisible, the ending of its content."""
    last = unicodedata.normalize("NFC", without_invisible(name)).replace("\\", "/").split("/")[-1]
    stem = _UNFIT.sub("", last).strip(" .")
    stem, dot, ending = stem.rpartition(".")
    if not dot or not ending.isascii() or len(ending) > 5:
        stem = f"{stem}{dot}{ending}"
    return f"{stem.strip(' .')[:_LONGEST_NAME] or '附件'}.{kind}"


def kind_of(content: bytes) -> str:
    """What the content is, one of `MEDIA_TYPES`; its name is not asked. Raises Unfit."""
    if not content:
        raise Unfit("是空文件")
    if content.startswith(_ZIP):
        return _kind_of_package(content)
    kinds = [kind for kind in _guesses(content) if kind in MEDIA_TYPES]
    if kinds:
        return kinds[0]
    if _is_text(content):
        return "txt"
    raise Unfit(f"不是可以上传的类型（{ALLOWED}）")


def _guesses(content: bytes) -> list[str]:
    """The endings that the library proposes, the most certain first."""
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return []
    endings = [match.extension.lstrip(".").lower() for match in found]
    return [_ALIASES.get(ending, ending) for ending in endings]


def _kind_of_package(content: bytes) -> str:
    """A document of Word or Excel by the parts in it; what can run (宏) is refused."""
    # Counted before anything is read: so none is left unseen, and none takes long.
    if content.count(_ENTRY) > _MOST_ENTRIES:
        raise Unfit(f"不是可以上传的类型（{ALLOWED}）")
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            names = [entry.filename.lower() for entry in package.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Unfit("文件已损坏") from None
    if any("vbaproject" in name or name.endswith((".exe", ".js", ".bat")) for name in names):
        raise Unfit("含有宏或者程序，不能上传")
    if "[content_types].xml" in names:
        for part, kind in (("word/document", "docx"), ("xl/workbook", "xlsx")):
            if any(name.startswith(part) for name in names):
                return kind
    raise Unfit(f"不是可以上传的类型（{ALLOWED}）")


def _is_text(content: bytes) -> bool:
    """Text that people wrote: readable, and no page or program that a browser might run."""
    for coding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        return not re.search(
            r"[\x00-\x08\x0e-\x1f]|<(?:!doctype|html|script|svg|\?xml)", text, re.I
        )
    return False
