"""One row of a foreign table as a case with its history: the moves that led to where it stands.

The rulebook is asked at every step, as for any case; only the times are those of the other
system, and nobody is told: what happened years ago is no news.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

import msgspec

from dispatch.import_files import Cell, Row
from dispatch.import_mapping import FIELDS, CaseMap
from hotline.calendar import SHANGHAI
from hotline.casefile import CaseFile, Running
from hotline.inputs import INPUTS
from hotline.people import Actor
from hotline.procedures import procedure
from hotline.rings import BREACHED, level_at, rung_to
from hotline.rulebook import Rulebook, UnitEntry
from hotline.transition import Move, move
from hotline.vocabulary import REQUEST_TYPES, URGENCIES
from hotline.wording import without_invisible

# What stands for a reply of which the other system kept only the time.
NO_WORDS_KEPT = "（原系统未保存答复文字）"

_LONGEST_TITLE = INPUTS["title"].max_length
_LONGEST_REPLY = INPUTS["reply"].max_length
_LONGEST_ID = 60
_EARLIEST = 1990
_DAY = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?"
    r"(?:[\sT]*(\d{1,2})[:时](\d{1,2})分?(?::?(\d{1,2})(?:\.\d+)?秒?)?)?",
    re.ASCII,
)
_CODES = {
    "request_type": {label: code for code, label in REQUEST_TYPES.items()},
    "urgency": {label: code for code, label in URGENCIES.items()},
}


class RowRefused(Exception):
    """This row is no case; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a row says. `inputs` are those of the opening, raw, without the category."""

    source_id: str
    opened_at: datetime
    inputs: dict[str, Any]
    category: str = ""
    department: str = ""
    department_hint: str = ""
    reply: str = ""
    replied_at: datetime | None = None

    @property
    def digest(self) -> str:
        """Tells letters apart that share a number (12 hex digits)."""
        words = f"{self.opened_at.isoformat()}\n{self.inputs['title']}\n{self.inputs['content']}"
        return hashlib.sha256(words.encode()).hexdigest()[:12]


def read_row(row: Row, positions: Mapping[str, int], case_map: CaseMap, now: datetime) -> Incoming:
    """The row in our own words. Raises RowRefused with the reason."""
    if row.fault:
        raise RowRefused(row.fault)
    cells = {name: _cell(row.cells[at], case_map) for name, at in positions.items()}
    text = {name: cell if isinstance(cell, str) else str(cell) for name, cell in cells.items()}
    if "source_id" in positions and not text["source_id"]:
        raise RowRefused("缺少原系统编号")
    if len(text.get("source_id", "")) > _LONGEST_ID:
        raise RowRefused(f"原系统编号超过 {_LONGEST_ID} 字")
    title, content = _titled(text.get("title", ""), text["content"])
    opened = _moment(cells["opened_at"], "opened_at", case_map.opened_time, case_map)
    if opened is None:
        raise RowRefused("缺少来件时间")
    if opened.at > now:
        raise RowRefused("来件时间晚于现在")
    reply, replied_at = _reply(cells, text.get("reply", ""), opened.at, case_map, now)
    inputs: dict[str, Any] = {
        **{k: case_map.defaults[k] for k in ("request_type", "urgency", "channel", "anonymous")},
        **{k: text[k] for k in ("address", "requester_name", "requester_phone") if text.get(k)},
        **{k: _CODES[k].get(text[k], text[k]) for k in _CODES if text.get(k)},
        "title": title,
        "content": content,
    }
    if "requester_phone" in inputs:
        inputs["anonymous"] = False
    incoming = Incoming(
        text.get("source_id", ""),
        opened.at,
        inputs,
        text.get("category", ""),
        text.get("department", ""),
        text.get("department_hint", ""),
        reply,
        replied_at,
    )
    return incoming if incoming.source_id else replace(incoming, source_id=incoming.digest)


def _cell(cell: Cell, case_map: CaseMap) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = without_invisible(cell).strip()
    return "" if text in case_map.nothing else text


def _titled(title: str, content: str) -> tuple[str, str]:
    """Neither is lost: a long title opens the content, and each stands in for a missing other."""
    title = " ".join(unicodedata.normalize("NFC", title).split())
    if not title and not content:
        raise RowRefused("标题和内容都是空的")
    if not content:
        content = title
    if not title:
        title = " ".join(content.split())
    elif len(title) > _LONGEST_TITLE:
        content = f"{title}\n\n{content}"
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…", content


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime
    day_only: bool


def _reply(
    cells: Mapping[str, Cell], words: str, opened_at: datetime, case_map: CaseMap, now: datetime
) -> tuple[str, datetime | None]:
    """The reply and its moment; neither, where the letter still waits."""
    replied = _moment(cells.get("replied_at", ""), "replied_at", case_map.replied_time, case_map)
    if replied is None:
        if words:
            raise RowRefused("有答复而缺少答复时间")
        return "", None
    if "reply" not in cells:
        return "", None
    at = replied.at
    if replied.day_only and at.date() == opened_at.date():
        at = max(at, opened_at)
    if at < opened_at:
        raise RowRefused(
            f"答复时间（{at:%Y-%m-%d %H:%M}）早于来件时间（{opened_at:%Y-%m-%d %H:%M}）"
        )
    if at > now:
        raise RowRefused("答复时间晚于现在")
    if len(words) > _LONGEST_REPLY:
        raise RowRefused(f"“答复内容”最多 {_LONGEST_REPLY} 字，现在 {len(words)} 字。")
    return words or NO_WORDS_KEPT, at


def _moment(cell: Cell, name: str, time_of_day: time, case_map: CaseMap) -> _Moment | None:
    """An instant, or None for an empty cell; without a zone it is Shanghai's."""
    if isinstance(cell, datetime):
        found = _Moment(cell, False)
    elif isinstance(cell, date):
        found = _Moment(datetime.combine(cell, time_of_day), True)
    elif not cell:
        return None
    else:
        found = _written(cell, FIELDS[name], time_of_day, case_map)
    at = found.at if found.at.tzinfo else found.at.replace(tzinfo=SHANGHAI)
    if at.year < _EARLIEST:
        raise RowRefused(f"{FIELDS[name]}不可信：{cell}")
    return _Moment(at, found.day_only)


