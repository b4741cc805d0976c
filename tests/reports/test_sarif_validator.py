"""The SARIF log held against its own validator, `@microsoft/sarif-multitool` from the npm registry.

Installed under `STACKCFG_CACHE`; where there is no npm the test is skipped, in CI that is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.conformance.releases import cache_folder
from tests.support.running import ROOT, stackcfg

TOOL: Final = "@microsoft/sarif-multitool"
VERSION: Final = "5"
WARNED: Final = {"SARIF2005"}
"""Rules whose warnings stand: the project has no address of its own to name."""


@pytest.fixture(scope="module")
def validator() -> Path:
    """The validator's program."""
    npm = shutil.which("npm")
    folder = cache_folder() / "npm"
    program = folder / "node_modules" / ".bin" / "sarif-multitool"
    if npm and not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            npm,
            "install",
            "--silent",
            "--no-fund",
            "--no-audit",
            "--prefix",
            str(folder),
            f"{TOOL}@{VERSION}",
        ]
        subprocess.run(command, capture_output=True, check=False, timeout=600)
    if not program.exists():
        message = (
            f"no {TOOL}: {'npm cannot install it' if npm else 'no npm on this machine'}"
        )
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(message)
        pytest.skip(message)
    return program


@pytest.mark.conformance
def test_the_official_validator_accepts_the_log(validator, tmp_path):
    """Over every fixture of every rule, fixes, several documents and refused files included."""
    log = tmp_path / "log.sarif"
    paths = (ROOT / "fixtures" / "validate", ROOT / "fixtures" / "migrate" / "refused")
    assert stackcfg(
        "validate", "--format", "sarif", "--output-file", log, *paths
    ).code in (1, 2)
    done = subprocess.run(
        [validator, "validate", log],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Analysis completed successfully" in done.stdout
    assert set(re.findall(r": (?:error|warning) (\w+):", done.stdout)) <= WARNED, (
        done.stdout
    )
