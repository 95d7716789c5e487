"""The architecture, held by tests: imports, waiting, time, commits, procedures, texts, routes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotline.clock_rules import By
from hotline.clocks import Limit
from hotline.effects import EFFECTS
from hotline.inputs import INPUTS
from hotline.people import CENTRE_ROLES, UNIT_ROLES, Role
from hotline.procedure import ANYWHERE, NEW, PHASE_LABELS, Phase, Procedure
from hotline.procedures import PROCEDURES
from hotline.rings import BREACHED
from hotline.settings import VARIABLES, settings_from
from hotline.vocabulary import URGENCIES

ROOT = Path(__file__).parents[1]
PACKAGES = ("hotline", "dispatch", "web")
TEXTS = ROOT / "dispatch" / "texts"

EVERY_PROCEDURE = pytest.mark.parametrize(
    "rules", PROCEDURES.values(), ids=[rules.kind for rules in PROCEDURES.values()]
)


def modules(*packages: str) -> Iterator[tuple[str, ast.Module, str]]:
    """(path in the checkout, syntax tree, source) of every module of the packages."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            source = path.read_text("utf-8")
            yield str(path.relative_to(ROOT)), ast.parse(source), source


def imported(tree: ast.Module) -> set[str]:
    """The first names of everything that a module imports, also within functions."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            names.add((node.module or "").split(".")[0])
    return names


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every call, as far as it is written as names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


# ---------------------------------------------------------------- modules


@pytest.mark.parametrize(
    ("package", "never"),
    [
        ("hotline", {"dispatch", "web", "tests", "litestar", "asyncpg", "arq", "httpx"}),
        ("dispatch", {"web", "tests", "litestar"}),
        ("web", {"tests", "sqlalchemy", "sqlmodel"}),
    ],
)
def test_imports_run_one_way(package: str, never: set[str]) -> None:
    wrong = {
        path: sorted(found)
        for path, tree, _ in modules(package)
        if (found := imported(tree) & never)
    }
    assert wrong == {}


def test_the_rulebook_never_waits() -> None:
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree, _ in modules("hotline")
        if not path.startswith("hotline/migrations/")
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)
    ]
    assert wrong == []


def test_the_rulebook_never_asks_the_time() -> None:
    asks = re.compile(r"(?:^|\.)(?:now|utcnow|today|time_ns|monotonic|perf_counter)$|^time\.time$")
    wrong = [
        f"{path}:{line} {name}"
        for path, tree, _ in modules("hotline")
        for line, name in calls(tree)
        if asks.search(name)
    ]
    assert wrong == []


# Alembic drives its own connection; everything else goes through `dispatch.db.transaction`.
COMMITS = {"dispatch/db.py", "hotline/migrations/env.py"}


def test_only_the_database_module_begins_and_commits() -> None:
    wrong = [
        f"{path}:{line} {name}"
        for path, tree, _ in modules(*PACKAGES)
        if path not in COMMITS
        for line, name in calls(tree)
        if name.endswith((".transaction", ".commit", ".rollback", ".begin", ".begin_nested"))
    ]
    assert wrong == []


def test_faces_write_no_sql() -> None:
    sql = re.compile(
        r"\b(?:select\s.+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s)",
        re.IGNORECASE | re.DOTALL,
    )
    asks = (".fetch", ".fetchrow", ".fetchval", ".execute", ".executemany")
    wrong: list[str] = []
    for path, tree, _ in modules("web"):
        wrong += [f"{path}:{line} {name}" for line, name in calls(tree) if name.endswith(asks)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and sql.search(str(node.value)):
                wrong.append(f"{path}:{node.lineno}")
    assert wrong == []


# A table of cases to be told apart reads best in one piece, so tests may be longer.
LONGEST_FILE = {"hotline": 400, "dispatch": 400, "web": 400, "tests": 600}


def test_files_are_short() -> None:
    too_long = {
        path: source.count("\n")
        for package, most in LONGEST_FILE.items()
        for path, _, source in modules(package)
        if "/migrations/versions/" not in path and source.count("\n") > most
    }
    assert too_long == {}


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager",
               "managers", "service", "services"}  # fmt: skip
    named = {
        path
        for path, _, _ in modules(*PACKAGES, "tests")
        if drawers & set(Path(path).with_suffix("").parts)
    }
    assert named == set()


def test_annotations_stay_real_where_they_are_read() -> None:
    """SQLModel and litestar read annotations at run time; as strings they would not resolve."""
    wrong = [
        path
        for path, tree, _ in modules(*PACKAGES)
        if "__future__" in imported(tree) and imported(tree) & {"sqlmodel", "litestar"}
    ]
    assert wrong == []


# ---------------------------------------------------------------- procedures


@EVERY_PROCEDURE
def test_every_stage_is_reached_and_left(rules: Procedure) -> None:
    edges = list(_edges(rules))
    reached = {NEW}
    while more := {target for source, target in edges if source in reached} - reached:
        reached |= more
    assert {stage.name for stage in rules.stages} == reached - {NEW}
    for stage in rules.stages:
        if stage.phase is Phase.CLOSED:
            leaving = [a for a in rules.actions_from(stage.name) if isinstance(a.to, str)]
            for action in leaving:
                still_closed = rules.stage(str(action.to)).phase is Phase.CLOSED
                assert still_closed or "live_again" in action.does, action.name
        else:
            assert any(source == stage.name != target for source, target in edges), stage.name


def _edges(rules: Procedure) -> Iterator[tuple[str, str]]:
    for action in rules.actions:
        if callable(action.to):
            names = {stage.name for stage in rules.stages}
            targets = names & set(_strings_in(action.to))
        else:
            targets = {action.to} if action.to else set()
        open_stages = [s.name for s in rules.stages if s.phase is not Phase.CLOSED]
        sources = open_stages if ANYWHERE in action.when else action.when
        yield from ((source, target) for source in sources for target in targets)


def _strings_in(function: Any) -> list[str]:
    """The strings that a destination function can answer with."""
    return [constant for constant in function.__code__.co_consts if isinstance(constant, str)]


@EVERY_PROCEDURE
def test_from_every_stage_a_closed_one_can_be_reached(rules: Procedure) -> None:
    edges = list(_edges(rules))
    ends = {stage.name for stage in rules.stages if stage.phase is Phase.CLOSED}
    while more := {source for source, target in edges if target in ends} - ends:
        ends |= more
    assert {stage.name for stage in rules.stages} <= ends


@EVERY_PROCEDURE
def test_a_procedure_names_only_what_exists(rules: Procedure) -> None:
    stages = {stage.name for stage in rules.stages}
    actions = {action.name for action in rules.actions}
    assert len(stages) == len(rules.stages)
    assert len(actions) == len(rules.actions)
    assert len({clock.name for clock in rules.clocks}) == len(rules.clocks)
    assert {stage.phase for stage in rules.stages} <= set(PHASE_LABELS)
    for action in rules.actions:
        assert set(action.when) <= {*stages, NEW, ANYWHERE}, action.name
        assert callable(action.to) or action.to is None or action.to in stages, action.name
        assert {name for name, _ in action.inputs} <= set(INPUTS), action.name
        assert set(action.does) <= set(EFFECTS), action.name
        assert action.part in (None, "lead", "co", "inside"), action.name
        for stage in action.when:
            assert action.roles_in(stage), f"nobody can {action.name} in {stage}"
        if action.part:
            assert set(action.roles_in(action.when[0])) & UNIT_ROLES, action.name
    for clock in rules.clocks:
        assert clock.starts, clock.name
        assert {*clock.starts, *clock.ends} <= actions, clock.name
        assert clock.basis, clock.name
        assert clock.owed_by in UNIT_ROLES | CENTRE_ROLES, clock.name
    for at, clock in enumerate(rules.clocks):
        # A clock begins after one that starts with it, and so stands before it.
        earlier = {one.name: one for one in rules.clocks[:at]}
        assert clock.after is None or set(clock.starts) <= set(earlier[clock.after].starts)
    for action in rules.actions:
        assert set(action.reads) <= {name for name, _ in action.inputs}, action.name
        assert all(INPUTS[name].type == "case" for name in action.reads), action.name


@EVERY_PROCEDURE
def test_every_clock_ends_and_its_breach_is_an_act_of_time(rules: Procedure) -> None:
    for clock in rules.clocks:
        ended_by_act = [rules.action(name) for name in clock.ends]
        assert all(ended_by_act)
        # A clock that no act ends runs until the case closes: only the citizen clock does.
        assert clock.ends or clock.owed_by is Role.SUPERVISOR, clock.name
        # Of what just closes nobody need be warned.
        if clock.warn or not clock.window:
            assert len(clock.warn) + 1 == BREACHED, f"{clock.name} warns at two levels"
            assert 0 < clock.warn[0] < clock.warn[1] <= 1
        if clock.breach:
            act = rules.action(clock.breach)
            assert act is not None
            assert Role.CLOCK in act.roles_in(act.when[0])
            assert clock.breach in clock.ends, "what time does ends the clock that asked for it"
        _check_limit(clock.limit)


def _check_limit(limit: Limit | By | None) -> None:
    """What a limit depends on is one of the vocabulary's choices, each with a limit or none."""
    if not isinstance(limit, By):
        return
    known = INPUTS[limit.field]
    assert set(limit.limits) <= ({True} if known.type == "flag" else set(known.choices))
    assert limit.otherwise or limit.field != "urgency" or set(limit.limits) == set(URGENCIES)
    for chosen in (*limit.limits.values(), limit.otherwise):
        _check_limit(chosen)


