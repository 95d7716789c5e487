"""Which papers a case can print now, and what stands on them for this reader.

A paper bears the day and the words of the act that prints it, so that printing it again gives
the same paper. Names of values: every input of the vocabulary, and

  city issuer dated       the city, who issues the paper, the day of the act
  number serial           the case number; 顺序号 of the register (the case number where none)
  document                发文字号 of the paper: 督办〔2026〕12号
  opened_on               the day of registering
  due_X limit_X basis_X   the last day, the limit and the legal basis of the clock X
  on_X                    the day on which the action X was last taken
  owed                    what units owed when the paper was printed, each with its last day
  facts said steps        lists: the register entry, what the act said, what was done
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile, Part, Running
from hotline.clocks import Limit
from hotline.inputs import INPUTS, details_shown, shown
from hotline.masking import requester_view, text_for
from hotline.paper import Paper
from hotline.papers import PAPERS
from hotline.people import UNIT_ROLES, Actor
from hotline.permissions import requester_open_to, requester_withheld
from hotline.procedures import procedure
from hotline.rulebook import Rulebook


class Happened(Protocol):
    """One entry of the history."""

    @property
    def action(self) -> str: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def unit_id(self) -> int | None: ...
    @property
    def inputs(self) -> Mapping[str, Any]: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Printable:
    """A paper that can be printed, and the last act that prints it."""

    paper: Paper
    act: Happened


def printable(case: CaseFile, history: Sequence[Happened]) -> list[Printable]:
    """The papers of the case as it stands, in the order of the acts that print them."""
    rules = procedure(case.kind)
    found: dict[str, Printable] = {}
    for act in history:
        action = rules.action(act.action)
        for name in action.papers if action else ():
            if _fits(PAPERS[name], case):
                found.pop(name, None)
                found[name] = Printable(PAPERS[name], act)
    return list(found.values())


def _fits(paper: Paper, case: CaseFile) -> bool:
    # 保守国家秘密法 31: of a state secret there is a stub, and nothing else.
    if case.details.get("secrecy") == "state_secret" and not paper.stub:
        return False
    return paper.fits is None or case.details.get(paper.fits[0]) == paper.fits[1]


def requester_printed(paper: Paper, case: CaseFile, actor: Actor) -> bool:
    """Whether the requester stands on the paper: as on the page of who prints it.

    A paper for a unit names nobody whom the unit may not know, whoever prints it
    (`permissions.may_reveal`): the unit may be the one accused.
    """
    protected = case.confidential or case.anonymous or case.request_type == "report"
    return requester_open_to(actor, case) and not (paper.to_unit and protected)


def names_requester(paper: Paper, case: CaseFile, actor: Actor) -> bool:
    """Whether the paper tells the actor who the requester is."""
    private = {name for name in paper.fields if name in INPUTS and INPUTS[name].private}
    lists = paper.fields & {"facts", "said"}
    known = bool(case.requester_name or case.requester_phone)
    return bool(private or lists) and known and requester_printed(paper, case, actor)


def values(
    sheet: Printable,
    case: CaseFile,
    *,
    history: Sequence[Happened],
    clocks: Sequence[Running],
    actor: Actor,
    rulebook: Rulebook,
    city: str,
) -> dict[str, Any]:
    """A value for every name on the paper, "" for what is not known; words, not codes."""
    reader = _Reader(case, rulebook, opened=requester_printed(sheet.paper, case, actor))
    known: dict[str, Any] = {
        **reader.inputs(_merged(case, history, sheet.act)),
        "lead_unit": rulebook.unit_name(case.lead_unit_id),
        "co_units": "、".join(rulebook.unit_name(one) for one in _cos(case.assignments)),
        **reader.requester(),
        "city": city,
        "dated": official(sheet.act.at),
        "number": case.number,
        "serial": str(case.details.get("serial") or case.number),
        "document": document_number(sheet.paper, case, sheet.act.at),
        "opened_on": official(case.opened_at),
        **{f"on_{act.action}": official(act.at) for act in history},
        **_of_clocks(clocks),
        "owed": _owed(case, clocks, sheet.act.at),
        "facts": _pairs(reader.entry(history)),
        "said": _pairs(reader.act(sheet.act)),
        "steps": list(reader.steps(history)),
    }
    return {name: known.get(name, "") for name in sheet.paper.fields}


def official(moment: datetime | date) -> str:
    """2026年11月22日, in Shanghai: the date of an official document (GB/T 9704)."""
    day = in_shanghai(moment).date() if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


_SERIAL = re.compile(r"〔(\d{4})〕(\d+)号")


def document_number(paper: Paper, case: CaseFile, at: datetime) -> str:
    """发文字号: letters, year and the number of the register, or of the case where none is kept."""
    found = _SERIAL.search(str(case.details.get("serial", "")))
    if not paper.letters:
        return str(case.details.get("serial") or case.number)
    year, number = (found[1], found[2]) if found else (in_shanghai(at).year, case.number)
    return f"{paper.letters}〔{year}〕{number}号"


def _merged(case: CaseFile, history: Sequence[Happened], act: Happened) -> dict[str, Any]:
    """What is known under the names of inputs: what the act said goes before what the case says,
    and that before what was said on the way."""
    rules = procedure(case.kind)
    told: dict[str, Any] = {}
    for one in history:
        action = rules.action(one.action)
        if action and {"new_round", "round_together"} & set(action.does):
            # What was answered before was not accepted: there is room to write anew.
            told.pop("reply", None)
            told.pop("findings", None)
        # A reason or a note belongs to its own act alone.
        told.update({n: value for n, value in one.inputs.items() if n not in ("reason", "note")})
    columns = {name: getattr(case, name) for name in INPUTS if hasattr(case, name)}
    kept = {name: value for name, value in columns.items() if value not in (None, "")}
    return {**told, **case.details, **kept, **act.inputs}


def _cos(assignments: Iterable[Part]) -> list[int]:
    return [part.unit_id for part in assignments if part.open and part.part == "co"]


def _of_clocks(clocks: Sequence[Running]) -> dict[str, str]:
    """The newest clock of each name."""
    found: dict[str, str] = {}
    for clock in sorted(clocks, key=lambda one: (one.started_at, one.id)):
        found[f"due_{clock.name}"] = official(clock.due_at)
        found[f"limit_{clock.name}"] = Limit.parse(clock.limit).text
        found[f"basis_{clock.name}"] = clock.basis
    return found


def _owed(case: CaseFile, clocks: Sequence[Running], at: datetime) -> str:
    """What units owed at that moment, the nearest first; not what they only might do."""
    rules = procedure(case.kind)
    owing = [
        (clock.due_at, rules.clock(clock.name))
        for clock in clocks
        if clock.owed_by in UNIT_ROLES
        and clock.started_at <= at
        and (clock.ended_at is None or at < clock.ended_at)
    ]
    lines = [
        f"{rule.label}至{official(due)}"
        for due, rule in sorted(owing, key=lambda one: one[0])
        if not (rule.window or rule.inside)
    ]
    return "，".join(lines)


def _pairs(lines: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "words": words} for label, words in lines if words]


@dataclass(frozen=True, slots=True)
class _Reader:
    """How values are written for who may know the requester (`opened`), and who may not."""

    case: CaseFile
    rulebook: Rulebook
    opened: bool

    def text(self, text: str) -> str:
        return text_for(text, requester=self.case.requester_name, opened=self.opened)

    def word(self, name: str, value: Any) -> str:
        entry = INPUTS[name]
        if entry.private and not self.opened:
            return ""
        if entry.type == "day" and isinstance(value, str) and value:
            return official(date.fromisoformat(value))
        words = shown(name, value, rulebook=self.rulebook)
        return self.text(words) if entry.type in ("line", "text") else words

    def inputs(self, known: Mapping[str, Any]) -> dict[str, str]:
        return {name: self.word(name, value) for name, value in known.items() if name in INPUTS}

    def requester(self) -> dict[str, str]:
        view = requester_view(
            name=self.case.requester_name,
            phone=self.case.requester_phone,
            anonymous=self.case.anonymous,
            confidential=requester_withheld(self.case),
            reveal=self.opened,
        )
        return {"requester_name": view.name, "requester_phone": view.phone}

    def entry(self, history: Sequence[Happened]) -> Iterable[tuple[str, str]]:
        """The register entry: what the case was opened with, as it stands now."""
        yield from details_shown(
            self.case.details, rulebook=self.rulebook, text=self.text, opened=self.opened
        )
        opening = history[0].inputs if history else {}
        for name in opening:
            if name in INPUTS and name not in self.case.details:
                words = self.requester().get(name)
                value = getattr(self.case, name, "") or opening[name]
                yield INPUTS[name].label, self.word(name, value) if words is None else words

    def act(self, act: Happened) -> Iterable[tuple[str, str]]:
        for name, value in act.inputs.items():
            if name in INPUTS:
                yield INPUTS[name].label, self.word(name, value)

    def steps(self, history: Sequence[Happened]) -> Iterable[dict[str, str]]:
        rules = procedure(self.case.kind)
        for one in history:
            action = rules.action(one.action)
            unit = self.rulebook.unit_name(one.unit_id)
            yield {
                "on": official(one.at),
                "what": action.label if action else one.action,
                "who": f"{one.actor_name}（{unit}）" if unit else one.actor_name,
            }
