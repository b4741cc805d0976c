"""The configs that get faults: those that a release starts with, and its vocabulary."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import yaml

from stackcfg.paths import as_mapping
from tests.conformance.agreement.comparison import Verdict, ask_release
from tests.conformance.mutations.language import written
from tests.conformance.releases import shipped_configs
from tests.support.running import ROOT

CORPUS: Final = "STACKCFG_CORPUS"
"""The variable that names a folder of collected configs with a `manifest.jsonl`."""

FIXTURES: Final = ROOT / "fixtures"
VOCABULARY: Final = Path(__file__).with_name("vocabulary.py")
MOST_CANDIDATES: Final = 40
"""The number of files that a release is asked about, beside those that it ships."""

LARGEST: Final = 20_000


def read_vocabulary(python: Path) -> Mapping[str, Any]:
    """Return the schemas of a release."""
    done = subprocess.run(
        [str(python), str(VOCABULARY)], capture_output=True, text=True, check=True
    )
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


class Source(NamedTuple):
    """A config that a release starts with."""

    name: str
    config: dict[str, Any]
    verdict: Verdict


def find_sources(
    python: Path, seed: str, folder: Path, most: int = MOST_CANDIDATES
) -> Iterator[Source]:
    """Yield the configs that the release starts with.

    `most` are asked about beside those that it ships.
    """
    configs = dict(_candidates(python, seed, most))
    paths = {}
    for number, (name, config) in enumerate(configs.items()):
        path = folder / f"source-{number}.yaml"
        path.write_text(written(config), encoding="utf-8")
        paths[path] = name
    for path, verdict in ask_release(python, paths):
        if not verdict.is_refused:
            yield Source(paths[path], configs[paths[path]], verdict)


def _candidates(
    python: Path, seed: str, most: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, path in shipped_configs(python).items():
        yield from _read(name, path)
    files = sorted(FIXTURES.glob("migrate/*/*/output.yaml"))
    files += sorted(FIXTURES.glob("migrate/*/*/input.yaml"))
    files += _collected()
    Random(seed).shuffle(files)
    for path in files[:most]:
        yield from _read(str(path), path)


def _collected() -> list[Path]:
    """Return the plain files of the corpus, where there is one."""
    folder = Path(os.environ.get(CORPUS) or ROOT.parent / "shared" / "corpus")
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        return []
    lines = manifest.read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return [folder / each["path"] for each in entries if each["container"] == "plain"]


def _read(name: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.stat().st_size > LARGEST:
        return
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    if isinstance(config, dict) and any(as_mapping(config.get("providers")).values()):
        yield name, config
