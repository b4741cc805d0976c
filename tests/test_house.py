"""The shape of the house: what may import what, and that nothing is forgotten in a list."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from inspect import isgeneratorfunction
from pathlib import Path

import pytest
from running import ROOT

from stackcfg.data import row_rules
from stackcfg.migration import steps
from stackcfg.releases.stores import location_facts
from stackcfg.stores.catalog import OWN_BACKENDS
from stackcfg.validation import rules

PACKAGE = ROOT / "stackcfg"


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stackcfg"):
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if name in MODULES}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"}
GRAPH = {name: imports(path) - {name} for name, path in MODULES.items()}
RULES = [f"stackcfg.validation.rules.{rule.id.replace('-', '_')}" for rule in rules.RULES]
SHARED = ("__init__", "editing", "lacking_store", "orphans", "placing", "retiring", "server_stores", "sql_references")
"""The modules of the steps' package that are no steps: what several steps do in the same way."""
REPORTS = [name for name in GRAPH if name.startswith("stackcfg.reports.")]


def calls(path: Path) -> set[str]:
    """The functions that a module calls by a plain name."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def libraries(path: Path) -> set[str]:
    """What a module imports from outside of the package, by its first name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found - {"stackcfg"}


def reached(module: str) -> set[str]:
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        for name in GRAPH.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def test_no_cycles():
    assert [module for module in GRAPH if module in reached(module)] == []


def test_text_knows_nothing_of_llama_stack():
    text = {
        "stackcfg.yamltext.scalars",
        "stackcfg.yamltext.document",
        "stackcfg.yamltext.parser",
        "stackcfg.yamltext.edits",
        "stackcfg.yamltext.emit",
        "stackcfg.yamltext.embedded",
    }
    text |= {"stackcfg.yamltext.templates", "stackcfg.validation.engine.ignores"}
    for module in text:
        assert reached(module) <= text, module


def test_the_store_map_knows_nothing_of_text():
    pure = {
        "stackcfg.stores.store_map",
        "stackcfg.releases.versions.versions.versions.stores",
        "stackcfg.stores.inline",
        "stackcfg.stores.catalog",
    }
    pure |= {
        "stackcfg.releases.models",
        "stackcfg.releases.versions",
        "stackcfg.runconfig.placeholders",
        "stackcfg.migration.planning.layout",
        "stackcfg.migration.planning.grouping",
        "stackcfg.migration.planning.backends",
        "stackcfg.stores.drift",
    }
    for module in pure:
        assert reached(module) <= pure, module


def test_every_step_is_listed():
    listed = [step.name for step in steps.STEPS]
    here = {path.stem for path in (PACKAGE / "steps").glob("*.py")}
    assert sorted(listed) == sorted(here - set(SHARED))
    dated = [step.since for step in steps.STEPS if step.since != steps.EVERY]
    assert dated == sorted(dated)


def test_every_step_names_its_source():
    for path in (PACKAGE / "steps").glob("*.py"):
        if path.stem not in (*SHARED, "provider_types", "unread_keys"):
            words = ast.get_docstring(ast.parse(path.read_text())) or ""
            assert "#" in words or "Source: " in words, path.stem


def test_a_rule_is_its_module_its_place_in_the_tuple_and_its_folder():
    here = {path.stem for path in (PACKAGE / "rules").glob("*.py") if "\nSEVERITY: Final" in path.read_text()}
    folders = {path.name for path in (ROOT / "fixtures" / "validate").iterdir()} - {"unused-ignore"}
    assert len(RULES) == len(set(RULES))
    assert {name.rpartition(".")[2] for name in RULES} == here
    assert {name.replace("-", "_") for name in folders} == here


@pytest.mark.parametrize("module", RULES)
def test_a_rule_knows_no_other_and_nothing_of_what_becomes_of_it(module):
    known = reached(module)
    assert not known & set(RULES)
    assert not [name for name in known if name.startswith(("stackcfg.reports", "stackcfg.command_"))]
    assert not known & {f"stackcfg.{name}" for name in ("cli", "files", "ignores", "project", "reading", "validation")}


def test_rules_only_read():
    """They yield findings, from what they are given; no clock, no chance, no environment, no disk."""
    allowed = {"__future__", "collections", "dataclasses", "difflib", "functools", "itertools", "re", "types", "typing"}
    for path in (PACKAGE / "rules").glob("*.py"):
        assert libraries(path) <= allowed, path
        assert not calls(path) & {"print", "open", "setattr", "exec", "eval"}, path
    assert [rule.id for rule in rules.RULES if not isgeneratorfunction(rule.check)] == []


