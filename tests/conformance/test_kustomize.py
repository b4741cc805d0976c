"""Kustomize builds the same from migrated files as what a migration makes of the build of the old ones."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.helm import VERSION, kubectl
from tests.conformance.releases import UnavailableError
from tests.deployment.test_environment_fixtures import migrated
from tests.deployment.test_patches import BASE, IMAGES, PATCHES, kustomization

pytestmark = pytest.mark.conformance


def build(files: dict[str, str], place: Path) -> list[dict[str, Any]]:
    """Return the objects that Kustomize makes of an overlay."""
    try:
        program = kubectl(VERSION)
    except UnavailableError as error:
        pytest.skip(str(error))
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    command = [str(program), "kustomize", str(place / "prod")]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [each for each in yaml.safe_load_all(text) if each]


def without_order(value: Any) -> Any:
    """Return data whose lists of named things have one order; an empty list is as none."""
    if isinstance(value, dict):
        return {key: without_order(each) for key, each in value.items() if each != []}
    if isinstance(value, list):
        items = [without_order(each) for each in value]
        if all(isinstance(each, dict) for each in items):
            return sorted(items, key=json.dumps)
        return items
    return value


@pytest.mark.parametrize("name", PATCHES)
def test_a_patched_server_is_the_same(name, tmp_path):
    files = {**BASE, **kustomization(PATCHES[name])}
    old = yaml.safe_dump_all(build(files, tmp_path / "old"), sort_keys=False)
    texts, notes = migrated(list(files.items()))
    assert not any("action required" in note for note in notes)
    wanted = migrated([("all.yaml", old)])[0]["all.yaml"]
    found = build(texts, tmp_path / "new")
    assert without_order(found) == without_order(list(yaml.safe_load_all(wanted)))


def test_a_server_whose_image_is_put_in_is_the_same(tmp_path):
    files = {**BASE, "prod/kustomization.yaml": IMAGES}
    server = files["base/server.yaml"]
    files["base/server.yaml"] = server.replace(
        "llamastack/distribution-starter:0.2.20", "stack"
    )
    old = yaml.safe_dump_all(build(files, tmp_path / "old"), sort_keys=False)
    wanted = migrated([("all.yaml", old)])[0]["all.yaml"]
    found = build(migrated(list(files.items()))[0], tmp_path / "new")
    assert without_order(found) == without_order(list(yaml.safe_load_all(wanted)))
