"""The kinds of files that are no YAML, by their names and first lines."""

from __future__ import annotations

import re

from stackcfg.light_typing import Final
from stackcfg.manifests.file_names import is_dockerfile, is_script, name_of_file
from stackcfg.patterns import lazy_pattern

DOCKERFILE: Final = "Dockerfile"
UNIT: Final = "systemd unit"
SCRIPT: Final = "shell script"

SHELLS: Final = ("sh", "bash", "ash", "dash", "ksh", "zsh")

_FIRST_INSTRUCTION: Final = lazy_pattern(
    r"(?:[ \t]*(?:#[^\n]*|\r)?\n)*[ \t]*(?i:FROM|ARG)[ \t]"
    # an import of Python
    r"(?![\w.]+[ \t]+import\b)"
)
_SECTION: Final = lazy_pattern(r"(?m)^\[(?:Service|Container)\][ \t]*\r?$")
_SHEBANG: Final = lazy_pattern(rf"#!.*\b(?:{'|'.join(SHELLS)})\b")


def kind_of(file: str, text: str) -> str:
    """Return the kind of a file; empty for YAML and whatever else there is."""
    name = name_of_file(file)
    if is_script(name) or _SHEBANG.match(text):
        return SCRIPT
    if _SECTION.search(text) and not re.search(r"(?m)^kind:", text):
        return UNIT
    if is_dockerfile(name) or _FIRST_INSTRUCTION.match(text):
        return DOCKERFILE
    return ""
