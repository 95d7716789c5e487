"""The register: who may change what, what stands against a change, and what is written down."""

import asyncio
import json
from datetime import date
from typing import Any

import pytest

from dispatch.intake import open_case
from dispatch.office import Office
from dispatch.perform import perform
from dispatch.registry import accounts, catalogue, history, staff, trees, units
from dispatch.registry.changes import fingerprint
from dispatch.sign_in import DEMO_PASSWORD
from hotline.errors import Conflict, Incomplete, NotAvailable, NotFound, NotPermitted
from hotline.people import Actor, Role
from hotline.routing import suggest
from tests.makers import (
    AGENT,
    CENTRE,
    DISPATCHER,
    HEDONG,
    HEDONG_STREET,
    MONDAY,
    REQUEST,
    TRANSPORT,
    WATER,
    WATER_CLERK,
)


async def signed_up(office: Office, name: str, role: Role) -> Actor:
    staff_id = await office.pool.fetchval(
        "insert into staff (sign_in, name, unit_id, roles) values ($1, $1, $2, $3) returning id",
        name,
        CENTRE,
        [role],
    )
    return Actor(name=name, roles=frozenset({role}), staff_id=staff_id, unit_id=CENTRE)


@pytest.fixture(scope="module")
def three() -> dict[Role, Actor]:
    """The three administrators, filled by `administrators`."""
    return {}


@pytest.fixture(autouse=True)
async def administrators(office: Office, three: dict[Role, Actor]) -> None:
    for role in (Role.ADMIN, Role.SECURITY, Role.AUDIT):
        if role not in three:
            three[role] = await signed_up(office, f"the-{role}", role)


@pytest.fixture
def admin(three: dict[Role, Actor], administrators: None) -> Actor:
    return three[Role.ADMIN]


@pytest.fixture
def security(three: dict[Role, Actor], administrators: None) -> Actor:
    return three[Role.SECURITY]


UNIT: dict[str, Any] = {"code": "JYJ", "name": "云州市教育局", "kind": "department"}


def unit(**changes: Any) -> dict[str, Any]:
    return {**UNIT, **changes}


async def newest(office: Office) -> history.RegisterChange:
    return (await history.changes(office.pool, most=1))[0]


async def test_a_new_unit_is_in_the_rulebook_and_in_the_history(
    office: Office, admin: Actor
) -> None:
    unit_id = await units.add_unit(office, UNIT, actor=admin)
    assert (await office.rulebook()).units_by_code["JYJ"].id == unit_id
    change = await newest(office)
    assert (change.who, change.subject, change.action) == (
        admin.name,
        "单位 JYJ 云州市教育局",
        "新增",
    )
    assert change.after["名称"] == "云州市教育局"


async def test_only_what_differs_is_written_down(office: Office, admin: Actor) -> None:
    unit_id = await units.add_unit(office, unit(code="WJ", name="云州市文旅局"), actor=admin)
    changed = unit(code="WJ", name="云州市文化和旅游局")
    await units.change_unit(office, unit_id, changed, actor=admin)
    # The same form sent again changes nothing, and says nothing.
    await units.change_unit(office, unit_id, changed, actor=admin)
    change = await newest(office)
    assert change.lines == [("名称", "云州市文旅局", "云州市文化和旅游局")]
    kept = await office.pool.fetchval("select after from admin_change where id = $1", change.id)
    assert json.loads(kept) == {"名称": "云州市文化和旅游局"}
    assert "云州" in kept


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"code": "SWJ", "name": "新单位"}, "code"),
        ({"code": "X1", "name": "云州市水务局"}, "name"),
        ({"code": "", "name": ""}, "name"),
        ({"code": "有字", "name": "新单位"}, "code"),
        ({"code": "X1", "name": "隐\u202e藏"}, "name"),
        ({"code": "X1", "name": "长" * 101}, "name"),
        ({"code": "X1", "name": "新单位", "kind": "ministry"}, "kind"),
        ({"code": "X1", "name": "新单位", "parent_id": "999999"}, "parent_id"),
        ({"code": "X1", "name": "新单位", "parent_id": "水"}, "parent_id"),
    ],
)
async def test_a_wrong_unit_is_refused_beside_its_field_and_nothing_is_written(
    office: Office, admin: Actor, typed: dict[str, str], field: str
) -> None:
    before = await office.pool.fetchval("select count(*) from admin_change")
    with pytest.raises(Incomplete) as refusal:
        await units.add_unit(office, unit(**typed), actor=admin)
    assert field in refusal.value.fields
    assert await office.pool.fetchval("select count(*) from admin_change") == before


