"""Build the page that runs stackcfg in a browser into a folder, whole.

    npm install --prefix FOLDER pyodide
    python .ci/pages/playground.py FOLDER/node_modules/pyodide OUTPUT

Serve OUTPUT with any server of files; the page asks no other.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path
from typing import Final

import yaml

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "playground"
PYODIDE: Final = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide-lock.json",
    "python_stdlib.zip",
)
OLDEST: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: two builds are the same."""

SUFFIXES: Final = (".py", ".json")


def pack(package: Path, archive: Path) -> None:
    """Write the modules and facts of a package into an archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(package.rglob("*")):
            if path.suffix in SUFFIXES:
                name = path.relative_to(package.parent).as_posix()
                entry = zipfile.ZipInfo(name, OLDEST)
                entry.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(entry, path.read_bytes())


def build(pyodide: Path, output: Path) -> None:
    """Write the page with all that it needs."""
    shutil.copytree(PAGE, output, dirs_exist_ok=True)
    (output / "pyodide").mkdir(exist_ok=True)
    for name in PYODIDE:
        shutil.copyfile(pyodide / name, output / "pyodide" / name)
    pack(ROOT / "stackcfg", output / "stackcfg.zip")
    # PyYAML without libyaml: its modules alone
    pack(Path(yaml.__file__).parent, output / "yaml.zip")


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
