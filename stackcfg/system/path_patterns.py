"""Patterns for paths, written as in a `.gitignore`, relative to a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache

from stackcfg.system.git_ignore import FOLDER_MARK, IgnoreRules, parse_rules


def matches_patterns(path: str, patterns: Sequence[str], folder: str) -> bool:
    """Return whether the last pattern that names a path, or a folder
    above it, is one without `!`.

    The patterns are relative to the folder.
    """
    rules = _parse(tuple(patterns))
    relative = os.path.relpath(os.path.abspath(path), folder or os.curdir)
    names = os.fsencode(relative).replace(os.fsencode(os.sep), b"/").split(b"/")
    for length in range(1, len(names)):
        if rules.decide(b"/".join(names[:length]) + FOLDER_MARK):
            return True
    return bool(rules.decide(b"/".join(names)))


@lru_cache(256)
def _parse(patterns: tuple[str, ...]) -> IgnoreRules:
    lines = [pattern.removeprefix("./") for pattern in patterns]
    return parse_rules(os.fsencode("\n".join(lines)))
