"""Ten times the text takes about ten times the time, whatever it is made of."""

from __future__ import annotations

import json
from itertools import product

import pytest

from tests.support.budgets import ALL
from tests.support.timing import computing_seconds, growth

SHAPES = {
    "letters": "token",
    "dashes": "-",
    "spaces": " ",
    "tabs": "\t",
    "double quotes": '"',
    "single quotes": "'",
    "brackets": "[",
    "braces": "{",
    "closing braces": "}",
    "templates": "{{ x ",
    "open placeholders": "${",
    "placeholders": "${env.A}",
    "open defaults": "${env.A:=",
    "old defaults": "${env.A:x",
    "shell defaults": "${env.A:-",
    "homes": "${env.HOME:=",
    "URLs": "://",
    "userinfo": "://u:p",
    "at signs": "@",
    "mail": "a:b@c ",
    "Base64": "QUJDabc123+/",
    "web tokens": "eyJhbGciOi",
    "PEM blocks": "-----BEGIN A-----",
    "hashes": " #",
    "colons": ":",
    "equal signs": "=",
    "passwords": "password=",
    "quoted passwords": 'password: "',
    "password keys": "password: ${env.A} ",
    "bearer": "bearer ",
    "ignores": "# stackcfg: ",
    "dots": "a.",
    "folders": "~/.llama/",
    "backslashes": "\\",
    "digits": "1_",
    "question marks": "? ",
}

CONFIG = """\
version: 2
image_name: demo
# a note, with a token: = and a URL http://h @ NOTE
metadata_store: {type: sqlite, db_path: /data/registry.db}
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config:
      url: http://vllm:8000/v1  # TRAIL
      api_token: literal-secret
      note: VALUE
      password: VALUE
  vector_io:
  - provider_id: faiss
    provider_type: inline::faiss
    config: {kvstore: {type: sqlite, db_path: VALUE}}
unknown:
  ? VALUE
  : 1
"""

COMMANDS = (
    ("validate",),
    ("migrate", "--target", "1.5", "--diff"),
    ("show",),
)

BY_TURN = [
    (shape, command)
    for number, (shape, command) in enumerate(product(SHAPES, COMMANDS))
    # all commands read and mask a text alike: one or two of them try each shape
    if number % 2
]

SIZE = 10_000
TIMES = 10
LIMIT = 12.0


def text_of(unit: str, size: int) -> str:
    """A config of about this size that has the unit again and again in each place."""
    long = (unit * (size // len(unit) + 1))[: size // 6]
    value = json.dumps(f"x{long} y: = @ ://", ensure_ascii=False)
    text = CONFIG.replace("VALUE", value)
    return text.replace("NOTE", long).replace("TRAIL", long)


@pytest.mark.parametrize(
    ("shape", "command"), [*product(SHAPES, COMMANDS)] if ALL else BY_TURN
)
def test_time_is_proportional_to_size(tmp_path, shape, command):
    small, large = tmp_path / "small.yaml", tmp_path / "large.yaml"
    small.write_text(text_of(SHAPES[shape], SIZE))
    large.write_text(text_of(SHAPES[shape], TIMES * SIZE))
    computing_seconds(command, small)
    assert growth(command, small, large, TIMES, LIMIT) <= LIMIT
