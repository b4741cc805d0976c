"""Wheels of what is installed here, so that a test can install without a package index."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator
from email.parser import Parser
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement

from tests.support.running import ROOT

OF_THE_INSTALLATION = ("INSTALLER", "RECORD", "REQUESTED", "direct_url.json")
"""Files beside the metadata that are not part of a wheel."""


def offline_variables(folder: Path) -> dict[str, str]:
    """Return the variables with which pip installs this project from wheels in a folder.

    They are made of the packages that it needs, as they are installed here.
    """
    for name in sorted(_find_needed(_requirements_of_project())):
        _write_wheel(distribution(name), folder)
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder),
        # most modules are never imported
        "PIP_NO_COMPILE": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }


def _requirements_of_project() -> list[str]:
    """Return what this project needs to be built and to run."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed: list[str] = project["build-system"]["requires"]
    return needed + project["project"]["dependencies"]


def _find_needed(requirements: Iterable[str]) -> set[str]:
    """Return the names of packages that are required, with those that they require."""
    left = list(requirements)
    found: set[str] = set()
    while left:
        requirement = Requirement(left.pop())
        marker = requirement.marker
        is_wanted = marker is None or marker.evaluate({"extra": ""})
        if is_wanted and requirement.name not in found:
            found.add(requirement.name)
            left += distribution(requirement.name).requires or []
    return found


def _write_wheel(package: Distribution, folder: Path) -> None:
    name = f"{package.name.replace('-', '_')}-{package.version}"
    with ZipFile(folder / f"{name}-{_tag_of(package)}.whl", "w") as wheel:
        written = []
        for name, file in _files_of(package):
            wheel.write(file, name)
            written.append(name)
        record = next(name for name in written if name.endswith(".dist-info/WHEEL"))
        record = record.removesuffix("WHEEL") + "RECORD"
        lines = [f"{name},,\n" for name in (*written, record)]
        wheel.writestr(record, "".join(lines))


def _tag_of(package: Distribution) -> str:
    """Return for which interpreters, ABIs and platforms a package is."""
    described = Parser().parsestr(package.read_text("WHEEL") or "")
    tags = [tag.split("-", 2) for tag in described.get_all("Tag", [])]
    return "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))


def _files_of(package: Distribution) -> Iterator[tuple[str, Path]]:
    """Yield the files of a package that were in its wheel; scripts are made anew."""
    for file in package.files or ():
        is_outside = ".." in file.parts
        is_compiled = file.suffix == ".pyc"
        is_added = file.parent.suffix == ".dist-info"
        is_added = is_added and file.name in OF_THE_INSTALLATION
        if not (is_outside or is_compiled or is_added):
            yield str(file), Path(str(file.locate()))
