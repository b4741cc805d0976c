"""The command `schema`: the published JSON Schema of a release family, as it was shipped."""

from __future__ import annotations

from stackcfg.releases.families import parse_target
from stackcfg.system.files import read_packaged


def schema_text(target: str) -> str:
    """The text of the schema of a target. Raises `ValueError` for a release that is none of the targets."""
    family = parse_target(target)
    return read_packaged(f"run-config-{'.'.join(map(str, family.last[:2]))}.json")
