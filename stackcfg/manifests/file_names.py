"""Kinds of files that a search of folders opens, by their names alone.

What is in them decides later whether they matter: most YAML files and
scripts have nothing to do with a server.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern

_YAML_ENDINGS: Final = (".yaml", ".yml")
_SCRIPT_ENDINGS: Final = (".sh", ".bash", ".ksh", ".zsh")
"""Of scripts for the shells of Unix."""

_UNIT_ENDINGS: Final = (".service", ".container")
"""Of units of systemd, and of quadlets of podman."""

_DROP_IN_FOLDERS: Final = (".service.d", ".container.d")
_DROP_IN_ENDING: Final = ".conf"
_VARIABLES: Final = ".env"
_SEARCHED_ENDINGS: Final = (
    *_YAML_ENDINGS,
    *_SCRIPT_ENDINGS,
    *_UNIT_ENDINGS,
    _VARIABLES,
)

_DOCKERFILES: Final = frozenset({"dockerfile", "containerfile"})
_UNREAD: Final = lazy_pattern(
    r"(?:gnu)?makefile|.*\.mk|justfile|procfile(?:\..*)?|pipfile"
    r"|supervisord?(?:[.-].*)?\.(?:conf|ini)|devcontainer\.json"
    r"|.*requirements.*\.(?:in|txt)|pyproject\.toml|setup\.cfg|tox\.ini"
)
_COPY: Final = lazy_pattern(r".*(?:\.bak(?:\.\d+)?|\.orig|~|\.dockerignore|\.md)")
"""Old versions of files, also those that `migrate` keeps, and what else
has the name of a Dockerfile in its own.
"""

_OTHER_ENDINGS: Final = frozenset(
    {"cfg", "conf", "in", "ini", "json", "mk", "toml", "txt"}
)
"""Of names that are looked at: a folder can have a hundred thousand others."""


def is_searched(path: str) -> bool:
    """Return whether a file may hold a run config, or what starts a
    server, or variables of it.
    """
    if path.endswith(_SEARCHED_ENDINGS):
        return True
    folder, _, name = path.replace("\\", "/").rpartition("/")
    name = name.lower()
    is_of_variables = name.startswith(f"{_VARIABLES}.")
    may_begin_so = is_of_variables or "file" in name
    if not may_begin_so and name.rpartition(".")[2] not in _OTHER_ENDINGS:
        # so are most names, and the patterns are not asked
        return False
    if _COPY.fullmatch(name):
        return False
    if name.endswith(_DROP_IN_ENDING) and folder.endswith(_DROP_IN_FOLDERS):
        return True
    return is_of_variables or is_dockerfile(name) or is_unread(name)


def is_yaml(name: str) -> bool:
    """Return whether a name is one of a YAML file."""
    return name.endswith(_YAML_ENDINGS)


def is_unread(name: str) -> bool:
    """Return whether a file can start or install a server, and is of a
    kind that is not read: only named.
    """
    return _UNREAD.fullmatch(name.lower()) is not None


def is_dockerfile(name: str) -> bool:
    """Return whether a name is one of a Dockerfile or Containerfile:
    `Dockerfile.gpu`, `stack-containerfile`.
    """
    parts = name.lower().replace("-", ".").split(".")
    return not _DOCKERFILES.isdisjoint(parts)


def is_script(name: str) -> bool:
    """Return whether a name is one of a shell script."""
    return name.endswith(_SCRIPT_ENDINGS)