async def test_the_tree_stays_a_tree(office: Office, admin: Actor) -> None:
    district = unit(
        code="HDQ", name="河东区人民政府", kind="district", parent_id=str(HEDONG_STREET)
    )
    with pytest.raises(Incomplete, match="循环"):
        await units.change_unit(office, HEDONG, district, actor=admin)
    with pytest.raises(Incomplete, match="循环"):
        await units.change_unit(office, HEDONG, {**district, "parent_id": str(HEDONG)}, actor=admin)


async def test_of_two_moves_that_would_make_a_circle_one_is_refused(
    office: Office, admin: Actor
) -> None:
    first = await units.add_unit(office, unit(code="A1", name="甲"), actor=admin)
    second = await units.add_unit(office, unit(code="A2", name="乙"), actor=admin)
    results = await asyncio.gather(
        units.change_unit(
            office, first, unit(code="A1", name="甲", parent_id=str(second)), actor=admin
        ),
        units.change_unit(
            office, second, unit(code="A2", name="乙", parent_id=str(first)), actor=admin
        ),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Incomplete", "NoneType"]


async def test_who_was_slower_learns_what_is_there_now(office: Office, admin: Actor) -> None:
    unit_id = await units.add_unit(office, unit(code="GH", name="总工会"), actor=admin)
    async with office.pool.acquire() as connection:
        seen = fingerprint(await units.unit_facts(connection, unit_id))
    await units.change_unit(
        office, unit_id, unit(code="GH", name="市总工会"), actor=admin, seen=seen
    )
    with pytest.raises(Conflict, match="市总工会"):
        await units.change_unit(
            office, unit_id, unit(code="GH", name="工会"), actor=admin, seen=seen
        )


async def test_a_unit_with_open_cases_stays_in_use(office: Office, admin: Actor) -> None:
    unit_id = await units.add_unit(office, unit(code="GS", name="供水公司"), actor=admin)
    opened = await open_case(office, actor=AGENT, inputs=REQUEST, now=MONDAY)
    await perform(
        office,
        opened.case.number,
        "dispatch",
        actor=DISPATCHER,
        inputs={"lead_unit": "GS"},
        now=MONDAY,
    )
    with pytest.raises(NotAvailable, match="未办结"):
        await units.set_unit_active(office, unit_id, active=False, actor=admin)
    await perform(
        office,
        opened.case.number,
        "redispatch",
        actor=DISPATCHER,
        inputs={"lead_unit": "SWJ", "reason": "属水务局职责"},
        now=MONDAY,
    )
    await units.set_unit_active(office, unit_id, active=False, actor=admin)
    assert not (await office.rulebook()).units[unit_id].active
    with pytest.raises(Incomplete, match="已停用"):
        await units.add_unit(
            office, unit(code="GS2", name="分公司", parent_id=str(unit_id)), actor=admin
        )
    await units.set_unit_active(office, unit_id, active=True, actor=admin)
    assert (await office.rulebook()).units[unit_id].active


async def test_a_unit_with_people_or_units_below_stays_in_use(office: Office, admin: Actor) -> None:
    with pytest.raises(NotAvailable, match="下级单位"):
        await units.set_unit_active(office, HEDONG, active=False, actor=admin)
    unit_id = await units.add_unit(office, unit(code="KX", name="科协"), actor=admin)
    staff_id, _ = await staff.add_staff(
        office, person(sign_in="kexie", unit_id=str(unit_id)), actor=admin
    )
    with pytest.raises(NotAvailable, match="人员账号"):
        await units.set_unit_active(office, unit_id, active=False, actor=admin)
    with pytest.raises(Incomplete, match="改换类别"):
        await units.change_unit(
            office, unit_id, unit(code="KX", name="科协", kind="centre"), actor=admin
        )
    await staff.set_staff_active(office, staff_id, active=False, actor=admin)
    await units.set_unit_active(office, unit_id, active=False, actor=admin)


def person(**changes: Any) -> dict[str, Any]:
    return {
        "sign_in": "xiaoma",
        "name": "小马",
        "unit_id": str(WATER),
        "job_title": "科员",
        "roles": ["clerk"],
        "password": "Shuiwu-2026",
        **changes,
    }


async def account(office: Office, staff_id: int) -> accounts.Person:
    return await accounts.the_person(office.pool, staff_id)


async def test_a_first_password_is_made_once_and_only_its_hash_is_kept(
    office: Office, admin: Actor
) -> None:
    staff_id, made = await staff.add_staff(
        office, person(sign_in="first", password=""), actor=admin
    )
    kept = await office.pool.fetchval("select password_hash from staff where id = $1", staff_id)
    assert len(made) == 14
    assert kept.startswith("$argon2id$")
    written = await office.pool.fetchval("select string_agg(before || after, '') from admin_change")
    assert made not in written and kept not in written
    _, nothing = await staff.add_staff(office, person(sign_in="typed"), actor=admin)
    assert nothing == ""


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"sign_in": "X Y"}, "sign_in"),
        ({"sign_in": "the-admin"}, "sign_in"),
        ({"password": "Short-1Aa"}, "password"),
        ({"password": "alllowercase"}, "password"),
        ({"password": DEMO_PASSWORD}, "password"),
        ({"password": "密码密码密码密码Aa1"}, "password"),
        ({"sign_in": "wanger", "password": "Wanger-2026"}, "password"),
        ({"unit_id": "999999"}, "unit_id"),
        ({"roles": ["king"]}, "roles"),
        ({"roles": ["clock"]}, "roles"),
        ({"roles": ["agent"]}, "roles"),
        ({"roles": ["clerk"], "unit_id": str(CENTRE)}, "roles"),
        ({"roles": ["admin"], "unit_id": str(CENTRE)}, "roles"),
        ({"roles": ["agent", "clerk"], "unit_id": str(CENTRE)}, "roles"),
    ],
)
async def test_a_wrong_account_is_refused_beside_its_field(
    office: Office, admin: Actor, typed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Incomplete) as refusal:
        await staff.add_staff(office, person(**{"sign_in": "newcomer", **typed}), actor=admin)
    assert field in refusal.value.fields


