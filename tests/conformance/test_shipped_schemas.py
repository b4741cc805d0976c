"""The schemas in another project's validator, on the run configs that releases ship."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.conformance.releases import environment, shipped_configs
from tests.support.running import ROOT

pytestmark = pytest.mark.conformance

CHECKER: Final = Path(sys.executable).with_name("check-jsonschema")
RELEASES: Final = ("0.3.5", "0.5.2", "0.7.3", "1.5.0")

SAFETY_KEY: Final = "guardrails_service_url"
"""A setting of a provider of safety, which nvidia's files have under one of inference."""

DROPPED: Final = {
    ("0.3.5", "nvidia/run-with-safety.yaml"): SAFETY_KEY,
    ("0.5.2", "nvidia/run-with-safety.yaml"): SAFETY_KEY,
    ("0.7.3", "nvidia/run-with-safety.yaml"): SAFETY_KEY,
    ("0.5.2", "dell/config.yaml"): "url",
    ("0.5.2", "dell/run-with-safety.yaml"): "url",
}
"""Files with a setting that the release drops, and its key."""


def check(release: str, paths: list[Path]) -> subprocess.CompletedProcess[str]:
    family, _, _ = release.rpartition(".")
    schema = ROOT / "schemas" / f"run-config-{family}.json"
    return subprocess.run(
        [CHECKER, "--schemafile", schema, *paths],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("release", RELEASES)
def test_the_schema_takes_what_the_release_ships(release: str) -> None:
    shipped = shipped_configs(environment(release))
    taken = [path for name, path in shipped.items() if (release, name) not in DROPPED]
    assert len(taken) > 5
    done = check(release, taken)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("release", "name"), DROPPED)
def test_the_schema_refuses_what_the_release_drops(release: str, name: str) -> None:
    done = check(release, [shipped_configs(environment(release))[name]])
    assert done.returncode == 1
    assert f"'{DROPPED[release, name]}'" in done.stdout
