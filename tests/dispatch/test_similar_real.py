"""Repeats among real public messages: the nearest title must be the same issue.

The messages are read in place (`HOTLINE_SHARED_DATA` or `../shared/data`); no row is kept here.
What the same issue is, is judged without our own words: titles that are equal once signs and
phrases of address are left out, or that differ in few characters.
"""

import csv
import gzip
import os
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from dispatch.import_cases import import_cases
from dispatch.import_mapping import read_map
from dispatch.office import Office
from dispatch.similar import read_shares, similar_cases
from hotline.similar import Told
from tests.makers import DISPATCHER

DATA = Path(os.environ.get("HOTLINE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
FILE = DATA / "citizen_messages" / "messages.csv.gz"
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not FILE.exists(), reason=f"no {FILE} (HOTLINE_SHARED_DATA names its folder)"
    ),
]

# How a matter is brought, not what it is.
_ADDRESS = re.compile(
    r"再次|反映|投诉|举报|咨询|请问|请求|请|关于|建议|希望|强烈|要求|有关|的?问题|[A-Z]\d*[市区县]"
)


def kernel(title: str) -> str:
    """The title without signs and phrases of address."""
    return re.sub(r"\W", "", _ADDRESS.sub("", title.upper()))


def issues(titles: list[str]) -> list[int]:
    """The same number for titles of the same issue: equal, or nine tenths the same characters."""
    kernels = [kernel(title) for title in titles]
    number = list(range(len(titles)))

    def first(at: int) -> int:
        while number[at] != at:
            at = number[at]
        return at

    holding: dict[str, list[int]] = defaultdict(list)
    for at, text in enumerate(kernels):
        near: dict[int, int] = defaultdict(int)
        for piece in {text[start : start + 4] for start in range(len(text) - 3)}:
            for other in holding[piece]:
                near[other] += 1
            holding[piece].append(at)
        for other, pieces in near.items():
            if pieces * 2 < len(text):
                continue
            if SequenceMatcher(None, text, kernels[other], autojunk=False).ratio() >= 0.85:
                number[first(at)] = first(other)
    return [first(at) for at in range(len(titles))]


async def test_the_nearest_title_is_the_same_issue(
    office: Office, record_property: Callable[[str, object], None]
) -> None:
    await import_cases(office, FILE, read_map("board_messages"), now=NOW)
    await office.pool.execute("analyze case_words")
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = issues([row["title"] for row in rows])
    issue_of = {row["message_id"]: issue for row, issue in zip(rows, numbers, strict=True)}
    repeated = [row for row, issue in zip(rows, numbers, strict=True) if numbers.count(issue) > 1]
    assert len(repeated) > 200

    async with office.pool.acquire() as connection:
        shares = await read_shares(connection)
        assert shares.known
        keys = {
            row["source_id"]: (row["id"], row["kind"])
            for row in await connection.fetch('select id, kind, source_id from "case"')
        }
        sources = {key: source for source, (key, _) in keys.items()}
        right = shown = 0
        for row in repeated:
            key, kind = keys[row["message_id"]]
            found = await similar_cases(
                connection,
                DISPATCHER,
                Told(title=row["title"], content=row["content"]),
                kind=kind,
                shares=shares,
                now=NOW,
                window=None,
                besides=key,
            )
            shown += bool(found)
            nearest = sources[found[0].row.id] if found else None
            right += nearest is not None and issue_of[nearest] == issue_of[row["message_id"]]
    share = right / len(repeated)
    record_property("nearest_is_the_same_issue", f"{right} of {len(repeated)}")
    print(f"nearest title the same issue: {right} of {len(repeated)} ({share:.3f}), {shown} shown")
    assert share >= 0.95
