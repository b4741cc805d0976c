"""Races `stackcfg migrate --check` with a ruamel.yaml load and dump of the same files; prints ratios.

    python tests/benchmarks/race.py [ROUNDS]      (in an environment that holds stackcfg, installed, and ruamel.yaml)

Whole processes, interleaved; each ratio is the median of the rounds' own ratios.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STARTER = (
    Path(__file__).resolve().parents[2]
    / "fixtures"
    / "migrate"
    / "situations"
    / "starter"
    / "input.yaml"
)
RUAMEL = """
import io, sys
from ruamel.yaml import YAML
for name in sys.argv[1:]:
    yaml = YAML()
    yaml.preserve_quotes = True
    with open(name, encoding="utf-8") as file:
        yaml.dump(yaml.load(file), io.StringIO())
"""


def grown(text: str) -> str:
    """The fixture at the size of the config that the starter distribution ships, about 8 KB."""
    provider = "  - provider_id: more-{0}\n    provider_type: remote::ollama\n    config:\n      url: http://host-{0}:11434\n"
    more = "".join(provider.format(number) for number in range(50))
    return text.replace("  vector_io:\n", more + "  vector_io:\n", 1)


def seconds(command: list[str]) -> float:
    """The wall time of one run."""
    start = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    if done.returncode not in (0, 1):  # 1 is the answer to --check
        raise SystemExit(f"{command[:4]} failed with {done.returncode}")
    return time.perf_counter() - start


def main() -> None:
    """Make the files, race, print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    text = grown(STARTER.read_text())
    with tempfile.TemporaryDirectory() as folder:
        names = [str(Path(folder) / f"run-{number}.yaml") for number in range(200)]
        for number, name in enumerate(names):
            Path(name).write_text(
                text.replace("image_name: starter", f"image_name: starter-{number}")
            )
        for count in (1, 18, 200):
            ours = [
                sys.executable,
                "-m",
                "stackcfg",
                "migrate",
                "--check",
                *names[:count],
            ]
            theirs = [sys.executable, "-c", RUAMEL, *names[:count]]
            ratios = [seconds(ours) / seconds(theirs) for _ in range(rounds)]
            print(
                f"migrate {count:3}: {statistics.median(ratios):.2f} x ruamel.yaml load and dump"
            )


if __name__ == "__main__":
    main()
