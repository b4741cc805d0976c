"""The shape of the house: every package has a charter and a place, and nothing is forgotten in a list.

Which package may import which is the contract of import-linter in `pyproject.toml`.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import isgeneratorfunction
from pathlib import Path

from importlinter.cli import lint_imports

from stackcfg.data import row_rules
from stackcfg.data.row_rule import (
    ColumnRule,
    KvRule,
    KvToTableRule,
    RowRule,
    TableNameRule,
    TableToKvRule,
)
from stackcfg.migration import steps
from stackcfg.releases import changes, server_places
from stackcfg.releases.stores import location_facts
from stackcfg.releases.versions import described_releases, format_release
from stackcfg.stores.catalog import OWN_BACKENDS
from stackcfg.validation import manifest_rules, rules
from tests.support.running import ROOT

PACKAGE = ROOT / "stackcfg"
MODULES = sorted(PACKAGE.rglob("*.py"))
PACKAGES = [path for path in MODULES if path.name == "__init__.py"]
STEP_MODULES = [
    path
    for path in (PACKAGE / "migration" / "steps").glob("*/*.py")
    if path.stem != "__init__"
]
RULE_MODULES = [
    path
    for path in (PACKAGE / "validation").glob("*rules/*.py")
    if path.stem != "__init__"
]
ROW_RULE_MODULES = [
    path
    for path in (PACKAGE / "data" / "row_rules").glob("*.py")
    if path.stem != "__init__"
]


def short_name(path: Path) -> str:
    return str(path.relative_to(PACKAGE).with_suffix(""))


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax of a module; several tests look at all of them."""
    return ast.parse(path.read_text())


@cache
def called_functions(path: Path) -> set[str]:
    """The functions that a module calls by a plain name."""
    nodes = ast.walk(tree_of(path))
    return {
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


@cache
def libraries(path: Path) -> set[str]:
    """What a module imports from outside of the package, by its first name."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found - {"stackcfg"}


def test_packages_import_as_the_contract_says(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0


def test_the_top_level_shows_packages_and_few_modules():
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    assert modules <= {
        "__init__",
        "__main__",
        "errors",
        "light_typing",
        "paths",
        "patterns",
        "spelling",
        "roundtrip",
    }


def functions_of(path: Path) -> Iterator[ast.FunctionDef]:
    """The functions and methods of a module, those inside of others too."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_functions_are_short_but_for_lists_of_options():
    option_lists = {"stackcfg/cli/app.py", "stackcfg/cli/data_app.py"}
    long = {
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in PACKAGE.rglob("*.py")
        if str(path.relative_to(ROOT)) not in option_lists
        for function in functions_of(path)
        if function.end_lineno - function.lineno >= 40
    }
    assert long == set()


def test_every_package_says_what_belongs_there():
    for path in PACKAGES:
        assert ast.get_docstring(tree_of(path)), path


def test_every_step_is_listed():
    listed = [step.name for step in steps.STEPS]
    here = [f"{path.parent.name}.{path.stem}" for path in STEP_MODULES]
    assert sorted(listed) == sorted(here)
    dated = [step.since for step in steps.STEPS if step.since != steps.EVERY_FAMILY]
    assert dated == sorted(dated)


def test_every_step_lies_in_the_folder_of_its_release():
    for step in steps.STEPS:
        family = (
            "every_family"
            if step.since == steps.EVERY_FAMILY
            else f"v{step.since[0]}_{step.since[1]}"
        )
        assert step.name.partition(".")[0] == family, step.name


def test_every_step_names_its_source():
    for path in STEP_MODULES:
        if path.stem not in ("unread_keys",):
            words = ast.get_docstring(tree_of(path)) or ""
            assert "#" in words or "Source: " in words, path.stem


def test_a_rule_is_its_module_its_place_in_the_tuple_and_its_folder():
    here = {path.stem for path in RULE_MODULES}
    known = (*rules.load_rules(), *manifest_rules.load_manifest_rules())
    listed = [rule.id.replace("-", "_") for rule in known]
    folders = {path.name for path in (ROOT / "fixtures" / "validate").iterdir()} - {
        "unused-ignore"
    }
    assert sorted(listed) == sorted(here)
    assert {name.replace("-", "_") for name in folders} == here


def test_rules_only_read():
    """They yield findings, from what they are given; no clock, no chance, no environment, no disk."""
    allowed = {
        "__future__",
        "collections",
        "dataclasses",
        "difflib",
        "functools",
        "itertools",
        "re",
        "types",
        "typing",
    }
    for path in RULE_MODULES:
        assert libraries(path) <= allowed, path
        assert not called_functions(path) & {
            "print",
            "open",
            "setattr",
            "exec",
            "eval",
        }, path
    for rule in rules.load_rules():
        functions = [each for each in (rule.check, rule.report) if each is not None]
        assert functions or rule.describe, rule.id
        assert all(map(isgeneratorfunction, functions)), rule.id
    for rule in manifest_rules.load_manifest_rules():
        assert isgeneratorfunction(rule.check), rule.id


def test_annotations_of_light_names_are_not_evaluated():
    """Python 3.14 keeps annotations that are to be evaluated where no record finds them."""
    for path in MODULES:
        text = path.read_text()
        if "from stackcfg.light_typing import" in text:
            assert "\nfrom __future__ import annotations\n" in text, path


def test_only_few_modules_touch_the_disk():
    allowed = {
        "system/files",
        "system/file_writing",
        "system/file_copies",
        "system/log_file",
        "releases/versions",
        "cli/settings",
        "cli/errors",
        "schema_export/publish",
    }
    for path in MODULES:
        name = short_name(path)
        assert "open" not in called_functions(path) or name in allowed, name


def test_no_module_starts_a_program():
    """A program that is started finds its settings in the folder that is checked."""
    starters = re.compile(
        r"\bos\.(system|popen|startfile|exec|spawn|posix_spawn)|create_subprocess"
    )
    for path in MODULES:
        assert not libraries(path) & {"subprocess", "pty", "ctypes"}, path
        assert not starters.search(path.read_text()), path


def test_no_expression_repeats_a_group_possessively():
    """Python 3.11.0 to 3.11.4 match such groups wrongly where they have choices (gh-106052)."""
    found = [
        f"{path.name}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text().split("\n"), 1)
        if re.search(r"\)[*+?]\+", line)
    ]
    assert found == []


def test_only_data_opens_a_database():
    for path in MODULES:
        assert not libraries(path) & {"sqlite3", "psycopg"} or short_name(
            path
        ).startswith("data/"), path


def test_rules_for_stored_rows_only_read():
    """They say what a row becomes, from the row and what is known of the upgrade; no disk, no database, no clock."""
    allowed = {
        "__future__",
        "collections",
        "dataclasses",
        "functools",
        "importlib",
        "os",
        "types",
        "typing",
        "uuid",
    }
    allowed |= {"base64", "binascii", "hashlib", "json"}
    for path in ROW_RULE_MODULES:
        assert libraries(path) <= allowed, path
        assert not called_functions(path) & {"print", "open"}, path


def test_a_rule_for_stored_rows_is_its_module_and_its_place_in_the_tuple():
    names = [f"{row_rules.__name__}.{path.stem}" for path in ROW_RULE_MODULES]
    modules = [import_module(name) for name in names]
    assert sorted(map(id, row_rules.ROW_RULES)) == sorted(
        id(module.RULE) for module in modules
    )
    for module in modules:
        own = [value for value in vars(module).values() if isinstance(value, RowRule)]
        assert own == [module.RULE], module
        assert type(module.RULE) in (
            KvRule,
            KvToTableRule,
            TableToKvRule,
            ColumnRule,
            TableNameRule,
        ), module
        assert module.RULE.page == module.__doc__, module
        head, _, rest = (module.__doc__ or "").partition("\n")
        assert len(head) <= 70, module
        assert rest.strip(), module


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
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r'ROOT / "([\w.-]+)"', path.read_text())
    }
    assert read - {".git", "pyproject.toml"} <= included
    assert [name for name in sorted(included) if not (ROOT / name).exists()] == []


