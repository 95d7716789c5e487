"""A procedure described from its own data, so that it can be read beside the regulation.

The JSON API answers with these values, and the pages of the procedures draw and list them.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from hotline.clock_rules import ClockRule, Extension
from hotline.clocks import Limit
from hotline.inputs import INPUTS
from hotline.limit_changes import OTHERWISE, Branch, NewLimit, branches, latest
from hotline.people import ROLE_LABELS, Role
from hotline.procedure import ANYWHERE, NEW, PHASE_LABELS, Action, Procedure
from hotline.rule_words import EFFECT_WORDS, may_stay, sentences
from hotline.rulebook import Rulebook

AUDIENCES = {
    "citizen": "诉求人",
    "unit": "主办单位",
    "co": "协办单位",
    "inside": "受内部转办的单位",
    "former": "原承办单位",
    "owed": "时限责任人",
}
PARTS = {"lead": "主办单位", "co": "协办单位", "inside": "受内部转办的单位或者同事"}


class Word(msgspec.Struct, frozen=True):
    """A name of the program, and what people call it."""

    name: str
    label: str


class StageText(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case can stand; `told` is what the requester is told of it."""

    name: str
    label: str
    phase: str
    phase_label: str
    told: str


class NeedText(msgspec.Struct, frozen=True, kw_only=True):
    """One input of an action."""

    name: str
    label: str
    type: str
    required: bool
    choices: list[Word]
    max_length: int | None


class FromText(msgspec.Struct, frozen=True, kw_only=True):
    """A stage from which an action can be taken ("" before the case exists), by whom, to where."""

    stage: str
    roles: list[Word]
    to: list[str]


class ActionText(msgspec.Struct, frozen=True, kw_only=True):
    """One action.

    `from_` are the stages; `to` those to which it may lead; `stays` whether the case may also
    stay where it is. `refusals` are the sentences with which it is refused for other reasons
    than stage and role. `starts` and `ends` are clocks.
    """

    name: str
    label: str
    from_: list[FromText] = msgspec.field(name="from")
    anywhere: bool
    to: list[str]
    stays: bool
    part: str
    needs: list[NeedText]
    refusals: list[str]
    effects: list[Word]
    tells: list[Word]
    recused: bool
    starts: list[str]
    ends: list[str]


class LimitText(msgspec.Struct, frozen=True, kw_only=True):
    """A limit in one branch (情形): null where the clock does not run in it.

    `change` is the key of the change (期限调整) that it comes from, null for the procedure's own;
    `since` the day from which that is in force.
    """

    branch: str
    when: str
    limit: str | None
    text: str
    unit: str | None
    basis: str
    change: int | None
    since: date | None


class ExtensionText(msgspec.Struct, frozen=True, kw_only=True):
    """How much longer a clock may run at most with one decision, and how often."""

    most: list[LimitText]
    times: int
    basis: str


class StopText(msgspec.Struct, frozen=True, kw_only=True):
    """How much the stops of a clock may give back together."""

    most: str
    text: str
    basis: str


