"""A user's own JSON Schema: its errors in a config, at their line."""

from __future__ import annotations

import json
import re
import socket
from contextlib import suppress
from textwrap import indent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackcfg.validation.custom_schema import parse_schema
from stackcfg.validation.engine import validate
from stackcfg.validation.settings import settings_for
from tests.support.in_process import run_here

CONFIG = """\
version: 2
image_name: demo
apis: [inference, safety]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config:
      url: http://models:8000/v1
      api_token: hunter2
server:
  port: 8321
storage:
  backends:
    kv_default:
      type: kv_sqlite
      db_path: /data/kv.db
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""


def schema_messages(schema: dict[str, Any], text: str = CONFIG) -> list[str]:
    """Return the findings, a line each: position, message and advice."""
    settings = settings_for(
        selected=frozenset({"schema"}), schema=parse_schema(json.dumps(schema))
    )
    return [
        f"{each.span.start.line}:{each.span.start.column} {each.message}{each.help and f'; {each.help}'}"
        for each in validate(text, settings).findings
    ]


def schema_at(path: str, schema: Any) -> dict[str, Any]:
    """Return a schema for the value at a path of keys."""
    for name in reversed(path.split(".")):
        schema = {"properties": {name: schema}}
    return schema


BACKENDS = schema_at(
    "storage.backends",
    {"additionalProperties": {"properties": {"type": {"enum": ["kv_redis"]}}}},
)

ERRORS = {
    "a key is missing": (
        {"required": ["team"]},
        ["1:1 your schema says: 'team' is a required property"],
    ),
    "a key is missing inside": (
        schema_at("server", {"required": ["host", "workers"]}),
        [
            "11:1 at 'server' your schema says: 'host' is a required property",
            "11:1 at 'server' your schema says: 'workers' is a required property",
        ],
    ),
    "a key is missing in a list": (
        schema_at("providers.inference", {"items": {"required": ["team"]}}),
        ["6:5 at 'inference' your schema says: 'team' is a required property"],
    ),
    "a value": (
        schema_at("server.port", {"maximum": 1024}),
        ["12:9 at 'port' your schema says: 8321 is greater than the maximum of 1024"],
    ),
    "each of several": (
        BACKENDS,
        [
            "16:13 at 'type' your schema says: 'kv_sqlite' is not one of ['kv_redis']",
            "18:25 at 'type' your schema says: 'sql_sqlite' is not one of ['kv_redis']",
        ],
    ),
    "an item": (
        schema_at("apis", {"items": {"const": "inference"}}),
        ["3:19 at 'apis' your schema says: 'inference' was expected"],
    ),
    "a list": (
        schema_at("apis", {"minItems": 3}),
        ["3:7 at 'apis' your schema says: the list is too short"],
    ),
    "a mapping": (
        schema_at("server", {"minProperties": 2}),
        [
            "11:1 at 'server' your schema says: the mapping does not have enough properties"
        ],
    ),
    "the whole": (
        {"type": "array"},
        ["1:1 your schema says: the mapping is not of type 'array'"],
    ),
    "a key too many": (
        schema_at(
            "server", {"additionalProperties": False, "properties": {"ports": {}}}
        ),
        ["12:3 your schema has no key 'port' here; did you mean 'ports'?"],
    ),
    "keys too many, each at its place": (
        schema_at(
            "storage.backends.kv_default",
            {
                "additionalProperties": False,
                "patternProperties": {"^t": {}},
                "description": "Only a type.\nMore.",
            },
        ),
        ["17:7 your schema has no key 'db_path' here; Only a type."],
    ),
    "the name of a key": (
        schema_at("storage.backends", {"propertyNames": {"pattern": "^kv_"}}),
        ["18:5 at 'backends' your schema says: 'sql_default' does not match '^kv_'"],
    ),
    "the nearest alternative": (
        {"anyOf": [{"required": ["team"]}, schema_at("version", {"type": "string"})]},
        ["1:10 at 'version' your schema says: 2 is not of type 'string'"],
    ),
    "a condition": (
        {"if": schema_at("version", {"const": 2}), "then": {"required": ["team"]}},
        ["1:1 your schema says: 'team' is a required property"],
    ),
    "a definition": (
        {
            "$defs": {"port": {"const": 1}},
            **schema_at("server.port", {"$ref": "#/$defs/port"}),
        },
        ["12:9 at 'port' your schema says: 1 was expected"],
    ),
    "an older draft": (
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            **schema_at("version", {"maximum": 2, "exclusiveMaximum": True}),
        },
        [
            "1:10 at 'version' your schema says: 2 is greater than or equal to the maximum of 2"
        ],
    ),
    "twice the same": (
        {"allOf": [{"required": ["team"]}, {"required": ["team"]}]},
        ["1:1 your schema says: 'team' is a required property"],
    ),
    "with its description": (
        {
            "required": ["team"],
            "description": "Every config names its team.\nSee the handbook.",
        },
        [
            "1:1 your schema says: 'team' is a required property; Every config names its team."
        ],
    ),
    "with the description around an alternative": (
        {"description": "One or the other.", "anyOf": [{"required": ["team"]}]},
        ["1:1 your schema says: 'team' is a required property; One or the other."],
    ),
    "in the order of the text": (
        {
            "required": ["team"],
            **schema_at("server.port", {"const": 1}),
            "additionalProperties": schema_at("type", {}),
        },
        [
            "1:1 your schema says: 'team' is a required property",
            "12:9 at 'port' your schema says: 1 was expected",
        ],
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_of_the_schema_are_reported_at_their_line(name):
    schema, expected = ERRORS[name]
    assert schema_messages(schema) == expected


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"required": ["version"]},
        schema_at("server.port", {"type": "integer", "minimum": 1024}),
        schema_at("apis", {"uniqueItems": True}),
        schema_at("nowhere", {"type": "string"}),
        schema_at(
            "server", {"additionalProperties": False, "patternProperties": {"^po": {}}}
        ),
    ],
)
def test_a_config_that_fits_the_schema_has_no_finding(schema):
    assert schema_messages(schema) == []


def test_findings_in_a_config_map_have_lines_of_the_outer_file():
    text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  run.yaml: |\n" + indent(
        CONFIG, "    "
    )
    assert schema_messages(schema_at("server.port", {"const": 1}), text) == [
        "16:13 at 'port' your schema says: 1 was expected"
    ]


def test_every_config_of_a_file_is_validated():
    assert schema_messages(
        {"required": ["team"]}, f"{CONFIG}---\nservices: {{}}\n---\n{CONFIG}"
    ) == [
        "1:1 your schema says: 'team' is a required property",
        "26:1 your schema says: 'team' is a required property",
    ]


def test_a_comment_silences_a_finding_of_the_schema():
    text = CONFIG.replace(
        "port: 8321", "port: 8321  # stackcfg: ignore[schema] for the demo"
    )
    assert schema_messages(schema_at("server.port", {"const": 1}), text) == []


TOKEN = schema_at(
    "providers.inference",
    {"items": schema_at("config.api_token", {"pattern": "^\\$\\{env"})},
)
QUOTING = {
    "the value": TOKEN,
    "the mapping around it": schema_at(
        "providers.inference", {"items": schema_at("config", {"const": 1})}
    ),
    "the list around it": schema_at(
        "providers", {"properties": {"inference": {"maxItems": 0}}}
    ),
    "everything": {"not": {"required": ["version"]}},
    "its length": schema_at(
        "providers.inference",
        {"items": schema_at("config.api_token", {"maxLength": 3})},
    ),
    "its type": schema_at(
        "providers.inference",
        {"items": schema_at("config.api_token", {"type": "null"})},
    ),
}


class TestSecrets:
    """A schema that forbids passwords in files must not quote them in its messages."""

    def test_the_message_hides_the_value(self):
        assert schema_messages(TOKEN) == [
            "10:18 at 'api_token' your schema says: the value does not match '^\\\\$\\\\{env'"
        ]

    @pytest.mark.parametrize("name", QUOTING)
    @pytest.mark.parametrize(
        "written",
        ["hunter2", '"hunter2, and more"', "[a, hunter2]", "http://u:hunter2@host"],
    )
    def test_a_secret_is_in_no_message(self, name, written):
        text = CONFIG.replace("hunter2", written)
        settings = settings_for(selected=frozenset({"schema"}), schema=QUOTING[name])
        found = validate(text, settings).findings
        assert "hunter2" not in repr(found)

    def test_a_password_in_a_url_is_masked(self):
        text = CONFIG.replace("http://models", "http://u:hunter2@models")
        rule = schema_at(
            "providers.inference",
            {"items": schema_at("config.url", {"pattern": "^https"})},
        )
        assert schema_messages(rule, text) == [
            "9:12 at 'url' your schema says: 'http://u:********@models:8000/v1' does not match '^https'"
        ]


class TestData:
    """A config is validated as JSON would hold it."""

    def test_keys_are_strings(self):
        text = CONFIG + "extra: {3: a, true: b, null: c, 2024-01-02: d}\n"
        rule = schema_at("extra", {"propertyNames": {"pattern": "^[a-z]+$"}})
        assert (
            schema_messages(
                schema_at(
                    "extra",
                    {
                        "patternProperties": {
                            "^3$": {"const": "a"},
                            "^true$": {"const": "b"},
                        }
                    },
                ),
                text,
            )
            == []
        )
        assert [
            re.sub(r".* says: ", "", each) for each in schema_messages(rule, text)
        ] == [
            "'3' does not match '^[a-z]+$'",
            "'2024-01-02' does not match '^[a-z]+$'",
        ]

    def test_dates_are_strings(self):
        text = CONFIG + "since: 2024-01-02\n"
        assert schema_messages(schema_at("since", {"const": "2024-01-02"}), text) == []
        assert schema_messages(schema_at("since", {"type": "integer"}), text) == [
            "23:8 at 'since' your schema says: '2024-01-02' is not of type 'integer'"
        ]

    def test_variables_are_not_replaced(self):
        text = CONFIG.replace("8321", "${env.PORT:=8321}")
        assert schema_messages(schema_at("server.port", {"type": "string"}), text) == []

    def test_long_messages_are_cut(self):
        [line] = schema_messages(schema_at("image_name", {"enum": ["x" * 1000]}))
        assert line.endswith("x...")
        assert len(line) < 220


class TestReferences:
    @pytest.fixture(autouse=True)
    def _no_network(self, monkeypatch):
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("the network was asked")

        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        monkeypatch.setattr(socket.socket, "connect", refuse)

    @pytest.mark.parametrize(
        "name",
        [
            "https://example.com/team.json",
            "team.json",
            "file:///etc/passwd",
            "#/$defs/team",
        ],
    )
    def test_no_reference_is_downloaded(self, name):
        shown = name.removeprefix("#")
        assert schema_messages(schema_at("version", {"$ref": name})) == [
            f"1:1 your schema refers to '{shown}', which it does not contain; define it under $defs"
        ]

    def test_a_reference_that_is_not_reached_is_not_reported(self):
        assert (
            schema_messages(
                schema_at("nowhere", {"$ref": "https://example.com/team.json"})
            )
            == []
        )

    def test_a_schema_that_refers_to_itself_is_reported(self):
        assert schema_messages({"$ref": "#"}) == [
            "1:1 your schema refers to itself without end; remove the circle of '$ref'"
        ]

    def test_a_recursive_schema_ends_with_the_data(self):
        tree = {
            "$defs": {
                "any": {
                    "not": {"const": "demo"},
                    "additionalProperties": {"$ref": "#/$defs/any"},
                }
            },
            "$ref": "#/$defs/any",
        }
        assert schema_messages(tree) == [
            "2:13 at 'image_name' your schema says: 'demo' should not be valid under {'const': 'demo'}"
        ]


class TestSchemaFile:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "neither JSON nor YAML"),
            ("a: [", "neither JSON nor YAML"),
            ("a: 2024-13-45", "neither JSON nor YAML"),
            ("", "not a JSON Schema: the top level is not a mapping"),
            ("hello", "not a JSON Schema: the top level is not a mapping"),
            ("[]", "not a JSON Schema: the top level is not a mapping"),
            ("false", "not a JSON Schema: the top level is not a mapping"),
            (
                '{"type": "strin"}',
                "not a JSON Schema: 'strin' is not valid under any of the given schemas",
            ),
            (
                '{"required": "team"}',
                "not a JSON Schema: 'team' is not of type 'array'",
            ),
            (
                '{"properties": {"a": {"pattern": "("}}}',
                "not a JSON Schema: '(' is not a 'regex'",
            ),
            ("[" * 100_000, "nested too deeply"),
            ("- " * 5_000, "nested too deeply"),
        ],
    )
    def test_a_text_that_is_no_schema_is_refused(self, text, message):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            parse_schema(text)

    def test_a_schema_can_be_yaml(self):
        assert parse_schema("required: [team]\nproperties:\n  1: {type: string}\n") == {
            "required": ["team"],
            "properties": {"1": {"type": "string"}},
        }

    @given(st.text(max_size=60))
    def test_any_text_is_a_schema_or_is_refused(self, text):
        with suppress(ValueError):
            assert isinstance(parse_schema(text), dict)


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path):
        (tmp_path / "run.yaml").write_text(CONFIG)
        (tmp_path / "ours.json").write_text(
            json.dumps(
                schema_at(
                    "server.port", {"const": 8080, "description": "Ours is 8080."}
                )
            )
        )
        return tmp_path

    def test_findings_of_the_schema_are_among_the_others(self, folder):
        done = run_here(
            "validate",
            "run.yaml",
            "--schema",
            "ours.json",
            "--format",
            "concise",
            cwd=folder,
        )
        assert (done.code, done.err) == (1, "")
        assert [line.split(";")[0] for line in done.out.splitlines()] == [
            "run.yaml:10:18: literal-password: 'api_token' is a literal secret",
            "run.yaml:12:9: schema: at 'port' your schema says: 8080 was expected",
        ]
        assert done.out.endswith("; Ours is 8080.\n")

    def test_without_a_schema_the_config_is_fine(self, folder):
        assert run_here("validate", "run.yaml", cwd=folder).code == 0

    def test_the_schema_can_be_ignored_like_a_rule(self, folder):
        assert (
            run_here(
                "validate",
                "run.yaml",
                "--schema",
                "ours.json",
                "--ignore",
                "schema",
                cwd=folder,
            ).code
            == 0
        )

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("nowhere.json", None, "nowhere.json: error: no such file\n"),
            (".", None, ".: error: is a folder\n"),
            (
                "list.json",
                b"[]",
                "list.json: error: not a JSON Schema: the top level is not a mapping\n",
            ),
            (
                "latin.json",
                b'{"title": "caf\xe9"}',
                "latin.json:1:15: error: not UTF-8 text; convert it to UTF-8\n",
            ),
        ],
    )
    def test_a_schema_file_that_cannot_be_read_is_explained(
        self, folder, name, content, message
    ):
        if content is not None:
            (folder / name).write_bytes(content)
        done = run_here("validate", "run.yaml", "--schema", name, cwd=folder)
        assert (done.code, done.out, done.err) == (2, "", message)
