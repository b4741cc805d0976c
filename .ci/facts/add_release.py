"""Describe releases in environments of their own, and write what they say to the facts.

    python .ci/facts/add_release.py 1.5.0 ...

The environments are those of the conformance tests (`tests/conformance/releases.py`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
DESCRIBE: Final = Path(__file__).with_name("describe_release.py")

sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]

from facts.collect_facts import merge_facts  # noqa: E402

from tests.conformance.releases import environment  # noqa: E402


def describe(version: str) -> dict[str, Any]:
    """Return what an installed release says of itself."""
    command = [str(environment(version)), str(DESCRIBE)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    merge_facts({version: describe(version) for version in sys.argv[1:]})


if __name__ == "__main__":
    main()
