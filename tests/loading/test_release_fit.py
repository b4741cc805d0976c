"""Which releases a run config is for, and which lines prove it."""

from __future__ import annotations

import pytest

from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.release_fit import DetectedReleases, detect_releases
from stackcfg.releases.families import describe_releases
from stackcfg.releases.stores import load_store_fields

INLINE = "metadata_store: {type: sqlite, db_path: /data/registry.db}\n"
CATALOG = "storage: {backends: {kv_default: {type: kv_sqlite, db_path: /data/kv.db}}}\n"


def detect(text: str) -> DetectedReleases:
    [config] = find_run_configs(read_documents(text))
    return detect_releases(config, load_store_fields())


@pytest.mark.parametrize(
    ("text", "releases"),
    [
        ("image_name: x\nproviders: {}\n", "any release"),
        (INLINE, "0.2.24 or earlier"),
        (CATALOG, "0.3.0 or later"),
        (CATALOG + "distro_name: x\n", "0.5.0 or later"),
        (
            CATALOG + "providers: {tool_runtime: []}\napis: [telemetry]\n",
            "0.3.0 to 0.3.5",
        ),
        (CATALOG + "home: ~/.llama/files\n", "0.3.0 to 0.7.3"),
        (CATALOG + "home: ~/.ogx/files\n", "0.8.0 or later"),
    ],
)
def test_entries_tell_the_releases_of_a_file(text: str, releases: str):
    assert describe_releases(detect(text).releases) == releases


def test_the_style_of_a_file_outweighs_single_keys():
    text = INLINE + "distro_name: x\nconnectors: []\n"
    assert max(detect(text).releases) < (0, 3, 0)


def test_the_proof_names_the_lines_that_narrow_the_releases_down():
    found = detect("distro_name: x\n" + CATALOG)
    assert [(each.what, each.position.line) for each in found.proof] == [
        ("'distro_name'", 1)
    ]


def test_what_the_releases_do_not_read_is_against_them():
    found = detect(INLINE + "distro_name: x\n")
    assert [each.what for each in found.against] == ["'distro_name'"]


def test_a_path_of_keys_that_are_no_strings_has_a_place():
    found = detect(CATALOG + "distro_name: x\n1: {}\n")
    assert found.releases
