"""No secret reaches a terminal or a log, however it is written."""

from __future__ import annotations

import pytest

from stackcfg.redaction.secrets import (
    find_secrets,
    mask_secrets,
    may_hold_secret,
    remove_secrets,
)
from stackcfg.redaction.yaml import mask_in_place, mask_yaml

HIDDEN = [
    "password: hunter2",
    'password: "hunter2"',
    "password: 'hunter2, and more'",
    "password: hunter2 with spaces # why",
    "password: |\n  hunter2\n  hunter2\n",
    "password: &pw hunter2",
    "password: !!str hunter2",
    "password: ${env.PW:=hunter2}",
    "{host: h, password: hunter2}",
    '{"password": "hunter2"}',
    "hf_token: hunter2",
    "apiKey: hunter2",
    "aws_secret_access_key: hunter2",
    "headers: {Authorization: Bearer hunter2}",
    "keys:\n  api_key:\n  - hunter2\n",
    "url: redis://:hunter2@host",
    "url: http://u:hunter2/x@host",
    "url: http://u:hunt@hunter2@host",
    "url: http://u:${env.PW:=hunter2}@host",
    "kind: ConfigMap\ndata:\n  run.yaml: |\n    a:\n      password: hunter2\n      url: http://u:hunter2@h\n",
    'kind: ConfigMap\ndata:\n  run.yaml: "a:\\n  password: hunter2\\n"\n',
    "broken: [\npassword: hunter2",
    "api_token: {value: hunter2}",
    "pwd: hunter2",
    'dsn: "host=h user=u password=hunter2 dbname=d"',
    "url: https://host/v1?api_key=hunter2",
    "a: b  # password: hunter2",
    "# for later\n#   api_key: hunter2\na: b",
    "kind: ConfigMap\ndata:\n  run.yaml: |\n    a: b\n    # token: hunter2\n",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_a_secret_is_masked(text):
    assert "hunter2" not in mask_yaml(text)
    assert "********" in mask_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "password: ${env.PW}",
        "password: ${env.PW:=}",
        "password:",
        "password: null",
        "max_tokens: 4096",
        "max_tokens: 4096  # tokens: enough",
        "dsn: host=h user=u dbname=d  # see the keys: below",
        "url: http://host:8080/v1",
        "db_path: ~/.llama/x.db  # secret sauce",
    ],
)
def test_what_is_no_secret_is_shown(text):
    assert mask_yaml(text) == text


def test_the_variable_of_a_default_is_shown():
    assert mask_yaml("password: ${env.PW:=x}") == "password: ${env.PW:=********}"


def test_a_message_has_its_secrets_masked():
    assert (
        mask_secrets("export X=https://bob:hunter2@h/v1")
        == "export X=https://bob:********@h/v1"
    )
    assert mask_secrets("'password: hunter2' is odd") == "'password: ********' is odd"
    assert mask_secrets("nothing here") == "nothing here"


@pytest.mark.parametrize("text", HIDDEN)
def test_a_mask_in_place_keeps_every_column(text):
    masked = mask_in_place(text)
    assert "hunter2" not in masked
    assert [len(line) for line in masked.split("\n")] == [
        len(line) for line in text.split("\n")
    ]


def test_the_lost_value_of_a_duplicate_key_is_masked_in_place():
    masked = mask_in_place("password: hunter2\npassword: ${env.PW}\n")
    assert masked == "password: *******\npassword: ${env.PW}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: hunter2", ["hunter2"]),
        ("password: ${env.PW:=hunter2}", ["hunter2"]),
        ("url: http://u:hunter2@h", ["hunter2"]),
        ("max_tokens: 4096", []),
        ("allow_credentials: true", []),
    ],
)
def test_secrets_are_found_by_the_name_of_their_key(text, expected):
    assert [text[start:end] for start, end in find_secrets(text)] == expected


def test_a_secret_that_a_message_cuts_short_is_removed():
    message = "cannot read 'hunter...' of 'x'"
    assert (
        remove_secrets(message, ["hunter2hunter2"]) == "cannot read '********' of 'x'"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: hunter2", True),
        ("password: ${env.PW}", False),
        ("password: ${env.PW:=x}", True),
        ("max_tokens: 5", False),
        ("api_token: x", True),
        ("url: http://u:p@h", True),
        ("? password\n: x", True),
        ("\u0130: x", True),
    ],
)
def test_a_text_without_a_secret_is_known_at_once(text, expected):
    assert may_hold_secret(text) is expected
