"""No secret reaches a terminal or a log, however it is written."""

from __future__ import annotations

import pytest

from stackcfg.redaction.secrets import mask_secrets
from stackcfg.redaction.yaml import mask_yaml

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
def test_hidden(text):
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
def test_shown(text):
    assert mask_yaml(text) == text


def test_the_variable_of_a_default_is_shown():
    assert mask_yaml("password: ${env.PW:=x}") == "password: ${env.PW:=********}"


def test_messages():
    assert (
        mask_secrets("export X=https://bob:hunter2@h/v1")
        == "export X=https://bob:********@h/v1"
    )
    assert mask_secrets("'password: hunter2' is odd") == "'password: ******** is odd"
    assert mask_secrets("nothing here") == "nothing here"
