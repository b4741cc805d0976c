"""Puts the version of the build, which is that of the git tag, into the wheel.

The file is made beside the build and not in the checkout: a build leaves nothing behind.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE: Final = "stackcfg/_version.py"


class VersionFile(BuildHookInterface):
    """Adds `stackcfg/_version.py` to a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the file and name it to the builder."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="stackcfg-version-")
        path = Path(self._folder.name) / "_version.py"
        number = self.metadata.version
        text = f'"""Made by the build."""\n\nVERSION = "{number}"\n'
        path.write_text(text, encoding="utf-8")
        build_data["force_include"][str(path)] = PLACE

    def finalize(self, version: str, build_data: dict[str, Any], artifact: str) -> None:
        """Remove the file again."""
        del build_data, artifact
        if version != "editable":
            self._folder.cleanup()
