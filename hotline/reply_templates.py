"""答复模板: the places of a template, and what stands in them for one case.

No place tells who the requester is: a template is filled in for whoever opens the form.
"""

import re
from datetime import datetime

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.rulebook import Rulebook

LONGEST_BODY = 4000
MOST_TEMPLATES = 60
"""So many of one unit."""

PLACES = {
    "number": "编号",
    "title": "标题",
    "category": "诉求分类",
    "area": "事发区域",
    "address": "详细地址",
    "opened": "登记日期",
    "date": "今天的日期",
    "unit": "主办单位",
}
_PLACE = re.compile(r"\{([^{}\s]{1,20})\}")


def unknown_places(body: str) -> list[str]:
    """Places that are none, in the order of the text."""
    return [name for name in dict.fromkeys(_PLACE.findall(body)) if name not in PLACES]


def filled_in(
    body: str, case: CaseFile, *, title: str, address: str, rulebook: Rulebook, now: datetime
) -> str:
    """The template for the case; `title` and `address` as the reader may see them."""
    values = {
        "number": case.number,
        "title": title,
        "category": rulebook.category_path(case.category) if case.category else "",
        "area": rulebook.place_path(case.place) if case.place else "",
        "address": address,
        "opened": _day(case.opened_at),
        "date": _day(now),
        "unit": rulebook.unit_name(case.lead_unit_id),
    }
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), body)


def _day(at: datetime) -> str:
    local = in_shanghai(at)
    return f"{local.year}年{local.month}月{local.day}日"
