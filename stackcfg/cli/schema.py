"""The command `schema`: the published JSON Schema of a release family."""

from __future__ import annotations

from stackcfg.releases.families import parse_target
from stackcfg.releases.versions import format_release
from stackcfg.system.files import read_packaged


def schema_text(target: str) -> str:
    """Return the JSON Schema of a target. Raises `ValueError` if it is unknown."""
    family = format_release(parse_target(target).last[:2])
    return read_packaged(f"run-config-{family}.json")