def _written(cell: str, label: str, time_of_day: time, case_map: CaseMap) -> _Moment:
    for form in case_map.formats:
        try:
            return _Moment(datetime.strptime(cell, form), False)
        except ValueError:
            continue
    unreadable = RowRefused(f"{label}无法识别：{cell[:40]}")
    written = unicodedata.normalize("NFKC", cell)
    if (match := _DAY.fullmatch(written)) is None:
        try:
            aware = datetime.fromisoformat(written)
        except ValueError:
            raise unreadable from None
        return _Moment(aware, False)
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        if match[4] is None:
            return _Moment(datetime.combine(date(year, month, day), time_of_day), True)
        return _Moment(datetime(year, month, day, hour, minute, second), False)
    except ValueError:
        raise unreadable from None


def history(
    blank: CaseFile,
    incoming: Incoming,
    *,
    actor: Actor,
    unit: UnitEntry | None,
    category: str,
    result: str,
    now: datetime,
    rulebook: Rulebook,
) -> list[Move]:
    """The moves from the opening to where the case stands. Raises Refusal.

    Without a reply it waits for dispatch. With one, the unit has had it from the first moment,
    and it closes unrated (未评价) with the answer: the other system knew no callback.
    """
    moves: list[Move] = []

    def take(action: str, at: datetime, by: Actor, **inputs: Any) -> None:
        case = moves[-1].after if moves else blank
        moved = move(case, action, actor=by, inputs=inputs, now=at, rulebook=rulebook)
        moves.append(replace(moved, tells=()))

    take("open", incoming.opened_at, actor, **incoming.inputs, category=category)
    if incoming.replied_at and unit:
        named = f"原系统承办单位：{incoming.department}" if incoming.department else ""
        as_unit = replace(actor, unit_id=unit.id, unit_ids=(unit.id,))
        note = "" if incoming.department in ("", unit.name) else named
        take("dispatch", incoming.opened_at, actor, lead_unit=unit.code, note=note)
        take("sign", incoming.opened_at, as_unit)
        take("reply", incoming.replied_at, as_unit, result=result, reply=incoming.reply)
        take("approve", incoming.replied_at, actor)
        take("expire_callback", incoming.replied_at, actor)
    moves[-1] = replace(moves[-1], after=_past(moves[-1].after, now, rulebook))
    return moves


def _past(case: CaseFile, now: datetime, rulebook: Rulebook) -> CaseFile:
    """Clocks have rung whatever lies behind them: overdue is seen, but nobody is told now."""
    rules = procedure(case.kind)

    def rung(clock: Running) -> Running:
        if not clock.open:
            late = clock.overdue(now)
            return msgspec.structs.replace(clock, rung=BREACHED) if late else clock
        rule = rules.clock(clock.name)
        level, _ = level_at(clock, rule, rulebook, now=now)
        return rung_to(clock, level, rule, rulebook)

    return msgspec.structs.replace(case, clocks=tuple(map(rung, case.clocks)))
