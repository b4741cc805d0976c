"""No command shows a secret, in whatever place and format; and nothing else is masked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stackcfg.redaction.yaml import mask_in_place, mask_yaml
from tests.hostile.secret_places import HARMLESS, PLACES, SECRETS, in_config
from tests.support.budgets import ALL
from tests.support.in_process import run_here

STRICT = {
    "type": "object",
    "propertyNames": {"enum": ["version"]},
    "additionalProperties": {"$ref": "#/$defs/any"},
    "$defs": {
        "any": {
            "enum": ["nothing"],
            "additionalProperties": {"$ref": "#/$defs/any"},
            "items": {"$ref": "#/$defs/any"},
        }
    },
}
"""A schema that refuses every value."""

COMMANDS = (
    ("validate",),
    ("validate", "--target", "1.5", "--color"),
    ("validate", "--format", "json"),
    ("validate", "--schema", "SCHEMA"),
    ("migrate", "--check"),
    ("migrate", "--diff"),
    ("migrate", "--target", "1.5", "--diff", "--color"),
    ("migrate", "--target", "1.5", "--check", "--report", "json"),
    ("show",),
    ("show", "-v", "--color"),
    ("show", "--format", "json"),
)

OTHERS = (
    ("validate", "--format", "concise"),
    ("validate", "--format", "github"),
    ("validate", "--format", "sarif"),
    ("validate", "--format", "gitlab"),
    ("validate", "--format", "junit"),
    ("validate", "--format", "markdown"),
    ("migrate", "--check", "--report", "markdown"),
    ("show", "--format", "mermaid"),
)
"""Formats that show what others show, for a few places only in a plain run."""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "schema.json"
    path.write_text(json.dumps(STRICT))
    return path


def shown_secrets(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("place", PLACES)
def test_no_command_shows_a_secret(tmp_path, schema, place):
    path = tmp_path / "run.yaml"
    path.write_text(PLACES[place])
    assert shown_secrets(PLACES[place])
    commands = COMMANDS
    if ALL or list(PLACES).index(place) % 8 == 0:
        commands += OTHERS
    for command in commands:
        arguments = [str(schema) if each == "SCHEMA" else each for each in command]
        done = run_here(*arguments, path, CI="1")
        assert "rror" not in done.err or done.code, command
        assert not shown_secrets(done.out + done.err), command


@pytest.mark.parametrize("place", PLACES)
def test_a_mask_keeps_lines_and_columns(place):
    text = PLACES[place]
    masked = mask_in_place(text)
    assert not shown_secrets(masked)
    assert not shown_secrets(mask_yaml(text))
    assert list(map(len, masked.split("\n"))) == list(map(len, text.split("\n")))


@pytest.mark.parametrize("lines", HARMLESS)
def test_what_is_no_secret_is_shown(lines):
    text = in_config(lines)
    assert mask_yaml(text) == text
    assert mask_in_place(text) == text


def test_there_are_sixty_places():
    assert len(PLACES) >= 60
    assert len(HARMLESS) >= 60
