"""The entries of the top bar: which page is whose."""

from dataclasses import dataclass

from hotline.people import ADMIN_ROLES, CENTRE_ROLES, REGISTER_ROLES, UNIT_ROLES, Actor, Role
from hotline.procedure import NEW
from hotline.procedures import PROCEDURES
from hotline.procedures.citizen import CITIZEN


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; the first one that a person may use is where they begin."""

    label: str
    path: str
    roles: frozenset[Role]


# Who opens cases of a kind beside the hotline's, which begin at the console.
REGISTRARS = frozenset(
    role
    for rules in PROCEDURES.values()
    if rules is not CITIZEN
    for action in rules.openings
    for role in action.roles_in(NEW)
)

NAVIGATION: tuple[Entry, ...] = (
    Entry("接听", "/console", frozenset({Role.AGENT})),
    Entry(
        "工作台",
        "/desk",
        frozenset({Role.DISPATCHER, Role.REVIEWER, Role.CALLBACK, *REGISTER_ROLES}),
    ),
    Entry("登记", "/register", REGISTRARS),
    Entry("本单位工单", "/portal", UNIT_ROLES),
    Entry("批示", "/leader", frozenset({Role.LEADER})),
    Entry("督办", "/oversight", frozenset({Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER})),
    Entry("单位统计", "/figures", frozenset({Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER})),
    Entry("大厅看板", "/wall", frozenset({Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER})),
    Entry("定期报告", "/reports", frozenset({Role.SECRETARY, Role.SUPERVISOR})),
    Entry("联席会议", "/meetings", frozenset({Role.DISPATCHER, Role.SUPERVISOR, *REGISTER_ROLES})),
    Entry("未达短信", "/texts", frozenset({Role.SUPERVISOR, Role.DISPATCHER})),
    Entry("台账", "/ledger", CENTRE_ROLES | UNIT_ROLES),
    Entry("办理规程", "/procedures", frozenset({Role.SUPERVISOR, Role.LEADER, *REGISTER_ROLES})),
    Entry("知识库", "/knowledge", CENTRE_ROLES | UNIT_ROLES),
    Entry("查找", "/search", CENTRE_ROLES | UNIT_ROLES),
    Entry("系统管理", "/admin", ADMIN_ROLES),
)


def entries_for(actor: Actor) -> list[Entry]:
    """What this person can open, in the order of the bar."""
    return [entry for entry in NAVIGATION if actor.roles & entry.roles]


def home_of(actor: Actor) -> str:
    """Where this person begins."""
    entries = entries_for(actor)
    return entries[0].path if entries else "/me"
