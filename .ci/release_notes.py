"""Print what CHANGELOG says of a version; fail if it says nothing.

python .ci/release_notes.py 0.1.0
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

CHANGELOG: Final = Path(__file__).parents[1] / "CHANGELOG.md"


def release_notes(text: str, version: str) -> str:
    """Return the section of a version. Raises `ValueError` if there is none."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, _, body = section.partition("\n")
        if re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", head.strip()):
            return body.strip() + "\n"
    raise ValueError(f"CHANGELOG has no section '{version} - DATE'")


if __name__ == "__main__":
    print(release_notes(CHANGELOG.read_text(encoding="utf-8"), sys.argv[1]), end="")