def test_the_validation_of_a_text_is_pure():
    known = reached("stackcfg.validation.engine")
    assert set(RULES) <= known
    assert not known & {f"stackcfg.{name}" for name in ("cli", "files", "parallel", "progress", "project", "terminal")}
    assert not [name for name in known if name.startswith(("stackcfg.reports", "stackcfg.command_"))]


@pytest.mark.parametrize("module", REPORTS)
def test_reports_know_no_rules(module):
    known = reached(module)
    assert not [name for name in known if name.startswith(("stackcfg.validation.engine.rules", "stackcfg.command_"))]
    assert not known & {"stackcfg.validation.engine.engine", "stackcfg.system.files"}


def test_reports_of_findings_know_findings_only():
    words = {"stackcfg.validation.engine.engine.diagnostics", "stackcfg.yamltext.document", "stackcfg.yamltext.scalars"}
    reports = [name for name in REPORTS if ".diagnostics_" in name]
    assert len(reports) == 6
    for module in reports:
        assert reached(module) - words <= set(REPORTS), module


def test_only_files_touches_the_disk():
    allowed = {"files", "releases", "project", "schemas", "guard"}
    for path in PACKAGE.rglob("*.py"):
        assert "open" not in calls(path) or path.stem in allowed, path


def test_only_data_opens_a_database():
    for path in PACKAGE.rglob("*.py"):
        assert not libraries(path) & {"sqlite3", "psycopg"} or path.parent.name == "data", path


def test_rules_for_stored_rows_only_read():
    """They say what a row becomes, from the row and what is known of the upgrade; no disk, no database, no clock."""
    allowed = {"__future__", "collections", "dataclasses", "functools", "importlib", "os", "types"}
    allowed |= {"base64", "binascii", "hashlib", "json"}
    for path in (PACKAGE / "row_rules").glob("*.py"):
        assert libraries(path) <= allowed | {"typing", "uuid"}, path
        assert not calls(path) & {"print", "open"}, path
    opened = {
        "stackcfg.data.engines.sqlite",
        "stackcfg.data.engines.postgres",
        "stackcfg.data.engines.opening",
        "stackcfg.system.files",
    }
    for name in GRAPH:
        if name.startswith("stackcfg.data.row_rules") or name in ("stackcfg.data.plan", "stackcfg.data.transform"):
            assert not reached(name) & opened, name


def test_a_rule_for_stored_rows_is_its_module_and_its_place_in_the_tuple():
    here = {path.stem for path in (PACKAGE / "row_rules").glob("*.py")} - {"__init__"}
    assert {rule.name for rule in row_rules.RULES} == here
    for rule in row_rules.RULES:
        kinds = [name for name in ("rows", "table_rows", "kv_rows", "completed") if hasattr(rule.module, name)]
        assert len(kinds) == 1, rule.name
        head, _, rest = (rule.module.__doc__ or "").partition("\n")
        assert len(head) <= 70, rule.name
        assert rest.strip(), rule.name


def test_readme_shows_what_the_command_does():
    from stackcfg import migrate

    words = (ROOT / "README.md").read_text()
    row = next(line for line in words.splitlines() if line.startswith("| <pre>"))
    before, after = (
        cell.strip().removeprefix("<pre>").removesuffix("</pre>").replace("<br>", "\n")
        for cell in row.strip("| ").split(" | ")
    )
    assert migrate(before + "\n").text == after + "\n"


def test_the_source_archive_holds_what_its_tests_read():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = set(settings["tool"]["hatch"]["build"]["targets"]["sdist"]["include"])
    read = {
        name for path in (ROOT / "tests").glob("*.py") for name in re.findall(r'ROOT / "([\w.-]+)"', path.read_text())
    }
    assert read - {".git", "pyproject.toml"} <= included
    assert [name for name in sorted(included) if not (ROOT / name).exists()] == []


def test_every_library_is_declared():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*settings["dependencies"], *settings["optional-dependencies"]["postgres"]]
    names = {re.split(r"[^\w.-]", each)[0].lower() for each in declared}
    imported = set().union(*(libraries(path) for path in PACKAGE.rglob("*.py"))) - sys.stdlib_module_names
    assert {{"yaml": "pyyaml"}.get(name, name) for name in imported} <= names


def test_the_backends_that_a_server_makes_up_are_the_default_ones():
    made_up = {name: fields["type"] for name, fields in location_facts()["default_backends"]["backends"].items()}
    assert made_up == OWN_BACKENDS
