"""Units and categories by the names that a foreign table gives them: found, or made once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dispatch.db import Connection
from dispatch.import_files import Row
from dispatch.import_rows import Incoming, RowRefused
from hotline.rulebook import Entry, Rulebook, UnitEntry
from hotline.unit_names import first_named, unit_key

UNNAMED = "（导入）承办单位未注明"
KIND = "imported"
_LONGEST_UNIT, _LONGEST_CATEGORY = 100, 60


@dataclass(frozen=True, slots=True)
class Named:
    """A row whose unit and category the rulebook knows, and the number that its case gets."""

    row: Row
    incoming: Incoming
    unit: UnitEntry | None
    category: str
    number: str


class Register:
    """Names → units and categories; keeps the rulebook that knows the new ones too.

    `connection` is where new ones are written; without one (a dry run) they are only imagined.
    """

    def __init__(self, rulebook: Rulebook, *, fallback: UnitEntry | None = None) -> None:
        self.rulebook = rulebook
        self.connection: Connection | None = None
        self.made_units: list[str] = []
        self.made_categories: list[str] = []
        self._fallback = fallback
        self._units: dict[str, int] = {}
        self._categories: dict[str, str] = {}
        self._note(rulebook.units.values())
        # Where a name occurs on several levels, the upper one is meant.
        for entry in sorted(
            rulebook.categories.values(), key=lambda e: (e.code.count("."), e.code)
        ):
            if entry.active:
                self._categories.setdefault(entry.name, entry.code)

    def _note(self, units: Iterable[UnitEntry]) -> None:
        fit = [unit for unit in units if unit.kind != "centre"]
        # A whole name beats a short one, and both beat a likeness.
        for names in (
            [(unit.name, unit) for unit in fit],
            [(unit.short_name, unit) for unit in fit],
            [(unit_key(name), unit) for unit in fit for name in (unit.name, unit.short_name)],
        ):
            for name, unit in names:
                if name:
                    self._units.setdefault(name, unit.id)

    @property
    def made(self) -> int:
        """How many units and categories are new."""
        return len(self.made_units) + len(self.made_categories)

    async def unit(self, incoming: Incoming) -> UnitEntry:
        """The unit that a row names (the first of several), the fallback, or a new one."""
        name, hint = first_named(incoming.department), first_named(incoming.department_hint)
        if not name:
            if self._fallback:
                return self._fallback
            name = hint or UNNAMED
        spellings = [name, unit_key(name), hint, unit_key(hint)] if name != UNNAMED else [name]
        found = next((self._units[one] for one in spellings if one and one in self._units), None)
        if found is None:
            found = await self._make_unit(hint or name)
        # The row's own spelling leads there from now on.
        for one in spellings:
            if one:
                self._units.setdefault(one, found)
        return self.rulebook.units[found]

    async def _make_unit(self, name: str) -> int:
        if len(name) > _LONGEST_UNIT:
            raise RowRefused(f"承办单位名称超过 {_LONGEST_UNIT} 字")
        entry = UnitEntry(-1 - len(self.made_units), "", name, "", KIND, None, True)
        code = f"DR{len(self.made_units) + 1:05d}"
        if self.connection:
            row = await self.connection.fetchrow(
                """
                insert into unit (id, code, name, short_name, kind)
                overriding system value
                select n, 'DR' || lpad(n::text, 5, '0'), $1, '', $2
                from nextval(pg_get_serial_sequence('unit', 'id')) as n
                on conflict (name) do update set name = excluded.name
                returning id, code, kind, parent_id, active
                """,
                name,
                KIND,
            )
            assert row is not None
            entry, code = replace(entry, **dict(row)), row["code"]
        entry = replace(entry, code=code)
        self.made_units.append(name)
        self.rulebook = replace(self.rulebook, units={**self.rulebook.units, entry.id: entry})
        self._note([entry])
        return entry.id

    async def category(self, name: str) -> str:
        """The code of the category of that name at any level, or of a new one at the top."""
        if not name:
            return ""
        if name not in self._categories:
            self._categories[name] = await self._make_category(name)
        return self._categories[name]

    async def _make_category(self, name: str) -> str:
        if len(name) > _LONGEST_CATEGORY:
            raise RowRefused(f"分类名称超过 {_LONGEST_CATEGORY} 字")
        number = 1 + max(
            (int(c) for c in self.rulebook.categories if c.isascii() and c.isdigit()), default=0
        )
        entry = Entry(f"{number:02d}", "", name)
        if self.connection:
            await self.connection.execute(
                "insert into category (code, parent, name) values ($1, '', $2)", entry.code, name
            )
        self.made_categories.append(name)
        categories = {**self.rulebook.categories, entry.code: entry}
        self.rulebook = replace(self.rulebook, categories=categories)
        return entry.code