async def test_the_three_administrators_are_never_one_person(
    office: Office, admin: Actor, security: Actor
) -> None:
    staff_id, _ = await staff.add_staff(
        office, person(sign_in="sanyuan", unit_id=str(CENTRE), roles=[]), actor=admin
    )
    for together in (["admin", "security"], ["admin", "audit"], ["security", "agent"]):
        with pytest.raises(Incomplete, match="三员分立"):
            await staff.set_roles(office, staff_id, {"roles": together}, actor=security)
    with pytest.raises(NotPermitted, match="安全管理员"):
        await staff.set_roles(office, staff_id, {"roles": ["admin"]}, actor=admin)
    await staff.set_roles(office, staff_id, {"roles": ["admin"]}, actor=security)
    assert (await account(office, staff_id)).roles == (Role.ADMIN,)
    # From now on the account is out of the system administrator's hands.
    with pytest.raises(NotPermitted, match="安全管理员"):
        await staff.set_password(office, staff_id, {"password": ""}, actor=admin)
    with pytest.raises(NotPermitted, match="安全管理员"):
        await staff.set_roles(office, staff_id, {"roles": ["agent"]}, actor=admin)


async def test_only_the_first_security_administrator_is_named_by_the_system_administrator(
    office: Office, admin: Actor, security: Actor
) -> None:
    staff_id, _ = await staff.add_staff(
        office, person(sign_in="anquan", unit_id=str(CENTRE), roles=[]), actor=admin
    )
    with pytest.raises(NotPermitted, match="安全管理员"):
        await staff.set_roles(office, staff_id, {"roles": ["security"]}, actor=admin)
    await office.pool.execute("update staff set active = false where id = $1", security.staff_id)
    try:
        with pytest.raises(NotPermitted, match="安全管理员"):
            await staff.set_roles(office, staff_id, {"roles": ["audit"]}, actor=admin)
        await staff.set_roles(office, staff_id, {"roles": ["security"]}, actor=admin)
    finally:
        await office.pool.execute("update staff set active = true where id = $1", security.staff_id)
    assert (await account(office, staff_id)).roles == (Role.SECURITY,)


