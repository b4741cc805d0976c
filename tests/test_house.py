"""The shape of the house: what may import what, and that nothing is forgotten in a list."""

from __future__ import annotations

import ast
from pathlib import Path

from running import ROOT

from stackcfg import steps

PACKAGE = ROOT / "stackcfg"


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stackcfg"):
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if (ROOT / (name.replace(".", "/") + ".py")).exists()}


GRAPH = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): imports(path)
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}


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
        "stackcfg.scalars",
        "stackcfg.document",
        "stackcfg.composer",
        "stackcfg.edits",
        "stackcfg.render",
        "stackcfg.embedded",
    }
    text |= {"stackcfg.templates"}
    for module in text:
        assert reached(module) <= text, module


def test_the_store_map_knows_nothing_of_text():
    pure = {"stackcfg.storage", "stackcfg.catalog", "stackcfg.inline_stores", "stackcfg.storage_section"}
    pure |= {"stackcfg.placeholders", "stackcfg.layout", "stackcfg.grouping", "stackcfg.backends", "stackcfg.drift"}
    for module in pure:
        assert reached(module) <= pure, module


def test_every_step_is_listed():
    listed = {step.__module__ for step in steps.STEPS}
    here = {f"stackcfg.steps.{path.stem}" for path in (PACKAGE / "steps").glob("*.py")}
    assert listed == here - {"stackcfg.steps.__init__", "stackcfg.steps.placing"}


def test_every_step_names_its_source():
    for path in (PACKAGE / "steps").glob("*.py"):
        if path.stem not in ("__init__", "placing", "provider_types", "unread_keys"):
            assert "#" in (ast.get_docstring(ast.parse(path.read_text())) or ""), path.stem


def test_only_files_touches_the_disk():
    allowed = {"files", "catalog", "project", "schemas", "guard"}
    for path in PACKAGE.rglob("*.py"):
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert "open" not in calls or path.stem in allowed, path


def test_readme_shows_what_the_command_does():
    from stackcfg import migrate

    words = (ROOT / "README.md").read_text()
    row = next(line for line in words.splitlines() if line.startswith("| <pre>"))
    before, after = (
        cell.strip().removeprefix("<pre>").removesuffix("</pre>").replace("<br>", "\n")
        for cell in row.strip("| ").split(" | ")
    )
    assert migrate(before + "\n").text == after + "\n"
