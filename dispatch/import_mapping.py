"""Which column of a foreign table is what: maps in TOML, our own by name, others by file.

title = "…"                     what the file is
source = "…"                    under which name its cases are known; a second import of the
                                same source and id brings nothing twice
repeated_ids = true             the old system gave one number to several letters
nothing = ["…"]                 cells that stand for an empty one
[columns]                       our field = "their column"
[defaults]                      what every case of the file has
[dates]                         formats = strptime formats besides year-month-day;
                                opened_time, replied_time = the time of a day without one
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

from dispatch.import_files import FileRefused
from dispatch.imports import MAPS, map_names
from hotline.inputs import INPUTS

FIELDS = {
    "source_id": "原系统编号",
    "title": "标题",
    "content": "内容",
    "opened_at": "来件时间",
    "request_type": "诉求类型",
    "urgency": "紧急程度",
    "category": "分类",
    "address": "地址",
    "requester_name": "诉求人",
    "requester_phone": "联系电话",
    "department": "承办单位",
    "department_hint": "承办单位（规范名）",
    "reply": "答复",
    "replied_at": "答复时间",
}
_DEFAULTS: dict[str, Any] = {
    "request_type": "help",
    "urgency": "normal",
    "channel": "import",
    "anonymous": True,
    "result": "explained",
}
_KEYS = {"title", "source", "repeated_ids", "nothing", "columns", "defaults", "dates"}
_LONGEST_SOURCE = 60


@dataclass(frozen=True, kw_only=True)
class CaseMap:
    """How a foreign table becomes cases. `columns` is our field → their column."""

    title: str
    source: str
    columns: Mapping[str, str]
    defaults: Mapping[str, Any] = field(default_factory=lambda: dict(_DEFAULTS))
    repeated_ids: bool = False
    nothing: frozenset[str] = frozenset({"NULL", "\\N", "nan"})
    formats: tuple[str, ...] = ()
    # A day without a time: it came when the office opened, it was answered when it closed.
    opened_time: time = time(9, 0)
    replied_time: time = time(17, 0)

    def positions(self, header: tuple[str, ...]) -> dict[str, int]:
        """Where each field stands in a row. Raises FileRefused where a column is missing."""
        missing = [column for column in self.columns.values() if column not in header]
        if missing:
            raise FileRefused(
                f"文件缺少对照表“{self.title}”需要的列：{'、'.join(missing)}；"
                f"文件的列是：{'、'.join(header)[:300]}。"
            )
        return {name: header.index(column) for name, column in self.columns.items()}


def read_map(name: str) -> CaseMap:
    """The map of that name, or in that file. Raises FileRefused with what is wrong in it."""
    path = Path(name) if name.endswith(".toml") else MAPS / f"{name}.toml"
    if name not in map_names() and not name.endswith(".toml"):
        known = "、".join(map_names())
        raise FileRefused(f"没有名为“{name}”的对照表；可用：{known}，或给出 .toml 文件。")
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise FileRefused(f"打不开对照表 {path}：{problem.strerror}") from problem
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise FileRefused(f"对照表 {path.name} 不是有效的 TOML：{problem}") from problem
    try:
        return _map(given, path.stem)
    except (TypeError, ValueError, AttributeError) as problem:
        raise FileRefused(f"对照表 {path.name} 有误：{problem}") from problem


def _map(given: dict[str, Any], stem: str) -> CaseMap:
    columns, defaults = dict(given.get("columns", {})), {**_DEFAULTS, **given.get("defaults", {})}
    dates = given.get("dates", {})
    unknown = [*(given.keys() - _KEYS), *(columns.keys() - FIELDS.keys())]
    unknown += [*(defaults.keys() - _DEFAULTS.keys())]
    unknown += [*(dates.keys() - {"formats", "opened_time", "replied_time"})]
    if unknown:
        raise ValueError(f"不认识 {'、'.join(sorted(unknown))}；可对照的字段：{'、'.join(FIELDS)}")
    needed = {"content", "opened_at"} | ({"replied_at"} if "reply" in columns else set())
    if missing := needed - columns.keys():
        raise ValueError(f"[columns] 还缺 {'、'.join(sorted(missing))}")
    for name in ("request_type", "urgency", "channel", "result"):
        if defaults[name] not in INPUTS[name].choices:
            raise ValueError(f"[defaults] {name} 可选：{'、'.join(INPUTS[name].choices)}")
    fallback = CaseMap(title=str(given.get("title", stem)), source="", columns={})
    return CaseMap(
        title=fallback.title,
        source=checked_source(given.get("source", stem)),
        columns=columns,
        defaults=defaults,
        repeated_ids=bool(given.get("repeated_ids", False)),
        nothing=fallback.nothing | set(given.get("nothing", ())),
        formats=tuple(dates.get("formats", ())),
        opened_time=_time(dates.get("opened_time", fallback.opened_time)),
        replied_time=_time(dates.get("replied_time", fallback.replied_time)),
    )


def checked_source(source: str) -> str:
    """The name of a source, as it is kept. Raises ValueError."""
    if not source.strip() or len(source) > _LONGEST_SOURCE or not source.isprintable():
        raise ValueError(f"来源名称应为 1 到 {_LONGEST_SOURCE} 个可见字符")
    return source.strip()


def _time(given: str | time) -> time:
    return given if isinstance(given, time) else time.fromisoformat(given)
