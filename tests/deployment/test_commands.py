"""The command that starts a server, and what ogx has instead."""

from __future__ import annotations

import shlex

import pytest

from stackcfg.deployment.environment.arguments import Launch, rewrite_arguments
from stackcfg.deployment.environment.commands import rewrite_start
from stackcfg.deployment.environment.images import change_image
from stackcfg.manifests.server_start import find_start

LATEST = Launch((1, 5, 0))


def _rewrite(command, launch=LATEST):
    words = shlex.split(command)
    start = find_start(words)
    assert start is not None
    new = rewrite_start(words, start, launch)
    return new, shlex.join(word.text for word in new.words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("llama stack run run.yaml", "ogx run --insecure run.yaml"),
        (
            "exec llama stack run run.yaml --port 8321",
            "exec ogx run --insecure run.yaml --port 8321",
        ),
        (
            "/opt/venv/bin/llama stack run starter",
            "/opt/venv/bin/ogx run --insecure starter",
        ),
        ("ogx stack run run.yaml", "ogx run --insecure run.yaml"),
        ("ogx run --insecure run.yaml", "ogx run --insecure run.yaml"),
        (
            "llama stack run --image-type venv --image-name x run.yaml",
            "ogx run --insecure run.yaml",
        ),
        (
            "llama stack run --config=run.yaml --port=80",
            "ogx run --insecure run.yaml --port=80",
        ),
        (
            "llama stack run run.yaml --enable-ui",
            "ogx run --insecure run.yaml --enable-ui",
        ),
        ("llama stack run ollama", "ogx run --insecure starter"),
        (
            "python -m llama_stack.distribution.server.server --yaml-config run.yaml",
            "ogx run --insecure run.yaml",
        ),
        (
            "uv run python3 -m llama_stack.core.server.server run.yaml --port 5000",
            "uv run ogx run --insecure run.yaml --port 5000",
        ),
        (
            "/opt/venv/bin/python -m llama_stack.core.server.server run.yaml",
            "/opt/venv/bin/python -m ogx.cli.ogx run --insecure run.yaml",
        ),
        (
            "python -u -m llama_stack.cli.llama stack run run.yaml",
            "python -u -m ogx.cli.ogx run --insecure run.yaml",
        ),
        (
            "uvicorn llama_stack.core.server.server:create_app --factory --workers 2",
            "uvicorn ogx.core.server.server:create_app --factory --workers 2",
        ),
    ],
)
def test_start_commands(old, new):
    assert _rewrite(old)[1] == new
    assert _rewrite(new)[1] == new


def test_the_flag_is_only_for_releases_that_know_it():
    assert _rewrite("llama stack run a.yaml", Launch((1, 1, 3)))[1] == "ogx run a.yaml"
    assert (
        _rewrite("llama stack run a.yaml", Launch((0, 8, 0)))[1]
        == "ogx stack run a.yaml"
    )


def test_a_server_with_a_certificate_needs_no_flag():
    launch = Launch((1, 5, 0), serves_tls=True)
    assert _rewrite("llama stack run a.yaml", launch)[1] == "ogx run a.yaml"


@pytest.mark.parametrize(
    "command",
    [
        "echo llama stack run",
        "llama stack build --template ollama",
        "ogx stack list",
        "python -m llama_stack_client.lib",
        "pkill -f llama stack run",
    ],
)
def test_commands_that_start_no_server(command):
    assert find_start(shlex.split(command)) is None


def test_variables_of_the_command_line_become_variables():
    new, text = _rewrite("llama stack run a.yaml --env A=1 --env=B=x=y")
    assert text == "ogx run --insecure a.yaml"
    assert new.variables == (("A", "1"), ("B", "x=y"))


@pytest.mark.parametrize(
    ("old", "severity", "part"),
    [
        (
            "llama stack run my-stack",
            "action required",
            "llamastack-my-stack/my-stack-run.yaml",
        ),
        ("llama stack run tgi", "action required", "name a run config"),
        ("llama stack run ollama", "check", "'starter'"),
        ("llama stack run a.yaml --frob", "action required", "'--frob'"),
        (
            "llama stack run a.yaml --tls-keyfile k.pem",
            "action required",
            "server.tls_keyfile: k.pem",
        ),
    ],
)
def test_what_a_person_must_know(old, severity, part):
    (note,) = _rewrite(old)[0].notes
    assert note.severity == severity
    assert part in note.message


def test_arguments_of_an_entrypoint_name_the_config_by_variables():
    launch = LATEST._replace(has_entrypoint=True)
    new = rewrite_arguments(["--port", "5000", "--template", "ollama"], launch)
    assert [word.text for word in new.words] == ["--port", "5000"]
    assert new.variables == (("DISTRO_NAME", "starter"),)
    new = rewrite_arguments(["--config", "/app-config/config.yaml"], launch)
    assert new.words == ()
    assert new.variables == (("RUN_CONFIG_PATH", "/app-config/config.yaml"),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("llamastack/distribution-starter:0.2", "ogxai/distribution-starter:1.5.0", ""),
        (
            "my-nvidia.io:5000/llamastack/distribution-nvidia:0.2.20",
            "my-nvidia.io:5000/ogxai/distribution-starter:1.5.0",
            "upstream has no image for 'nvidia'; that of 'starter' has its providers",
        ),
        (
            "llamastack/distribution-watsonx:0.2.20",
            "llamastack/distribution-watsonx:0.2.20",
            "no image of ogx takes the place of 'llamastack/distribution-watsonx:0.2.20'",
        ),
        (
            "llamastack/distribution-starter:${TAG:-latest}",
            "ogxai/distribution-starter:1.5.0",
            "'${TAG:-latest}' was the tag of this image",
        ),
    ],
)
def test_the_image_of_a_distribution_is_one_that_upstream_publishes(old, new, said):
    change = change_image(old, (1, 5, 0))
    assert change.text == new
    assert [message[: len(said)] for _, message in change.notes] == [said] * bool(said)
