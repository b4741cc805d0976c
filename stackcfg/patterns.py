"""Regular expressions that are compiled when they are used first.

The modules that one command imports have a hundred of them, of which
most files need a few. To compile them all takes a tenth of the time of
the command.
"""

from __future__ import annotations

import re

from stackcfg.light_typing import Any


class _LazyPattern:
    """A pattern with the methods of a compiled one, once they are asked for."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return a method of the compiled pattern, and keep it for the next time."""
        method = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, method)
        return method


def lazy_pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern as `re.compile` does; a mistake in it shows
    at its first use.
    """
    lazy: Any = _LazyPattern(source, flags)
    found: re.Pattern[str] = lazy
    return found
