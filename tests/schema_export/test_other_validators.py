"""The published schemas in validators of other projects, and what an editor shows of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from stackcfg import InputError, validate
from stackcfg.schema_export.publish import FILE_PATTERNS, catalog
from tests.support.budgets import ALL
from tests.support.running import ROOT, download_environment

PUBLISHED: Final = {
    path.name: json.loads(path.read_text())
    for path in (ROOT / "schemas").glob("*-*.json")
}
HOOK_FILES: Final = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
EDITOR_WORDS: Final = ["markdownDescription", "markdownEnumDescriptions"]
"""Keywords that only editors know; SchemaStore allows them as well."""

DROPPED: Final = {"unknown-key", "renamed-key", "backend-field", "duplicate-key"}
"""Rules about what a release silently drops: a schema refuses it."""

COMPILE: Final = """
const Ajv = require("ajv/dist/2020").default;
const addFormats = require("ajv-formats").default;
const fs = require("fs");
for (const file of process.argv.slice(1)) {
  const ajv = new Ajv({ strict: true });
  addFormats(ajv);
  ajv.addVocabulary(WORDS);
  ajv.compile(JSON.parse(fs.readFileSync(file)));
  console.log(file);
}
""".replace("WORDS", json.dumps(EDITOR_WORDS))


def target_of(output: Path) -> str:
    options = output.with_name("options.json")
    if not options.exists():
        return "0.3"
    return str(json.loads(options.read_text()).get("target", "0.3"))


@cache
def taken_fixtures() -> dict[str, list[Path]]:
    """Return the migrated run configs that their release takes whole, by its family."""
    found = defaultdict(list)
    for path in sorted((ROOT / "fixtures" / "migrate").glob("*/*/output*.yaml")):
        target = target_of(path)
        if is_taken(path, target):
            found[".".join(target.split(".")[:2])].append(path)
    return found


def is_taken(path: Path, target: str) -> bool:
    try:
        documents = list(yaml.safe_load_all(path.read_text()))
    except yaml.YAMLError:
        return False
    if len(documents) != 1 or "storage" not in documents[0]:
        return False
    try:
        findings = validate(path.read_text(), target=target).findings
    except InputError:
        return False
    return not any(
        each.severity == "error" or each.rule in DROPPED for each in findings
    )


FAMILIES: Final = (
    "0.3",
    "0.4",
    "0.5",
    "0.6",
    "0.7",
    "0.8",
    "1.0",
    "1.1",
    "1.2",
    "1.4",
    "1.5",
)
"""Those that a migrated fixture is for."""

SAMPLE: Final = FAMILIES if ALL else ("0.3", "0.8", "1.5")
"""All schemas come from one place, and check-jsonschema checks each for a second before it asks it."""


@pytest.mark.parametrize("family", FAMILIES)
def test_a_schema_takes_what_its_release_takes(family: str):
    validator = Draft202012Validator(PUBLISHED[f"run-config-{family}.json"])
    for path in taken_fixtures()[family]:
        # the reader of check-jsonschema; JSON has no dates
        data = YAML(typ="safe").load(path.read_text())
        data = json.loads(json.dumps(data, default=str))
        assert list(validator.iter_errors(data)) == [], path


READ_BY_OTHERS: Final = 12
"""How many files of a release the command-line tool reads."""


@pytest.mark.parametrize("family", SAMPLE)
def test_check_jsonschema_takes_what_the_release_takes(family: str):
    """It reads files in its own way, and then asks the library of the test above."""
    schema = ROOT / "schemas" / f"run-config-{family}.json"
    files = map(str, taken_fixtures()[family][:READ_BY_OTHERS])
    done = CliRunner().invoke(check_jsonschema, ["--schemafile", str(schema), *files])
    assert done.exit_code == 0, done.output


def test_there_are_configs_of_many_families():
    taken = taken_fixtures()
    assert set(FAMILIES) == set(taken)
    assert sum(map(len, taken.values())) > 100


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from parts(inner)
    if isinstance(schema, list):
        for inner in schema:
            yield from parts(inner)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_expressions_are_those_of_every_validator(name: str):
    """No groups with flags, names or a look behind, no possessive repeats: ECMA-262 in the form of 2015."""
    for part in parts(PUBLISHED[name]):
        pattern = part.get("pattern", "")
        if isinstance(pattern, str):
            assert not re.search(r"\(\?|[*+?}]\+|\\[AZzG]", pattern), pattern


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_each_schema_has_a_name(name: str):
    head = PUBLISHED[name]
    assert head["$id"] == f"urn:stackcfg:schema:{name.removesuffix('.json')}"
    assert head["title"]


def test_an_editor_shows_what_upstream_says():
    schema = PUBLISHED["run-config-1.5.json"]
    server = schema["$defs"]["ServerConfig"]["properties"]
    assert server["port"]["description"] == "Port to listen on"
    assert server["workers"]["markdownDescription"].endswith("\n\nSince 0.3.1.")
    properties = [
        each
        for definition in schema["$defs"].values()
        for each in definition.get("properties", {}).values()
    ]
    described = [each for each in properties if "description" in each]
    assert len(described) > len(properties) / 2


def test_an_editor_shows_which_release_brought_a_provider_type():
    schema = PUBLISHED["run-config-1.5.json"]
    apis = schema["properties"]["providers"]["properties"]
    hint = apis["inference"]["items"]["allOf"][0]["properties"]["provider_type"]
    known = hint["anyOf"][0]
    notes = dict(zip(known["enum"], known["markdownEnumDescriptions"], strict=True))
    assert notes["remote::watsonx"] == "Since 0.2.3."
    assert notes["remote::meta"] == "Since 1.3.0."


def test_the_catalog_names_files_that_exist():
    (entry,) = catalog()["schemas"]
    assert entry["url"] in entry["versions"].values()
    assert set(entry["versions"].values()) <= set(PUBLISHED)


def test_the_catalog_names_only_files_that_the_hooks_take():
    for pattern in FILE_PATTERNS:
        path = pattern.replace("**/", "some/").replace("*", "x")
        assert re.search(HOOK_FILES["files"], path), pattern


@pytest.mark.conformance
def test_ajv_compiles_every_schema_in_its_strict_mode(tmp_path: Path):
    """ajv and its formats come from npm; without node and npm there is nothing to ask."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm")
    variables = download_environment() | {
        name: value for name, value in os.environ.items() if name.startswith("npm_")
    }
    packages = ["ajv@8", "ajv-formats@3"]
    install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages]
    subprocess.run(install, cwd=tmp_path, check=True, env=variables)
    files = [str(ROOT / "schemas" / name) for name in sorted(PUBLISHED)]
    done = subprocess.run(
        ["node", "-e", COMPILE, *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == files
