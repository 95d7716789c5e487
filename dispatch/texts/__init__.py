"""The words of every text and notice: one short Jinja file each, "<audience>/<text>.txt".

What goes to a requester holds a number, a coarse state and a day, never the content, a name or
an address: a text is read on lock screens, and by whoever holds the phone.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hotline.calendar import in_shanghai

FOLDER: Final = Path(__file__).parent


def render(template: str, params: Mapping[str, Any]) -> str:
    """The text in one line; raises jinja2.UndefinedError where a parameter is missing."""
    return _environment.get_template(f"{template}.txt").render(**params).strip()


def templates() -> list[str]:
    """The names of all texts."""
    return sorted(str(path.relative_to(FOLDER))[:-4] for path in FOLDER.rglob("*.txt"))


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(iso: str) -> str:
    at = in_shanghai(datetime.fromisoformat(iso))
    return f"{at.month}月{at.day}日{at:%H:%M}"


# Texts are plain words for a telephone and for a list that escapes what it shows.
_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    autoescape=False,
    auto_reload=False,
)
_environment.filters.update(day=_day, moment=_moment)
