"""How many examples a test tries: few in each run, many in the nightly one."""

from __future__ import annotations

import os
from typing import Final

ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
"""Whether the run is to try everything, however long it takes."""

NIGHTLY_FACTOR: Final = 10


def budget(examples: int) -> int:
    """Return the number of examples to try, where a plain run tries this many."""
    if ALL:
        return NIGHTLY_FACTOR * examples
    return examples
