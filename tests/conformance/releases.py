"""Environments that hold a real release, llama-stack 0.1.0 to ogx 1.5.0, built on demand outside the tree.

A full installation of a release is heavy. A few releases are installed in full, the bases; any other is its own
packages over what a base of about its age has installed.

A release needs Python 3.12 or later; where there is none, or no package index, the tests that need it are skipped.
In CI a skip would hide that nothing was asked, so there it is a failure.

    STACKCFG_CACHE           where environments are kept (default: ~/.cache/stackcfg)
    STACKCFG_RELEASE_PYTHON  the Python to build them with (default: the first fitting one that runs)
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

JUDGE: Final = Path(__file__).with_name("judge.py")
REGISTRATION_JUDGE: Final = Path(__file__).with_name("registration_judge.py")
COMPLETE: Final = ".complete"
MINOR_VERSIONS: Final = (12, 13)
"""Of Python 3; the oldest one that fits is tried first, it has wheels for everything that a release needs."""

BASES: Final = (("0.3", "0.2.23"), ("0.4", "0.3.5"), ("1.5", "0.7.3"), ("", "1.5.0"))
"""The base of each release that comes before a given one, oldest first."""

APART_SINCE: Final = (0, 4)
"""Since this release the API is a package of its own, which must be of the same release."""

MODELS_APART_BEFORE: Final = (0, 1, 6)
"""Before this release the Llama models are a package of their own, of the same first three numbers."""

FIRST_NEEDS: Final = (
    "chardet",
    "httpx-sse",
    "mcp<2",
    "pydantic-settings",
    "pypdf",
    "python-multipart",
    "sse-starlette",
    "starlette",
    "typing-inspection",
)
FIRST_NEEDS_BEFORE: Final = (0, 1, 4)
"""Before this release the config classes of two providers import packages that those need to serve."""

RENAMED_SINCE: Final = (0, 8)
"""Since this release the packages are called `ogx`."""

PINS: Final = {"0.7.3": ("mcp<2",)}
"""What a base needs to be older than the newest there is, for itself or for a release that borrows from it."""

SERVING_NEEDS: Final = (
    "aiosqlite",
    "asyncpg",
    "chardet",
    "faiss-cpu",
    "litellm",
    "pandas",
    "psycopg2-binary",
    "pypdf",
    "pysqlite3-binary",
    "sqlalchemy[asyncio]",
    "sqlite-vec",
)
DRIVERS: Final = ("aiosqlite", "asyncpg", "psycopg2-binary", "pymongo", "redis")
"""What the KV stores of releases import."""
PGVECTOR: Final = ("asyncpg", "pgserver", "pgvector", "psycopg2-binary")
"""A PostgreSQL server with pgvector, whose programs are in a package, and its clients."""
VECTOR_CLIENTS: Final = (
    "chromadb",
    "milvus-lite<3",
    "psutil",
    "pymilvus>=2.5,<2.7",
    "qdrant-client",
    "setuptools<81",
    "typer",
)
"""What the providers of embedded databases with vectors need beside, and `stackcfg`. A collection of milvus-lite 3 must
be loaded before each search after a restart, which no release does.
"""

SERVING_PINS: Final = (
    ("0.3", ("mcp<1.20", "fastapi<0.120", "pydantic<2.12", "openai<2")),
    ("0.3.5", ("mcp<1.20", "fastapi<0.120", "pydantic<2.12", "openai<2.9")),
    # it wants a starlette that is too new for older ones of fastapi
    ("0.4", ("mcp<2", "pydantic<2.12", "openai<2.9")),
    ("1.0", ("mcp<2",)),
    ("", ()),
)
"""What the releases before a given one need to be older than the newest there is, once they are to serve."""

LOADABLE_SQLITE: Final = """\
import sys

import pysqlite3

sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
"""

CONFIG_FOLDERS: Final = ("templates", "distributions")
CONFIG_NAMES: Final = ("run*.yaml", "config.yaml")
"""Where a package keeps its run configs: `templates` before 0.2.17, and `config.yaml` from 0.4."""

PROBE: Final = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
BUILD_SECONDS: Final = 1200
JUDGE_SECONDS: Final = 600


class UnavailableError(Exception):
    """There is no environment for a release on this machine, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def environment(version: str) -> Path:
    """The python of an environment that holds this release; built first where it is not there yet.

    Raises `UnavailableError`.
    """
    return kept("releases", version, _build)


