"""Documents of ruamel.yaml: handled as their text is, refused where two YAMLs differ."""

from __future__ import annotations

import io
import json
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

import stackcfg
from stackcfg import roundtrip
from stackcfg.migration.planning.layouts import LAYOUTS
from tests.support.budgets import ALL
from tests.support.running import OLD, ROOT, STARTER

CASES = sorted(
    path.parent for path in (ROOT / "fixtures" / "migrate").glob("*/*/input.yaml")
)
UNLOADABLE = {
    "chart-with-branches",
    "documents",
    "helm-template-scalars",
    "template-values",
    "wrapped-base64",
}
"""Several documents, or templates: ruamel.yaml cannot hold them as one document."""

DIFFERENT = {"model-names", "served-names-elsewhere"}
"""A value in it is a string in YAML 1.2 and a boolean in YAML 1.1."""

DISTRIBUTIONS = ("opendatahub-io", "redhat-ai-dev")
"""Both load, change and dump run configs with quotes preserved and a width of 4096."""

LOADABLE = [
    case
    for case in CASES
    if case.name not in UNLOADABLE and case.parent.name != "templates"
]

BY_TURN = [*zip(LOADABLE, cycle(LAYOUTS), strict=False)]
"""Each case in one of both layouts: ruamel.yaml is slow."""


def editor() -> YAML:
    """Return ruamel.yaml as both distributions set it up."""
    found = YAML()
    found.preserve_quotes = True
    found.width = 4096
    return found


def document(text: str) -> CommentedMap:
    return editor().load(text)


def dumped(data: CommentedMap) -> str:
    stream = io.StringIO()
    editor().dump(data, stream)
    return stream.getvalue()


def options(case: Path) -> dict[str, Any]:
    """Return the keywords of a fixture; those that only the engine has are left out."""
    path = case / "options.json"
    given = json.loads(path.read_text()) if path.exists() else {}
    words = {"target": given.get("target"), "from_release": given.get("source")}
    return {name: word for name, word in words.items() if word}


@pytest.mark.parametrize(
    ("case", "layout"),
    [*product(LOADABLE, LAYOUTS)] if ALL else BY_TURN,
    ids=lambda value: getattr(value, "name", value),
)
def test_a_document_becomes_what_its_text_becomes(case, layout):
    text = (case / "input.yaml").read_bytes().decode()
    found = document(text)
    words = options(case)
    if case.name in DIFFERENT:
        with pytest.raises(stackcfg.StackcfgError, match=r"YAML 1\.1"):
            roundtrip.migrate(found, layout=layout, **words)
        return
    migrated = roundtrip.migrate(found, layout=layout, **words)
    expected = stackcfg.migrate(text, layout=layout, **words).text
    assert yaml.safe_load(dumped(migrated)) == yaml.safe_load(expected)


@pytest.mark.parametrize("name", sorted(UNLOADABLE))
def test_ruamel_yaml_cannot_load_the_other_fixtures(name):
    [case] = [case for case in CASES if case.name == name]
    with pytest.raises(YAMLError):
        document((case / "input.yaml").read_bytes().decode())


def test_comments_and_quotes_are_kept():
    text = OLD.replace(
        "metadata_store:", "# ours\nmetadata_store:  # registry"
    ).replace("host: db.example", "host: 'db.example'  # behind the gateway")
    migrated = dumped(roundtrip.migrate(document(text)))
    assert "# ours\n" in migrated
    assert "host: 'db.example'  # behind the gateway\n" in migrated
    assert migrated == stackcfg.migrate(text).text


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_distribution_can_change_and_dump_the_result(name):
    migrated = roundtrip.migrate(document((STARTER / "input.yaml").read_text()))
    migrated["image_name"] = name
    migrated["server"] = {"port": 8321}
    again = document(dumped(migrated))
    assert (again["image_name"], again["server"]["port"]) == (name, 8321)
    assert roundtrip.validate(again, select=["unknown-backend"]).findings == ()


def test_a_long_line_is_not_wrapped():
    long_name = " ".join(["word"] * 200)
    migrated = roundtrip.migrate(document(f"image_name: {long_name}\n{OLD}"))
    assert f"image_name: {long_name}\n" in dumped(migrated)


def test_the_document_itself_is_not_changed():
    found = document(OLD)
    roundtrip.migrate(found)
    assert dumped(found) == OLD


def test_findings_are_at_the_lines_of_the_dump():
    broken = (STARTER / "output.yaml").read_text()
    found = document(broken.replace("backend: kv_default", "backend: kv_defualt", 1))
    [finding] = roundtrip.validate(found).findings
    line = roundtrip.dump(found).splitlines()[finding.span.start.line - 1]
    assert "kv_defualt" in line


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("yes", "server.x"),
        ("off", "server.x"),
        ("12:30:00", "server.x"),
        ("0o14", "server.x"),
        ("1e3", "server.x"),
        ("012", "server.x"),
        ("{on: 1}", "server.x.on"),
        ("{no: {}}", "server.x.no"),
        ("[a, no]", "server.x.1"),
    ],
)
@pytest.mark.parametrize("function", [roundtrip.migrate, roundtrip.validate])
def test_a_value_that_two_yamls_read_differently_is_refused(function, value, name):
    found = document(f"{OLD}server: {{x: {value}}}\n")
    with pytest.raises(stackcfg.StackcfgError) as caught:
        function(found)
    assert caught.value.message.endswith(f"differ on '{name}'")
    assert caught.value.hint == "quote it, or write it as YAML 1.1 does"


def test_a_string_that_a_program_puts_in_plain_is_refused():
    found = document(OLD)
    found["image_name"] = "yes"
    with pytest.raises(stackcfg.StackcfgError, match="differ on 'image_name'"):
        roundtrip.migrate(found)


@pytest.mark.parametrize(
    "value",
    [
        "'yes'",
        "true",
        "1_000",
        "0x1F",
        ".nan",
        "-.inf",
        "1.50",
        "~",
        "2024-01-02",
        "[]",
    ],
)
def test_a_value_that_two_yamls_read_alike_passes(value):
    found = document(
        f"{OLD}server: &s {{x: {value}}}\nother: {{<<: *s, y: &b false}}\n"
    )
    assert "storage" in roundtrip.migrate(found)


def test_a_refusal_does_not_show_the_value():
    found = document(f"{OLD}server: {{token: 0o1234567}}\n")
    with pytest.raises(stackcfg.StackcfgError) as caught:
        roundtrip.migrate(found)
    assert "1234567" not in str(caught.value)


def test_what_the_engine_refuses_is_refused():
    with pytest.raises(stackcfg.InputError, match="not a run config"):
        roundtrip.migrate(document("services: {}\n"))


def test_a_document_that_is_none_is_a_type_error():
    with pytest.raises(TypeError, match=r"document must be a mapping of ruamel\.yaml"):
        roundtrip.migrate(["a"])
