"""Every Chinese word that a screen may show, found in the source: what the English catalogue owes.

Templates say theirs in `_("…")`. In Python each literal of the modules below counts: labels of
procedures and sentences of refusals alike; an f-string is a sentence with numbered places,
`没有{0}这一天`. `python -m tests.words` brings the catalogue in line with the source.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from dispatch.texts import original, templates

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "web" / "templates"
NAMES = ROOT / "dispatch" / "texts" / "names.toml"
CATALOGUE = ROOT / "web" / "locale" / "en" / "LC_MESSAGES" / "messages.po"

# Words that no screen shows: printed papers, the command line, what is read out of files, texts
# to citizens, the demonstration's own stories, the answers of gateways.
ELSEWHERE = (
    "hotline/procedures/__init__.py",
    "hotline/settings.py",
    "hotline/unit_names.py",
    "hotline/printing.py",
    "hotline/categorising.py",
    "hotline/learning.py",
    "hotline/similar.py",
    "hotline/sms_parts.py",
    "hotline/initials.py",
    "dispatch/audit.py",
    "dispatch/command.py",
    "dispatch/db.py",
    "dispatch/demo",
    "dispatch/doctor.py",
    "dispatch/embedded.py",
    "dispatch/import",
    "dispatch/learn.py",
    "dispatch/lodging.py",
    "dispatch/paper_files.py",
    "dispatch/passwords.py",
    "dispatch/premises.py",
    "dispatch/preparing.py",
    "dispatch/sms/",
    "dispatch/supervise.py",
    "dispatch/tokens.py",
    "dispatch/understanding.py",
    "web/api_bodies.py",
    "web/app.py",
)
# Citations of regulations are names and stay; the schema of the API is written in Chinese.
_NOT_SHOWN = frozenset({"basis", "description", "extra_json_schema"})
_MADE = datetime(2026, 1, 1, tzinfo=UTC)
_SQL = re.compile(r"\b(select|insert into|update|delete from)\b")

HAN = re.compile(r"[\u3400-\u9fff]")
_SAID = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_COMPARED = re.compile(
    r"""[!=]= "[^"]*"|\["[^"]*"\]|(?:count|startswith)\("[^"]*"\)|"[^"]*"(?=: ")"""
)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def in_templates() -> dict[str, str]:
    """The texts in `_("…")`, each with the file that says it first."""
    found: dict[str, str] = {}
    for file in sorted(TEMPLATES.rglob("*.html")):
        for literal in _SAID.findall(_COMMENT.sub("", file.read_text("utf-8"))):
            found.setdefault(ast.literal_eval(literal), file.relative_to(ROOT).as_posix())
    return found


def unsaid() -> list[str]:
    """Chinese that a template says outside of `_("…")`; what is compared is no word."""
    found = []
    for file in sorted(TEMPLATES.rglob("*.html")):
        text = _SAID.sub("", _COMMENT.sub("", file.read_text("utf-8")))
        for line in _COMPARED.sub("", text).splitlines():
            if HAN.search(line):
                found.append(f"{file.relative_to(ROOT).as_posix()}: {line.strip()[:120]}")
    return found


def in_python() -> dict[str, str]:
    """The literals of the modules whose words reach a screen, each with its first module."""
    found: dict[str, str] = {}
    for package in ("hotline", "dispatch", "web"):
        for file in sorted((ROOT / package).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if name.startswith(ELSEWHERE):
                continue
            tree: ast.AST = ast.parse(file.read_text("utf-8"))
            if name.startswith("hotline/papers/"):
                tree = _titles(tree)
            for text in _literals(tree):
                if HAN.search(text) and not _SQL.search(text):
                    found.setdefault(text, name)
    return found


def _literals(tree: ast.AST) -> Iterator[str]:
    """Texts of a syntax tree, without docstrings and patterns (arguments of `re`)."""
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    if isinstance(tree, ast.Call) and _is_pattern(tree.func):
        return
    if isinstance(tree, ast.keyword) and tree.arg in _NOT_SHOWN:
        return
    if (text := _template(tree)) is not None:
        yield text
        for part in ast.walk(tree):
            if isinstance(part, ast.FormattedValue):
                yield from _literals(part.value)
        return
    for child in ast.iter_child_nodes(tree):
        yield from _literals(child)


def _titles(tree: ast.AST) -> ast.AST:
    """Of papers only what lists call them, and the columns of registers."""
    called = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Paper", "LedgerColumn")
    ]
    said = [
        argument
        for node in called
        for argument in (*node.args, *(word.value for word in node.keywords if word.arg == "title"))
        if isinstance(argument, ast.Constant)
    ]
    return ast.List(elts=list(said))


def _is_pattern(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
    )


def _template(node: ast.AST) -> str | None:
    """The text of a literal; of an f-string with numbered places; None of others."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        count = iter(range(len(node.values)))
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{next(count)}}}"
            for part in node.values
        )
    return None


def in_texts() -> dict[str, str]:
    """What the texts to requesters are called in lists."""
    names = tomllib.loads(NAMES.read_text("utf-8"))
    place = NAMES.relative_to(ROOT).as_posix()
    return {name: place for texts in names.values() for name in texts.values()}


def in_notices() -> dict[str, str]:
    """What colleagues are told inside the system, with its placeholders."""
    return {
        original(template): f"dispatch/texts/{template}.txt"
        for template in templates()
        if not template.startswith("citizen/")
    }


def owed() -> dict[str, str]:
    """Everything that the catalogue must have, each with where it is said."""
    return in_templates() | in_texts() | in_notices() | in_python()


def written() -> dict[str, str | tuple[str, ...]]:
    """What the catalogue has: a text, or one for one and one for many."""
    with CATALOGUE.open("rb") as file:
        known = read_po(file, locale="en")
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in known
        if message.id
    }


def bring_in_line() -> tuple[int, int]:
    """Write the catalogue anew: what is said now, with the English it had; (all, untranslated)."""
    had = written() if CATALOGUE.exists() else {}
    # The same source makes the same file, whenever and by whomever.
    catalogue = Catalog(
        locale="en",
        project="hotline-12345",
        version="1",
        header_comment="# What the screens say in English. `python -m tests.words` adds new texts.",
        last_translator="hotline-12345",
        language_team="hotline-12345",
        msgid_bugs_address="hotline-12345",
        creation_date=_MADE,
        revision_date=_MADE,
        fuzzy=False,
    )
    said = owed()
    for text, file in sorted(said.items(), key=lambda pair: (pair[1], pair[0])):
        english = had.get(text, "")
        plural = isinstance(english, tuple)
        catalogue.add((text, text) if plural else text, english, locations=[(file, None)])
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, include_lineno=False)
    return len(said), sum(not had.get(text) for text in said)


if __name__ == "__main__":
    every, missing = bring_in_line()
    print(f"{every} texts, {missing} without English")
