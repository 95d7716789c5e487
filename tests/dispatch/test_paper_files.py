"""Papers as files: what is put in is never read as markup, and a word processor opens them."""

import html
import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from docxtpl import DocxTemplate

from dispatch.ledger import spreadsheet
from dispatch.paper_files import filled, template_of
from hotline.paper import Paper, Repeated
from hotline.papers import PAPERS
from hotline.papers.periodic import HALF_MONTH, MONTHLY, OF_A_LEADER
from hotline.procedures.leader import LEADER

EVERY = (*PAPERS.values(), HALF_MONTH, OF_A_LEADER, MONTHLY)
EVERY_PAPER = pytest.mark.parametrize("paper", EVERY, ids=[paper.name for paper in EVERY])


def full(paper: Paper, **given: str) -> dict[str, Any]:
    """A recognisable word for every name on the paper."""
    lists = {
        block.each: [{name: f"某行{name}值" for _, name in block.columns}]
        for block in paper.blocks
        if isinstance(block, Repeated)
    }
    words = {name: lists.get(name, f"某{name}值") for name in paper.fields}
    return {**words, **{name: text for name, text in given.items() if name in words}}


def document_xml(file: bytes) -> str:
    """The main part of the file."""
    with zipfile.ZipFile(BytesIO(file)) as parts:
        return parts.read("word/document.xml").decode()


def text_of(file: bytes) -> str:
    """Everything that is written on it."""
    tree = ElementTree.fromstring(document_xml(file))
    return "".join(one.text or "" for one in tree.iter() if one.tag.endswith("}t"))


@EVERY_PAPER
def test_every_value_stands_on_the_paper_and_no_placeholder_is_left(paper: Paper) -> None:
    words = full(paper)
    text = text_of(filled(paper, words))
    assert paper.title in text
    for name, value in words.items():
        for word in value[0].values() if isinstance(value, list) else (value,):
            assert word in text, name
    assert not re.search(r"\{\{|\{%|%\}|\}\}", text)


@EVERY_PAPER
def test_a_template_asks_for_just_the_fields_of_the_paper(paper: Paper) -> None:
    asked = DocxTemplate(BytesIO(template_of(paper))).get_undeclared_template_variables()
    issuer = set(re.findall(r"\w+", paper.issuer)) & paper.fields
    assert (asked - {"issuer"}) | issuer == paper.fields


@EVERY_PAPER
def test_a_value_is_text_whatever_it_contains(paper: Paper) -> None:
    hostile = '</w:t></w:r><w:r><w:t>"&<b>{{ 7*7 }}{% for %}'
    words = {n: hostile if isinstance(v, str) else v for n, v in full(paper).items()}
    file = filled(paper, words)
    assert hostile in text_of(file)
    ElementTree.fromstring(document_xml(file))
    assert "<b>" not in document_xml(file)


def test_lines_of_a_text_stay_lines() -> None:
    paper = PAPERS["special_report"]
    xml = document_xml(filled(paper, full(paper, special_report="一、进展\n二、问题")))
    between = xml[xml.index("一、进展") : xml.index("二、问题")]
    assert "<w:br/>" in between


def test_a_template_is_built_alike_every_time() -> None:
    paper = PAPERS["instruction_sheet"]
    assert document_xml(template_of.__wrapped__(paper)) == document_xml(template_of(paper))


def test_the_page_is_a4() -> None:
    xml = document_xml(template_of(PAPERS["work_order"]))
    size = re.search(r'<w:pgSz w:w="(\d+)" w:h="(\d+)"', xml)
    assert size and abs(int(size[1]) - 11906) < 4 and abs(int(size[2]) - 16838) < 4


def opened(files: dict[str, bytes], folder: Path) -> dict[str, str]:
    """The words of the files as an office suite reads them, all in one start of it.

    Without blanks, at which it may break lines.
    """
    office = shutil.which("soffice")
    if office is None:
        pytest.skip(
            "soffice is missing: apt install libreoffice-writer-nogui libreoffice-calc-nogui"
        )
    for name, content in files.items():
        (folder / name).write_bytes(content)
    subprocess.run(
        [
            office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
            "--convert-to", "html", "--outdir", f"{folder}/out",
            *(str(folder / name) for name in files),
        ],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    read = {name: (folder / "out" / f"{Path(name).stem}.html").read_text() for name in files}
    return {
        name: "".join(html.unescape(re.sub("<[^>]*>", "", text)).split())
        for name, text in read.items()
    }


def test_an_office_suite_opens_every_paper_and_register(tmp_path: Path) -> None:
    """Headless, with a profile of its own; what it reads are the words that were put in."""
    papers = EVERY
    files = {f"{paper.name}.docx": filled(paper, full(paper)) for paper in papers}
    row = [f"第{place}格" for place in range(len(LEADER.ledger))]
    files["register.xlsx"] = spreadsheet("批示件台账", LEADER.ledger, [row, ["=1+1", *row[1:]]])
    read = opened(files, tmp_path)
    for paper in papers:
        text = read[f"{paper.name}.docx"]
        assert paper.title in text, paper.name
        for name, value in full(paper).items():
            for word in value[0].values() if isinstance(value, list) else (value,):
                assert word in text, (paper.name, name)
    words = ("批示件台账", *(column.label for column in LEADER.ledger), *row, "'=1+1")
    for word in words:
        assert word in read["register.xlsx"]
