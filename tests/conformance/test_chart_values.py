"""Helm renders the same from a migrated chart as what a migration makes of what it renders of the old one."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.helm import VERSION, helm
from tests.conformance.releases import UnavailableError
from tests.conformance.test_kustomize import without_order
from tests.deployment.test_chart_values import TEMPLATES, chart
from tests.deployment.test_environment_fixtures import migrated

pytestmark = pytest.mark.conformance


def render(files: dict[str, str], place: Path, *options: str) -> str:
    """Return what Helm makes of a chart."""
    try:
        program = helm(VERSION)
    except UnavailableError as error:
        pytest.skip(str(error))
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    command = [str(program), "template", "r", str(place / "stack"), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def objects_in(text: str) -> list[Any]:
    return [without_order(each) for each in yaml.safe_load_all(text) if each]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_chart_writes_the_same_server(name, tmp_path):
    files = chart(name)
    old = render(files, tmp_path / "old")
    wanted = migrated([("all.yaml", old)])[0]["all.yaml"]
    texts, _ = migrated(list(files.items()))
    assert objects_in(render(texts, tmp_path / "new")) == objects_in(wanted)
