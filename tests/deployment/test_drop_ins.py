"""Drop-ins of systemd and quadlets change with the unit that they are for."""

from __future__ import annotations

import pytest

from tests.deployment.test_environment_fixtures import migrated

UNIT = """\
[Service]
Environment=LLAMA_STACK_LOGGING=all=info
ExecStart=/usr/bin/llama stack run /etc/run.yaml --port ${LLAMA_STACK_PORT}
"""
QUADLET = """\
[Container]
Image=docker.io/llamastack/distribution-starter:0.2.20
Volume=data:/root/.llama
"""


def test_a_drop_in_changes_with_its_unit():
    drop_in = (
        "[Service]\nEnvironment=LLAMA_STACK_PORT=8321\nEnvironmentFile=server.env\n"
    )
    files = {
        "a/stack.service": UNIT,
        "a/stack.service.d/override.conf": drop_in,
        "a/stack.service.d/server.env": "LLAMA_STACK_LOG_FILE=/var/log/x\n",
    }
    texts, notes = migrated(list(files.items()))
    assert texts["a/stack.service.d/override.conf"] == drop_in.replace(
        "LLAMA_STACK_PORT", "OGX_PORT"
    )
    assert "--port ${OGX_PORT}" in texts["a/stack.service"]
    assert "OGX_LOG_FILE" in texts["a/stack.service.d/server.env"]
    assert not any(note.startswith("a/stack.service.d/") for note in notes)
    assert migrated(list(texts.items()))[0] == texts


def test_a_drop_in_of_a_quadlet_has_the_home_of_its_image():
    drop_in = "[Container]\nVolume=cache:/root/.llama/cache\nEnvironment=LLAMA_STACK_LOGGING=all=debug\n"
    files = [
        ("q/stack.container", QUADLET),
        ("q/stack.container.d/10-cache.conf", drop_in),
    ]
    texts, _ = migrated(files)
    wanted = (
        "[Container]\nVolume=cache:/.ogx/cache\nEnvironment=OGX_LOGGING=all=debug\n"
    )
    assert texts["q/stack.container.d/10-cache.conf"] == wanted


@pytest.mark.parametrize("unit", ["[Service]\nExecStart=/usr/bin/other\n", ""])
def test_a_drop_in_of_another_unit_is_refused(unit):
    drop_in = "[Service]\nEnvironment=LLAMA_STACK_PORT=8321\n"
    files = {"stack.service": unit, "stack.service.d/a.conf": drop_in}
    texts, notes = migrated([each for each in files.items() if each[1]])
    assert texts["stack.service.d/a.conf"] == drop_in
    assert any(
        "nothing in this systemd unit starts the server" in note for note in notes
    )
