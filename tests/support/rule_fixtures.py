"""The fixtures of rules, `fixtures/validate/RULE`, and the release that each file is for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

RELEASE: Final = "0.3.5"
"""For files of which `options.json` says nothing."""


def release_of(file: Path) -> str:
    """Return the release that judges a file: its own in `options.json`, or that of its folder."""
    options = file.with_name("options.json")
    if not options.exists():
        return RELEASE
    given = json.loads(options.read_text(encoding="utf-8"))
    return given.get(file.name, given.get("release", RELEASE))
