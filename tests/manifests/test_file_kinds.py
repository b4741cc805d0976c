"""What a file is, by its name and its first lines."""

from __future__ import annotations

import time

import pytest

from stackcfg.deployment.engine import migrate_deployment
from stackcfg.manifests.file_kinds import DOCKERFILE, SCRIPT, UNIT, kind_of
from tests.deployment.test_environment_fixtures import settings

COMMENTS = "# a comment\r\n" * 200


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (COMMENTS + "\r\n  FROM nginx\r\n", DOCKERFILE),
        ("# a\n\n\tARG x\n", DOCKERFILE),
        ("[Service]\r\nExecStart=x\r\n", UNIT),
        ("#!/usr/bin/env bash\r\n", SCRIPT),
        (COMMENTS + "a: FROM b\r\n", ""),
    ],
)
def test_a_text_has_a_kind_whatever_its_line_ends(text: str, kind: str):
    begin = time.process_time()
    assert kind_of("x", text) == kind
    assert time.process_time() - begin < 1


def test_a_long_section_with_windows_line_ends_takes_no_time():
    server = "      - name: a\r\n" * 200
    config = f"apis: []\r\nserver:\r\n{server}providers: {{}}\r\n"
    service = (
        "services:\r\n  stack:\r\n    image: llamastack/distribution-starter:0.2.20\r\n"
        "    ports: ['8321:8321']\r\n    volumes: ['./run.yaml:/run.yaml']\r\n"
    )
    begin = time.process_time()
    migrate_deployment([("compose.yaml", service), ("run.yaml", config)], settings())
    assert time.process_time() - begin < 5
