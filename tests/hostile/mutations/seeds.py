"""The texts that mutations begin with: all fixtures, and collected configs where named."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.running import ROOT

CORPUS = "STACKCFG_CORPUS"
"""The variable that names a folder of collected configs."""

LARGEST = 20_000
"""The number of bytes of a seed at most: mutants of larger ones only take longer."""


def load_seeds(with_corpus: bool = True) -> list[str]:
    """Return the texts of all YAML files of the fixtures, and of the corpus if named."""
    folders = [ROOT / "fixtures"]
    if with_corpus and CORPUS in os.environ:
        folders.append(Path(os.environ[CORPUS]))
    files = sorted(path for folder in folders for path in folder.rglob("*.y*ml"))
    texts = [path.read_bytes() for path in files if path.stat().st_size <= LARGEST]
    return [text.decode("utf-8", "replace") for text in texts]