@EVERY_PROCEDURE
def test_nobody_judges_what_they_handled(rules: Procedure) -> None:
    judges = {"new_round", "round_together", "callback"}
    judging = [a for a in rules.actions if judges & set(a.does)]
    # Where no unit has a part, there is nobody to send anything back to.
    assert judging or not any(action.part for action in rules.actions)
    assert all(action.recused for action in judging)
    for action in rules.actions:
        assert not (action.recused and action.handles), action.name


def test_every_effect_and_every_input_is_used() -> None:
    actions = [action for rules in PROCEDURES.values() for action in rules.actions]
    assert set(EFFECTS) == {effect for action in actions for effect in action.does}
    asked = {name for action in actions for name, _ in action.inputs}
    worked_out = {entry.name for rules in PROCEDURES.values() for entry in rules.results}
    assert set(INPUTS) == asked | worked_out
    for rules in PROCEDURES.values():
        own = {name for action in rules.actions for name, _ in action.inputs}
        assert own.isdisjoint(entry.name for entry in rules.results), rules.kind


# ---------------------------------------------------------------- texts, settings, routes


def test_every_text_exists_and_is_used() -> None:
    told = {
        template
        for rules in PROCEDURES.values()
        for action in rules.actions
        for template in action.tells
    } | {
        template
        for rules in PROCEDURES.values()
        if rules.returns
        for template in rules.returns.tells
    }
    written = {str(path.relative_to(TEXTS))[:-4] for path in TEXTS.rglob("*.txt")}
    assert told - written == set(), "an action tells a text that is not written"
    named = {
        node.value
        for _, tree, _ in modules("dispatch")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert written - told - named == set(), "a text that nothing sends"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_setting_is_in_the_readme(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    missing = [variable.name for variable in VARIABLES if f"`{variable.name}`" not in text]
    assert missing == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_kind_of_case_is_in_the_readme(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    assert [kind for kind in PROCEDURES if f"| `{kind}` |" not in text] == []


def test_every_variable_that_is_read_is_a_setting() -> None:
    known = {variable.name for variable in VARIABLES}
    wrong = {
        (path, node.value)
        for path, tree, _ in modules(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"HOTLINE_[A-Z_]+", node.value)
        and node.value not in known
    }
    assert wrong == set()


def test_every_route_is_guarded_or_declared_public() -> None:
    from web.app import create_app

    app = create_app(settings_from({"HOTLINE_DATABASE_URL": "postgresql://nowhere/none"}))
    open_doors: list[str] = []
    count = 0
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            if set(handler.http_methods) == {"OPTIONS"}:
                continue  # the framework's own answer: which methods there are
            count += 1
            if not handler.resolve_guards() and not handler.opt.get("public"):
                open_doors.append(f"{route.path} {handler}")
    assert count > 5
    assert open_doors == []
