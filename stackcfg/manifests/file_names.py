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

DROP_INS: Final = (".service.d", ".container.d")
"""Of folders with drop-ins for a unit."""

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
_NOT_SEARCHED: Final = lazy_pattern(
    r".*(?:\.bak(?:\.\d+)?|\.orig|~|\.dockerignore|\.md)"
)
"""Old versions of files, also those that `migrate` keeps, and what has
the name of a Dockerfile in its own and is none.
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
    name = name_of_file(path).lower()
    is_of_variables = name.startswith(f"{_VARIABLES}.")
    has_other_ending = name.rpartition(".")[2] in _OTHER_ENDINGS
    if not (is_of_variables or has_other_ending or "file" in name):
        # most files end here, before a pattern is tried
        return False
    if _NOT_SEARCHED.fullmatch(name):
        return False
    if name.endswith(_DROP_IN_ENDING) and folder_of_file(path).endswith(DROP_INS):
        return True
    return is_of_variables or is_dockerfile(name) or is_unread(name)


def name_of_file(path: str) -> str:
    """Return the last part of a path, of Unix or of Windows."""
    return path.replace("\\", "/").rpartition("/")[2]


def folder_of_file(path: str) -> str:
    """Return a path without its last part, with the slashes of Unix."""
    return path.replace("\\", "/").rpartition("/")[0]


def is_yaml(name: str) -> bool:
    """Return whether a name is one of a YAML file."""
    return name.endswith(_YAML_ENDINGS)


def is_unread(path: str) -> bool:
    """Return whether a file can start or install a server, and is of a
    kind that is not read: only named.
    """
    return _UNREAD.fullmatch(name_of_file(path).lower()) is not None


def is_dockerfile(name: str) -> bool:
    """Return whether a name is one of a Dockerfile or Containerfile:
    `Dockerfile.gpu`, `stack-containerfile`.
    """
    parts = name.lower().replace("-", ".").split(".")
    return not _DOCKERFILES.isdisjoint(parts)


def is_script(name: str) -> bool:
    """Return whether a name is one of a shell script."""
    return name.endswith(_SCRIPT_ENDINGS)
