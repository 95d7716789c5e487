"""Spellings of one department meet under one key; different departments never do."""

import pytest

from hotline.unit_names import first_named, unit_key


@pytest.mark.parametrize(
    "spellings",
    [
        ("云州市水务局", "市水务局", "水务局", " 云州市 水务局 ", "云州市水务局（信访科）"),
        ("市人社局", "云州市人力资源和社会保障局", "人力资源社会保障局"),
        ("市住建局", "云州市住房和城乡建设局", "市住房与城乡建设局"),
        ("河东区政府", "河东区人民政府", "河东区人民政府办公室", "河东区政府办", "河东区"),
        ("市城管局", "云州市城市管理局", "城市管理局"),
        ("市公安局交警支队", "云州市公安局交通警察支队", "市交警支队"),
        ("高新区管委会", "高新区管理委员会", "高新区（产业园区）管理委员会"),
        ("12345热线中心", "１２３４５热线中心"),
    ],
)  # fmt: skip
def test_one_department_has_one_key(spellings: tuple[str, ...]) -> None:
    assert len({unit_key(spelling) for spelling in spellings}) == 1, [*map(unit_key, spellings)]


def test_different_departments_keep_different_keys() -> None:
    names = (
        "市教育局", "河东区教育局", "河西区教育局", "市公安局", "市公安局交警支队", "河东区",
        "市城市管理局", "市场监督管理局", "市人民政府办公室", "河东区柳桥街道",
    )  # fmt: skip
    assert len({unit_key(name) for name in names}) == len(names)


def test_of_several_units_in_one_cell_the_first_leads() -> None:
    assert first_named("市公安局 河东区政府") == "市公安局"
    assert first_named("市城管局、市交警支队") == "市城管局"
    assert first_named("　") == ""
