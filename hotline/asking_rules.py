"""The rule beside a form that asks for something: how much, how often, until when, who decides.

Read from the procedure's own data, so that form and guard never say different things. What is
asked for is an extension (延期), a stop (停止计时) or another unit (派单异议).
"""

from collections.abc import Iterator

from hotline.calendar import in_shanghai
from hotline.casefile import CaseFile
from hotline.procedure import Action, Procedure
from hotline.procedures import procedure
from hotline.rule_words import sentences


def rule_beside(case: CaseFile, action: Action) -> tuple[str, ...]:
    """Sentences for whoever fills in the form; none where the act asks nobody for anything."""
    rules = procedure(case.kind)
    if "request_extension" in action.does:
        return (*_extension(case, rules), *_decision(case, rules, action))
    if "request_stop" in action.does:
        return (*_stop(case, rules), *_decision(case, rules, action))
    if any(name == "objection_ground" for name, _ in action.inputs):
        return (*_objection(case, rules, action), *_decision(case, rules, action))
    return ()


def _extension(case: CaseFile, rules: Procedure) -> Iterator[str]:
    for rule in rules.clocks:
        clock, longer = case.clock(rule.name), rule.extendable
        most = longer.most_for(case) if longer else None
        if clock is None or longer is None or most is None:
            continue
        taken = len(clock.extensions)
        yield f"{rule.label}最多延长{most.text}，可延期{longer.times}次，已延期{taken}次"
        yield f"须在{in_shanghai(clock.due_at):%Y-%m-%d %H:%M}届满前申请，待批期间不计逾期"
        yield f"依据：{longer.basis}"


def _stop(case: CaseFile, rules: Procedure) -> Iterator[str]:
    found = [(rule, clock) for rule in rules.clocks if rule.stoppable
             if (clock := case.clock(rule.name))]  # fmt: skip
    for rule, clock in found:
        assert rule.stoppable is not None
        yield (
            f"{rule.label}累计最多停止{rule.stoppable.most.text}，"
            f"须在{in_shanghai(clock.due_at):%Y-%m-%d %H:%M}届满前申请"
        )
    if found:
        yield "停止前剩余的时限不减少，到停止截止日自动恢复计时"
        for basis in dict.fromkeys(rule.stoppable.basis for rule, _ in found if rule.stoppable):
            yield f"依据：{basis}"


def _objection(case: CaseFile, rules: Procedure, action: Action) -> Iterator[str]:
    window = rules.window(action.name)
    clock = case.clock(window.name) if window else None
    if window and clock:
        yield f"须在{in_shanghai(clock.due_at):%Y-%m-%d %H:%M}前提出（{window.label}）"
        yield f"依据：{window.basis}"
    else:
        stages = "、".join(f"“{rules.stage(name).label}”" for name in action.when)
        yield f"在{stages}环节可以提出"
    handle = next((rule for rule in rules.clocks if rule.name == "handle"), None)
    if handle and case.clock("handle") and action.name not in handle.ends:
        yield f"提出异议期间{handle.label}继续计算"
    for guard in action.unless:
        yield from (f"不能提出的情形：{sentence}" for sentence in sentences(guard))


def _decision(case: CaseFile, rules: Procedure, action: Action) -> Iterator[str]:
    """How soon it is decided: the clocks that the act starts."""
    for rule in rules.clocks:
        if action.name in rule.starts and (limit := rule.limit_for(case)):
            yield f"提出后{limit.text}内作出决定（{rule.label}）"
