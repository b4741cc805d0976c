"""Kinds of files that a search of folders opens, by their names alone.

What is in them decides later whether they matter: most YAML files and
scripts have nothing to do with a server.
"""

from __future__ import annotations

import posixpath

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern

YAML_ENDINGS: Final = (".yaml", ".yml")
SCRIPT_ENDINGS: Final = (".sh", ".bash", ".ksh", ".zsh")
"""Of scripts for the shells of Unix."""

_UNIT_ENDINGS: Final = (".service", ".container")
"""Of units of systemd, and of quadlets of podman."""

_DROP_IN_FOLDERS: Final = (".service.d", ".container.d")
_DROP_IN_ENDING: Final = ".conf"
_VARIABLES: Final = ".env"
_DOCKERFILES: Final = frozenset({"dockerfile", "containerfile"})

_SEARCHED_ENDINGS: Final = (*SCRIPT_ENDINGS, *_UNIT_ENDINGS, _VARIABLES)


_NEVER_SEARCHED: Final = lazy_pattern(
    r"(?i).*(?:\.bak(?:\.\d+)?|\.orig|~|\.dockerignore|\.md)"
)
"""Old versions of files, also those that `migrate` keeps, and what else
has the name of a Dockerfile in its own.
"""


def is_searched(path: str) -> bool:
    """Return whether a file may hold a run config, or what starts a
    server, or variables of it.
    """
    folder, name = posixpath.split(path.replace("\\", "/"))
    if name.endswith(YAML_ENDINGS):
        return True
    if _NEVER_SEARCHED.fullmatch(name):
        return False
    if name.endswith(_SEARCHED_ENDINGS) or name.startswith(f"{_VARIABLES}."):
        return True
    if name.endswith(_DROP_IN_ENDING):
        return folder.endswith(_DROP_IN_FOLDERS) or is_unread(name)
    return is_dockerfile(name) or is_unread(name)


_UNREAD: Final = lazy_pattern(
    r"(?i)(?:gnu)?makefile|.*\.mk|justfile|procfile(?:\..*)?"
    r"|supervisord?(?:[.-].*)?\.(?:conf|ini)|devcontainer\.json|.*requirements.*\.(?:in|txt)"
    r"|pyproject\.toml|pipfile|setup\.(?:cfg|py)|tox\.ini"
)


def is_unread(name: str) -> bool:
    """Return whether a file can start or install a server, and is of a
    kind that is not read: only named.
    """
    return _UNREAD.fullmatch(name) is not None


def is_dockerfile(name: str) -> bool:
    """Return whether a name is one of a Dockerfile or Containerfile:
    `Dockerfile.gpu`, `stack-containerfile`.
    """
    parts = name.lower().replace("-", ".").split(".")
    return not _DOCKERFILES.isdisjoint(parts)


def is_script(name: str) -> bool:
    """Return whether a name is one of a shell script."""
    return name.endswith(SCRIPT_ENDINGS)
