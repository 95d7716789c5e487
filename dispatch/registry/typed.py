"""Reads what was typed into a form of the register, and gathers every fault before refusing."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from hotline.errors import Incomplete
from hotline.wording import Mistyped, clean_text

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


class Typed:
    """The inputs of one form. Ask for every field, then call `complete`."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self._inputs = inputs
        self._wrong: dict[str, str] = {}

    def line(self, name: str, label: str, *, most: int, required: bool = True) -> str:
        """One line of text, cleaned; an empty string where it is wrong."""
        given = self._inputs.get(name)
        if given is not None and not isinstance(given, str):
            return self.wrong(name, f"“{label}”应为文字。")
        try:
            return clean_text(
                given or "", field_label=label, max_length=most, required=required, one_line=True
            )
        except Mistyped as fault:
            return self.wrong(name, fault.message)

    def code(self, name: str, label: str, *, pattern: str, form: str, most: int) -> str:
        """A code of the pattern; `form` says in words what it looks like."""
        code = self.line(name, label, most=most)
        if code and not re.fullmatch(pattern, code, re.ASCII):
            return self.wrong(name, f"“{label}”{form}")
        return code

    def choice(self, name: str, label: str, choices: Mapping[str, str]) -> str:
        """One of the choices' keys."""
        chosen = self.line(name, label, most=60)
        if chosen and chosen not in choices:
            return self.wrong(name, f"“{label}”没有这个选项。")
        return chosen

    def key(self, name: str, label: str, *, required: bool = True) -> int | None:
        """A row's key."""
        typed = self.line(name, label, most=18, required=required)
        if typed and not re.fullmatch(r"[0-9]+", typed):
            self.wrong(name, f"“{label}”没有这个选项。")
        return int(typed) if re.fullmatch(r"[0-9]+", typed) else None

    def day(self, name: str, label: str, *, required: bool = True) -> date | None:
        """A day written 2026-03-09."""
        typed = self.line(name, label, most=20, required=required)
        if not typed:
            return None
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            self.wrong(name, f"“{label}”应为日期，如 2026-03-09。")
            return None
        if not EARLIEST <= day <= LATEST:
            self.wrong(name, f"“{label}”应在 {EARLIEST.year} 年至 {LATEST.year} 年之间。")
            return None
        return day

    def wrong(self, name: str, sentence: str) -> str:
        """Note a fault; the first one of a field stays. Answers with an empty string."""
        self._wrong.setdefault(name, sentence)
        return ""

    def complete(self) -> None:
        """Raise Incomplete where anything was wrong."""
        if self._wrong:
            raise Incomplete(self._wrong)
