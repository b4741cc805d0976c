"""Paths of a server that have moved."""

from __future__ import annotations

import pytest

from stackcfg.manifests.home_paths import (
    Homes,
    is_old_home,
    move_home_paths,
    move_operator_configs,
    upstream_homes,
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("~/.llama/milvus.db", "~/.ogx/milvus.db"),
        ("/.llama", "/.ogx"),
        ("/.llama/data", "/.ogx/data"),
        ("/root/.llama:ro", "/root/.ogx:ro"),
        ("~/.llama:/root/.llama", "~/.ogx:/root/.ogx"),
        (
            '"/opt/app-root/src/.llama/distributions/rh/"',
            '"/opt/app-root/src/.ogx/distributions/rh/"',
        ),
        (
            "mkdir -p $HOME/.llama ${HOME}/.llama/x",
            "mkdir -p $HOME/.ogx ${HOME}/.ogx/x",
        ),
        ("/home/lls/.llama/x", "/home/lls/.ogx/x"),
        ("A=/.llama", "A=/.ogx"),
        ("cp a.yaml /root/.llama.", "cp a.yaml /root/.ogx."),
        ("./.llama:/code", "./.llama:/code"),
        ("/srv/.llama", "/srv/.llama"),
        ("/root/.llama-cache", "/root/.llama-cache"),
        ("{{ .Values.base }}/.llama", "{{ .Values.base }}/.llama"),
        ("${BASE}/.llama", "${BASE}/.llama"),
        ('"$BASE"/.llama', '"$BASE"/.llama'),
        ("/home/lls/.lls", "/home/lls/.lls"),
    ],
)
def test_the_folder_in_a_home(old, new):
    assert move_home_paths(old) == new
    assert move_home_paths(new) == new


def test_a_home_that_the_container_sets():
    assert move_home_paths("/srv/x/.llama/a", Homes(("/srv/x",))) == "/srv/x/.ogx/a"


def test_images_of_upstream_have_another_home_since_1_3():
    assert move_home_paths("/root/.llama/a", upstream_homes((1, 3, 0))) == "/.ogx/a"
    assert (
        move_home_paths("/root/.llama/a", upstream_homes((1, 2, 5))) == "/root/.ogx/a"
    )


@pytest.mark.parametrize("path", ["/.llama", "/.llama/", "/root/.llama", "~/.llama"])
def test_the_folder_itself(path):
    assert is_old_home(path)


@pytest.mark.parametrize("path", ["/.llama/data", "/x/.llama", "/.ogx", "a:/.llama"])
def test_not_the_folder_itself(path):
    assert not is_old_home(path)


def test_the_config_as_the_operator_mounts_it():
    old = "llama stack run /etc/llama-stack/run.yaml"
    assert move_operator_configs(old) == "llama stack run /etc/ogx/config.yaml"
    other = "/etc/llama-stack/other.yaml /my/etc/llama-stack/run.yaml"
    assert move_operator_configs(other) == other