class ClockText(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation: `limits` are those in force, `coming` those of days to come.

    `notes` say in words what start and end depend on besides the acts.
    """

    name: str
    label: str
    owed_by: Word
    limits: list[LimitText]
    coming: list[LimitText]
    basis: str
    warn: list[float]
    starts: list[str]
    ends: list[str]
    breach: str
    extendable: ExtensionText | None
    stoppable: StopText | None
    notes: list[str]


class ProcedureText(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one kind of case, its limits as on one day."""

    kind: str
    version: str
    title: str
    matter: str
    numbered: bool
    on: date
    seen_by: list[Word]
    stages: list[StageText]
    actions: list[ActionText]
    clocks: list[ClockText]


def described(rules: Procedure, rulebook: Rulebook, *, on: date) -> ProcedureText:
    """The procedure with the limits that are in force on the day."""
    return ProcedureText(
        kind=rules.kind,
        version=rules.version,
        title=rules.title,
        matter=rules.matter,
        numbered=rules.numbered,
        on=on,
        seen_by=[role_word(role) for role in Role if role in rules.seen_by],
        stages=[
            StageText(
                name=stage.name, label=stage.label, phase=stage.phase.value,
                phase_label=PHASE_LABELS[stage.phase], told=stage.citizen,
            )
            for stage in rules.stages
        ],
        actions=[_action(action, rules) for action in rules.actions],
        clocks=[_clock(rule, rules, rulebook, on=on) for rule in rules.clocks],
    )  # fmt: skip


def role_word(role: Role) -> Word:
    """The role as people call it."""
    return Word(role.value, ROLE_LABELS[role])


def _action(action: Action, rules: Procedure) -> ActionText:
    anywhere = ANYWHERE in action.when
    stages = [
        stage for stage in (NEW, *(s.name for s in rules.stages))
        if action in rules.actions_from(stage)
    ]  # fmt: skip
    return ActionText(
        name=action.name,
        label=action.label,
        from_=[
            FromText(
                stage=stage, roles=_roles(action, stage), to=list(rules.targets_of(action, stage))
            )
            for stage in stages
        ],
        anywhere=anywhere,
        to=list(rules.targets_of(action)),
        stays=action.to is None or (callable(action.to) and may_stay(action.to)),
        part=PARTS.get(action.part or "", ""),
        needs=[need_text(name, required=required) for name, required in action.inputs],
        refusals=[
            *([f"办结超过{action.lapses.days}日的不能再提"] if action.lapses else []),
            *(sentence
            for rule in (*action.only, *action.unless, action.check)
            if rule
            for sentence in sentences(rule))
        ],
        effects=[Word(name, EFFECT_WORDS.get(name, name)) for name in action.does],
        tells=[Word(template, _audience(template)) for template in action.tells],
        recused=action.recused,
        starts=[rule.name for rule in rules.clocks if action.name in rule.starts],
        ends=[rule.name for rule in rules.clocks if action.name in rule.ends],
    )  # fmt: skip


def _roles(action: Action, stage: str) -> list[Word]:
    """Who may take the action there; what is possible anywhere may name its roles for that."""
    return [role_word(role) for role in action.roles_in(stage) or action.roles_in(ANYWHERE)]


def need_text(name: str, *, required: bool) -> NeedText:
    """An input as the vocabulary knows it."""
    entry = INPUTS[name]
    return NeedText(
        name=name,
        label=entry.label,
        type=entry.type,
        required=required,
        choices=[Word(value, label) for value, label in entry.choices.items()],
        max_length=entry.max_length or None,
    )


def _audience(template: str) -> str:
    audience = template.split("/", 1)[0]
    known = {role.value: label for role, label in ROLE_LABELS.items()}
    return AUDIENCES.get(audience) or known.get(audience, audience)


def _clock(rule: ClockRule, rules: Procedure, rulebook: Rulebook, *, on: date) -> ClockText:
    """A clock with its limits on the day, and those that are to come."""
    kind, labels = rules.kind, {one.name: one.label for one in rules.clocks}
    changes = rulebook.limit_changes_of(kind, rule.name)
    coming = sorted((c for c in changes if c.valid_from > on), key=lambda c: (c.valid_from, c.id))
    extension, stop = rule.extendable, rule.stoppable
    return ClockText(
        name=rule.name,
        label=rule.label,
        owed_by=role_word(rule.owed_by),
        limits=[_limit_in_force(branch, rule, changes, on) for branch in real_branches(rule)],
        coming=[_changed(change, branch_words(change.branch)) for change in coming],
        basis=rule.basis,
        warn=list(rule.warn),
        starts=list(rule.starts),
        ends=list(rule.ends),
        breach=rule.breach or "",
        extendable=_extension(extension) if extension else None,
        stoppable=StopText(most=stop.most.code, text=stop.most.text, basis=stop.basis)
        if stop
        else None,
        notes=_notes(rule, labels),
    )


def _extension(extension: Extension) -> ExtensionText:
    return ExtensionText(
        most=[_own(one, extension.basis) for one in branches(extension.most) if one.limit],
        times=extension.times,
        basis=extension.basis,
    )


def _notes(rule: ClockRule, labels: Mapping[str, str]) -> list[str]:
    """What a clock's start and end depend on besides the acts."""
    said = []
    if rule.after:
        said.append(f"自“{labels.get(rule.after, rule.after)}”届满起算")
    if rule.since:
        said.append(f"自“{_input(rule.since)}”所填日期起算")
    if rule.until:
        said.append(f"填写“{_input(rule.until)}”的，至该日届满")
    if rule.permits:
        said.append("期限届满后，限期内方可办理的事项不能再办")
    return said


def _input(name: str) -> str:
    return INPUTS[name].label if name in INPUTS else name


def real_branches(rule: ClockRule) -> list[Branch]:
    """The branches of a clock's limit, without "otherwise" where every value is named."""
    every = branches(rule.limit)
    return [branch for branch in every if branch.limit or not _nothing_left(branch, every)]


def _nothing_left(branch: Branch, every: tuple[Branch, ...]) -> bool:
    *above, (field, value) = branch.conditions or (("", ""),)
    if value != OTHERWISE or field not in INPUTS:
        return False
    beside = [one.conditions[: len(above) + 1] for one in every if len(one.conditions) > len(above)]
    named = {one[-1][1] for one in beside if list(one[:-1]) == above and one[-1][0] == field}
    return INPUTS[field].type != "flag" and set(INPUTS[field].choices) <= named


def _limit_in_force(
    branch: Branch, rule: ClockRule, changes: tuple[NewLimit, ...], on: date
) -> LimitText:
    change = latest(changes, branch.key, on=on) if branch.limit else None
    return (
        _changed(change, branch_words(branch.key), branch.key)
        if change
        else _own(branch, rule.basis)
    )


def _changed(change: NewLimit, when: str, key: str | None = None) -> LimitText:
    limit = Limit.parse(change.limit)
    return LimitText(
        branch=change.branch if key is None else key, when=when, limit=limit.code,
        text=limit.text, unit=limit.unit, basis=change.basis, change=change.id,
        since=change.valid_from,
    )  # fmt: skip


def _own(branch: Branch, basis: str) -> LimitText:
    limit = branch.limit
    return LimitText(
        branch=branch.key, when=branch_words(branch.key), limit=limit.code if limit else None,
        text=limit.text if limit else "不适用", unit=limit.unit if limit else None, basis=basis,
        change=None, since=None,
    )  # fmt: skip


def branch_words(key: str) -> str:
    """紧急程度：一般; "" for every case."""
    said = []
    for condition in key.split("/") if key else ():
        field, _, value = condition.partition("=")
        entry = INPUTS.get(field)
        label = entry.label if entry else field
        if entry and entry.type == "flag":
            said.append(label if value == "true" else f"非{label}")
        elif value == OTHERWISE:
            said.append(f"{label}：其他")
        else:
            said.append(f"{label}：{entry.choices.get(value, value) if entry else value}")
    return "，".join(said)
