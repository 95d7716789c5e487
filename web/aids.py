"""What stands beside the forms of a case: rules, other units' reports, templates, files.

It helps whoever writes the answer: the rule of what is asked for, what co-units and those inside
the unit reported, the contacts that were made, and the unit's own templates filled in.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.attachments import Attached, attached
from dispatch.db import Connection
from dispatch.people_of_units import Known, colleagues
from dispatch.reply_templates import fitting, templates_of
from dispatch.timelines import Entry, Timeline, said
from hotline.asking_rules import rule_beside
from hotline.casefile import CaseFile, Part
from hotline.inputs import INPUTS
from hotline.masking import text_for
from hotline.people import UNIT_ROLES, Actor
from hotline.permissions import requester_open_to
from hotline.procedure import Action, Procedure
from hotline.procedures import procedure
from hotline.procedures.countersigned import waiting_draft
from hotline.reply_templates import filled_in
from hotline.rulebook import Rulebook
from hotline.transition import open_actions
from hotline.vocabulary import CONTACT_RESULTS, CONTACT_WAYS
from web.language import Typed

_LEAD_ANSWERS = frozenset({"reply", "draft_reply", "hand_in"})
_REPORTS = frozenset({"co_reply", "report_inside"})


@dataclass(frozen=True, slots=True)
class Contact:
    """One attempt of a unit to reach the requester."""

    at: datetime
    who: str
    unit: str
    way: str
    result: str
    reached: bool
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a co-unit, or somebody inside the unit, reported to the lead in this round."""

    at: datetime
    who: str
    unit: str
    label: str
    said: tuple[tuple[str, str], ...]
    files: tuple[Attached, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """A template filled in for this case."""

    id: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """A reply that waits for the head's signature, or that came back."""

    name: str
    at: datetime
    label: str
    returned: str


@dataclass(frozen=True, slots=True)
class Aids:
    """All of it; `rules` (sentences) and `targets` (the field for templates) are by action."""

    rules: Mapping[str, tuple[str, ...]]
    targets: Mapping[str, str]
    answers: frozenset[str]
    contacts: tuple[Contact, ...]
    reports: tuple[Report, ...]
    templates: tuple[Ready, ...]
    colleagues: tuple[Known, ...]
    files: tuple[Attached, ...]
    drafted: Drafted | None
    inside: Part | None

    @property
    def names(self) -> dict[str, str]:
        """The names of the case's files by key."""
        return {file.file_key: file.name for file in self.files}


async def aids_of(
    connection: Connection,
    case: CaseFile,
    past: Timeline,
    actor: Actor,
    *,
    rulebook: Rulebook,
    now: datetime,
) -> Aids:
    """What helps this person with this case: one statement, two more where forms ask for them."""
    rules = procedure(case.kind)
    acts = open_actions(case, actor, now=now)
    opened = requester_open_to(actor, case)

    def read(text: str) -> str:
        return Typed(text_for(text, requester=case.requester_name, opened=opened))

    files = tuple(await attached(connection, case.id))
    targets = {act.name: name for act in acts if (name := target_of(act))}
    templates = []
    if targets and actor.has(*UNIT_ROLES):
        templates = fitting(await templates_of(connection, actor.unit_id), case.category)
    asked = any(INPUTS[name].type == "colleague" for act in acts for name, _ in act.inputs)
    return Aids(
        rules={act.name: lines for act in acts if (lines := rule_beside(case, act))},
        targets=targets,
        answers=frozenset(act.name for act in acts if _LEAD_ANSWERS & set(act.does)),
        contacts=tuple(_contacts(past.history, rulebook, read)),
        reports=tuple(_reports(case, past.history, rules, files, rulebook, read)),
        templates=tuple(
            Ready(one.id, one.name, fill(one.body, case, actor, rulebook=rulebook, now=now))
            for one in templates
        ),
        colleagues=tuple(await colleagues(connection, actor)) if asked else (),
        files=files,
        drafted=_drafted(case, rules, read),
        inside=case.inside,
    )


def target_of(action: Action) -> str:
    """The field of an answer or report that a template goes into; "" for any other act."""
    if not (_LEAD_ANSWERS | _REPORTS) & set(action.does):
        return ""
    texts = [name for name, _ in action.inputs if INPUTS[name].type == "text"]
    return texts[-1] if texts else ""


def fill(body: str, case: CaseFile, actor: Actor, *, rulebook: Rulebook, now: datetime) -> str:
    """A template's body for this case, as far as the reader may know the requester."""
    opened = requester_open_to(actor, case)
    title, address = (
        text_for(text, requester=case.requester_name, opened=opened)
        for text in (case.title, case.address)
    )
    return filled_in(body, case, title=title, address=address, rulebook=rulebook, now=now)


def _contacts(
    history: list[Entry], rulebook: Rulebook, read: Callable[[str], str]
) -> Iterator[Contact]:
    for event in reversed(history):
        if "contact_result" not in event.inputs:
            continue
        result = str(event.inputs["contact_result"])
        way = str(event.inputs.get("contact_way", ""))
        yield Contact(
            at=event.at,
            who=event.actor_name,
            unit=rulebook.unit_name(event.unit_id),
            way=CONTACT_WAYS.get(way, way),
            result=CONTACT_RESULTS.get(result, result),
            reached=result == "reached",
            note=read(str(event.inputs.get("note", ""))),
        )


def _reports(
    case: CaseFile,
    history: list[Entry],
    rules: Procedure,
    files: tuple[Attached, ...],
    rulebook: Rulebook,
    read: Callable[[str], str],
) -> Iterator[Report]:
    for event in history:
        action = rules.action(event.action)
        if action is None or event.round != case.round or not _REPORTS & set(action.does):
            continue
        yield Report(
            at=event.at,
            who=event.actor_name,
            unit=rulebook.unit_name(event.unit_id),
            label=action.label,
            said=tuple(
                (label, words)
                for label, words in said(event, rulebook, text=read)
                if label != INPUTS["files"].label
            ),
            files=tuple(file for file in files if file.seq == event.seq),
        )


def _drafted(case: CaseFile, rules: Procedure, read: Callable[[str], str]) -> Drafted | None:
    drafted = case.pending.reply
    if drafted is None:
        return None
    action = rules.action(drafted.action)
    return Drafted(
        name=drafted.name,
        at=drafted.at,
        label=action.label if action else drafted.action,
        returned="" if waiting_draft(case) else read(drafted.returned),
    )
