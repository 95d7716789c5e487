"""附件: what a file is, is read from its content; its name is only what people see."""

import hashlib
import io
import zipfile

import pytest
from docx import Document
from openpyxl import Workbook

from hotline.files import Unfit, clean_name, digest_in, is_file_key, kind_of, new_file_key

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40)
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(40)


def a_word_file() -> bytes:
    made = io.BytesIO()
    Document().save(made)
    return made.getvalue()


def a_sheet() -> bytes:
    made = io.BytesIO()
    Workbook().save(made)
    return made.getvalue()


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"),
        (JPEG, "jpg"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        (a_word_file(), "docx"),
        (a_sheet(), "xlsx"),
        (b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(40), "mp3"),
        (MP4, "mp4"),
        ("现场情况说明\n第一，水压不足。".encode(), "txt"),
        ("现场情况说明".encode("gb18030"), "txt"),
    ],
)
def test_content_says_what_it_is(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "空文件"),
        (b"MZ\x90\x00" + bytes(60), "不是可以上传的类型"),
        (b"GIF89a" + bytes(60), "不是可以上传的类型"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "不是可以上传的类型"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "不是可以上传的类型"),
        (packed(a_DOT_txt=b"x"), "不是可以上传的类型"),
        (b"PK\x03\x04broken", "已损坏"),
        (packed(word__vbaProject_DOT_bin=b"x", word__document_DOT_xml=b"x"), "宏"),
        (bytes(200), "不是可以上传的类型"),
    ],
)
def test_what_may_not_be_kept(content: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        kind_of(content)


def test_nothing_hides_behind_thousands_of_parts() -> None:
    parts = {f"word__part{i}": b"" for i in range(5000)}
    content = packed(**{"[Content_Types]_DOT_xml": b""}, **parts, word__vbaProject_DOT_bin=b"")
    with pytest.raises(Unfit):
        kind_of(content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("现场照片.JPG", "现场照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\照片\\水管.jpeg", "水管.jpg"),
        ("发票\u202egpj.exe", "发票gpj.jpg"),
        ("a\x00b\r\n;c.jpg", "abc.jpg"),
        ("....", "附件.jpg"),
        ("第3.2条说明", "第3.2条说明.jpg"),
        ("长" * 300 + ".jpg", "长" * 100 + ".jpg"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_its_content_says(given: str, kept: str) -> None:
    assert clean_name(given, "jpg") == kept


def test_a_key_holds_the_digest_and_cannot_be_guessed_from_it() -> None:
    key, again = new_file_key(PNG), new_file_key(PNG)
    assert key != again and is_file_key(key)
    assert digest_in(key) == hashlib.sha256(PNG).digest()
    assert not is_file_key(hashlib.sha256(PNG).hexdigest())