def serving(version: str) -> Path:
    """The python of an environment in which this release can serve: with what its providers need beside it.

    Raises `UnavailableError`.
    """
    return kept("serving", version, _build_serving)


def driver_packages(name: str) -> Path:
    """The folder of packages that KV stores import and configs need not have, for the Python of releases.

    Raises `UnavailableError`.
    """
    return site_packages(kept("drivers", name, _build_drivers).parent.parent)


def pgvector_packages(name: str) -> Path:
    """The folder of packages with a PostgreSQL server that has pgvector, and with what its providers import.

    Raises `UnavailableError`.
    """
    return site_packages(kept("pgvector", name, _build_pgvector).parent.parent)


def searching(version: str) -> Path:
    """The python of an environment in which this release can search any embedded database with vectors.

    Raises `UnavailableError`.
    """
    return kept("searching", version, _build_searching)


def kept(kind: str, version: str, build: Callable[[str, Path, str], None]) -> Path:
    """The python of an environment of a kind, built where it is not there yet."""
    base, python_version = base_python()
    folder = cache_folder() / kind / f"{version}-py{python_version}"
    python = folder / "bin" / "python"
    with _locked(folder.with_name(f"{folder.name}.lock")):
        if not (folder / COMPLETE).is_file() or _version(str(python)) is None:
            # what an interrupted build left behind, or an environment whose Python is gone
            shutil.rmtree(folder, ignore_errors=True)
            build(base, folder, version)
            (folder / COMPLETE).write_text(f"{version}\n", encoding="utf-8")
    return python


def cache_folder() -> Path:
    """Where environments are kept from one test run to the next."""
    return Path(os.environ.get("STACKCFG_CACHE") or Path.home() / ".cache" / "stackcfg")


@cache
def base_python() -> tuple[str, str]:
    """A Python that can hold a release, and its version."""
    asked = os.environ.get("STACKCFG_RELEASE_PYTHON")
    for candidate in [asked] if asked else _candidates():
        version = _version(candidate)
        if version is not None and int(version.split(".")[1]) >= MINOR_VERSIONS[0]:
            return candidate, version
    raise UnavailableError(
        f"no Python 3.12 or later that runs ({asked or 'none found'})"
    )


def _candidates() -> Iterator[str]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for minor in MINOR_VERSIONS:
        if sys.version_info[:2] == (3, minor):
            yield sys.executable
        found = shutil.which(f"python3.{minor}")
        if found:
            yield found
        yield from (
            str(each / "bin" / "python")
            for each in sorted(pyenv.glob(f"3.{minor}*"), reverse=True)
        )


