"""Where a run config names the folder `~/.llama` of the server.

A `~` is the home of the user in the value of a variable and in its default, at any
place (`replace_env_vars` of 0.1.0 to 1.5.0), and in plain paths that the code expands
itself: SQL backends, Milvus, external providers, certificates. Anywhere else, as in
the path of a sqlite KV backend or in `storage_dir` of `inline::localfs`, it is a
folder named `~` in the folder where the server is started (KV store: run with 0.3.5,
0.7.3 and 1.5.0; uploads: `localfs/files.py` of 0.2.10 to 1.5.0).
"""

from __future__ import annotations

import re

from stackcfg.paths import Data, Path, value_at
from stackcfg.patterns import lazy_pattern
from stackcfg.runconfig.placeholders import PLACEHOLDER_START, guess_value
from stackcfg.runconfig.sections import BACKENDS_PATH, EXTERNAL_FOLDERS
from stackcfg.runconfig.values import as_string

_IN_VARIABLE = lazy_pattern(
    f"(?:{PLACEHOLDER_START}"
    + r":[=+]~|\$\{env\.HOME(?::=[^}$]*+)?\})/\.llama(?=[/}]|$)"
)
PLAIN_OLD_HOME = lazy_pattern(r"^~/\.llama(?=/|$)")
"""A path below `~/.llama` that is no default of a variable."""

_ANYWHERE = lazy_pattern(f"{_IN_VARIABLE.pattern}|{PLAIN_OLD_HOME.pattern}")
_FIXED_START = lazy_pattern(r"^~[^${]*(?=/|$)")
_EXPANDED_KEYS = (*EXTERNAL_FOLDERS, "tls_verify")


def with_home_in_variable(path: str, variable: str) -> str:
    """Return a path with its `~` in the default of a variable, where
    every release expands it; any other path as it is.

    Upstream's own configs write it so:
    `${env.FILES_STORAGE_DIR:=~/.llama/…}`.
    """
    # a default has no variables in it
    start = _FIXED_START.match(path)
    if start is None:
        return path
    return f"${{env.{variable}:={start[0]}}}{path[start.end() :]}"


def old_home_at(data: Data, path: Path) -> re.Pattern[str]:
    """Return what finds the old folder in the string at a path of a run config.

    It finds only names that the server looks up in the home of the
    user.
    """
    return _ANYWHERE if _is_expanded(data, path) else _IN_VARIABLE


def _is_expanded(data: Data, path: Path) -> bool:
    """Return whether the code of the server expands a plain `~` at a path."""
    if not path:
        return False
    if path[-1] == "db_path" and path[:2] == BACKENDS_PATH:
        kind = as_string(value_at(data, (*path[:-1], "type")))
        return guess_value(kind).startswith("sql_")
    if path[-1] == "db_path" and path[:2] == ("providers", "vector_io"):
        kind = as_string(value_at(data, (*path[:3], "provider_type")))
        return guess_value(kind) == "inline::milvus"
    return path[-1] in _EXPANDED_KEYS or path[-3:-1] == ("network", "tls")
