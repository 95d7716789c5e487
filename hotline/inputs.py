"""What an action may ask for, and the one place where it is checked.

Forms, the JSON API, texts and imports all hand in raw values; `accept` answers with clean ones
or refuses with a sentence beside each input (`Incomplete`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hotline.errors import Incomplete
from hotline.files import MOST_FILES, is_file_key
from hotline.numbers import normalise_phone, parse_case_number
from hotline.procedures import PROCEDURES
from hotline.rulebook import Rulebook
from hotline.vocabulary import SHARED, Input
from hotline.wording import Mistyped, clean_text


def _every_input() -> dict[str, Input]:
    """What all procedures share, then what each has of its own: one meaning for one name."""
    known: dict[str, Input] = {}
    own = (word for rules in PROCEDURES.values() for word in (*rules.words, *rules.results))
    for entry in (*SHARED, *own):
        if known.setdefault(entry.name, entry) != entry:
            raise ValueError(f"two inputs are called {entry.name!r} and differ")
    return known


INPUTS: dict[str, Input] = _every_input()

_TRUE = frozenset({"1", "true", "on", "yes", "是"})
_FALSE = frozenset({"", "0", "false", "off", "no", "否"})
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_DAY = re.compile(r"(?:199[0-9]|20[0-9]{2})-[0-9]{2}-[0-9]{2}")


def accept(
    needs: Iterable[tuple[str, bool]], raw: Mapping[str, Any], *, rulebook: Rulebook
) -> dict[str, Any]:
    """Clean values for the (name, required) pairs; what was not asked for is left aside.

    Optional inputs that were left empty are absent from the answer. Units, categories and
    places are checked against the rulebook and kept as codes. Raises Incomplete with a sentence
    per input.
    """
    clean: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, required in needs:
        entry = INPUTS[name]
        try:
            value = _READERS[entry.type](entry, raw.get(name), rulebook)
        except Mistyped as refusal:
            wrong[name] = refusal.message
            continue
        except ValueError as refusal:
            wrong[name] = refusal.args[0] if refusal.args else f"“{entry.label}”填写有误"
            continue
        if value in (None, "", (), []):
            if required:
                wrong[name] = f"请填写“{entry.label}”"
        else:
            clean[name] = value
    if wrong:
        raise Incomplete(wrong)
    return clean


def shown(name: str, value: Any, *, rulebook: Rulebook) -> str:
    """A clean value in the words that people read."""
    entry = INPUTS.get(name)
    if entry is None:
        return str(value)
    if entry.type == "flag":
        return "是" if value else "否"
    if entry.type == "unit":
        unit = rulebook.units_by_code.get(value)
        return unit.name if unit else str(value)
    if entry.type == "units":
        return "、".join(shown("lead_unit", code, rulebook=rulebook) for code in value)
    if entry.type == "category":
        return rulebook.category_path(value)
    if entry.type == "place":
        return rulebook.place_path(value)
    if entry.type == "files":
        return f"{len(value)}个文件"
    if entry.type == "choices":
        return "、".join(entry.choices.get(one, one) for one in value)
    return entry.choices.get(str(value), str(value))


def details_shown(
    details: Mapping[str, Any],
    *,
    rulebook: Rulebook,
    text: Callable[[str], str],
    opened: bool = False,
) -> list[tuple[str, str]]:
    """What only one kind of case has, as (label, words), in the order of the vocabulary.

    `text` makes free text fit for the reader; what tells who the requester is (`Input.private`) is
    for those to whom the requester is `opened`. The number in the register (顺序号) comes first.
    """
    lines = [("顺序号", str(details["serial"]))] if "serial" in details else []
    for name, entry in INPUTS.items():
        if name in details and (opened or not entry.private):
            words = shown(name, details[name], rulebook=rulebook)
            lines.append((entry.label, text(words) if entry.type in ("text", "line") else words))
    return lines


def _text(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise ValueError(f"“{entry.label}”应为文字")
    return clean_text(
        raw,
        field_label=entry.label,
        max_length=entry.max_length,
        required=False,
        one_line=entry.type != "text",
    )


def _choice(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None or raw == "":
        return ""
    level = isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 9
    chosen = str(raw) if isinstance(raw, str) or level else ""
    if chosen in entry.choices:
        return chosen
    # The refusal names the labels, so whoever sends one is understood.
    labelled = [value for value, label in entry.choices.items() if label == chosen.strip()]
    if len(labelled) != 1:
        raise ValueError(f"“{entry.label}”没有这个选项，可选：{'、'.join(entry.choices.values())}")
    return labelled[0]


def _many(raw: Any, entry: Input) -> list[str]:
    values = [raw] if isinstance(raw, str) else ([] if raw is None else raw)
    if not isinstance(values, list | tuple) or not all(isinstance(one, str) for one in values):
        raise ValueError(f"“{entry.label}”应为选项列表")
    return [one for one in dict.fromkeys(values) if one]


def _choices(entry: Input, raw: Any, rulebook: Rulebook) -> list[str]:
    return [_choice(entry, one, rulebook) for one in _many(raw, entry)]


def _flag(entry: Input, raw: Any, rulebook: Rulebook) -> bool | None:
    if raw is None or (isinstance(raw, int) and raw in (0, 1)):
        return bool(raw) or None
    word = raw.strip().lower() if isinstance(raw, str) else "?"
    if word in _TRUE:
        return True
    if word in _FALSE:
        return None
    raise ValueError(f"“{entry.label}”应为是或否")


def _unit(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None or raw == "":
        return ""
    unit = rulebook.units_by_code.get(raw) if isinstance(raw, str) else None
    if unit is None:
        raise ValueError(f"“{entry.label}”：没有这个单位")
    if not unit.active:
        raise ValueError(f"“{entry.label}”：{unit.name}已停用")
    return unit.code


def _units(entry: Input, raw: Any, rulebook: Rulebook) -> list[str]:
    return [_unit(entry, one, rulebook) for one in _many(raw, entry)]


def _coded(tree_name: str) -> Any:
    def read(entry: Input, raw: Any, rulebook: Rulebook) -> str:
        if raw is None or raw == "":
            return ""
        tree = getattr(rulebook, tree_name)
        found = tree.get(raw) if isinstance(raw, str) else None
        if found is None or not found.active:
            raise ValueError(f"“{entry.label}”：没有这一项")
        return str(found.code)

    return read


def _phone(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None or raw == "":
        return ""
    if not isinstance(raw, str):
        raise ValueError(f"“{entry.label}”应为号码文字")
    return normalise_phone(raw)


def _integer(entry: Input, raw: Any, rulebook: Rulebook) -> int | None:
    if raw is None or raw == "":
        return None
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    if isinstance(raw, str) and _INTEGER.fullmatch(raw):
        number = int(raw)
    if number is None or abs(number) >= 1_000_000_000:
        raise ValueError(f"“{entry.label}”应为整数")
    if entry.least is not None and number < entry.least:
        raise ValueError(f"“{entry.label}”不能小于{entry.least}")
    if entry.most is not None and number > entry.most:
        raise ValueError(f"“{entry.label}”不能大于{entry.most}")
    return number


def _money(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None or raw == "":
        return ""
    typed = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
    word = typed.replace(",", "").replace("，", "").strip() if isinstance(typed, str) else ""
    if not _MONEY.fullmatch(word):
        raise ValueError(f"“{entry.label}”应为金额（元），如 1200.50")
    return f"{Decimal(word):.2f}"


def _case(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    if raw is None or raw == "":
        return ""
    if not isinstance(raw, str):
        raise ValueError(f"“{entry.label}”应为编号文字")
    return parse_case_number(raw)


def _day(entry: Input, raw: Any, rulebook: Rulebook) -> str:
    word = "" if raw is None else raw
    if isinstance(word, str):
        word = word.strip()
        if not word:
            return ""
        if _DAY.fullmatch(word):
            try:
                return date.fromisoformat(word).isoformat()
            except ValueError:
                raise ValueError(f"“{entry.label}”：没有{word}这一天") from None
    raise ValueError(f"“{entry.label}”应为日期，如 2026-03-20")


def _files(entry: Input, raw: Any, rulebook: Rulebook) -> list[str]:
    keys = _many(raw, entry)
    if not all(is_file_key(key) for key in keys):
        raise ValueError(f"“{entry.label}”有误，请重新上传")
    if len(keys) > MOST_FILES:
        raise ValueError(f"“{entry.label}”一次最多{MOST_FILES}个")
    return keys


_READERS: dict[str, Any] = {
    "line": _text,
    "colleague": _text,
    "files": _files,
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "flag": _flag,
    "unit": _unit,
    "units": _units,
    "category": _coded("categories"),
    "place": _coded("places"),
    "phone": _phone,
    "integer": _integer,
    "money": _money,
    "case": _case,
    "day": _day,
}