def _version(python: str) -> str | None:
    """The version of a Python, or none where it does not run, as a shim of pyenv may not."""
    try:
        done = subprocess.run(
            [python, "-c", PROBE],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One build at a time. The system frees the lock of a process that dies."""
    try:
        import fcntl
    except ImportError:
        raise UnavailableError("environments are built on POSIX systems only") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def numbers(version: str) -> tuple[int, ...]:
    """A release as numbers, so that releases compare."""
    return tuple(int(part) for part in version.split("."))


def base_of(version: str) -> str:
    """The release whose installed dependencies fit this one."""
    return next(
        base
        for before, base in BASES
        if not before or numbers(version) < numbers(before)
    )


def packages(version: str) -> list[str]:
    """What makes up a release, as pip is asked for it."""
    name = "ogx" if numbers(version) >= RENAMED_SINCE else "llama-stack"
    names = [name, f"{name}-api"] if numbers(version) >= APART_SINCE else [name]
    found = [f"{each}=={version}" for each in names]
    if numbers(version) < MODELS_APART_BEFORE:
        found.append(f"llama-models=={'.'.join(version.split('.')[:3])}")
    if numbers(version) < FIRST_NEEDS_BEFORE:
        found.extend(FIRST_NEEDS)
    return found


def _build(python: str, folder: Path, version: str) -> None:
    """An environment cannot be moved into place, so a marker that is written last says that it is whole."""
    run_step(f"no environment with {python}", [python, "-m", "venv", str(folder)])
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    base = base_of(version)
    if base == version:
        run_step(
            f"release {version} does not install",
            [*pip, *packages(version), *PINS.get(version, ())],
        )
    else:
        # its own folder comes first, so its package hides that of the base
        borrowed = site_packages(environment(base).parent.parent)
        run_step(
            f"release {version} does not install",
            [*pip, "--no-deps", *packages(version)],
        )
        line = f"import site; site.addsitedir({str(borrowed)!r})\n"
        (site_packages(folder) / "borrowed.pth").write_text(line, encoding="utf-8")


def _build_serving(python: str, folder: Path, version: str) -> None:
    """Everything in one folder; its sqlite module is one that loads extensions, which vectors in sqlite need."""
    run_step(f"no environment with {python}", [python, "-m", "venv", str(folder)])
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    pins = next(
        pins
        for before, pins in SERVING_PINS
        if not before or numbers(version) < numbers(before)
    )
    run_step(
        f"release {version} does not install",
        [*pip, *packages(version), *pins, *SERVING_NEEDS],
    )
    (site_packages(folder) / "sitecustomize.py").write_text(
        LOADABLE_SQLITE, encoding="utf-8"
    )


def _build_drivers(python: str, folder: Path, _name: str) -> None:
    run_step(f"no environment with {python}", [python, "-m", "venv", str(folder)])
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    run_step("the drivers of KV stores do not install", [*pip, *DRIVERS])


def _build_pgvector(python: str, folder: Path, _name: str) -> None:
    run_step(f"no environment with {python}", [python, "-m", "venv", str(folder)])
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    run_step("PostgreSQL with pgvector does not install", [*pip, *PGVECTOR])


def _build_searching(python: str, folder: Path, version: str) -> None:
    """The clients beside an environment that can serve."""
    borrowed = serving(version)
    run_step(f"no environment with {python}", [python, "-m", "venv", str(folder)])
    packages = site_packages(borrowed.parent.parent)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    run_step(
        f"the clients for {version} do not install",
        [*pip, "--disable-pip-version-check", *VECTOR_CLIENTS],
    )
    # it comes first: what the release was installed with hides what the clients asked for
    line = f"import sys; sys.path.insert(0, {str(packages)!r})\n"
    (site_packages(folder) / "borrowed.pth").write_text(line, encoding="utf-8")


def site_packages(folder: Path) -> Path:
    """The folder of packages of an environment."""
    [found] = folder.glob("lib/python*/site-packages")
    return found


def run_step(reason: str, command: list[str]) -> None:
    """Run a command of a build. Raises `UnavailableError` with this reason."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UnavailableError(f"{reason}: {error}") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no output"]
        raise UnavailableError(f"{reason}: {lines[-1]}")


def shipped_configs(python: Path) -> dict[str, Path]:
    """The run configs inside an installed release, by `DISTRIBUTION/NAME`."""
    folder = site_packages(python.parent.parent)
    package = folder / "ogx" if (folder / "ogx").is_dir() else folder / "llama_stack"
    found = (
        path
        for kind in CONFIG_FOLDERS
        for name in CONFIG_NAMES
        for path in package.glob(f"{kind}/*/{name}")
    )
    return {f"{path.parent.name}/{path.name}": path for path in sorted(found)}


def judgements(python: Path, files: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """What a release makes of each file: one process for all of them, since starting it is the slow part."""
    return _ask(python, JUDGE, list(files))


def registrations(python: Path, files: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """How a release starts on each file, with stand-ins for its providers."""
    return _ask(python, REGISTRATION_JUDGE, list(files))


def _ask(python: Path, judge: Path, paths: list[Path]) -> dict[Path, dict[str, Any]]:
    done = subprocess.run(
        [str(python), str(judge), *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=JUDGE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"the judge failed: {done.stderr[-2000:]}")
    return dict(zip(paths, json.loads(done.stdout)["files"], strict=True))


def required(version: str, build: Callable[[str], Path] = environment) -> Path:
    """The python of a release's environment. Skips the test where there is none; in CI that is a failure."""
    try:
        return build(version)
    except UnavailableError as error:
        message = f"no release {version} to ask: {error.reason}"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(message)
    pytest.skip(message)