async def test_nobody_gives_roles_to_oneself(office: Office, admin: Actor, security: Actor) -> None:
    for me, roles in ((admin, ["dispatcher"]), (security, ["admin"]), (security, [])):
        assert me.staff_id
        with pytest.raises(NotPermitted, match="自己"):
            await staff.set_roles(office, me.staff_id, {"roles": roles}, actor=me)
    assert security.staff_id
    with pytest.raises(NotPermitted, match="自己"):
        await staff.set_staff_active(office, security.staff_id, active=False, actor=security)


async def test_the_security_administrator_gives_no_work_roles_and_the_auditor_nothing(
    office: Office, admin: Actor, security: Actor, three: dict[Role, Actor]
) -> None:
    staff_id, _ = await staff.add_staff(office, person(sign_in="yewu"), actor=admin)
    with pytest.raises(NotPermitted, match="系统管理员"):
        await staff.set_roles(office, staff_id, {"roles": ["unit_head"]}, actor=security)
    for stranger in (three[Role.AUDIT], AGENT, WATER_CLERK):
        with pytest.raises(NotPermitted):
            await staff.set_roles(office, staff_id, {"roles": ["unit_head"]}, actor=stranger)
        with pytest.raises(NotPermitted):
            await units.add_unit(office, unit(code="NO", name="不行"), actor=stranger)


async def test_the_last_administrator_of_a_kind_cannot_be_removed(
    office: Office, security: Actor, three: dict[Role, Actor]
) -> None:
    auditor = three[Role.AUDIT].staff_id
    assert auditor
    with pytest.raises(NotAvailable, match="最后一位审计管理员"):
        await staff.set_roles(office, auditor, {"roles": []}, actor=security)
    with pytest.raises(NotAvailable, match="最后一位审计管理员"):
        await staff.set_staff_active(office, auditor, active=False, actor=security)


async def test_closing_an_account_ends_its_sessions_and_tokens(
    office: Office, admin: Actor
) -> None:
    staff_id, _ = await staff.add_staff(office, person(sign_in="likai"), actor=admin)
    await office.pool.execute(
        "insert into session (digest, staff_id, expires_at)"
        " values (sha256('s'), $1, now() + interval '1 hour')",
        staff_id,
    )
    await office.pool.execute(
        "insert into token (digest, staff_id) values (sha256('t'), $1)", staff_id
    )
    await staff.set_staff_active(office, staff_id, active=False, actor=admin)
    left = await office.pool.fetchrow(
        "select (select count(*) from session where staff_id = $1) as sessions,"
        " (select count(*) from token where staff_id = $1 and revoked_at is null) as tokens",
        staff_id,
    )
    assert tuple(left) == (0, 0)


async def test_a_reset_password_ends_sessions_and_lifts_the_lock(
    office: Office, admin: Actor
) -> None:
    staff_id, _ = await staff.add_staff(office, person(sign_in="wangji"), actor=admin)
    await office.pool.execute(
        "update staff set demo = true, failed_sign_ins = 5, locked_until = now() where id = $1",
        staff_id,
    )
    await office.pool.execute(
        "insert into session (digest, staff_id, expires_at)"
        " values (sha256('w'), $1, now() + interval '1 hour')",
        staff_id,
    )
    made = await staff.set_password(office, staff_id, {}, actor=admin)
    row = await office.pool.fetchrow(
        "select demo, failed_sign_ins, locked_until,"
        " (select count(*) from session where staff_id = s.id) as sessions"
        " from staff s where id = $1",
        staff_id,
    )
    assert made and tuple(row) == (False, 0, None, 0)
    assert (await newest(office)).action == "重置密码"


