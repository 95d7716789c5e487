"""When two spellings name the same unit: the key under which a department's name is looked up.

Letters, catalogues and old systems write one department in many ways: 市教育局, 云州市教育局,
教育局（信访科）. The key leaves out what varies: the city in front, blanks, marks, what stands in
brackets, the office of a government that signs for it, and the long form of a common short name.
"""

import re
import unicodedata

# A city's own name in front; 城市管理局, 超市 … are not one.
_CITY = re.compile(r"^(?:[\u4e00-\u9fff]{2,3}(?<![城超门夜集菜])市|市)(?=[\u4e00-\u9fff]{2})")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_MARKS = re.compile(r"[\W_]+")
# The government of a district, county, town: itself, however its office signs.
_GOVERNMENT = re.compile(r"(?<=[区县旗镇乡])(?:人民)?政府(?:办公室|办)?$")
_PARTS = re.compile(r"[\s、，,;；/]+")

# Long form → what everybody says; the longer ones first.
_SHORT = (
    ("人力资源和社会保障", "人社"),
    ("人力资源社会保障", "人社"),
    ("住房和城乡建设", "住建"),
    ("住房城乡建设", "住建"),
    ("住房与城乡建设", "住建"),
    ("公安局交通警察支队", "交警支队"),
    ("公安局交警支队", "交警支队"),
    ("公安交警支队", "交警支队"),
    ("卫生健康委员会", "卫健委"),
    ("发展和改革委员会", "发改委"),
    ("发展改革委员会", "发改委"),
    ("管理委员会", "管委会"),
    ("市场监督管理", "市场监管"),
    ("自然资源和规划", "自然资源"),
    ("残疾人联合会", "残联"),
    ("交通运输", "交通"),
    ("城市管理", "城管"),
    ("环境保护", "环保"),
    ("房产管理", "房管"),
    ("文化和旅游", "文旅"),
    ("街道办事处", "街道"),
    ("人民政府", "政府"),
    ("办公室", "办"),
)


def unit_key(name: str) -> str:
    """The key of a name; two names with one key are the same unit. Empty where nothing is named."""
    key = _MARKS.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", name)))
    while (shorter := _CITY.sub("", key)) != key:
        key = shorter
    key = _GOVERNMENT.sub("", key)
    for long, short in _SHORT:
        key = key.replace(long, short)
    return key.lower()


def first_named(names: str) -> str:
    """The unit that is named first where several stand in one cell: it leads (主办)."""
    return next((part for part in _PARTS.split(names) if part), "")


def about_petitions(name: str) -> bool:
    """Whether a unit of that name is the office for petitions (信访局, 信访办)."""
    return "信访" in name
