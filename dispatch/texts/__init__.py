"""The words of every text and notice: one short Jinja file each, "<audience>/<text>.txt".

What goes to a requester holds a number, a coarse state and a day, never the content, a name or
an address: a text is read on lock screens, and by whoever holds the phone.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes

from hotline.calendar import in_shanghai

FOLDER: Final = Path(__file__).parent


def render(template: str, params: Mapping[str, Any], *, body: str = "") -> str:
    """The text in one line; raises jinja2.UndefinedError where a parameter is missing.

    `body` is the wording that an administrator gave it, "" where it stands as it was written.
    """
    words = _of_wording(body) if body else _environment.get_template(f"{template}.txt")
    return words.render(**params).strip()


def original(template: str) -> str:
    """The text as it was written, with its placeholders. Raises FileNotFoundError."""
    return _read(template)


def parsed(body: str) -> nodes.Template:
    """What a wording is made of. Raises jinja2.TemplateSyntaxError."""
    return _environment.parse(body)


def templates() -> list[str]:
    """The names of all texts."""
    return sorted(str(path.relative_to(FOLDER))[:-4] for path in FOLDER.rglob("*.txt"))


@cache
def _read(template: str) -> str:
    return (FOLDER / f"{template}.txt").read_text("utf-8").strip()


@lru_cache(maxsize=256)
def _of_wording(body: str) -> Template:
    return _environment.from_string(body)


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(iso: str) -> str:
    at = in_shanghai(datetime.fromisoformat(iso))
    return f"{at.month}月{at.day}日{at:%H:%M}"


def _exact(iso: str) -> str:
    return f"{in_shanghai(datetime.fromisoformat(iso)):%Y-%m-%d %H:%M}"


# Texts are plain words for a telephone and for a list that escapes what it shows.
_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    autoescape=False,
    auto_reload=False,
)
# `exact` is for the English of the catalogue: an administrator's wording is Chinese.
_environment.filters.update(day=_day, moment=_moment, exact=_exact)