async def test_people_are_found_and_turned_page_by_page(office: Office, admin: Actor) -> None:
    for number in range(5):
        await staff.add_staff(
            office, person(sign_in=f"fanye{number}", name=f"翻页{number}"), actor=admin
        )
    first = await accounts.people(office.pool, words="翻页", most=3)
    rest = await accounts.people(office.pool, words="翻页", after=first[-1].sign_in, most=3)
    assert [p.sign_in for p in (*first, *rest)] == [f"fanye{n}" for n in range(5)]
    assert await accounts.people(office.pool, words="翻页", unit_ids=[TRANSPORT]) == []
    assert {p.keeper for p in await accounts.people(office.pool, role=Role.AUDIT)} == {
        Role.SECURITY
    }


async def test_a_category_belongs_where_its_code_says(office: Office, admin: Actor) -> None:
    code = trees.next_code(await office.rulebook(), "01.01")
    assert code == "01.01.02"
    await trees.add_entry(office, trees.CATEGORIES, {"code": code, "name": "水压不足"}, actor=admin)
    assert (await office.rulebook()).category_path(code) == "市政公用 / 供水 / 水压不足"
    assert trees.next_code(await office.rulebook(), code) == ""
    for typed, field in (
        ({"code": code, "name": "别的"}, "code"),
        ({"code": "09.09.09", "name": "悬空"}, "code"),
        ({"code": "1.1", "name": "写法"}, "code"),
        ({"code": "01.01.03", "name": "停水"}, "name"),
    ):
        with pytest.raises(Incomplete) as refusal:
            await trees.add_entry(office, trees.CATEGORIES, typed, actor=admin)
        assert field in refusal.value.fields


async def test_a_category_in_disuse_is_no_longer_taken_but_keeps_its_name(
    office: Office, admin: Actor
) -> None:
    await trees.add_entry(
        office, trees.CATEGORIES, {"code": "02.01.02", "name": "噪声"}, actor=admin
    )
    await trees.rename_entry(
        office, trees.CATEGORIES, "02.01.02", {"name": "商业噪声"}, actor=admin
    )
    with pytest.raises(NotAvailable, match="下级"):
        await trees.set_category_active(office, "02.01", active=False, actor=admin)
    await trees.set_category_active(office, "02.01.02", active=False, actor=admin)
    with pytest.raises(Incomplete) as refusal:
        await open_case(office, actor=AGENT, inputs={**REQUEST, "category": "02.01.02"}, now=MONDAY)
    assert "category" in refusal.value.fields
    assert (await office.rulebook()).category_path("02.01.02").endswith("商业噪声")
    with pytest.raises(NotFound):
        await trees.rename_entry(office, trees.CATEGORIES, "77", {"name": "没有"}, actor=admin)


async def test_places_follow_the_national_codes(office: Office, admin: Actor) -> None:
    await trees.add_entry(
        office, trees.PLACES, {"code": "990101002", "name": "石桥街道"}, actor=admin
    )
    await trees.rename_entry(office, trees.PLACES, "990101002", {"name": "石桥镇"}, actor=admin)
    assert (await office.rulebook()).place_path("990101002") == "河东区石桥镇"
    with pytest.raises(Incomplete, match="上级 990999 不存在"):
        await trees.add_entry(
            office, trees.PLACES, {"code": "990999001", "name": "悬空"}, actor=admin
        )


def line(**changes: Any) -> dict[str, Any]:
    return {
        "category": "01.01.01",
        "place": "990101",
        "unit_id": str(TRANSPORT),
        "valid_from": "2026-01-01",
        "valid_until": "",
        "basis": "市政府第12次常务会议纪要（演示）",
        **changes,
    }


