"""Every text: rendered, short, and without anything that a lock screen must not show."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from dispatch.texts import render, templates
from hotline.procedures import procedure
from hotline.procedures.citizen import CITIZEN
from hotline.settings import settings_from
from hotline.sms_parts import counted
from hotline.telling import for_citizen
from tests.makers import DISPATCHER, REQUEST, a_case, act

PACKAGES = [Path(__file__).parents[2] / name for name in ("hotline", "dispatch", "web")]

FOR_CITIZEN: dict[str, Any] = {
    "number": "2603090000017",
    "lookup_code": "ABCD2345",
    "state": "已告知不予受理",
    "matter": "诉求",
    "due_on": "2026-12-31",
    "provisional": True,
    "level": "非常不满意",
    "answer_on": "2026-12-28",
    "stopped_until": "2026-11-30",
}
FOR_STAFF: dict[str, Any] = {
    "number": "2603090000017",
    "title": "柳桥路8号院停水两天",
    "action": "派单",
    "stage": "办理中",
    "unit": "云州市城市管理局",
    "clock": "办理时限",
    "due_at": "2026-03-16T23:59+08:00",
    "level": 2,
}


def body(template: str) -> str:
    return render(template, FOR_CITIZEN if template.startswith("citizen/") else FOR_STAFF)


def test_every_text_that_a_procedure_tells_is_written() -> None:
    told = {template for action in CITIZEN.actions for template in action.tells}
    assert told <= set(templates())


@pytest.mark.parametrize("template", templates())
def test_every_text_is_used(template: str) -> None:
    sources = (path.read_text() for package in PACKAGES for path in package.rglob("*.py"))
    assert any(f'"{template}"' in source for source in sources)


@pytest.mark.parametrize("template", templates())
def test_every_text_fits_two_parts_with_the_signature(template: str) -> None:
    text = f"【{settings_from({}).sms_signature}】{body(template)}"
    assert counted(text).parts <= 2
    assert "\n" not in text and "  " not in text and "{" not in text


@pytest.mark.parametrize("template", templates())
def test_no_text_holds_the_matter(template: str) -> None:
    assert "停水" not in body(template)


@pytest.mark.parametrize("template", ["citizen/accepted", "citizen/status", "citizen/rated"])
def test_a_text_without_its_facts_is_not_rendered(template: str) -> None:
    with pytest.raises(UndefinedError):
        render(template, {})


def test_what_a_requester_is_told_holds_neither_content_nor_person() -> None:
    case = act(a_case(), "dispatch", DISPATCHER, lead_unit="SWJ").after
    told = str(for_citizen(case, procedure(case.kind)))
    for private in ("title", "content", "address", "requester_name", "requester_phone"):
        assert REQUEST[private] not in told
    assert "水务" not in told


def test_a_day_that_may_still_move_is_said_to() -> None:
    assert "2026年12月31日（暂定）" in render("citizen/status", FOR_CITIZEN)
    assert "暂定" not in render("citizen/status", {**FOR_CITIZEN, "provisional": False})
