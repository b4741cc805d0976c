"""Facts about what surrounds a server: names of variables, images, distributions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stackcfg.releases.server_environment import (
    changed_values,
    is_old_image,
    is_server_image,
    new_distribution,
    new_image,
    new_variable,
    renamed_variables,
    shipped_distributions,
    split_image,
    start_flags,
)

LATEST = (1, 5, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LLAMA_STACK_CONFIG", "OGX_CONFIG"),
        ("LLAMA_STACK_PORT", "OGX_PORT"),
        ("LLS_WORKERS", "OGX_WORKERS"),
        ("LLAMA_STACK_ENDPOINT", ""),
        ("LLAMA_STACK_URL", ""),
        ("SQLITE_STORE_DIR", ""),
        ("RUN_CONFIG_PATH", ""),
    ],
)
def test_the_name_that_ogx_reads(old, new):
    assert new_variable(old, LATEST) == new


def test_before_ogx_nothing_has_another_name():
    assert not any(new_variable(name, (0, 7, 3)) for name in renamed_variables())


def test_workers_are_a_variable_only_since_1_2():
    assert new_variable("LLS_WORKERS", (1, 1, 3)) == ""


@pytest.mark.parametrize(
    ("image", "new"),
    [
        ("llamastack/distribution-starter:0.2.9", "ogxai/distribution-starter:1.5.0"),
        (
            "docker.io/llamastack/distribution-starter",
            "docker.io/ogxai/distribution-starter:1.5.0",
        ),
        ("llamastack/distribution-ollama:latest", ""),
        (
            "localhost:5000/llamastack/distribution-starter",
            "localhost:5000/ogxai/distribution-starter:1.5.0",
        ),
        ("quay.io/opendatahub/llama-stack:odh", "quay.io/opendatahub/odh-ogx-core"),
        ("quay.io/opendatahub/llama-stack-k8s-operator:odh", ""),
        ("nginx:1.27", ""),
    ],
)
def test_the_image_of_ogx(image, new):
    assert new_image(image, LATEST) == new


@pytest.mark.parametrize(
    ("image", "is_server", "is_old"),
    [
        ("llamastack/distribution-ollama:0.2.9", True, True),
        ("docker.io/ogxai/distribution-starter:1.5.0", True, False),
        ("quay.io/opendatahub/odh-ogx-core:latest", True, False),
        ("registry.redhat.io/rhoai/odh-llama-stack-core-rhel9@sha256:0a", True, True),
        ("registry/team/llamastack-playground:1", False, False),
        ("llama-stack-k8s-operator:0.9.0", False, False),
        ("registry:5000/distribution:2", False, False),
    ],
)
def test_images_that_hold_a_server(image, is_server, is_old):
    assert (is_server_image(image), is_old_image(image)) == (is_server, is_old)


def test_the_port_of_a_registry_is_no_tag():
    assert split_image("host:5000/name") == ("host:5000/name", "", "")
    assert split_image("host:5000/name:1@sha256:0a") == (
        "host:5000/name",
        "1",
        "sha256:0a",
    )


def test_distributions():
    assert new_distribution("starter") == "starter"
    assert new_distribution("ollama") == "starter"
    assert new_distribution("tgi") == ""
    assert new_distribution("my-own") is None


def _sources(version):
    from tests.conformance.releases import environment

    package = next((environment(version).parent.parent / "lib").glob("*/site-packages"))
    name = "ogx" if (package / "ogx").is_dir() else "llama_stack"
    return package / name


READ = re.compile(
    r"""(?:environ|getenv)\W{1,3}(?:get\W{1,2})?["']?((?:LLAMA_STACK|OGX)_[A-Z_]+)"""
)


def _names_read(version):
    texts = [
        path.read_text(encoding="utf-8") for path in _sources(version).rglob("*.py")
    ]
    return {match[1] for text in texts for match in READ.finditer(text)}


@pytest.mark.conformance
@pytest.mark.parametrize("version", ["0.2.23", "0.3.5", "0.7.3"])
def test_every_variable_of_the_server_is_known(version):
    """What else these releases read is for clients."""
    clients = {"LLAMA_STACK_ENDPOINT"}
    assert _names_read(version) - clients <= set(renamed_variables())


@pytest.mark.conformance
def test_ogx_reads_the_new_names_and_none_of_the_old():
    read = _names_read("1.5.0")
    gone = {"OGX_TEST_STACK_CONFIG_TYPE"}
    assert {each.new for each in renamed_variables().values()} - gone <= read
    assert not any(name.startswith("LLAMA_STACK") for name in read)


@pytest.mark.conformance
def test_the_distributions_and_flags_of_ogx():
    package = _sources("1.5.0")
    folders = {
        path.parent.name for path in (package / "distributions").glob("*/config.yaml")
    }
    assert folders == shipped_distributions()
    text = Path(package / "cli/stack/run.py").read_text(encoding="utf-8")
    flags = set(re.findall(r'^\s+"(--[a-z-]+)",', text, re.M))
    assert flags == {flag.name for flag in start_flags().values() if not flag.is_gone}


@pytest.mark.conformance
def test_addresses_whose_ending_moved_into_the_variable():
    old = (_sources("0.3.5") / "distributions/starter/run.yaml").read_text(
        encoding="utf-8"
    )
    new = (_sources("1.5.0") / "distributions/starter/config.yaml").read_text(
        encoding="utf-8"
    )
    for value in changed_values().values():
        assert f" base_url: ${{env.{value.variable}:=" in new
        assert f" base_url: ${{env.{value.variable}:=" not in old