async def test_a_new_line_is_suggested_until_it_ends(office: Office, admin: Actor) -> None:
    line_id = await catalogue.add_line(office, line(), actor=admin)

    async def first(on: date) -> str:
        found = suggest(await office.rulebook(), category="01.01.01", place="990101001", on=on)
        return found[0].unit_code

    assert await first(date(2026, 3, 9)) == "JTJ"
    await catalogue.end_line(office, line_id, {"valid_until": "2026-03-31"}, actor=admin)
    assert await first(date(2026, 3, 31)) == "JTJ"
    assert await first(date(2026, 4, 1)) == "SWJ"
    change = await newest(office)
    assert (change.action, change.lines) == ("终止", [("截止日期", "", "2026-03-31")])
    with pytest.raises(Incomplete, match="提前"):
        await catalogue.end_line(office, line_id, {"valid_until": "2026-05-01"}, actor=admin)
    await catalogue.add_line(office, line(valid_from="2026-04-01"), actor=admin)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"category": "88"}, "category"),
        ({"place": "123"}, "place"),
        ({"unit_id": "999999"}, "unit_id"),
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"valid_from": "9999-01-01"}, "valid_from"),
        ({"valid_until": "2025-12-31"}, "valid_until"),
        ({"basis": ""}, "basis"),
    ],
)
async def test_a_wrong_line_is_refused_beside_its_field(
    office: Office, admin: Actor, typed: dict[str, str], field: str
) -> None:
    with pytest.raises(Incomplete) as refusal:
        await catalogue.add_line(office, line(**typed), actor=admin)
    assert field in refusal.value.fields


async def test_the_same_line_is_not_in_force_twice_on_a_day(office: Office, admin: Actor) -> None:
    one = line(category="02", valid_from="2026-01-01", valid_until="2026-06-30")
    line_id = await catalogue.add_line(office, one, actor=admin)
    for overlapping in (
        {"valid_from": "2026-06-30"},
        {"valid_from": "2025-01-01"},
        {"valid_from": "2025-01-01", "valid_until": "2026-01-01"},
    ):
        with pytest.raises(Incomplete, match=f"第{line_id}项"):
            await catalogue.add_line(office, {**one, **overlapping}, actor=admin)
    await catalogue.add_line(
        office, {**one, "valid_from": "2026-07-01", "valid_until": ""}, actor=admin
    )
    # Another unit for the same matter is a second suggestion, no duplicate.
    await catalogue.add_line(office, {**one, "unit_id": str(WATER)}, actor=admin)
    never = await catalogue.add_line(
        office, line(category="02", place="", valid_from="2026-09-01"), actor=admin
    )
    await catalogue.end_line(office, never, {"valid_until": "2026-08-31"}, actor=admin)
    found = await catalogue.lines(office.pool, catalogue.LineFilter(category="02"))
    assert [entry.state(date(2026, 7, 1)) for entry in found if entry.id == line_id] == ["已终止"]
    assert never not in {
        entry.id
        for entry in await catalogue.lines(
            office.pool, catalogue.LineFilter(in_force_on=date(2026, 9, 1))
        )
    }


async def test_lines_are_turned_page_by_page(office: Office, admin: Actor) -> None:
    everything = await catalogue.lines(office.pool, catalogue.LineFilter(), most=100)
    turned: list[catalogue.CatalogueLine] = []
    while True:
        last = turned[-1] if turned else None
        after = (last.category, last.place, last.id) if last else None
        page = await catalogue.lines(office.pool, catalogue.LineFilter(), after=after, most=2)
        if not page:
            break
        turned += page
    assert turned == everything and len(everything) >= 3


async def test_the_auditor_reads_changes_and_looks_newest_first(
    office: Office, admin: Actor
) -> None:
    await units.add_unit(office, unit(code="SJ", name="审计局"), actor=admin)
    await trees.add_entry(office, trees.PLACES, {"code": "990102", "name": "河西区"}, actor=admin)
    everything = await history.changes(office.pool, most=200)
    assert [change.id for change in everything] == sorted(
        (change.id for change in everything), reverse=True
    )
    second = await history.changes(office.pool, before=everything[0].id, most=1)
    assert second == [everything[1]]
    only = await history.changes(office.pool, subject="区划", most=200)
    assert {change.subject.split()[0] for change in only} == {"区划"}
    await office.pool.execute(
        "insert into access (staff_id, what, reason) values ($1, 'phone', '联系诉求人')",
        WATER_CLERK.staff_id,
    )
    (look,) = await history.looks(office.pool, sign_in=f"staff{WATER_CLERK.staff_id}")
    assert (look.who, look.reason, look.number) == (WATER_CLERK.name, "联系诉求人", "")
