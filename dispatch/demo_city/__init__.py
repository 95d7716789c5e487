"""An invented city for demonstrations: 云州市, with units, people, places, texts and requests.

Everything here was invented for this project: the city and its divisions (codes from 99, which
no real division has), units, staff, shops, roads, every text of a citizen or a unit. Names of
people are made up. Mobile numbers are 1380000xxxx and fixed lines 0599-0000xxxx, and stand for
nobody. Laws of the state are cited by their real names; every rule marked 演示, and what a unit
says of amounts and limits of this city, is invented.

Pure and deterministic: files of the package in, frozen values out; no database, no clock.
"""

import csv
import random
import tomllib
from collections.abc import Container, Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from dispatch.demo_city.filling import PHONE_PREFIX, Filler
from dispatch.demo_city.records import (
    DemoCategory,
    DemoCity,
    DemoPlace,
    DemoRequest,
    DemoResponsibility,
    DemoStaff,
    DemoUnit,
    DirectAnswer,
    Matter,
    Refusal,
)

__all__ = [
    "PHONE_PREFIX",
    "DemoCategory",
    "DemoCity",
    "DemoPlace",
    "DemoRequest",
    "DemoResponsibility",
    "DemoStaff",
    "DemoUnit",
    "DirectAnswer",
    "Matter",
    "Refusal",
    "city",
    "requests",
]

# After so many tries a matter counts as told in every way it has.
_TRIES = 20


@cache
def city() -> DemoCity:
    """The whole city, read once."""
    return DemoCity(
        name="云州市",
        units=tuple(DemoUnit(**row) for row in _rows("units.csv")),
        categories=tuple(
            DemoCategory(row["code"], row["parent_code"], row["name"], int(row["level"]))
            for row in _rows("categories.csv")
        ),
        responsibilities=tuple(_responsibilities()),
        places=tuple(DemoPlace(**row) for row in _rows("places.csv")),
        staff=tuple(
            DemoStaff(
                row["sign_in"],
                row["name"],
                row["unit_code"],
                tuple(row["roles"].split(";")),
                row["job_title"],
            )
            for row in _rows("staff.csv")
        ),
        matters=tuple(_matters()),
        answers=tuple(DirectAnswer(**line) for line in _toml("answers.toml")["answer"]),
        refusals=tuple(Refusal(**line) for line in _toml("refusals.toml")["refusal"]),
        remarks=_lists(_toml("remarks.toml")),
        words=MappingProxyType(_words()),
    )


def requests(seed: int, count: int) -> list[DemoRequest]:
    """`count` distinct requests, always the same for the same seed.

    Every matter comes once before any comes twice, so that a small city shows them all. About
    one requester in eight has called before. Raises ValueError where the matters do not give
    so many distinct texts (several thousand are no trouble).
    """
    rng = random.Random(seed)
    filler = Filler(city(), rng)
    made: dict[str, DemoRequest] = {}
    while len(made) < count:
        before = len(made)
        for matter in rng.sample(city().matters, len(city().matters)):
            request = _unseen(filler, matter, made)
            if request is not None:
                made[request.content] = request
        if len(made) == before:
            raise ValueError(f"no more than {before} distinct requests")
    return list(made.values())[:count]


def _unseen(filler: Filler, matter: Matter, made: Container[str]) -> DemoRequest | None:
    tries = (filler.fill(matter) for _ in range(_TRIES))
    return next((request for request in tries if request.content not in made), None)


def _responsibilities() -> Iterator[DemoResponsibility]:
    for row in _rows("responsibilities.csv"):
        until = row["valid_until"]
        yield DemoResponsibility(
            row["category_code"],
            row["place_code"],
            row["unit_code"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(until) if until else None,
            row["basis"],
        )


def _matters() -> Iterator[Matter]:
    folder = files(__package__) / "matters"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for line in _parsed(file)["matter"]:
                yield Matter(**line)


def _words() -> dict[str, MappingProxyType[str, tuple[str, ...]]]:
    file = _toml("words.toml")
    return {"anywhere": _lists(file["anywhere"])} | {
        code: _lists(slots) for code, slots in file["place"].items()
    }


def _lists(table: dict[str, list[str]]) -> MappingProxyType[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(lines) for name, lines in table.items()})


def _rows(name: str) -> list[dict[str, str]]:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _toml(name: str) -> dict[str, Any]:
    return _parsed(files(__package__) / name)


def _parsed(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
