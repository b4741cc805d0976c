"""Races `stackcfg` with what reads the same files and does nothing else; prints ratios of computing time.

    python tests/benchmarks/race.py [ROUNDS [WORDS]]      (in an environment that holds stackcfg, installed, and ruamel.yaml)

Whole processes, interleaved; each ratio is the median of the rounds' own ratios. WORDS
choose the races whose names hold them: `race.py 7 'validate 18'`. `validate` races with
Python, libyaml and a load of each file, `migrate` with a ruamel.yaml load and dump, a
command without files with `python -c pass`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

STARTER = Path(__file__).parents[2] / "fixtures" / "migrate" / "situations" / "starter"
NOTHING = "pass"
PYYAML = """
import sys, yaml
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        yaml.load(file, yaml.CSafeLoader)
"""
RUAMEL = """
import io, sys
from ruamel.yaml import YAML
for name in sys.argv[1:]:
    yaml = YAML()
    yaml.preserve_quotes = True
    with open(name, encoding="utf-8") as file:
        yaml.dump(yaml.load(file), io.StringIO())
"""
OLD, NEW = "input.yaml", "output.yaml"
LARGE, QUOTED = "1 MB", "1 MB in a quoted ConfigMap"


class Race(NamedTuple):
    """The words of a command, the number of files, which files, and the program it
    races with. That reads the same files; of a ConfigMap the run config in it.
    """

    command: tuple[str, ...]
    files: int
    kind: str
    other: str

    @property
    def name(self) -> str:
        words = " ".join(self.command)
        if self.kind in (LARGE, QUOTED):
            return f"{words} {self.kind}"
        return f"{words} {self.files}" if self.files else words

    @property
    def read_by_other(self) -> str:
        return LARGE if self.kind == QUOTED else self.kind


VALIDATE, MIGRATE = ("validate",), ("migrate", "--check")
TARGET = ("--target", "1.5")
FOLDER = "FOLDER"
"""Where a command keeps results: its first round fills it, all others read it."""

CACHE = ("--cache", FOLDER)
RACES = (
    Race(("--version",), 0, NEW, NOTHING),
    Race(("--help",), 0, NEW, NOTHING),
    Race(("rules",), 0, NEW, NOTHING),
    Race(("explain", "unknown-key"), 0, NEW, NOTHING),
    Race(VALIDATE, 1, NEW, PYYAML),
    Race((*VALIDATE, *TARGET), 1, NEW, PYYAML),
    Race(VALIDATE, 18, NEW, PYYAML),
    Race(VALIDATE, 1000, NEW, PYYAML),
    Race((*VALIDATE, *CACHE), 1000, NEW, PYYAML),
    Race(VALIDATE, 1, LARGE, PYYAML),
    Race(VALIDATE, 1, QUOTED, PYYAML),
    Race(MIGRATE, 1, OLD, RUAMEL),
    Race((*MIGRATE, *TARGET), 1, OLD, RUAMEL),
    Race(MIGRATE, 18, OLD, RUAMEL),
    Race(MIGRATE, 200, OLD, RUAMEL),
)


def grown(text: str, providers: int = 50) -> str:
    """The fixture with more providers, by default at the size of the config that the
    starter distribution ships, about 8 KB.
    """
    provider = "  - provider_id: more-{0}\n    provider_type: remote::ollama\n    config:\n      url: http://host-{0}:11434\n"
    more = "".join(provider.format(number) for number in range(providers))
    return text.replace("  vector_io:\n", more + "  vector_io:\n", 1)


def make_files(folder: Path, fixture: str) -> list[str]:
    """Return the names of a thousand files, each with a name of its own in it."""
    text = grown((STARTER / fixture).read_text())
    names: list[str] = []
    for number in range(1000):
        path = folder / f"{number:04}-{fixture}"
        name = f"image_name: starter-{number}"
        path.write_text(text.replace("image_name: starter", name))
        names.append(str(path))
    return names


def make_large(folder: Path) -> dict[str, list[str]]:
    """Return the names of a run config of a megabyte, and of a ConfigMap that has it
    in double quotes.
    """
    text = grown((STARTER / NEW).read_text(), 9000)
    plain, quoted = folder / "large.yaml", folder / "quoted.yaml"
    plain.write_text(text)
    head = "kind: ConfigMap\nmetadata: {name: large}\ndata:\n  run.yaml: "
    quoted.write_text(head + json.dumps(text) + "\n")
    return {LARGE: [str(plain)], QUOTED: [str(quoted)]}


def seconds(command: list[str]) -> float:
    """The computing time of a run, that of its worker processes included."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3):  # findings, or a migration that is needed
        raise SystemExit(f"{command[:4]} failed with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def run(race: Race, files: dict[str, list[str]], rounds: int) -> float:
    """The median of the ratios of some rounds."""
    names = files[race.kind][: race.files]
    folder = str(Path(files[NEW][0]).parent / "results")
    words = [folder if word == FOLDER else word for word in race.command]
    ours = [sys.executable, "-m", "stackcfg", *words, *names]
    read = files[race.read_by_other][: race.files]
    theirs = [sys.executable, "-c", race.other, *read]
    return statistics.median(seconds(ours) / seconds(theirs) for _ in range(rounds))


def main() -> None:
    """Make the files, race, print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    words = sys.argv[2] if len(sys.argv) > 2 else ""
    others = {
        NOTHING: "python -c pass",
        PYYAML: "PyYAML load",
        RUAMEL: "ruamel.yaml load and dump",
    }
    with tempfile.TemporaryDirectory() as folder:
        files = {each: make_files(Path(folder), each) for each in (OLD, NEW)}
        files |= make_large(Path(folder))
        for race in RACES:
            if words in race.name:
                ratio = run(race, files, rounds)
                print(f"{race.name:36} {ratio:5.2f} x {others[race.other]}")


if __name__ == "__main__":
    main()
