"""The registers as CSV: out and in again without a change, tried first, all of it or nothing."""

import csv
import gzip
import io
import zipfile
from collections.abc import Sequence

import pytest

from dispatch.office import Office
from dispatch.registry import history, sheet
from dispatch.registry.sheet import CHANGED, NEW, UNCHANGED, WRONG, Plan
from dispatch.registry.sheets import SHEETS
from hotline.errors import Conflict, Incomplete, NotPermitted
from hotline.people import Role
from tests.makers import DISPATCHER, staff

ADMIN = staff("系统管理员老丁", Role.ADMIN, staff_id=DISPATCHER.staff_id)


async def export(office: Office, name: str) -> str:
    async with office.pool.acquire() as connection:
        return await sheet.exported(connection, SHEETS[name])


def file_of(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


async def tried(office: Office, name: str, content: bytes) -> Plan:
    lines = sheet.read(SHEETS[name], content)
    return await sheet.dry_run(office, SHEETS[name], lines, actor=ADMIN)


async def applied(office: Office, name: str, content: bytes) -> Plan:
    plan = await tried(office, name, content)
    lines = sheet.read(SHEETS[name], content)
    return await sheet.apply(office, SHEETS[name], lines, actor=ADMIN, seen=plan.seen)


def states(plan: Plan) -> list[str]:
    return [line.state for line in plan.lines]


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
async def test_what_was_exported_changes_nothing(office: Office, name: str, encoding: str) -> None:
    plan = await tried(office, name, (await export(office, name)).encode(encoding))
    assert plan.lines and set(states(plan)) == {UNCHANGED}
    assert not plan.may_be_applied


async def test_units_come_in_any_order_and_a_second_time_change_nothing(office: Office) -> None:
    content = file_of([
        ["单位代码", "单位名称", "简称", "单位类别", "上级单位代码", "在用"],
        ["HXQ01", "河西区安和街道", "安和街道", "街道、乡镇", "HXQ", "是"],
        ["HXQ", "河西区人民政府", "河西区", "区县、园区", "", ""],
        ["SWJ", "云州市水务局", "水务局", "市级部门", "", "是"],
    ])  # fmt: skip
    before = len(await history.changes(office.pool, most=500))
    plan = await tried(office, "units", content)
    assert states(plan) == [NEW, NEW, CHANGED]
    assert plan.lines[2].differences == [("简称", "市水务局", "水务局")]
    assert len(await history.changes(office.pool, most=500)) == before
    await applied(office, "units", content)
    assert len(await history.changes(office.pool, most=500)) == before + 3
    parent = await office.pool.fetchval(
        "select p.code from unit u join unit p on p.id = u.parent_id where u.code = 'HXQ01'"
    )
    assert parent == "HXQ"
    assert (await office.rulebook()).units_by_code["HXQ"].name == "河西区人民政府"
    assert set(states(await tried(office, "units", content))) == {UNCHANGED}


async def test_one_wrong_row_keeps_the_whole_file_out(office: Office) -> None:
    content = file_of([
        ["分类代码", "分类名称", "在用"],
        ["03", "劳动社保", "是"],
        ["03.01", "拖欠工资", "也许"],
        ["04.01.01", "没有上级", "是"],
        ["03", "再来一次", "是"],
        ["01.01", "供水", "否"],
    ])  # fmt: skip
    plan = await tried(office, "categories", content)
    assert states(plan) == [NEW, WRONG, WRONG, WRONG, WRONG]
    reasons = [line.reason for line in plan.lines]
    assert "应为是或否" in reasons[1] and "上级 04.01 不存在" in reasons[2]
    assert "与第2行是同一条" in reasons[3] and "还有在用的下级" in reasons[4]
    with pytest.raises(Conflict):
        await sheet.apply(
            office, SHEETS["categories"], sheet.read(SHEETS["categories"], content),
            actor=ADMIN, seen=plan.seen,
        )  # fmt: skip
    assert not await office.pool.fetchval("select count(*) from category where code like '03%'")


async def test_what_somebody_changed_meanwhile_is_looked_at_again(office: Office) -> None:
    content = file_of([["区划代码", "区划名称"], ["990102", "河西区"]])
    plan = await tried(office, "places", content)
    await office.pool.execute("insert into place (code, parent, name) values ('990102','','西区')")
    lines = sheet.read(SHEETS["places"], content)
    with pytest.raises(Conflict):
        await sheet.apply(office, SHEETS["places"], lines, actor=ADMIN, seen=plan.seen)
    assert await office.pool.fetchval("select name from place where code = '990102'") == "西区"


async def test_people_come_without_passwords_and_move_with_other_roles(office: Office) -> None:
    head = ["登录名", "姓名", "单位代码", "职务", "角色", "在用"]
    await applied(office, "staff", file_of([
        head, ["xinren", "辛仁", "12345", "座席", "话务员", ""],
        ["tingyong", "丁勇", "SWJ", "", "承办单位经办人", "否"],
    ]))  # fmt: skip
    row = await office.pool.fetchrow(
        "select password_hash, active from staff where sign_in = 'xinren'"
    )
    assert (row["password_hash"], row["active"]) == ("", True)
    moved = file_of(
        [head, ["xinren", "辛仁", "SWJ", "科员", "承办单位经办人、承办单位负责人", "是"]]
    )
    assert states(await applied(office, "staff", moved)) == [CHANGED]
    assert "密码" not in await export(office, "staff")
    wrong = await tried(office, "staff", file_of([
        head, ["guanli9", "关理", "12345", "", "系统管理员", ""],
        ["xinren", "辛仁", "SWJ", "科员", "话务员", "是"], ["a", "短", "NONE", "", "", ""],
    ]))  # fmt: skip
    assert states(wrong) == [WRONG, WRONG, WRONG]
    assert "安全管理员" in wrong.lines[0].reason and "热线中心" in wrong.lines[1].reason
    assert "没有代码为NONE的单位" in wrong.lines[2].reason


async def test_lines_of_the_catalogue_are_added_and_ended_never_rewritten(office: Office) -> None:
    head = ["分类代码", "区划代码", "单位代码", "生效日期", "截止日期", "依据"]
    content = file_of([
        head, ["01.01", "", "SWJ", "2025/1/1", "2027/12/31", "市权责清单（演示）"],
        ["02.01.01", "990101001", "HDQ01", "2026-01-01", "", "街道赋权（演示）"],
    ])  # fmt: skip
    assert states(await applied(office, "catalogue", content)) == [CHANGED, NEW]
    assert set(states(await tried(office, "catalogue", content))) == {UNCHANGED}
    other = file_of([head, ["02.01.01", "990101001", "HDQ01", "2026-01-01", "", "另一依据"]])
    plan = await tried(office, "catalogue", other)
    assert "不改写依据" in plan.lines[0].reason


async def test_no_cell_is_a_formula_and_codes_stay_text(office: Office) -> None:
    await office.pool.execute("update category set name = '=1+1' where code = '02.01.01'")
    text = await export(office, "categories")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert "'=1+1" in cells and "\t02.01.01" in cells
    plan = await tried(office, "categories", text.encode())
    assert {line.row["分类名称"] for line in plan.lines} >= {"=1+1"}
    assert set(states(plan)) == {UNCHANGED}


def packed(size: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/sharedStrings.xml", bytes(size))
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x00\x01", "不是文本"),
        (file_of([["名称"], ["x"]]), "没有“名称”这一列"),
        (file_of([["分类名称"], ["x"]]), "缺少“分类代码”列"),
        (file_of([["分类代码", "分类代码"], ["1", "2"]]), "重名的列"),
        (b"x" * (sheet.LARGEST + 1), "太大"),
        (gzip.compress(bytes(sheet.LARGEST_UNPACKED + 1)), "太大"),
        (packed(sheet.LARGEST_UNPACKED + 1), "太大"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(content: bytes, word: str) -> None:
    with pytest.raises(Incomplete) as refused:
        sheet.read(SHEETS["categories"], content)
    assert word in refused.value.fields["file"]


async def test_only_the_system_administrator_imports(office: Office) -> None:
    with pytest.raises(NotPermitted):
        await sheet.dry_run(office, SHEETS["units"], [], actor=DISPATCHER)
