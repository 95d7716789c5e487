"""The entries of the top bar: which page is whose."""

from dataclasses import dataclass

from hotline.people import CENTRE_ROLES, UNIT_ROLES, Actor, Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; the first one that a person may use is where they begin."""

    label: str
    path: str
    roles: frozenset[Role]


NAVIGATION: tuple[Entry, ...] = (
    Entry("接听", "/console", frozenset({Role.AGENT})),
    Entry("派单", "/desk/dispatch", frozenset({Role.DISPATCHER})),
    Entry("审核", "/desk/review", frozenset({Role.REVIEWER})),
    Entry("回访", "/desk/callback", frozenset({Role.CALLBACK})),
    Entry("本单位工单", "/unit", UNIT_ROLES),
    Entry("督办", "/oversight", frozenset({Role.SUPERVISOR, Role.LEADER})),
    Entry("工单", "/cases", CENTRE_ROLES),
    Entry("单位统计", "/figures", frozenset({Role.SUPERVISOR, Role.LEADER})),
    Entry("系统管理", "/admin", frozenset({Role.ADMIN})),
)


def entries_for(actor: Actor) -> list[Entry]:
    """What this person can open, in the order of the bar."""
    return [entry for entry in NAVIGATION if actor.roles & entry.roles]


def home_of(actor: Actor) -> str:
    """Where this person begins."""
    entries = entries_for(actor)
    return entries[0].path if entries else "/me"