ENGINES = ("mongodb", "postgres", "redis")
"""The extras that bring the driver of an engine."""


def test_every_library_is_declared():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = settings["optional-dependencies"]
    declared = [
        *settings["dependencies"],
        *(each for name in ("lsp", *ENGINES) for each in extras[name]),
    ]
    names = {re.split(r"[^\w.-]", each)[0].lower() for each in declared}
    imported = set().union(*map(libraries, MODULES)) - sys.stdlib_module_names
    called = {"yaml": "pyyaml", "ruamel": "ruamel.yaml"}
    assert {called.get(name, name) for name in imported} <= names


def test_the_backends_that_a_server_makes_up_are_the_default_ones():
    made_up = {
        name: fields["type"]
        for name, fields in location_facts()["default_backends"]["backends"].items()
    }
    assert made_up == OWN_BACKENDS


def test_places_of_servers_and_names_of_variables_are_written_once():
    """A port, a folder or a variable that two modules spell is two facts."""
    facts = {value for name, value in vars(server_places).items() if name.isupper()}
    facts |= {
        value for name, value in vars(changes).items() if name.endswith("_VARIABLE")
    }
    assert {8321, ".llama", "/etc/ogx", "OGX_CONFIG_DIR"} <= facts
    again = {
        short_name(path): sorted(map(str, constants(path) & facts))
        for path in MODULES
        if path.stem not in ("server_places", "changes")
    }
    assert {name: found for name, found in again.items() if found} == {}


def constants(path: Path) -> set[object]:
    """Return the strings and numbers of a module, each as a whole."""
    nodes = ast.walk(tree_of(path))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int)
    }


def test_paths_in_contributing_exist():
    """Paths with a placeholder, such as NAME, are left out."""
    words = (ROOT / "CONTRIBUTING.md").read_text()
    paths = re.findall(r"`((?:stackcfg|tests|fixtures|\.ci)/[\w./-]*)`", words)
    paths = [path for path in paths if not re.search(r"[A-Z]{2}|X_Y", path)]
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_first_and_the_newest_release_are_named_in_the_readme():
    first, *_, newest = map(format_release, described_releases())
    assert f"from {first} to ogx {newest}" in (ROOT / "README.md").read_text()
