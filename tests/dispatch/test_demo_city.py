"""The invented city is whole: codes meet, slots are filled, nothing outside the invented ranges."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from dispatch.demo_city import DemoRequest, city, requests
from hotline.calls import EMERGENCY_CHANNELS, EXPLAIN_GROUNDS, STATUTORY_CHANNELS
from hotline.numbers import normalise_phone
from hotline.people import (
    ADMIN_ROLES,
    CENTRE_ROLES,
    REGISTER_ROLES,
    STAFF_ROLES,
    UNIT_ROLES,
    Role,
)
from hotline.vocabulary import REDO_REASONS, REFUSAL_GROUNDS, REQUEST_TYPES, RESULTS, URGENCIES

CITY = city()
UNITS = {unit.code: unit for unit in CITY.units}
PLACES = {place.code: place for place in CITY.places}
CATEGORIES = {category.code: category for category in CITY.categories}
ON = date(2026, 3, 2)


@pytest.fixture(scope="module")
def four_hundred() -> list[DemoRequest]:
    return requests(1, 400)


def every_text() -> list[str]:
    texts = [line for lines in CITY.remarks.values() for line in lines]
    for matter in CITY.matters:
        texts += [matter.title, matter.content, matter.reply, matter.weak_reply]
        texts += [matter.review_note, matter.callback_note]
    for answer in CITY.answers:
        texts += [answer.question, answer.answer]
    for refusal in CITY.refusals:
        texts += [refusal.title, refusal.content, refusal.answer]
    return texts


def test_the_city_has_62_member_units_its_centre_and_its_streets() -> None:
    assert len(CITY.member_units) == 62
    kinds = Counter(unit.kind for unit in CITY.units)
    assert kinds["centre"] == 1 and kinds["district"] == 6 and kinds["street"] == 30
    assert len(UNITS) == len(CITY.units)
    assert len({unit.name for unit in CITY.units}) == len(CITY.units)


def test_units_of_districts_and_streets_stand_where_their_places_stand() -> None:
    for unit in CITY.units:
        if unit.kind in {"district", "street"}:
            place = PLACES[unit.code]
            assert place.level == unit.kind and place.parent_code == unit.parent_code
            assert place.name in unit.name
        else:
            assert unit.parent_code == ""


def test_places_nest_and_carry_codes_that_no_real_division_has() -> None:
    digits = {"district": 6, "street": 9, "community": 12}
    assert len(PLACES) == len(CITY.places)
    for place in CITY.places:
        assert place.code.startswith("99") and len(place.code) == digits[place.level]
        if place.level == "district":
            assert place.parent_code == ""
        else:
            assert place.code.startswith(place.parent_code) and place.parent_code in PLACES


def test_the_classification_has_three_levels_and_nothing_hangs_loose() -> None:
    assert len(CATEGORIES) == len(CITY.categories)
    parents = {category.parent_code for category in CITY.categories}
    for category in CITY.categories:
        assert category.level == category.code.count(".") + 1 <= 3
        assert category.parent_code == category.code.rpartition(".")[0]
        assert not category.parent_code or category.parent_code in CATEGORIES
        assert category.level == 3 or category.code in parents


def test_every_second_level_category_has_a_city_wide_unit_today() -> None:
    covered = {
        line.category_code
        for line in CITY.responsibilities
        if not line.place_code and line.valid_from <= ON <= (line.valid_until or ON)
    }
    second = {category.code for category in CITY.categories if category.level == 2}
    assert second <= covered


def test_catalogue_lines_name_known_codes_and_never_two_units_on_one_day() -> None:
    held: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for line in CITY.responsibilities:
        assert line.category_code in CATEGORIES and line.basis
        assert UNITS[line.unit_code].member
        assert not line.place_code or line.place_code in PLACES
        held.setdefault((line.category_code, line.place_code), []).append(
            (line.valid_from, line.valid_until or date.max)
        )
    for spans in held.values():
        spans.sort()
        for (_, until), (following, _) in pairwise(spans):
            assert until < following


def test_staff_have_their_own_sign_in_and_roles_that_fit_their_unit() -> None:
    assert len({person.sign_in for person in CITY.staff}) == len(CITY.staff)
    assert len({person.name for person in CITY.staff}) == len(CITY.staff)
    known = {role.value for role in STAFF_ROLES}
    for person in CITY.staff:
        assert re.fullmatch(r"[a-z]+\d?", person.sign_in)
        assert person.roles and set(person.roles) <= known
        at_centre = UNITS[person.unit_code].kind == "centre"
        outside = UNIT_ROLES | REGISTER_ROLES | {Role.LEADER}
        allowed = CENTRE_ROLES | ADMIN_ROLES if at_centre else outside
        assert set(person.roles) <= {role.value for role in allowed}


def test_every_role_is_held_and_every_member_unit_has_its_clerk() -> None:
    held = Counter(role for person in CITY.staff for role in person.roles)
    assert {role.value for role in STAFF_ROLES} == set(held)
    clerks = [person.unit_code for person in CITY.staff if "clerk" in person.roles]
    of_members = [code for code in clerks if UNITS[code].member]
    assert sorted(of_members) == sorted(unit.code for unit in CITY.member_units)


def test_matters_speak_the_vocabulary_of_the_procedure() -> None:
    for matter in CITY.matters:
        assert CATEGORIES[matter.category].level == 3, matter.title
        assert matter.request_type in REQUEST_TYPES and matter.urgency in URGENCIES
        assert matter.redo_reason in REDO_REASONS
        assert 60 <= len(matter.content) <= 300, matter.title
        assert 80 <= len(matter.reply) <= 250, matter.title
    assert len({matter.title for matter in CITY.matters}) == len(CITY.matters) >= 120
    assert {matter.request_type for matter in CITY.matters} == set(REQUEST_TYPES)
    assert {matter.urgency for matter in CITY.matters} == set(URGENCIES)


def test_calls_without_a_case_name_a_known_ground_and_channel() -> None:
    channels = {
        "emergency": EMERGENCY_CHANNELS,
        "statutory_channel": STATUTORY_CHANNELS,
        "explain": EXPLAIN_GROUNDS,
        "in_progress": {"": ""},
    }
    assert {refusal.ground for refusal in CITY.refusals} == set(REFUSAL_GROUNDS)
    for refusal in CITY.refusals:
        assert refusal.channel in channels[refusal.ground], refusal.title
        assert refusal.category in CATEGORIES
    assert len(CITY.answers) >= 20
    assert all(answer.category in CATEGORIES for answer in CITY.answers)


def test_four_hundred_requests_are_distinct_and_complete(four_hundred: list[DemoRequest]) -> None:
    assert len({request.content for request in four_hundred}) == len(four_hundred) == 400
    for request in four_hundred:
        assert request.title and request.address and request.weak_reply and request.callback_note
        assert request.anonymous == (request.requester_name == "")
        assert PLACES[request.place_code].level == "community"
        assert PLACES[request.place_code[:6]].name in request.address
        assert request.result in RESULTS
        assert len(request.title) <= 100 and len(request.content) <= 2000


def test_no_text_keeps_an_unfilled_slot(four_hundred: list[DemoRequest]) -> None:
    for request in four_hundred:
        reply = request.reply(received_on=ON, replied_on=date(2026, 3, 6))
        parts = (request.title, request.content, request.address, request.weak_reply, reply)
        assert not re.search(r"[{}]", "".join(parts) + request.review_note + request.callback_note)


@pytest.mark.parametrize(
    ("replied_on", "said"),
    [
        (date(2026, 3, 2), "3月2日 3月2日 3月2日 3月23日"),
        (date(2026, 3, 3), "3月3日 3月3日 3月3日 3月24日"),
        (date(2026, 3, 9), "3月3日 3月5日 3月9日 3月30日"),
    ],
)
def test_the_days_in_a_reply_lie_between_receipt_and_reply(replied_on: date, said: str) -> None:
    request = replace(
        requests(1, 1)[0], reply_pattern="{contact_day} {visit_day} {done_day} {plan_day}"
    )
    assert request.reply(received_on=ON, replied_on=replied_on) == said


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    assert requests(5, 150) == requests(5, 150)
    assert requests(5, 150) != requests(6, 150)
    assert requests(5, 150)[:40] == requests(5, 40)


def test_some_requesters_call_again_stay_unnamed_or_ask_for_secrecy(
    four_hundred: list[DemoRequest],
) -> None:
    numbers = Counter(request.phone for request in four_hundred)
    assert any(times > 1 for times in numbers.values())
    assert 4 <= sum(request.anonymous for request in four_hundred) <= 60
    assert 20 <= sum(request.confidential for request in four_hundred) <= 120
    asking = [request for request in four_hundred if "保密" in request.content]
    assert asking and all(request.confidential for request in asking)


def test_no_number_lies_outside_the_invented_ranges(four_hundred: list[DemoRequest]) -> None:
    for request in four_hundred:
        assert re.fullmatch(r"1380000\d{4}", request.phone)
        assert normalise_phone(request.phone) == f"+86{request.phone}"
    for text in every_text():
        for number in re.findall(r"[\d-]{7,}", text):
            assert re.fullmatch(r"0599-0000\d{4}", number), text


def test_every_district_has_its_own_roads_and_estates() -> None:
    districts = {place.code for place in CITY.places if place.level == "district"}
    assert set(CITY.words) == districts | {"anywhere"}
    slots = {frozenset(CITY.words[code]) for code in districts}
    assert len(slots) == 1
    for slot in slots.pop():
        names = [name for code in districts for name in CITY.words[code][slot]]
        assert len(set(names)) == len(names), slot


def test_texts_are_short_enough_to_be_stored() -> None:
    assert all(0 < len(text) <= 2000 for text in every_text())
